"""Service tasks of step 4a: the plan, its staff numbers, approval, and the superior body."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from sqlmodel import Session

from appraisal.calendar import calendar_of
from appraisal.numbers import InvalidPattern, NumberPattern
from appraisal.organisations import OutsideRegisteredRange, require_registered
from appraisal.plans import (
    SessionPlan,
    accept_without_filing,
    decide_plan,
    draft_plan,
    file_plan,
    filing_due,
    newest_plan,
    plan_of,
    plan_staff,
    record_reply,
)
from appraisal.rooms import (
    active_rooms,
)
from appraisal.scheme_rules import SUBJECTS
from appraisal.seating import SeatingStrategy
from appraisal.seats import to_sit
from appraisal.sessions import AppraisalSession, offers_of, session_by_id
from appraisal.tickets import DEFAULT_PATTERN
from engine import BpmnError, Continue, ServiceTasks, TaskContext
from tasks.plan_sittings import plan_sittings, room_classes

service_tasks = ServiceTasks("plans")

# Enrolments whose timers move in one transaction.
CHUNK = 500


def actor_id(context: TaskContext) -> int | None:
    """The person on whose act a service task runs; None when a timer or job drives it."""
    return int(context.actor) if context.actor and context.actor.isdecimal() else None


@service_tasks.register(
    name="open",
    gives="exam_date: text, summary, summary_en, candidates: number, rooms: list, reason",
)
def open_planning(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """What the planner starts from: how many sit what, the rooms, the last plan's refusal."""
    session = session_by_id(db, session_id)
    last = newest_plan(db, session_id)
    numbers = {subject: len(sitting) for subject, sitting in to_sit(db, session_id).items()}
    return {
        "exam_date": session.exam_date.isoformat() if session.exam_date else None,
        "summary": _summary(numbers, "zh-CN"),
        "summary_en": _summary(numbers, "en"),
        "candidates": sum(numbers.values()),
        "rooms": [
            {"value": str(room.id), "label": f"{room.code} {room.name}({room.capacity})"}
            for room in active_rooms(db, session.organisation_id)
        ],
        "reason": last.reason if last else "",
    }


def _summary(numbers: Mapping[str, int], language: str) -> str:
    named = [(SUBJECTS[key], numbers[key]) for key in SUBJECTS if key in numbers]
    if language == "en":
        return ", ".join(f"{name_en} {number}" for (_, name_en), number in named)
    return "、".join(f"{name} {number} 人" for (name, _), number in named)


@service_tasks.register(
    gives="feasible: boolean, problem: text, plan_id: number, version: number, exam_date: text, "
    "room_classes: list, rooms: number"
)
def draft(
    db: Session, context: TaskContext, *, session_id: int, element: str = "draft_plan"
) -> Mapping[str, Any]:
    """Check the drafted plan's capacity, keep it as a new version and reserve its rooms.

    `room_classes` lists each different (subject, form, candidates at once) for table D6. A plan
    with too few places or a wrong number pattern is not feasible; `problem` says why.
    """
    answer = context.answer(element) or {}
    session = session_by_id(db, session_id)
    try:
        pattern = NumberPattern(str(answer.get("number_pattern") or DEFAULT_PATTERN)).text
    except InvalidPattern as error:
        return _infeasible(f"准考证号规则无法识别:{error}")
    exam_date = _exam_date(answer, session)
    if exam_date is None or exam_date <= context.today:
        return _infeasible("考试日期必须晚于今天")
    plan = SessionPlan(
        organisation_id=session.organisation_id,
        session_id=session_id,
        version=0,
        exam_date=exam_date,
        strategy=SeatingStrategy(answer.get("strategy") or SeatingStrategy.SEQUENTIAL),
        number_pattern=pattern,
        contingency=str(answer.get("contingency") or ""),
        drafted_by=actor_id(context),
        drafted_at=context.now,
    )
    chosen = {str(room_id) for room_id in answer.get("rooms") or []}
    rooms = [
        room
        for room in active_rooms(db, session.organisation_id)
        if not chosen or str(room.id) in chosen
    ]
    sittings, problems = plan_sittings(db, session, plan, rooms, answer)
    if problems:
        return _infeasible(";".join(problems))
    plan.sittings = sittings
    draft_plan(db, plan)
    return {
        "feasible": True,
        "problem": "",
        "plan_id": plan.id,
        "version": plan.version,
        "exam_date": exam_date.isoformat(),
        "room_classes": room_classes(sittings),
        "rooms": sum(len(sitting["rooms"]) for sitting in sittings.values()),
    }


def _infeasible(problem: str) -> dict[str, Any]:
    return {"feasible": False, "problem": problem, "room_classes": [], "rooms": 0}


def _exam_date(answer: Mapping[str, Any], session: AppraisalSession) -> date | None:
    given = answer.get("exam_date")
    return date.fromisoformat(str(given)) if given else session.exam_date


@service_tasks.register(gives="invigilator: number, assessor: number, internal_supervisor: number")
def record_staff(
    db: Session,
    context: TaskContext,
    *,
    session_id: int,
    staff_numbers: Sequence[Mapping[str, Any]],
) -> Mapping[str, Any]:
    """Keep how many invigilators and assessors table D6 wants in each room."""
    by_class = {(one["subject"], one["form"], int(one["candidates"])): one for one in staff_numbers}
    totals = {"invigilator": 0, "assessor": 0, "internal_supervisor": 0}
    for subject, sitting in plan_of(db, session_id).sittings.items():
        for exam_room_id, candidates in sitting["rooms"].items():
            one = by_class[(subject, sitting["form"], candidates)]
            numbers = {
                "invigilator": int(one["invigilators"]),
                "assessor": int(one["assessors"]),
            }
            plan_staff(db, session_id, int(exam_room_id), numbers, list(one.get("rows") or []))
            for post, wanted in numbers.items():
                totals[post] += wanted
            totals["internal_supervisor"] = max(
                totals["internal_supervisor"], int(one["supervisors"])
            )
    return totals


@service_tasks.register(gives="")
def decide(
    db: Session, context: TaskContext, *, session_id: int, approved: bool, reason: str | None = None
) -> Mapping[str, Any]:
    """Keep the director's decision on the plan."""
    plan = plan_of(db, session_id)
    # A reason from an earlier return is still among the variables when the next version passes.
    why = "" if approved else reason or ""
    decide_plan(db, plan, approved=approved, by=actor_id(context), at=context.now, reason=why)
    return {}


@service_tasks.register(gives="exam_date: text, exam_date_moved")
def confirm(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Confirm the exam date, inside the registered range.

    Raises:
        BpmnError: outside_range: the body is not registered for an offer on that day.
    """
    session, plan = session_by_id(db, session_id), plan_of(db, session_id)
    for offer in offers_of(db, session_id):
        try:
            require_registered(
                db,
                session.organisation_id,
                offer.occupation_code,
                offer.trade_code,
                offer.level_code,
                on=plan.exam_date,
                site=session.site,
            )
        except OutsideRegisteredRange as error:
            raise BpmnError("outside_range", f"超出备案范围:{error}") from error
    moved = session.exam_date != plan.exam_date
    session.exam_date, session.exam_date_confirmed = plan.exam_date, True
    session.status = "planned"
    db.add(session)
    db.flush()
    return {"exam_date": plan.exam_date.isoformat(), "exam_date_moved": moved}


@service_tasks.register(run="job", gives="")
def follow_exam_date(
    db: Session, context: TaskContext, *, session_id: int
) -> Mapping[str, Any] | Continue:
    """Let every T-n timer follow the exam date: of the session, then of its enrolments.

    A job, because an instance cannot move its own timers while it is being run.
    """
    session = session_by_id(db, session_id)
    # Only a comprehensive review has a day before T that an enrolment waits for (thesis).
    waiting = to_sit(db, session_id).get("review", [])
    done = int(context.cursor or 0)
    if done == 0:
        context.engine.reschedule_timers(db, session.number)
    for enrolment in waiting[done : done + CHUNK]:
        context.engine.reschedule_timers(db, enrolment.number)
    done = min(done + CHUNK, len(waiting))
    if done < len(waiting):
        return Continue(done, (done, len(waiting)))
    return {}


@service_tasks.register(name="file", gives="filing_due: text, filed_late")
def file_upwards(
    db: Session, context: TaskContext, *, session_id: int, lead_days: int
) -> Mapping[str, Any]:
    """File the plan with the superior body and say whether it came in time."""
    plan = plan_of(db, session_id)
    calendar = calendar_of(db, plan.organisation_id)
    due = filing_due(plan.exam_date, calendar.workday, int(lead_days))
    file_plan(db, plan, at=context.now, on=context.today, due=due)
    return {"filing_due": due.isoformat(), "filed_late": plan.filed_late}


@service_tasks.register(name="record_reply", gives="plan_accepted")
def keep_reply(
    db: Session,
    context: TaskContext,
    *,
    session_id: int,
    accepted: bool,
    reason: str | None = None,
    receipt_number: str | None = None,
) -> Mapping[str, Any]:
    """Keep the superior body's receipt or return."""
    record_reply(
        db,
        plan_of(db, session_id),
        accepted=accepted,
        at=context.now,
        receipt_number=receipt_number or "",
        reason=reason or ("" if accepted else "上级机构未说明原因"),
    )
    return {"plan_accepted": accepted}


@service_tasks.register(gives="plan_accepted: boolean")
def stand(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Let an approved plan stand where nothing has to be filed."""
    accept_without_filing(db, plan_of(db, session_id))
    return {"plan_accepted": True}
