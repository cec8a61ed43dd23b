"""Service tasks of `assessor_dispatch`: the facts for table D7, the offer and its answer."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from appraisal.candidates import candidate_by_id
from appraisal.conflicts import ConflictKind, conflicts_with, register_conflict
from appraisal.enrolments import active_enrolments
from appraisal.panels import (
    MOST_CONSECUTIVE,
    PanelNeed,
    consecutive_times,
    is_card_valid,
    rank_covers,
)
from appraisal.rooms import ExamRoom, exam_room_by_id
from appraisal.seats import seats_of
from appraisal.sessions import AppraisalSession, session_by_id
from appraisal.staff import (
    AssessorRank,
    AssignmentState,
    StaffAssignment,
    answer_offer,
    assignment_by_id,
    card_of,
    served_sessions,
)
from engine import ServiceTasks, TaskContext
from tasks.seating import employer_of

service_tasks = ServiceTasks("dispatches")

DECISION = "d7_dispatch"
# The graver kind is the one that table D7 is told.
_GRAVITY = (
    ConflictKind.SELF,
    ConflictKind.RELATIVE,
    ConflictKind.TRAINED,
    ConflictKind.SAME_EMPLOYER,
    ConflictKind.OTHER,
)


@dataclass(frozen=True)
class Verdict:
    """What table D7 said of one person for one room."""

    allowed: bool
    reason: str
    rows: tuple[str, ...]


@dataclass(frozen=True)
class RoomFacts:
    """What a room asks of its staff, read once for all who might serve there."""

    session: AppraisalSession
    need: PanelNeed
    enrolments: tuple[int, ...]
    employers: frozenset[str]


def room_facts(db: Session, session: AppraisalSession, room: ExamRoom | None) -> RoomFacts:
    """Read what a room (None: the whole session) asks of its staff."""
    if room is None:
        enrolments = active_enrolments(db, session.id or 0)
    else:
        enrolments = [enrolment for _, enrolment in seats_of(db, room.id or 0)]
    need = PanelNeed(
        occupations=frozenset(one.occupation_code for one in enrolments),
        levels=frozenset(one.level_code for one in enrolments),
    )
    employers = frozenset(employer_of(db, one) for one in enrolments) - {""}
    ids = tuple(one.id for one in enrolments if one.id is not None)
    return RoomFacts(session, need, ids, employers)


def judge(
    db: Session, context: TaskContext, facts: RoomFacts, post: str, person_id: int
) -> Verdict:
    """Ask the batch's own version of table D7 whether a person may be sent."""
    given = dispatch_facts(db, context, facts, post, person_id)
    found = context.decide(DECISION, given)
    value = dict(found.value or {})
    return Verdict(value.get("allowed") is True, str(value.get("reason") or ""), tuple(found.rows))


def dispatch_facts(
    db: Session, context: TaskContext, facts: RoomFacts, post: str, person_id: int
) -> dict[str, Any]:
    """The inputs of table D7 for one person; posts other than assessor need no card."""
    card = card_of(db, person_id) if post == "assessor" else None
    conflict = _conflict(db, facts, person_id, card.employer if card else "")
    if post != "assessor":
        return _inputs(post, conflict)
    if card is None:
        return _inputs(post, conflict, rank_covers=False, scope_covers=False, card_valid=False)
    on = facts.session.exam_date or context.today
    served = served_sessions(
        db, facts.session.organisation_id, person_id, on, last=MOST_CONSECUTIVE + 1
    )
    return _inputs(
        post,
        conflict,
        rank_covers=rank_covers(AssessorRank(card.rank), facts.need.levels),
        scope_covers=facts.need.occupations <= set(card.occupations),
        card_valid=not card.suspended and is_card_valid(card.valid_from, card.valid_to, on),
        consecutive=consecutive_times(served),
    )


def _inputs(
    post: str,
    conflict: str,
    *,
    rank_covers: bool = True,
    scope_covers: bool = True,
    card_valid: bool = True,
    consecutive: int = 0,
) -> dict[str, Any]:
    return {
        "post": post,
        "rank_covers": rank_covers,
        "scope_covers": scope_covers,
        "card_valid": card_valid,
        "consecutive": consecutive,
        "conflict": conflict,
    }


def _conflict(db: Session, facts: RoomFacts, person_id: int, employer: str) -> str:
    found = conflicts_with(db, person_id, facts.session.id or 0, facts.enrolments)
    kinds = {kind for each in found.values() for kind in each}
    if employer and employer in facts.employers:
        kinds.add(ConflictKind.SAME_EMPLOYER)
    return next((kind.value for kind in _GRAVITY if kind in kinds), "none")


@service_tasks.register(gives="person_id: text, post, subject, exam_date: text")
def offer(db: Session, context: TaskContext, *, assignment_id: int) -> Mapping[str, Any]:
    """Offer an assignment to its person; the names of the others stay sealed."""
    assignment = assignment_by_id(db, assignment_id)
    if assignment.state == AssignmentState.DRAWN:
        assignment.state = AssignmentState.OFFERED
        db.add(assignment)
    session = session_by_id(db, assignment.session_id)
    return {
        "person_id": str(assignment.person_id),
        "post": assignment.post,
        "subject": _subject(db, assignment),
        "exam_date": session.exam_date.isoformat() if session.exam_date else None,
    }


def _subject(db: Session, assignment: StaffAssignment) -> str:
    if assignment.exam_room_id is None:
        return ""
    return exam_room_by_id(db, assignment.exam_room_id).subject


@service_tasks.register(
    gives="post, conflict, rank_covers: boolean, scope_covers: boolean, card_valid: boolean, "
    "consecutive: number"
)
def declare(
    db: Session,
    context: TaskContext,
    *,
    assignment_id: int,
    element: str = "answer_offer",
) -> Mapping[str, Any]:
    """Take the declaration into the conflict register and give the facts for table D7.

    Relatives are named in the answer, which is stored encrypted; here they become ids.
    """
    answer = context.answer(element) or {}
    assignment = assignment_by_id(db, assignment_id)
    session = session_by_id(db, assignment.session_id)
    for kind, key in (
        (ConflictKind.RELATIVE, "relatives"),
        (ConflictKind.TRAINED, "trained"),
        (ConflictKind.OTHER, "others"),
    ):
        _register(db, context, assignment, kind, str(answer.get(key) or ""))
    room = exam_room_by_id(db, assignment.exam_room_id) if assignment.exam_room_id else None
    facts = room_facts(db, session, room)
    return dispatch_facts(db, context, facts, assignment.post, assignment.person_id)


def _register(
    db: Session,
    context: TaskContext,
    assignment: StaffAssignment,
    kind: ConflictKind,
    names: str,
) -> None:
    wanted = {name.strip() for name in names.replace("、", "\n").splitlines() if name.strip()}
    if not wanted:
        return
    for enrolment in active_enrolments(db, assignment.session_id):
        if candidate_by_id(db, enrolment.candidate_id).name in wanted:
            register_conflict(
                db,
                assignment.organisation_id,
                assignment.person_id,
                enrolment.candidate_id,
                kind,
                at=context.now,
                basis="declared on dispatch",
            )


@service_tasks.register(gives="dispatch: text")
def confirm(
    db: Session, context: TaskContext, *, assignment_id: int, rows: list[str] | None = None
) -> Mapping[str, Any]:
    """Confirm an accepted offer, with the rows of table D7 that allowed it."""
    assignment = assignment_by_id(db, assignment_id)
    answer_offer(db, assignment, AssignmentState.CONFIRMED, at=context.now, rows=rows or ())
    return {"dispatch": "confirmed"}


@service_tasks.register(gives="dispatch: text")
def refuse(
    db: Session,
    context: TaskContext,
    *,
    assignment_id: int,
    reason: str | None = None,
    rows: list[str] | None = None,
) -> Mapping[str, Any]:
    """Take an assignment back because table D7 forbids it."""
    assignment = assignment_by_id(db, assignment_id)
    answer_offer(
        db,
        assignment,
        AssignmentState.REFUSED,
        at=context.now,
        reason=reason or "",
        rows=rows or (),
    )
    return {"dispatch": "refused"}


@service_tasks.register(gives="dispatch: text")
def decline(
    db: Session, context: TaskContext, *, assignment_id: int, reason: str | None = None
) -> Mapping[str, Any]:
    """Keep that the person declined, or did not answer in time."""
    assignment = assignment_by_id(db, assignment_id)
    answer_offer(db, assignment, AssignmentState.DECLINED, at=context.now, reason=reason or "")
    return {"dispatch": "declined"}
