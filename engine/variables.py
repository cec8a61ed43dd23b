"""Process variables: JSON and nothing else, and no value shared with who gave it."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from engine.codec import load_state
from engine.context import DefinitionSource
from engine.errors import InvalidVariables
from engine.instances import get_instance

MAX_DEPTH = 60
_LARGEST = 2**63


def checked(variables: Mapping[str, Any]) -> dict[str, Any]:
    """Copy variables, refusing what JSON does not have.

    Raises:
        InvalidVariables: A value is no text, number, truth value, null, list or object of these.
    """
    return {_name(name): checked_value(value) for name, value in variables.items()}


def checked_value(value: Any, depth: int = 0) -> Any:
    """Copy one value; see `checked`."""
    if depth > MAX_DEPTH:
        raise InvalidVariables("nested too deeply")
    kind = type(value)
    if kind is str or kind is bool or value is None:
        return value
    if kind is int or kind is float:
        return _number(value)
    if kind is list:
        return [checked_value(item, depth + 1) for item in value]
    if isinstance(value, Mapping):
        return {_name(key): checked_value(item, depth + 1) for key, item in value.items()}
    raise InvalidVariables(f"{kind.__name__} is not JSON")


def _name(name: Any) -> str:
    if type(name) is not str:
        raise InvalidVariables(f"{name!r} is no name")
    return name


def _number(value: float) -> float:
    if isinstance(value, float):
        if not math.isfinite(value):
            raise InvalidVariables(f"{value} is not JSON")
    elif not -_LARGEST <= value < _LARGEST:
        raise InvalidVariables("a whole number of more than 64 bits")
    return value


def read_variables(definitions: DefinitionSource, db: Session, instance_id: UUID) -> dict[str, Any]:
    """Read an instance's variables as its last step left them; for people, not for rules."""
    instance = get_instance(db, instance_id)
    process = definitions.process(instance.bundle_id, instance.process_id)
    workflow = load_state(instance.state or b"", process)
    return dict((workflow.last_task or workflow.task_tree).data)
