"""Rooms: what suits which subject, how many places."""

import pytest

from appraisal.room_filling import RoomSpace
from appraisal.rooms import (
    Room,
    RoomKind,
    is_suitable,
    places,
    room_business_key,
    space_of,
)


@pytest.mark.parametrize(
    ("kind", "subjects"),
    [
        (RoomKind.THEORY, ["theory"]),
        (RoomKind.COMPUTER, ["theory"]),
        (RoomKind.PRACTICAL, ["practical"]),
        (RoomKind.REVIEW, ["review"]),
    ],
)
def test_practical_rooms_stay_apart_from_theory(kind: RoomKind, subjects: list[str]) -> None:
    every = ["theory", "practical", "review", "dancing"]

    assert [subject for subject in every if is_suitable(kind, subject)] == subjects


@pytest.mark.parametrize(
    ("kind", "capacity", "spare", "rounds", "expected"),
    [
        (RoomKind.THEORY, 29, 0, 1, 29),
        (RoomKind.THEORY, 30, 0, 1, 30),
        (RoomKind.THEORY, 31, 0, 1, 30),
        (RoomKind.COMPUTER, 32, 4, 1, 28),
        (RoomKind.COMPUTER, 3, 4, 1, 0),
        # Rounds exist at stations only.
        (RoomKind.THEORY, 30, 0, 2, 30),
        (RoomKind.PRACTICAL, 10, 1, 3, 27),
        (RoomKind.PRACTICAL, 40, 0, 1, 40),
    ],
)
def test_places(kind: RoomKind, capacity: int, spare: int, rounds: int, expected: int) -> None:
    assert places(kind, capacity, spare=spare, rounds=rounds) == expected


def test_space_of_a_room() -> None:
    room = Room(organisation_id=1, code="101", name="x", kind="theory", capacity=40, columns=6)
    alone = Room(organisation_id=1, code="109", name="x", kind="theory", capacity=4, separate=True)

    assert space_of(7, room) == RoomSpace(7, 30, 40, 6)
    assert space_of(8, alone) == RoomSpace(8, 1, 4, 5, separate=True)
    room.occupations = ["6-31-01-03"]
    assert space_of(7, room) == RoomSpace(7, 30, 40, 6, occupations=frozenset({"6-31-01-03"}))


def test_business_key() -> None:
    assert room_business_key("JC-2026-001", "101", "theory") == "JC-2026-001-101-theory"
