"""Certificates of several batches numbered at once, by the real service task and engine."""

import threading
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

import pytest
from sqlmodel import col, select

from api.application import Installation
from appraisal.certificate_numbers import is_certificate_number
from appraisal.certificates import Certificate
from appraisal.enrolments import Enrolment
from appraisal.numbers import NumberRange
from appraisal.organisations import organisation_by_id
from appraisal.releases import Release
from appraisal.results import Result
from appraisal.sessions import create_session, session_by_id
from engine.database import Database
from engine.incidents import Incident
from engine.instances import ProcessInstance
from engine.jobs import Job, JobStatus, work_on
from engine.sources import Source
from tasks.worlds_results import listed_batch
from tests.api.conftest import settle

CANDIDATES = 24
CHUNK = 4
DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="jc">
  <bpmn:process id="only_number" name="只编号" isExecutable="true">
    <bpmn:startEvent id="begun" name="开始"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="begun" targetRef="number" />
    <bpmn:serviceTask id="number" name="编号" camunda:type="external"
        camunda:topic="certificates.number" camunda:resultVariable="numbering">
      <bpmn:extensionElements><camunda:inputOutput>
        <camunda:inputParameter name="session_id">= session_id</camunda:inputParameter>
      </camunda:inputOutput></bpmn:extensionElements>
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
    </bpmn:serviceTask>
    <bpmn:sequenceFlow id="b" sourceRef="number" targetRef="done" />
    <bpmn:endEvent id="done" name="结束"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


@pytest.fixture
def installation(database: Database, tmp_path: Path) -> Iterator[Installation]:
    made = settle(database, tmp_path / "var")
    with made.database.transaction() as db:
        source = Source("process", "only_number", DIAGRAM.encode())
        report = made.definitions.publish(db, [source], actor="test")
        assert not report.refused, report.findings
    yield made
    made.dispose()


def two_batches(installation: Installation) -> list[int]:
    """Two batches of one body, their certificates from one range; all of them accepted."""
    now = datetime(2026, 3, 2, 1, tzinfo=UTC)
    with installation.database.transaction() as db:
        enrolments = listed_batch(db, now, outcomes=["passed"] * CANDIDATES).names["enrolments"]
        first = session_by_id(db, enrolments[0].session_id)
        second = create_session(
            db,
            organisation_by_id(db, first.organisation_id),
            "又一批",
            created_at=now,
            exam_date=first.exam_date,
            site=first.site,
        )
        sessions = [first.id or 0, second.id or 0]
        for at, enrolment in enumerate(enrolments):
            enrolment.session_id = sessions[at % 2]
            result = db.exec(select(Result).where(Result.enrolment_id == enrolment.id)).one()
            result.session_id = enrolment.session_id
            release = Release(
                session_id=enrolment.session_id, enrolment_id=enrolment.id,
                release="issue", row="r", reported=True, accepted=True,
            )  # fmt: skip
            db.add_all([enrolment, result, release])
    return sessions


def start(installation: Installation, sessions: Sequence[int]) -> list[UUID]:
    """Start an instance for each; gives their jobs."""
    with installation.database.transaction() as db:
        for at, session_id in enumerate(sessions):
            installation.engine.start(
                db, "only_number", business_key=f"n{at}", variables={"session_id": session_id}
            )
        return list(db.exec(select(Job.id)).all())


def work_at_once(installation: Installation, jobs: Sequence[UUID]) -> None:
    together = threading.Barrier(len(jobs))

    def work(job: UUID) -> None:
        together.wait()
        # Who loses a race is tried again after a while, as the poller does.
        while work_on(installation.database, installation.engine, job) is JobStatus.WAITING:
            pass

    threads = [threading.Thread(target=work, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def test_numberings_at_once_give_every_number_once(
    installation: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.certificates.NUMBERS_A_CHUNK", CHUNK)
    sessions = two_batches(installation)
    jobs = start(installation, [*sessions, *sessions])

    work_at_once(installation, jobs)

    with installation.database.reading() as db:
        assert db.exec(select(Incident)).all() == []
        assert {one.status for one in db.exec(select(Job))} == {JobStatus.DONE}
        ended = select(ProcessInstance.status).where(ProcessInstance.process_id == "only_number")
        assert set(db.exec(ended)) == {"completed"}
        certificates = db.exec(select(Certificate).order_by(col(Certificate.number))).all()
        enrolled = db.exec(select(Enrolment.id).order_by(col(Enrolment.id))).all()
        [numbers] = db.exec(select(NumberRange).where(col(NumberRange.key).like("certificate:%")))
    assert all(is_certificate_number(one.number) for one in certificates)
    assert [int(one.number[-6:]) for one in certificates] == [*range(1, CANDIDATES + 1)]
    assert sorted(one.enrolment_id for one in certificates) == list(enrolled)
    assert numbers.next_value == CANDIDATES + 1
