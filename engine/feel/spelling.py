"""The known name that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable

_MAX_LENGTH = 60


def distance(one: str, other: str) -> int:
    """Count the letters to insert, delete, change or swap with the next to get the other.

    Source: the optimal string alignment distance of Damerau and Levenshtein.
    """
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        earlier, before, row = before, row, [place]
        for column, target in enumerate(other, start=1):
            cost = int(letter != target)
            best = min(before[column] + 1, row[column - 1] + 1, before[column - 1] + cost)
            swapped = column > 1 and place > 1 and letter == other[column - 2]
            if swapped and one[place - 2] == target:
                best = min(best, earlier[column - 2] + 1)
            row.append(best)
    return row[-1]


def closest(name: str, known: Iterable[str]) -> str | None:
    """Give the known name nearest to a misspelt one, or None when none is near.

    Case, blanks and underscores count for nothing; of others, one letter in three may differ,
    and one of two in short names, as Chinese ones are.
    """
    plain = _plain(name)
    if not plain or len(name) > _MAX_LENGTH:
        return None
    allowed = max(len(plain) // 3, int(len(plain) > 1))
    best: tuple[int, str] | None = None
    for candidate in sorted(set(known)):
        if abs(len(candidate) - len(name)) > allowed + 2:
            continue
        other = _plain(candidate)
        if _far(plain, other, allowed):
            continue
        away = distance(plain, other)
        if away <= allowed and away < len(candidate) and (best is None or away < best[0]):
            best = away, candidate
    return best[1] if best else None


def _far(one: str, other: str, allowed: int) -> bool:
    """Tell at once of most names that more letters differ than may: each costs a change."""
    letters, others = set(one), set(other)
    return max(abs(len(one) - len(other)), len(letters - others), len(others - letters)) > allowed


def _plain(name: str) -> str:
    return "".join(name.casefold().replace("_", " ").replace("-", " ").split())
