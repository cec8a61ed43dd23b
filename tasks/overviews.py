"""A session at a glance: its steps, counts, milestones, people, papers and what went wrong.

Everything is counted in SQL from rows; nothing is read from process data.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from appraisal.certificates import Certificate
from appraisal.enrolments import ENDED_STATES, Enrolment
from appraisal.occupations import Occupation
from appraisal.papers import Paper
from appraisal.people import Person
from appraisal.rooms import ExamRoom
from appraisal.sessions import AppraisalSession, SessionOffer
from appraisal.staff import FILLED, StaffAssignment, StaffRoster
from engine.incidents import Incident
from engine.instances import ProcessInstance
from engine.user_tasks import UserTask, UserTaskStatus
from tasks.step_states import (
    MilestoneCount,
    StepState,
    instance_of,
    milestones_of,
    open_by_step,
    step_states,
)
from tasks.steps import Step
from tasks.told_decisions import DecisionWords
from tasks.told_history import HistoryLine, history_of
from tasks.worklists import of_session

ADMITTED = ("admitted", "ticketed", "sat", "published", "certified", "failed", "resit")
PAPERS_SHOWN = 12


@dataclass(frozen=True)
class Counts:
    """The numbers at the head of a session's page."""

    enrolments: int = 0
    admitted: int = 0
    open: int = 0
    mine: int = 0
    late: int = 0
    late_since: datetime | None = None
    passed: int = 0
    certificates: int = 0
    incidents: int = 0


@dataclass(frozen=True)
class StaffLine:
    """Who serves at a post, in a room or in all of the session."""

    post: str
    room: str
    names: tuple[str, ...]


@dataclass(frozen=True)
class SessionOverview:
    """Everything a session's page shows."""

    session: AppraisalSession
    counts: Counts
    steps: list[StepState]
    milestones: list[MilestoneCount]
    offers: list[tuple[str, str, int]]
    states: dict[str, int]
    papers: list[Paper]
    paper_count: int
    incidents: list[Incident]
    history: list[HistoryLine]
    staff: list[StaffLine]
    names_sealed: bool


@dataclass(frozen=True)
class SessionLine:
    """One row of the list of sessions."""

    session: AppraisalSession
    enrolments: int
    open: int
    late: int
    current: tuple[Step, ...]


def overview_session(
    db: Session,
    session: AppraisalSession,
    *,
    person_id: int,
    now: datetime,
    may_read: Callable[[Paper], bool] = lambda _: True,
    words: DecisionWords | None = None,
) -> SessionOverview:
    """Collect what a session's page shows to a person, of the papers those that they may read.

    `words` tells decisions, too.
    """
    instance = instance_of(db, session.number)
    by_step = open_by_step(db, session.number, now)
    states = _states(db, session)
    milestones = milestones_of(db, session)
    roster = db.get(StaffRoster, session.id)
    incidents = _incidents(db, session.number)
    return SessionOverview(
        session=session,
        counts=_counts(db, session, person_id, by_step, states, len(incidents), now),
        steps=step_states(db, instance, by_step, milestones),
        milestones=milestones,
        offers=_offers(db, session),
        states=states,
        papers=_papers(db, session, may_read),
        paper_count=_paper_count(db, session),
        incidents=incidents,
        history=history_of(db, instance.id if instance else None, words=words),
        staff=_staff(db, session),
        names_sealed=roster is None or roster.unsealed_at is None,
    )


def list_sessions(
    db: Session, organisation_ids: Sequence[int], now: datetime, *, limit: int = 50
) -> list[SessionLine]:
    """List the newest sessions of some organisations."""
    sessions = db.scalars(
        select(AppraisalSession)
        .where(col(AppraisalSession.organisation_id).in_(organisation_ids))
        .order_by(col(AppraisalSession.created_at).desc(), col(AppraisalSession.id).desc())
        .limit(limit)
    ).all()
    enrolled: dict[int, int] = dict(
        db.execute(
            select(col(Enrolment.session_id), func.count())
            .where(col(Enrolment.session_id).in_([s.id for s in sessions]))
            .group_by(col(Enrolment.session_id))
        ).all()
    )
    return [_line(db, s, enrolled.get(s.id or 0, 0), now) for s in sessions]


def _line(db: Session, session: AppraisalSession, enrolled: int, now: datetime) -> SessionLine:
    by_step = open_by_step(db, session.number, now)
    states = step_states(db, instance_of(db, session.number), by_step, [])
    return SessionLine(
        session=session,
        enrolments=enrolled,
        open=sum(count for count, _late in by_step.values()),
        late=sum(late for _count, late in by_step.values()),
        current=tuple(s.step for s in states if s.state in ("current", "late")),
    )


def _states(db: Session, session: AppraisalSession) -> dict[str, int]:
    query = (
        select(col(Enrolment.state), func.count())
        .where(col(Enrolment.session_id) == session.id)
        .group_by(col(Enrolment.state))
    )
    return {state: count for state, count in db.execute(query)}


def _counts(
    db: Session,
    session: AppraisalSession,
    person_id: int,
    by_step: dict[int | None, tuple[int, int]],
    states: dict[str, int],
    incidents: int,
    now: datetime,
) -> Counts:
    ready = (col(UserTask.status) == UserTaskStatus.READY.value, of_session(session.number))
    mine = select(func.count()).where(*ready, col(UserTask.assignee) == str(person_id))
    oldest = select(func.min(col(UserTask.due_at))).where(*ready)
    since = db.scalar(oldest)
    passed = select(func.count()).where(
        col(Enrolment.session_id) == session.id, col(Enrolment.outcome) == "passed"
    )
    issued = select(func.count()).where(
        col(Certificate.session_id) == session.id, col(Certificate.state) == "valid"
    )
    return Counts(
        enrolments=sum(n for state, n in states.items() if state not in ENDED_STATES),
        admitted=sum(states.get(state, 0) for state in ADMITTED),
        open=sum(count for count, _late in by_step.values()),
        mine=db.scalar(mine) or 0,
        late=sum(late for _count, late in by_step.values()),
        late_since=since if since is not None and since < now else None,
        passed=db.scalar(passed) or 0,
        certificates=db.scalar(issued) or 0,
        incidents=incidents,
    )


def _offers(db: Session, session: AppraisalSession) -> list[tuple[str, str, int]]:
    query = (
        select(
            func.coalesce(col(Occupation.name), col(SessionOffer.occupation_code)),
            col(SessionOffer.level_code),
            func.count(col(Enrolment.id)),
        )
        .outerjoin(Occupation, col(Occupation.code) == col(SessionOffer.occupation_code))
        .outerjoin(Enrolment, col(Enrolment.offer_id) == col(SessionOffer.id))
        .where(col(SessionOffer.session_id) == session.id)
        .group_by(
            col(SessionOffer.id),
            col(Occupation.name),
            col(SessionOffer.occupation_code),
            col(SessionOffer.level_code),
        )
        .order_by(col(SessionOffer.id))
    )
    return [(name, level, count) for name, level, count in db.execute(query)]


def _papers(
    db: Session, session: AppraisalSession, may_read: Callable[[Paper], bool]
) -> list[Paper]:
    query = select(Paper).where(col(Paper.session_id) == session.id, col(Paper.subject) == "")
    newest = query.order_by(col(Paper.created_at).desc(), col(Paper.id).desc())
    return list(islice(filter(may_read, db.scalars(newest)), PAPERS_SHOWN))


def _paper_count(db: Session, session: AppraisalSession) -> int:
    query = select(func.count()).where(col(Paper.session_id) == session.id)
    return db.scalar(query) or 0


def _incidents(db: Session, number: str) -> list[Incident]:
    """List what failed in the session, its enrolments and its rooms."""
    key = col(ProcessInstance.business_key)
    query = (
        select(Incident)
        .join(ProcessInstance, col(ProcessInstance.id) == col(Incident.instance_id))
        .where(col(Incident.resolved_at).is_(None))
        .where((key == number) | ((key > f"{number}-") & (key < f"{number}.")))
        .order_by(col(Incident.created_at))
    )
    return list(db.scalars(query.limit(20)))


def _staff(db: Session, session: AppraisalSession) -> list[StaffLine]:
    query = (
        select(col(StaffAssignment.post), col(ExamRoom.code), col(Person.name))
        .join(Person, col(Person.id) == col(StaffAssignment.person_id))
        .outerjoin(ExamRoom, col(ExamRoom.id) == col(StaffAssignment.exam_room_id))
        .where(
            col(StaffAssignment.session_id) == session.id,
            col(StaffAssignment.state).in_([state.value for state in FILLED]),
        )
        .order_by(col(StaffAssignment.post), col(ExamRoom.code), col(StaffAssignment.position))
    )
    lines: dict[tuple[str, str], list[str]] = {}
    for post, room, name in db.execute(query):
        lines.setdefault((post, room or ""), []).append(name)
    return [StaffLine(post, room, tuple(names)) for (post, room), names in lines.items()]


def days_until(day: date | None, today: date) -> int | None:
    """Count the days to the exam; negative when it is over."""
    return None if day is None else (day - today).days
