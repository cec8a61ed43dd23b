"""Expressions see extra names before variables before facts, and look facts up once."""

from datetime import UTC, datetime
from typing import Any

import pytest

from engine.expressions import Expressions, Facts, Names

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


def test_order_of_names() -> None:
    facts = Facts({"a": lambda v: "fact", "b": lambda v: "fact", "c": lambda v: "fact"})
    names = Names({"a": "variable", "b": "variable"}, facts, {"a": "extra"})

    assert [names[one] for one in "abc"] == ["extra", "variable", "fact"]
    assert ["a" in names, "c" in names, "d" in names] == [True, True, False]
    assert sorted(names) == ["a", "b"]
    with pytest.raises(KeyError):
        names["d"]


def test_fact_is_looked_up_once_and_only_if_read() -> None:
    looked: list[Any] = []

    def session(variables: Any) -> dict[str, Any]:
        looked.append(dict(variables))
        return {"round": 2}

    facts = Facts({"session": session})
    names = Names({"id": 7}, facts)
    expressions = Expressions()

    assert expressions.evaluate("id + 1", names) == 8
    assert looked == []
    assert expressions.evaluate("session.round + session.round", names) == 4
    assert looked == [{"id": 7}]
    facts.forget()
    expressions.evaluate("session.round", names)
    assert len(looked) == 2


@pytest.mark.parametrize(
    ("source", "due"),
    [
        ("2026-05-01", datetime(2026, 4, 30, 16, 0, tzinfo=UTC)),
        ("P1D", datetime(2026, 3, 3, 1, 0, tzinfo=UTC)),
        ('date("2026-05-01")', datetime(2026, 4, 30, 16, 0, tzinfo=UTC)),
        ('date and time("2026-05-01T09:00:00+08:00")', datetime(2026, 5, 1, 1, 0, tzinfo=UTC)),
        ('duration("PT2H")', datetime(2026, 3, 2, 3, 0, tzinfo=UTC)),
        ("day", datetime(2026, 4, 30, 16, 0, tzinfo=UTC)),
        ("null", None),
    ],
)
def test_moment(source: str, due: datetime | None) -> None:
    names = Names({"day": "2026-05-01"}, Facts({}))

    assert Expressions().moment(source, names, NOW) == due


@pytest.mark.parametrize(
    ("source", "value"),
    [("1 / 4", 0.25), ("0.1 + 0.2", 0.3), ("6 / 2", 3), ('date("2026-05-01")', "2026-05-01"),
     ("[1, true, null]", [1, True, None]), ("{a: 1}.a", 1), ("missing", None)],
)  # fmt: skip
def test_values_are_json(source: str, value: Any) -> None:
    assert Expressions().evaluate(source, Names({}, Facts({}))) == value
