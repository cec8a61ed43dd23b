"""Who has what to do in a session now, and how far its rooms are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from typing import Any

import orjson
from sqlalchemy import func, select
from sqlalchemy.orm import Session
from sqlmodel import col

from appraisal.people import Person
from appraisal.room_states import RoomSitting, RoomState
from appraisal.rooms import ExamRoom, Room
from appraisal.sessions import AppraisalSession
from engine.user_tasks import PERSON_PREFIX, UserTask, UserTaskStatus
from tasks.work_subjects import BLIND_DUTIES, person_names
from tasks.worklists import of_session

NAMES_SHOWN = 3
# Who is asked to assess is sealed until the day before, and who marks what stays unknown.
NAMELESS_STEPS = (7, 10)


@dataclass(frozen=True)
class OpenWork:
    """The open user tasks of one element: how many, how urgent, and with whom they are.

    `posts` may take what nobody has; `holders` are the first who have some, of `held_by` people,
    where their names may be known.
    """

    step: int | None
    name: str
    name_en: str
    count: int
    due_at: datetime | None
    posts: tuple[str, ...]
    holders: tuple[str, ...]
    held_by: int


@dataclass(frozen=True)
class RoomLine:
    """One subject in one room, and how far it is."""

    code: str
    name: str
    subject: str
    starts_at: datetime
    minutes: int
    state: str


def open_work(db: Session, number: str) -> list[OpenWork]:
    """List what is open in a session by step and element."""
    grouped = (
        col(UserTask.step),
        col(UserTask.element_id),
        col(UserTask.name),
        col(UserTask.name_en),
        col(UserTask.candidate_groups),
        col(UserTask.assignee),
        col(UserTask.duty),
    )
    query = (
        select(*grouped, func.count().label("tasks"), func.min(col(UserTask.due_at)).label("due"))
        .where(col(UserTask.status) == UserTaskStatus.READY.value, of_session(number))
        .group_by(*grouped)
        .order_by(col(UserTask.step).nulls_first(), col(UserTask.element_id))
    )
    rows = db.execute(query).all()
    names = _staff_names(db, {row.assignee for row in rows if row.assignee})
    by_element = groupby(rows, key=lambda row: (row.step, row.element_id))
    return [_gathered(list(group), names) for _key, group in by_element]


def _staff_names(db: Session, ids: set[str]) -> dict[str, str]:
    """Give the names of those who work here; what a candidate has to do is no public matter."""
    query = select(col(Person.id)).where(
        col(Person.id).in_({int(one) for one in ids if one.isdecimal()}),
        col(Person.is_candidate).is_(False),
    )
    return person_names(db, [str(one) for one in db.scalars(query)])


def _gathered(rows: Sequence[Any], names: Mapping[str, str]) -> OpenWork:
    first = rows[0]
    limits = [row.due for row in rows if row.due is not None]
    unclaimed = [row for row in rows if row.assignee is None]
    posts = {key for row in unclaimed for key in orjson.loads(row.candidate_groups)}
    nameless = first.step in NAMELESS_STEPS or first.duty in BLIND_DUTIES
    held = {row.assignee for row in rows if row.assignee is not None}
    known = sorted({names[one] for one in held if one in names})
    return OpenWork(
        step=first.step,
        name=first.name,
        name_en=first.name_en or first.name,
        count=sum(row.tasks for row in rows),
        due_at=min(limits, default=None),
        posts=tuple(sorted(key for key in posts if not key.startswith(PERSON_PREFIX))),
        holders=() if nameless else tuple(known[:NAMES_SHOWN]),
        held_by=len(held),
    )


def room_lines(db: Session, session: AppraisalSession) -> list[RoomLine]:
    """List a session's rooms in the order of their times."""
    query = (
        select(ExamRoom, col(Room.name), col(RoomSitting.state))
        .join(Room, col(Room.id) == col(ExamRoom.room_id))
        .outerjoin(RoomSitting, col(RoomSitting.room_id) == col(ExamRoom.id))
        .where(col(ExamRoom.session_id) == session.id)
        .order_by(col(ExamRoom.starts_at), col(ExamRoom.code))
    )
    return [
        RoomLine(
            code=room.code,
            name=name,
            subject=room.subject,
            starts_at=room.starts_at,
            minutes=room.minutes,
            state=state or RoomState.PENDING.value,
        )
        for room, name, state in db.execute(query)
    ]
