"""How scenarios went: what went the same way with the same definitions is not played again."""

from __future__ import annotations

import json
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from threading import Lock

from engine.bundles import Name, hash_of
from tasks.scenario_outcomes import Outcome
from tasks.scenario_packs import Lowered, hashes_of, lowered_of
from tasks.scenario_workers import ScenarioWorkers, pack_name
from tasks.scenarios import Scenario

KEPT_SCENARIOS = 5_000
KEPT_OUTCOMES = 8


class ScenarioResults:
    """Plays scenarios, and keeps how each went with what it had read.

    So a scope whose definitions are the same as another's, as far as a scenario reads them, is not
    played twice.
    """

    def __init__(self) -> None:
        self._workers = ScenarioWorkers()
        self._known: OrderedDict[str, list[Outcome]] = OrderedDict()
        self._lock = Lock()
        self.played = 0

    def prepare(self) -> None:
        """Have the processes that play start, for whoever will have something played soon."""
        self._workers.prepare()

    def play(
        self,
        contents: Mapping[Name, bytes],
        scenarios: Sequence[Scenario],
        told: Callable[[int], None] = lambda _count: None,
        lowered: Lowered | None = None,
    ) -> list[Outcome]:
        """Tell how each scenario goes with these definitions, in order; `told` counts them.

        The diagrams are checked here unless they are given `lowered`.
        """
        if lowered is None:
            self.prepare()
            lowered = lowered_of(contents)
        hashes = hashes_of(contents, lowered)
        names = [_name_of(one) for one in scenarios]
        found = {number: self._find(name, hashes) for number, name in enumerate(names)}
        open_ones = [number for number, outcome in found.items() if outcome is None]
        count = len(scenarios) - len(open_ones)
        pack = pack_name(contents)

        def note(_number: int, _outcome: Outcome) -> None:
            nonlocal count
            count += 1
            told(count)

        wanted = [(pack, scenarios[number]) for number in open_ones]
        outcomes = (
            self._workers.play({pack: contents}, wanted, note, {pack: lowered}) if wanted else []
        )
        for number, outcome in zip(open_ones, outcomes, strict=True):
            found[number] = outcome
            self._keep(names[number], outcome)
        self.played += len(outcomes)
        return [
            replace(one, key=scenarios[number].key, name_zh=scenarios[number].name_zh)
            for number, one in sorted(found.items())
            if one is not None
        ]

    def _find(self, name: str, hashes: Mapping[Name, str]) -> Outcome | None:
        with self._lock:
            known = self._known.get(name, [])
            return next((one for one in known if one.holds_for(hashes)), None)

    def _keep(self, name: str, outcome: Outcome) -> None:
        if outcome.read is None:
            return
        with self._lock:
            self._known[name] = [outcome, *self._known.get(name, [])][:KEPT_OUTCOMES]
            self._known.move_to_end(name)
            while len(self._known) > KEPT_SCENARIOS:
                self._known.popitem(last=False)


def _name_of(scenario: Scenario) -> str:
    content = json.dumps(scenario.content, sort_keys=True, default=str)
    return hash_of(f"{scenario.process_id}\n{content}".encode())
