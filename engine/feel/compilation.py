"""From a node of any kind to its closure."""

from __future__ import annotations

from engine.feel.closures import BASIC_BUILDERS, Build, Builder, Closure
from engine.feel.iteration import LOOP_BUILDERS
from engine.feel.nodes import Node

BUILDERS: dict[type, Builder] = BASIC_BUILDERS | LOOP_BUILDERS


def build(node: Node) -> Closure:
    """Build the closure of a node."""
    builder = BUILDERS[type(node)]
    again: Build = build
    return builder(node, again)
