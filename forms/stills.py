"""Draw a form to be looked at: every part of it, nothing to fill in."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from markupsafe import Markup

from forms.components import Component, DynamicList, Field, Group, Note, layout_rows
from forms.definition import FormDefinition
from forms.phrases import light_markdown
from forms.rendering import TEMPLATES, Drawing, Place, place_of
from forms.values import json_safe

DrawMark = Callable[[str], Markup]
"""Gives what stands at a part, by its name."""


@dataclass(frozen=True)
class Strip:
    """One line of a form: `names` of the parts in it, and how deep in groups it lies."""

    names: tuple[str, ...]
    depth: int
    html: Markup


@dataclass
class _Still(Drawing):
    """A drawing in which nothing hides, every list has a row, and nothing can be posted."""

    draw_mark: DrawMark = field(default=lambda name: Markup())

    def wanted(self, part: Component, place: Place) -> bool:
        """Draw also what shows only sometimes: the reader looks at the form, not at an answer."""
        return True

    def name(self, part: Field | DynamicList, place: Place) -> str:
        """Keep the radio buttons of two drawings on one page apart."""
        return self.ident(part, place)

    def places(self, part: DynamicList, place: Place) -> list[Place]:
        """Give the first rows, else one, so that the fields of a row are seen."""
        return super().places(part, place) or [self._row(part, 0, {}, {}, place)]

    def label(self, part: Any, place: Place) -> str:
        """Give the label as it was written: there is nothing to fill it with."""
        return str(part.label.source(self.language))

    def hint(self, part: Any, place: Place) -> str:
        """Give the description as it was written."""
        return str(part.description.source(self.language))

    def note(self, part: Note, place: Place) -> Markup:
        """Give the text as it was written."""
        return light_markdown(part.text.source(self.language))

    def mark(self, part: Component) -> Markup:
        """Say when it shows only sometimes, and what the page has to say of it."""
        mark = self.draw_mark(name_of(part))
        if part.hide is None:
            return mark
        told = Markup('<span class="tag still-if" title="{}">{}</span>')
        return mark + told.format(
            self.word("hidden_if", condition=part.hide.source), self.word("sometimes")
        )


def name_of(part: Component) -> str:
    """Name a part: by its id, else by the key of its value; others have the name of their place."""
    key = part.key if isinstance(part, Field | DynamicList) else ""
    return key if key and part.id.startswith("part_") else part.id


def draw_still(
    form: FormDefinition,
    *,
    language: str,
    prefix: str,
    draw_mark: DrawMark = lambda name: Markup(),
) -> tuple[Strip, ...]:
    """Draw a form line by line. The page puts the lines into a `fieldset` that is disabled."""
    values: Mapping[str, Any] = json_safe(form.initial())
    drawing = _Still(language, prefix, [], {}, {}, draw_mark=draw_mark)
    return tuple(_strips(drawing, form.components, place_of(form.components, values, {}), 0))


def _strips(
    drawing: _Still, parts: tuple[Component, ...], place: Place, depth: int
) -> Iterator[Strip]:
    for row in layout_rows(parts):
        first = row[0]
        if len(row) == 1 and isinstance(first, Group):
            heading = Markup('<div class="still-group" data-c="{}"><b>{}</b>{}</div>').format(
                first.id, drawing.label(first, place), drawing.mark(first)
            )
            yield Strip((name_of(first),), depth, heading)
            yield from _strips(drawing, first.components, place, depth + 1)
        else:
            html = TEMPLATES.get_template("still.html").render(
                drawing=drawing, place=place, parts=tuple(row)
            )
            # Rendered with autoescape.
            yield Strip(tuple(_names(row)), depth, Markup(html))  # noqa: S704


def _names(parts: list[Component] | tuple[Component, ...]) -> Iterator[str]:
    for part in parts:
        yield name_of(part)
        if isinstance(part, Group | DynamicList):
            yield from _names(part.components)


def part_names(form: FormDefinition) -> frozenset[str]:
    """Name every part of a form, also those in the rows of lists."""
    return frozenset(_names(form.components))
