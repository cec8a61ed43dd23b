"""Who sits where in one subject: a pure assignment of candidates to rooms and seats."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

STANDARD_ROOM = 30
"""Seats of a standard room.

Source: requirement documents of a provincial appraisal platform, 2018 (30 a standard room).
"""

MERGE_BELOW = 5
"""A last room with fewer candidates than this is merged into one that has places left."""


class SeatingStrategy(StrEnum):
    """How the candidates of a room are spread over its seats."""

    SEQUENTIAL = "sequential"
    MIXED = "mixed"
    ZIGZAG = "zigzag"


@dataclass(frozen=True)
class Sitter:
    """One enrolment that needs a seat.

    `group` is occupation, trade and level; `affiliation` what neighbours should not share
    (employer or registering body, empty when unknown).
    """

    enrolment_id: int
    group: tuple[str, str, str]
    affiliation: str = ""
    separate_room: bool = False
    extra_minutes: int = 0
    accessible_room: bool = False


@dataclass(frozen=True)
class RoomSpace:
    """Room for the assignment: `limit` places are filled, up to `capacity` only by merging."""

    room_id: int
    limit: int
    capacity: int
    columns: int = 5
    separate: bool = False
    accessible: bool = True


@dataclass(frozen=True)
class Place:
    """A seat given to an enrolment; rows and columns count from 1, the front left is (1, 1)."""

    enrolment_id: int
    room_id: int
    number: int
    row: int
    column: int
    variant: str
    extra_minutes: int


@dataclass(frozen=True)
class Seating:
    """The outcome: places by room and number, and the enrolments nobody could place."""

    places: tuple[Place, ...]
    unseated: tuple[int, ...]


def standard_space(room_id: int, capacity: int, *, columns: int = 5) -> RoomSpace:
    """Space of a room for a written subject: the standard thirty, or what it holds."""
    return RoomSpace(room_id, min(STANDARD_ROOM, capacity), capacity, columns)


def assign_seats(
    sitters: Sequence[Sitter],
    rooms: Sequence[RoomSpace],
    *,
    strategy: SeatingStrategy = SeatingStrategy.SEQUENTIAL,
    merge_below: int = MERGE_BELOW,
    mixed_rooms: bool = True,
) -> Seating:
    """Give every sitter a seat, the same input always giving the same seats.

    Candidates of one occupation, trade and level stay together: each group fills whole rooms
    first, what is left of the groups shares the last rooms, unless a room is for one group
    only (`mixed_rooms=False`, where a panel assesses one occupation). Those who need a room of
    their own get one of the separate rooms each. Neighbours differ: in affiliation where the
    people allow it, in the paper variant always.

    Source: requirement documents of a provincial appraisal platform, 2018 (same occupation,
    level and trade first, then mixed; last odd room merged; neighbours differ).
    """
    alone = [sitter for sitter in sitters if sitter.separate_room]
    own_rooms = [room for room in rooms if room.separate]
    places = [
        Place(sitter.enrolment_id, room.room_id, 1, 1, 1, "A", sitter.extra_minutes)
        for sitter, room in zip(alone, own_rooms, strict=False)
    ]
    together = [sitter for sitter in sitters if not sitter.separate_room]
    shared = [room for room in rooms if not room.separate]
    filled, left_over = _fill_rooms(together, shared, merge_below, mixed_rooms)
    left_over += _move_to_accessible(filled, shared, mixed_rooms)
    for room in shared:
        places += _seat_room(filled[room.room_id], room, strategy)
    unseated = [s.enrolment_id for s in alone[len(own_rooms) :]]
    return Seating(tuple(places), tuple(unseated + [s.enrolment_id for s in left_over]))


def neighbours(places: Sequence[Place]) -> list[tuple[Place, Place]]:
    """Pairs that sit directly beside, before or behind one another in the same room."""
    at = {(place.room_id, place.row, place.column): place for place in places}
    pairs = []
    for place in places:
        for row, column in ((place.row + 1, place.column), (place.row, place.column + 1)):
            other = at.get((place.room_id, row, column))
            if other is not None:
                pairs.append((place, other))
    return pairs


def _fill_rooms(
    sitters: Sequence[Sitter], rooms: Sequence[RoomSpace], merge_below: int, mixed: bool
) -> tuple[dict[int, list[Sitter]], list[Sitter]]:
    filled: dict[int, list[Sitter]] = {room.room_id: [] for room in rooms}
    free = list(rooms)
    tails = []
    ordered = sorted(sitters, key=lambda sitter: sitter.group)
    for _, members in groupby(ordered, key=lambda sitter: sitter.group):
        group = list(members)
        while free and len(group) >= free[0].limit:
            room = free.pop(0)
            filled[room.room_id], group = group[: room.limit], group[room.limit :]
        if group:
            tails.append(group)
    left_over = _pack_tails(tails, free, filled, mixed)
    _merge_last_rooms(rooms, filled, merge_below, mixed)
    return filled, left_over


def _pack_tails(
    tails: list[list[Sitter]],
    free: Sequence[RoomSpace],
    filled: dict[int, list[Sitter]],
    mixed: bool,
) -> list[Sitter]:
    """Put each tail whole into the first room that holds it; split one only in need."""
    split = []
    for tail in sorted(tails, key=len, reverse=True):
        for room in free:
            there = filled[room.room_id]
            if (mixed or not there) and len(there) + len(tail) <= room.limit:
                filled[room.room_id] += tail
                break
        else:
            split.append(tail)
    left_over = []
    for tail in split:
        for room in free:
            there = filled[room.room_id]
            places = room.limit - len(there) if mixed or not there else 0
            filled[room.room_id] += tail[:places]
            tail = tail[places:]
        left_over += tail
    return left_over


def _merge_last_rooms(
    rooms: Sequence[RoomSpace], filled: dict[int, list[Sitter]], merge_below: int, mixed: bool
) -> None:
    for room in rooms:
        tail = filled[room.room_id]
        if not 0 < len(tail) < merge_below:
            continue
        groups = {sitter.group for sitter in tail}
        hosts = [
            host
            for host in rooms
            if host.room_id != room.room_id
            and filled[host.room_id]
            and len(filled[host.room_id]) + len(tail) <= host.capacity
            and (mixed or groups == {sitter.group for sitter in filled[host.room_id]})
        ]
        # A host with the same group keeps the group together.
        hosts.sort(key=lambda host: groups.isdisjoint(s.group for s in filled[host.room_id]))
        if hosts:
            filled[hosts[0].room_id] += tail
            filled[room.room_id] = []


def _move_to_accessible(
    filled: dict[int, list[Sitter]], rooms: Sequence[RoomSpace], mixed: bool
) -> list[Sitter]:
    """Exchange who needs an accessible room with somebody in one; gives who found none."""
    barred = [room for room in rooms if not room.accessible]
    left_over = []
    for room in barred:
        for sitter in [one for one in filled[room.room_id] if one.accessible_room]:
            other = _partner(sitter, filled, rooms, mixed)
            filled[room.room_id].remove(sitter)
            if other is None:
                left_over.append(sitter)
                continue
            place, partner = other
            filled[place].remove(partner)
            filled[place].append(sitter)
            filled[room.room_id].append(partner)
    return left_over


def _partner(
    sitter: Sitter, filled: dict[int, list[Sitter]], rooms: Sequence[RoomSpace], mixed: bool
) -> tuple[int, Sitter] | None:
    found = [
        (room.room_id, other)
        for room in rooms
        if room.accessible
        for other in filled[room.room_id]
        if not other.accessible_room and (mixed or other.group == sitter.group)
    ]
    # Somebody of the same group first: both rooms stay as they were.
    return min(found, key=lambda one: one[1].group != sitter.group, default=None)


def _seat_room(
    members: Sequence[Sitter], room: RoomSpace, strategy: SeatingStrategy
) -> list[Place]:
    grid = _grid(len(members), room.columns, snake=strategy is SeatingStrategy.ZIGZAG)
    if strategy is SeatingStrategy.MIXED:
        ordered = _spread(members, grid, {}, by_group=True)
    else:
        seated: dict[tuple[int, int], Sitter] = {}
        ordered = []
        by_group = defaultdict(list)
        for sitter in members:
            by_group[sitter.group].append(sitter)
        for group in sorted(by_group):
            ordered += _spread(by_group[group], grid[len(ordered) :], seated, by_group=False)
    return [
        Place(s.enrolment_id, room.room_id, n, row, column, _variant(row, column), s.extra_minutes)
        for n, (s, (row, column)) in enumerate(zip(ordered, grid, strict=True), start=1)
    ]


def _grid(count: int, columns: int, *, snake: bool) -> list[tuple[int, int]]:
    """Positions in seat order: column by column from the front; a snake turns at the ends."""
    rows = max(1, -(-count // columns))
    grid = []
    for index in range(count):
        column, row = divmod(index, rows)
        if snake and column % 2:
            row = rows - 1 - row
        grid.append((row + 1, column + 1))
    return grid


def _variant(row: int, column: int) -> str:
    # A chessboard: whoever sits beside, before or behind has the other paper variant.
    return "AB"[(row + column) % 2]


def _spread(
    members: Sequence[Sitter],
    grid: Sequence[tuple[int, int]],
    seated: dict[tuple[int, int], Sitter],
    *,
    by_group: bool,
) -> list[Sitter]:
    """Order sitters for the positions so that neighbours are unlike, the commonest kind first."""
    waiting = list(members)
    kinds = Counter(_kind(sitter, by_group) for sitter in waiting)
    ordered: list[Sitter] = []
    for position in grid[: len(members)]:
        around = [seated[spot] for spot in _beside(position) if spot in seated]
        last = _kind(ordered[-1], by_group) if ordered else None
        chosen = min(
            range(len(waiting)),
            key=lambda i: (
                _must_wait(waiting[i], kinds, last, len(waiting), by_group),
                _likeness(waiting[i], around, by_group),
                -kinds[_kind(waiting[i], by_group)],
                i,
            ),
        )
        sitter = waiting.pop(chosen)
        kinds[_kind(sitter, by_group)] -= 1
        seated[position] = sitter
        ordered.append(sitter)
    return _exchange(ordered, grid, seated, by_group=by_group)


def _exchange(
    ordered: list[Sitter],
    grid: Sequence[tuple[int, int]],
    seated: dict[tuple[int, int], Sitter],
    *,
    by_group: bool,
) -> list[Sitter]:
    """Let two change places wherever that leaves fewer alike neighbours."""
    spots = grid[: len(ordered)]

    def alike(*positions: tuple[int, int]) -> int:
        return sum(
            _likeness(seated[p], [seated[q] for q in _beside(p) if q in seated], by_group)
            for p in positions
        )

    for one in spots:
        if not alike(one):
            continue
        for other in spots:
            before = alike(one, other)
            seated[one], seated[other] = seated[other], seated[one]
            if alike(one, other) < before:
                break
            seated[one], seated[other] = seated[other], seated[one]
    return [seated[position] for position in spots]


def _kind(sitter: Sitter, by_group: bool) -> object:
    return sitter.group if by_group else sitter.affiliation


def _must_wait(
    sitter: Sitter, kinds: Counter[object], last: object, left: int, by_group: bool
) -> bool:
    """Tell whether taking this one now would force two of the commonest kind together later."""
    kind = _kind(sitter, by_group)
    return any(
        other != kind and other != last and count * 2 > left for other, count in kinds.items()
    )


def _beside(position: tuple[int, int]) -> list[tuple[int, int]]:
    row, column = position
    return [(row - 1, column), (row + 1, column), (row, column - 1), (row, column + 1)]


def _likeness(sitter: Sitter, around: Sequence[Sitter], by_group: bool) -> int:
    same_group = sum(by_group and other.group == sitter.group for other in around)
    same_origin = sum(
        bool(sitter.affiliation) and other.affiliation == sitter.affiliation for other in around
    )
    return 2 * same_group + same_origin
