"""How a scenario went, as plain data: it comes from another process and is kept as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from engine.bundles import Name
from engine.errors import DiagramError, UnknownProcess
from engine.user_tasks import UserTaskStatus
from tasks.scenario_packs import Pack
from tasks.scenarios import Scenario, ScenarioFailed, ScenarioRun, run_scenario

Flow = tuple[str, str, str]


@dataclass(frozen=True)
class Outcome:
    """How one scenario went; `problem` and `problem_en` are empty when it went as it says.

    `key` is that of the definition that has it and `name_zh` what Chinese readers are told, once
    it is known where it was played.
    `path` are the elements of its own process in order, `visited` those of all processes as
    `process.element`, `taken` process, source and target of each flow. `expected` is the path that
    it says, empty if it says none; `waiting` the user tasks that are open at the end, as
    `process.element`. `read` has the hash of every definition that it came across: while those
    stay, it goes the same way. None: unknown.
    """

    process_id: str
    name: str
    problem: str = ""
    problem_en: str = ""
    path: tuple[str, ...] = ()
    visited: tuple[str, ...] = ()
    taken: tuple[Flow, ...] = ()
    read: tuple[tuple[str, str, str], ...] | None = field(default=None, repr=False)
    key: str = ""
    name_zh: str = ""
    expected: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()

    @property
    def said(self) -> dict[str, str]:
        """What it is called, in both languages."""
        return {"zh": self.name_zh or self.name, "en": self.name}

    @property
    def passed(self) -> bool:
        """Whether it went as it says."""
        return not self.problem

    def holds_for(self, hashes: Mapping[Name, str]) -> bool:
        """Whether it would go the same way with these definitions."""
        return self.read is not None and all(
            hashes.get((kind, key), "") == sha256 for kind, key, sha256 in self.read
        )


def play_scenario(pack: Pack, scenario: Scenario) -> Outcome:
    """Run a scenario and tell how it went, whatever happens."""
    problem = problem_en = ""
    run: ScenarioRun | None = None
    known = True
    try:
        run = run_scenario(pack, scenario)
    except ScenarioFailed as error:
        problem, problem_en, run = error.problem, error.problem_en, error.run
        # What could not be found may be anywhere.
        known = not isinstance(error.__cause__, (DiagramError, UnknownProcess))
    except (DiagramError, UnknownProcess) as error:
        problem, problem_en, known = f"无法运行:{error}", f"Cannot run: {error}", False
    except Exception as error:
        # Whatever a scenario gets wrong is its result.
        said = f"{type(error).__name__}: {error}"[:500]
        problem, problem_en = f"场景写得不对:{said}", f"The scenario is wrong: {said}"
    read = tuple((*name, pack.hash_of(name)) for name in sorted(pack.read)) if known else None
    return Outcome(
        scenario.process_id,
        scenario.name,
        problem,
        problem_en,
        tuple(run.elements) if run else (),
        tuple(dict.fromkeys(f"{process}.{element}" for process, element in run.visited))
        if run
        else (),
        tuple(sorted(run.taken)) if run else (),
        read,
        expected=_expected(scenario),
        waiting=_waiting(run),
    )


def _expected(scenario: Scenario) -> tuple[str, ...]:
    path = scenario.content.get("path")
    return tuple(map(str, path)) if isinstance(path, list) else ()


def _waiting(run: ScenarioRun | None) -> tuple[str, ...]:
    tasks = run.trace.user_tasks if run else []
    return tuple(
        dict.fromkeys(
            f"{one.process_id}.{one.element_id}"
            for one in tasks
            if one.status == UserTaskStatus.READY
        )
    )
