"""Scenarios played side by side, whatever one does to the process that plays it."""

import json
import os
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from threading import Lock, Thread

import orjson

from engine.bundles import Name, hash_of
from tasks.scenario_outcomes import Outcome
from tasks.scenario_packs import Lowered, lowered_of
from tasks.scenario_players import PlayerLost, Players, shared_players
from tasks.scenario_requests import NewPack
from tasks.scenarios import Scenario

LONGEST_SECONDS = 60.0
MOST_PROCESSES = 4

Told = Callable[[int, Outcome], None]
"""Is told the number of a scenario and how it went, in no order and from several threads."""


class ScenarioWorkers:
    """As many players as there are processors, four at most; they start when first needed.

    They are told the definitions once and then single scenarios. One that plays too long is ended.
    Threads that want scenarios played wait for one another.
    """

    def __init__(
        self,
        processes: int | None = None,
        *,
        seconds: float = LONGEST_SECONDS,
        players: Players | None = None,
    ) -> None:
        self._count = processes or min(os.cpu_count() or 1, MOST_PROCESSES)
        self._seconds = seconds
        self._players = players or shared_players()
        self._lock = Lock()

    def prepare(self) -> None:
        """Start the players, without waiting for them."""
        self._players.prepare(self._count)

    def play(
        self,
        packs: Mapping[str, Mapping[Name, bytes]],
        wanted: Sequence[tuple[str, Scenario]],
        told: Told = lambda _number, _outcome: None,
        lowered: Mapping[str, Lowered] | None = None,
    ) -> list[Outcome]:
        """Play scenarios, each with the definitions of the pack named; the outcomes in order.

        Diagrams are checked here unless they are given `lowered`, by the pack's name. What `told`
        raises ends the work of its thread, and is raised here.
        """
        outcomes: dict[int, Outcome] = {}
        errors: list[Exception] = []
        # They start meanwhile.
        self.prepare()
        checked = {one: lowered_of(packs[one]) for one in packs} if lowered is None else lowered
        new = {one: NewPack(one, dict(packs[one]), checked[one]) for one in packs}

        def note(number: int, outcome: Outcome) -> None:
            outcomes[number] = outcome
            told(number, outcome)

        with self._lock:
            groups = _groups(wanted)
            workers = [
                _Worker(self._players, self._seconds) for _ in range(min(self._count, len(groups)))
            ]
            shared = _Groups(groups, [one.player.begun for one in workers])
            work = (shared, new, wanted, note, errors)
            threads = [Thread(target=one.work, args=work) for one in workers]
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if errors:
            raise errors[0]
        return [outcomes[number] for number in range(len(wanted))]


def pack_name(contents: Mapping[Name, bytes]) -> str:
    """Name a set of definitions by what is in it."""
    rows = sorted((kind, key, hash_of(content)) for (kind, key), content in contents.items())
    return hash_of(orjson.dumps(rows))


@dataclass(frozen=True)
class _Group:
    """The numbers of scenarios that begin alike, and the name of how."""

    begun: str
    numbers: Sequence[int]


def _groups(wanted: Sequence[tuple[str, Scenario]]) -> list[_Group]:
    """Put together what begins alike: given states are made once a process."""
    groups: dict[str, list[int]] = {}
    for number, (_, scenario) in enumerate(wanted):
        content = scenario.content
        given = [content.get("world"), content.get("at"), content.get("given")]
        groups.setdefault(json.dumps(given, sort_keys=True, default=str), []).append(number)
    return [_Group(*one) for one in groups.items()]


class _Groups:
    """What is left to play, of which each player first takes what it has begun before."""

    def __init__(self, groups: Sequence[_Group], begun: Sequence[Collection[str]]) -> None:
        self._left = list(groups)
        self._begun = frozenset().union(*begun)
        self._lock = Lock()

    def take(self, mine: Collection[str]) -> _Group | None:
        """Give the next group, after one's own what nobody has begun; of those the largest."""

        def order(group: _Group) -> tuple[bool, bool, int]:
            return group.begun in mine, group.begun not in self._begun, len(group.numbers)

        with self._lock:
            found = max(self._left, key=order, default=None)
            if found is not None:
                self._left.remove(found)
            return found


class _Worker:
    """Whoever has one player play, and another when that one was lost."""

    def __init__(self, players: Players, seconds: float) -> None:
        self._players = players
        self._seconds = seconds
        self.player = players.take()

    def work(
        self,
        groups: _Groups,
        packs: Mapping[str, NewPack],
        wanted: Sequence[tuple[str, Scenario]],
        note: Told,
        errors: list[Exception],
    ) -> None:
        """Take groups until none is left; what goes wrong beside scenarios goes into `errors`."""
        try:
            while not errors and (group := groups.take(self.player.begun)) is not None:
                for number in group.numbers:
                    pack, scenario = wanted[number]
                    note(number, self._play(packs[pack], scenario))
                self.player.begun.add(group.begun)
        except Exception as error:
            errors.append(error)
        self._players.put_back(self.player)

    def _play(self, pack: NewPack, scenario: Scenario) -> Outcome:
        """Play a scenario; once more by another player if the first was lost, as by memory."""
        for _ in range(2):
            try:
                return self.player.play(pack, scenario, self._seconds)
            except TimeoutError:
                self._replace()
                return Outcome(
                    scenario.process_id,
                    scenario.name,
                    f"{self._seconds:g} 秒内没有跑完。",
                    f"It did not end within {self._seconds:g} seconds.",
                )
            except PlayerLost:
                self._replace()
        return Outcome(
            scenario.process_id,
            scenario.name,
            "跑这个场景的进程意外结束。",
            "The process that played it ended.",
        )

    def _replace(self) -> None:
        self.player.close()
        self.player = self._players.take()
