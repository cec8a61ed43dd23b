"""The publish gate: scenarios per second, and a base change that twenty scopes depend on."""

import time
from pathlib import Path

from api.application import Installation, build_installation, packaged_sources
from api.settings import Settings
from engine.jobs import LocalQueue
from engine.sources import Source
from tasks.gate import Gate, Wanted
from tasks.scenario_players import Players
from tasks.scenario_sets import read_scenarios
from tasks.scenario_workers import ScenarioWorkers, pack_name

SCOPES = 20
_CHANGED = "enrolment"


def measure(folder: Path) -> dict[str, float]:
    """Play the base pack's own scenarios, then have the gate examine a change of the base."""
    settings = Settings(mode="production", folder=folder, database_url="")
    installation = build_installation(settings, queue=lambda _: LocalQueue())
    installation.prepare()
    sources = packaged_sources(installation.plugins)
    base = [one for one in sources if one.scope == "base"]
    figures = scenarios_per_second(base)
    figures["gateSeconds20Scopes"] = gate_seconds(installation, base)
    installation.dispose()
    return figures


def scenarios_per_second(base: list[Source]) -> dict[str, float]:
    """How many are played a second: the first time, and when given states are made."""
    contents = {(one.kind, one.key): one.content for one in base if one.kind != "scenarios"}
    name = pack_name(contents)
    wanted = [
        (name, scenario)
        for one in base
        if one.kind == "scenarios"
        for scenario in read_scenarios(one.key, one.content)
        if not scenario.content.get("removed")
    ]
    rates = []
    with Players() as players:
        workers = ScenarioWorkers(players=players)
        for _ in range(4):
            began = time.perf_counter()
            outcomes = workers.play({name: contents}, wanted)
            rates.append(len(wanted) / (time.perf_counter() - began))
            assert all(one.passed for one in outcomes)
    return {"scenariosPerSecondFirst": rates[0], "scenariosPerSecond": max(rates[1:])}


def gate_seconds(installation: Installation, base: list[Source]) -> float:
    """How long the whole gate takes for a change of the base with twenty organisations."""
    [diagram] = [one for one in base if (one.kind, one.key) == ("process", _CHANGED)]
    definitions = installation.definitions
    with installation.database.transaction() as db:
        definitions.publish(db, base, "base", "bench")
        for number in range(SCOPES):
            # Each has a form of its own, so that no bundle is another's.
            [form] = [one for one in base if (one.kind, one.key) == ("form", "fee_waiver")] or [
                next(one for one in base if one.kind == "form")
            ]
            own = form.content.rstrip() + b" " * (number + 1)
            scope = f"organisation:o{number}"
            source = Source("form", form.key, own, scope, "base@1")
            report = definitions.publish(db, [source], scope, "bench")
            assert not report.refused
    changed = diagram.content + b"\n<!-- changed -->\n"
    gate = Gate(installation.database, definitions)
    began = time.perf_counter()
    found = gate.examine(Wanted("base", [Source("process", _CHANGED, changed)]))
    took = time.perf_counter() - began
    assert found.passed
    assert not found.held
    return took
