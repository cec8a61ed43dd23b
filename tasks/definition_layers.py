"""What each scope of a chain has of a definition, its draft included, and whose its parts are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine.bundles import newest
from engine.comparison.origins import origins_of, part_names
from engine.diagrams.importing import with_drawing
from engine.diagrams.naming import Words
from engine.drafts import read_draft
from engine.scopes import chain_of


@dataclass(frozen=True, slots=True)
class DrawnPart:
    """An element or a flow of a diagram as it holds in a scope, and the scope it comes from."""

    id: str
    name: Words
    scope: str


@dataclass(frozen=True, slots=True)
class Resolved:
    """A diagram as it holds in a scope; what nobody has drawn yet is laid out."""

    content: bytes
    parts: tuple[DrawnPart, ...]

    def of(self, scope: str) -> list[DrawnPart]:
        """The parts that come from a scope."""
        return [one for one in self.parts if one.scope == scope]

    def scopes(self) -> list[str]:
        """The scopes that something comes from, the innermost first."""
        return [one for one in reversed(dict.fromkeys(part.scope for part in self.parts))]


def layers_of(db: Session, scopes: Sequence[str], kind: str, key: str) -> list[tuple[str, bytes]]:
    """What the scopes of a chain have, from outside in; the innermost's draft counts as its own."""
    chain = chain_of(scopes)
    rows = [row for row in newest(db, chain, [kind]) if row.key == key and not row.withdrawn]
    found = {row.scope: row.content for row in rows}
    draft = read_draft(db, chain[-1], kind, key)
    if draft is not None and draft.content is not None:
        found[chain[-1]] = draft.content
    elif draft is not None:
        found.pop(chain[-1], None)
    return [(scope, found[scope]) for scope in chain if scope in found]


def resolve(db: Session, scopes: Sequence[str], key: str) -> Resolved | None:
    """Read a process as it holds in a chain of scopes; None if there is none.

    Raises:
        DiagramError: It cannot be read.
    """
    layers = layers_of(db, scopes, "process", key)
    if not layers:
        return None
    content = layers[-1][1]
    origins, names = origins_of(layers), part_names(content)
    order = {scope: place for place, (scope, _) in enumerate(layers)}
    parts = [DrawnPart(one, names[one], scope) for one, scope in origins.items()]
    return Resolved(with_drawing(content), tuple(sorted(parts, key=lambda one: order[one.scope])))
