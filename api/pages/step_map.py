"""The fourteen steps as a flow in lanes: one drawing for every session, without script.

The places are fixed, since every session has these fourteen; the colours say how far it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from tasks.step_states import StepState

WIDTH, HEIGHT = 1000, 492
_TASK = (132, 52)
_LINE = 16
# Lanes: name in both languages, top, height.
_LANES = (
    ("公告与报名", "Notice, enrolment", 0, 96),
    ("计划与准备", "Planning", 96, 204),
    ("鉴定实施", "Exam", 300, 96),
    ("成绩与证书", "Results", 396, 96),
)
# The centre of each step.
_CENTRES = {
    1: (190, 48),
    2: (370, 48),
    3: (550, 48),
    4: (190, 198),
    5: (520, 134),
    6: (520, 198),
    7: (520, 262),
    8: (190, 348),
    9: (370, 348),
    10: (550, 348),
    11: (190, 444),
    12: (370, 444),
    13: (550, 444),
    14: (730, 444),
}
_START, _SPLIT, _JOIN, _END = (75, 48), (350, 198), (690, 198), (890, 444)
# Each flow: the step whose end opens it, and its points.
_FLOWS: tuple[tuple[int, str], ...] = (
    (0, "M91 48H122"),
    (1, "M256 48H302"),
    (2, "M436 48H482"),
    (3, "M550 74V98Q550 108 540 108H200Q190 108 190 118V170"),
    (4, "M256 198H326"),
    (4, "M350 174V144Q350 134 360 134H452"),
    (4, "M374 198H452"),
    (4, "M350 222V252Q350 262 360 262H452"),
    (5, "M586 134H680Q690 134 690 144V172"),
    (6, "M586 198H664"),
    (7, "M586 262H680Q690 262 690 252V224"),
    (7, "M714 198H760Q770 198 770 208V290Q770 300 760 300H200Q190 300 190 310V320"),
    (8, "M256 348H302"),
    (9, "M436 348H482"),
    (10, "M550 374V388Q550 396 540 396H200Q190 396 190 404V416"),
    (11, "M256 444H302"),
    (12, "M436 444H482"),
    (13, "M616 444H662"),
    (14, "M796 444H872"),
)


@dataclass(frozen=True)
class Lane:
    """A lane with its name."""

    name: str
    top: int
    height: int


@dataclass(frozen=True)
class Node:
    """One step in its place."""

    number: int
    x: int
    y: int
    lines: tuple[tuple[float, str], ...]
    state: str
    open: int


@dataclass(frozen=True)
class StepMap:
    """Everything the template draws."""

    lanes: tuple[Lane, ...]
    flows: tuple[tuple[str, str], ...]
    nodes: tuple[Node, ...]
    width: int = WIDTH
    height: int = HEIGHT
    task: tuple[int, int] = _TASK
    start: tuple[int, int] = _START
    split: tuple[int, int] = _SPLIT
    join: tuple[int, int] = _JOIN
    end: tuple[int, int] = _END


def draw_map(steps: Iterable[StepState], language: str) -> StepMap:
    """Place the steps and colour them."""
    states = {state.step.number: state for state in steps}
    over = {0} | {n for n, state in states.items() if state.state in ("done", "skipped")}
    english = language.startswith("en")
    return StepMap(
        lanes=tuple(Lane(en if english else zh, top, height) for zh, en, top, height in _LANES),
        flows=tuple((path, "done" if step in over else "") for step, path in _FLOWS),
        nodes=tuple(_node(state, english) for state in states.values()),
    )


def _node(state: StepState, english: bool) -> Node:
    step = state.step
    x, y = _CENTRES[step.number]
    lines = _lines((step.short_en,) if english else step.phrases, step.number)
    top = y - _LINE * (len(lines) - 1) / 2
    placed = tuple((top + _LINE * n, line) for n, line in enumerate(lines))
    return Node(step.number, x, y, placed, state.state, state.open)


def _lines(phrases: tuple[str, ...], number: int) -> list[str]:
    """Join phrases to lines of at most eight characters, the first with the step's number."""
    lines = [f"{number} {phrases[0]}"]
    for phrase in phrases[1:]:
        if len(lines[-1]) + len(phrase) <= 10:
            lines[-1] += phrase
        else:
            lines.append(phrase)
    return lines
