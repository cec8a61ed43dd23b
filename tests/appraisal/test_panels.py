"""Panels: odd and three or more, rank and card, rotation, a draw anybody can repeat."""

from collections import Counter
from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from appraisal.panels import (
    choose_leader,
    consecutive_times,
    draw_order,
    draw_panel,
    is_card_valid,
    is_sound_panel,
    panel_size,
    rank_covers,
)
from appraisal.rooms import ExamRoom
from appraisal.staff import AssessorRank, overlap

ASSESSOR, SENIOR = AssessorRank.ASSESSOR, AssessorRank.SENIOR


@pytest.mark.parametrize(
    ("wanted", "size"), [(0, 3), (1, 3), (2, 3), (3, 3), (4, 5), (5, 5), (6, 7)]
)
def test_panel_size(wanted: int, size: int) -> None:
    assert panel_size(wanted) == size


@pytest.mark.parametrize(
    ("people", "sound"),
    [([], False), ([1], False), ([1, 2], False), ([1, 2, 3], True), ([1, 2, 2], False)],
)
def test_sound_panel(people: list[int], sound: bool) -> None:
    assert is_sound_panel(people) is sound
    assert is_sound_panel([1, 2, 3, 4]) is False


@pytest.mark.parametrize(
    ("rank", "levels", "covers"),
    [
        (ASSESSOR, ["apprentice", "5", "4", "3"], True),
        (ASSESSOR, ["3", "2"], False),
        (ASSESSOR, ["2"], False),
        (ASSESSOR, ["special"], False),
        # Kinds without a grade are judged by senior assessors.
        (ASSESSOR, ["contest"], False),
        (SENIOR, ["5", "1", "chief", "contest"], True),
    ],
)
def test_rank_covers(rank: AssessorRank, levels: list[str], covers: bool) -> None:
    assert rank_covers(rank, levels) is covers


@pytest.mark.parametrize(
    ("on", "valid"),
    [
        (date(2026, 1, 1), True),
        (date(2025, 12, 31), False),
        (date(2028, 12, 31), True),
        (date(2029, 1, 1), False),
    ],
)
def test_card_is_valid_through_its_last_day(on: date, valid: bool) -> None:
    assert is_card_valid(date(2026, 1, 1), date(2028, 12, 31), on) is valid


@pytest.mark.parametrize(
    ("served", "times"),
    [([], 0), ([False, True], 0), ([True, False, True], 1), ([True, True, True, False], 3)],
)
def test_consecutive_times(served: list[bool], times: int) -> None:
    assert consecutive_times(served) == times


def test_draw_can_be_repeated_with_any_tool() -> None:
    # printf 'seed:1' | sha256sum and so on, sorted.
    assert draw_order("seed", [1, 2, 3, 4, 5]) == [5, 3, 1, 2, 4]
    assert draw_order("seed", [5, 4, 3, 3, 2, 1]) == draw_order("seed", [1, 2, 3, 4, 5])


def test_draw_gives_everybody_a_chance() -> None:
    first = Counter(draw_order(f"seed {n}", range(5))[0] for n in range(1000))

    assert sorted(first) == [0, 1, 2, 3, 4]
    assert all(150 < times < 250 for times in first.values())


@given(st.sets(st.integers(1, 50)), st.sets(st.integers(1, 50)), st.integers(0, 9))
def test_whoever_serves_already_comes_last(fresh: set[int], again: set[int], size: int) -> None:
    panel, reserve = draw_panel("s", fresh, again, size, 2)

    drawn = panel + reserve
    assert len(drawn) == len(set(drawn)) == min(size + 2, len(fresh | again))
    from_fresh = [person in fresh for person in drawn]
    assert from_fresh == sorted(from_fresh, reverse=True)


@pytest.mark.parametrize(
    ("members", "leader"),
    [
        ([], None),
        ([(7, ASSESSOR), (8, ASSESSOR)], 7),
        ([(7, ASSESSOR), (8, SENIOR), (9, SENIOR)], 8),
    ],
)
def test_leader(members: list[tuple[int, AssessorRank]], leader: int | None) -> None:
    assert choose_leader(members) == leader


@pytest.mark.parametrize(
    ("starts", "minutes", "rounds", "overlaps"),
    [
        ((9, 0), 90, 1, True),
        ((10, 29), 60, 1, True),
        ((10, 30), 60, 1, False),
        ((7, 30), 90, 1, False),
        ((7, 30), 60, 2, True),
    ],
)
def test_overlap(starts: tuple[int, int], minutes: int, rounds: int, overlaps: bool) -> None:
    theory = room((9, 0), 90, 1)

    assert overlap(theory, room(starts, minutes, rounds)) is overlaps


def room(starts: tuple[int, int], minutes: int, rounds: int) -> ExamRoom:
    return ExamRoom(
        organisation_id=1,
        session_id=1,
        room_id=1,
        code="101",
        subject="theory",
        starts_at=datetime(2026, 5, 8, *starts, tzinfo=UTC),
        minutes=minutes,
        rounds=rounds,
    )
