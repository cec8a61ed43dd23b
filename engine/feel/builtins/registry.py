"""The table of built-in functions, filled by the modules beside this one."""

from __future__ import annotations

from collections.abc import Callable

from engine.feel.functions import BuiltinFunction, Implementation, Signature

BUILTINS: dict[str, BuiltinFunction] = {}


def builtin(name: str, *signatures: str) -> Callable[[Implementation], Implementation]:
    """Register a function under a name, callable by each of the signatures.

    A further registration under the same name adds to it. The function gets the run first.
    """

    def register(call: Implementation) -> Implementation:
        added = [Signature(text, call) for text in signatures]
        known = BUILTINS.get(name)
        BUILTINS[name] = BuiltinFunction(name, [*(known.signatures if known else []), *added])
        return call

    return register
