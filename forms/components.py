"""The parts a form is made of, read from form-js JSON."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import regex

from forms.conditions import Condition, Expression, evaluate
from forms.phrases import Phrase

INPUTS = frozenset(
    {
        "textfield",
        "textarea",
        "number",
        "datetime",
        "select",
        "radio",
        "checkbox",
        "checklist",
        "filepicker",
    }
)
CHOOSING = frozenset({"select", "radio", "checklist"})
COMPONENTS = INPUTS | {"group", "dynamiclist", "text", "separator"}


@dataclass(frozen=True)
class Choice:
    """One value of a list, with its label."""

    value: str | int | bool
    label: Phrase


@dataclass(frozen=True)
class Choices:
    """Where the values of a field come from: the form, a key of the context, or FEEL."""

    fixed: tuple[Choice, ...] = ()
    key: str | None = None
    expression: Expression | None = None

    @property
    def given(self) -> bool:
        """Whether the form itself lists them."""
        return self.key is None and self.expression is None


@dataclass(frozen=True)
class Rules:
    """What a value must satisfy."""

    required: bool = False
    minimum: Decimal | None = None
    maximum: Decimal | None = None
    min_length: int | None = None
    max_length: int | None = None
    pattern: regex.Pattern[str] | None = None
    pattern_message: Phrase = field(default_factory=Phrase)
    check: str | None = None


@dataclass(frozen=True)
class Component:
    """What every part has. `row` and `columns` (of 16) say where it stands."""

    id: str
    type: str
    hide: Condition | None = None
    row: str | None = None
    columns: int = 16


@dataclass(frozen=True)
class Field(Component):
    """A part that takes a value."""

    key: str = ""
    label: Phrase = field(default_factory=Phrase)
    description: Phrase = field(default_factory=Phrase)
    rules: Rules = field(default_factory=Rules)
    choices: Choices = field(default_factory=Choices)
    subtype: str = "date"
    decimal_digits: int | None = None
    step: str | None = None
    accept: tuple[str, ...] = ()
    multiple: bool = False
    max_bytes: int = 20 * 1024 * 1024
    readonly: bool = False
    disabled: bool = False
    default: Any = None
    before: Phrase = field(default_factory=Phrase)
    after: Phrase = field(default_factory=Phrase)
    quick: tuple[Phrase, ...] = ()
    bind: str | None = None
    variable: str | None = None
    personal: bool = False

    @property
    def from_context(self) -> bool:
        """Whether its value is shown but never taken from an answer."""
        return self.readonly or self.disabled


@dataclass(frozen=True)
class Group(Component):
    """Fields under one heading."""

    label: Phrase = field(default_factory=Phrase)
    components: tuple[Component, ...] = ()


@dataclass(frozen=True)
class DynamicList(Component):
    """Rows of the same fields. A fixed list has exactly the rows of its context."""

    key: str = ""
    label: Phrase = field(default_factory=Phrase)
    description: Phrase = field(default_factory=Phrase)
    components: tuple[Component, ...] = ()
    fixed: bool = False
    table: bool = False
    start_rows: int = 1
    min_rows: int = 0
    max_rows: int = 200
    bind: str | None = None
    variable: str | None = None
    personal: bool = False

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields of one row."""
        return tuple(part for part in walk(self.components) if isinstance(part, Field))


@dataclass(frozen=True)
class Note(Component):
    """Text to read, in light markdown."""

    text: Phrase = field(default_factory=Phrase)


@dataclass(frozen=True)
class Separator(Component):
    """A line."""


def walk(components: tuple[Component, ...]) -> Iterator[Component]:
    """Go through the parts and what groups hold, but not into dynamic lists."""
    for part in components:
        yield part
        if isinstance(part, Group):
            yield from walk(part.components)


def layout_rows(components: tuple[Component, ...]) -> list[list[Component]]:
    """Collect the parts that stand beside each other.

    form-js lays out by the id of the row, whatever the order in the file.
    """
    rows: list[list[Component]] = []
    known: dict[str, list[Component]] = {}
    for part in components:
        if part.row is not None and part.row in known:
            known[part.row].append(part)
            continue
        rows.append([part])
        if part.row is not None:
            known[part.row] = rows[-1]
    return rows


def choices_of(
    part: Field, scope: Mapping[str, object], language: str
) -> list[tuple[str | int | bool, str]]:
    """List the values that may be chosen, each with its label."""
    if part.choices.given:
        return [(choice.value, choice.label.text(language)) for choice in part.choices.fixed]
    if part.choices.key is not None:
        found = scope.get(part.choices.key)
    else:
        found = evaluate(part.choices.expression, scope) if part.choices.expression else None
    items = found if isinstance(found, list | tuple) else []
    return [pair for item in items if (pair := _choice(item, language)) is not None]


def _choice(item: object, language: str) -> tuple[str | int | bool, str] | None:
    if isinstance(item, Mapping):
        english = item.get("label.en") or item.get("label_en") if language == "en" else None
        value = _plain(item.get("value"))
        label = english or item.get("label")
        return None if value is None else (value, str(value if label is None else label))
    value = _plain(item)
    return None if value is None else (value, str(value))


def _plain(value: object) -> str | int | bool | None:
    if isinstance(value, str | bool | int):
        return value
    if isinstance(value, Decimal | float) and value == int(value):
        return int(value)
    return None
