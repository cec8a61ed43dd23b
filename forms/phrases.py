"""Texts of a form: two languages, and `{{ … }}` filled in from what the form is shown with."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from html import escape

from markupsafe import Markup

from forms.conditions import CompileExpression, Expression, evaluate
from forms.messages import is_english

_PIECE = re.compile(r"\{\{(.*?)\}\}", re.DOTALL)
# A local date and time as FEEL writes it; people need no seconds and no offset.
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d)T(\d\d:\d\d)(?::\d\d(?:\.\d+)?)?(?:\+08:00)?")
Template = tuple[str | Expression, ...]


@dataclass(frozen=True)
class Phrase:
    """A text in Chinese and, where the form gives one, in English."""

    zh: Template = ()
    en: Template = ()
    written: tuple[str, str] = ("", "")
    """What was read, in Chinese and English."""

    def text(self, language: str, scope: Mapping[str, object] | None = None) -> str:
        """Give the text, its expressions evaluated in the scope."""
        pieces = self.en if is_english(language) and self.en else self.zh
        return "".join(
            piece if isinstance(piece, str) else shown(evaluate(piece, scope or {}))
            for piece in pieces
        )

    def source(self, language: str) -> str:
        """Give the text as it was written, expressions and all."""
        zh, en = self.written
        return en if is_english(language) and en else zh

    def __bool__(self) -> bool:
        return bool(self.zh or self.en)


def shown(value: object) -> str:
    """Write a value of an expression as people read it; null is empty."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value.normalize(), "f") if value else "0"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, str) and (moment := _MOMENT.fullmatch(value)):
        return f"{moment[1]} {moment[2]}"
    if isinstance(value, list | tuple):
        return "、".join(shown(item) for item in value)
    return str(value)


def parse_template(text: str, compile_expression: CompileExpression) -> Template:
    """Split a text into literal pieces and compiled expressions.

    A text that starts with an equals sign is one expression, as in form-js.
    """
    if text.startswith("="):
        return (compile_expression(text[1:].strip()),)
    pieces = _PIECE.split(text)
    return tuple(
        compile_expression(piece.strip()) if number % 2 else piece
        for number, piece in enumerate(pieces)
        if piece
    )


def parse_phrase(zh: str, en: str, compile_expression: CompileExpression) -> Phrase:
    """Make the phrase of two texts."""
    return Phrase(
        parse_template(zh, compile_expression), parse_template(en, compile_expression), (zh, en)
    )


def light_markdown(text: str) -> Markup:
    """Turn headings, lists, bold text and safe links into HTML; everything else is escaped."""
    blocks = [block for block in re.split(r"\n\s*\n", text.strip()) if block.strip()]
    return Markup("\n").join(_block(block.strip("\n")) for block in blocks)


def _block(block: str) -> Markup:
    lines = [line.strip() for line in block.splitlines()]
    heading = re.fullmatch(r"(#{1,6}) +(.+)", lines[0])
    if heading and len(lines) == 1:
        level = min(len(heading[1]) + 2, 6)
        return Markup("<h{0}>{1}</h{0}>").format(level, _inline(heading[2]))
    for mark, tag in ((r"[-*] +", "ul"), (r"\d+[.)] +", "ol")):
        if all(re.match(mark, line) for line in lines):
            items = Markup("").join(
                Markup("<li>{}</li>").format(_inline(re.sub(f"^{mark}", "", line)))
                for line in lines
            )
            return Markup("<{0}>{1}</{0}>").format(tag, items)
    return Markup("<p>{}</p>").format(Markup("<br>").join(_inline(line) for line in lines))


def _inline(line: str) -> Markup:
    """Mark bold text and links to this site or to https; a link's text is never another URL."""
    safe = escape(line)
    safe = re.sub(r"\*\*(.+?)\*\*", r"<strong>\1</strong>", safe)
    safe = re.sub(r"\[([^\[\]]+)\]\(((?:https://|/(?!/))[^\s()]+)\)", r'<a href="\2">\1</a>', safe)
    return Markup(safe)  # noqa: S704 -- escaped first; only the marks above were added
