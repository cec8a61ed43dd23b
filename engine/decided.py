"""What history keeps of decisions: which rows decided, and on what, as far as that may be kept.

Process variables hold no personal data, so what a decision read of them is kept in clear. What it
read of facts, such as a candidate's age, is not: it is named among `withheld`. No digest stands
in for it, as the few values that an age or a yes or no can have are found by trying them all.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Any

from engine.decisions import Decision, DecisionResult, FiredRow
from engine.expressions import Expressions, Names

MAX_TEXT = 200

Sources = Iterable[tuple[str, str, bool]]
"""The input parameters of an element: name, text, and whether the text is an expression."""


def decided_details(
    decision: Decision,
    result: DecisionResult,
    names: Names,
    sources: Sources,
    expressions: Expressions,
) -> dict[str, Any]:
    """Give the details of the history row of one decision.

    `fired` names the rows of all tables that took part, also of decisions that were required.
    """
    roots = {name: _roots(text, is_feel, expressions) for name, text, is_feel in sources}
    inputs: dict[str, Any] = {}
    withheld: list[str] = []
    for name in sorted(decision.names):
        read = roots.get(name, frozenset({name}))
        if read <= names.variables.keys() and is_plain(names[name]):
            inputs[name] = names[name]
        elif name in names:
            withheld.append(name)
    details: dict[str, Any] = {"decision": decision.id, "rows": [str(row) for row in result.rows]}
    fired = fired_tables(result.fired)
    return details | {
        key: value
        for key, value in (("fired", fired), ("inputs", inputs), ("withheld", withheld))
        if value
    }


def _roots(text: str, is_feel: bool, expressions: Expressions) -> frozenset[str]:
    if not is_feel:
        return frozenset()
    compiled = expressions.get(text)
    return compiled.names | compiled.possible_names


def is_plain(value: Any) -> bool:
    """Say whether a value is small enough to be kept as it is."""
    if isinstance(value, str):
        return len(value) <= MAX_TEXT
    return value is None or isinstance(value, (bool, int, float))


def fired_tables(fired: Iterable[FiredRow]) -> list[dict[str, Any]]:
    """Group rows that decided by their table, in the order in which the tables took part."""
    found: dict[tuple[str, str], dict[str, Any]] = {}
    for row in fired:
        table = found.setdefault(
            (row.decision_id, row.table_id),
            {"decision": row.decision_id, "table": row.table_id, "rows": [], "numbers": []},
        )
        table["rows"].append(row.rule_id)
        table["numbers"].append(row.number)
    return list(found.values())


class Tally:
    """How often which rows decided while one service task ran, by decision.

    A service task may decide on thousands of enrolments; each enrolment's own rows are kept
    with its result, history keeps the counts.
    """

    def __init__(self) -> None:
        self.cases: Counter[str] = Counter()
        self.rows: dict[str, Counter[str]] = {}

    def add(self, decision_id: str, result: DecisionResult) -> None:
        """Count one decision."""
        self.cases[decision_id] += 1
        self.rows.setdefault(decision_id, Counter()).update(str(row) for row in result.rows)

    def details(self) -> list[Mapping[str, Any]]:
        """Give the details of a history row for each decision."""
        return [
            {"decision": key, "cases": count, "tally": dict(self.rows[key])}
            for key, count in self.cases.items()
        ]
