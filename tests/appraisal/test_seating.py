"""Who sits where: groups together, neighbours unlike, thirty to a room."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from appraisal.room_filling import STANDARD_ROOM, RoomSpace, Sitter
from appraisal.seating import (
    Place,
    Seating,
    SeatingStrategy,
    assign_seats,
    neighbours,
)

A, B, C = ("电工", "", "3"), ("厨师", "", "4"), ("护理", "", "2")


def standard_space(room_id: int, capacity: int) -> RoomSpace:
    return RoomSpace(room_id, min(STANDARD_ROOM, capacity), capacity)


def sitters(*counts: int, **more: object) -> list[Sitter]:
    groups = (A, B, C)
    return [
        Sitter(number * 1000 + i, groups[number], **more)  # type: ignore[arg-type]
        for number, count in enumerate(counts)
        for i in range(count)
    ]


def filled(seating: Seating) -> dict[int, int]:
    return dict(sorted(Counter(place.room_id for place in seating.places).items()))


ROOMS = [standard_space(n, 40) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("counts", "rooms", "unseated"),
    [
        ((29,), {1: 29}, 0),
        ((30,), {1: 30}, 0),
        # One too many would sit alone: the last odd room is merged.
        ((31,), {1: 31}, 0),
        ((34,), {1: 34}, 0),
        ((35,), {1: 30, 2: 5}, 0),
        ((90,), {1: 30, 2: 30, 3: 30}, 0),
        ((91,), {1: 30, 2: 30, 3: 30}, 1),
        # Tails share a room whole where one holds them.
        ((40, 35), {1: 30, 2: 30, 3: 15}, 0),
        ((20, 10), {1: 30}, 0),
        ((20, 20, 20), {1: 20, 2: 20, 3: 20}, 0),
        ((25, 25, 25), {1: 25, 2: 25, 3: 25}, 0),
        ((0,), {}, 0),
    ],
)
def test_rooms_fill_by_thirties(
    counts: tuple[int, ...], rooms: dict[int, int], unseated: int
) -> None:
    seating = assign_seats(sitters(*counts), ROOMS)

    assert (filled(seating), len(seating.unseated)) == (rooms, unseated)


def test_a_room_for_one_group_is_not_shared() -> None:
    seating = assign_seats(sitters(5, 4, 3), ROOMS, mixed_rooms=False)

    of_room: dict[int, set[int]] = {}
    for place in seating.places:
        of_room.setdefault(place.room_id, set()).add(place.enrolment_id // 1000)
    assert sorted(map(len, of_room.values())) == [1, 1, 1]


def test_a_group_is_split_over_rooms_of_its_own() -> None:
    rooms = [RoomSpace(1, 2, 2), RoomSpace(2, 2, 2), RoomSpace(3, 2, 2)]

    seating = assign_seats(sitters(3, 2), rooms, mixed_rooms=False)

    assert (filled(seating), seating.unseated) == ({1: 2, 2: 2, 3: 1}, ())


def test_who_needs_it_sits_alone() -> None:
    alone = [Sitter(1, A, separate_room=True, extra_minutes=23), Sitter(2, A, separate_room=True)]
    rooms = [standard_space(1, 30), RoomSpace(9, 1, 1, separate=True)]

    seating = assign_seats([*alone, Sitter(3, A)], rooms)

    assert seating == Seating(
        (Place(1, 9, 1, 1, 1, "A", 23), Place(3, 1, 1, 1, 1, "A", 0)), unseated=(2,)
    )


def fitted(room_id: int, *groups: tuple[str, str, str], **more: bool) -> RoomSpace:
    occupations = frozenset(group[0] for group in groups)
    return RoomSpace(room_id, 2, 2, occupations=occupations, **more)


@pytest.mark.parametrize(
    ("counts", "rooms", "taken", "unseated"),
    [
        # In the order of the rooms, an electrician would sit in the kitchen.
        ((2, 2), [fitted(1, B), fitted(2, A)], {2: [A, A], 1: [B, B]}, 0),
        ((2, 2), [fitted(1), fitted(2, A)], {2: [A, A], 1: [B, B]}, 0),
        ((2, 1), [fitted(1, B), fitted(2, B)], {1: [B]}, 2),
        ((1, 1), [fitted(1, A, B), fitted(2)], {1: [A, B]}, 0),
        ((3, 0), [fitted(1, B), fitted(2, A), fitted(3)], {2: [A, A], 3: [A]}, 0),
    ],
)
def test_nobody_sits_in_a_room_for_other_occupations(
    counts: tuple[int, ...],
    rooms: list[RoomSpace],
    taken: dict[int, list[tuple[str, str, str]]],
    unseated: int,
) -> None:
    seating = assign_seats(sitters(*counts), rooms, merge_below=1)

    found: dict[int, list[tuple[str, str, str]]] = {}
    for place in seating.places:
        found.setdefault(place.room_id, []).append((A, B, C)[place.enrolment_id // 1000])
    assert ({room: sorted(who) for room, who in found.items()}, len(seating.unseated)) == (
        {room: sorted(who) for room, who in taken.items()},
        unseated,
    )


def test_odd_rooms_are_not_merged_into_one_for_others() -> None:
    kitchen = RoomSpace(1, 30, 40, occupations=frozenset({B[0]}))

    seating = assign_seats(sitters(1, 20), [kitchen, RoomSpace(2, 30, 40)])

    assert filled(seating) == {1: 20, 2: 1}


def test_who_sits_alone_gets_a_room_fitted_for_it() -> None:
    rooms = [fitted(8, B, separate=True), fitted(9, separate=True)]
    alone = [Sitter(1, A, separate_room=True), Sitter(2, A, separate_room=True)]

    seating = assign_seats(alone, rooms)

    assert ([(p.enrolment_id, p.room_id) for p in seating.places], seating.unseated) == (
        [(1, 9)],
        (2,),
    )


def test_nobody_is_exchanged_into_a_room_for_others() -> None:
    rooms = [fitted(1, A, accessible=False), fitted(2, B), fitted(3, A)]
    wheels = Sitter(1, A, accessible_room=True)

    seating = assign_seats([wheels, *sitters(1, 2)], rooms)

    at = {place.enrolment_id: place.room_id for place in seating.places}
    assert (at, seating.unseated) == ({1: 3, 0: 1, 1000: 2, 1001: 2}, ())


def test_who_cannot_climb_sits_in_an_accessible_room() -> None:
    rooms = [RoomSpace(1, 2, 2, accessible=False), RoomSpace(2, 2, 2)]
    wheels = Sitter(1, B, accessible_room=True)
    others = [Sitter(2, B), Sitter(3, A), Sitter(4, A)]

    seating = assign_seats([wheels, *others], rooms)
    of_one_group = assign_seats([wheels, *others], rooms, mixed_rooms=False)

    assert {place.room_id for place in seating.places if place.enrolment_id == 1} == {2}
    assert (len(seating.places), seating.unseated) == (4, ())
    # A room for one group only is not broken up: the plan needs another room.
    assert of_one_group.unseated == (1,)


@pytest.mark.parametrize(
    ("strategy", "positions"),
    [
        (SeatingStrategy.SEQUENTIAL, [(1, 1), (2, 1), (1, 2), (2, 2), (1, 3)]),
        (SeatingStrategy.MIXED, [(1, 1), (2, 1), (1, 2), (2, 2), (1, 3)]),
        # The snake turns at the end of each column.
        (SeatingStrategy.ZIGZAG, [(1, 1), (2, 1), (2, 2), (1, 2), (1, 3)]),
    ],
)
def test_strategy_lays_the_seats(
    strategy: SeatingStrategy, positions: list[tuple[int, int]]
) -> None:
    rooms = [RoomSpace(1, 30, 30, columns=3)]

    seating = assign_seats(sitters(5), rooms, strategy=strategy)

    assert [(place.row, place.column) for place in seating.places] == positions
    assert [place.number for place in seating.places] == [1, 2, 3, 4, 5]


def test_mixed_puts_different_groups_beside_each_other() -> None:
    seating = assign_seats(sitters(10, 10, 10), ROOMS[:1], strategy=SeatingStrategy.MIXED)

    alike = [
        (one, other)
        for one, other in neighbours(seating.places)
        if one.enrolment_id // 1000 == other.enrolment_id // 1000
    ]
    assert alike == []


people = st.lists(
    st.builds(
        Sitter,
        enrolment_id=st.integers(1, 10_000),
        group=st.sampled_from([A, B, C]),
        affiliation=st.sampled_from(["", "甲", "乙", "丙"]),
    ),
    max_size=70,
    unique_by=lambda sitter: sitter.enrolment_id,
)


@settings(max_examples=60, deadline=None)
@given(people, st.sampled_from(SeatingStrategy))
def test_everybody_sits_once_and_no_neighbour_has_the_same_paper(
    chosen: list[Sitter], strategy: SeatingStrategy
) -> None:
    seating = assign_seats(chosen, ROOMS, strategy=strategy)

    ids = [place.enrolment_id for place in seating.places] + list(seating.unseated)
    assert sorted(ids) == sorted(sitter.enrolment_id for sitter in chosen)
    spots = [(place.room_id, place.row, place.column) for place in seating.places]
    numbers = [(place.room_id, place.number) for place in seating.places]
    assert len(set(spots)) == len(set(numbers)) == len(seating.places)
    assert all(one.variant != other.variant for one, other in neighbours(seating.places))
    assert assign_seats(chosen, ROOMS, strategy=strategy) == seating


@settings(max_examples=60, deadline=None)
@given(st.lists(st.sampled_from("甲乙丙丁"), min_size=2, max_size=30))
def test_one_behind_the_other_is_of_another_employer_where_possible(origins: list[str]) -> None:
    chosen = [Sitter(n, A, affiliation=origin) for n, origin in enumerate(origins)]

    seating = assign_seats(chosen, [RoomSpace(1, 30, 30, columns=1)])

    in_order = [origins[place.enrolment_id] for place in seating.places]
    alike = sum(one == other for one, other in pairwise(in_order))
    most = max(Counter(origins).values())
    assert alike == max(0, 2 * most - len(origins) - 1)
