"""Tell an answer as plain text: label and value of each field, for papers and exports."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from forms.components import Component, DynamicList, Field, walk
from forms.rendering import Drawing, place_of


@dataclass(frozen=True)
class ToldList:
    """A list of the form as a table."""

    title: str
    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class ToldAnswer:
    """What an answer says: `facts` are label and value, in the order of the form."""

    facts: tuple[tuple[str, str], ...]
    lists: tuple[ToldList, ...]


def tell_answer(
    components: tuple[Component, ...],
    values: Mapping[str, Any],
    *,
    language: str = "zh-CN",
    context: Mapping[str, Any] | None = None,
) -> ToldAnswer:
    """Tell an answer as people read it; what was hidden is left out."""
    drawing = Drawing(language, "v", [], context or {}, {})
    place = place_of(components, values, context or {})
    facts: list[tuple[str, str]] = []
    lists: list[ToldList] = []
    for part in _seen(drawing, components, place):
        if isinstance(part, DynamicList):
            lists.append(_tell_list(drawing, part, place))
        else:
            facts.append((drawing.label(part, place), drawing.told(part, place)))
    return ToldAnswer(tuple(facts), tuple(lists))


def _seen(
    drawing: Drawing, components: tuple[Component, ...], place: Any
) -> Iterator[Field | DynamicList]:
    for part in components:
        if not drawing.wanted(part, place):
            continue
        if isinstance(part, Field | DynamicList):
            yield part
        else:
            yield from _seen(drawing, getattr(part, "components", ()), place)


def _tell_list(drawing: Drawing, part: DynamicList, place: Any) -> ToldList:
    cells = [cell for cell in walk(part.components) if isinstance(cell, Field)]
    rows = tuple(
        tuple(
            drawing.told(cell, row) if drawing.wanted(cell, row) else drawing.word("none")
            for cell in cells
        )
        for row in drawing.places(part, place)
    )
    head = tuple(drawing.label(cell, place) for cell in cells)
    return ToldList(drawing.label(part, place), head, rows)
