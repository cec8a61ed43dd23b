"""Milestones: how an instance learns that all of many others are so far.

A milestone counts subjects (enrolments, rooms) of a group in a round. The transaction that reaches
the last one sends the message `milestone.<name>` with the group's key and `{round}`. Subjects may
arrive before the milestone is opened; what arrives for a closed round is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Any

from sqlalchemy import Table, bindparam, func, insert, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel

from engine.database import UtcDateTime
from engine.errors import MilestoneAlreadyOpen
from engine.messages import discard_messages
from engine.outbox import ThrownMessage

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine


class MilestoneStatus(StrEnum):
    """How a round of a milestone stands; `EXPECTED` is one that is not opened yet."""

    EXPECTED = "expected"
    OPEN = "open"
    REACHED = "reached"
    CLOSED = "closed"


class Milestone(SQLModel, table=True):
    """One round of a milestone of a group.

    `expected` counts subjects and is None before it is opened; `reached` is kept from then on, so
    that reaching costs the same for ten subjects and for twenty thousand.
    """

    __tablename__ = "engine_milestone"

    group_key: str = Field(max_length=200, primary_key=True)
    name: str = Field(max_length=100, primary_key=True)
    round: int = Field(primary_key=True)
    status: str = Field(max_length=20)
    expected: int | None = None
    reached: int = 0
    by_name: bool = False
    message_key: str = Field(default="", max_length=200)
    opened_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    reached_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class MilestoneSubject(SQLModel, table=True):
    """One subject of a round: expected, reached, or both."""

    __tablename__ = "engine_milestone_subject"

    group_key: str = Field(max_length=200, primary_key=True)
    name: str = Field(max_length=100, primary_key=True)
    round: int = Field(primary_key=True)
    subject: str = Field(max_length=200, primary_key=True)
    expected: bool = False
    reached_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


MILESTONE: Table = Milestone.__table__  # type: ignore[attr-defined]
SUBJECT: Table = MilestoneSubject.__table__  # type: ignore[attr-defined]
_COUNT_UP = (
    update(MILESTONE)
    .where(
        MILESTONE.c.group_key == bindparam("b_group"),
        MILESTONE.c.name == bindparam("b_name"),
        MILESTONE.c.round == bindparam("b_round"),
    )
    .values(reached=MILESTONE.c.reached + 1)
)


def open_milestone(
    engine: ProcessEngine,
    db: Session,
    group: str,
    name: str,
    *,
    round: int,
    subjects: Iterable[str] | None,
    expected: int | None,
    message_key: str | None,
) -> bool:
    """Say who must reach a milestone; see `ProcessEngine.open_milestone`."""
    if (subjects is None) == (expected is None):
        raise ValueError("either subjects or expected")
    row = _locked(db, group, name, round)
    if row.status in (MilestoneStatus.REACHED, MilestoneStatus.CLOSED):
        raise MilestoneAlreadyOpen(f"{name} of {group}, round {round}, is {row.status}")
    _close_earlier(db, group, name, round)
    key = message_key or group
    discard_messages(db, f"milestone.{name}", key)
    if subjects is not None:
        expected = _expect(db, group, name, round, subjects)
    by_name = subjects is not None
    db.connection().execute(
        update(MILESTONE)
        .where(*_same(MILESTONE, group, name, round))
        .values(
            status=MilestoneStatus.OPEN,
            expected=expected,
            reached=_count(db, group, name, round, by_name=by_name),
            by_name=by_name,
            message_key=key,
            opened_at=engine.clock.now(),
        )
    )
    return _check(engine, db, _read(db, group, name, round))


def reach_milestone(
    engine: ProcessEngine, db: Session, group: str, name: str, *, round: int, subject: str
) -> bool:
    """Count a subject; see `ProcessEngine.reach_milestone`."""
    row = _locked(db, group, name, round)
    if row.status in (MilestoneStatus.REACHED, MilestoneStatus.CLOSED):
        return False
    is_expected = _mark(engine, db, row, subject)
    if is_expected is None or row.status == MilestoneStatus.EXPECTED:
        return False
    if row.by_name and not is_expected:
        return False
    db.connection().execute(_COUNT_UP, _identity(row))
    return _check(engine, db, _read(db, group, name, round))


def _identity(row: Any) -> dict[str, Any]:
    return {"b_group": row.group_key, "b_name": row.name, "b_round": row.round}


def _mark(engine: ProcessEngine, db: Session, row: Any, subject: str) -> bool | None:
    """Note that a subject is there: whether it is expected by name, None if it was there before."""
    now = engine.clock.now()
    statement = (
        _dialect(db)
        .insert(SUBJECT)
        .values(
            group_key=row.group_key,
            name=row.name,
            round=row.round,
            subject=subject,
            expected=False,
            reached_at=now,
        )
        .on_conflict_do_update(
            index_elements=list(SUBJECT.primary_key),
            set_={"reached_at": now},
            where=SUBJECT.c.reached_at.is_(None),
        )
        .returning(SUBJECT.c.expected)
    )
    found: bool | None = db.connection().execute(statement).scalar_one_or_none()
    return found


def close_milestone(db: Session, group: str, name: str, *, round: int) -> None:
    """Drop what still arrives for a round; see `ProcessEngine.close_milestone`."""
    row = _locked(db, group, name, round)
    _set_status(db, row, MilestoneStatus.CLOSED)


def count_milestone(db: Session, group: str, name: str, *, round: int) -> tuple[int, int | None]:
    """Tell how many subjects have reached it, and of how many; None before it is opened."""
    query = select(MILESTONE).where(*_same(MILESTONE, group, name, round))
    row = db.connection().execute(query).one_or_none()
    if row is None or row.expected is None:
        return _count(db, group, name, round, by_name=False), None
    return row.reached, row.expected


def _same(table: Table, group: str, name: str, round: int) -> tuple[Any, ...]:
    return (table.c.group_key == group, table.c.name == name, table.c.round == round)


def _dialect(db: Session) -> Any:
    return postgresql if db.get_bind().dialect.name == "postgresql" else sqlite


def _read(db: Session, group: str, name: str, round: int) -> Any:
    query = select(MILESTONE).where(*_same(MILESTONE, group, name, round))
    return db.connection().execute(query).one()


def _locked(db: Session, group: str, name: str, round: int) -> Any:
    """Read the round's row under a lock, so that only one transaction can be the last."""
    query = select(MILESTONE).where(*_same(MILESTONE, group, name, round)).with_for_update()
    row = db.connection().execute(query).one_or_none()
    if row is None:
        first = {
            "group_key": group,
            "name": name,
            "round": round,
            "status": MilestoneStatus.EXPECTED,
            "reached": 0,
            "by_name": False,
            "message_key": "",
        }
        db.connection().execute(_dialect(db).insert(MILESTONE).on_conflict_do_nothing(), first)
        row = db.connection().execute(query).one()
    if row.status == MilestoneStatus.EXPECTED and _has_later(db, group, name, round):
        _set_status(db, row, MilestoneStatus.CLOSED)
        row = db.connection().execute(query).one()
    return row


def _has_later(db: Session, group: str, name: str, round: int) -> bool:
    query = select(func.count()).where(
        MILESTONE.c.group_key == group,
        MILESTONE.c.name == name,
        MILESTONE.c.round > round,
        MILESTONE.c.status != MilestoneStatus.EXPECTED,
    )
    return bool(db.connection().execute(query).scalar_one())


def _close_earlier(db: Session, group: str, name: str, round: int) -> None:
    db.connection().execute(
        update(MILESTONE)
        .where(MILESTONE.c.group_key == group, MILESTONE.c.name == name)
        .where(MILESTONE.c.round < round)
        .values(status=MilestoneStatus.CLOSED)
    )


def _set_status(db: Session, row: Any, status: MilestoneStatus) -> None:
    db.connection().execute(
        update(MILESTONE)
        .where(*_same(MILESTONE, row.group_key, row.name, row.round))
        .values(status=status)
    )


def _expect(db: Session, group: str, name: str, round: int, subjects: Iterable[str]) -> int:
    wanted = dict.fromkeys(subjects)
    there = _same(SUBJECT, group, name, round)
    known = set(db.connection().execute(select(SUBJECT.c.subject).where(*there)).scalars())
    new = [
        {"group_key": group, "name": name, "round": round, "subject": one, "expected": True}
        for one in wanted
        if one not in known
    ]
    if new:
        db.connection().execute(insert(SUBJECT), new)
    early = [{"b_subject": one} for one in wanted if one in known]
    if early:
        db.connection().execute(
            update(SUBJECT)
            .where(*there, SUBJECT.c.subject == bindparam("b_subject"))
            .values(expected=True),
            early,
        )
    return len(wanted)


def _count(db: Session, group: str, name: str, round: int, *, by_name: bool) -> int:
    query = select(func.count()).where(
        *_same(SUBJECT, group, name, round), SUBJECT.c.reached_at.is_not(None)
    )
    if by_name:
        query = query.where(SUBJECT.c.expected)
    return int(db.connection().execute(query).scalar_one())


def _check(engine: ProcessEngine, db: Session, row: Any) -> bool:
    """Send the message if nobody is missing."""
    if row.status != MilestoneStatus.OPEN or row.reached < row.expected:
        return False
    db.connection().execute(
        update(MILESTONE)
        .where(*_same(MILESTONE, row.group_key, row.name, row.round))
        .values(status=MilestoneStatus.REACHED, reached_at=engine.clock.now())
    )
    engine.post(db, ThrownMessage(f"milestone.{row.name}", row.message_key, {"round": row.round}))
    return True
