"""What is wrong with the rows of a table as a whole: overlaps, gaps, rows that never decide."""

from __future__ import annotations

from itertools import islice

from engine.decisions.boxes import Box, Grid, TooLarge
from engine.decisions.cells import Opaque, constant
from engine.decisions.document import Element, children
from engine.decisions.hit_policies import SINGLE_HIT
from engine.decisions.report import DecisionReport
from engine.decisions.tables import DecisionTable, Rule
from engine.feel import Value
from engine.feel.builtins import BUILTINS
from engine.feel.scope import Run

_SHOWN = 5
_MAX_OVERLAPS = 20


class TableLint:
    """Looks at one table; findings go to the report of its file."""

    def __init__(self, element: Element, table: DecisionTable, report: DecisionReport) -> None:
        self.element = element
        self.table = table
        self.report = report
        self.rows = children(element, "rule")

    def run(self) -> None:
        """Report all there is."""
        self._duplicates()
        self._defaults()
        self._unreachable_outputs()
        try:
            if self.table.rules:
                self._lint_grid(Grid(self.table))
        except TooLarge:
            self.report.add(self.element, "dmn_too_large_to_check", severity="warning")

    def _lint_grid(self, grid: Grid) -> None:
        self._never(grid)
        if self.table.hit_policy in ("UNIQUE", "ANY"):
            self._overlaps(grid)
        if self.table.hit_policy in ("FIRST", "PRIORITY"):
            self._shadowed(grid)
        if self.table.hit_policy in SINGLE_HIT and not self._has_default:
            self._gaps(grid)

    def _warn(self, element: Element, code: str, **values: str) -> None:
        self.report.add(element, code, severity="warning", **values)

    @property
    def _has_default(self) -> bool:
        return any(column.default is not None for column in self.table.outputs)

    def _duplicates(self) -> None:
        seen: dict[tuple[object, ...], int] = {}
        ids: set[str] = set()
        for rule, row in zip(self.table.rules, self.rows, strict=True):
            cells = tuple(test.source.strip() for test in rule.tests)
            outputs = tuple("".join(one.itertext()) for one in children(row, "outputEntry"))
            if rule.id in ids:
                self._warn(row, "dmn_same_row", value=rule.id)
            ids.add(rule.id)
            first = seen.setdefault((cells, outputs), rule.number)
            if first != rule.number:
                self._warn(row, "dmn_duplicate", value=str(rule.number), other=str(first))

    def _defaults(self) -> None:
        without = [column.label for column in self.table.outputs if column.default is None]
        if without and self._has_default:
            self._warn(self.element, "dmn_default_missing", value=", ".join(without))

    def _constants(self, place: int) -> list[Value] | None:
        """Give what a column's cells give; None when some depends on data."""
        try:
            return [constant(rule.nodes[place]) for rule in self.table.rules]
        except Opaque:
            return None

    def _unreachable_outputs(self) -> None:
        scope = Run({}, BUILTINS).root
        for place, column in enumerate(self.table.outputs):
            values = self._constants(place)
            if values is None or column.default is not None:
                continue
            for test in column.ranks:
                if not any(test.evaluate(value, scope) is True for value in values):
                    element = children(self.element, "output")[place]
                    self._warn(
                        element, "dmn_unreachable_output", value=test.source, column=column.label
                    )

    def _never(self, grid: Grid) -> None:
        for rule, row, box in zip(self.table.rules, self.rows, grid.around, strict=True):
            # An interval from high to low is null, which null alone is equal to.
            cells = zip(rule.tests, grid.domains, box, strict=True)
            if any(
                not mask or (domain.is_null(mask) and "null" not in cell.source)
                for cell, domain, mask in cells
            ):
                self._warn(row, "dmn_never", value=str(rule.number))

    def _overlaps(self, grid: Grid) -> None:
        rules = self.table.rules
        pairs = (
            (rules[one], rules[other], box)
            for one, other, box in grid.meetings()
            if self.table.hit_policy == "UNIQUE" or self._differ(rules[one], rules[other])
        )
        for one, other, box in islice(pairs, _MAX_OVERLAPS):
            # Where one row at most may hold, two that do leave no result: nobody could go on.
            self.report.add(
                self.rows[one.number - 1],
                "dmn_overlap",
                severity="error" if self.table.hit_policy == "UNIQUE" else "warning",
                value=str(one.number),
                other=str(other.number),
                example=grid.example(box),
                policy=self.table.hit_policy,
            )

    def _differ(self, one: Rule, other: Rule) -> bool:
        """Say whether two rows surely give different results."""
        for left, right in zip(one.nodes, other.nodes, strict=True):
            try:
                if constant(left) != constant(right):
                    return True
            except Opaque:
                continue
        return False

    def _shadowed(self, grid: Grid) -> None:
        for place, row in enumerate(self.rows):
            above = self._above(place)
            box = grid.around[place]
            if not above or not all(box):
                continue
            covering = [grid.inside[one] for one in above]
            if next(grid.uncovered(covering, box), None) is None:
                shown = self._meeting(grid, box, above)
                self._warn(row, "dmn_shadowed", value=str(place + 1), other=shown)

    def _meeting(self, grid: Grid, box: Box, above: list[int]) -> str:
        numbers = [
            str(one + 1)
            for one in above
            if all(a & b for a, b in zip(grid.inside[one], box, strict=True))
        ]
        return ", ".join(numbers)

    def _above(self, place: int) -> list[int]:
        """Give the rows that win against a row wherever both hold."""
        if self.table.hit_policy == "FIRST":
            return list(range(place))
        ranks = [self._ranks(rule) for rule in self.table.rules]
        own = ranks[place]
        if own is None:
            return []
        return [
            other
            for other, rank in enumerate(ranks)
            if rank is not None and (rank, other) < (own, place)
        ]

    def _ranks(self, rule: Rule) -> tuple[int, ...] | None:
        scope = Run({}, BUILTINS).root
        try:
            values = [constant(node) for node in rule.nodes]
        except Opaque:
            return None
        pairs = zip(self.table.outputs, values, strict=True)
        return tuple(column.rank(value, scope) for column, value in pairs)

    def _gaps(self, grid: Grid) -> None:
        found = list(islice(grid.uncovered(grid.around, grid.expected), _SHOWN))
        for box in found:
            self._warn(self.element, "dmn_gap", value=grid.text(box), example=grid.example(box))
        if found:
            return
        beyond = next(grid.uncovered(grid.around, grid.with_beyond), None)
        if beyond is not None:
            self._warn(self.element, "dmn_no_default", example=grid.example(beyond))
