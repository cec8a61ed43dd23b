"""Measure the product: print each figure beside its target and write var/bench.json."""

import json
import sys
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bench import feel, in_process, over_http
from bench.installations import postgresql

# Target and whether more is better. Source: the measures that the product must keep.
TARGETS: Mapping[str, tuple[float, bool]] = {
    "sqlite.httpCompletionsPerSecond": (150, True),
    "sqlite.growth20To20000": (1.2, False),
    "sqlite.enrolmentCompletionsPerSecond": (1000, True),
    "sqlite.sessionCompletionsPerSecond": (500, True),
    "sqlite.start20000Seconds": (15, False),
    "postgresql.httpCompletionsPerSecond": (100, True),
    "feelConditionsPerSecond": (150_000, True),
    "feelCompilationsPerSecond": (3_000, True),
}


def measure_sqlite(folder: Path, large: int) -> dict[str, float]:
    """The figures on SQLite; `large` is the number of enrolments of the large session."""
    small = over_http.completions(folder / "http", size=20)
    grown = over_http.growth(folder / "growth", large)
    return {
        "httpCompletionsPerSecond": small.per_second,
        "httpCompletionP95Ms": small.p95_ms,
        "httpEmptyRouteMs": small.empty_route_ms,
        "growth20To20000": grown.growth,
        "enrolmentCompletionsPerSecond": in_process.enrolment_completions(folder),
        "sessionCompletionsPerSecond": in_process.session_completions(folder),
        "bareCommitsPerSecond": in_process.bare_commits(folder),
        "start20000Seconds": grown.start_seconds,
    }


def measure_postgresql(folder: Path) -> dict[str, float]:
    """The figures on PostgreSQL, with a server of its own."""
    with postgresql(folder / "pg") as url:
        http = over_http.completions(folder / "app", url, size=20)
        enrolments = in_process.enrolment_completions(folder, database_url=url)
    return {
        "httpCompletionsPerSecond": http.per_second,
        "httpCompletionP95Ms": http.p95_ms,
        "enrolmentCompletionsPerSecond": enrolments,
    }


def show(figures: Mapping[str, Any]) -> None:
    """Print a table: figure, target, whether it is kept."""
    table = Table(title="鉴程 · bench")
    for column in ("what", "measured", "target", ""):
        table.add_column(column, justify="left" if column in ("what", "") else "right")
    for name, value in _flat(figures).items():
        target = TARGETS.get(name)
        if target is None:
            table.add_row(name, f"{value:,.2f}", "", "")
            continue
        wanted, more = target
        kept = value >= wanted if more else value <= wanted
        sign = "≥" if more else "≤"
        table.add_row(name, f"{value:,.2f}", f"{sign} {wanted:,g}", "✓" if kept else "✗")
    Console().print(table)


def _flat(figures: Mapping[str, Any]) -> dict[str, float]:
    flat: dict[str, float] = {}
    for name, value in figures.items():
        if isinstance(value, Mapping):
            flat |= {f"{name}.{key}": one for key, one in value.items()}
        else:
            flat[name] = value
    return flat


def main() -> int:
    """Measure everything; `--quick` makes the large session small."""
    large = 2_000 if "--quick" in sys.argv else 20_000
    with tempfile.TemporaryDirectory(prefix="jc-bench-") as name:
        folder = Path(name)
        for part in ("http", "pgapp"):
            (folder / part).mkdir()
        figures: dict[str, Any] = {
            "sqlite": measure_sqlite(folder, large),
            "postgresql": measure_postgresql(folder / "pgapp"),
            **feel.measure(),
        }
    show(figures)
    Path("var").mkdir(exist_ok=True)
    Path("var/bench.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
