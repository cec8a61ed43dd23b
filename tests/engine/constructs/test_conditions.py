"""Conditional events: they look at what the whole process has made of the variables."""

from typing import Any

import pytest
from sqlmodel import select

from engine.database import Database
from engine.subscriptions import Subscription
from engine.testing import SourceDefinitions, run_diagram
from tests.engine.constructs.writing import (
    SE,
    Case,
    CheckedRun,
    around,
    boundary,
    catch,
    condition,
    end,
    expected,
    gateway,
    handler,
    run_case,
    scope,
    signal,
    start,
    timer,
    user,
    work,
)

READY = condition("x = 1")


def at_the_edge(*, interrupts: bool) -> str:
    return (
        SE
        + around("p", "t1")
        + boundary("b", "p", READY, interrupts=interrupts)
        + work("t2")
        + work("t3")
        + end("e2")
    )


EDGE = "s>p p>t2 t2>e b>t3 t3>e2"
CASES = [
    Case("holds already", SE + catch("c", READY) + work("t1"), "s>c c>t1 t1>e", "1", {"x": 1}),
    Case("does not hold", SE + catch("c", READY) + work("t1"), "s>c c>t1 t1>e", "", {"x": 2},
         "running"),
    Case("null does not hold", SE + catch("c", READY) + work("t1"), "s>c c>t1 t1>e", "",
         status="running"),
    Case("interrupts at once", at_the_edge(interrupts=True), EDGE, "3", {"x": 1}),
    Case("does not interrupt", at_the_edge(interrupts=False), EDGE, "1 2 3", {"x": 1}),
    Case("at the edge, does not hold", at_the_edge(interrupts=True), EDGE, "1 2", {"x": 2}),
    *[
        Case(
            f"in an event sub-process, {'interrupting' if stops else 'not interrupting'}",
            SE
            + scope(
                "p",
                start("ps") + work("t1") + end("pe") + handler("h", READY, "t2", interrupts=stops),
                "ps>t1 t1>pe",
            ),
            "s>p p>e",
            "2" if stops else "1 2",
            {"x": 1},
        )
        for stops in (True, False)
    ],
    Case(
        "another branch makes it hold",
        SE + gateway("parallel", "g") + catch("c", READY) + work("t1")
        + catch("w", timer("Duration", "PT2S")) + work("t2", script="{x: 1}") + end("e2"),
        "s>g g>c c>t1 t1>e g>w w>t2 t2>e2",
        "1 2",
        {"x": 0},
        advance="PT5S",
    ),
    *[
        Case(
            f"a branch that waits at the join makes it hold, {'after' if late else 'before'}",
            SE + gateway("parallel", "g") + gateway("parallel", "j") + catch("c", READY)
            + work("t1", script="{x: 1}") + work("t2"),
            f"s>g {'g>t1 g>c' if late else 'g>c g>t1'} c>j t1>j j>t2 t2>e",
            "1 2",
            {"x": 0},
        )
        for late in (True, False)
    ],
    Case(
        "a branch at its end takes nothing from the others",
        SE + gateway("parallel", "g") + catch("c", condition("x = 1 and y = 1")) + work("t1")
        + catch("w", timer("Duration", "PT2S")) + work("t2", script="{y: 1}") + work("t3")
        + gateway("parallel", "j") + work("t4") + end("e2"),
        "s>g g>c c>t1 t1>j g>w w>t2 t2>j j>t4 t4>e g>t3 t3>e2",
        "1 2 3 4",
        {"x": 1, "y": 0},
        advance="PT5S",
    ),
    Case(
        "what happens in a sub-process makes it hold",
        SE
        + scope("p", start("ps") + work("t1", script="{x: 1}") + work("t2") + end("pe"),
                "ps>t1 t1>t2 t2>pe")
        + boundary("b", "p", READY)
        + work("t3")
        + end("e2"),
        "s>p p>e b>t3 t3>e2",
        "1 3",
        {"x": 0},
    ),
    Case(
        "first of an event-based gateway",
        SE + gateway("eventBased", "g") + catch("c1", READY) + catch("c2", signal()) + work("t1")
        + work("t2") + end("e2"),
        "s>g g>c1 g>c2 c1>t1 t1>e c2>t2 t2>e2",
        "1",
        {"x": 1},
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_condition(case: Case) -> None:
    assert run_case(case) == expected(case)


@pytest.mark.parametrize(
    ("answers", "fired"),
    [
        ([1], 1),
        ([1, 1, 1], 1),
        ([0, 1], 1),
        ([1, 0, 1], 2),
        ([0, 0], 0),
        ([1, None, 1, 0, 1], 3),
    ],
)
def test_event_that_does_not_interrupt_fires_when_its_condition_comes_true(
    answers: list[Any], fired: int
) -> None:
    loop = gateway("exclusive", "j") + user("u") + gateway("exclusive", "g", 'default="d"')
    nodes = (
        SE
        + scope("p", start("ps") + loop + end("pe"), "ps>j j>u u>g g>pe[last = true] g>j#d")
        + boundary("b", "p", READY, interrupts=False)
        + work("t3")
        + end("e2")
    )
    given = [{"x": one, "last": number == len(answers)} for number, one in enumerate(answers, 1)]

    trace = run_diagram(
        {"a.bpmn": Case("", nodes, "s>p p>e b>t3 t3>e2", "").xml()}, "main", answers={"u": given}
    )

    assert trace.status == "completed"
    assert [one for one in trace.elements if one == "t3"] == ["t3"] * fired


def test_what_is_waited_for_has_a_row(database: Database) -> None:
    case = Case("", SE + catch("c", READY), "s>c c>e", "")
    run = CheckedRun(SourceDefinitions({"case.bpmn": case.xml()}), database=database)
    run.start("main", "k", {"x": 0})
    with run.database.reading() as db:
        rows = db.exec(select(Subscription)).all()
        found = [(row.kind, row.name, row.element_id) for row in rows]

    assert found == [("condition", "x = 1", "c")]
