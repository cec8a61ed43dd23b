"""Which of the rules that hold decide, and what they give together."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from engine.decisions.errors import DecisionError
from engine.decisions.results import Outcome
from engine.feel import Value
from engine.feel.builtins import BUILTINS
from engine.feel.comparison import equal
from engine.feel.scope import Run


@dataclass(slots=True)
class Hit:
    """A rule that holds, with its outputs by name and their ranks in the lists of outputs."""

    rule_id: str
    number: int
    label: str
    outputs: dict[str, Value]
    ranks: tuple[int, ...]

    @property
    def value(self) -> Value:
        """The outputs as DMN gives them: bare when there is only one."""
        return next(iter(self.outputs.values())) if len(self.outputs) == 1 else self.outputs


def named_zh(hits: Sequence[Hit]) -> str:
    """Name rows for people, by number and description."""
    return "、".join(
        f"第 {hit.number} 行" + (f"（{hit.label}）" if hit.label else "") for hit in hits
    )


def named_en(hits: Sequence[Hit]) -> str:
    """Name rows for people, by number and description."""
    return ", ".join(f"row {hit.number}" + (f" ({hit.label})" if hit.label else "") for hit in hits)


Policy: TypeAlias = Callable[[Sequence[Hit], str, Run], Outcome]


def _single(hit: Hit, deciding: Sequence[Hit] = ()) -> Outcome:
    return Outcome(hit.value, hit.outputs, tuple(one.rule_id for one in deciding or (hit,)))


def _several(hits: Sequence[Hit]) -> Outcome:
    rows = tuple(hit.rule_id for hit in hits)
    return Outcome([hit.value for hit in hits], [hit.outputs for hit in hits], rows)


def _unique(hits: Sequence[Hit], table: str, run: Run) -> Outcome:
    if len(hits) > 1:
        ids = [hit.rule_id for hit in hits]
        raise DecisionError(
            f"决策表“{table}”要求只有一行成立，但{named_zh(hits)}同时成立",
            f"the table {table} allows one row to hold, but {named_en(hits)} hold together",
            ids,
        )
    return _single(hits[0])


def _any(hits: Sequence[Hit], table: str, run: Run) -> Outcome:
    first = hits[0]
    for hit in hits[1:]:
        if equal(first.outputs, hit.outputs, run) is not True:
            ids = [one.rule_id for one in hits]
            raise DecisionError(
                f"决策表“{table}”中{named_zh(hits)}同时成立而结果不同",
                f"{named_en(hits)} of the table {table} hold together and differ",
                ids,
            )
    return _single(first, hits)


def _first(hits: Sequence[Hit], table: str, run: Run) -> Outcome:
    return _single(hits[0])


def _by_rank(hits: Sequence[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: hit.ranks)


def _priority(hits: Sequence[Hit], table: str, run: Run) -> Outcome:
    return _single(_by_rank(hits)[0])


def _rule_order(hits: Sequence[Hit], table: str, run: Run) -> Outcome:
    return _several(hits)


def _output_order(hits: Sequence[Hit], table: str, run: Run) -> Outcome:
    return _several(_by_rank(hits))


def _aggregated(function: str) -> Policy:
    def aggregate(hits: Sequence[Hit], table: str, run: Run) -> Outcome:
        value = BUILTINS[function].invoke([[hit.value for hit in hits]], run)
        return Outcome(value, value, tuple(hit.rule_id for hit in hits))

    return aggregate


POLICIES: dict[str, Policy] = {
    "UNIQUE": _unique,
    "ANY": _any,
    "FIRST": _first,
    "PRIORITY": _priority,
    "RULE ORDER": _rule_order,
    "OUTPUT ORDER": _output_order,
    "COLLECT": _rule_order,
}
AGGREGATIONS: dict[str, Policy] = {
    "SUM": _aggregated("sum"),
    "MIN": _aggregated("min"),
    "MAX": _aggregated("max"),
    "COUNT": _aggregated("count"),
}
SINGLE_HIT = frozenset({"UNIQUE", "ANY", "FIRST", "PRIORITY"})


def nothing(policy: str, aggregation: str | None) -> Outcome:
    """Give what a table without defaults gives when no rule holds."""
    if policy in SINGLE_HIT or aggregation in ("SUM", "MIN", "MAX"):
        return Outcome(None, None)
    if aggregation == "COUNT":
        count = BUILTINS["count"].invoke([[]], Run({}, BUILTINS))
        return Outcome(count, count)
    return Outcome([], [])
