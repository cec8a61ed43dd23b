"""Trying expressions and decisions out, for those who design processes; nothing is stored."""

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter
from pydantic import Field

from api.problems import Problem
from api.resources import Resource, Wanted
from api.work import Reading, Work, WorkRouter
from engine.decisions import FiredRow
from engine.decisions.trial import DecisionTrial, try_decision
from engine.feel.trial import Remark, try_expression

expressions = WorkRouter(prefix="/expressions", tags=["definitions"])
decisions = WorkRouter(prefix="/decisions", tags=["definitions"])

_MOST_SOURCE = 10_000
_MOST_TABLE = 1_000_000


class ExpressionTry(Wanted):
    """A FEEL expression, and the variables it may name."""

    expression: Annotated[str, Field(max_length=_MOST_SOURCE)]
    data: dict[str, Any] = Field(default_factory=dict)


class DecisionTry(Wanted):
    """A DMN file, which of its decisions to make (id or name), and on what."""

    dmn: Annotated[str, Field(max_length=_MOST_TABLE)]
    decision: Annotated[str, Field(min_length=1, max_length=200)]
    data: dict[str, Any] = Field(default_factory=dict)


class RemarkView(Resource):
    """Why something is null, what is wrong, or a hint; line and column count from 1."""

    kind: Literal["error", "null", "hint"]
    message: str
    line: int | None
    column: int | None
    source: str


class TrialView(Resource):
    """What an expression gave: as JSON and as FEEL writes it.

    Where it could not be evaluated, `evaluated` is false and a remark says why.
    """

    evaluated: bool
    kind: str
    value: Any
    text: str
    remarks: list[RemarkView]


class TriedRowView(Resource):
    """A row that decided."""

    decision_id: str
    table_id: str
    rule_id: str
    number: int
    description: str = Field(description="what its author says of it")


class StoppedRowView(Resource):
    """A row that does not hold, and the first column that stopped it.

    `unknown` says that it cannot be told, as the remark explains.
    """

    rule_id: str
    number: int
    column: str
    cell: str
    value: str
    unknown: bool
    remark: RemarkView | None


class DecisionTrialView(TrialView):
    """What a decision gave, and why."""

    fired: list[TriedRowView]
    stopped: list[StoppedRowView]


@expressions.post("/evaluation")
def evaluate_expression(work: Reading, body: ExpressionTry) -> TrialView:
    """Evaluate a FEEL expression on given data, and say why what is null is null."""
    require_turn(work)
    tried = try_expression(body.expression, body.data)
    return TrialView.model_validate(
        {**asdict(tried), "remarks": _remarks(tried.remarks, work.language)}
    )


@decisions.post("/evaluation")
def evaluate_decision(work: Reading, body: DecisionTry) -> DecisionTrialView:
    """Evaluate a decision of a DMN file, with the rows that decided and what stopped the others."""
    require_turn(work)
    tried = try_decision(body.dmn.encode(), body.decision, body.data)
    return trial_view(tried, work.language)


def trial_view(tried: DecisionTrial, language: str) -> DecisionTrialView:
    """Tell what a decision gave, in the reader's language."""
    stopped = [
        {**asdict(row), "remark": row.remark and _remark(row.remark, language)}
        for row in tried.stopped
    ]
    return DecisionTrialView.model_validate(
        {
            **asdict(tried.trial),
            "remarks": _remarks(tried.trial.remarks, language),
            "fired": [
                {**asdict(row), "description": _said(tried, row, language)} for row in tried.fired
            ],
            "stopped": stopped,
        }
    )


def _said(tried: DecisionTrial, row: FiredRow, language: str) -> str:
    return tried.texts.get(row.rule_id, {}).get(language) or row.description


def require_turn(work: Work) -> None:
    """Let designers try, each so often a minute: an evaluation may take a second.

    Raises:
        Problem: forbidden, or too-many-requests.
    """
    work.require("definition.design")
    wait = work.installation.trials.wait_seconds(work.actor.key)
    if wait:
        raise Problem("too-many-requests", headers={"Retry-After": str(int(wait) + 1)})


def _remarks(remarks: tuple[Remark, ...], language: str) -> list[dict[str, Any]]:
    return [_remark(one, language) for one in remarks]


def _remark(one: Remark, language: str) -> dict[str, Any]:
    message = one.message_en if language == "en" else one.message_zh
    return {**asdict(one), "message": message}


router = APIRouter()
router.include_router(expressions)
router.include_router(decisions)
