"""The figures: their targets, and the table that shows them."""

from collections.abc import Iterator, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table

Figures = Mapping[str, float | Mapping[str, float]]

# Target and whether more is better. Source: the measures that the product must keep.
TARGETS: Mapping[str, tuple[float, bool]] = {
    "sqlite.httpCompletionsPerSecond": (150, True),
    "sqlite.growth20To20000": (1.2, False),
    "sqlite.enrolmentCompletionsPerSecond": (1000, True),
    "sqlite.enrolmentToBareCommit": (3, False),
    "sqlite.sessionCompletionsPerSecond": (500, True),
    "sqlite.start20000Seconds": (15, False),
    "sqlite.inboxP95Ms": (150, False),
    "sqlite.inboxNarrowedP95Ms": (150, False),
    "sqlite.inboxKiB": (100, False),
    "postgresql.httpCompletionsPerSecond": (100, True),
    "postgresql.twoWorkersToOne": (1.3, True),
    "certificates1000Seconds": (90, False),
    "scenariosPerSecond": (50, True),
    "gateSeconds20Scopes": (30, False),
    "feelConditionsPerSecond": (150_000, True),
    "feelCompilationsPerSecond": (3_000, True),
    "effect1000Seconds": (10, False),
    "effectApart1000Seconds": (10, False),
}


def is_kept(name: str, value: float) -> bool | None:
    """Whether a figure keeps its target; None if it has none."""
    if name not in TARGETS:
        return None
    wanted, more = TARGETS[name]
    return value >= wanted if more else value <= wanted


def flat(figures: Figures) -> Iterator[tuple[str, float]]:
    """Give each figure with its full name."""
    for name, value in figures.items():
        if isinstance(value, Mapping):
            yield from ((f"{name}.{key}", one) for key, one in value.items())
        else:
            yield name, value


def show(figures: Figures) -> None:
    """Print a table: figure, target, whether it is kept."""
    table = Table(title="鉴程 · bench")
    columns: dict[str, Any] = {"what": "left", "measured": "right", "target": "right", "": "left"}
    for column, justify in columns.items():
        table.add_column(column, justify=justify)
    for name, value in flat(figures):
        kept = is_kept(name, value)
        table.add_row(name, f"{value:,.2f}", _target(name), {True: "✓", False: "✗", None: ""}[kept])
    Console().print(table)


def _target(name: str) -> str:
    if name not in TARGETS:
        return ""
    wanted, more = TARGETS[name]
    return f"{'≥' if more else '≤'} {wanted:,g}"
