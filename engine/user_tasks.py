"""User tasks: the rows an inbox shows. They follow from the instances' states."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import Index, Table, Text, Uuid, text
from sqlalchemy.orm import Session, class_mapper
from sqlmodel import Field, SQLModel

from engine.database import JsonText, UtcDateTime
from engine.errors import UnknownUserTask
from engine.work_operations import Operation

PERSON_PREFIX = "person:"
"""What marks a person among the groups of a user task, followed by the person's id."""


# Most user tasks are done by whoever of a post comes first, and so are never in this index.
_TAKEN = "status = 'ready' AND assignee IS NOT NULL"


class UserTaskStatus(StrEnum):
    """Whether a user task waits for its answer."""

    READY = "ready"
    COMPLETED = "completed"
    CANCELLED = "cancelled"
    SUSPENDED = "suspended"


class UserTask(SQLModel, table=True):
    """Work for a person.

    `candidate_groups` and `excludes` hold JSON lists, read by `groups()`, `people()` and
    `excluded_elements()`. Before `follow_up_at` no inbox shows it. `context` is what the form may
    show: the element's input parameters, evaluated when the task became ready. `form_bundle_id`
    is the bundle that its form is read from: the one it was opened with, even where its instance
    was moved to another (empty: its instance's). `id` is the id of the task in the instance.
    `operations` is a JSON list, read by `may()`; None allows all.
    """

    __tablename__ = "engine_user_task"
    __table_args__ = (
        Index("ix_engine_user_task_instance", "instance_id", "status"),
        Index(
            "ix_engine_user_task_assignee",
            "assignee",
            "due_at",
            sqlite_where=text(_TAKEN),
            postgresql_where=text(_TAKEN),
        ),
        Index(
            "ix_engine_user_task_key",
            "business_key",
            sqlite_where=text("status = 'ready'"),
            postgresql_where=text("status = 'ready'"),
        ),
        Index(
            "ix_engine_user_task_done",
            "completed_by",
            "completed_at",
            sqlite_where=text("status = 'completed'"),
            postgresql_where=text("status = 'completed'"),
        ),
        Index(
            "ix_engine_user_task_open",
            "tenant",
            "due_at",
            "created_at",
            sqlite_where=text("status = 'ready'"),
            postgresql_where=text("status = 'ready'"),
        ),
    )

    id: UUID = Field(sa_type=Uuid, primary_key=True)
    instance_id: UUID = Field(sa_type=Uuid)
    process_id: str = Field(max_length=200)
    business_key: str = Field(max_length=200)
    tenant: str = Field(default="", max_length=100)
    element_id: str = Field(max_length=200)
    name: str = ""
    name_en: str | None = None
    form_ref: str | None = None
    form_key: str | None = None
    form_bundle_id: str = Field(default="", max_length=64)
    candidate_groups: str = Field(default="[]", sa_type=Text)
    assignee: str | None = None
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    follow_up_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    priority: int = 0
    stage: str | None = None
    step: int | None = None
    status: str = Field(default=UserTaskStatus.READY, max_length=20)
    created_at: datetime = Field(sa_type=UtcDateTime)
    completed_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    completed_by: str | None = None
    context: dict[str, Any] = Field(default_factory=dict, sa_type=JsonText)
    excludes: str = Field(default="[]", sa_type=Text)
    duty: str | None = None
    operations: str | None = Field(default=None, sa_type=Text)

    def may(self, operation: Operation) -> bool:
        """Whether its diagram lets people do this with it; what it does not name, it forbids."""
        return self.operations is None or operation in orjson.loads(self.operations)

    def operations_allowed(self) -> list[Operation]:
        """List what may be done with it besides completing it."""
        return [one for one in Operation if self.may(one)]

    def groups(self) -> list[str]:
        """List the posts whose people may take it."""
        found: list[str] = orjson.loads(self.candidate_groups)
        return [one for one in found if not one.startswith(PERSON_PREFIX)]

    def people(self) -> list[str]:
        """List the people, by their ids, who may take it whatever their post."""
        found: list[str] = orjson.loads(self.candidate_groups)
        return [one.removeprefix(PERSON_PREFIX) for one in found if one.startswith(PERSON_PREFIX)]

    def excluded_elements(self) -> list[str]:
        """List the elements whose doers may not do this one."""
        found: list[str] = orjson.loads(self.excludes)
        return found


class UserTaskGroup(SQLModel, table=True):
    """One row for each candidate group of a ready user task: the inbox's index.

    `due_at` and `created_at` repeat the user task's, so that a page is read in order. On SQLite the
    rows lie in the index of their key, so that the inbox's index gives all that a page needs.
    """

    __tablename__ = "engine_user_task_group"
    __table_args__ = (
        Index("ix_engine_user_task_group_inbox", "tenant", "group_key", "due_at", "created_at"),
        {"sqlite_with_rowid": False},
    )

    user_task_id: UUID = Field(sa_type=Uuid, primary_key=True)
    group_key: str = Field(max_length=100, primary_key=True)
    tenant: str = Field(default="", max_length=100)
    due_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


USER_TASK: Table = UserTask.__table__  # type: ignore[attr-defined]
USER_TASK_GROUP: Table = UserTaskGroup.__table__  # type: ignore[attr-defined]


@cache
def _maker() -> Callable[[], UserTask]:
    maker: Callable[[], UserTask] = class_mapper(UserTask).class_manager.new_instance
    return maker


def as_user_task(row: Mapping[str, Any]) -> UserTask:
    """Make an object of a row, as the ORM does when it loads one; it belongs to no session."""
    user_task: UserTask = _maker()()
    user_task.__dict__.update(row)
    return user_task


def get_user_task(db: Session, user_task_id: UUID) -> UserTask:
    """Read a user task as it is in the database now.

    Raises:
        UnknownUserTask: There is none of that id.
    """
    user_task = db.get(UserTask, user_task_id, populate_existing=True)
    if user_task is None:
        raise UnknownUserTask(str(user_task_id))
    return user_task
