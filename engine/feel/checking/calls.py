"""Checks of calls: that there is such a function, and that it takes the arguments."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.feel.checking.known import ANYTHING, Known, either, list_of
from engine.feel.checking.notes import Notes
from engine.feel.checking.results import ITEM_OF, RESULTS, SAME_LIST
from engine.feel.functions import BuiltinFunction, HostFunction, Parameter, Signature
from engine.feel.kinds import name_kinds
from engine.feel.nodes import Call


class CallCheck:
    """Checks calls whose arguments are known as far as they are."""

    def __init__(self, notes: Notes) -> None:
        self.notes = notes

    def refuse(self, node: Call, name: str, callee: Known) -> None:
        """Note that what is called is no function."""
        kind_zh, kind = name_kinds(callee.kinds or frozenset())
        self.notes.report(node, "not_a_function", name=name, kind=kind, kind_zh=kind_zh)

    def designer(self, node: Call, name: str, callee: Known) -> Known:
        """Check a call of a function that is written in FEEL."""
        if callee.parameters is not None:
            count = len(callee.parameters)
            if node.names is None:
                self._count(node, name, count, count)
            else:
                self._named(node, name, callee.parameters, callee.parameters, node.names)
        return callee.result or ANYTHING

    def host(self, node: Call, function: HostFunction) -> Known:
        """Check a call of a function that the host lends."""
        if node.names is None:
            self._count(node, function.name, function.least, function.most)
        else:
            given = [name.replace("_", " ") for name in node.names]
            required = function.parameters[: function.least]
            self._named(node, function.name, function.parameters, required, given)
        return ANYTHING

    def builtin(self, node: Call, function: BuiltinFunction, arguments: list[Known]) -> Known:
        """Check a call of a function of the language."""
        if node.names is None:
            self._builtin_in_order(node, function, arguments)
        else:
            self._builtin_by_names(node, function, node.names)
        return _result_of(function.name, arguments)

    def _builtin_in_order(
        self, node: Call, function: BuiltinFunction, arguments: list[Known]
    ) -> None:
        count = len(arguments)
        fitting = [one for one in function.signatures if one.takes(count)]
        if not fitting:
            least = min(one.least for one in function.signatures)
            most = max(len(one.parameters) for one in function.signatures)
            self._count(node, function.name, least, most)
        for place, argument in enumerate(arguments if fitting else []):
            kinds = argument.kinds
            if kinds is None or any(_accepts(one, place, kinds) for one in fitting):
                continue
            kind_zh, kind = name_kinds(kinds)
            words = {"name": function.name, "kind": kind, "kind_zh": kind_zh}
            self.notes.report(node.arguments[place], "wrong_argument_kind", **words)

    def _builtin_by_names(self, node: Call, function: BuiltinFunction, given: list[str]) -> None:
        if any(_takes_names(one, set(given)) for one in function.signatures):
            return
        # The signature that has the most of the names is the one that was meant.
        meant = max(function.signatures, key=lambda one: len(set(given) & set(one.names)))
        required = [one.name for one in meant.parameters if _needed(one)]
        self._named(node, function.name, meant.names, required, given)

    def _count(self, node: Call, name: str, least: int, most: int) -> None:
        given = len(node.arguments)
        if not least <= given <= most:
            span = str(least) if least == most else f"{least}-{most}"
            code = "wrong_argument_count"
            self.notes.report(node, code, name=name, wanted=span, given=given)

    def _named(
        self,
        node: Call,
        function: str,
        known: Sequence[str],
        required: Iterable[str],
        given: list[str],
    ) -> None:
        wrong = [name for name in given if name not in known]
        for name in wrong:
            self.notes.suggest(node, "unknown_argument", name, known, function=function)
        missing = [name for name in required if name not in given]
        for name in [] if wrong else missing:
            self.notes.report(node, "missing_argument", function=function, name=name)


def _needed(parameter: Parameter) -> bool:
    return not parameter.optional


def _takes_names(signature: Signature, given: set[str]) -> bool:
    required = {one.name for one in signature.parameters if _needed(one)}
    return required <= given <= set(signature.names)


def _accepts(signature: Signature, place: int, kinds: frozenset[str]) -> bool:
    """Say whether a parameter takes one of the kinds; a list may stand for its only item."""
    parameter = signature.parameters[min(place, len(signature.parameters) - 1)]
    if parameter.kind in ("any", "list") or "list" in kinds:
        return True
    return parameter.kind in kinds or (parameter.nullable and "null" in kinds)


def _result_of(name: str, arguments: list[Known]) -> Known:
    if name in RESULTS:
        return RESULTS[name]
    first = arguments[0] if arguments else ANYTHING
    if name in SAME_LIST:
        return first if first.is_only("list") else list_of()
    if name in ITEM_OF:
        only_list = len(arguments) == 1 and first.is_only("list")
        return (first.item or ANYTHING) if only_list else either(*arguments)
    return ANYTHING
