"""Static knowledge: which variables there are at each element, and what is known of them."""

from __future__ import annotations

from engine.diagrams.checking.variables.declarations import (
    KINDS,
    PROPERTY,
    BadDeclaration,
    read_declaration,
    required_names,
)
from engine.diagrams.checking.variables.flow import VariableFlow, called_process
from engine.diagrams.checking.variables.places import known_at
from engine.diagrams.checking.variables.providers import Called, Providers
from engine.diagrams.checking.variables.state import UNKNOWN, State

__all__ = [
    "KINDS",
    "PROPERTY",
    "UNKNOWN",
    "BadDeclaration",
    "Called",
    "Providers",
    "State",
    "VariableFlow",
    "called_process",
    "known_at",
    "read_declaration",
    "required_names",
]
