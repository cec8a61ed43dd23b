"""Read form-js JSON into components. What it cannot read, `lint` has refused before."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import regex

from forms.components import (
    Choice,
    Choices,
    Component,
    DynamicList,
    Field,
    Group,
    Note,
    Rules,
    Separator,
)
from forms.conditions import CompileExpression, Condition, compile_condition
from forms.phrases import Phrase, parse_phrase


class Reader:
    """Reads the components of one form."""

    def __init__(self, compile_expression: CompileExpression) -> None:
        self._compile = compile_expression
        self._count = 0

    def components(self, found: list[Mapping[str, Any]]) -> tuple[Component, ...]:
        """Read a list of components in their order."""
        return tuple(self._component(raw) for raw in found)

    def _component(self, raw: Mapping[str, Any]) -> Component:
        self._count += 1
        kind = raw["type"]
        if kind == "group":
            return Group(
                **self._common(raw),
                label=self._phrase(raw, "label"),
                components=self.components(raw.get("components") or []),
            )
        if kind == "dynamiclist":
            return self._list(raw)
        if kind == "text":
            return Note(**self._common(raw), text=self._phrase(raw, "text"))
        if kind == "separator":
            return Separator(**self._common(raw))
        return self._field(raw)

    def _common(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        layout = raw.get("layout") or {}
        hide = (raw.get("conditional") or {}).get("hide")
        return {
            "id": str(raw.get("id") or f"part_{self._count}"),
            "type": raw["type"],
            "hide": self._condition(hide),
            "row": layout.get("row"),
            "columns": int(layout.get("columns") or 16),
        }

    def _condition(self, source: str | None) -> Condition | None:
        return compile_condition(source, self._compile) if source else None

    def _phrase(self, raw: Mapping[str, Any], name: str, *, source: str = "") -> Phrase:
        zh = raw.get(source or name) or ""
        return parse_phrase(zh, properties(raw).get(f"{name}.en") or "", self._compile)

    def _list(self, raw: Mapping[str, Any]) -> DynamicList:
        own = properties(raw)
        return DynamicList(
            **self._common(raw),
            key=raw["path"],
            label=self._phrase(raw, "label"),
            description=self._phrase(raw, "description"),
            components=self.components(raw.get("components") or []),
            fixed=raw.get("allowAddRemove") is False,
            table=raw.get("allowAddRemove") is False or own.get("jc:layout") == "table",
            start_rows=int(raw.get("defaultRepetitions") or 1),
            min_rows=int(own.get("jc:minRows") or 0),
            max_rows=int(own.get("jc:maxRows") or 200),
            **_jiancheng(raw, raw["path"]),
        )

    def _field(self, raw: Mapping[str, Any]) -> Field:
        kind = raw["type"]
        source = "dateLabel" if kind == "datetime" else "label"
        if kind == "datetime" and not raw.get("dateLabel"):
            source = "timeLabel" if raw.get("timeLabel") else "label"
        return Field(
            **self._common(raw),
            key=raw["key"],
            label=self._phrase(raw, "label", source=source),
            description=self._phrase(raw, "description"),
            rules=self._rules(raw),
            choices=self._choices(raw),
            subtype=raw.get("subtype") or "date",
            decimal_digits=raw.get("decimalDigits"),
            step=None if raw.get("increment") is None else str(raw["increment"]),
            accept=_accept(raw.get("accept")),
            multiple=raw.get("multiple") is True,
            max_bytes=int(properties(raw).get("jc:maxBytes") or Field.max_bytes),
            readonly=raw.get("readonly") is True,
            disabled=raw.get("disabled") is True,
            default=raw.get("defaultValue"),
            **self._decoration(raw),
            **_jiancheng(raw, raw["key"]),
        )

    def _decoration(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        around = raw.get("appearance") or {}
        own = properties(raw)
        quick = [part for part in (own.get("quick") or "").split("|") if part]
        english = (own.get("quick.en") or "").split("|")
        pairs = [(zh, english[n] if n < len(english) else "") for n, zh in enumerate(quick)]
        return {
            "before": self._adorner(around, own, "prefixAdorner"),
            "after": self._adorner(around, own, "suffixAdorner"),
            "quick": tuple(Phrase((zh,), (en,) if en else ()) for zh, en in pairs),
        }

    def _adorner(self, around: Mapping[str, Any], own: Mapping[str, Any], name: str) -> Phrase:
        return parse_phrase(around.get(name) or "", own.get(f"{name}.en") or "", self._compile)

    def _rules(self, raw: Mapping[str, Any]) -> Rules:
        rules = raw.get("validate") or {}
        own = properties(raw)
        check = own.get("jc:check") or (
            rules.get("validationType") if rules.get("validationType") != "custom" else None
        )
        return Rules(
            required=rules.get("required") is True,
            minimum=_decimal(rules.get("min")),
            maximum=_decimal(rules.get("max")),
            min_length=rules.get("minLength"),
            max_length=rules.get("maxLength"),
            pattern=regex.compile(rules["pattern"]) if rules.get("pattern") else None,
            pattern_message=parse_phrase(
                rules.get("patternErrorMessage") or "",
                own.get("patternErrorMessage.en") or "",
                self._compile,
            ),
            check=check,
        )

    def _choices(self, raw: Mapping[str, Any]) -> Choices:
        if raw.get("valuesKey"):
            return Choices(key=raw["valuesKey"])
        if raw.get("valuesExpression"):
            return Choices(expression=self._compile(raw["valuesExpression"].lstrip("= ")))
        own = properties(raw)
        return Choices(
            fixed=tuple(
                Choice(
                    item["value"],
                    parse_phrase(
                        str(item.get("label") or item["value"]),
                        own.get(f"values.{item['value']}.en") or "",
                        self._compile,
                    ),
                )
                for item in raw.get("values") or []
            )
        )


def properties(raw: Mapping[str, Any]) -> Mapping[str, Any]:
    """Give the custom properties of a component."""
    found = raw.get("properties")
    return found if isinstance(found, Mapping) else {}


def _jiancheng(raw: Mapping[str, Any], key: str) -> dict[str, Any]:
    own = properties(raw)
    variable = own.get("jc:variable")
    return {
        "bind": own.get("jc:bind") or None,
        "variable": key if is_true(variable) else (variable or None),
        "personal": is_true(own.get("jc:personal")),
    }


def is_true(value: object) -> bool:
    """Tell whether a custom property is switched on; the editor writes all as text."""
    return value is True or value == "true"


def _decimal(value: object) -> Decimal | None:
    return None if value is None or value == "" else Decimal(str(value))


def _accept(value: object) -> tuple[str, ...]:
    parts = [part.strip().lower() for part in str(value or "").split(",")]
    return tuple(part for part in parts if part)
