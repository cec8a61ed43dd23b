"""Players are forked from one process, and whoever is lost is replaced."""

import os
import select
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

import tasks.scenario_players
from tasks.scenario_players import Player, Players
from tasks.scenario_requests import NewPack
from tasks.scenarios import Scenario

pytestmark = pytest.mark.xdist_group("scenarios")

PACK = NewPack("nothing", {}, {})
SCENARIO = Scenario("nothing", "made up", {"world": "offered"}, Path())


WAITING = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 targetNamespace="x"><bpmn:message id="never" name="never"/>
 <bpmn:process id="waiting" isExecutable="true">
  <bpmn:startEvent id="begun" name="b"/><bpmn:endEvent id="ended" name="e"/>
  <bpmn:receiveTask id="wait" name="w" messageRef="never"/>
  <bpmn:sequenceFlow id="a" sourceRef="begun" targetRef="wait"/>
  <bpmn:sequenceFlow id="b" sourceRef="wait" targetRef="ended"/>
 </bpmn:process></bpmn:definitions>"""
WAITS = NewPack("waits", {("process", "waiting"): WAITING}, {})


@pytest.fixture(scope="module")
def players() -> Iterator[Players]:
    with Players() as made:
        yield made


def parent_of(player: Player) -> int:
    told = Path(f"/proc/{player.process_id}/stat").read_text()
    return int(told.rpartition(")")[2].split()[1])


def wait_for_end(process_id: int) -> None:
    """Wait until a process is no more, whoever has forked it."""
    try:
        handle = os.pidfd_open(process_id)
    except ProcessLookupError:
        return
    try:
        assert select.select([handle], [], [], 60)[0]
    finally:
        os.close(handle)


def test_all_are_forked_from_one_that_has_a_single_thread(players: Players) -> None:
    players.prepare(2)

    first, second = players.take(), players.take()

    assert first.process_id != second.process_id
    assert parent_of(first) == parent_of(second)
    # A lock that another thread holds would be held in every fork, for ever.
    assert len(list(Path(f"/proc/{parent_of(first)}/task").iterdir())) == 1
    for player in (first, second):
        player.close()


def test_who_is_put_back_is_given_to_the_next_and_who_has_ended_is_not(players: Players) -> None:
    first = players.take()
    assert "nothing" in first.play(PACK, SCENARIO, 60).problem_en
    players.put_back(first)
    assert players.take() is first
    players.put_back(first)

    os.kill(first.process_id, signal.SIGKILL)
    wait_for_end(first.process_id)

    second = players.take()
    assert "nothing" in second.play(PACK, SCENARIO, 60).problem_en
    second.close()


def test_the_process_that_they_are_forked_from_is_replaced(players: Players) -> None:
    first = players.take()
    lost = parent_of(first)
    os.kill(lost, signal.SIGKILL)
    wait_for_end(lost)

    second = players.take()

    assert parent_of(second) != lost
    # Who was forked before goes on.
    assert "nothing" in first.play(PACK, SCENARIO, 60).problem_en
    for player in (first, second):
        player.close()


def test_other_modules_to_import_want_another_process(
    players: Players, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = players.take()
    before = parent_of(first)
    players.put_back(first)

    monkeypatch.syspath_prepend(tmp_path)
    second = players.take()

    assert second is not first
    assert parent_of(second) != before
    second.close()


def test_one_that_takes_too_long_ends_itself(
    players: Players, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks.scenario_players, "GRACE_SECONDS", 0.1)
    player = players.take()
    assert "nothing" in player.play(PACK, SCENARIO, 60).problem_en
    steps = [{"advance": "P1D"}] * 200_000
    long = Scenario("waiting", "long", {"world": "offered", "steps": steps}, Path())

    with pytest.raises(TimeoutError):
        player.play(WAITS, long, 0.001)

    # Nobody has told it to end, and the connection is still open.
    wait_for_end(player.process_id)
    player.close()


def test_players_end_when_nobody_holds_them() -> None:
    players = Players()
    player = players.take()
    alone, process_id = parent_of(player), player.process_id
    players.put_back(player)

    players.close()

    wait_for_end(process_id)
    wait_for_end(alone)
