"""Compensation: what was completed is undone, the last first; transactions that are cancelled."""

import pytest

from engine.testing import run_diagram
from tests.engine.constructs.writing import (
    CANCEL,
    COMPENSATE,
    ERROR,
    SE,
    Case,
    around,
    boundary,
    called,
    catch,
    end,
    expected,
    gateway,
    node,
    run_case,
    scope,
    start,
    throw,
    timer,
    undone,
    user,
    work,
)

TWO = work("t1") + undone("t1", "t11") + work("t2") + undone("t2", "t12")
INNER = start("ps") + TWO + end("pe")
LINE = "ps>t1 t1>t2 t2>pe"
THROW = throw("th", COMPENSATE)
THRICE = (
    "<multiInstanceLoopCharacteristics isSequential='true'><loopCardinality>3</loopCardinality>"
    "</multiInstanceLoopCharacteristics>"
)


def only(name: str) -> str:
    return f'<compensateEventDefinition activityRef="{name}"/>'


def undoing(inner: str, text: str) -> str:
    """Write the event sub-process that undoes its scope."""
    nodes = start("hs", COMPENSATE) + inner + end("he")
    return scope("h", nodes, text, more='triggeredByEvent="true"')


CASES = [
    Case("nothing to undo", SE + THROW + work("t1"), "s>th th>t1 t1>e", "1"),
    Case("the last first", SE + TWO + THROW + work("t3"), "s>t1 t1>t2 t2>th th>t3 t3>e",
         "1 2 12 11 3"),
    Case("at the end", start() + TWO + end("e", COMPENSATE), "s>t1 t1>t2 t2>e", "1 2 12 11"),
    Case("only what was completed", SE + TWO + THROW + work("t3"), "s>t1 t1>th th>t2 t2>t3 t3>e",
         "1 11 2 3"),
    Case("one activity", SE + TWO + throw("th", only("t1")), "s>t1 t1>t2 t2>th th>e", "1 2 11"),
    Case(
        "nothing twice",
        SE + TWO + THROW + throw("again", COMPENSATE),
        "s>t1 t1>t2 t2>th th>again again>e",
        "1 2 12 11",
    ),
    Case(
        "each instance of several",
        SE + work("t1", THRICE) + undone("t1", "t11") + THROW,
        "s>t1 t1>th th>e",
        "1 1 1 11 11 11",
    ),
    Case("what lies in a sub-process", SE + scope("p", INNER, LINE) + THROW, "s>p p>th th>e",
         "1 2 12 11"),
    Case(
        "a sub-process by its own handler alone",
        SE + scope("p", INNER, LINE) + undone("p", "t13") + THROW,
        "s>p p>th th>e",
        "1 2 13",
    ),
    Case(
        "a sub-process by its event sub-process, which undoes one thing",
        SE
        + scope("p", INNER + undoing(throw("x", only("t1")) + work("t14"), "hs>x x>t14 t14>he"),
                LINE)
        + THROW,
        "s>p p>th th>e",
        "1 2 11 14",
    ),
    Case(
        "what lies in a called process",
        SE + node("callActivity", "p", "", 'calledElement="other"') + THROW,
        "s>p p>th th>e",
        "1 2 12 11",
        more=called("other", INNER, LINE),
    ),
    Case(
        "an error handler undoes the scope that it interrupts",
        SE
        + scope(
            "p",
            start("ps") + TWO + end("pe", ERROR)
            + scope("h", start("hs", ERROR) + throw("x", COMPENSATE) + work("t3") + end("he"),
                    "hs>x x>t3 t3>he", more='triggeredByEvent="true"'),
            LINE,
        ),
        "s>p p>e",
        "1 2 12 11 3",
    ),
    Case(
        "a cancelled transaction, before its path goes on",
        SE + scope("p", start("ps") + TWO + end("pe", CANCEL), LINE, tag="transaction")
        + boundary("b", "p", CANCEL) + work("t3") + work("t4") + end("e2"),
        "s>p p>t4 t4>e b>t3 t3>e2",
        "1 2 12 11 3",
    ),
    Case(
        "a cancelled transaction with what was done in a sub-process of it",
        SE
        + scope(
            "p",
            start("ps") + scope("q", start("qs") + TWO + end("qe"), "qs>t1 t1>t2 t2>qe")
            + end("pe", CANCEL),
            "ps>q q>pe",
            tag="transaction",
        )
        + boundary("b", "p", CANCEL) + work("t3") + end("e2"),
        "s>p p>e b>t3 t3>e2",
        "1 2 12 11 3",
    ),
    Case(
        "a completed transaction",
        SE + scope("p", INNER, LINE, tag="transaction") + boundary("b", "p", CANCEL)
        + work("t3") + end("e2"),
        "s>p p>e b>t3 t3>e2",
        "1 2",
    ),
    Case(
        "a handler that takes its time",
        SE + work("t1")
        + boundary("b", "t1", COMPENSATE)
        + scope("p", start("ps") + catch("w", timer("Duration", "PT2S")) + work("t11")
                + end("pe"), "ps>w w>t11 t11>pe", more='isForCompensation="true"')
        + '<association id="as" sourceRef="b" targetRef="p"/>'
        + THROW + work("t2"),
        "s>t1 t1>th th>t2 t2>e",
        "1 11 2",
        advance="PT5S",
    ),
    Case(
        "without waiting",
        SE + work("t1")
        + boundary("b", "t1", COMPENSATE)
        + scope("p", start("ps") + catch("w", timer("Duration", "PT2S")) + work("t11")
                + end("pe"), "ps>w w>t11 t11>pe", more='isForCompensation="true"')
        + '<association id="as" sourceRef="b" targetRef="p"/>'
        + throw("th", '<compensateEventDefinition waitForCompletion="false"/>') + work("t2"),
        "s>t1 t1>th th>t2 t2>e",
        "1 2 11",
        advance="PT5S",
    ),
    Case(
        "an interrupted compensation goes no further",
        SE
        + scope("p", start("ps") + work("t1") + boundary("b_t1", "t1", COMPENSATE)
                + scope("u", start("us") + catch("w", timer("Duration", "PT9S")) + work("t11")
                        + end("ue"), "us>w w>t11 t11>ue", more='isForCompensation="true"')
                + '<association id="as" sourceRef="b_t1" targetRef="u"/>'
                + THROW + end("pe"), "ps>t1 t1>th th>pe")
        + boundary("b", "p", timer("Duration", "PT2S")) + work("t2") + end("e2"),
        "s>p p>e b>t2 t2>e2",
        "1 2",
        advance="PT20S",
    ),
    Case(
        "a parallel branch that is still under way is not undone",
        SE + gateway("parallel", "g") + TWO + catch("w", timer("Duration", "PT9S"))
        + THROW + end("e2"),
        "s>g g>t1 t1>th th>e g>w w>t2 t2>e2",
        "1 11 2",
        advance="PT20S",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_compensation(case: Case) -> None:
    ordered = Case(**{**vars(case), "ordered": True})
    assert run_case(ordered) == expected(ordered)


def test_handler_sees_the_variables_its_activity_ended_with() -> None:
    nodes = (
        SE
        + work("t1", script="{room: 1}")
        + undone("t1", "t11", script="{freed: room, seen: late}")
        + work("t2", script='{room: 2, late: "yes"}')
        + THROW
    )

    trace = run_diagram({"a.bpmn": Case("", nodes, "s>t1 t1>t2 t2>th th>e", "").xml()}, "main")

    assert trace.data == {"room": 2, "late": "yes", "freed": 1, "seen": "yes"}


def test_people_undo_too() -> None:
    nodes = (
        SE + around("p", "t1") + boundary("b", "p", COMPENSATE)
        + user("u").replace("<userTask ", '<userTask isForCompensation="true" ')
        + '<association id="as" sourceRef="b" targetRef="u"/>' + THROW
    )  # fmt: skip
    source = {"a.bpmn": Case("", nodes, "s>p p>th th>e", "").xml()}

    trace = run_diagram(source, "main", answers={"u": {"returned": True}})

    assert trace.status == "completed"
    assert trace.data == {"returned": True}
    assert [(one.element_id, one.status) for one in trace.user_tasks] == [("u", "completed")]
