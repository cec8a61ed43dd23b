"""Trying drafts of decision tables out with sample rows, as they stand in the editor."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import Field

from api.definitions import require_read
from api.resources import Resource, Wanted
from api.trials import DecisionTrialView, require_turn, trial_view
from api.work import Reading, Work, WorkRouter
from engine.bundles import as_member, newest, resolve
from engine.decisions.outline import DecisionOutline, outline_decisions
from engine.decisions.trial import try_samples
from engine.scopes import chain_of

samples = WorkRouter(prefix="/designer", tags=["definitions"])

_MOST_TABLE = 1_000_000
_MOST_SAMPLES = 20


class SampleTry(Wanted):
    """A DMN file as it is being drawn, and samples to make one of its decisions on."""

    scope: Annotated[str, Field(max_length=100)]
    key: Annotated[str, Field(max_length=100, description="the definition that is edited")]
    content: Annotated[str, Field(max_length=_MOST_TABLE)]
    decision: Annotated[str, Field(max_length=200, description="empty: only tell what it needs")]
    samples: Annotated[list[dict[str, Any]], Field(max_length=_MOST_SAMPLES)] = Field(
        default_factory=list
    )


class NeededView(Resource):
    """A variable that a decision needs; `values` are texts that its cells name."""

    name: str
    label: str
    type: str
    values: list[str]


class GivenView(Resource):
    """Something that a decision gives."""

    name: str
    label: str


class OutlineView(Resource):
    """A decision of the file; `tableId` is empty where its logic is no table."""

    id: str
    name: str
    table_id: str
    inputs: list[NeededView]
    outputs: list[GivenView]


class SampleTrials(Resource):
    """What the decisions of the file need, and what the samples gave, in their order."""

    decisions: list[OutlineView]
    trials: list[DecisionTrialView]


@samples.post("/decision-trials")
def try_decision_samples(work: Reading, body: SampleTry) -> SampleTrials:
    """Make a decision of a draft on sample rows, among the other definitions of its scope."""
    require_read(work, body.scope)
    work.require("definition.design")
    require_turn(work)
    others = _other_decisions(work, body.scope, body.key)
    functions = work.installation.definitions.host.functions
    content = body.content.encode()
    outlines = outline_decisions(content, functions=functions, others=others)
    trials = (
        try_samples(content, body.decision, body.samples, functions=functions, others=others)
        if body.decision
        else []
    )
    return SampleTrials(
        decisions=[_outline_view(one) for one in outlines],
        trials=[trial_view(one, work.language) for one in trials],
    )


def _outline_view(one: DecisionOutline) -> OutlineView:
    return OutlineView(
        id=one.id,
        name=one.name,
        table_id=one.table_id,
        inputs=[
            NeededView(name=i.name, label=i.label, type=i.type, values=list(i.values))
            for i in one.inputs
        ],
        outputs=[GivenView(name=name, label=label) for name, label in one.outputs],
    )


def _other_decisions(work: Work, scope: str, key: str) -> list[bytes]:
    """Read the files that the draft may import."""
    chain = chain_of([scope])
    rows = newest(work.db, chain)
    stored = [as_member(row) for row in rows if row.kind == "decision" and not row.withdrawn]
    return [one.content for name, one in resolve(chain, stored).items() if name[1] != key]


router = APIRouter()
router.include_router(samples)
