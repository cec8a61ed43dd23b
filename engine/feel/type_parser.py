"""Reading type expressions such as list<number>."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from engine.feel.scanner import Scanner
from engine.feel.types import ANY, UNKNOWN, Type

_SPACED = re.compile(
    r"(date\s+and\s+time|years\s+and\s+months\s+duration|days\s+and\s+time\s+duration)(?!\w)"
)
_NAMED = {
    "number": "number",
    "string": "string",
    "boolean": "boolean",
    "date": "date",
    "time": "time",
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "Any": ANY,
    "any": ANY,
    "Null": "Null",
}
_ENTRY_NAME = re.compile(r"([^:<>,]++):")


def named_type(name: str) -> Type | None:
    """Give the simple type of this name, or None when FEEL defines none."""
    plain = " ".join(name.split())
    match = _SPACED.fullmatch(plain)
    kind = match[1] if match else _NAMED.get(plain)
    return Type(kind) if kind else None


class TypeParser(Scanner):
    """The part of the grammar that reads types."""

    depth = 0
    # Types that the host defines, such as a DMN file its items.
    types: Mapping[str, Type] = MappingProxyType({})

    def nest(self) -> None:
        """Count one more level of nesting; the caller counts it back."""
        self.depth += 1
        if self.depth > self.limits.nesting:
            raise self.error("表达式嵌套过深", "the expression is nested too deeply")

    def type(self) -> Type:
        """Read a type."""
        spaced = self.match(_SPACED)
        if spaced:
            return Type(" ".join(spaced[1].split()))
        name = self.take_name()
        while self.at(".") and not self.at(".."):
            self.position += 1
            name += "." + self.take_name()
        if name in ("list", "range", "context", "function") and self.at("<"):
            return self._generic(name)
        return named_type(name) or self.types.get(name) or Type(UNKNOWN)

    def _generic(self, kind: str) -> Type:
        self.expect("<")
        self.nest()
        if kind == "context":
            members = self._entries()
        elif kind == "function":
            members = self._parameters()
        else:
            members = (("", self.type()),)
            self.expect(">")
        self.depth -= 1
        return Type(kind, members)

    def _entries(self) -> tuple[tuple[str, Type], ...]:
        entries: list[tuple[str, Type]] = []
        while True:
            match = self.match(_ENTRY_NAME)
            if match is None:
                raise self.error(
                    "此处应为上下文类型的条目", "expected an entry of the context type"
                )
            entries.append((" ".join(match[1].split()), self.type()))
            if self.take(">"):
                return tuple(entries)
            self.expect(",")

    def _parameters(self) -> tuple[tuple[str, Type], ...]:
        parameters: list[tuple[str, Type]] = []
        while not self.take(">"):
            if parameters:
                self.expect(",")
            parameters.append(("", self.type()))
        if self.take("->"):
            self.type()
        return tuple(parameters)
