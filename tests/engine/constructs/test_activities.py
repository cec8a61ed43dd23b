"""Activities: repeated ones and what their instances throw, calls, ad-hoc sub-processes, data."""

from typing import Any

import pytest

from engine.diagrams import Environment, prepare_diagram
from engine.diagrams.checking.variables import Providers
from engine.testing import run_diagram
from tests.engine.constructs.writing import (
    COMPENSATE,
    ERROR,
    ESCALATION,
    MESSAGE,
    SE,
    Case,
    around,
    boundary,
    called,
    catch,
    end,
    expected,
    gateway,
    handler,
    node,
    run_case,
    scope,
    signal,
    start,
    throw,
    timer,
    undone,
    user,
    work,
)


def several(count: str = "3", more: str = "", inner: str = "", *, sequential: bool = True) -> str:
    """Write multi-instance characteristics."""
    return (
        f'<multiInstanceLoopCharacteristics isSequential="{str(sequential).lower()}" {more}>'
        f"<loopCardinality>{count}</loopCardinality>{inner}</multiInstanceLoopCharacteristics>"
    )


def loop(text: str, more: str = "") -> str:
    """Write loop characteristics."""
    escaped = text.replace("<", "&lt;")
    return (
        f"<standardLoopCharacteristics {more}><loopCondition>{escaped}</loopCondition>"
        "</standardLoopCharacteristics>"
    )


def throwing(more: str, inner: str = "", *, interrupts: bool, event: str = "") -> str:
    """Write three instances that throw, with a boundary event that catches."""
    return (
        SE
        + work("t1", several("3", more, inner))
        + work("t2")
        + work("t3")
        + boundary("b", "t1", event or signal(), interrupts=interrupts)
        + end("e2")
    )


THROWN = "s>t1 t1>t2 t2>e b>t3 t3>e2"
COUNT = work("t9", loop("n < 3"), script="{n: n + 1}")
COMPLEX = (
    "<complexBehaviorDefinition><condition>{}</condition><event id='ce'>{}</event>"
    "</complexBehaviorDefinition>"
)
ENOUGH = "<completionCondition>nrOfCompletedInstances >= 2</completionCondition>"
WAITS = called(
    "other", start("os") + catch("oc", MESSAGE) + work("t8") + end("oe"), "os>oc oc>t8 t8>oe"
)
AD_HOC = "adHocSubProcess"
CASES = [
    Case(
        "call of a process",
        SE + node("callActivity", "c", "", 'calledElement="other"') + work("t2"),
        "s>c c>t2 t2>e",
        "1 2",
        more=called("other", start("os") + work("t1") + end("oe"), "os>t1 t1>oe"),
    ),
    Case(
        "call by a name with a prefix",
        SE + node("callActivity", "c", "", 'calledElement="b:other"') + work("t2"),
        "s>c c>t2 t2>e",
        "1 2",
        more=called("other", start("os") + work("t1") + end("oe"), "os>t1 t1>oe"),
    ),
    Case(
        "call of a global task",
        SE + node("callActivity", "c", "", 'calledElement="t1"') + work("t2"),
        "s>c c>t2 t2>e",
        "1 2",
        more=node("globalScriptTask", "t1", "<script>{}</script>"),
    ),
    *[
        Case(
            f"instances of a {what}, {'one by one' if sequential else 'side by side'}",
            SE + drawn(several(sequential=sequential)) + work("t2"),
            f"s>{name} {name}>t2 t2>e",
            "1 1 1 2",
        )
        for what, name, drawn in (
            ("task", "t1", lambda inner: work("t1", inner)),
            ("sub-process", "p", lambda inner: around("p", "t1", inner=inner)),
        )
        for sequential in (True, False)
    ],
    Case(
        "as many instances as a variable says",
        SE + work("t1", several("n")) + work("t2"),
        "s>t1 t1>t2 t2>e",
        "1 1 2",
        {"n": 2},
    ),
    Case(
        "no instance",
        SE + work("t1", several("n")) + work("t2"),
        "s>t1 t1>t2 t2>e",
        "2",
        {"n": 0},
    ),
    *[
        Case(
            f"a count of {count} is an incident",
            SE + work("t1", several("n")),
            "s>t1 t1>e",
            "",
            {"n": count},
            "incident",
        )
        for count in (-1, 1.5, None, "3", True)
    ],
    Case(
        "instances until it is enough",
        SE + work("t1", several(inner=ENOUGH)) + work("t2"),
        "s>t1 t1>t2 t2>e",
        "1 1 2",
    ),
    *[
        Case(
            f"instances until it is enough, by {counter}",
            SE + work("t1", several(inner=ENOUGH.replace("nrOfCompletedInstances", counter))),
            "s>t1 t1>e",
            "1 1",
        )
        for counter in ("numberOfCompletedInstances", "loopCounter")
    ],
    Case(
        "behaviour none: each end throws",
        throwing('behavior="None" noneBehaviorEventRef="SD"', interrupts=False),
        THROWN,
        "1 3 1 3 1 3 2",
    ),
    Case(
        "behaviour one: the first end throws",
        throwing('behavior="One" oneBehaviorEventRef="SD"', interrupts=False),
        THROWN,
        "1 3 1 1 2",
    ),
    Case(
        "behaviour one, caught by an interrupting event",
        throwing('behavior="One" oneBehaviorEventRef="SD"', interrupts=True),
        THROWN,
        "1 3",
    ),
    Case(
        "behaviour one with an error",
        throwing('behavior="One" oneBehaviorEventRef="ED"', interrupts=True, event=ERROR),
        THROWN,
        "1 3",
    ),
    Case(
        "behaviour all: no end throws",
        throwing('behavior="All"', interrupts=True),
        THROWN,
        "1 1 1 2",
    ),
    Case(
        "behaviour complex: an end throws where its condition holds",
        throwing(
            'behavior="Complex"',
            COMPLEX.format("nrOfCompletedInstances = 2", signal()),
            interrupts=False,
        ),
        THROWN,
        "1 1 3 1 2",
    ),
    Case(
        "behaviour complex with an escalation that interrupts",
        throwing(
            'behavior="Complex"',
            COMPLEX.format("true", ESCALATION),
            interrupts=True,
            event=ESCALATION,
        ),
        THROWN,
        "1 3",
    ),
    *[
        Case(
            f"loop from {number}",
            SE + COUNT + work("t2"),
            "s>t9 t9>t2 t2>e",
            "9 " * rounds + "2",
            {"n": number},
        )
        for number, rounds in ((3, 1), (1, 2), (0, 3))
    ],
    Case(
        "loop at most three times",
        SE + work("t1", loop("true", 'loopMaximum="3"')),
        "s>t1 t1>e",
        "1 1 1",
    ),
    Case(
        "loop by its counter",
        SE + work("t1", loop("loopCounter < 3")),
        "s>t1 t1>e",
        "1 1 1",
    ),
    Case(
        "loop by a variable with the counter's name",
        SE + work("t1", loop("loopCounter < 3"), script="{loopCounter: loopCounter + 2}"),
        "s>t1 t1>e",
        "1 1",
        {"loopCounter": 0},
    ),
    Case(
        "loop that is tested after",
        SE + work("t1", loop("false")) + work("t2"),
        "s>t1 t1>t2 t2>e",
        "1 2",
    ),
    Case(
        "loop that is tested before",
        SE + work("t1", loop("false", 'testBefore="true"')) + work("t2"),
        "s>t1 t1>t2 t2>e",
        "2",
    ),
    Case(
        "send task",
        SE + node("sendTask", "x", "", 'messageRef="M1"') + work("t1"),
        "s>x x>t1 t1>e",
        "1 8",
        more=WAITS,
        beside="other",
    ),
    Case(
        "receive task",
        SE + throw("th", MESSAGE) + work("t1"),
        "s>th th>t1 t1>e",
        "1 8",
        more=called(
            "other",
            start("os") + node("receiveTask", "r", "", 'messageRef="M1"') + work("t8") + end("oe"),
            "os>r r>t8 t8>oe",
        ),
        beside="other",
    ),
    Case(
        "receive task that begins an instance",
        SE + throw("th", MESSAGE) + work("t1"),
        "s>th th>t1 t1>e",
        "1 8",
        more=called(
            "other",
            node("receiveTask", "r", "", 'messageRef="M1" instantiate="true"') + work("t8"),
            "r>t8",
        ),
    ),
    Case(
        "sub-process without a start event",
        SE + scope("p", work("t1") + work("t2") + work("t3"), "t1>t3") + work("t4"),
        "s>p p>t4 t4>e",
        "1 2 3 4",
    ),
    *[
        Case(
            f"ad hoc, {ordering}",
            SE
            + scope("p", work("t1") + work("t2"), "", tag=AD_HOC, more=f'ordering="{ordering}"')
            + work("t3"),
            "s>p p>t3 t3>e",
            "1 2 3",
        )
        for ordering in ("Sequential", "Parallel")
    ],
    Case(
        "ad hoc until it is enough, beside an event sub-process",
        SE
        + scope(
            "p",
            throw("th", signal())
            + work("t1")
            + work("t2")
            + handler("h", signal(), "t5", interrupts=False),
            "th>t1",
            tag=AD_HOC,
            inner="<completionCondition>true</completionCondition>",
        )
        + work("t3"),
        "s>p p>t3 t3>e",
        "2 5 3",
    ),
    Case(
        "ad hoc, with flows inside",
        SE + scope("p", work("t1") + work("t2") + work("t3"), "t1>t2", tag=AD_HOC),
        "s>p p>e",
        "1 2 3",
    ),
    Case(
        "ad hoc in sequence, with more than tasks",
        SE
        + scope(
            "p",
            around("q", "t1") + catch("w", timer("Duration", "PT2S")) + work("t2") + work("t3"),
            "w>t2",
            tag=AD_HOC,
            more='ordering="Sequential"',
        ),
        "s>p p>e",
        "1 2 3",
        advance="PT5S",
        ordered=True,
    ),
    Case(
        "ad hoc until it is enough",
        SE
        + scope(
            "p",
            work("t1") + work("t2") + work("t3"),
            "",
            tag=AD_HOC,
            inner="<completionCondition>true</completionCondition>",
        )
        + work("t4"),
        "s>p p>t4 t4>e",
        "1 4",
    ),
    Case(
        "a terminate event ends a sub-process only",
        SE
        + scope(
            "p",
            start("ps")
            + gateway("parallel", "g")
            + catch("w", timer("Duration", "PT9S"))
            + work("t1")
            + end("pe", "<terminateEventDefinition/>")
            + end("pf"),
            "ps>g g>w w>t1 t1>pf g>pe",
        )
        + work("t2"),
        "s>p p>t2 t2>e",
        "2",
    ),
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_activity(case: Case) -> None:
    assert run_case(case) == expected(case)


@pytest.mark.parametrize("remaining", ["true", "false"])
def test_people_choose_the_order_in_an_ad_hoc_sub_process(remaining: str) -> None:
    enough = "<completionCondition>enough = true</completionCondition>"
    more = f'cancelRemainingInstances="{remaining}"'
    nodes = SE + scope("p", user("a") + user("b"), "", tag=AD_HOC, inner=enough, more=more)
    source = {"a.bpmn": Case("", nodes, "s>p p>e", "").xml()}

    under_way = run_diagram(source, "main", answers={"b": {"enough": False}}, partial=True)
    done = run_diagram(source, "main", answers={"b": {"enough": True}})

    assert {one.element_id: one.status for one in under_way.user_tasks} == {
        "a": "ready",
        "b": "completed",
    }
    assert done.status == "completed"
    assert {one.element_id: one.status for one in done.user_tasks} == {
        "a": "cancelled",
        "b": "completed",
    }
    assert done.data == {"enough": True}


@pytest.mark.parametrize(("remaining", "worked"), [("true", "2"), ("false", "1 2")])
def test_what_has_begun_in_an_ad_hoc_sub_process_may_end(remaining: str, worked: str) -> None:
    slow = catch("w", timer("Duration", "PT2S")) + work("t1")
    slow = scope("q", start("qs") + slow + end("qe"), "qs>w w>t1 t1>qe")
    enough = "<completionCondition>true</completionCondition>"
    more = f'cancelRemainingInstances="{remaining}"'
    nodes = SE + scope("p", slow + work("t2"), "", tag=AD_HOC, inner=enough, more=more)
    case = Case("", nodes, "s>p p>e", worked, advance="PT5S")

    assert run_case(case) == expected(case)


def associated(kind: str, source: str, target: str, inner: str = "") -> str:
    """Write a data association."""
    sources = f"<sourceRef>{source}</sourceRef>" if source else ""
    name = f"data{kind}Association"
    return f"<{name}>{sources}<targetRef>{target}</targetRef>{inner}</{name}>"


DECLARED = (
    '<dataObject id="o" name="paper"/><dataObjectReference id="ref" dataObjectRef="o"/>'
    '<dataStoreReference id="store" name="archive"/>'
)
SPECIFICATION = (
    '<ioSpecification><dataInput id="in" name="given"/><dataOutput id="out" name="result"/>'
    "</ioSpecification>"
)


@pytest.mark.parametrize(
    ("association", "script", "data"),
    [
        (associated("Output", "out", "ref"), '{result: "x"}', {"result": "x", "paper": "x"}),
        (
            associated(
                "Output", "out", "ref", "<transformation>upper case(result)</transformation>"
            ),
            '{result: "x"}',
            {"result": "x", "paper": "X"},
        ),
        (
            associated(
                "Output",
                "",
                "ref",
                "<assignment><from>= 1 + 1</from><to>ref</to></assignment>",
            ),
            "{}",
            {"paper": 2},
        ),
        (associated("Input", "ref", "in"), "{seen: given}", {"given": None, "seen": None}),
        (associated("Output", "out", "ref"), '{paper: "x"}', {"paper": "x"}),
        (associated("Input", "ref", "drawn"), "{}", {}),
        (associated("Input", "store", "drawn"), "{}", {}),
    ],
)
def test_data_associations_carry_values(
    association: str, script: str, data: dict[str, Any]
) -> None:
    drawn = '<property id="drawn" name="__targetRef_placeholder"/>'
    nodes = DECLARED + SE + work("t1", SPECIFICATION + drawn + association, script=script)

    trace = run_diagram({"a.bpmn": Case("", nodes, "s>t1 t1>e", "").xml()}, "main")

    assert trace.data == data


@pytest.mark.parametrize("tag", ["subProcess", "transaction", "adHocSubProcess", "callActivity"])
def test_data_associations_carry_values_into_scopes(tag: str) -> None:
    carried = SPECIFICATION + associated("Input", "ref", "in") + associated("Output", "out", "ref")
    inside = work("t1", script='{result: "got " + given}')
    begun = start("ps") + inside + end("pe")
    flow_text = "ps>t1 t1>pe"
    if tag == "callActivity":
        scoped = node(tag, "p", carried, 'calledElement="other"')
        more = called("other", begun, flow_text)
    elif tag == AD_HOC:
        scoped, more = scope("p", inside, "", tag=tag, inner=carried), ""
    else:
        scoped, more = scope("p", begun, flow_text, tag=tag, inner=carried), ""
    case = Case("", DECLARED + SE + scoped, "s>p p>e", "", more=more)

    trace = run_diagram({"a.bpmn": case.xml()}, "main", variables={"paper": "x"})

    assert trace.data["paper"] == "got x"


def test_data_whose_id_is_no_variable_is_carried() -> None:
    declared = '<dataObject id="data-1" name="the paper"/>'
    specification = '<ioSpecification><dataOutput id="out-1" name="the result"/></ioSpecification>'
    task = work(
        "t1",
        specification + associated("Output", "out-1", "data-1"),
        script='{out_1: "x"}',
    )

    trace = run_diagram({"a.bpmn": Case("", declared + SE + task, "s>t1 t1>e", "").xml()}, "main")

    assert trace.data == {"out_1": "x", "data_1": "x"}


def test_call_gives_what_its_mappings_and_its_data_associations_say() -> None:
    carried = (
        '<extensionElements><camunda:in source="n" target="m"/>'
        '<camunda:out source="o" target="q"/></extensionElements>'
        + SPECIFICATION
        + associated("Input", "ref", "in")
        + associated("Output", "out", "ref")
    )
    nodes = DECLARED + SE + node("callActivity", "p", carried, 'calledElement="other"')
    inside = start("os") + work("t1", script="{result: given + m, o: m * 2}") + end("oe")
    case = Case("", nodes, "s>p p>e", "", more=called("other", inside, "os>t1 t1>oe"))

    trace = run_diagram({"a.bpmn": case.xml()}, "main", variables={"paper": 1, "n": 2})

    assert trace.data == {"paper": 3, "n": 2, "q": 4}


ITEMS = (
    "<loopDataInputRef>{}</loopDataInputRef><loopDataOutputRef>{}</loopDataOutputRef>"
    '<inputDataItem id="ii" name="item"/><outputDataItem id="oi" name="made"/>'
)
LISTS = '<dataObject id="l1" name="papers"/><dataObject id="l2" name="copies"/>'


@pytest.mark.parametrize("sequential", [True, False])
@pytest.mark.parametrize("by_association", [True, False])
def test_standard_data_of_several_instances(sequential: bool, by_association: bool) -> None:
    carried = SPECIFICATION + associated("Input", "l1", "in") + associated("Output", "out", "l2")
    source = ("in", "out") if by_association else ("l1", "l2")
    repeated = (
        f'<multiInstanceLoopCharacteristics isSequential="{int(sequential)}">'
        f"{ITEMS.format(*source)}</multiInstanceLoopCharacteristics>"
    )
    task = work("t1", (carried if by_association else "") + repeated, script="{made: item * 10}")

    trace = run_diagram(
        {"a.bpmn": Case("", LISTS + SE + task, "s>t1 t1>e", "").xml()},
        "main",
        variables={"papers": [1, 2, 3]},
    )

    assert trace.data == {"papers": [1, 2, 3], "copies": [10, 20, 30]}


def test_check_knows_the_variables_of_standard_data() -> None:
    said = (
        '<extensionElements><camunda:properties><camunda:property name="jc:variables" '
        'value="papers: list"/></camunda:properties></extensionElements>'
    )
    enough = (
        "<completionCondition>numberOfCompletedInstances + loopCounter > {}</completionCondition>"
    )
    repeated = (
        f"<multiInstanceLoopCharacteristics>{ITEMS.format('l1', 'l2')}{enough}"
        "</multiInstanceLoopCharacteristics>"
    )
    made = work("t1", repeated.format("9"), script="{made: item * 10}")
    nodes = LISTS + start("s", said) + made + work("t2", script="{n: count(copies)}") + end()
    known = Case("", nodes, "s>t1 t1>t2 t2>e", "").xml()
    wrong = Case("", nodes.replace("> 9", "> limit"), "s>t1 t1>t2 t2>e", "").xml()

    without_facts = Environment(providers=Providers(facts={}))
    assert [one.code for one in prepare_diagram(known, without_facts).findings] == []
    assert [one.code for one in prepare_diagram(wrong, without_facts).findings] == [
        "unknown_variable"
    ]


@pytest.mark.parametrize("name", ["sid-3F2A-77", "_9a", "a-", "_"])
@pytest.mark.parametrize("tag", ["scriptTask", "subProcess"])
def test_ids_of_other_tools_run(name: str, tag: str) -> None:
    inner = work("X") if tag == "scriptTask" else around("X", "t1", inner=several("2"))
    nodes = SE + inner + boundary("b", "X", signal()) + undone("X", "t2") + end("e2")
    xml = Case("", nodes + throw("th", COMPENSATE), "s>X X>th th>e b>e2", "").xml()
    renamed = xml.replace(b'"X"', f'"{name}"'.encode()).replace(b"X_", b"f_")

    trace = run_diagram({"a.bpmn": renamed}, "main")

    assert trace.status == "completed"
    assert name in trace.elements
