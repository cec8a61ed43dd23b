"""A form: read once, then rendered, read and checked any number of times."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from forms.answers import CheckedAnswer, check_answer
from forms.components import Component, DynamicList, Field, walk
from forms.conditions import CompileExpression
from forms.errors import FieldError, FormProblem, InvalidForm
from forms.json_schema import answer_schema
from forms.lint import lint_form
from forms.parsing import Reader
from forms.phrases import Phrase, parse_phrase
from forms.reading import MultiDict, initial_values, read_answer, redrawn
from forms.rendering import render_form, render_values
from forms.telling import ToldAnswer, tell_answer

FORM_BYTES = 1_000_000


@dataclass(frozen=True)
class FormDefinition:
    """A published form."""

    id: str
    titles: Phrase
    components: tuple[Component, ...]

    @property
    def fields(self) -> tuple[Field, ...]:
        """The fields outside dynamic lists, in their order."""
        return tuple(part for part in walk(self.components) if isinstance(part, Field))

    @property
    def lists(self) -> tuple[DynamicList, ...]:
        """The dynamic lists."""
        return tuple(part for part in walk(self.components) if isinstance(part, DynamicList))

    def title(self, language: str = "zh-CN") -> str:
        """Give the form's name."""
        return self.titles.text(language)

    def check(
        self,
        answer: object,
        *,
        context: Mapping[str, Any] | None = None,
        language: str = "zh-CN",
    ) -> CheckedAnswer:
        """Check an answer.

        Raises:
            InvalidAnswer: It does not fit, with an error for each thing wrong.
        """
        return check_answer(
            self.components, self.fields, self.lists, answer, context or {}, language
        )

    def read(self, posted: MultiDict) -> dict[str, Any]:
        """Read the answer from a posted form (files as given)."""
        return read_answer(self.fields, self.lists, posted)

    def redrawn(self, posted: MultiDict) -> dict[str, Any] | None:
        """Give the values to draw again when the post only changes rows, else None."""
        return redrawn(self.lists, posted, self.read(posted))

    def initial(self, context: Mapping[str, Any] | None = None) -> dict[str, Any]:
        """Give what an untouched form shows."""
        return initial_values(self.fields, self.lists, context or {})

    def render(
        self,
        values: Mapping[str, Any] | None = None,
        *,
        language: str = "zh-CN",
        errors: Iterable[FieldError] = (),
        context: Mapping[str, Any] | None = None,
        nonce: str = "",
        prefix: str = "f",
    ) -> Markup:
        """Draw the fields; form element and submit button are the page's.

        Without a nonce no style rules are written, and conditions follow only when the form
        is drawn again. `prefix` keeps the ids of two forms on one page apart.
        """
        shown = self.initial(context) if values is None else values
        return render_form(
            self.id,
            self.components,
            shown,
            language=language,
            errors=list(errors),
            context=context or {},
            nonce=nonce,
            prefix=prefix,
        )

    def render_values(
        self,
        values: Mapping[str, Any],
        *,
        language: str = "zh-CN",
        context: Mapping[str, Any] | None = None,
    ) -> Markup:
        """Draw a given answer to read, with labels in place of codes."""
        return render_values(self.components, values, language=language, context=context or {})

    def tell(
        self,
        values: Mapping[str, Any],
        *,
        language: str = "zh-CN",
        context: Mapping[str, Any] | None = None,
    ) -> ToldAnswer:
        """Tell a given answer as text, with labels in place of codes."""
        return tell_answer(self.components, values, language=language, context=context)

    def json_schema(self, language: str = "zh-CN") -> dict[str, Any]:
        """Describe the answer for those who send it by API."""
        return answer_schema(self.title(language), self.id, (*self.fields, *self.lists), language)


def parse_form(
    schema: bytes | str | Mapping[str, Any], *, compile_expression: CompileExpression
) -> FormDefinition:
    """Read a form from form-js JSON.

    Raises:
        InvalidForm: With every reason why it cannot be used.
    """
    loaded = schema if isinstance(schema, Mapping) else load_schema(schema)
    problems = lint_form(loaded, compile_expression=compile_expression)
    if problems:
        raise InvalidForm(problems)
    titles = parse_phrase(loaded["jc:title"], loaded.get("jc:title.en") or "", compile_expression)
    parts = Reader(compile_expression).components(loaded["components"])
    return FormDefinition(loaded["id"], titles, parts)


def load_schema(text: bytes | str) -> Any:
    """Load JSON within limits of size and depth.

    Raises:
        InvalidForm: It is no JSON, or too large or deep.
    """
    problem = FormProblem("", "json", "不是有效的 JSON", "This is no valid JSON")
    if len(text) > FORM_BYTES:
        raise InvalidForm([FormProblem("", "size", "表单文件过大", "The form file is too large")])
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise InvalidForm([problem]) from error
