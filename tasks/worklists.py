"""The inbox: what waits for a person, what may be claimed, what is late, what was done.

Open user tasks are read in the order of their limits, from the index of each post, never by
scanning all of them; counts stop at a bound, since nobody reads more than "999+".
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import ColumnElement, Select, and_, func, or_, select, tuple_, union
from sqlalchemy.orm import Session
from sqlmodel import col

from appraisal.candidates import Candidate
from appraisal.enrolments import Enrolment
from engine.user_tasks import PERSON_PREFIX, UserTask, UserTaskGroup, UserTaskStatus
from tasks.paper_rights import ENROLMENT_READERS
from tasks.work_subjects import BLIND_DUTIES, WorklistRow, describe

COUNT_LIMIT = 1000
PAGE_ROWS = 25


class View(StrEnum):
    """The ways to look at an inbox."""

    MINE = "mine"
    CLAIMABLE = "claimable"
    OVERDUE = "overdue"
    DONE = "done"


@dataclass(frozen=True)
class Desk:
    """Who looks: a person with their posts in one organisation."""

    person_id: int
    tenant: str
    posts: frozenset[str]

    @property
    def sees_names(self) -> bool:
        """Whether the posts have to do with candidates; who marks sees no names."""
        return bool(self.posts & ENROLMENT_READERS)


@dataclass(frozen=True)
class WorklistFilter:
    """What narrows a view; all of it stands in the page's address."""

    session_number: str = ""
    step: int | None = None
    due: str = ""
    text: str = ""


@dataclass(frozen=True)
class WorklistPage:
    """Some rows, and where the next ones begin."""

    rows: list[WorklistRow] = field(default_factory=list)
    next: str = ""


def count_views(db: Session, desk: Desk, now: datetime) -> dict[View, int]:
    """Count each view, at most to `COUNT_LIMIT`; what was done is not counted."""
    mine, claimable = _mine(desk, now), _claimable(desk, now)
    late = [source.due_before(now) for source in (mine, *claimable)]
    return {
        View.MINE: _count(db, [mine]),
        View.CLAIMABLE: _count(db, claimable),
        View.OVERDUE: _count(db, late),
    }


def list_user_tasks(
    db: Session,
    desk: Desk,
    view: View,
    narrowed: WorklistFilter,
    now: datetime,
    *,
    after: str = "",
    limit: int = PAGE_ROWS,
) -> WorklistPage:
    """List a page of a view, the most urgent first (of what was done, the newest)."""
    if view is View.DONE:
        found = _done(db, desk, narrowed, now, after, limit)
    else:
        found = _open(db, desk, view, narrowed, now, after, limit)
    key = _done_key if view is View.DONE else _open_key
    following = key(found[limit - 1]) if len(found) > limit else ""
    rows = describe(db, found[:limit], with_names=desk.sees_names)
    return WorklistPage(rows, following)


def next_user_task(
    db: Session, desk: Desk, now: datetime, *, besides: UUID | None = None
) -> UserTask | None:
    """Find what to do next: the most urgent of one's own, else of what may be claimed."""
    for view in (View.MINE, View.CLAIMABLE):
        for task in _open(db, desk, view, WorklistFilter(), now, "", 1):
            if task.id != besides:
                return task
    return None


@dataclass(frozen=True)
class _Source:
    """A query for open user tasks, and the table by whose index it is read in order."""

    query: Select[UserTask]
    row: type[UserTask] | type[UserTaskGroup]

    def where(self, *conditions: ColumnElement[bool]) -> _Source:
        return _Source(self.query.where(*conditions), self.row)

    def due_before(self, moment: datetime) -> _Source:
        """Ask the table read in order: of the other, all that is open would be looked at."""
        return self.where(col(self.row.due_at) < moment)


def _mine(desk: Desk, now: datetime) -> _Source:
    query = select(UserTask).where(
        col(UserTask.assignee) == str(desk.person_id),
        col(UserTask.status) == UserTaskStatus.READY.value,
        _follows_up(now),
    )
    return _Source(query, UserTask)


def _claimable(desk: Desk, now: datetime) -> list[_Source]:
    """Give a source for each post and the person, each read in the order of its index."""
    query = (
        select(UserTask)
        .join(UserTaskGroup, col(UserTaskGroup.user_task_id) == col(UserTask.id))
        .where(
            col(UserTaskGroup.tenant) == desk.tenant,
            col(UserTask.assignee).is_(None),
            col(UserTask.status) == UserTaskStatus.READY.value,
            _follows_up(now),
        )
    )
    return [
        _Source(query.where(col(UserTaskGroup.group_key) == group), UserTaskGroup)
        for group in (*sorted(desk.posts), f"{PERSON_PREFIX}{desk.person_id}")
    ]


def _follows_up(now: datetime) -> ColumnElement[bool]:
    """What has a follow-up date is nobody's business before it."""
    follow_up = col(UserTask.follow_up_at)
    return or_(follow_up.is_(None), follow_up <= now)


def _count(db: Session, sources: Sequence[_Source]) -> int:
    """Count what several sources find together, each thing once, at most to the limit."""
    if not sources:
        return 0
    found = [
        select(source.query.with_only_columns(col(UserTask.id)).limit(COUNT_LIMIT).subquery())
        for source in sources
    ]
    together = union(*found).subquery() if len(found) > 1 else found[0].subquery()
    return min(db.scalar(select(func.count()).select_from(together)) or 0, COUNT_LIMIT)


def _narrowed(desk: Desk, narrowed: WorklistFilter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if narrowed.session_number:
        conditions.append(of_session(narrowed.session_number))
    if narrowed.step is not None:
        conditions.append(col(UserTask.step) == narrowed.step)
    if narrowed.text:
        conditions.append(_matches(narrowed.text, by_name=desk.sees_names))
    return conditions


_DUE: dict[str, Callable[[datetime], datetime]] = {
    "late": lambda now: now,
    "day": lambda now: now + timedelta(days=1),
    "week": lambda now: now + timedelta(days=7),
}


def of_session(number: str) -> ColumnElement[bool]:
    """Tell whether a user task belongs to a session: to it, its enrolments or its rooms.

    Their business keys begin with the session's number and a hyphen.
    """
    key = col(UserTask.business_key)
    return or_(key == number, and_(key > f"{number}-", key < f"{number}."))


def _matches(text: str, *, by_name: bool) -> ColumnElement[bool]:
    """Look for the beginning of a business key, or a candidate by name."""
    found = or_(
        col(UserTask.business_key).startswith(text, autoescape=True),
        col(UserTask.name).contains(text, autoescape=True),
    )
    if not by_name:
        return found
    numbers = (
        select(col(Enrolment.number))
        .join(Candidate, col(Candidate.id) == col(Enrolment.candidate_id))
        .where(col(Candidate.name).startswith(text, autoescape=True))
    )
    seen = or_(col(UserTask.duty).is_(None), col(UserTask.duty).not_in(BLIND_DUTIES))
    return or_(found, and_(col(UserTask.business_key).in_(numbers), seen))


def _open(
    db: Session,
    desk: Desk,
    view: View,
    narrowed: WorklistFilter,
    now: datetime,
    after: str,
    limit: int,
) -> list[UserTask]:
    sources = {
        View.MINE: [_mine(desk, now)],
        View.CLAIMABLE: _claimable(desk, now),
        View.OVERDUE: [
            source.due_before(now) for source in (_mine(desk, now), *_claimable(desk, now))
        ],
    }[view]
    if narrowed.due in _DUE:
        sources = [source.due_before(_DUE[narrowed.due](now)) for source in sources]
    # What has no limit is never late; asking would read all of it.
    dated_only = view is View.OVERDUE or narrowed.due in _DUE
    found: dict[UUID, UserTask] = {}
    for source in sources:
        source = source.where(*_narrowed(desk, narrowed))
        for task in _in_order(db, source, after, limit, dated_only=dated_only):
            found[task.id] = task
    return sorted(found.values(), key=_order)[: limit + 1]


def _in_order(
    db: Session, source: _Source, after: str, limit: int, *, dated_only: bool
) -> list[UserTask]:
    """Read those with a limit first, then those without: no database sorts nulls alike."""
    due, created, last = _after(after)
    due_at, created_at, own = col(source.row.due_at), col(source.row.created_at), col(UserTask.id)
    found: list[UserTask] = []
    if due is not None or not after:
        dated = source.query.where(due_at.is_not(None))
        if due is not None:
            later = tuple_(due_at, created_at, own) > (due, created, last)
            dated = dated.where(due_at >= due, later)
        found += db.scalars(dated.order_by(due_at, created_at, own).limit(limit + 1))
    if len(found) <= limit and not dated_only:
        undated = source.query.where(due_at.is_(None))
        if after and due is None:
            undated = undated.where(tuple_(created_at, own) > (created, last))
        undated = undated.order_by(created_at, own)
        found += db.scalars(undated.limit(limit + 1 - len(found)))
    return found


_FAR = datetime(9999, 1, 1, tzinfo=UTC)


def _order(task: UserTask) -> tuple[datetime, datetime, str]:
    return (task.due_at or _FAR, task.created_at, str(task.id))


def _open_key(task: UserTask) -> str:
    due = task.due_at.isoformat() if task.due_at else ""
    return _encode(due, task.created_at.isoformat(), str(task.id))


def _done_key(task: UserTask) -> str:
    return _encode("", (task.completed_at or _FAR).isoformat(), str(task.id))


def _encode(*parts: str) -> str:
    return base64.urlsafe_b64encode("|".join(parts).encode()).decode().rstrip("=")


def _after(key: str) -> tuple[datetime | None, datetime, UUID]:
    """Read where a page begins; a broken key begins at the beginning."""
    try:
        padded = key + "=" * (-len(key) % 4)
        due, created, last = base64.urlsafe_b64decode(padded).decode().split("|")
        return (
            datetime.fromisoformat(due) if due else None,
            datetime.fromisoformat(created),
            UUID(last),
        )
    except (ValueError, binascii.Error):
        return None, datetime(1, 1, 1, tzinfo=UTC), UUID(int=0)


def _done(
    db: Session,
    desk: Desk,
    narrowed: WorklistFilter,
    now: datetime,
    after: str,
    limit: int,
) -> list[UserTask]:
    query = select(UserTask).where(
        col(UserTask.completed_by) == str(desk.person_id),
        col(UserTask.status) == UserTaskStatus.COMPLETED.value,
    )
    if after:
        _due, at, last = _after(after)
        query = query.where(tuple_(col(UserTask.completed_at), col(UserTask.id)) < (at, last))
    if narrowed.due in _DUE:
        query = query.where(col(UserTask.due_at) < _DUE[narrowed.due](now))
    query = query.where(*_narrowed(desk, narrowed)).order_by(
        col(UserTask.completed_at).desc(), col(UserTask.id).desc()
    )
    return list(db.scalars(query.limit(limit + 1)))
