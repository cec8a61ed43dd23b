"""Numbers: every one once, without gaps, from any number of takers."""

from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.numbers import (
    InvalidPattern,
    NumberPattern,
    PartTooLong,
    RangeExhausted,
    UnknownRange,
    open_range,
    take_number,
    take_numbers,
)
from engine.database import Database


def test_numbers_follow_one_another(database: Database) -> None:
    with database.transaction() as db:
        open_range(db, "certificates", first=7, last=12)
        open_range(db, "certificates", first=1, last=99)

    with database.transaction() as db:
        taken = [take_number(db, "certificates"), *take_numbers(db, "certificates", 3)]

    assert taken == [7, 8, 9, 10]


def test_a_rollback_leaves_no_gap(database: Database) -> None:
    with database.transaction() as db:
        open_range(db, "certificates")

    with pytest.raises(ZeroDivisionError), database.transaction() as db:
        take_number(db, "certificates")
        raise ZeroDivisionError
    with database.transaction() as db:
        assert take_number(db, "certificates") == 1


def test_a_range_gives_all_or_none(database: Database) -> None:
    with database.transaction() as db:
        open_range(db, "certificates", first=1, last=2)

    with database.transaction() as db:
        with pytest.raises(RangeExhausted):
            take_numbers(db, "certificates", 3)
        assert list(take_numbers(db, "certificates", 0)) == []
        assert list(take_numbers(db, "certificates", 2)) == [1, 2]
        with pytest.raises(RangeExhausted):
            take_number(db, "certificates")
        with pytest.raises(UnknownRange):
            take_number(db, "tickets")


def test_takers_at_once_never_share_a_number(database: Database) -> None:
    with database.transaction() as db:
        open_range(db, "certificates")

    def take(count: int) -> list[int]:
        found = []
        for _ in range(4):
            with database.transaction() as db:
                found += take_numbers(db, "certificates", count)
        return found

    with ThreadPoolExecutor(4) as pool:
        taken = [number for part in pool.map(take, [1, 2, 3, 1]) for number in part]

    assert sorted(taken) == list(range(1, 4 * (1 + 2 + 3 + 1) + 1))


JX = "{year:2}{area:2}{body:3}{session:3}{subject:3}{room:3}{seat:3}"


@pytest.mark.parametrize(
    ("pattern", "values", "written"),
    [
        (
            JX,
            {
                "year": 2026,
                "area": "36",
                "body": "001",
                "session": "007",
                "subject": 2,
                "room": "101",
                "seat": 9,
            },
            "2636001007002101009",
        ),
        ("K{year:4}-{serial:5}", {"year": 2026, "serial": 12}, "K2026-00012"),
        ("{serial:1}", {"serial": 9}, "9"),
    ],
)
def test_pattern_writes(pattern: str, values: dict[str, str | int], written: str) -> None:
    assert NumberPattern(pattern).write(values) == written
    assert NumberPattern(pattern).length == len(written)


@pytest.mark.parametrize("text", ["", "123", "{serial}", "{serial:0}", "{serial:3", "{a:1}{b}"])
def test_pattern_is_refused(text: str) -> None:
    with pytest.raises(InvalidPattern):
        NumberPattern(text)


def test_pattern_refuses_what_does_not_fit() -> None:
    with pytest.raises(PartTooLong):
        NumberPattern("{seat:2}").write({"seat": 100})
    with pytest.raises(InvalidPattern):
        NumberPattern("{seat:2}").write({"room": 1})


@given(serial=st.integers(0, 99_999), other=st.integers(0, 99_999))
def test_different_serials_give_different_numbers(serial: int, other: int) -> None:
    pattern = NumberPattern("A{serial:5}")

    same = pattern.write({"serial": serial}) == pattern.write({"serial": other})

    assert same is (serial == other)
