"""How long a thousand certificates take: numbered, typeset with their QR codes, filed."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path
from uuid import uuid4

from sqlmodel import Session

from appraisal.candidates import candidate_by_id
from appraisal.certificates import number_certificate
from appraisal.enrolments import enrolments_of
from bench.installations import TODAY, BenchSession, new_installation, new_session
from engine import Continue, TaskContext
from tasks.certificate_pages import typeset_certificates

ISSUED = date(2026, 6, 15)


def measure(folder: Path, count: int = 100) -> dict[str, float]:
    """Typeset `count` certificates as PDF/A-2b by the product's own job, scaled to a thousand.

    Seconds of processor time, so of one core whatever the machine has. The product does not sign
    the files themselves.
    """
    bench = new_session(new_installation(folder), count)
    with bench.installation.database.transaction() as db:
        for enrolment in enrolments_of(db, bench.session_id):
            name = candidate_by_id(db, enrolment.candidate_id).name
            number_certificate(
                db,
                enrolment,
                bench.world.organisation,
                name,
                on=ISSUED,
                at=bench.installation.clock.now(),
            )
    started = time.process_time()
    with _job(bench) as (db, context):
        while isinstance(typeset_certificates(db, context, session_id=bench.session_id), Continue):
            pass
    seconds = time.process_time() - started
    bench.installation.dispose()
    return {"certificates1000Seconds": seconds / count * 1000}


@contextmanager
def _job(bench: BenchSession) -> Iterator[tuple[Session, TaskContext]]:
    installation = bench.installation
    with installation.database.transaction() as db:
        yield (
            db,
            TaskContext(
                instance_id=uuid4(),
                process_id="issue_certificates",
                business_key=bench.session.number,
                tenant=bench.world.organisation.code,
                bundle_id=installation.definitions.current_bundle(db),
                element_id="typeset",
                task_id=uuid4(),
                actor=None,
                now=installation.clock.now(),
                today=TODAY,
                cursor=None,
                engine=installation.engine,
                variables={},
                db=db,
            ),
        )
