"""Steps 8 to 10 from the rooms of a session to its settled marks, on the drawn diagrams."""

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import col, select

from appraisal.answers import last_answer, store_answer
from appraisal.attendance import Attendance
from appraisal.crypto import Keyring, attach_keyring
from appraisal.enrolments import EnrolmentSubject
from appraisal.irregularities import Outage, Violation
from appraisal.marking import subject_points
from appraisal.objects import ObjectStore, attach_objects
from appraisal.papers import Paper
from appraisal.room_states import RoomSitting
from engine.database import Database
from engine.testing import ScriptedRun, SourceDefinitions
from engine.user_tasks import UserTask
from tasks import all_service_tasks
from tasks.facts import fact_providers, host_functions
from tasks.worlds_exam import STARTS_AT, ExamWorld, exam_world, saved

PROCESSES = Path("processes/base")
FOLDERS = (
    "check_in conduct_exam score exam_room room_check_in close_check_in admit_late sit_exam "
    "handle_outage handle_violation mark_theory mark_script mark_blind mark_practical "
    "assess_work mark_review review_candidate settle_marks reconsider_mark hand_in_thesis"
).split()


class RoomDefinitions(SourceDefinitions):
    """The diagrams of steps 8 to 10 with their score sheets."""

    def content(self, db: Any, bundle_id: str, kind: str, key: str) -> bytes:
        found = [*PROCESSES.glob(f"*/{kind}s/{key}.*"), *PROCESSES.glob(f"{kind}s/{key}.*")]
        return found[0].read_bytes()


class KeptAnswers:
    def last_answer(
        self, db: Any, instance_id: UUID, element_id: str
    ) -> Mapping[str, Any] | None:
        return last_answer(db, instance_id, element_id)


class Room:
    """One world with an engine; answers user tasks as the person who should."""

    def __init__(self, database: Database, **world: Any) -> None:
        self.run = ScriptedRun(
            RoomDefinitions(_sources(), host_functions()),
            service_tasks=all_service_tasks(),
            facts=fact_providers(),
            functions=host_functions(),
            answers_port=KeptAnswers(),
            start_at=STARTS_AT - timedelta(days=1),
            database=database,
        )
        with database.transaction() as db:
            self.world: ExamWorld = exam_world(db, **world)
            db.expunge_all()
        self.database = database
        self.run.start(
            "check_in", self.world.session.number, {"session_id": self.world.session.id}
        )

    def waiting(self) -> list[str]:
        return sorted({task.element_id for task in self.run.ready()})

    def answer(self, element: str, given: Mapping[str, Any], number: int = 0) -> None:
        """Answer the oldest waiting user task of an element."""
        found = [task for task in self.run.ready() if task.element_id == element]
        assert found, f"{element} is not waiting but {self.run.waits_for()}"
        self.complete(found[0], given, number)

    def complete(self, task: UserTask, given: Mapping[str, Any], number: int = 0) -> None:
        post = task.groups()[0]
        person = int(task.assignee) if task.assignee else self.world.person(post, number)
        with self.database.transaction() as db:
            store_answer(
                db,
                instance_id=task.instance_id,
                user_task_id=task.id,
                element_id=task.element_id,
                person_id=person,
                values=given,
                at=self.run.clock.now(),
            )
        self.run.complete(task, {}, actor=str(person))

    def to_entry(self) -> None:
        """From the eve of the exam to the list of candidates."""
        self.run.happen({"message": "papers_released", "key": self.world.business_key})
        self.run.happen({"advance": timedelta(hours=22)})
        if self.world.room.subject != "review":
            assert self.waiting() == ["sign_in_staff"], self.run.waits_for()
        self.answer("sign_in_staff", {"staff": self.staff()})
        self.run.happen({"advance": timedelta(hours=1, minutes=45)})

    def staff(self) -> list[dict[str, Any]]:
        task = next(t for t in self.run.ready() if t.element_id == "sign_in_staff")
        return [{**row, "present": True} for row in task.context["staff"]]

    def sign_in(self, *numbers: str) -> None:
        rows = [
            {
                "admission_number": number,
                "present": number in numbers,
                "identity": "verified",
                "pledge_signed": True,
            }
            for number in self.numbers()
        ]
        self.answer("check_in_candidates", {"candidates": rows})

    def numbers(self) -> list[str]:
        return [str(enrolment.admission_number) for enrolment in self.world.enrolments]

    def open_papers(self) -> None:
        first, second = self.numbers()[:2]
        given = {"first_witness": first, "second_witness": second}
        self.answer("open_papers", {"seal_intact": "yes", "seal_number": "F-001", **given})

    def finish(self, sat: int, **conditions: Any) -> None:
        self.answer("invigilate", {"event": "finished", "equipment": "normal", **conditions})
        self.answer("close_room", {"papers_returned": sat, "seal_number": "G-001"})
        self.answer("supervise", {"staff_punctual": "met", "findings": "", "advice": ""})

    def subject_states(self) -> list[str]:
        with self.database.reading() as db:
            query = select(EnrolmentSubject.state).order_by(col(EnrolmentSubject.enrolment_id))
            return list(db.exec(query))

    def points(self, number: int) -> tuple[Decimal, bool, tuple[str, ...]]:
        with self.database.reading() as db:
            found = subject_points(
                db, saved(self.world.enrolments[number].id), self.world.room.subject
            )
        return found.points, found.vetoed, found.rows

    def papers(self) -> list[str]:
        with self.database.reading() as db:
            return sorted(db.exec(select(Paper.key)))

    def follow(self, *process_ids: str) -> list[str]:
        """Start the session's next steps and say how they end."""
        ends = []
        for process_id in process_ids:
            self.run.start(
                process_id, self.world.session.number, {"session_id": self.world.session.id}
            )
            ends.append(self.run.trace().status)
        return ends


def _sources() -> dict[str, bytes]:
    paths = [
        path
        for folder in FOLDERS
        for path in sorted((PROCESSES / folder).iterdir())
        if path.suffix in (".bpmn", ".dmn")
    ]
    return {path.name: path.read_bytes() for path in paths}


@pytest.fixture
def new_database(sqlite_database: Database, tmp_path: Path) -> Database:
    attach_keyring(sqlite_database.writer, keyring := Keyring.generate())
    attach_keyring(sqlite_database.reader, keyring)
    attach_objects(sqlite_database.writer, ObjectStore(tmp_path / "objects"))
    return sqlite_database


def test_a_theory_room_by_machine(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    first, second, third = room.numbers()

    room.to_entry()
    room.sign_in(first, second)
    room.open_papers()
    room.answer("register_late", {"late": []})
    room.finish(2)
    room.answer("import_sheet", {"sheet": f"准考证号,得分\n{first},59.5\n{second},60"})

    assert room.subject_states() == ["present", "present", "absent"]
    assert room.points(0) == (Decimal("59.5"), False, ())
    assert room.points(1) == (Decimal("60.0"), False, ())
    assert room.follow("conduct_exam") == ["completed"]
    assert room.run.trace().incidents == []
    room.run.start("score", room.world.session.number, {"session_id": room.world.session.id})
    room.answer("write_assessment_report", {"conduct": "正常", "quality": "良好"})
    assert room.run.trace().status == "completed"
    assert room.papers() == [
        "answer_script",
        "assessment_report",
        "assessor_sheet",
        "invigilator_sheet",
        "opening_record",
        "room_record",
        "sign_in_sheet",
        "supervision_record",
    ]
