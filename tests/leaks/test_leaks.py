"""Names stand where they belong and nowhere else; ID and phone numbers nowhere in clear."""

import shutil
import tempfile
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import uuid4

import pytest
from httpx2 import Client
from sqlalchemy import create_engine, text
from sqlmodel import select

from api.application import build_installation
from api.simulation.command import work_batch
from api.simulation.crew import Crew
from api.simulation.demo import demo_settings
from api.simulation.visitor import Refused
from appraisal.calendar import LOCAL
from appraisal.demo_roster import DemoCandidate, demo_roster
from engine.instances import ProcessInstance
from tests.kills.grounds import Ground
from tests.kills.reaper import Reaper
from tests.leaks.search import NAME_COLUMNS, Secret, in_database, in_files, kinds_in, secrets_of

_JSON = {"Content-Type": "application/json"}
# A wrong ID number in the first file, a name of many letters, a rare character, a paper
# supplied later, a witness's objection.
PEOPLE = ("E12", "E18", "E21", "E23", "E24")

# The batch is worked once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("leaks")]


@dataclass(frozen=True)
class Worked:
    """An installation after a batch, and what must not be found in it."""

    ground: Ground
    people: list[DemoCandidate]
    secrets: list[Secret]


@pytest.fixture(scope="module")
def worked() -> Iterator[Worked]:
    """A batch from roster to archive, with everything logged that can be."""
    folder = Path(tempfile.mkdtemp(prefix="jc-leaks-"))
    try:
        made = Ground.make(folder / "ground")
        told = {**made.environment, "JIANCHENG_LOG_LEVEL": "debug"}
        ground = Ground(made.access, made.folder, told)
        today = datetime.now(LOCAL).date()
        people = [one for one in demo_roster(today=today) if one.id in PEOPLE]
        with Reaper(ground, [], []) as server:
            done = work_batch(ground.access, server.address, people)
            blunder(done.crew, server.address(), done.batch.scene.number, people[0])
            done.crew.close()
            # It is gone once the last connection is closed.
            shutil.copy(ground.folder / "jiancheng.sqlite-wal", ground.folder / "wal")
        yield Worked(ground, people, secrets_of(people))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def blunder(crew: Crew, address: str, session: str, person: DemoCandidate) -> None:
    """Send what is refused, with a name or an ID number wherever one can stand."""
    planner = crew.staff(crew.holders(["planner"])[0])
    name, number = person.name, person.id_number
    row = f"{number},{name}\n".encode()
    sent: list[Callable[[], object]] = [
        lambda: planner.get(f"/enrolments/{number}"),
        lambda: planner.get(f"/sessions/{name}"),
        lambda: planner.get("/user-tasks", text=name, cursor=number),
        lambda: planner.post(f"/user-tasks/{uuid4()}/completion", {"answer": {number: name}}),
        lambda: planner.post("/messages", {"name": name, "correlationKey": number}),
        lambda: planner.post("/process-instances", {"processId": number, "businessKey": name}),
        lambda: planner.post("/operations", {"kind": name, number: number}),
        lambda: planner.post(f"/sessions/{session}/roster-imports", files={"sheet": ("x", row)}),
    ]
    for send in sent:
        with suppress(Refused):
            send()
    with Client(base_url=address, trust_env=False) as client:
        answers = [
            client.post("/api/v1/logins", json={"signInName": number, "password": name * 5}),
            client.post("/api/v1/messages", content=f'{{"{name}": {number}', headers=_JSON),
            client.get(f"/api/v1/certificates/{number}"),
            client.get("/verify", params={"number": number}),
            client.get(f"/verify/{number}"),
            client.get(f"/{name}/{number}", headers={"X-Request-Id": number}),
            client.get("/inbox", params={"q": name}, headers={"Accept": "text/html"}),
        ]
    assert [one.status_code for one in answers] == [401, 400, 404, 303, 404, 404, 303]


def test_tables_hold_names_only_where_they_belong(worked: Worked) -> None:
    settings = demo_settings(worked.ground.environment)
    engine = create_engine(settings.database_address)

    found = in_database(engine, worked.secrets)

    engine.dispose()
    assert found == {(table, column, "name") for table, column in NAME_COLUMNS}


def test_process_data_and_history_hold_none(worked: Worked) -> None:
    installation = build_installation(demo_settings(worked.ground.environment))
    with installation.database.reading() as db:
        ids = db.exec(select(ProcessInstance.id)).all()
        data = [str(installation.engine.read_variables(db, one)) for one in ids]
        history = db.exec(select(text("details")).select_from(text("engine_history"))).all()
    installation.dispose()

    assert len(data) > len(worked.people)
    assert [kinds for one in data if (kinds := kinds_in(one, worked.secrets))] == []
    assert [kinds for one in history if (kinds := kinds_in(one, worked.secrets))] == []


def test_bytes_at_rest_hold_no_number(worked: Worked) -> None:
    """Not in freed pages, journals or other files either; papers and archives are made to."""
    numbers = [one for one in worked.secrets if one[0] != "name"]
    files = [
        path
        for path in worked.ground.folder.rglob("*")
        if path.is_file() and not {"objects", "archives"} & {*path.parts}
    ]

    assert {"jiancheng.sqlite", "wal", "server.log"} <= {p.name for p in files}
    found = {path.name: kinds for path in files if (kinds := kinds_in(path.read_bytes(), numbers))}
    assert found == {}


def test_logs_and_file_names_hold_none(worked: Worked) -> None:
    log = (worked.ground.folder / "server.log").read_bytes()
    archives = [path for path in worked.ground.folder.rglob("bagit.txt")]

    assert len(archives) == 1
    assert kinds_in(log, worked.secrets) == set()
    assert in_files(worked.ground.folder, worked.secrets) == set()


@pytest.mark.parametrize(
    "value",
    [
        "考生王建国到场",
        '{"name": "\\u738b\\u5efa\\u56fd"}',
        "王建国".encode(),
        "王建国".encode("gb18030"),
        "王建国".encode("utf-16-le"),
        zlib.compress("王建国".encode()),
        memoryview("王建国".encode()),
    ],
)
def test_search_finds_what_is_there(value: object) -> None:
    assert kinds_in(value, [("name", "王建国"), ("phone", "19900000001")]) == {"name"}
