"""The demo batch, worked through HTTP from its opening to the archive."""

import json
import shutil
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from pathlib import Path
from urllib.parse import urlsplit
from uuid import UUID

import httpx2
import pypdfium2
import pytest
import zxingcpp
from rich.console import Console
from sqlmodel import col, select
from typer.testing import CliRunner

from api import cli
from api.application import build_installation
from api.migration import is_current
from api.simulation.answers import default_answer, points_on
from api.simulation.command import RESULT, SECOND, report_on, run, work_batch
from api.simulation.demo import demo_environment, demo_settings, set_up
from api.simulation.report import Report, outcome_of
from api.simulation.server import Server
from appraisal.archive import read_catalogue
from appraisal.bag import verify
from appraisal.calendar import LOCAL
from appraisal.demo_roster import DemoCandidate, demo_roster
from engine.bundles import Name
from engine.instances import ProcessInstance
from tasks.demo_world import STAFF
from tasks.scenario_outcomes import Outcome, play_scenario
from tasks.scenario_packs import Pack
from tasks.scenario_recording import Recording, record
from tasks.scenario_sets import check_scenarios
from tasks.scenario_workers import pack_name
from tasks.scenarios import Scenario

CATALOGUE = Path("processes/base/archive/archive_catalogue.json")
# Enough electricians for a batch: the one with 59.5, and eleven to whom nothing special happens.
FEW = ("E01", "E02", "E03", "E08", "E16", "E18", "E19", "E21", "E22", "E23", "E24", "E12")


@dataclass(frozen=True)
class Demo:
    """A demo installation after its batch, and how to serve it again."""

    folder: Path
    environment: dict[str, str]
    report: Report

    @property
    def outcomes(self) -> dict[str, str]:
        return {one.id: one.outcome for one in self.report.conclusions}


def play(folder: Path, roster: Sequence[DemoCandidate]) -> Demo:
    environment = demo_environment(folder, public_url="http://example.test/jc")
    access = set_up(demo_settings(environment))
    with Server(environment, folder / "server.log") as server:
        worked = work_batch(access, lambda: server.address, roster)
        report = report_on(worked, roster, folder, 1.0)
        worked.crew.close()
    return Demo(folder, environment, report)


@pytest.fixture(scope="module")
def roster() -> list[DemoCandidate]:
    return demo_roster(today=datetime.now(LOCAL).date())


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory, roster: list[DemoCandidate]) -> Demo:
    return play(tmp_path_factory.mktemp("demo"), roster)


@pytest.fixture(scope="module")
def serving(demo: Demo) -> Iterator[str]:
    with Server(demo.environment, demo.folder / "again.log") as server:
        yield server.address


@pytest.mark.slow
@pytest.mark.xdist_group("simulation")
def test_demo_everybody_ends_as_intended(demo: Demo, roster: list[DemoCandidate]) -> None:
    assert demo.outcomes == {one.id: one.intended for one in roster}


@pytest.mark.slow
@pytest.mark.xdist_group("simulation")
def test_demo_result_names_certificates_and_archive(demo: Demo) -> None:
    result = json.loads(demo.report.as_json(demo.folder))

    certified = [one for one in result["candidates"] if one["outcome"] == "certified"]
    assert len(result["certificates"]) == len(certified) > 0
    assert all((demo.folder / path).is_file() for path in result["certificates"])
    assert (demo.folder / result["archive"] / "bagit.txt").is_file()
    assert [one["id"] for one in result["candidates"] if not one["rows"]] == []
    assert result["processInstances"] > 60
    assert result["userTasks"] > 500


@pytest.mark.slow
@pytest.mark.xdist_group("simulation")
def test_demo_changed_fact_changes_that_outcome(
    demo: Demo, roster: list[DemoCandidate], tmp_path: Path
) -> None:
    few = [one for one in roster if one.id in FEW]
    changed = [
        replace(one, facts=replace(one.facts, theory=("60",))) if one.id == "E01" else one
        for one in few
    ]

    again = play(tmp_path, changed)

    before = {one.id: demo.outcomes[one.id] for one in few}
    assert before["E01"] == "resit"
    assert again.outcomes == {**before, "E01": "certified"}


@pytest.mark.slow
@pytest.mark.xdist_group("simulation")
def test_demo_certificate_code_leads_to_a_valid_answer(
    demo: Demo, serving: str, roster: list[DemoCandidate]
) -> None:
    page = pypdfium2.PdfDocument(demo.report.certificates[0])[0]
    codes = zxingcpp.read_barcodes(page.render(scale=3).to_pil())
    address = urlsplit(codes[0].text)
    path = address.path.removeprefix("/jc")

    answer = httpx2.get(f"{serving}{path}", headers={"Accept-Language": "zh-CN"})

    assert address.netloc == "example.test"
    assert answer.status_code == 200
    assert "有效" in answer.text
    assert [one.id for one in roster if one.name in answer.text] == []
    number = demo.report.certificates[0].stem
    verified = httpx2.get(f"{serving}/api/v1/certificates/{number}").json()
    assert verified["valid"] is True
    assert "*" in verified["name"] or "＊" in verified["name"]


@pytest.mark.slow
@pytest.mark.xdist_group("simulation")
def test_demo_archive_holds_every_item_of_the_catalogue(demo: Demo) -> None:
    items = read_catalogue(CATALOGUE.read_bytes())
    data = demo.report.archive / "data"

    missing = [
        item.title for item in items if not [*data.glob(f"第{item.volume}卷-*/{item.no:02d}-*/*")]
    ]

    assert missing == []
    # What an industry files besides, the catalogue of a batch of several industries has no entry
    # for: it is in the archive all the same.
    others = [path.name for path in (data / "其他资料").iterdir()]
    assert sum("安全承诺书" in name for name in others) > 0
    assert sum("上电许可单" in name for name in others) > 0


@pytest.mark.slow
@pytest.mark.xdist_group("simulation")
def test_demo_archive_tells_of_any_changed_byte(demo: Demo, tmp_path: Path) -> None:
    folder = tmp_path / "archive"
    shutil.copytree(demo.report.archive, folder)
    assert verify(folder) == []
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    looked_at = [path for path in files if path.parent == folder] + files[:: len(files) // 12]

    unnoticed = [path.name for path in looked_at if not _is_noticed(folder, path)]

    assert unnoticed == []


def _recorded(demo: Demo) -> dict[str, Recording]:
    """Record an instance of every process for its trade, that of an enrolment for base, too."""
    packs: dict[str, Pack] = {}

    def play(contents: Mapping[Name, bytes], scenarios: Sequence[Scenario]) -> list[Outcome]:
        pack = packs.setdefault(pack_name(contents), Pack.of(contents))
        return [play_scenario(pack, one) for one in scenarios]

    installation = build_installation(demo_settings(demo.environment))
    try:
        with installation.database.reading() as db:
            every = db.exec(select(ProcessInstance).order_by(col(ProcessInstance.scopes).desc()))
            chosen = {one.process_id: (one.id, one.scopes.split(" ")) for one in every}
        record_in = partial(
            record, installation.database.reading, installation.engine, installation.forms, play
        )
        found = {name: record_in(one, _trade(scopes)) for name, (one, scopes) in chosen.items()}
        return {**found, "base": record_in(chosen["enrolment"][0], "base")}
    finally:
        installation.dispose()


def _trade(scopes: Sequence[str]) -> str:
    return next((one for one in scopes if one.startswith("industry:")), scopes[-1])


@pytest.mark.slow
@pytest.mark.xdist_group("simulation")
def test_demo_instances_become_scenarios_with_nobody_in_them(
    demo: Demo, roster: list[DemoCandidate]
) -> None:
    found = _recorded(demo)

    ways = {name: one.departures for name, one in found.items() if name != "base"}
    assert ways == dict.fromkeys(ways, ())
    assert {"appraisal_session", "enrolment", "exam_room", "mark_practical", "objection"} <= {*ways}
    # The base has no safety briefing.
    assert any("安全" in zh for zh, _ in found["base"].departures)
    text = "".join(one.text for one in found.values())
    people = [person for _, person, _ in STAFF] + [one.name for one in roster]
    cells = [cell for one in roster for cell in one.row.values() if len(cell) > 8]
    numbers = [one.id_number for one in roster] + [one.birth_date.isoformat() for one in roster]
    certificates = [path.stem for path in demo.report.certificates]
    assert [one for one in (*people, *cells, *numbers, *certificates) if one in text] == []
    assert "JC-2026" not in text


@pytest.mark.slow
@pytest.mark.xdist_group("simulation")
def test_demo_instance_is_recorded_by_command(
    demo: Demo, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in demo.environment.items():
        monkeypatch.setenv(name, value)
    installation = build_installation(demo_settings(demo.environment))
    with installation.database.reading() as db:
        one = db.exec(select(ProcessInstance).where(ProcessInstance.process_id == "objection"))
        instance_id = one.first().id  # type: ignore[union-attr]
    installation.dispose()
    written = tmp_path / "recorded.yaml"
    command = ["record-scenario", str(instance_id), "--output", str(written), "--json"]

    told = CliRunner().invoke(cli.app, command)

    assert told.exit_code == 0, told.output
    assert json.loads(told.stdout)["reproduces"]
    assert check_scenarios("objection", written.read_bytes()) == []
    assert CliRunner().invoke(cli.app, ["record-scenario", str(UUID(int=0))]).exit_code == 2


def _is_noticed(folder: Path, path: Path) -> bool:
    content = path.read_bytes()
    place = len(content) // 2
    path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
    try:
        return verify(folder) != []
    finally:
        path.write_bytes(content)


@pytest.mark.parametrize(
    ("state", "outcome", "expected"),
    [
        ("rejected", None, "rejected"),
        ("certified", "passed", "certified"),
        ("published", "passed", "held"),
        ("resit", "partly", "resit"),
        ("failed", "partly", "failed"),
        ("resit", "failed", "failed"),
        ("resit", "absent", "absent"),
        ("failed", "void", "void"),
    ],
)
def test_outcome_is_what_decides(state: str, outcome: str | None, expected: str) -> None:
    result = None if outcome is None else {"outcome": outcome}

    assert outcome_of({"state": state}, result) == expected


def test_default_answer_fills_what_is_required() -> None:
    schema = {
        "properties": {
            "verdict": {"oneOf": [{"const": "approve"}, {"const": "return"}]},
            "note": {"type": ["string", "null"]},
            "pledge": {"type": "boolean"},
            "rows": {
                "type": "array",
                "items": {
                    "type": "object",
                    "properties": {"hours": {"type": "integer", "minimum": 2}},
                    "required": ["hours"],
                },
            },
        },
        "required": ["verdict", "pledge"],
    }

    answer = default_answer(schema, {"rows": [{"name": "a"}, {"name": "b"}]})

    assert answer == {"verdict": "approve", "pledge": True, "rows": [{"hours": 2}, {"hours": 2}]}


@pytest.mark.parametrize("points", [0.0, 0.5, 59.5, 60.0, 97.5, 100.0])
def test_points_on_a_sheet_sum_up(points: float) -> None:
    rows = [{"full": full} for full in (10, 10, 20, 30, 10, 12, 8)]

    given = [row["points"] for row in points_on(rows, points)]

    assert sum(given) == points
    assert all(0 <= one <= row["full"] for one, row in zip(given, rows, strict=True))


@pytest.mark.slow
def test_demo_of_an_older_version_is_brought_up_to_date_to_be_served(tmp_path: Path) -> None:
    for name in (RESULT, SECOND):
        (tmp_path / name).write_text("{}", "utf-8")

    well, environment = run(Console(quiet=True), serve=True, port=1, fresh=False, folder=tmp_path)

    installation = build_installation(demo_settings(environment))
    assert well and is_current(installation.database)
    installation.dispose()
