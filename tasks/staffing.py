"""Service tasks of step 7: draw, opinion, approval, offers, stand-bys, briefing, unsealing."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session, delete

from appraisal.calendar import local_time
from appraisal.panels import SMALLEST_PANEL, choose_leader
from appraisal.plans import PlannedStaff, planned_staff
from appraisal.rooms import exam_rooms_of
from appraisal.sessions import session_by_id
from appraisal.staff import (
    AssessorRank,
    AssignmentState,
    BriefingSignIn,
    StaffAssignment,
    assignment_by_id,
    assignments_of,
    call_stand_by,
    card_of,
    cards_of,
    roster_of,
)
from engine import ServiceTasks, TaskContext
from tasks.draws import (
    SESSION_POSTS,
    fill_room,
    fill_session_post,
    places_wanted,
    staffing_state,
)

service_tasks = ServiceTasks("staffing")

# Offers made in one round: the limit of a multi-instance activity.
OFFERS = 50
FEWEST_INVIGILATORS = 1


def actor_id(context: TaskContext) -> int | None:
    """The person on whose act a service task runs; None when a timer or job drives it."""
    return int(context.actor) if context.actor and context.actor.isdecimal() else None


@service_tasks.register(gives="invigilators, assessors, cards: number, reason: text")
def requirements(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """How many people the plan wants, for whoever proposes them."""
    totals = {"invigilator": 0, "assessor": 0}
    for planned in planned_staff(db, session_id):
        totals[planned.post] = totals.get(planned.post, 0) + planned.number
    organisation_id = session_by_id(db, session_id).organisation_id
    return {
        "invigilators": totals["invigilator"],
        "assessors": totals["assessor"],
        "cards": len(cards_of(db, organisation_id)),
        "reason": "",
    }


@service_tasks.register(
    gives="pending: number, vacant: number, complete: boolean, assigned: number, problem: text"
)
def draw(
    db: Session, context: TaskContext, *, session_id: int, element: str = "propose_staff"
) -> Mapping[str, Any]:
    """Draw every place that is vacant, with stand-bys, and keep seed and pool of each draw.

    People named in the proposal take the posts without a room; all others are drawn.
    """
    answer = context.answer(element) or {}
    session = session_by_id(db, session_id)
    stand_by = int(answer.get("stand_by") or 0)
    for post in SESSION_POSTS:
        fill_session_post(db, context, session, post, str(answer.get(post) or ""))
    for planned in planned_staff(db, session_id):
        fill_room(db, context, session, planned, stand_by)
    return staffing_state(db, session_id)


@service_tasks.register(gives="")
def opinion(
    db: Session, context: TaskContext, *, session_id: int, opinion: str, text: str | None = None
) -> Mapping[str, Any]:
    """Keep the internal supervisor's opinion; it is heard, and never decides."""
    roster = roster_of(db, session_id)
    roster.opinion, roster.opinion_text = opinion, text or ""
    roster.opinion_by = actor_id(context)
    db.add(roster)
    return {}


@service_tasks.register(gives="")
def decide(
    db: Session, context: TaskContext, *, session_id: int, approved: bool
) -> Mapping[str, Any]:
    """Keep the director's decision; a returned proposal is drawn anew, its draws stay on record."""
    roster = roster_of(db, session_id)
    roster.state = "approved" if approved else "returned"
    roster.approved_by = actor_id(context) if approved else None
    roster.approved_at = context.now if approved else None
    db.add(roster)
    if not approved:
        db.exec(
            delete(StaffAssignment).where(
                StaffAssignment.session_id == session_id  # type: ignore[arg-type]
            )
        )
    return {}


@service_tasks.register(gives="offers: list")
def next_offers(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Who is to be asked now, at most fifty at once."""
    pending = assignments_of(db, session_id, states=[AssignmentState.DRAWN])
    return {"offers": [one.id for one in pending[:OFFERS]]}


@service_tasks.register(
    gives="pending: number, vacant: number, complete: boolean, assigned: number, problem: text"
)
def tally(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Call a stand-by for every place that was left, and say what is still open."""
    for planned in planned_staff(db, session_id):
        here = assignments_of(db, session_id, exam_room_id=planned.exam_room_id, post=planned.post)
        left = _left(db, planned)
        for gone in left[: max(0, places_wanted(planned) - len(here))]:
            if call_stand_by(db, gone) is None:
                break
    return staffing_state(db, session_id)


def _left(db: Session, planned: PlannedStaff) -> list[StaffAssignment]:
    return assignments_of(
        db,
        planned.session_id,
        exam_room_id=planned.exam_room_id,
        post=planned.post,
        states=[AssignmentState.DECLINED, AssignmentState.REFUSED],
    )


@service_tasks.register(gives="")
def settle_shortage(
    db: Session, context: TaskContext, *, session_id: int, measure: str
) -> Mapping[str, Any]:
    """Make do with fewer where the rules allow it, then draw what is still vacant.

    A panel stays odd and never falls below three; a room keeps at least one invigilator.
    """
    if measure == "reduce":
        for planned in planned_staff(db, session_id):
            here = len(
                assignments_of(db, session_id, exam_room_id=planned.exam_room_id, post=planned.post)
            )
            planned.number = min(planned.number, max(here, _fewest(planned)))
            db.add(planned)
        db.flush()
    return {}


def _fewest(planned: PlannedStaff) -> int:
    return SMALLEST_PANEL if planned.post == "assessor" else FEWEST_INVIGILATORS


@service_tasks.register(gives="leaders")
def appoint_leaders(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Appoint a leader for every panel: the first drawn of the highest rank."""
    led = 0
    for room in exam_rooms_of(db, session_id):
        members = [
            one
            for one in assignments_of(
                db,
                session_id,
                exam_room_id=room.id,
                post="assessor",
                states=[AssignmentState.CONFIRMED],
            )
        ]
        ranked = []
        for one in members:
            card = card_of(db, one.person_id)
            if card is not None:
                ranked.append((one.person_id, AssessorRank(card.rank)))
        leader = choose_leader(ranked)
        for one in members:
            one.leader = one.person_id == leader
            db.add(one)
        led += leader is not None
    return {"leaders": led}


@service_tasks.register(gives="attendees: list")
def plan_briefing(
    db: Session, context: TaskContext, *, session_id: int, element: str = "propose_staff"
) -> Mapping[str, Any]:
    """Fix time and place of the briefing, and list who is to come by assignment."""
    answer = context.answer(element) or {}
    roster = roster_of(db, session_id)
    if answer.get("briefing_on"):
        day = date.fromisoformat(str(answer["briefing_on"]))
        roster.briefing_at = local_time(day, str(answer.get("briefing_time") or "09:00")[:5])
    roster.briefing_place = str(answer.get("briefing_place") or "")
    db.add(roster)
    confirmed = assignments_of(db, session_id, states=[AssignmentState.CONFIRMED])
    # A person who serves in several rooms signs once.
    once = {one.person_id: one for one in reversed(confirmed)}
    return {
        "attendees": [
            {"assignment_id": one.id, "post": one.post, "present": True}
            for one in sorted(once.values(), key=lambda one: one.id or 0)
        ]
    }


@service_tasks.register(gives="came")
def record_briefing(
    db: Session, context: TaskContext, *, session_id: int, element: str = "hold_briefing"
) -> Mapping[str, Any]:
    """Keep the sign-in of the briefing."""
    answer = context.answer(element) or {}
    came = 0
    for row in answer.get("attendees") or []:
        assignment = assignment_by_id(db, int(row["assignment_id"]))
        if assignment.session_id != session_id:
            continue
        present = row.get("present") is True
        came += present
        db.add(
            BriefingSignIn(
                session_id=session_id,
                person_id=assignment.person_id,
                present=present,
                recorded_at=context.now,
            )
        )
    db.flush()
    return {"came": came}


@service_tasks.register(gives="")
def unseal(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Open the names of the panels, the day before the exam."""
    roster = roster_of(db, session_id)
    roster.unsealed_at = context.now
    db.add(roster)
    return {}
