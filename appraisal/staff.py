"""Staff of a session: assessors' cards, assignments to rooms, the draw behind them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from enum import StrEnum
from functools import cache

from sqlalchemy import JSON, bindparam, false, or_
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select
from sqlmodel.sql.expression import SelectOfScalar

from appraisal import people, rooms  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.rooms import ExamRoom
from appraisal.sessions import AppraisalSession


class UnknownAssignment(AppraisalError):
    """There is no assignment with this id."""


class WrongAssignmentState(AppraisalError):
    """The assignment is not in a state from which this can happen."""


class AssessorRank(StrEnum):
    """Rank of an assessor: 考评员 or 高级考评员."""

    ASSESSOR = "assessor"
    SENIOR = "senior"


class AssignmentState(StrEnum):
    """How far an assignment has come."""

    DRAWN = "drawn"
    STAND_BY = "stand_by"
    OFFERED = "offered"
    CONFIRMED = "confirmed"
    DECLINED = "declined"
    REFUSED = "refused"
    DISMISSED = "dismissed"


FILLED = (AssignmentState.DRAWN, AssignmentState.OFFERED, AssignmentState.CONFIRMED)
"""States that hold a place; the others leave it to somebody else."""


class AssessorCard(SQLModel, table=True):
    """The card of an assessor. `employer` is compared with that of the candidates."""

    __tablename__ = "assessor_card"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int = Field(foreign_key="person.id", unique=True)
    number: str = Field(max_length=20, unique=True)
    rank: str = Field(default=AssessorRank.ASSESSOR, max_length=20)
    employer: str = Field(default="", max_length=200)
    occupations: list[str] = Field(default_factory=list, sa_type=JSON)
    valid_from: date
    valid_to: date
    suspended: bool = False


class StaffDraw(SQLModel, table=True):
    """A draw as it was made: with the seed and the pools anybody can repeat it.

    `pool` comes first; `again` are those who serve in the session already.
    """

    __tablename__ = "staff_draw"

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    exam_room_id: int | None = Field(default=None, foreign_key="exam_room.id")
    post: str = Field(max_length=60)
    seed: str = Field(max_length=64)
    pool: list[int] = Field(default_factory=list, sa_type=JSON)
    again: list[int] = Field(default_factory=list, sa_type=JSON)
    left_out: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    wanted: int
    drawn_at: datetime = Field(sa_type=UtcDateTime)


class StaffAssignment(SQLModel, table=True):
    """A person is to serve at a post of a session, in one room or (None) in all of it.

    `rows` are the rows of table D7 that decided; `position` is the place in the draw.
    """

    __tablename__ = "staff_assignment"
    __table_args__ = (UniqueConstraint("session_id", "exam_room_id", "post", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    exam_room_id: int | None = Field(default=None, foreign_key="exam_room.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    post: str = Field(max_length=60)
    leader: bool = False
    state: str = Field(default=AssignmentState.DRAWN, max_length=20)
    draw_id: int | None = Field(default=None, foreign_key="staff_draw.id")
    position: int = 0
    rows: list[str] = Field(default_factory=list, sa_type=JSON)
    reason: str = Field(default="", max_length=500)
    answered_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class StaffRoster(SQLModel, table=True):
    """The roster of a session (组织册): opinion, approval, briefing, and the seal on names."""

    __tablename__ = "staff_roster"

    session_id: int = Field(primary_key=True, foreign_key="appraisal_session.id")
    state: str = Field(default="proposed", max_length=20)
    opinion: str = Field(default="", max_length=20)
    opinion_text: str = Field(default="", max_length=1000)
    opinion_by: int | None = None
    approved_by: int | None = None
    approved_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    briefing_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    briefing_place: str = Field(default="", max_length=200)
    unsealed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class BriefingSignIn(SQLModel, table=True):
    """Who came to the briefing of a session (考评考务培训会)."""

    __tablename__ = "briefing_sign_in"
    __table_args__ = (UniqueConstraint("session_id", "person_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    person_id: int = Field(foreign_key="person.id")
    present: bool
    recorded_at: datetime = Field(sa_type=UtcDateTime)


def cards_of(db: Session, organisation_id: int) -> list[AssessorCard]:
    """The cards of an organisation's assessors that are not suspended."""
    query = select(AssessorCard).where(
        AssessorCard.organisation_id == organisation_id, col(AssessorCard.suspended).is_(False)
    )
    return list(db.exec(query.order_by(col(AssessorCard.person_id))))


_CARD = (
    select(AssessorCard)
    .where(AssessorCard.person_id == bindparam("b_person"))
    .execution_options(prepared=True)
)


def card_of(db: Session, person_id: int) -> AssessorCard | None:
    """The card of a person, if any."""
    return db.exec(_CARD, params={"b_person": person_id}).first()


def assignment_by_id(db: Session, assignment_id: int) -> StaffAssignment:
    """Load an assignment.

    Raises:
        UnknownAssignment: There is none.
    """
    assignment = db.get(StaffAssignment, assignment_id)
    if assignment is None:
        raise UnknownAssignment(assignment_id)
    return assignment


def assignments_of(
    db: Session,
    session_id: int,
    *,
    exam_room_id: int | None = None,
    post: str | None = None,
    states: Sequence[AssignmentState] = FILLED,
) -> list[StaffAssignment]:
    """The assignments of a session, of one room or post, by room and post in draw order."""
    query = _assignments(exam_room_id is not None, post is not None, tuple(states))
    given = {"b_session": session_id, "b_room": exam_room_id, "b_post": post}
    return list(db.exec(query, params=given))


@cache
def _assignments(
    of_room: bool, of_post: bool, states: tuple[AssignmentState, ...]
) -> SelectOfScalar[StaffAssignment]:
    query = select(StaffAssignment).where(
        StaffAssignment.session_id == bindparam("b_session"),
        or_(false(), *(col(StaffAssignment.state) == one for one in states)),
    )
    if of_room:
        query = query.where(StaffAssignment.exam_room_id == bindparam("b_room"))
    if of_post:
        query = query.where(StaffAssignment.post == bindparam("b_post"))
    # Those of the whole session first; no two databases sort nulls alike by themselves.
    order = (col(StaffAssignment.exam_room_id).nulls_first(), StaffAssignment.post)
    query = query.order_by(*order, col(StaffAssignment.position))
    return query.execution_options(prepared=True)


def staff_of_room(db: Session, exam_room_id: int, post: str) -> list[StaffAssignment]:
    """Who serves at a post of a room, the leader first, once confirmed."""
    query = select(StaffAssignment).where(
        StaffAssignment.exam_room_id == exam_room_id,
        StaffAssignment.post == post,
        StaffAssignment.state == AssignmentState.CONFIRMED,
    )
    order = (col(StaffAssignment.leader).desc(), col(StaffAssignment.position))
    return list(db.exec(query.order_by(*order)))


def site_staff(db: Session, session_id: int) -> set[int]:
    """Everybody who serves in a session; they never have a hand in its papers before."""
    return {assignment.person_id for assignment in assignments_of(db, session_id)}


def served_sessions(
    db: Session, organisation_id: int, person_id: int, before: date, *, last: int
) -> list[bool]:
    """Whether a person assessed in the organisation's last sessions, newest first."""
    earlier = db.exec(
        select(AppraisalSession.id)
        .where(AppraisalSession.organisation_id == organisation_id)
        .where(col(AppraisalSession.exam_date) < before)
        .where(AppraisalSession.status != "cancelled")
        .order_by(col(AppraisalSession.exam_date).desc(), col(AppraisalSession.id).desc())
        .limit(last)
    ).all()
    query = select(StaffAssignment.session_id).where(
        StaffAssignment.person_id == person_id,
        StaffAssignment.post == "assessor",
        StaffAssignment.state == AssignmentState.CONFIRMED,
        col(StaffAssignment.session_id).in_(earlier),
    )
    served = set(db.exec(query))
    return [session_id in served for session_id in earlier]


def busy_people(db: Session, exam_room: ExamRoom) -> set[int]:
    """Who cannot serve in a room: an answer was given for it, or it overlaps another's time."""
    query = (
        select(StaffAssignment, ExamRoom)
        .outerjoin(ExamRoom, col(ExamRoom.id) == StaffAssignment.exam_room_id)
        .where(StaffAssignment.session_id == exam_room.session_id)
    )
    busy = set()
    for assignment, other in db.exec(query):
        same_room = other is not None and other.id == exam_room.id
        holds_place = AssignmentState(assignment.state) in (*FILLED, AssignmentState.STAND_BY)
        if same_room or (holds_place and (other is None or overlap(exam_room, other))):
            busy.add(assignment.person_id)
    return busy


def overlap(one: ExamRoom, other: ExamRoom) -> bool:
    """Whether two rooms sit at the same time, all their rounds counted."""
    spans = [
        (room.starts_at.timestamp(), room.starts_at.timestamp() + 60 * room.minutes * room.rounds)
        for room in (one, other)
    ]
    return spans[0][0] < spans[1][1] and spans[1][0] < spans[0][1]


def answer_offer(
    db: Session,
    assignment: StaffAssignment,
    state: AssignmentState,
    *,
    at: datetime,
    reason: str = "",
    rows: Iterable[str] = (),
) -> None:
    """Keep what became of an offer: confirmed, declined or refused by table D7.

    Raises:
        WrongAssignmentState: It was answered before.
    """
    if assignment.state not in (AssignmentState.DRAWN, AssignmentState.OFFERED):
        raise WrongAssignmentState(f"assignment {assignment.id} is {assignment.state}")
    assignment.state, assignment.answered_at, assignment.reason = state, at, reason
    assignment.rows = [*assignment.rows, *rows]
    db.add(assignment)
    db.flush()


def call_stand_by(db: Session, gone: StaffAssignment) -> StaffAssignment | None:
    """Let the next stand-by of the same room and post take a place; None when there is none."""
    query = select(StaffAssignment).where(
        StaffAssignment.session_id == gone.session_id,
        StaffAssignment.exam_room_id == gone.exam_room_id,
        StaffAssignment.post == gone.post,
        StaffAssignment.state == AssignmentState.STAND_BY,
    )
    following = db.exec(query.order_by(col(StaffAssignment.position))).first()
    if following is not None:
        following.state = AssignmentState.DRAWN
        db.add(following)
        db.flush()
    return following


def roster_of(db: Session, session_id: int) -> StaffRoster:
    """The roster of a session; a new one is proposed."""
    roster = db.get(StaffRoster, session_id)
    if roster is None:
        roster = StaffRoster(session_id=session_id)
        db.add(roster)
        db.flush()
    return roster


def names_are_sealed(db: Session, session_id: int) -> bool:
    """Whether the names of assessors must still be kept from everybody.

    Source: domain research 3.1 S7 (rooms by lottery at the last moment); opened on T-1.
    """
    roster = db.get(StaffRoster, session_id)
    return roster is None or roster.unsealed_at is None
