"""The functions that an expression may call, with their parameters, for who writes one."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from engine.feel.builtins import BUILTINS
from engine.feel.functions import BuiltinFunction


@dataclass(frozen=True, slots=True)
class Offered:
    """One way to call a function: the parameters it needs, then those that may be left out."""

    name: str
    needed: tuple[str, ...]
    optional: tuple[str, ...] = ()


def offered_functions(lent: Mapping[str, Callable[..., Any]]) -> list[Offered]:
    """List every way to call a function of the language or of the host, by name."""
    found = [_of_host(name, host) for name, host in lent.items()]
    for name, builtin in BUILTINS.items():
        if name not in lent and isinstance(builtin, BuiltinFunction):
            found += _of_builtin(name, builtin)
    return sorted(set(found), key=lambda one: (one.name, one.needed))


def _of_builtin(name: str, builtin: BuiltinFunction) -> list[Offered]:
    return [
        Offered(
            name,
            tuple(one.name for one in way.parameters if not one.optional),
            tuple(one.name for one in way.parameters if one.optional),
        )
        for way in builtin.signatures
    ]


def _of_host(name: str, host: Callable[..., Any]) -> Offered:
    parameters = inspect.signature(host).parameters.values()
    empty = inspect.Parameter.empty
    return Offered(
        name,
        tuple(one.name for one in parameters if one.default is empty),
        tuple(one.name for one in parameters if one.default is not empty),
    )
