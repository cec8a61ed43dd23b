"""Which room each candidate of a subject sits in, before anybody has a seat."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

STANDARD_ROOM = 30
"""Seats of a standard room.

Source: requirement documents of a provincial appraisal platform, 2018 (30 a standard room).
"""

MERGE_BELOW = 5
"""A last room with fewer candidates than this is merged into one that has places left."""


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
    """Room for the assignment: `limit` places are filled, up to `capacity` only by merging.

    A room fitted out for some `occupations` takes no other; without any it takes all.
    """

    room_id: int
    limit: int
    capacity: int
    columns: int = 5
    separate: bool = False
    accessible: bool = True
    occupations: frozenset[str] = frozenset()

    def admits(self, sitter: Sitter) -> bool:
        """Whether the room is fitted out for what this one sits."""
        return not self.occupations or sitter.group[0] in self.occupations


def fitted_rooms(rooms: Sequence[RoomSpace], sitter: Sitter) -> list[RoomSpace]:
    """The rooms that admit a sitter, those that are fitted out for the occupation first."""
    return sorted((room for room in rooms if room.admits(sitter)), key=lambda r: not r.occupations)


def fill_rooms(
    sitters: Sequence[Sitter], rooms: Sequence[RoomSpace], merge_below: int, mixed: bool
) -> tuple[dict[int, list[Sitter]], list[Sitter]]:
    """Give rooms to the groups, whole ones first; gives who is where, and who found no place."""
    filled: dict[int, list[Sitter]] = {room.room_id: [] for room in rooms}
    free = list(rooms)
    tails = []
    ordered = sorted(sitters, key=lambda sitter: sitter.group)
    for _, members in groupby(ordered, key=lambda sitter: sitter.group):
        group = list(members)
        for room in fitted_rooms(free, group[0]):
            if len(group) < max(room.limit, 1):
                break
            free.remove(room)
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
        for room in fitted_rooms(free, tail[0]):
            there = filled[room.room_id]
            if (mixed or not there) and len(there) + len(tail) <= room.limit:
                filled[room.room_id] += tail
                break
        else:
            split.append(tail)
    left_over = []
    for tail in split:
        for room in fitted_rooms(free, tail[0]):
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
            and all(host.admits(sitter) for sitter in tail)
            and (mixed or groups == {sitter.group for sitter in filled[host.room_id]})
        ]
        # A host with the same group keeps the group together.
        hosts.sort(key=lambda host: groups.isdisjoint(s.group for s in filled[host.room_id]))
        if hosts:
            filled[hosts[0].room_id] += tail
            filled[room.room_id] = []


def move_to_accessible(
    filled: dict[int, list[Sitter]], rooms: Sequence[RoomSpace], mixed: bool
) -> list[Sitter]:
    """Exchange who needs an accessible room with somebody in one, or give a free place there.

    Gives those for whom there is neither.
    """
    barred = [room for room in rooms if not room.accessible]
    left_over: list[Sitter] = []
    for room in barred:
        for sitter in [one for one in filled[room.room_id] if one.accessible_room]:
            other = _partner(sitter, room, filled, rooms, mixed)
            filled[room.room_id].remove(sitter)
            if other is None:
                host = _with_free_place(sitter, filled, rooms, mixed)
                (left_over if host is None else filled[host.room_id]).append(sitter)
                continue
            place, partner = other
            filled[place].remove(partner)
            filled[place].append(sitter)
            filled[room.room_id].append(partner)
    return left_over


def _with_free_place(
    sitter: Sitter, filled: dict[int, list[Sitter]], rooms: Sequence[RoomSpace], mixed: bool
) -> RoomSpace | None:
    for room in fitted_rooms([room for room in rooms if room.accessible], sitter):
        there = filled[room.room_id]
        alike = all(other.group == sitter.group for other in there)
        if len(there) < room.limit and (mixed or alike):
            return room
    return None


def _partner(
    sitter: Sitter,
    left: RoomSpace,
    filled: dict[int, list[Sitter]],
    rooms: Sequence[RoomSpace],
    mixed: bool,
) -> tuple[int, Sitter] | None:
    found = [
        (room.room_id, other)
        for room in rooms
        if room.accessible and room.admits(sitter)
        for other in filled[room.room_id]
        if not other.accessible_room
        and left.admits(other)
        and (mixed or other.group == sitter.group)
    ]
    # Somebody of the same group first: both rooms stay as they were.
    return min(found, key=lambda one: one[1].group != sitter.group, default=None)
