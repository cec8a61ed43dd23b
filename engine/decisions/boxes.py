"""Rules as boxes over all inputs at once: which meet, and what none of them covers.

Exact: every combination of pieces is accounted for, by halving away what is covered. Above a
bound on the work it gives up, and says so.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import combinations

from engine.decisions.domains import Domain, domain_of
from engine.decisions.tables import DecisionTable

# Pieces looked at in all searches about one table.
MAX_BOXES = 200_000
_MAX_RULES = 500
_MAX_PIECES = 4_000

Box = tuple[int, ...]
"""Of each input, pieces as a mask."""


class TooLarge(Exception):
    """There are more boxes than are looked at."""


class Grid:
    """A table's rules over the pieces of its inputs.

    A rule with opaque cells lies in the box of `inside` surely nowhere and in that of `around`
    wherever its other cells allow.
    """

    def __init__(self, table: DecisionTable) -> None:
        if len(table.rules) > _MAX_RULES:
            raise TooLarge
        self.domains: list[Domain] = []
        pieces = 0
        for place in range(len(table.inputs)):
            self.domains.append(domain_of(table, place))
            pieces += len(self.domains[-1].pieces)
            if pieces > _MAX_PIECES:
                raise TooLarge
        self.left = MAX_BOXES
        numbers = range(len(table.rules))
        self.around: list[Box] = [tuple(self._masks(number, opaque=True)) for number in numbers]
        self.inside: list[Box] = [tuple(self._masks(number, opaque=False)) for number in numbers]

    def _masks(self, number: int, *, opaque: bool) -> Iterator[int]:
        for domain in self.domains:
            mask = domain.masks[number]
            if mask is None:
                yield domain.whole if opaque else 0
            else:
                yield mask

    @property
    def expected(self) -> Box:
        """What rows should cover."""
        return tuple(domain.expected for domain in self.domains)

    @property
    def with_beyond(self) -> Box:
        """What rows should cover, and all that no cell names."""
        return tuple(domain.expected | domain.beyond for domain in self.domains)

    def meetings(self) -> Iterator[tuple[int, int, Box]]:
        """Give pairs of rules that surely may hold together, with the box they share."""
        for one, other in combinations(range(len(self.inside)), 2):
            shared = tuple(a & b for a, b in zip(self.inside[one], self.inside[other], strict=True))
            if all(shared):
                yield one, other, shared

    def uncovered(self, rules: Sequence[Box], universe: Box) -> Iterator[Box]:
        """Give boxes within the universe that no rule meets.

        Raises:
            TooLarge: There are too many boxes to look at.
        """
        return _Search(self, rules, universe).boxes(0, (1 << len(rules)) - 1)

    def spend(self, pieces: int) -> None:
        """Charge for pieces that a search looks at.

        Raises:
            TooLarge: None are left.
        """
        self.left -= pieces
        if self.left < 0:
            raise TooLarge

    def text(self, box: Box) -> str:
        """Write a box: the inputs that it restricts, as cells would."""
        parts = [
            f"{domain.label} {domain.text(mask)}"
            for domain, mask in zip(self.domains, box, strict=True)
            if mask & domain.expected != domain.expected
        ]
        return "; ".join(parts)

    def example(self, box: Box) -> str:
        """Write one value for each input that a rule restricts."""
        pairs = list(zip(self.domains, box, strict=True))
        parts = [domain.example(mask) for domain, mask in pairs if len(domain.pieces) > 1]
        return ", ".join(parts or (domain.example(mask) for domain, mask in pairs))


class _Search:
    """One search for what is uncovered."""

    def __init__(self, grid: Grid, rules: Sequence[Box], universe: Box) -> None:
        self.grid = grid
        self.rules = rules
        self.universe = universe
        self.covered: set[tuple[int, int]] = set()
        # For each input, the rules, a bit each, that restrict neither it nor those after it.
        self.rest = [(1 << len(rules)) - 1]
        for place in reversed(range(len(universe))):
            self.rest.insert(0, self.rest[0] & self._unrestricted(place))

    def _unrestricted(self, place: int) -> int:
        everything = self.universe[place]
        return sum(
            1 << number
            for number, box in enumerate(self.rules)
            if box[place] & everything == everything
        )

    def boxes(self, place: int, alive: int) -> Iterator[Box]:
        """Give the uncovered boxes from this input on, where these rules still hold."""
        if alive & self.rest[place] or (place, alive) in self.covered:
            return
        if not alive:
            yield self.universe[place:]
            return
        found = False
        for holding, pieces in self._groups(place, alive).items():
            for box in self.boxes(place + 1, holding):
                found = True
                yield (pieces, *box)
        if not found:
            self.covered.add((place, alive))

    def _groups(self, place: int, alive: int) -> dict[int, int]:
        """Group the pieces of an input by which of the rules hold on them."""
        groups: dict[int, int] = {}
        universe = self.universe[place]
        numbers = [number for number in range(len(self.rules)) if alive >> number & 1]
        for piece in range(universe.bit_length()):
            if universe >> piece & 1:
                self.grid.spend(1 + len(numbers) // 16)
                holding = sum(1 << n for n in numbers if self.rules[n][place] >> piece & 1)
                groups[holding] = groups.get(holding, 0) | 1 << piece
        return groups
