"""Trying a decision out: its value, the rows that decided, and what stopped the others."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from engine.decisions.decision import Decision, HostFunctions
from engine.decisions.descriptions import Texts, rule_descriptions
from engine.decisions.document import child, text_of
from engine.decisions.errors import DecisionError, InvalidDecisions
from engine.decisions.lint import read_model
from engine.decisions.model import DecisionModel
from engine.decisions.results import DecisionRun, FiredRow
from engine.decisions.tables import DecisionTable, Rule
from engine.feel import FeelError, FeelLimit, Value, from_feel, to_feel
from engine.feel.explanation import explain_nulls, explain_tests
from engine.feel.expression import functions_of
from engine.feel.nodes import Embedded, Node
from engine.feel.scope import Scope
from engine.feel.trial import (
    TOO_DEEP,
    TRIAL_LIMITS,
    Remark,
    Trial,
    remark_of,
    remark_of_null,
    written,
)
from engine.feel.values import Function, kind_of

_MOST_ROWS = 200
_MOST_NULLS = 50


@dataclass(frozen=True, slots=True)
class StoppedRow:
    """A row that did not hold: the first column that stopped it, with its cell and value.

    `unknown` says that it could not be told, for the reason in `remark`.
    """

    rule_id: str
    number: int
    column: str
    cell: str
    value: str
    unknown: bool
    remark: Remark | None = None


@dataclass(frozen=True, slots=True)
class DecisionTrial:
    """What a decision gave.

    `texts` are what the file says of its rows, by rule and language. `known` lists the decisions
    of the file where the one wanted is none of them.
    """

    trial: Trial
    fired: tuple[FiredRow, ...] = ()
    texts: Mapping[str, Texts] = field(default_factory=dict)
    stopped: tuple[StoppedRow, ...] = ()
    known: tuple[str, ...] = ()


def try_decision(
    xml: bytes, decision_id: str, data: Mapping[str, Any], *, others: Sequence[bytes] = ()
) -> DecisionTrial:
    """Decide on data; the decision is named by its id or its name."""
    return try_samples(xml, decision_id, [data], others=others)[0]


def try_samples(
    xml: bytes,
    decision_id: str,
    samples: Sequence[Mapping[str, Any]],
    *,
    functions: HostFunctions | None = None,
    others: Sequence[bytes] = (),
) -> list[DecisionTrial]:
    """Make one decision on each of several samples; the file is read once."""
    try:
        model = read_model(xml, functions=functions, others=others)
    except InvalidDecisions as error:
        remarks = [Remark("error", one.message("zh"), one.message("en")) for one in error.findings]
        return [DecisionTrial(_nothing(*remarks)) for _ in samples]
    found = _find(model, decision_id)
    if found is None:
        message = f"没有决策 {decision_id}", f"there is no decision {decision_id}"
        known = tuple(sorted(model.invocables))
        return [DecisionTrial(_nothing(Remark("error", *message)), known=known) for _ in samples]
    texts = rule_descriptions(xml)
    return [replace(_try_sample(model, found, data), texts=texts) for data in samples]


def _try_sample(model: DecisionModel, found: Decision, data: Mapping[str, Any]) -> DecisionTrial:
    try:
        context = {name: to_feel(value) for name, value in data.items()}
    except RecursionError:
        return DecisionTrial(_nothing(remark_of(TOO_DEEP)))
    try:
        return _decide(model, found, context)
    except (DecisionError, FeelError) as error:
        remark = Remark("error", error.message_zh, error.message_en)
        return DecisionTrial(_nothing(remark, *_problems(model)))


def _find(model: DecisionModel, wanted: str) -> Decision | None:
    by_id = model.invocables
    named = (one for one in by_id.values() if one.name == wanted)
    found = by_id.get(wanted) or next(named, None)
    return None if found is None else replace(found, limits=TRIAL_LIMITS)


def _nothing(*remarks: Remark) -> Trial:
    return Trial(False, "null", None, "null", remarks)


def _problems(model: DecisionModel) -> Iterator[Remark]:
    """Tell what is wrong in the file; what could not be read is null."""
    for one in model.report.findings:
        if one.severity == "error":
            yield Remark("error", one.message("zh"), one.message("en"), source=one.element_id or "")


def _decide(model: DecisionModel, decision: Decision, context: dict[str, Value]) -> DecisionTrial:
    result = decision.evaluate(context)
    value = result.feel_value
    logic = decision.step.logic
    table = logic if isinstance(logic, DecisionTable) else None
    fired = {row.rule_id for row in result.fired if row.decision_id == decision.id}
    remarks = [*_problems(model)]
    stopped: list[StoppedRow] = []
    try:
        scope = _scope_of(decision, context)
        remarks += _nulls(model, decision, table, scope)
        stopped += _stopped(table, fired, scope)
    except FeelLimit as error:
        remarks.append(remark_of(error))
    if value is None:
        remarks += _why_null(table, result.fired, remarks)
    kind = "function" if isinstance(value, Function) else kind_of(value)
    return DecisionTrial(
        Trial(True, kind, from_feel(value, TRIAL_LIMITS), written(value), tuple(remarks)),
        result.fired,
        stopped=tuple(stopped),
    )


def _why_null(
    table: DecisionTable | None, fired: Sequence[FiredRow], remarks: Sequence[Remark]
) -> Iterator[Remark]:
    """Tell why there is no result where no part of the logic says it."""
    if table is not None and not fired:
        yield Remark("null", "没有规则成立", "no rule holds")
    elif table is not None or not remarks:
        yield Remark(
            "null",
            "得出的值是空值，或者不符合声明的类型",
            "what it gives is null, or does not fit the type that is declared for it",
        )


def _scope_of(decision: Decision, context: dict[str, Value]) -> Scope:
    """Give the scope of the decision's logic, with one budget for all that is told."""
    lent = functions_of(tuple(decision.functions.items()))
    run = DecisionRun(context, lent, TRIAL_LIMITS, decision.id)
    if not decision.plan.steps:
        return run.root
    scopes = decision.plan.scopes("", run.root, {})
    decision.plan.prepare(scopes, run.context)
    return scopes[""]


def _nulls(
    model: DecisionModel, decision: Decision, table: DecisionTable | None, scope: Scope
) -> Iterator[Remark]:
    """Tell why inputs of the table are null, or the expression that is the decision's logic."""
    if table is not None:
        for column in table.inputs:
            yield from map(remark_of_null, explain_nulls(column.source, column.node, scope, 1))
        return
    element = model.graph.elements.get(decision.id)
    logic = None if element is None else child(element, "literalExpression")
    node = model.nodes.get(decision.id)
    if isinstance(node, Embedded) and node.parts:
        # A value held to a type: the expression within says why it is null.
        node = next((part for part in node.parts if isinstance(part, Node)), None)
    if logic is not None and node is not None:
        yield from map(remark_of_null, explain_nulls(text_of(logic), node, scope, _MOST_NULLS))


def _stopped(table: DecisionTable | None, fired: set[str], scope: Scope) -> Iterator[StoppedRow]:
    if table is None:
        return
    values = [column.evaluate(scope) for column in table.inputs]
    for rule in table.rules[:_MOST_ROWS]:
        if rule.id not in fired:
            yield from _stop_of(table, rule, values, scope)


def _stop_of(
    table: DecisionTable, rule: Rule, values: list[Value], scope: Scope
) -> Iterator[StoppedRow]:
    for column, test, value in zip(table.inputs, rule.tests, values, strict=True):
        met = test.evaluate(value, scope)
        if met is True:
            continue
        remark = None
        if met is None:
            reason = explain_tests(test.source, test.tests, scope.child({"?": value}))
            remark = None if reason is None else remark_of_null(reason)
        yield StoppedRow(
            rule.id, rule.number, column.label, test.source, written(value), met is None, remark
        )
        return
