"""Check definitions that lie in folders: the publish check, and their scenarios."""

import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from importlib.resources import as_file, files
from pathlib import Path

from api.application import build_installation, packaged_sources
from api.settings import Settings
from engine.diagrams import Environment
from engine.diagrams.importing import Draft, import_diagram
from engine.findings import Finding
from engine.jobs import LocalQueue
from engine.scopes import BASE, chain_of, scope_folders
from engine.sources import Source, load_folder
from tasks import all_service_tasks
from tasks.facts import host_functions
from tasks.posts import packaged_posts
from tasks.scenario_packs import Pack
from tasks.scenario_sets import load_scenarios, scenarios_beside
from tasks.scenarios import Scenario, ScenarioFailed, run_scenario


@dataclass(frozen=True)
class ScenarioResult:
    """How one scenario went; `problem` is empty when it went as it says."""

    process_id: str
    name: str
    problem: str


def lint_folders(folders: Sequence[Path]) -> list[Finding]:
    """What the publish check finds in the packaged definitions with those of the folders.

    A folder is laid out like `processes` or `forms/definitions`: one folder for each scope.
    Nothing is stored.
    """
    with tempfile.TemporaryDirectory() as scratch:
        settings = Settings(mode="production", folder=Path(scratch), database_url="")
        installation = build_installation(settings, queue=lambda _: LocalQueue())
        installation.database.create_schema()
        given = [source for folder in folders for source in load_folder(folder)]
        sources = _merged(packaged_sources(installation.plugins), given)
        found: list[Finding] = []
        with installation.database.transaction() as db:
            for report in installation.publish(db, sources, "lint"):
                found += report.findings
        installation.dispose()
    return found


def scenario_results(folders: Sequence[Path], only: str = "") -> list[ScenarioResult]:
    """Run the scenarios below the folders, else the packaged ones, on the packaged definitions."""
    results = []
    with as_file(files("processes")) as processes, as_file(files("forms")) as forms:
        roots = [Path(processes), Path(forms) / "definitions", *folders]
        for scopes, scenarios in _scenario_sets(Path(processes), folders):
            pack = Pack(*roots, scopes=scopes)
            for scenario in scenarios:
                if not only or only in (scenario.process_id, scenario.name):
                    results.append(_result(pack, scenario))
    return results


def _scenario_sets(
    packaged: Path, folders: Sequence[Path]
) -> Iterator[tuple[Sequence[str], list[Scenario]]]:
    """The scenarios with the scopes that each is played in."""
    if folders:
        yield (BASE,), load_scenarios(*folders)
        return
    sources = load_folder(packaged)
    for scope, _ in scope_folders(packaged):
        chain = tuple(chain_of([scope]))
        yield chain, scenarios_beside(chain, sources)


def _result(pack: Pack, scenario: Scenario) -> ScenarioResult:
    try:
        run_scenario(pack, scenario)
        problem = ""
    except ScenarioFailed as error:
        problem = str(error)
    return ScenarioResult(scenario.process_id, scenario.name, problem)


def import_file(path: Path) -> Draft:
    """Make a draft of a drawing, checked against the product's posts and service tasks.

    Raises:
        DiagramError: It is no BPMN 2.0 file.
    """
    environment = Environment(
        service_tasks={task.name for task in all_service_tasks()},
        groups=set(packaged_posts().posts),
        functions=host_functions(),
    )
    return import_diagram(path.read_bytes(), environment)


def _merged(packaged: Sequence[Source], given: Sequence[Source]) -> list[Source]:
    names = {(source.scope, source.kind, source.key) for source in given}
    kept = [one for one in packaged if (one.scope, one.kind, one.key) not in names]
    return [*kept, *given]
