"""Scenarios in processes of their own: how they went, what they read, and what ends one."""

import os
import signal
from functools import cache
from pathlib import Path

import pytest
import yaml

import forms
import processes
from engine.bundles import Name
from engine.sources import load_folder
from tasks.scenario_outcomes import Outcome
from tasks.scenario_players import Player, Players
from tasks.scenario_workers import ScenarioWorkers, pack_name
from tasks.scenarios import Scenario

pytestmark = pytest.mark.xdist_group("scenarios")

PROCESSES = Path(processes.__file__).parent
OPENED = "{process: decide_opening, world: offered, passes: [decide]}"


@cache
def base() -> dict[Name, bytes]:
    found = load_folder(PROCESSES, Path(forms.__file__).parent / "definitions")
    return {(one.kind, one.key): one.content for one in found if one.scope == "base"}


def scenario(content: str) -> Scenario:
    read = yaml.safe_load(content)
    return Scenario(read["process"], "made up", read, PROCESSES)


def played(
    *contents: str, seconds: float = 60, definitions: dict[Name, bytes] | None = None
) -> list[Outcome]:
    known = definitions or base()
    name = pack_name(known)
    workers = ScenarioWorkers(1, seconds=seconds)
    return workers.play({name: known}, [(name, scenario(content)) for content in contents])


def test_outcomes_come_in_the_order_of_the_scenarios() -> None:
    outcomes = played(
        "{process: decide_opening, world: offered, passes: [nowhere]}",
        "{process: decide_opening, world: nowhere}",
        "{process: decide_opening, world: offered, status: completed}",
    )

    assert [one.passed for one in outcomes] == [False, False, True]
    assert "does not pass “nowhere”" in outcomes[0].problem_en
    assert outcomes[0].path == outcomes[2].path
    assert "nowhere" in outcomes[1].problem_en
    assert outcomes[2].read is not None


STAMPING = b"""<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:camunda="http://camunda.org/schema/1.0/bpmn" targetNamespace="x">
 <bpmn:process id="stamping" isExecutable="true">
  <bpmn:startEvent id="begun" name="b"/><bpmn:endEvent id="stamped" name="e"/>
  <bpmn:serviceTask id="stamp" name="s" camunda:type="external" camunda:topic="chops.stamp">
   <bpmn:extensionElements><camunda:inputOutput>
    <camunda:outputParameter name="chop">= chop</camunda:outputParameter>
   </camunda:inputOutput></bpmn:extensionElements></bpmn:serviceTask>
  <bpmn:sequenceFlow id="a" sourceRef="begun" targetRef="stamp"/>
  <bpmn:sequenceFlow id="b" sourceRef="stamp" targetRef="stamped"/>
 </bpmn:process></bpmn:definitions>"""
CHOPS = """from engine.service_tasks import ServiceTasks

service_tasks = ServiceTasks("chops")


@service_tasks.register
def stamp(db):
    return {"chop": "red"}
"""


def test_service_tasks_of_a_plugin_are_called(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "chops.py").write_text(CHOPS)
    installed = tmp_path / "chops-1.0.dist-info"
    installed.mkdir()
    (installed / "METADATA").write_text("Metadata-Version: 2.1\nName: chops\nVersion: 1.0\n")
    (installed / "entry_points.txt").write_text("[jiancheng.plugins]\nchops = chops\n")
    monkeypatch.syspath_prepend(tmp_path)

    [outcome] = played(
        "{process: stamping, world: offered, path: [begun, stamp, stamped], data: {chop: red}}",
        definitions={**base(), ("process", "stamping"): STAMPING},
    )

    assert outcome.problem_en == ""


def test_an_outcome_holds_until_something_that_it_read_changes() -> None:
    [outcome] = played("{process: decide_opening, world: offered}")

    hashes = {(kind, key): sha256 for kind, key, sha256 in outcome.read or ()}
    assert outcome.holds_for(hashes)
    assert outcome.holds_for({**hashes, ("process", "archive"): "another"})
    assert not outcome.holds_for({**hashes, ("process", "decide_opening"): "another"})


def test_one_that_never_ends_is_ended_and_the_next_is_played() -> None:
    endless = "{process: define_scheme, world: opened, steps: [{advance: P1D, times: 1}]}"
    waits = scenario(endless).content["steps"] * 2_000_000
    name = pack_name(base())
    long = Scenario("define_scheme", "long", {"world": "opened", "steps": waits}, PROCESSES)

    workers = ScenarioWorkers(1, seconds=8)
    outcomes = workers.play({name: base()}, [(name, long), (name, scenario(OPENED))])

    assert outcomes[0].problem_en == "It did not end within 8 seconds."
    assert outcomes[0].read is None
    assert [one.name for one in outcomes] == ["long", "made up"]


def test_a_process_that_was_lost_is_started_anew() -> None:
    name = pack_name(base())
    players = Watched()
    lost: list[int] = []

    def lose(number: int, _: Outcome) -> None:
        if not lost:
            os.kill(players.taken[0].process_id, signal.SIGKILL)
            lost.append(number)

    with players:
        workers = ScenarioWorkers(1, players=players)
        outcomes = workers.play({name: base()}, [(name, scenario(OPENED))] * 3, lose)

    assert [one.problem_en for one in outcomes] == ["", "", ""]
    assert len(players.taken) == 2


class Watched(Players):
    """Players of which it is known who was taken."""

    def __init__(self) -> None:
        super().__init__()
        self.taken: list[Player] = []

    def take(self) -> Player:
        player = super().take()
        self.taken.append(player)
        return player


def test_what_a_listener_raises_is_raised() -> None:
    name = pack_name(base())

    def refuse(_number: int, _outcome: Outcome) -> None:
        raise IndexError("nobody listens")

    with pytest.raises(IndexError, match="nobody listens"):
        ScenarioWorkers(1).play({name: base()}, [(name, scenario(OPENED))] * 2, refuse)


def test_a_changed_definition_is_played_as_it_is_now() -> None:
    changed = base()["process", "decide_opening"].replace(b"decide_opening", b"decide_later")
    name, other = pack_name(base()), pack_name({**base(), ("process", "decide_opening"): changed})
    packs = {name: base(), other: {**base(), ("process", "decide_opening"): changed}}
    wanted = [(name, scenario(OPENED)), (other, scenario(OPENED)), (name, scenario(OPENED))]

    outcomes = ScenarioWorkers(1).play(packs, wanted)

    assert [one.passed for one in outcomes] == [True, False, True]
    assert "decide_opening" in outcomes[1].problem_en


def test_what_one_scenario_did_the_next_does_not_find() -> None:
    begins = "process: decide_opening, world: offered, given: {applicants: 1, minimum: 2}"

    outcomes = played(
        f"{{{begins}, facts: {{offer.status: postponed}}}}",
        # Here nobody writes down that it is put off.
        f"{{{begins}, results: {{postpone_offer: {{}}}}, facts: {{offer.status: open}}}}",
        f"{{{begins}, facts: {{offer.status: postponed}}}}",
    )

    assert [one.problem_en for one in outcomes] == ["", "", ""]
