"""Contexts from outside: only the entry that is named is worked out and converted."""

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import LazyContext, compile_expression, from_feel


@pytest.mark.parametrize(
    ("source", "value", "asked"),
    [
        ("session.number", "S-1", ["number"]),
        ("session.number + session.number", "S-1S-1", ["number"]),
        ("session.unknown", None, []),
        ("session.inner.count + 1", 3, ["inner"]),
        ("session = null", False, ["inner", "number"]),
        ('get value(session, "number")', "S-1", ["inner", "number"]),
        ("for s in [session] return s.number", ["S-1"], ["inner", "number"]),
        ("{session: {number: 5}, n: session.number}.n", 5, []),
    ],
)
def test_what_an_expression_asks_for(source: str, value: Any, asked: list[str]) -> None:
    seen: list[str] = []

    def entry(name: str, result: Any) -> Callable[[], Any]:
        def work_out() -> Any:
            seen.append(name)
            return result

        return work_out

    session = LazyContext({"number": entry("number", "S-1"), "inner": entry("inner", {"count": 2})})

    assert from_feel(compile_expression(source)({"session": session})) == value
    assert sorted(seen) == asked


class Untouched(list[int]):
    """A value that nobody asks for."""

    def __iter__(self) -> Iterator[int]:
        raise AssertionError("converted")


def test_one_entry_of_a_context_is_converted_alone() -> None:
    context = {"c": {"a": 1.5, "b": Untouched([1])}}

    assert compile_expression("c.a + c.a + (for n in [c.a] return n)[1]")(context) == Decimal("4.5")
    with pytest.raises(AssertionError, match="converted"):
        compile_expression("c")(context)


def test_context_read_by_an_entry_is_still_whole() -> None:
    context = {"c": {"a": 1, "b": [2]}, "d": {"c": {"a": 5}}}

    value = compile_expression("{first: c.a, all: c, inner: d.c.a, none: c.x, bound: {c: d.c}.c.a}")

    assert value(context) == {
        "first": 1,
        "all": {"a": 1, "b": [2]},
        "inner": 5,
        "none": None,
        "bound": 5,
    }
