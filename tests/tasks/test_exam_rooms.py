"""Steps 8 to 10 from the rooms of a session to its settled marks, on the drawn diagrams."""

from base64 import b64decode
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
from appraisal.objects import ObjectStore, attach_objects, objects_of
from appraisal.papers import Paper
from appraisal.room_states import RoomSitting
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


@pytest.fixture
def new_database(sqlite_database: Database, tmp_path: Path) -> Database:
    attach_keyring(sqlite_database.writer, keyring := Keyring.generate())
    attach_keyring(sqlite_database.reader, keyring)
    attach_objects(sqlite_database.writer, ObjectStore(tmp_path / "objects"))
    return sqlite_database


def test_a_theory_room_by_machine(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    first, second, _ = room.numbers()

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
        "paper_issue_register",
        "room_record",
        "sign_in_sheet",
        "supervision_record",
    ]


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


def test_a_practical_room_with_deliberation_and_veto(new_database: Database) -> None:
    room = Room(new_database, subject="practical", candidates=2)
    begin(room, *room.numbers())

    # Assessors mark while the room still sits.
    assert "invigilate" in room.waiting() and "score_work" in room.waiting()
    wide = [PERFECT, PERFECT, PERFECT | {"quality": 10, "technique": 0}]
    tasks = [task for task in room.run.ready() if task.element_id == "score_work"]
    by_work: dict[str, list[UserTask]] = {}
    for task in tasks:
        by_work.setdefault(task.business_key, []).append(task)
    first, second = sorted(by_work)
    for task, points in zip(
        sorted(by_work[first], key=lambda t: str(t.assignee)), wide, strict=True
    ):
        room.complete(task, {"items": sheet_rows(points)})
    for task in by_work[second]:
        given = {"items": sheet_rows(PERFECT), "vetoes": ["unsafe"], "photos": [room.photo()]}
        room.complete(task, given)

    assert "deliberate" in room.waiting()
    room.answer("deliberate", {"evidence": "工件与照片", "question": "质量项扣分依据"})
    authors = [task for task in room.run.ready() if task.element_id == "reconsider"]
    assert len(authors) == 3
    for task in sorted(authors, key=lambda t: str(t.assignee)):
        own = int(str(task.assignee)) == room.world.person("assessor", 2)
        changed = {"decision": "change", "reason": "漏看一处", "items": sheet_rows(PERFECT)}
        room.complete(task, changed if own else {"decision": "keep", "reason": "依据充分"})
    room.finish(2)

    assert room.points(0) == (Decimal("100.0"), False, ("d11_within",))
    assert room.points(1) == (Decimal("100.0"), True, ("d11_within",))
    assert room.follow("conduct_exam") == ["completed"]
    assert room.report() == ["answer_script", "score_record", "work_piece_photos"]


def test_one_candidate_alone_with_spare_papers_and_marks_out_of_bounds(
    new_database: Database,
) -> None:
    room = Room(new_database, subject="practical", candidates=1)
    (number,) = room.numbers()
    room.to_entry()
    room.sign_in(number)

    room.answer("open_papers", {"seal_intact": "no", "seal_number": "F-1"})
    room.answer("use_spare_papers", {"seal_number": "F-2", "facts": "封条破损", "reported": True})
    witness = {"first_witness": number}
    room.answer("open_papers", {"seal_intact": "yes", "seal_number": "F-2"} | witness)
    room.answer("register_late", {"late": []})
    room.answer("score_work", {"items": sheet_rows(PERFECT | {"order": 8.5})})

    back = [t.context["refusal"]["code"] for t in room.run.ready() if t.context.get("refusal")]
    assert back == ["mark_refused"]


def test_a_review_room(new_database: Database) -> None:
    room = Room(new_database, subject="review", candidates=2)
    begin(room, *room.numbers())

    for element, points in (
        ("review_thesis", {"topic": 8, "content": 16, "writing": 7.5}),
        ("score_defence", {"presentation": 12, "expertise": 24, "response": 11}),
    ):
        tasks = [task for task in room.run.ready() if task.element_id == element]
        assert len(tasks) == 6
        for task in tasks:
            room.complete(task, {"items": sheet_rows(points), "remark": "可"})
    room.finish(2)

    assert room.points(0) == (Decimal("78.5"), False, ("d11_within",))
    assert room.subject_states() == ["present", "present"]
    assert room.report() == ["answer_script", "defence_score", "thesis_review"]


def test_paper_scripts_with_a_third_marker(new_database: Database) -> None:
    room = Room(new_database, candidates=2)
    begin(room, *room.numbers())
    room.finish(2)

    scripts = sorted({t.business_key for t in room.run.ready() if t.element_id == "mark_alone"})
    assert len(scripts) == 2
    for script, (one, two) in zip(scripts, [(70, 74), (50, 70)], strict=True):
        for number, points in enumerate((one, two)):
            task = next(
                t
                for t in room.run.ready()
                if t.element_id == "mark_alone" and t.business_key == script
            )
            room.complete(task, {"items": sheet_rows({"total": points})}, number)
    third = next(t for t in room.run.ready() if t.element_id == "mark_third")
    room.complete(third, {"items": sheet_rows({"total": 68})}, 2)

    found = sorted(room.points(number) for number in (0, 1))
    assert found == [
        (Decimal("69.0"), False, ("d11_within",)),
        (Decimal("72.0"), False, ("d11_within",)),
    ]


def test_one_person_cannot_mark_a_script_twice(new_database: Database) -> None:
    room = Room(new_database, candidates=2)
    begin(room, *room.numbers())
    room.finish(2)
    first = next(t for t in room.run.ready() if t.element_id == "mark_alone")
    room.complete(first, {"items": sheet_rows({"total": 70})})
    again = next(
        t
        for t in room.run.ready()
        if t.element_id == "mark_alone" and t.business_key == first.business_key
    )

    room.complete(again, {"items": sheet_rows({"total": 70})})

    back = [
        t
        for t in room.run.ready()
        if t.element_id == "mark_alone" and t.business_key == first.business_key
    ]
    assert [t.context["refusal"]["code"] for t in back] == ["mark_refused"]


@pytest.mark.parametrize(
    ("late", "status", "minutes", "rows"),
    [
        ({"minutes_late": 30}, "late", 30, ["d8_late_admitted"]),
        ({"minutes_late": 31}, "absent", 31, ["d8_too_late"]),
        ({"minutes_late": 5, "pledge_signed": False}, "absent", 5, ["d8_no_pledge"]),
        ({"minutes_late": 5, "identity": "mismatch"}, "refused", 5, ["d8_other_person"]),
    ],
)
def test_late_arrivals_go_by_table_d8(
    new_database: Database, late: dict[str, Any], status: str, minutes: int, rows: list[str]
) -> None:
    room = Room(new_database, form="machine")
    first, second, third = room.numbers()
    room.to_entry()
    room.sign_in(first, second)
    room.open_papers()

    arrival = {"admission_number": third, "identity": "verified", "pledge_signed": True} | late
    room.answer("register_late", {"late": [arrival]})

    with new_database.reading() as db:
        query = select(Attendance).where(Attendance.admission_number == third)
        found = db.exec(query).one()
        assert (found.status, found.minutes_late, found.rows) == (status, minutes, rows)


def test_a_late_number_from_elsewhere_comes_back(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    room.to_entry()
    room.sign_in(*room.numbers()[:2])
    room.open_papers()

    room.answer("register_late", {"late": [{"admission_number": "0", "minutes_late": 3}]})

    task = next(t for t in room.run.ready() if t.element_id == "register_late")
    assert task.context["refusal"] == {
        "code": "unknown_candidate",
        "message": "本考场没有准考证号 0",
    }


def test_witnesses_must_sit_in_the_room(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    first, second, third = room.numbers()
    room.to_entry()
    room.sign_in(first, second)

    given = {"seal_intact": "yes", "seal_number": "F", "first_witness": first}
    room.answer("open_papers", {**given, "second_witness": third})

    assert room.waiting() == ["open_papers"]


def test_a_violation_is_heard_decided_and_delivered(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    first, second, third = room.numbers()
    begin(room, first, second, third)
    copying = {"admission_number": second, "behaviour": "copying", "facts": "夹带资料"}
    room.finish(3, violations=[copying])
    room.answer(
        "import_sheet",
        {"sheet": "准考证号,得分\n" + "\n".join(f"{number},80" for number in room.numbers())},
    )

    room.answer("hear_candidate", {"told": True, "contested": "no"})
    room.answer("decide_by_director", {"follows": "yes", "reason": "事实清楚"})
    assert room.follow("conduct_exam") == ["running"]
    room.answer("deliver_decision", {"way": "in_person", "told_of_appeal": True})

    with new_database.reading() as db:
        violation = db.exec(select(Violation)).one()
        assert (violation.state, violation.sanction, violation.record_years, violation.rows) == (
            "delivered",
            "all_void",
            5,
            ["d9_copying"],
        )
    assert room.subject_states() == ["present", "void", "present"]
    assert room.run.trace().status == "completed"
    assert "violation_record" in room.papers()


def test_an_outage_gives_extra_time(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    begin(room, *room.numbers())
    room.answer("invigilate", {"event": "outage", "equipment": "faulty"})
    report = {"cause": "power", "stage": "running", "answers_saved": "yes", "affected": "all"}
    room.answer("report_outage", report | {"minutes": 44, "affected_count": 3, "facts": "停电"})
    room.finish(3)

    with new_database.reading() as db:
        outage, sitting = db.exec(select(Outage)).one(), db.exec(select(RoomSitting)).one()
        assert (outage.action, outage.extra_minutes, outage.rows) == (
            "extra_time",
            44,
            ["d10_extra_time"],
        )
        assert (sitting.extra_minutes, sitting.state) == (44, "sealed")


def test_a_long_outage_moves_the_sitting(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    begin(room, *room.numbers())
    room.answer("invigilate", {"event": "outage", "equipment": "faulty"})
    report = {"cause": "power", "stage": "running", "answers_saved": "yes", "affected": "all"}
    room.answer("report_outage", report | {"minutes": 45, "affected_count": 3, "facts": "停电"})

    assert room.waiting() == ["fix_new_time"]
    room.answer("fix_new_time", {"starts_at": "2026-05-23T08:00", "reason": "停电"})
    assert room.waiting() == ["fix_new_time"]
    room.answer("fix_new_time", {"starts_at": "2026-05-30T09:00", "reason": "停电"})
    assert (room.waiting(), room.subject_states()) == ([], ["to_sit"] * 3)
    room.run.happen({"advance": timedelta(days=6, hours=22, minutes=15)})
    assert room.waiting() == ["sign_in_staff"]
    room.answer("sign_in_staff", {"staff": room.staff()})
    room.run.happen({"advance": timedelta(hours=1, minutes=45)})
    room.sign_in(*room.numbers())
    room.open_papers()
    room.answer("register_late", {"late": []})
    room.finish(3)

    assert room.subject_states() == ["present"] * 3
    assert room.run.trace().incidents == []


def test_papers_that_do_not_come_raise_the_emergency_plan(new_database: Database) -> None:
    room = Room(new_database, form="machine")

    room.run.happen({"advance": timedelta(hours=23, minutes=30)})

    assert "secure_papers" in room.waiting()


def test_everybody_absent_ends_the_room(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    room.to_entry()
    room.sign_in()

    room.answer("open_papers", {"seal_intact": "yes", "seal_number": "F-1"})
    room.answer("register_late", {"late": []})
    room.finish(0)

    assert room.subject_states() == ["absent"] * 3
    assert room.follow("conduct_exam") == ["completed"]
    assert room.run.trace().incidents == []
