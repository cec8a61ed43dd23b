"""Texts of the pages: written in Chinese where they stand, translated in `en.po`."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from functools import cache, lru_cache
from importlib.resources import files

from babel.messages.pofile import read_po

from engine.terms import Terms

# Each request runs in a context of its own.
_TERMS: ContextVar[Callable[[], Terms] | None] = ContextVar("terms", default=None)


@lru_cache(maxsize=1)
def english() -> dict[str, str]:
    """Read the English catalogue, once."""
    with files(__name__).joinpath("en.po").open("rb") as source:
        catalogue = read_po(source, locale="en")
    return {
        str(message.id): str(message.string)
        for message in catalogue
        if message.id and message.string
    }


def translate(text: str, language: str) -> str:
    """Give a text in the language and the terms; what has no translation stays Chinese."""
    return say(english().get(text, text) if language.startswith("en") else text, language)


def say(text: str, language: str) -> str:
    """Give a text that is in the language already in the terms of whoever reads."""
    find = _TERMS.get()
    return text if find is None else find().put(text, language)


def speak(find: Callable[[], Terms]) -> None:
    """Say what follows in this request in these terms; they are looked up once needed."""
    _TERMS.set(cache(find))
