"""What can be wrong with an answer, and with a form itself."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass


class FormError(Exception):
    """The root of everything this package refuses."""


@dataclass(frozen=True)
class FieldError:
    """One thing wrong with an answer.

    `pointer` is a JSON pointer into the answer (`/jobs/0/unit`), or empty for the whole;
    `code` is stable, `message` is in the language that was asked for.
    """

    pointer: str
    code: str
    message: str


class InvalidAnswer(FormError):
    """An answer does not fit its form."""

    def __init__(self, errors: Sequence[FieldError]) -> None:
        super().__init__("; ".join(f"{error.pointer}: {error.code}" for error in errors))
        self.errors = list(errors)


@dataclass(frozen=True)
class FormProblem:
    """One reason why a form cannot be published, in both languages.

    `component` is the component's id, or empty for the form as a whole.
    """

    component: str
    code: str
    message_zh: str
    message_en: str


class InvalidForm(FormError):
    """A form file cannot be rendered or checked."""

    def __init__(self, problems: Iterable[FormProblem]) -> None:
        self.problems = list(problems)
        told = (f"{p.component}: {p.message_en}" for p in self.problems[:10])
        super().__init__("; ".join(told))


def pointer(*parts: str | int) -> str:
    """Join parts to a JSON pointer.

    Source: RFC 6901, section 3
    """
    return "".join(f"/{str(part).replace('~', '~0').replace('/', '~1')}" for part in parts)
