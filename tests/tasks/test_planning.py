"""Steps 4 to 7 on the drawn diagrams, with the real service tasks."""

from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlmodel import Session, col, select

from appraisal.answers import Answer, last_answer, seal_answer
from appraisal.conflicts import Conflict
from appraisal.crypto import Keyring, attach_keyring
from appraisal.exam_papers import CustodyAct, paper_sets_of
from appraisal.objects import ObjectStore, attach_objects
from appraisal.panels import is_sound_panel
from appraisal.papers import Paper
from appraisal.plans import PlanState, SessionPlan
from appraisal.rooms import exam_rooms_of
from appraisal.seats import Seat
from appraisal.sessions import AppraisalSession
from appraisal.staff import AssignmentState, StaffAssignment, assignments_of, names_are_sealed
from appraisal.tickets import AdmissionTicket
from engine.database import Database
from engine.messages import BufferedMessage
from engine.testing import ScriptedRun, SourceDefinitions
from engine.user_tasks import UserTask
from tasks import all_service_tasks
from tasks.facts import fact_providers, host_functions
from tasks.worlds_planning import (
    PlanningWorld,
    expire_calibration,
    planning_world,
    run_short,
    seat_everybody,
    shrink_room,
    staff_with_post,
)

pytestmark = pytest.mark.slow  # Most of them typeset papers.

PROCESSES = Path("processes/base")
FOLDERS = (
    "plan_session",
    "release_tickets",
    "prepare_resources",
    "train_candidates",
    "assign_staff",
    "assessor_dispatch",
    "define_scheme",
)
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


class PlanningDefinitions(SourceDefinitions):
    def content(self, db: Any, bundle_id: str, kind: str, key: str) -> bytes:
        found = [*PROCESSES.glob(f"*/{kind}s/{key}.*"), *PROCESSES.glob(f"{kind}s/{key}.*")]
        return found[0].read_bytes()


class KeptAnswers:
    def last_answer(self, db: Any, instance_id: UUID, element_id: str) -> Mapping[str, Any] | None:
        return last_answer(db, instance_id, element_id)


class Batch:
    """One world with an engine; answers user tasks as people who hold the post."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        change: Callable[[Session, PlanningWorld], None] | None = None,
        *,
        seated: bool = False,
        **world: Any,
    ) -> None:
        attach_keyring(database.writer, Keyring.generate())
        attach_keyring(database.reader, Keyring.generate())
        store = ObjectStore(folder / "objects")
        attach_objects(database.writer, store)
        attach_objects(database.reader, store)
        sources = {
            str(path): path.read_bytes()
            for name in FOLDERS
            for path in (PROCESSES / name).iterdir()
            if path.suffix in (".bpmn", ".dmn")
        }
        self.database = database
        self.run = ScriptedRun(
            PlanningDefinitions(sources, host_functions()),
            service_tasks=all_service_tasks(),
            facts=fact_providers(),
            functions=host_functions(),
            answers_port=KeptAnswers(),
            start_at=START,
            database=database,
        )
        with database.transaction() as db:
            self.world = planning_world(db, **world)
            if seated:
                seat_everybody(db, self.world)
            if change is not None:
                change(db, self.world)
            db.flush()
            self.people = {
                post: [person.id for person in staff_with_post(db, self.world, post)]
                for post in POSTS
            }
            db.expunge_all()

    def start(self, process_id: str) -> None:
        self.run.start(process_id, self.world.session.number, self.world.variables)

    def waiting(self) -> list[str]:
        return sorted({task.element_id for task in self.run.ready()})

    def answer(
        self, element: str, values: Mapping[str, Any], variables: Any = None, *, by: int = 0
    ) -> None:
        found = [task for task in self.run.ready() if task.element_id == element]
        assert found, f"{element} is not waiting but {self.run.waits_for()}"
        self.complete(found[0], values, values if variables is None else variables, by)

    def complete(
        self, task: UserTask, values: Mapping[str, Any], variables: Mapping[str, Any], by: int = 0
    ) -> None:
        person = int(task.assignee) if task.assignee else self.people[task.groups()[0]][by]
        assert person is not None
        with self.database.transaction() as db:
            row = seal_answer(
                db,
                instance_id=task.instance_id,
                user_task_id=task.id,
                element_id=task.element_id,
                person_id=person,
                values=values,
                at=self.run.clock.now(),
            )
            db.add(Answer(**row))
        self.run.complete(task, dict(variables), actor=str(person))

    def context(self, element: str) -> dict[str, Any]:
        return next(t for t in self.run.ready() if t.element_id == element).context

    def advance_to_exam(self, days_before: int) -> None:
        with self.database.reading() as db:
            exam_date = db.exec(select(AppraisalSession.exam_date)).one()
        assert exam_date is not None
        goal = datetime(exam_date.year, exam_date.month, exam_date.day, 1, tzinfo=UTC)
        self.run.advance(goal - timedelta(days=days_before) - self.run.clock.now())

    def all(self, table: Any) -> list[Any]:
        with self.database.reading() as db:
            found = list(db.exec(select(table).order_by(col(table.id))))
            db.expunge_all()
        return found

    def papers(self) -> set[str]:
        return {paper.key for paper in self.all(Paper)}

    def plan(self) -> None:
        """Step 4 without a hitch."""
        self.start("plan_session")
        self.answer("draft_plan", DRAFT)
        self.answer("approve_plan", {"plan_decision": "approve"})
        self.answer("reply_to_plan", {"reply_decision": "accept", "reply_receipt": "B-1"})
        self.answer("confirm_seats", {"seats_decision": "confirm"})
        assert self.run.trace().status == "completed", self.run.waits_for()


POSTS = (
    "planner",
    "director",
    "superior_body",
    "exam_officer",
    "item_officer",
    "confidentiality_officer",
    "site_manager",
    "trainer",
    "internal_supervisor",
)
EXAM = date(2026, 5, 8)
PAPERS_OF_STEP_5 = {
    "venue_notice",
    "candidate_notice",
    "confidentiality_pledge",
    "paper_handover",
    "paper_issue_register",
}
DRAFT = {"exam_date": "2026-05-08", "strategy": "sequential", "contingency": "备用考场。"}


@pytest.fixture
def batch(sqlite_database: Database, tmp_path: Path) -> Callable[..., Batch]:
    return lambda *args, **world: Batch(sqlite_database, tmp_path, *args, **world)


def test_step_4_plans_seats_and_numbers(batch: Callable[..., Batch]) -> None:
    one = batch()

    one.plan()

    plan = one.all(SessionPlan)[-1]
    session = one.all(AppraisalSession)[0]
    assert (plan.state, plan.receipt_number, plan.filed_late) == (PlanState.ACCEPTED, "B-1", False)
    assert (str(session.exam_date), session.exam_date_confirmed) == ("2026-05-08", True)
    seats = one.all(Seat)
    assert len(seats) == 12 + 12 + 3
    assert len({ticket.number for ticket in one.all(AdmissionTicket)}) == 12
    assert {"plan_filing", "exam_plan", "seat_plan", "door_notice", "desk_labels"} <= one.papers()


def test_step_4_goes_round_until_the_plan_is_accepted(batch: Callable[..., Batch]) -> None:
    one = batch(lambda db, world: shrink_room(db, "203", 1))
    one.start("plan_session")

    one.answer("draft_plan", {**DRAFT, "practical_rounds": 1})
    assert one.context("draft_plan")["problem"] == "操作技能还差 2 个座位"
    one.answer("draft_plan", {**DRAFT, "exam_date": "2026-03-02"})
    assert one.context("draft_plan")["problem"] == "考试日期必须晚于今天"
    one.answer("draft_plan", {**DRAFT, "theory_starts": "13:00", "practical_starts": "13:30"})
    assert one.context("draft_plan")["problem"] == "理论知识与操作技能时间重叠"
    one.answer("draft_plan", DRAFT)
    one.answer("approve_plan", {"plan_decision": "return", "decision_reason": "缺应急预案"})
    assert one.context("draft_plan")["returned_because"] == "缺应急预案"
    one.answer("draft_plan", {**DRAFT, "exam_date": "2040-05-08"})
    one.answer("approve_plan", {"plan_decision": "approve"})
    assert one.context("draft_plan")["refused_because"].startswith("超出备案范围")
    one.answer("draft_plan", DRAFT)
    one.answer("approve_plan", {"plan_decision": "approve"})
    key = one.world.session.number
    one.run.happen(
        {"message": "superior_replied", "key": key, "payload": {"accepted": False, "reason": "补"}}
    )
    assert one.context("draft_plan")["superior_reason"] == "补"
    one.answer("draft_plan", DRAFT)
    one.answer("approve_plan", {"plan_decision": "approve"})
    one.answer("reply_to_plan", {"reply_decision": "accept", "reply_receipt": "B-2"})

    states = [plan.state for plan in one.all(SessionPlan)]
    assert states == ["refused", "approved", "returned", "accepted"]
    assert one.waiting() == ["confirm_seats"]


def test_numbers_stay_when_rooms_change(batch: Callable[..., Batch]) -> None:
    one = batch()
    one.start("plan_session")
    one.answer("draft_plan", {**DRAFT, "rooms": one_of_each(one)})
    one.answer("approve_plan", {"plan_decision": "approve"})
    one.answer("reply_to_plan", {"reply_decision": "accept"})
    before = [(t.enrolment_id, t.number) for t in one.all(AdmissionTicket)]

    one.answer("confirm_seats", {"seats_decision": "change"})
    choice = one.context("fix_rooms")
    used = next(r["value"] for r in choice["used_rooms"] if r["label"].startswith("101"))
    wrong = next(r["value"] for r in choice["free_rooms"] if r["label"].startswith("209"))
    right = next(r["value"] for r in choice["free_rooms"] if r["label"].startswith("102"))
    one.answer("fix_rooms", {"strategy": "mixed", "from_room": used, "to_room": wrong})
    assert one.context("fix_rooms")["refused_because"] == "209 不适合理论知识"
    one.answer("fix_rooms", {"strategy": "mixed", "from_room": used, "to_room": right})
    one.answer("confirm_seats", {"seats_decision": "confirm"})

    assert [(t.enrolment_id, t.number) for t in one.all(AdmissionTicket)] == before
    with one.database.reading() as db:
        codes = {room.code for room in exam_rooms_of(db, one.world.session.id or 0, "theory")}
    assert codes == {"102"}


def one_of_each(one: Batch) -> list[str]:
    rooms = one.context("draft_plan")["room_options"]
    return [r["value"] for r in rooms if r["label"][:3] in ("101", "201", "202", "203", "301")]


def test_the_date_moves_the_timers_of_the_release(batch: Callable[..., Batch]) -> None:
    one = batch()
    one.plan()
    key = one.world.session.number

    one.run.happen({"message": "venue_checked", "key": key})

    # T is Friday 2026-05-08; with the May holiday five working days before is 2026-04-28.
    assert waits(one) == ["tickets_open due 2026-04-27T16:00:00+00:00"]
    one.advance_to_exam(days_before=3)
    tickets = one.all(AdmissionTicket)
    assert all(ticket.released_at is not None for ticket in tickets)
    told = [row for row in one.all(BufferedMessage) if row.name == "ticket_released"]
    assert {row.payload["admission_number"] for row in told} == {t.number for t in tickets}
    assert "admission_ticket" in one.papers()


def waits(one: Batch) -> list[str]:
    from engine.timers import Timer

    return [f"{t.element_id} due {t.due_at.isoformat()}" for t in one.all(Timer)]


def resources(batch: Callable[..., Batch], *args: Any) -> Batch:
    one = batch(*args, seated=True)
    one.start("prepare_resources")
    assert one.waiting() == ["check_venue", "draw_papers"]
    return one


def pass_venue(one: Batch) -> None:
    one.answer("check_venue", {"rooms": one.context("check_venue")["rooms"]}, {})
    one.answer("set_up_equipment", {"installed": True, "spare_ready": True}, {})


def test_only_rooms_with_faults_are_checked_again(batch: Callable[..., Batch]) -> None:
    one = resources(batch)
    rooms = one.context("check_venue")["rooms"]
    faulty = [{**row, "faults": ["clock"] if row["room"] == "101" else []} for row in rooms]

    one.answer("check_venue", {"rooms": faulty}, {})

    assert one.context("check_venue")["problem"] == "101:时钟"
    assert [row["room"] for row in one.context("check_venue")["rooms"]] == ["101"]
    pass_venue(one)
    assert one.waiting() == ["draw_papers"]
    assert "equipment_record" in one.papers()
    sent = [row for row in one.all(BufferedMessage) if row.name == "venue_checked"]
    assert [row.correlation_key for row in sent] == [one.world.session.number]


def test_an_expired_calibration_blocks(batch: Callable[..., Batch]) -> None:
    one = resources(
        batch,
        lambda db, world: expire_calibration(db, "EQ-001", on=world.session.exam_date or EXAM),
    )
    pass_venue(one)

    pieces = one.context("repair_equipment")["pieces"]
    assert [(p["code"], p["problem"]) for p in pieces] == [("EQ-001", "校准过期或缺失")]
    one.answer("repair_equipment", {"pieces": [{"code": "EQ-001", "measure": "calibrate"}]}, {})
    assert one.context("repair_equipment")["refused_because"] == "EQ-001 须填写校准有效期"
    fixed = {"code": "EQ-001", "measure": "calibrate", "calibrated_until": "2026-12-31"}
    one.answer("repair_equipment", {"pieces": [fixed]}, {})
    assert one.waiting() == ["draw_papers"]


def test_missing_supplies_are_reported_and_replenished(batch: Callable[..., Batch]) -> None:
    one = resources(batch, lambda db, world: run_short(db, "answer_card"))
    pass_venue(one)

    short = one.context("replenish_supplies")["shortages"]
    # Twelve candidates, one card each and a tenth more: 13.2, so 14.
    assert [(s["key"], s["needed"], s["missing"]) for s in short] == [("answer_card", 14, 14)]
    one.answer("replenish_supplies", {"shortages": [{"key": "answer_card", "added": 14}]}, {})
    assert one.waiting() == ["draw_papers"]


def to_handover(one: Batch) -> None:
    one.answer("draw_papers", {"source": "bank", "paper_code": "J"}, {})
    one.answer("proof_papers", {"proof_result": "correct"})
    one.answer("seal_papers", {"seal_prefix": "F"}, by=1)
    one.run.advance("PT1M")


def test_proof_and_seal_need_two_hands(batch: Callable[..., Batch]) -> None:
    one = resources(batch)

    one.answer("draw_papers", {"source": "bank", "paper_code": "J1"}, {})
    one.answer("proof_papers", {"proof_result": "faulty", "proof_reason": "缺页"})
    assert one.context("draw_papers")["reason"] == "缺页"
    one.answer("draw_papers", {"source": "bank", "paper_code": "J2"}, {})
    one.answer("proof_papers", {"proof_result": "correct"})
    one.answer("seal_papers", {"seal_prefix": "F"}, by=0)

    assert one.context("seal_papers")["refused_because"] == "校对与封装须由两名保密员分别完成"


def test_papers_with_a_broken_seal_are_drawn_anew(batch: Callable[..., Batch]) -> None:
    one = resources(batch)
    pass_venue(one)
    to_handover(one)
    one.advance_to_exam(days_before=0)
    one.answer("hand_over_papers", {"seals_checked": True}, {}, by=1)

    one.answer("receive_papers", {"seal_state": "broken", "receipt_remark": "封条断开"})
    assert one.context("draw_papers")["receipt_reason"] == "封条断开"
    to_handover(one)
    one.answer("hand_over_papers", {"seals_checked": True}, {}, by=1)
    one.answer("receive_papers", {"seal_state": "intact"})

    assert one.run.trace().status == "completed", one.run.waits_for()
    with one.database.reading() as db:
        states = [papers.state for papers in paper_sets_of(db, one.world.session.id or 0)]
    # Three offers: theory in two variants, practical in one.
    assert states == [CustodyAct.RECEIVE] * 9
    told = [row for row in one.all(BufferedMessage) if row.name == "papers_released"]
    assert sorted(row.correlation_key.rsplit("-", 1)[1] for row in told) == [
        *["practical"] * 3,
        "theory",
    ]
    assert one.papers() >= PAPERS_OF_STEP_5


@pytest.mark.parametrize(
    ("wanted", "elements"), [(False, ["ask_training", "training_wanted", "no_training"])]
)
def test_step_6_is_skipped_when_not_wanted(
    batch: Callable[..., Batch], wanted: bool, elements: list[str]
) -> None:
    one = batch(training_wanted=wanted)

    one.start("train_candidates")

    assert one.run.trace().elements[1:] == elements


def test_step_6_enters_teachers_in_the_conflict_register(batch: Callable[..., Batch]) -> None:
    one = batch(training_wanted=True)
    one.start("train_candidates")
    numbers = [enrolment.number for enrolment in one.world.enrolments[:2]]
    given = {"name": "班", "hours": 8, "starts_on": "2026-04-01", "participants": numbers}

    one.answer("open_class", {**given, "teachers": "nobody"}, {})
    assert one.context("open_class")["refused_because"] == "没有工号为 nobody 的人员"
    one.answer("open_class", {**given, "teachers": "assessor-03-1"}, {})
    rows = one.context("record_attendance")["trainees"]
    one.answer("record_attendance", {"trainees": [{**row, "hours": 9} for row in rows]}, {})
    one.answer("record_baseline", {"trainees": [{**row, "points": 55.5} for row in rows]}, {})

    assert one.run.trace().status == "completed"
    found = one.all(Conflict)
    assert [(c.candidate_id, c.kind) for c in found] == [
        (enrolment.candidate_id, "trained") for enrolment in one.world.enrolments[:2]
    ]
    assert {"training_plan", "training_sign_in"} <= one.papers()


def test_step_7_draws_offers_and_calls_stand_bys(batch: Callable[..., Batch]) -> None:
    one = approved_staff(batch)
    offers = [task for task in one.run.ready() if task.element_id == "answer_offer"]
    first = next(task for task in offers if task.context["post_shown"] == "assessor")
    one.complete(first, {"offer_answer": "decline"}, {"offer_answer": "decline"})
    accept_all(one, rounds=1)
    replacement = [task for task in one.run.ready() if task.element_id == "answer_offer"]
    assert len(replacement) == 1
    name = "考生甲001"
    one.complete(
        replacement[0],
        {"offer_answer": "accept", "relatives": name},
        {"offer_answer": "accept"},
    )
    accept_all(one)

    attendees = one.context("hold_briefing")["attendees"]
    one.answer("hold_briefing", {"attendees": attendees, "summary": "已培训"}, {})
    with one.database.reading() as db:
        assert names_are_sealed(db, one.world.session.id or 0)
    one.advance_to_exam(days_before=0)

    assert one.run.trace().status == "completed", one.run.waits_for()
    with one.database.reading() as db:
        session_id = one.world.session.id or 0
        assert not names_are_sealed(db, session_id)
        for room in exam_rooms_of(db, session_id, "practical"):
            panel = [a.person_id for a in panel_of(db, session_id, room.id)]
            leaders = [a.leader for a in panel_of(db, session_id, room.id)]
            assert is_sound_panel(panel) and sum(leaders) == 1
    assert {"staff_dispatch", "recusal_declaration", "appointment_letter"} <= one.papers()


def approved_staff(batch: Callable[..., Batch], *args: Any) -> Batch:
    one = batch(*args, seated=True)
    one.start("assign_staff")
    one.answer("propose_staff", {"stand_by": 2, "briefing_place": "一楼"}, {})
    one.answer("give_opinion", {"staff_opinion": "concern", "staff_opinion_text": "注意轮换"})
    assert one.context("approve_staff")["opinion_text"] == "注意轮换"
    one.answer("approve_staff", {"staff_decision": "approve"})
    return one


def accept_all(one: Batch, *, rounds: int = 99) -> None:
    """Let everybody who is asked accept, and whoever is asked after that."""
    for _ in range(rounds):
        offers = [task for task in one.run.ready() if task.element_id == "answer_offer"]
        for task in offers:
            one.complete(task, {"offer_answer": "accept"}, {"offer_answer": "accept"})
        if not offers:
            return


def panel_of(db: Session, session_id: int, room_id: int | None) -> list[StaffAssignment]:
    return assignments_of(
        db,
        session_id,
        exam_room_id=room_id,
        post="assessor",
        states=[AssignmentState.CONFIRMED],
    )
