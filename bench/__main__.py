"""Measure the product: print each figure beside its target and write var/bench.json."""

import json
import sys
import tempfile
from argparse import ArgumentParser, Namespace
from collections.abc import Sequence
from pathlib import Path

from bench import certificates, effects, feel, gate, in_process, inbox, over_http, workers
from bench.figures import show
from bench.installations import postgresql

PARTS = (
    "sqlite",
    "growth",
    "inbox",
    "postgresql",
    "workers",
    "certificates",
    "feel",
    "effects",
    "gate",
)


def measure(folder: Path, options: Namespace) -> dict[str, float | dict[str, float]]:
    """Measure the wanted parts."""
    figures: dict[str, float | dict[str, float]] = {"sqlite": {}, "postgresql": {}}
    figures["sqlite"] = measure_sqlite(folder, options)
    figures["postgresql"] = measure_postgresql(folder, options.parts)
    if "certificates" in options.parts:
        figures |= certificates.measure(
            _made(folder / "certificates"), 50 if options.quick else 100
        )
    if "feel" in options.parts:
        figures |= feel.measure()
    if "effects" in options.parts:
        figures |= effects.measure(_made(folder / "effects"), 100 if options.quick else 1000)
    if "gate" in options.parts:
        figures |= gate.measure(_made(folder / "gate"))
    return {name: value for name, value in figures.items() if value != {}}


def measure_sqlite(folder: Path, options: Namespace) -> dict[str, float]:
    """The figures on SQLite."""
    figures: dict[str, float] = {}
    if "sqlite" in options.parts:
        http = over_http.completions(_made(folder / "http"), size=20)
        figures |= {
            "httpCompletionsPerSecond": http.per_second,
            "httpCompletionP95Ms": http.p95_ms,
            "httpEmptyRouteMs": http.empty_route_ms,
            **in_process.beside_bare_commits(_made(folder / "process")),
            "sessionCompletionsPerSecond": in_process.session_completions(folder),
        }
    if "growth" in options.parts:
        grown = over_http.growth(folder / "growth", 2_000 if options.quick else 20_000)
        figures |= {
            "growth20To20000": grown.growth,
            "start20000Seconds": grown.start_seconds,
        }
    if "inbox" in options.parts:
        figures |= inbox.measure(_made(folder / "inbox"), scale=0.1 if options.quick else 1)
    return figures


def measure_postgresql(folder: Path, parts: Sequence[str]) -> dict[str, float]:
    """The figures on PostgreSQL, with a server of its own."""
    figures: dict[str, float] = {}
    if not {"postgresql", "workers"} & set(parts):
        return figures
    with postgresql(folder / "pg") as url:
        if "postgresql" in parts:
            http = over_http.completions(_made(folder / "pgapp"), url, size=20)
            figures |= {
                "httpCompletionsPerSecond": http.per_second,
                "httpCompletionP95Ms": http.p95_ms,
                "httpEmptyRouteMs": http.empty_route_ms,
                "enrolmentCompletionsPerSecond": in_process.enrolment_completions(
                    folder, database_url=url
                ),
            }
        if "workers" in parts:
            figures["twoWorkersToOne"] = workers.two_to_one(url)
    return figures


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _options(given: Sequence[str]) -> Namespace:
    parser = ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a tenth of the large quantities")
    parser.add_argument(
        "--only", nargs="+", choices=PARTS, default=PARTS, metavar="PART", help=", ".join(PARTS)
    )
    parser.add_argument("--without", nargs="+", choices=PARTS, default=(), metavar="PART")
    options = parser.parse_args(given)
    options.parts = [part for part in options.only if part not in options.without]
    return options


def main(given: Sequence[str]) -> int:
    """Measure everything, or the parts that are asked for."""
    options = _options(given)
    with tempfile.TemporaryDirectory(prefix="jc-bench-") as name:
        figures = measure(Path(name), options)
    show(figures)
    Path("var").mkdir(exist_ok=True)
    Path("var/bench.json").write_text(json.dumps(figures, indent=2), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
