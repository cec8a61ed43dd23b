"""Lazy contexts: only the entry that is named is worked out."""

from collections.abc import Callable
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
