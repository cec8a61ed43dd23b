"""Who sits where in one subject: a pure assignment of candidates to rooms and seats."""

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from appraisal.room_filling import (
    MERGE_BELOW,
    RoomSpace,
    Sitter,
    fill_rooms,
    fitted_rooms,
    move_to_accessible,
)


class SeatingStrategy(StrEnum):
    """How the candidates of a room are spread over its seats."""

    SEQUENTIAL = "sequential"
    MIXED = "mixed"
    ZIGZAG = "zigzag"


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
    places, without_room = _seat_alone(alone, [room for room in rooms if room.separate])
    together = [sitter for sitter in sitters if not sitter.separate_room]
    shared = [room for room in rooms if not room.separate]
    filled, left_over = fill_rooms(together, shared, merge_below, mixed_rooms)
    left_over += move_to_accessible(filled, shared, mixed_rooms)
    for room in shared:
        places += _seat_room(filled[room.room_id], room, strategy)
    unseated = tuple(sitter.enrolment_id for sitter in without_room + left_over)
    return Seating(tuple(places), unseated)


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


def _seat_alone(
    alone: Sequence[Sitter], rooms: Sequence[RoomSpace]
) -> tuple[list[Place], list[Sitter]]:
    free, places, without_room = list(rooms), [], []
    for sitter in alone:
        found = fitted_rooms(free, sitter)
        if not found:
            without_room.append(sitter)
            continue
        free.remove(found[0])
        minutes = sitter.extra_minutes
        places.append(Place(sitter.enrolment_id, found[0].room_id, 1, 1, 1, "A", minutes))
    return places, without_room


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
