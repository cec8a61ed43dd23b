"""A room of an exam with its engine: steps 8 to 10 on the drawn diagrams."""

from base64 import b64decode
from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any
from uuid import UUID

from sqlmodel import col, select

from appraisal.answers import Answer, last_answer, seal_answer
from appraisal.enrolments import EnrolmentSubject
from appraisal.marking import subject_points
from appraisal.objects import objects_of
from appraisal.papers import Paper
from engine.database import Database
from engine.errors import UnknownDefinition
from engine.testing import ScriptedRun, SourceDefinitions
from engine.user_tasks import UserTask
from tasks import all_service_tasks
from tasks.exam_world import STARTS_AT, ExamWorld, exam_world, saved
from tasks.facts import fact_providers, host_functions

PROCESSES = Path("processes/base")
# One grey pixel.
PHOTO = b64decode(
    "iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg=="
)
FOLDERS = (
    "check_in",
    "conduct_exam",
    "score",
    "exam_room",
    "room_check_in",
    "close_check_in",
    "admit_late",
    "sit_exam",
    "handle_outage",
    "handle_violation",
    "mark_theory",
    "mark_script",
    "mark_blind",
    "mark_practical",
    "assess_work",
    "mark_review",
    "review_candidate",
    "settle_marks",
    "reconsider_mark",
    "hand_in_thesis",
)


class RoomDefinitions(SourceDefinitions):
    """The diagrams of steps 8 to 10 with their score sheets."""

    def content(self, db: Any, bundle_id: str, kind: str, key: str) -> bytes:
        found = [*PROCESSES.glob(f"*/{kind}s/{key}.*"), *PROCESSES.glob(f"{kind}s/{key}.*")]
        if not found:
            raise UnknownDefinition(f"{kind} {key}")
        return found[0].read_bytes()


class KeptAnswers:
    def last_answer(self, db: Any, instance_id: UUID, element_id: str) -> Mapping[str, Any] | None:
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
        self.run.start("check_in", self.world.session.number, {"session_id": self.world.session.id})

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
            row = seal_answer(
                db,
                instance_id=task.instance_id,
                user_task_id=task.id,
                element_id=task.element_id,
                person_id=person,
                values=given,
                at=self.run.clock.now(),
            )
            db.add(Answer(**row))
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

    def report(self) -> list[str]:
        """Run step 10 to its end and give the papers of marking, the report left out."""
        self.run.start("score", self.world.session.number, {"session_id": self.world.session.id})
        self.answer("write_assessment_report", {"conduct": "正常", "quality": "良好"})
        assert (self.run.trace().status, self.run.trace().incidents) == ("completed", [])
        marking = {"answer_script", "score_record", "work_piece_photos"}
        return [key for key in self.papers() if key in marking | {"thesis_review", "defence_score"}]

    def photo(self) -> dict[str, Any]:
        with self.database.transaction() as db:
            return {"name": "piece.png", "sha256": objects_of(db).put(PHOTO).key}

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


def sheet_rows(points: Mapping[str, float]) -> list[dict[str, Any]]:
    return [{"criterion": key, "points": value} for key, value in points.items()]


PERFECT = {
    "plan": 10,
    "tools": 10,
    "steps": 20,
    "quality": 30,
    "technique": 10,
    "protection": 12,
    "order": 8,
}


def begin(room: Room, *signed_in: str) -> None:
    """To the running exam with the list closed."""
    room.to_entry()
    room.sign_in(*signed_in)
    if room.world.room.subject != "review":
        room.open_papers()
    room.answer("register_late", {"late": []})
