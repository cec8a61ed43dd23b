"""Decisions in an instance's history, in words: which rows decided and what their authors say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from sqlalchemy.orm import Session

from engine.decisions.descriptions import Texts
from engine.definitions import Definitions
from engine.errors import UnknownDefinition
from engine.history import HistoryKind, read_history
from engine.instances import ProcessInstance
from tasks.shown_names import row_text


@dataclass(frozen=True)
class ToldRow:
    """A row that decided. `count` says how often, where many cases were decided at once."""

    rule_id: str
    text: str
    decision_id: str
    table_id: str = ""
    number: int | None = None
    count: int | None = None


@dataclass(frozen=True)
class ToldDecision:
    """A decision and what it was made on, as far as history keeps that."""

    decision_id: str
    name: str
    rows: list[ToldRow]
    cases: int | None = None
    inputs: dict[str, Any] = field(default_factory=dict)
    withheld: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class DecisionWords:
    """What the authors of one bundle's tables say.

    `left` are the bundles that an instance was moved away from, oldest first, with the history row
    that tells of it.
    """

    definitions: Definitions
    bundle_id: str
    left: Sequence[tuple[int, str]] = ()

    @classmethod
    def of(cls, db: Session, definitions: Definitions, instance: ProcessInstance) -> Self:
        """Take the words for an instance's decisions, whatever it was moved to since."""
        moves = read_history(db, instance.id, kinds=[HistoryKind.MOVED])
        left = [(row.seq or 0, str((row.details or {}).get("from", ""))) for row in moves]
        return cls(definitions, instance.bundle_id, left)

    def at(self, seq: int) -> DecisionWords:
        """Give the words that held when a history row was written."""
        bundle_id = next((one for moved, one in self.left if moved > seq), self.bundle_id)
        return DecisionWords(self.definitions, bundle_id)

    def tell(self, details: Mapping[str, Any], language: str) -> ToldDecision:
        """Put the details of a history row into words."""
        decision_id = str(details.get("decision", ""))
        return ToldDecision(
            decision_id=decision_id,
            name=self._name(decision_id),
            rows=_rows(details, self.definitions.row_texts(self.bundle_id), language),
            cases=details.get("cases"),
            inputs=dict(details.get("inputs") or {}),
            withheld=list(details.get("withheld") or ()),
        )

    def line(self, details: Mapping[str, Any], language: str) -> str:
        """Tell a decision in one line; of many cases only how many there were."""
        told = self.tell(details, language)
        name = told.name
        if language == "en":
            name = told.decision_id.replace("_", " ").capitalize()
        if told.cases is not None:
            counts = (f"{one.text} × {one.count}" for one in told.rows)
            return f"{name}: {'; '.join(counts)}"
        own = [one.text for one in told.rows if one.decision_id == told.decision_id]
        return f"{name}: {'; '.join(own) or '—'}"

    def _name(self, decision_id: str) -> str:
        try:
            return str(self.definitions.decision(self.bundle_id, decision_id).name)
        except UnknownDefinition:
            return decision_id


def _rows(details: Mapping[str, Any], texts: Mapping[str, Texts], language: str) -> list[ToldRow]:
    decision = str(details.get("decision", ""))
    if "tally" in details:
        counts = sorted(details["tally"].items(), key=lambda pair: -pair[1])
        return [
            ToldRow(rule, row_text(texts, rule, language), decision, count=count)
            for rule, count in counts
        ]
    # Rows written before tables were told apart have the decision's own rules only.
    own: Mapping[str, Any] = {"decision": decision, "table": "", "rows": details.get("rows") or ()}
    return [
        ToldRow(rule, row_text(texts, rule, language), table["decision"], table["table"], number)
        for table in details.get("fired") or (own,)
        for rule, number in zip(
            table["rows"], table.get("numbers") or [None] * len(table["rows"]), strict=True
        )
    ]
