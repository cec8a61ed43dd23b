"""What of a paper's data are words of ours, to be said in a bundle's terms.

Titles, headings of columns, names of facts, notes and paragraphs are; the cells are data. A
section with `entered` holds paragraphs or notes that people wrote: those stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.terms import Terms

ENTERED = "entered"
_TEXTS = frozenset({"title", "empty"})
_LISTS = frozenset({"head", "notes", "paragraphs"})
_LABELLED = frozenset({"facts", "signatures"})
_WRITTEN = frozenset({"notes", "paragraphs"})


def paper_in(terms: Terms, data: Mapping[str, Any]) -> dict[str, Any]:
    """Give the data of a paper in these terms."""
    if terms.are_plain:
        return dict(data)
    return _put(terms, data)


def _put(terms: Terms, data: Mapping[str, Any]) -> dict[str, Any]:
    entered = bool(data.get(ENTERED))
    return {
        name: value if entered and name in _WRITTEN else _part(terms, name, value)
        for name, value in data.items()
    }


def _part(terms: Terms, name: str, value: Any) -> Any:
    if isinstance(value, Mapping):
        return _put(terms, value)
    if isinstance(value, str):
        return terms.put(value) if name in _TEXTS else value
    if not isinstance(value, list | tuple):
        return value
    if name in _LISTS:
        return [terms.put(one) if isinstance(one, str) else one for one in value]
    if name in _LABELLED:
        return [_labelled(terms, one) for one in value]
    return [_put(terms, one) if isinstance(one, Mapping) else one for one in value]


def _labelled(terms: Terms, row: Any) -> Any:
    """Say the first of a row, which names the rest."""
    if not isinstance(row, list | tuple) or not row or not isinstance(row[0], str):
        return row
    return [terms.put(row[0]), *row[1:]]
