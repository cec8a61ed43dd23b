"""Draw a form, or a given answer, as HTML that needs no script."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from jinja2 import Environment, PackageLoader
from markupsafe import Markup

from forms.components import (
    CHOOSING,
    Component,
    DynamicList,
    Field,
    Group,
    Note,
    choices_of,
    layout_rows,
    walk,
)
from forms.conditions import NEVER, Selectable, selector_of
from forms.errors import FieldError, pointer
from forms.messages import word
from forms.phrases import light_markdown, shown
from forms.values import Refused, convert, json_safe
from forms.visibility import Visibility, chains

TEMPLATES = Environment(
    loader=PackageLoader("forms"), autoescape=True, trim_blocks=True, lstrip_blocks=True
)


@dataclass(frozen=True)
class Place:
    """Where values are drawn: the form itself, or one row of a list."""

    visibility: Visibility
    values: Mapping[str, Any]
    path: tuple[str | int, ...] = ()
    choices: Mapping[str, Any] = field(default_factory=dict)


@dataclass
class Drawing:
    """One drawing of a form: what the templates ask for."""

    language: str
    prefix: str
    errors: list[FieldError]
    context: Mapping[str, Any]
    selectors: dict[str, str]
    live: bool = False

    def word(self, key: str, **values: object) -> str:
        """Give a fixed word."""
        return word(key, self.language, **values)

    def rows(self, parts: tuple[Component, ...]) -> list[list[Component]]:
        """Give what stands beside each other."""
        return layout_rows(parts)

    def wanted(self, part: Component, place: Place) -> bool:
        """Tell whether a part is drawn: the page itself hides it, or it is visible now."""
        if part.id in self.selectors:
            return True
        return not (part.hide and part.hide.holds(place.visibility.scope()))

    def mark(self, part: Component) -> Markup:
        """Give what stands beside a part, where forms are compared."""
        return Markup()

    def name(self, part: Field | DynamicList, place: Place) -> str:
        """Give the name under which the browser posts it."""
        return ".".join(str(step) for step in (*place.path, part.key))

    def ident(self, part: Field | DynamicList, place: Place) -> str:
        """Give the id of its element."""
        return "-".join(str(step) for step in (self.prefix, *place.path, part.key))

    def problems(self, part: Field | DynamicList, place: Place) -> list[FieldError]:
        """List the errors at it."""
        at = pointer(*place.path, part.key)
        return [error for error in self.errors if error.pointer == at]

    def choices(self, part: Field, place: Place) -> list[tuple[str, str, bool]]:
        """List value, label and whether it is chosen."""
        raw = place.values.get(part.key)
        chosen = {str(item) for item in raw} if isinstance(raw, list) else {str(raw)}
        return [
            (str(value), label, str(value) in chosen)
            for value, label in choices_of(part, place.visibility.scope(), self.language)
        ]

    def text(self, part: Field, place: Place) -> str:
        """Give what stands in an input."""
        value = place.values.get(part.key)
        return shown(value) if isinstance(value, str | int | float) or value is None else ""

    def told(self, part: Field, place: Place) -> str:
        """Give a value as people read it."""
        value = place.values.get(part.key)
        if part.type == "checkbox":
            return self.word("yes" if value is True else "no")
        if value is None or value in ("", []):
            return self.word("none")
        if part.type in CHOOSING:
            labels = [label for _value, label, chosen in self.choices(part, place) if chosen]
            return "、".join(labels) or shown(value)
        if part.type == "filepicker" and isinstance(value, list):
            return "、".join(str(f.get("name")) for f in value if isinstance(f, Mapping))
        told = shown(value).replace("T", " ", 1) if part.type == "datetime" else shown(value)
        return f"{told} {part.after.text(self.language)}".strip()

    def note(self, part: Note, place: Place) -> Markup:
        """Give the HTML of a text."""
        return light_markdown(part.text.text(self.language, place.visibility.scope()))

    def label(self, part: Any, place: Place) -> str:
        """Give the label of a part."""
        return str(part.label.text(self.language, place.visibility.scope()))

    def hint(self, part: Any, place: Place) -> str:
        """Give the description of a part."""
        return str(part.description.text(self.language, place.visibility.scope()))

    def places(self, part: DynamicList, place: Place) -> list[Place]:
        """Give the rows of a list, each as a place of its own."""
        found = place.values.get(part.key)
        rows = found if isinstance(found, list) else []
        given = self.context.get(part.key)
        fixed = given if isinstance(given, list) else []
        return [
            self._row(part, number, row, fixed[number] if number < len(fixed) else {}, place)
            for number, row in enumerate(rows)
            if isinstance(row, Mapping)
        ]

    def _row(
        self,
        part: DynamicList,
        number: int,
        row: Mapping[str, Any],
        given: Any,
        place: Place,
    ) -> Place:
        known = given if isinstance(given, Mapping) else {}
        values = {
            cell.key: known.get(cell.key, row.get(cell.key))
            if cell.from_context
            else row.get(cell.key, cell.default if not row else None)
            for cell in part.fields
        }
        visibility = Visibility(
            part.components, _converted(part.fields, values), place.visibility.scope()
        )
        return Place(visibility, values, (part.key, number))

    def summary(self, components: tuple[Component, ...], place: Place) -> list[dict[str, str]]:
        """List the errors with a link to each field."""
        labels = dict(self._labels(components, place))
        return [
            {
                "href": "#" + labels[error.pointer][0] if error.pointer in labels else "",
                "label": labels.get(error.pointer, ("", self._unplaced(error)))[1],
                "message": error.message,
            }
            for error in self.errors
        ]

    def _unplaced(self, error: FieldError) -> str:
        return error.pointer.lstrip("/") or self.word("of_form")

    def _labels(
        self, components: tuple[Component, ...], place: Place
    ) -> Iterator[tuple[str, tuple[str, str]]]:
        for part in walk(components):
            if isinstance(part, Field | DynamicList):
                at = pointer(*place.path, part.key)
                label = self.label(part, place)
                if place.path:
                    label = f"{self.word('row', row=int(place.path[1]) + 1)} {label}"
                yield at, (self.ident(part, place), label)
            if isinstance(part, DynamicList):
                for row in self.places(part, place):
                    yield from self._labels(part.components, row)


def _converted(fields: tuple[Field, ...], values: Mapping[str, Any]) -> dict[str, Any]:
    """Give the values conditions see; what is of the wrong type counts as empty."""
    found: dict[str, Any] = {}
    for part in fields:
        raw = values.get(part.key)
        try:
            found[part.key] = raw if part.from_context else convert(part, raw)
        except Refused:
            found[part.key] = None
    return found


def _selectors(
    components: tuple[Component, ...], scope: Mapping[str, Any], outer: frozenset[str]
) -> dict[str, str]:
    """Find, by component id, the selector under which CSS hides a part."""
    known = dict(chains(components))
    keys = _keys(components) | outer
    found: dict[str, str] = {}
    for _round in known:
        selectable = {
            part.key: Selectable(values, "".join(_guard(found[link]) for link in guards))
            for part, chain in known.values()
            if isinstance(part, Field) and (values := _visible_values(part)) is not None
            for guards in [[link.id for link in chain if link.hide]]
            if all(link in found for link in guards)
        }
        fresh = {
            part.id: selector
            for part, _chain in known.values()
            if part.hide and part.id not in found
            if (selector := selector_of(part.hide, selectable, keys, scope)) is not None
        }
        if not fresh:
            break
        found |= fresh
    return found


def _guard(selector: str) -> str:
    """Turn the selector that hides a part into the one under which it is visible."""
    if selector == "":
        return NEVER
    return "" if selector == NEVER else f":not({selector})"


def _keys(components: tuple[Component, ...]) -> frozenset[str]:
    return frozenset(p.key for p in walk(components) if isinstance(p, Field | DynamicList))


def _visible_values(part: Field) -> list[object] | None:
    """List the values of a choice that CSS can see; a checkbox has none, others give None."""
    if part.from_context:
        return None
    if part.type == "checkbox":
        return []
    if part.type in ("radio", "select") and part.choices.given:
        return [choice.value for choice in part.choices.fixed]
    return None


def _rules(
    components: tuple[Component, ...],
    within: str,
    scope: Mapping[str, Any],
    outer: frozenset[str] = frozenset(),
) -> tuple[dict[str, str], list[str]]:
    """Give the selectors of all parts and the CSS rules that hide them.

    `outer` are the fields around a list's rows, which change too.
    """
    selectors = _selectors(components, scope, outer)
    rules = [
        f'{within}{selector} :is([data-c="{part_id}"],[data-r="{part_id}"]){{display:none}}'
        for part_id, selector in selectors.items()
        if selector != NEVER
    ]
    for part in walk(components):
        if isinstance(part, DynamicList):
            row = f'{within} [data-row="{part.key}"]'
            inner, inner_rules = _rules(part.components, row, scope, _keys(components))
            selectors |= inner
            rules += inner_rules
    return selectors, rules


def _is_live(components: tuple[Component, ...], selectors: Mapping[str, str]) -> bool:
    """Tell whether something follows the values only when the form is drawn again."""
    parts = list(walk(components))
    keys = {part.key for part in parts if isinstance(part, Field)}
    for part in parts:
        if part.hide and part.id not in selectors and part.hide.words & keys:
            return True
        if isinstance(part, Field) and part.choices.expression is not None:
            return True
        if isinstance(part, DynamicList) and _is_live(part.components, selectors):
            return True
    return False


def render_form(
    form_id: str,
    components: tuple[Component, ...],
    values: Mapping[str, Any],
    *,
    language: str,
    errors: list[FieldError],
    context: Mapping[str, Any],
    nonce: str,
    prefix: str,
) -> Markup:
    """Draw the fields of a form with the values and errors given."""
    scope = f'[data-form="{prefix}-{form_id}"]'
    place = _root(components, values, context)
    selectors, rules = _rules(components, scope, context) if nonce else ({}, [])
    drawing = Drawing(language, prefix, errors, context, selectors, _is_live(components, selectors))
    place = _root(components, values, context)
    html = TEMPLATES.get_template("form.html").render(
        drawing=drawing,
        place=place,
        components=components,
        scope_id=f"{prefix}-{form_id}",
        summary=drawing.summary(components, place),
        rules=Markup("\n".join(rules)),  # noqa: S704 -- made of checked ids, keys and values only
        nonce=nonce,
    )
    return Markup(html)  # noqa: S704 -- rendered with autoescape


def _root(
    components: tuple[Component, ...], values: Mapping[str, Any], context: Mapping[str, Any]
) -> Place:
    fields = tuple(part for part in walk(components) if isinstance(part, Field))
    known = {
        part.key: context.get(part.key) if part.from_context else values.get(part.key)
        for part in fields
    }
    visibility = Visibility(components, _converted(fields, known), context)
    return Place(visibility, {**values, **json_safe(known)})


def render_values(
    components: tuple[Component, ...],
    values: Mapping[str, Any],
    *,
    language: str,
    context: Mapping[str, Any],
) -> Markup:
    """Draw a given answer to read; what is hidden is left out."""
    drawing = Drawing(language, "v", [], {}, {})
    html = TEMPLATES.get_template("values.html").render(
        drawing=drawing, place=place_of(components, values, context), components=components
    )
    return Markup(html)  # noqa: S704 -- rendered with autoescape


def place_of(
    components: tuple[Component, ...], values: Mapping[str, Any], context: Mapping[str, Any]
) -> Place:
    """Give the place of a whole answer."""
    fields = tuple(part for part in walk(components) if isinstance(part, Field))
    visibility = Visibility(components, {p.key: values.get(p.key) for p in fields}, context)
    return Place(visibility, values)


__all__ = [
    "TEMPLATES",
    "Drawing",
    "Group",
    "Place",
    "place_of",
    "render_form",
    "render_values",
]
