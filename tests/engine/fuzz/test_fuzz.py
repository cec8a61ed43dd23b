"""Damaged diagrams and expressions are refused with a reason, or run within their budget.

Bounded and repeatable in `make test`; `pytest tests/engine/fuzz --long` tries thirty times as
many from a new seed, which is printed.
"""

import signal
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings

import processes
from engine.diagrams import prepare_diagram
from engine.diagrams.importing import import_diagram
from engine.errors import DiagramError, EngineError
from engine.feel import FeelError, compile_expression
from engine.instances import InstanceStatus
from engine.testing import ScriptedRun, SourceDefinitions
from tests.engine.fuzz.mutations import EXPRESSIONS, damage_text, mutate
from tests.engine.properties.blocks import blocks
from tests.engine.properties.troubles import drawing_of

SEED = 20260302
DIAGRAMS, RUNS, TEXTS = 500, 120, 3000
LONG = 30
SECONDS = 5
BUDGET = 2000


@pytest.fixture
def dice(pytestconfig: pytest.Config) -> Random:
    seed = SEED
    if pytestconfig.getoption("--long"):
        seed = Random().randrange(10**9)
    print(f"seed {seed}")
    return Random(seed)


@pytest.fixture
def times(pytestconfig: pytest.Config) -> int:
    return LONG if pytestconfig.getoption("--long") else 1


@contextmanager
def within(case: Any) -> Iterator[None]:
    """Break a case that takes too much processor time; what it was is in the failure."""

    def stop(number: int, frame: object) -> None:
        raise TimeoutError(f"more than {SECONDS} s: {case!r}")

    before = signal.signal(signal.SIGPROF, stop)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


@cache
def seeds() -> tuple[bytes, ...]:
    """Good diagrams to damage: random ones, and those of the base pack."""
    drawn: list[bytes] = []

    @settings(
        max_examples=60, derandomize=True, database=None, deadline=None,
        phases=[Phase.generate], suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    @given(blocks())
    def draw(block: Any) -> None:
        drawn.append(drawing_of(block).document()["main.bpmn"])

    draw()
    base = Path(processes.__file__).parent / "base"
    return (*drawn, *(path.read_bytes() for path in sorted(base.glob("*/*.bpmn"))))


def test_damaged_diagrams_are_checked_and_imported(dice: Random, times: int) -> None:
    codes: Counter[str] = Counter()
    for _ in range(DIAGRAMS * times):
        content = mutate(dice.choice(seeds()), dice)
        with within(content):
            checked = prepare_diagram(content)
            assert (checked.lowered is None) == any(
                one.severity == "error" for one in checked.findings
            ), content
            codes.update(one.code for one in checked.findings)
            try:
                draft = import_diagram(content)
            except DiagramError as refused:
                assert refused.findings, content
            else:
                assert draft.original == content

    # The check finds what is wrong by itself, rather than the parser behind it.
    assert codes["not_compiled"] == 0, codes
    assert len(codes) > 40, codes


def test_damaged_diagrams_run_within_their_budget(dice: Random, times: int) -> None:
    statuses: Counter[str] = Counter()
    ran = 0
    while ran < RUNS * times:
        content = mutate(dice.choice(seeds()), dice)
        checked = prepare_diagram(content)
        if checked.lowered is None or not checked.processes:
            continue
        ran += 1
        with within(content):
            statuses[run(content, checked.processes[0], dice)] += 1

    assert set(statuses) <= {*map(str, InstanceStatus), "refused"}, statuses
    assert statuses["completed"] > ran // 10, statuses


def run(content: bytes, process_id: str, dice: Random) -> str:
    """Start a process and let things happen; what cannot be done is refused, never a crash."""
    played = ScriptedRun(
        SourceDefinitions({"main.bpmn": content}),
        service_tasks={"note_inline": {}, "note_job": lambda **_: {}},
    )
    played.engine.step_budget = BUDGET
    try:
        played.start(process_id, "k", {"x": 1, "a": [1, 2]})
        for _ in range(25):
            ready = played.ready()
            if not ready:
                played.advance("PT5H")
                continue
            played.complete(dice.choice(ready), {"x": dice.randrange(3)})
        with played.database.transaction() as db:
            assert played.engine.rebuild_rows(db) == 0, content
        return played.trace().status
    except EngineError:
        return "refused"
    finally:
        played.database.dispose()


CONTEXT = {"x": 1, "y": None, "a": [1, 2, {"b": "c"}], "name": "张三", "变量": 2}


def test_damaged_expressions_give_a_value_or_a_reason(dice: Random, times: int) -> None:
    compiled = 0
    for _ in range(TEXTS * times):
        text = damage_text(dice.choice(EXPRESSIONS), dice)
        with within(text):
            try:
                expression = compile_expression(text)
                compiled += 1
                expression(CONTEXT)
            except FeelError:
                continue

    assert compiled > TEXTS // 10
