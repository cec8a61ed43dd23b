"""Every diagram of the packs is played through, and every element of it is reached."""

from functools import cache
from pathlib import Path

import pytest

import forms
import processes
from engine.sources import load_folder
from tasks.scenario_packs import Pack
from tasks.scenario_reach import unreached, untaken
from tasks.scenario_sets import scenarios_beside
from tasks.scenarios import Scenario, ScenarioFailed, ScenarioRun, run_scenario

# One process plays them all, so that each is played once.
pytestmark = pytest.mark.xdist_group("scenarios")

PROCESSES_FOLDER = Path(processes.__file__).parent
BASE = PROCESSES_FOLDER / "base"
SOURCES = load_folder(PROCESSES_FOLDER)
SCENARIOS = scenarios_beside(("base",), SOURCES)
PROCESSES = sorted(path.parent.name for path in BASE.glob("*/*.bpmn"))
_RUNS: dict[tuple[Path, str], ScenarioRun] = {}


@cache
def base_pack() -> Pack:
    return Pack(Path(processes.__file__).parent, Path(forms.__file__).parent / "definitions")


@pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=lambda scenario: f"{scenario.process_id}: {scenario.name}"
)
def test_scenario_goes_as_written(scenario: Scenario) -> None:
    run = run_scenario(base_pack(), scenario)

    _RUNS[scenario.path, scenario.name] = run


@pytest.mark.parametrize("process_id", PROCESSES)
def test_every_element_and_flow_is_reached(process_id: str) -> None:
    # A scenario beside the diagram may start a caller, to whom an error or a message goes.
    wanted = [s for s in SCENARIOS if process_id in (s.process_id, s.path.parent.name)]

    # The runs of the test above are used where it ran in this process.
    runs = [_RUNS.get((s.path, s.name)) or run_scenario(base_pack(), s) for s in wanted]

    assert wanted, "no scenarios beside the diagram"
    assert unreached(base_pack(), process_id, runs) == set()
    assert untaken(base_pack(), process_id, runs) == set()


@pytest.mark.parametrize(
    "scenario", SCENARIOS, ids=lambda scenario: f"{scenario.process_id}: {scenario.name}"
)
def test_every_scenario_says_what_must_happen(scenario: Scenario) -> None:
    # A refusal is what happens; without one, a path that goes wrong must not go unseen.
    refused = any("refuse" in step for step in scenario.content.get("steps") or [])

    assert refused or {"path", "passes", "visits"} & set(scenario.content)


def test_elements_and_flows_that_no_run_took_are_named() -> None:
    opened = scenario("{process: decide_opening, world: offered}")

    run = run_scenario(base_pack(), opened)

    # What is postponed is neither opened nor merged.
    assert unreached(base_pack(), "decide_opening", [run]) == {
        "open_offer",
        "merge_offer",
        "offer_open",
        "offer_merged",
    }
    assert untaken(base_pack(), "decide_opening", [run]) == {
        "opening_decided__open_offer",
        "opening_decided__merge_offer",
        "open_offer__offer_open",
        "merge_offer__offer_merged",
    }


INDUSTRIES = sorted(path.name for path in (PROCESSES_FOLDER / "industries").iterdir())


@cache
def industry_pack(key: str) -> Pack:
    roots = (PROCESSES_FOLDER, Path(forms.__file__).parent / "definitions")
    return Pack(*roots, scopes=("base", f"industry:{key}"))


@cache
def scenarios_of(key: str) -> tuple[Scenario, ...]:
    return tuple(scenarios_beside(("base", f"industry:{key}"), SOURCES))


@pytest.mark.parametrize(
    ("key", "scenario"),
    [
        pytest.param(key, scenario, id=f"{key}: {scenario.process_id}: {scenario.name}")
        for key in INDUSTRIES
        for scenario in scenarios_of(key)
    ],
)
def test_scenario_of_an_industry_goes_as_written(key: str, scenario: Scenario) -> None:
    _RUNS[Path(key) / scenario.path, scenario.name] = run_scenario(industry_pack(key), scenario)


@pytest.mark.parametrize(
    ("key", "process_id"),
    [
        (path.parts[-3], path.stem)
        for path in sorted((PROCESSES_FOLDER / "industries").glob("*/*/*.bpmn"))
    ],
)
def test_every_element_and_flow_of_an_industry_is_reached(key: str, process_id: str) -> None:
    pack = industry_pack(key)
    wanted = [s for s in scenarios_of(key) if process_id in (s.process_id, s.path.parent.name)]

    runs = [_RUNS.get((Path(key) / s.path, s.name)) or run_scenario(pack, s) for s in wanted]

    assert unreached(pack, process_id, runs) == set()
    assert untaken(pack, process_id, runs) == set()


def scenario(content: str) -> Scenario:
    import yaml

    read = yaml.safe_load(content)
    return Scenario(read["process"], "made up", read, BASE)


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        ("{process: decide_opening, world: offered, path: [decide]}", "path was"),
        ("{process: decide_opening, world: offered, passes: [offer_open]}", "does not pass"),
        ("{process: decide_opening, world: offered, status: running}", "status is completed"),
        ("{process: decide_opening, world: offered, data: {opening: 1}}", "opening is {.*}, not 1"),
        ("{process: decide_opening, world: offered, facts: {offer.status: x}}", "offer.status is"),
        ("{process: decide_opening, world: offered, visits: [a.b]}", "never visits a.b"),
        (
            "{process: decide_opening, world: offered, visits: [exam_room.secure_papers]}",
            "never visits “Secure the papers” of the process “Exam room”",
        ),
        ("{process: define_scheme, world: opened, steps: [{do: nothing}]}", "no user task"),
        (
            "{process: define_scheme, world: opened, status: running,"
            " steps: [{refuse: choose_scheme, by: standards, code: four_eyes}]}",
            "required",
        ),
    ],
)
def test_a_scenario_that_goes_another_way_fails(content: str, problem: str) -> None:
    with pytest.raises(ScenarioFailed, match=problem):
        run_scenario(base_pack(), scenario(content))


def test_what_a_scenario_still_waits_for_is_told_in_words() -> None:
    begun = scenario("{process: define_scheme, world: opened}")

    with pytest.raises(ScenarioFailed) as failed:
        run_scenario(base_pack(), begun)

    assert (
        failed.value.problem == "最后仍在运行,场景要的是已结束;还在等待:待办“选择方案、等级和科目”"
    )
    assert failed.value.problem_en.startswith("status is running, not completed; waits for user")
