"""What is recorded of real people: nothing of them stays, and what the rules need does."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.identity import age_on, check_digit, read_id_number
from tasks.invented_values import Inventor

ON = date(2026, 3, 2)
NAMES = ("张示例", "欧阳明月", "Ana Pérez", "李四")
WORDS = {"pass", "reject", "theory", "不合格", "请李四签字"}
PHONES = st.builds("1{}{:09d}".format, st.integers(3, 9), st.integers(0, 999_999_999))
EMAILS = st.builds(
    "{}.{}@{}.com".format, *[st.text("abcdexyz", min_size=2, max_size=8) for _ in range(3)]
)
FREE = st.builds("{}路{}号".format, st.text("东风解放人民", max_size=8), st.integers(1, 99))


@st.composite
def id_numbers(draw: st.DrawFn) -> str:
    born = draw(st.dates(date(1940, 1, 1), date(2010, 1, 1)))
    first = f"{draw(st.integers(110000, 659999))}{born:%Y%m%d}{draw(st.integers(0, 999)):03d}"
    return first + check_digit(first)


PERSONAL = st.one_of(st.sampled_from(NAMES), id_numbers(), PHONES, EMAILS, FREE)


def nested(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Values of which every text is one of `inner`, in any nesting, as a member's name too."""
    return st.recursive(
        inner,
        lambda one: st.one_of(
            st.lists(one, min_size=1, max_size=3),
            st.dictionaries(st.one_of(st.just("note"), inner), one, min_size=1, max_size=3),
        ),
        max_leaves=5,
    )


def texts_in(value: Any) -> list[str]:
    if isinstance(value, dict):
        return [text for pair in value.items() for one in pair for text in texts_in(one)]
    if isinstance(value, list):
        return [text for one in value for text in texts_in(one)]
    return [value] if isinstance(value, str) else []


@given(nested(PERSONAL))
def test_no_personal_text_stays_in_any_nesting(value: Any) -> None:
    made = Inventor(WORDS, NAMES, ON).value(value)

    whole = repr(made)
    assert [one for one in texts_in(value) if one != "note" and one in texts_in(made)] == []
    assert [one for one in texts_in(value) if len(one) > 10 and one in whole] == []
    assert [one for one in NAMES if one in whole] == []


@given(st.lists(PERSONAL, min_size=2, max_size=6))
def test_what_was_equal_stays_equal_and_nothing_else_becomes_so(values: list[str]) -> None:
    made = Inventor(WORDS, NAMES, ON).value(values)

    same = [[a == b for b in values] for a in values]
    assert [[a == b for b in made] for a in made] == same


@given(id_numbers())
def test_an_id_number_stays_valid_and_of_the_same_age(number: str) -> None:
    made = Inventor(WORDS, NAMES, ON).text(number)

    read = read_id_number("resident_id", made, today=ON)
    assert read.birth_date is not None
    born = date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    assert read.birth_date != born
    assert age_on(read.birth_date, ON) == age_on(born, ON)


@given(st.integers(10_000_000, 10**18))
def test_a_long_number_is_no_longer_itself(number: int) -> None:
    made = Inventor(WORDS, NAMES, ON).value({"phone": number, "again": number})

    assert made["phone"] != number
    assert made["phone"] == made["again"]


@pytest.mark.parametrize(
    "kept",
    ["pass", "不合格", "2026-03-02", "2026-03-02T09:00:00+08:00", "09:30", "P5D", "320.00", "12",
     "", 12, 59.5, True, None],
)  # fmt: skip
def test_what_the_way_depends_on_stays(kept: Any) -> None:
    assert Inventor(WORDS, NAMES, ON).value({"outcome": [kept]}) == {"outcome": [kept]}


@pytest.mark.parametrize("word", ["请李四签字", "李四"])
def test_a_word_of_the_definitions_that_names_somebody_does_not_stay(word: str) -> None:
    made = Inventor(WORDS, NAMES, ON).value(word)

    assert "李四" not in made


def test_a_birth_date_that_is_known_does_not_stay() -> None:
    inventor = Inventor(WORDS, NAMES, ON)
    born = inventor.birth_date(date(1990, 1, 1))

    assert inventor.value(["1990-01-01", "1990-01-02"]) == [born.isoformat(), "1990-01-02"]


def test_what_was_typed_into_a_personal_field_does_not_stay() -> None:
    assert Inventor(WORDS, NAMES, ON).value("theory", personal=True) != "theory"


def test_a_code_keeps_its_shape() -> None:
    made = Inventor(WORDS, NAMES, ON).value(["F-001/二", "JC-2026-001", "0471"])

    assert made[1].count("-") == 2
    assert len(made[1]) == len("JC-2026-001")
    assert made[2] == "0471"
