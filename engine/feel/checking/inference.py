"""Works out what is known of each part of an expression, and notes what cannot be right."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from engine.feel.checking.calls import CallCheck
from engine.feel.checking.foreign import FUNCTIONS, MEMBERS, VALUES
from engine.feel.checking.known import (
    ANYTHING,
    BOOLEAN,
    NOTHING,
    NUMBER,
    Known,
    context_of,
    either,
    function_of,
    known_of_type,
    known_of_value,
    list_of,
    of_kind,
    range_of,
)
from engine.feel.checking.members import member_of, members_of
from engine.feel.checking.names import Names
from engine.feel.checking.notes import Notes
from engine.feel.checking.operators import SIGNED, arithmetic_kinds, comparable
from engine.feel.functions import BuiltinFunction, HostFunction
from engine.feel.kinds import KINDS_ZH, name_kinds
from engine.feel.nodes import (
    Arithmetic,
    Between,
    Call,
    Comparison,
    ComparisonRange,
    ContextLiteral,
    Embedded,
    Filter,
    For,
    FunctionLiteral,
    If,
    InstanceOf,
    Iterator,
    ListLiteral,
    Literal,
    Logic,
    Membership,
    Name,
    Negation,
    Node,
    Path,
    Quantified,
    RangeLiteral,
    Test,
)
from engine.feel.spelling import closest
from engine.feel.values import Function

Rule = Callable[[Any, Any, Names], Known]


class Inference:
    """One walk over one expression; the findings are in the order of the walk."""

    def __init__(self, notes: Notes, functions: Mapping[str, Function]) -> None:
        self.notes = notes
        self.functions = functions
        self.calls = CallCheck(notes)

    def infer(self, node: Node | Test, names: Names) -> Known:
        """Tell what is known of the value of a node."""
        return _RULES[type(node)](self, node, names)

    def condition(self, node: Node, names: Names, *also: str) -> Known:
        """Check a node whose value must be a boolean, or of another kind allowed here."""
        value = self.infer(node, names)
        if value.kinds is not None and not value.may_be("boolean", "null", *also):
            kind_zh, kind = name_kinds(value.kinds)
            self.notes.report(node, "never_boolean", kind=kind, kind_zh=kind_zh)
        return value

    def _literal(self, node: Literal, names: Names) -> Known:
        if isinstance(node.value, str):
            return Known(frozenset({"string"}), literal=node.value)
        return NOTHING if node.value is None else known_of_value(node.value)

    def _name(self, node: Name, names: Names) -> Known:
        found = names.find(node.name)
        if found is not None:
            return found
        if node.name in self.functions:
            return function_of()
        if node.name in VALUES:
            self.notes.report(node, "unknown_name", VALUES[node.name], name=node.name)
            return ANYTHING
        self.notes.suggest(node, "unknown_name", node.name, names.all() | self.functions.keys())
        return ANYTHING

    def _negation(self, node: Negation, names: Names) -> Known:
        value = self.infer(node.operand, names)
        if value.kinds is not None and not value.may_be(*SIGNED):
            self._refuse_arithmetic(node, "-", value.kinds, value.kinds)
            return ANYTHING
        return ANYTHING if value.kinds is None else of_kind(*value.kinds & SIGNED)

    def _arithmetic(self, node: Arithmetic, names: Names) -> Known:
        result = self.infer(node.first, names)
        for operator, operand in node.rest:
            right = self.infer(operand, names)
            if result.kinds is None or right.kinds is None:
                result = self._half_known(operand, operator, result, right)
                continue
            kinds = arithmetic_kinds(operator, result.kinds, right.kinds)
            if not kinds:
                self._refuse_arithmetic(node, operator, result.kinds, right.kinds)
            result = of_kind(*kinds) if kinds else ANYTHING
        return result

    def _half_known(self, node: Node, operator: str, left: Known, right: Known) -> Known:
        """Check the operand whose kinds are known: some kinds take part in no arithmetic."""
        every = frozenset(KINDS_ZH)
        one = left.kinds if left.kinds is not None else every
        other = right.kinds if right.kinds is not None else every
        if not arithmetic_kinds(operator, one, other):
            told = left.kinds or right.kinds or every
            self._refuse_arithmetic(node, operator, told, told)
        return ANYTHING

    def _refuse_arithmetic(
        self, node: Node, operator: str, left: frozenset[str], right: frozenset[str]
    ) -> None:
        left_zh, left_en = name_kinds(left)
        right_zh, right_en = name_kinds(right)
        self.notes.report(
            node,
            "no_arithmetic",
            operator=operator,
            left=left_en,
            left_zh=left_zh,
            right=right_en,
            right_zh=right_zh,
        )

    def _logic(self, node: Logic, names: Names) -> Known:
        for operand in node.operands:
            self.condition(operand, names)
        return BOOLEAN

    def _comparison(self, node: Comparison, names: Names) -> Known:
        left, right = self.infer(node.left, names), self.infer(node.right, names)
        self.compared(node, node.operator, left, right)
        return BOOLEAN

    def compared(self, node: Node | Test, operator: str, left: Known, right: Known) -> None:
        """Check that two values can be compared."""
        if left.kinds is None or right.kinds is None:
            known = left.kinds if left.kinds is not None else right.kinds
            if known is not None and not comparable(operator, known, known):
                kind_zh, kind = name_kinds(known)
                self.notes.report(node, "not_ordered", kind=kind, kind_zh=kind_zh)
        elif not comparable(operator, left.kinds, right.kinds):
            left_zh, left_en = name_kinds(left.kinds)
            right_zh, right_en = name_kinds(right.kinds)
            words = {"left": left_en, "left_zh": left_zh, "right": right_en}
            self.notes.report(node, "not_comparable", right_zh=right_zh, **words)
        elif operator in ("=", "!="):
            self._chosen(node, left, right)
            self._chosen(node, right, left)

    def _chosen(self, node: Node | Test, value: Known, other: Known) -> None:
        """Check that a text that is written is one of those that the value may be."""
        if value.choices is None or not value.is_only("string") or other.literal is None:
            return
        if other.literal not in value.choices:
            choices = sorted(value.choices)
            zh = "、".join(f"“{one}”" for one in choices)
            words = {"choices": ", ".join(choices), "choices_zh": zh}
            self.notes.suggest(node, "not_a_choice", other.literal, choices, **words)

    def _between(self, node: Between, names: Names) -> Known:
        value = self.infer(node.value, names)
        for bound in (node.low, node.high):
            self.compared(bound, "<=", value, self.infer(bound, names))
        return BOOLEAN

    def _membership(self, node: Membership, names: Names) -> Known:
        value = self.infer(node.value, names)
        for test in node.tests:
            self.tested(test, value, names)
        return BOOLEAN

    def tested(self, test: Test, value: Known, names: Names, *, in_cell: bool = False) -> None:
        """Check a unary test of a value; in a cell a boolean may decide by itself."""
        operand = self.infer(test.operand, names)
        if in_cell and test.operator is None and operand.may_be("boolean"):
            return
        if test.operator is not None:
            self.compared(test, test.operator, value, operand)
        elif operand.is_only("range"):
            bound = operand.item or ANYTHING
            if not value.may_be("range", "list"):
                self.compared(test, "<=", value, bound)
        elif operand.is_only("list"):
            item = operand.item or ANYTHING
            if not value.may_be("list") and not item.may_be("range", "list"):
                self.compared(test, "=", value, item)
        else:
            self.compared(test, "=", value, operand)

    def _test(self, node: Test, names: Names) -> Known:
        self.infer(node.operand, names)
        return BOOLEAN

    def _instance_of(self, node: InstanceOf, names: Names) -> Known:
        self.infer(node.value, names)
        return BOOLEAN

    def _path(self, node: Path, names: Names) -> Known:
        target = self.infer(node.target, names)
        members = members_of(target)
        if members is not None and node.name not in members and target.kinds is not None:
            kind_zh, kind = name_kinds(target.kinds)
            words = {"name": node.name, "kind": kind, "kind_zh": kind_zh}
            meant = closest(node.name, members) or MEMBERS.get(node.name)
            self.notes.report(node, "unknown_member", meant, **words)
            return ANYTHING
        return member_of(target, node.name)

    def _filter(self, node: Filter, names: Names) -> Known:
        target = self.infer(node.target, names)
        item = _item_of(target)
        entries = dict(item.entries or {}) if item.may_be("context") else {}
        # An item that may have other entries may have any name that is asked for.
        open_item = item.kinds is None or (item.may_be("context") and item.open)
        inner = names.within(entries | {"item": item}, complete=not open_item)
        position = self.condition(node.condition, inner, "number")
        is_literal = isinstance(node.condition, Literal) and position == NUMBER
        if is_literal and self.notes.text(node.condition) == "0":
            self.notes.report(node, "no_position")
        if position.is_only("number"):
            return item
        return list_of(item) if position.is_only("boolean") else ANYTHING

    def _call(self, node: Call, names: Names) -> Known:
        arguments = [self.infer(argument, names) for argument in node.arguments]
        if not isinstance(node.callee, Name):
            callee = self.infer(node.callee, names)
            return self._call_of(node, self.notes.text(node.callee), callee)
        name = node.callee.name
        found = names.find(name)
        function = self.functions.get(name)
        # A variable that is no function does not hide a function of its name.
        hidden = found is not None and found.may_be("function") and names.binds(name)
        if found is None or (function is not None and not hidden):
            if isinstance(function, BuiltinFunction):
                return self.calls.builtin(node, function, arguments)
            if isinstance(function, HostFunction):
                return self.calls.host(node, function)
            meant = FUNCTIONS.get(name) or closest(name, self.functions.keys() | names.all())
            self.notes.report(node, "unknown_function", meant, name=name)
            return ANYTHING
        return self._call_of(node, name, found)

    def _call_of(self, node: Call, name: str, callee: Known) -> Known:
        if callee.kinds is not None and not callee.may_be("function"):
            self.calls.refuse(node, name, callee)
            return ANYTHING
        return self.calls.designer(node, name, callee)

    def _if(self, node: If, names: Names) -> Known:
        self.condition(node.condition, names)
        return either(self.infer(node.then, names), self.infer(node.otherwise, names))

    def _for(self, node: For, names: Names) -> Known:
        inner = self._iterate(node.iterators, names.within({"partial": list_of()}))
        return list_of(self.infer(node.body, inner))

    def _quantified(self, node: Quantified, names: Names) -> Known:
        self.condition(node.body, self._iterate(node.iterators, names))
        return BOOLEAN

    def _iterate(self, iterators: list[Iterator], names: Names) -> Names:
        for iterator in iterators:
            source = self.infer(iterator.source, names)
            if iterator.last is not None:
                self.compared(iterator.last, "<=", source, self.infer(iterator.last, names))
            names = names.within({iterator.name: _item_of(source)})
        return names

    def _context(self, node: ContextLiteral, names: Names) -> Known:
        entries: dict[str, Known] = {}
        # A function may call itself and what stands after it: it runs when all is there.
        later = names.within({name: ANYTHING for name, _ in node.entries})
        for name, value in node.entries:
            if isinstance(value, FunctionLiteral):
                entries[name] = self.infer(value, later.within(dict(entries)))
            else:
                entries[name] = self.infer(value, names.within(dict(entries)))
        return context_of(entries)

    def _list(self, node: ListLiteral, names: Names) -> Known:
        return list_of(either(*(self.infer(item, names) for item in node.items)))

    def _range(self, node: RangeLiteral, names: Names) -> Known:
        low, high = self.infer(node.low, names), self.infer(node.high, names)
        if NOTHING not in (low, high):
            self.compared(node, "<=", low, high)
        return range_of(either(low, high))

    def _comparison_range(self, node: ComparisonRange, names: Names) -> Known:
        return range_of(self.infer(node.bound, names))

    def _function(self, node: FunctionLiteral, names: Names) -> Known:
        told = [known_of_type(one) if one else ANYTHING for one in node.types]
        inner = names.within(dict(zip(node.parameters, told, strict=True)))
        result = self.infer(node.body, inner) if node.body is not None else ANYTHING
        return function_of(node.parameters, result)

    def _embedded(self, node: Embedded, names: Names) -> Known:
        inner = names.within({"?": ANYTHING})
        for part in node.parts:
            self.infer(part, inner)
        return ANYTHING


def _item_of(value: Known) -> Known:
    """Tell what iterating over a value, or filtering it, goes through."""
    if value.kinds is None:
        return ANYTHING
    items = [value.item or ANYTHING] if value.may_be("list", "range") else []
    others = value.kinds - {"list", "range", "null"}
    if others:
        items.append(Known(others, value.entries, value.open))
    return either(*items)


_RULES: Mapping[type, Rule] = {
    Literal: Inference._literal,
    Name: Inference._name,
    Negation: Inference._negation,
    Arithmetic: Inference._arithmetic,
    Logic: Inference._logic,
    Comparison: Inference._comparison,
    Between: Inference._between,
    Membership: Inference._membership,
    Test: Inference._test,
    InstanceOf: Inference._instance_of,
    Path: Inference._path,
    Filter: Inference._filter,
    Call: Inference._call,
    If: Inference._if,
    For: Inference._for,
    Quantified: Inference._quantified,
    ContextLiteral: Inference._context,
    ListLiteral: Inference._list,
    RangeLiteral: Inference._range,
    ComparisonRange: Inference._comparison_range,
    FunctionLiteral: Inference._function,
    Embedded: Inference._embedded,
}
