"""Panels (考评小组): how large they are, who may sit on them, how they are drawn."""

import hashlib
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from appraisal.levels import SkillLevel
from appraisal.staff import AssessorRank

SMALLEST_PANEL = 3
"""Source: 保育师国家职业标准 2021, 1.9.3 (at least three assessors, an odd number)."""

MOST_CONSECUTIVE = 3
"""Sessions of one body that an assessor may serve in a row.

Source: requirement documents of a provincial appraisal platform, 2018 (not more than 3 times).
"""


@dataclass(frozen=True)
class PanelNeed:
    """What a panel has to cover: everybody seated in its room."""

    occupations: frozenset[str]
    levels: frozenset[str]


def panel_size(wanted: int) -> int:
    """The least odd number of assessors that is neither below the wanted one nor below three.

    Source: 保育师国家职业标准 2021, 1.9.3 (at least three assessors, an odd number).
    """
    size = max(wanted, SMALLEST_PANEL)
    return size if size % 2 else size + 1


def is_sound_panel(people: Collection[int]) -> bool:
    """Whether a panel has three or more different people, an odd number."""
    return len(set(people)) == len(people) >= SMALLEST_PANEL and len(people) % 2 == 1


def rank_covers(rank: AssessorRank, levels: Iterable[str]) -> bool:
    """Whether an assessor's rank reaches every level of a panel.

    An assessor judges levels 5 to 3, a senior assessor every level and the kinds without one.

    Source: 职业技能鉴定考评人员管理工作规程(试行), article 3.
    """
    if rank is AssessorRank.SENIOR:
        return True
    return all(
        level in set(SkillLevel) and SkillLevel.LEVEL_3.at_least(SkillLevel(level))
        for level in levels
    )


def is_card_valid(valid_from: date, valid_to: date, on: date) -> bool:
    """Whether an assessor's card covers the exam day; its last day counts.

    Source: requirement documents of a provincial appraisal platform, 2018 (cards run 3 years).
    """
    return valid_from <= on <= valid_to


def consecutive_times(served: Iterable[bool]) -> int:
    """How many of a body's last sessions, newest first, somebody served without a break."""
    times = 0
    for took_part in served:
        if not took_part:
            break
        times += 1
    return times


def draw_order(seed: str, people: Iterable[int]) -> list[int]:
    """Everybody in the order a seed draws them, each order as likely as any other.

    Sorting by SHA-256 of seed and person lets anyone repeat a recorded draw with any tool; the
    random numbers of a language change with its version.
    """
    return sorted(set(people), key=lambda one: hashlib.sha256(f"{seed}:{one}".encode()).hexdigest())


def draw_panel(
    seed: str, fresh: Iterable[int], again: Iterable[int], size: int, stand_by: int
) -> tuple[list[int], list[int]]:
    """Draw a panel and its stand-bys, both in draw order; fewer where the pool is short.

    Who serves in the session already (`again`) comes after everybody who does not yet: the
    load is spread before anybody serves twice.
    """
    first = draw_order(seed, fresh)
    order = first + [one for one in draw_order(seed, again) if one not in first]
    return order[:size], order[size : size + stand_by]


def choose_leader(members: Sequence[tuple[int, AssessorRank]]) -> int | None:
    """The panel's leader: the first drawn of the highest rank; None for an empty panel."""
    seniors = [person for person, rank in members if rank is AssessorRank.SENIOR]
    everybody = seniors or [person for person, _ in members]
    return everybody[0] if everybody else None
