"""The fourteen steps as a flow in lanes: one drawing for every session, without script.

The places are fixed, since every session has these fourteen; the colours say how far it is.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from api.i18n import say
from tasks.step_states import StepState

WIDTH, HEIGHT = 910, 502
_TASK = (136, 54)
_LINE = 17
# Lanes: name in both languages, top, height.
_LANES = (
    ("公告与报名", "Enrolment", 0, 96),
    ("计划与准备", "Planning", 96, 214),
    ("鉴定实施", "Exam", 310, 96),
    ("成绩与证书", "Results", 406, 96),
)
# The centre of each step.
_CENTRES = {
    1: (190, 48),
    2: (370, 48),
    3: (550, 48),
    4: (190, 206),
    5: (520, 144),
    6: (520, 206),
    7: (520, 268),
    8: (190, 358),
    9: (370, 358),
    10: (550, 358),
    11: (190, 454),
    12: (370, 454),
    13: (550, 454),
    14: (730, 454),
}
_START, _SPLIT, _JOIN, _END = (75, 48), (350, 206), (690, 206), (860, 454)
# Each flow: the step whose end opens it, and its points.
_FLOWS: tuple[tuple[int, str], ...] = (
    (0, "M91 48H120"),
    (1, "M258 48H300"),
    (2, "M438 48H480"),
    (3, "M550 75V96Q550 106 540 106H200Q190 106 190 116V177"),
    (4, "M258 206H324"),
    (4, "M350 182V154Q350 144 360 144H450"),
    (4, "M374 206H450"),
    (4, "M350 230V258Q350 268 360 268H450"),
    (5, "M588 144H680Q690 144 690 154V180"),
    (6, "M588 206H664"),
    (7, "M588 268H680Q690 268 690 258V232"),
    (7, "M714 206H770Q780 206 780 216V300Q780 310 770 310H200Q190 310 190 318V329"),
    (8, "M258 358H300"),
    (9, "M438 358H480"),
    (10, "M550 385V398Q550 406 540 406H200Q190 406 190 414V425"),
    (11, "M258 454H300"),
    (12, "M438 454H480"),
    (13, "M618 454H660"),
    (14, "M798 454H843"),
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
        lanes=tuple(
            Lane(say(en if english else zh, language), top, height)
            for zh, en, top, height in _LANES
        ),
        flows=tuple((path, "done" if step in over else "") for step, path in _FLOWS),
        nodes=tuple(_node(state, language) for state in states.values()),
    )


def _node(state: StepState, language: str) -> Node:
    step = state.step
    x, y = _CENTRES[step.number]
    phrases = (step.short_en,) if language.startswith("en") else step.phrases
    lines = _lines(tuple(say(one, language) for one in phrases), step.number)
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
