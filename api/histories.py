"""What happened in a process instance, over HTTP, with the reasons of its decisions."""

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Query
from pydantic import Field
from sqlmodel import col, select

from api.process_instances import InstanceId
from api.resources import Cursor, Limit, Page, Resource
from api.sessions import number_of
from api.work import Reading, WorkRouter
from engine.history import HistoryKind, HistoryRow
from engine.instances import ProcessInstance
from tasks.told_decisions import DecisionWords

router = WorkRouter(prefix="/process-instances", tags=["process instances"])

KindName = Literal[
    "started", "entered", "left", "completed", "claimed", "unclaimed", "called", "decided",
    "message_sent", "message", "signal", "timer", "condition", "rescheduled", "incident",
    "retried", "skipped", "error", "suspended", "resumed", "moved", "cancelled", "failed",
    "ended", "recorded",
]  # fmt: skip


class FiredRowView(Resource):
    """A row of a decision table that decided, and what its author says of it.

    `count` tells how often, where one service task decided many cases.
    """

    rule_id: str
    text: str
    decision_id: str
    table_id: str
    number: int | None
    count: int | None


class DecisionView(Resource):
    """A decision: its rows, and the inputs that are no facts about people.

    `withheld` names what else it looked at; those values are never kept in history.
    """

    decision_id: str
    name: str
    rows: list[FiredRowView]
    cases: int | None
    inputs: dict[str, Any] = Field(description="inputs read from process variables")
    withheld: list[str]


class HistoryView(Resource):
    """One thing that happened."""

    seq: int
    at: datetime
    kind: KindName
    element_id: str | None
    task_id: UUID | None
    actor: str | None
    decision: DecisionView | None


@router.get("/{instance_id}/history")
def read_instance_history(
    work: Reading,
    instance_id: InstanceId,
    kind: Annotated[list[KindName] | None, Query(description="only these kinds")] = None,
    cursor: Cursor = "",
    limit: Limit = 25,
) -> Page[HistoryView]:
    """List what happened in an instance, oldest first, and why its decisions came out so."""
    instance = work.db.get(ProcessInstance, instance_id)
    work.require_seen("process_instance.read", instance)
    work.require("process_instance.explain", instance)
    assert instance is not None
    query = select(HistoryRow).where(HistoryRow.instance_id == instance_id)
    if kind:
        query = query.where(col(HistoryRow.kind).in_(kind))
    if cursor:
        query = query.where(col(HistoryRow.seq) > number_of(cursor))
    found = work.db.exec(query.order_by(col(HistoryRow.seq)).limit(limit + 1)).all()
    words = DecisionWords.of(work.db, work.installation.definitions, instance)
    following = str(found[limit - 1].seq) if len(found) > limit else None
    return Page(items=[_view(one, words, work.language) for one in found[:limit]], next=following)


def _view(row: HistoryRow, words: DecisionWords, language: str) -> HistoryView:
    decision = None
    if row.kind == HistoryKind.DECIDED.value and row.details:
        decision = DecisionView.model_validate(
            asdict(words.at(row.seq or 0).tell(row.details, language))
        )
    return HistoryView(
        seq=row.seq or 0,
        at=row.at,
        kind=row.kind,  # type: ignore[arg-type]
        element_id=row.element_id,
        task_id=row.task_id,
        actor=row.actor,
        decision=decision,
    )
