"""How fast expressions are compiled and evaluated."""

from __future__ import annotations

import time

from engine.feel import compile_expression

_CONDITION = 'total >= 60 and status = "ok"'
_CONTEXT = {"total": 75, "status": "ok"}
_SOURCES = (
    'total{n} >= 60 and status{n} = "ok"',
    "workday(session.exam_date{n}, -5)",
    'if theory{n} * 0.3 + practical * 0.7 >= 60 then "pass" else "fail"',
    "every subject{n} in subjects satisfies subject{n}.points >= subject{n}.pass_mark",
    'count(enrolments[state = "open" and level in ("3", "4")]) + {n}',
)


def _conditions_per_second(rounds: int) -> float:
    condition = compile_expression(_CONDITION)
    started = time.perf_counter()
    for _ in range(rounds):
        condition(_CONTEXT)
    return rounds / (time.perf_counter() - started)


def _compilations_per_second(rounds: int) -> float:
    # The number makes every source a new one, which no cache has seen.
    first = time.time_ns()
    sources = [
        _SOURCES[turn % len(_SOURCES)].replace("{n}", str(first + turn)) for turn in range(rounds)
    ]
    started = time.perf_counter()
    for source in sources:
        compile_expression(source)
    return rounds / (time.perf_counter() - started)


def measure(rounds: int = 100_000) -> dict[str, float]:
    """Measure conditions on two variables, and compilations of sources never seen before."""
    _conditions_per_second(1_000)
    return {
        "feelConditionsPerSecond": _conditions_per_second(rounds),
        "feelCompilationsPerSecond": _compilations_per_second(max(rounds // 20, 100)),
    }


if __name__ == "__main__":
    for name, value in measure().items():
        print(f"{name}: {value:,.0f}")
