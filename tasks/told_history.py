"""What happened in an instance, in words: who did what and when, and what tables decided."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, islice
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.orm import Session
from sqlmodel import col

from engine.history import HistoryKind, HistoryRow
from engine.user_tasks import UserTask
from tasks.told_decisions import DecisionWords
from tasks.work_subjects import person_names

HISTORY_SHOWN = 12
# How many rows are read for each line, since those that repeat are told once.
ROWS_A_LINE = 4


@dataclass(frozen=True)
class HistoryLine:
    """One thing that happened, for people."""

    at: datetime
    kind: str
    actor: str
    about: str
    about_en: str
    element_id: str = ""
    times: int = 1


def history_of(
    db: Session,
    instance_id: UUID | None,
    *,
    limit: int = HISTORY_SHOWN,
    words: DecisionWords | None = None,
) -> list[HistoryLine]:
    """Tell the newest things people, timers and tables did in an instance itself.

    What tables decided, and why, is told only with `words`.
    """
    if instance_id is None:
        return []
    told = [kind.value for kind in (*_TOLD, *([HistoryKind.DECIDED] if words else []))]
    query = (
        select(HistoryRow, UserTask)
        .outerjoin(UserTask, col(UserTask.id) == col(HistoryRow.task_id))
        .where(col(HistoryRow.instance_id) == instance_id, col(HistoryRow.kind).in_(told))
        .order_by(col(HistoryRow.seq).desc())
        .limit(limit * ROWS_A_LINE)
    )
    rows = db.execute(query).all()
    names = person_names(db, [row.actor for row, _task in rows if row.actor])
    lines = (_history_line(row, task, names, words) for row, task in rows)
    return list(islice(_gathered(lines), limit))


def _gathered(lines: Iterable[HistoryLine]) -> Iterator[HistoryLine]:
    """Tell what happened several times in a row once, with how often."""
    for _same, group in groupby(lines, key=lambda one: (one.kind, one.actor, one.about)):
        same = list(group)
        yield replace(same[0], times=len(same)) if same[0].about else same[0]
        if not same[0].about:
            yield from same[1:]


_TOLD = (
    HistoryKind.STARTED,
    HistoryKind.COMPLETED,
    HistoryKind.TIMER,
    HistoryKind.MESSAGE,
    HistoryKind.INCIDENT,
    HistoryKind.CANCELLED,
    HistoryKind.MOVED,
    HistoryKind.ENDED,
    HistoryKind.RECORDED,
)


def _history_line(
    row: HistoryRow, task: UserTask | None, names: dict[str, str], words: DecisionWords | None
) -> HistoryLine:
    actor = names.get(row.actor or "", "")
    if words is not None and row.kind == HistoryKind.DECIDED.value:
        details = row.details or {}
        then = words.at(row.seq or 0)
        about, about_en = then.line(details, ""), then.line(details, "en")
        # Whoever was there: it was the table that decided.
        return HistoryLine(row.at, row.kind, "", about, about_en)
    about = task.name if task else ""
    about_en = (task.name_en or task.name) if task else ""
    return HistoryLine(row.at, row.kind, actor, about, about_en, row.element_id or "")
