"""Texts of the pages: written in Chinese where they stand, translated in `en.po`."""

from __future__ import annotations

from functools import lru_cache
from importlib.resources import files

from babel.messages.pofile import read_po


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
    """Give a text in the language; what has no translation stays Chinese."""
    return english().get(text, text) if language.startswith("en") else text
