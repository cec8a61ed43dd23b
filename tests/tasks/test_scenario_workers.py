"""Scenarios in processes of their own: how they went, what they read, and what ends one."""

from functools import cache
from pathlib import Path

import pytest
import yaml

import forms
import processes
from engine.bundles import Name
from engine.sources import load_folder
from tasks.scenario_outcomes import Outcome
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


def played(*contents: str, seconds: float = 60) -> list[Outcome]:
    name = pack_name(base())
    with ScenarioWorkers(1, seconds=seconds) as workers:
        return workers.play({name: base()}, [(name, scenario(content)) for content in contents])


def test_outcomes_come_in_the_order_of_the_scenarios_and_survive_json() -> None:
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
    assert Outcome.of_json(outcomes[2].as_json()) == outcomes[2]


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

    with ScenarioWorkers(1, seconds=8) as workers:
        outcomes = workers.play({name: base()}, [(name, long), (name, scenario(OPENED))])

    assert outcomes[0].problem_en == "It did not end within 8 seconds."
    assert outcomes[0].read is None
    assert [one.name for one in outcomes] == ["long", "made up"]
