"""Examinations in the background: one after the other, and how far each is."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from uuid import UUID

import structlog
from sqlalchemy import event, update
from sqlmodel import Session, col

from engine.bundles import Name
from engine.database import Database
from engine.definitions import Definitions
from engine.errors import describe_error
from tasks.gate import Gate
from tasks.publications import (
    PublicationRow,
    PublicationStatus,
    note_report,
    wanted_of,
)
from tasks.scenario_outcomes import Outcome
from tasks.scenarios import Scenario

TOLD_EVERY_SECONDS = 0.5

log = structlog.get_logger(__name__)


class Examiner:
    """Has the gate examine publications, in a thread of its own.

    No transaction is open while scenarios are played, so nobody waits for an examination to write.
    One that is lost with its process is seen by its age, and examined again by whoever wants it.
    """

    def __init__(self, database: Database, definitions: Definitions) -> None:
        self._database = database
        self._gate = Gate(database, definitions)
        self._threads = ThreadPoolExecutor(max_workers=1, thread_name_prefix="examiner")

    def order(self, db: Session, publication_id: UUID) -> None:
        """Examine a publication as soon as the caller's transaction is committed."""
        event.listen(
            db,
            "after_commit",
            lambda _: self._threads.submit(self.examine, publication_id),
            once=True,
        )

    def examine(self, publication_id: UUID) -> None:
        """Examine a publication now, and write down what was found or what went wrong."""
        told_at = 0.0

        def tell(done: int, total: int) -> None:
            nonlocal told_at
            if done < total and time.monotonic() - told_at < TOLD_EVERY_SECONDS:
                return
            told_at = time.monotonic()
            self._set(publication_id, progress_done=done, progress_total=total)

        try:
            with self._database.reading() as db:
                wanted = wanted_of(db, db.get_one(PublicationRow, publication_id))
            report = self._gate.examine(wanted, tell)
            with self._database.transaction() as db:
                note_report(db, publication_id, report)
        except Exception as error:
            # The edge of a thread: whoever asked learns what went wrong.
            log.exception("examination failed", publication=str(publication_id))
            self._set(
                publication_id,
                status=PublicationStatus.FAILED,
                note=describe_error(error)[:2000],
            )

    def prepare(self) -> None:
        """Have the processes that play start: somebody may want an examination soon."""
        self._gate.results.prepare()

    def play(self, contents: Mapping[Name, bytes], scenarios: Sequence[Scenario]) -> list[Outcome]:
        """Play scenarios with definitions that are not published; the outcomes in order."""
        return self._gate.results.play(contents, scenarios)

    def close(self) -> None:
        """End the thread."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    def _set(self, publication_id: UUID, **values: object) -> None:
        with self._database.transaction() as db:
            db.execute(
                update(PublicationRow)
                .where(
                    col(PublicationRow.id) == publication_id,
                    col(PublicationRow.status) == PublicationStatus.EXAMINING,
                )
                .values(told_at=datetime.now(UTC), **values)
            )
