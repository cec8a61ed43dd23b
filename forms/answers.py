"""Check a whole answer: types, what is hidden, rules, rows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from forms.checks import PatternRefused, check_value
from forms.components import Component, DynamicList, Field
from forms.errors import FieldError, InvalidAnswer, pointer
from forms.messages import error
from forms.values import GivenFile, Refused, convert, json_safe
from forms.visibility import Visibility

ERRORS_LIMIT = 100


@dataclass(frozen=True)
class CheckedAnswer:
    """An answer that fits its form.

    `values` is all of it, JSON-safe, without hidden fields; `variables` are the process
    variables (a field left empty or hidden gives null, so that none keeps an older answer);
    `bindings` go by `jc:bind` name, with numbers as `Decimal`; `files` by JSON pointer.
    """

    values: dict[str, Any]
    variables: dict[str, Any]
    bindings: dict[str, Any]
    files: dict[str, list[GivenFile]]


@dataclass
class _Check:
    """One run over an answer, which collects errors as it goes."""

    context: Mapping[str, Any]
    language: str
    errors: list[FieldError] = field(default_factory=list)

    def refuse(self, at: str, refused: Refused, part: Field | None = None) -> None:
        made = error(at, refused.code, self.language, **refused.values)
        if isinstance(refused, PatternRefused) and part and part.rules.pattern_message:
            text = part.rules.pattern_message.text(self.language)
            made = FieldError(at, "pattern", text)
        self.errors.append(made)

    def converted(
        self, fields: Iterable[Field], given: Mapping[str, Any], shown: Mapping[str, Any]
    ) -> tuple[dict[str, Any], dict[str, Refused]]:
        """Convert what was given; fields that are only shown take their value from `shown`."""
        values: dict[str, Any] = {}
        refused: dict[str, Refused] = {}
        for part in fields:
            raw = shown.get(part.key) if part.from_context else given.get(part.key)
            try:
                values[part.key] = raw if part.from_context else convert(part, raw)
            except Refused as problem:
                values[part.key] = None
                refused[part.key] = problem
        return values, refused

    def checked(
        self,
        fields: Iterable[Field],
        values: Mapping[str, Any],
        refused: Mapping[str, Refused],
        visibility: Visibility,
        base: tuple[str | int, ...] = (),
    ) -> dict[str, Any]:
        """Check what is visible and give it back."""
        kept: dict[str, Any] = {}
        for part in fields:
            if visibility.hides(part) or part.disabled:
                continue
            try:
                if part.key in refused:
                    raise refused[part.key]
                value = values[part.key]
                shown_only = part.from_context
                kept[part.key] = (
                    value if shown_only else check_value(part, value, visibility.scope())
                )
            except Refused as problem:
                self.refuse(pointer(*base, part.key), problem, part)
        return kept

    def rows(self, part: DynamicList, given: Any, outer: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Check the rows of a dynamic list."""
        shown = _context_rows(self.context.get(part.key))
        rows = [] if given is None else given
        if not isinstance(rows, list) or not all(isinstance(row, Mapping) for row in rows):
            self.refuse(pointer(part.key), Refused("type", expected="list"))
            return []
        problem = _row_count(part, len(rows), len(shown))
        if problem:
            self.refuse(pointer(part.key), problem)
            return []
        return [
            self._row(part, number, row, shown[number] if number < len(shown) else {}, outer)
            for number, row in enumerate(rows)
        ]

    def _row(
        self,
        part: DynamicList,
        number: int,
        row: Mapping[str, Any],
        shown: Mapping[str, Any],
        outer: Mapping[str, Any],
    ) -> dict[str, Any]:
        self.unknown(row, part.fields, (part.key, number))
        values, refused = self.converted(part.fields, row, shown)
        visibility = Visibility(part.components, values, outer)
        return self.checked(part.fields, values, refused, visibility, (part.key, number))

    def unknown(
        self,
        given: Mapping[str, Any],
        parts: Iterable[Field | DynamicList],
        base: tuple[str | int, ...] = (),
    ) -> None:
        """Refuse what the form does not ask for."""
        known = {part.key for part in parts}
        for key in list(given)[: ERRORS_LIMIT + len(known)]:
            if key not in known:
                self.refuse(pointer(*base, str(key)[:100]), Refused("unknown"))


def check_answer(
    components: tuple[Component, ...],
    fields: tuple[Field, ...],
    lists: tuple[DynamicList, ...],
    answer: object,
    context: Mapping[str, Any],
    language: str,
) -> CheckedAnswer:
    """Check an answer against the parts of a form.

    Raises:
        InvalidAnswer: With every error found, at most a hundred.
    """
    run = _Check(context, language)
    if not isinstance(answer, Mapping):
        raise InvalidAnswer([error("", "type", language, expected="object")])
    run.unknown(answer, (*fields, *lists))
    values, refused = run.converted(fields, answer, context)
    visibility = Visibility(components, values, context)
    kept = run.checked(fields, values, refused, visibility)
    for part in lists:
        if not visibility.hides(part):
            kept[part.key] = run.rows(part, answer.get(part.key), visibility.scope())
    if run.errors:
        raise InvalidAnswer(_limited(run.errors, language))
    return _sorted_out((*fields, *lists), lists, kept)


def _limited(errors: list[FieldError], language: str) -> list[FieldError]:
    if len(errors) <= ERRORS_LIMIT:
        return errors
    return [*errors[: ERRORS_LIMIT - 1], error("", "too_many", language)]


def _context_rows(value: object) -> list[Mapping[str, Any]]:
    if not isinstance(value, list):
        return []
    return [row if isinstance(row, Mapping) else {} for row in value]


def _row_count(part: DynamicList, given: int, shown: int) -> Refused | None:
    if part.fixed and given != shown:
        return Refused("rows_fixed", limit=shown)
    if not part.fixed and given > part.max_rows:
        return Refused("rows_max", limit=part.max_rows)
    if not part.fixed and given < part.min_rows:
        return Refused("rows_min", limit=part.min_rows)
    return None


def _sorted_out(
    parts: tuple[Field | DynamicList, ...], lists: tuple[DynamicList, ...], kept: dict[str, Any]
) -> CheckedAnswer:
    variables = {p.variable: json_safe(kept.get(p.key)) for p in parts if p.variable}
    bindings = {p.bind: kept[p.key] for p in parts if p.bind and p.key in kept}
    files = {pointer(p.key): kept[p.key] for p in parts if _holds_files(p) and kept.get(p.key)}
    for part in lists:
        for number, row in enumerate(kept.get(part.key) or []):
            for cell in part.fields:
                if _holds_files(cell) and row.get(cell.key):
                    files[pointer(part.key, number, cell.key)] = row[cell.key]
    return CheckedAnswer(json_safe(kept), variables, bindings, files)


def _holds_files(part: Field | DynamicList) -> bool:
    return isinstance(part, Field) and part.type == "filepicker" and not part.from_context
