"""Events: what is caught where, what goes on beside it, what it stops."""

from itertools import pairwise

import pytest

from tests.engine.constructs.writing import (
    CANCEL,
    ERROR,
    ESCALATION,
    MESSAGE,
    SE,
    TERMINATE,
    Case,
    boundary,
    called,
    catch,
    end,
    expected,
    gateway,
    handler,
    node,
    referred,
    run_case,
    scope,
    signal,
    start,
    throw,
    timer,
    work,
)

PASS = "s>p p>t4 t4>e b>t3 t3>e2"
STARTED = called("other", start("os", signal()) + work("t8") + end("oe"), "os>t8 t8>oe")
CALLED = called("other", start("os", MESSAGE) + work("t8") + end("oe"), "os>t8 t8>oe")


def thrown(event: str, caught: str, *, interrupts: bool, tag: str = "subProcess") -> str:
    """Write a sub-process that throws on its way, with a boundary event."""
    inner = start("ps") + work("t1") + throw("th", event) + work("t2") + end("pe")
    return (
        SE
        + scope("p", inner, "ps>t1 t1>th th>t2 t2>pe", tag=tag)
        + boundary("b", "p", caught, interrupts=interrupts)
        + work("t3")
        + work("t4")
        + end("e2")
    )


def ended(event: str, caught: str, tag: str = "subProcess") -> str:
    """Write a sub-process that ends with an event, with a boundary event."""
    return (
        SE
        + scope("p", start("ps") + work("t1") + end("pe", event), "ps>t1 t1>pe", tag=tag)
        + boundary("b", "p", caught)
        + work("t3")
        + work("t4")
        + end("e2")
    )


def handled(event: str, caught: str, *, interrupts: bool) -> str:
    """Write a sub-process that throws on its way, with an event sub-process."""
    inner = start("ps") + throw("th", event) + work("t1") + end("pe")
    inner += handler("h", caught, "t2", interrupts=interrupts)
    return SE + scope("p", inner, "ps>th th>t1 t1>pe") + work("t3")


def waiting(event: str, *, interrupts: bool, inside: str = "PT5S", at: str = "edge") -> str:
    """Write a sub-process that takes time, with an event at its edge or a handler in it."""
    inner = start("ps") + catch("w", timer("Duration", inside)) + work("t1") + end("pe")
    if at == "inside":
        inner += handler("h", event, "t3", interrupts=interrupts)
        return SE + scope("p", inner, "ps>w w>t1 t1>pe") + work("t4")
    edge = boundary("b", "p", event, interrupts=interrupts) + work("t3") + end("e2")
    return SE + scope("p", inner, "ps>w w>t1 t1>pe") + edge + work("t4")


def gathered(catches: str, throws: str, more: str = "") -> Case:
    """Write a catch event with several signals, and who throws which."""
    names = throws.split()
    chain = "".join(f" th{one}>" + f"th{two}" for one, two in pairwise(names))
    tail = f" g>th{names[0]}{chain} th{names[-1]}>e2" if names else " g>e2"
    both = catch("c", "".join(signal(one) for one in catches.split()), more)
    return Case(
        f"{'all' if more else 'any'} of {catches}, thrown: {throws or 'none'}",
        SE
        + gateway("parallel", "g")
        + both
        + work("t1")
        + "".join(throw(f"th{one}", signal(one)) for one in names)
        + end("e2"),
        "s>g g>c c>t1 t1>e" + tail,
        "1" if set(names) >= set(catches.split()) or (names and not more) else "",
        status="completed"
        if set(names) >= set(catches.split()) or (names and not more)
        else "running",
    )


def thrown_twice(event: str, *, inside: bool) -> Case:
    """Write two branches that throw at once; each must be caught, by the nearest handler."""
    inner = start("ps") + gateway("parallel", "g") + throw("th1", event) + throw("th2", event)
    inner += end("pe") + end("pe2")
    if inside:
        inner += handler("h", event, "t1", interrupts=False)
    flows = "ps>g g>th1 g>th2 th1>pe th2>pe2"
    edge = boundary("b", "p", event, interrupts=False) + work("t1" if not inside else "t2")
    outer = start("os") + scope("p", inner, flows) + end("oe") + edge + end("oe2")
    outer_edge = boundary("b2", "o", event, interrupts=False) + work("t3") + end("e2")
    place = "event sub-process" if inside else "boundary event"
    return Case(
        f"two branches throw at once, {place}",
        SE
        + scope("o", outer, f"os>p p>oe b>{'t2' if inside else 't1'} t{2 if inside else 1}>oe2")
        + outer_edge,
        "s>o o>e b2>t3 t3>e2",
        "1 1",
    )


ALL = 'parallelMultiple="true"'
CASES = [
    *[thrown_twice(ESCALATION, inside=inside) for inside in (False, True)],
    *[
        Case(
            f"{name} at the edge, {'interrupting' if stops else 'not interrupting'}",
            thrown(event, caught, interrupts=stops),
            PASS,
            "1 3" if stops else "1 2 3 4",
        )
        for name, event, caught in (
            ("signal", signal(), signal()),
            ("escalation", ESCALATION, ESCALATION),
            ("escalation of any code", ESCALATION, "<escalationEventDefinition/>"),
            ("signal referred to", signal(), referred("SD")),
        )
        for stops in (True, False)
    ],
    *[
        Case(
            f"interrupting, spelt {spelt!r}",
            thrown(signal(), signal(), interrupts=stops).replace(str(stops).lower(), spelt),
            PASS,
            "1 3" if stops else "1 2 3 4",
        )
        for spelt, stops in (("1", True), (" true ", True), ("0", False))
    ],
    *[
        Case(f"{name} by a name with a prefix", thrown(event, event, interrupts=True), PASS, "1 3")
        for name, event in (
            ("signal", signal("b:S1")),
            ("escalation", ESCALATION.replace("X1", " b:X1 ")),
        )
    ],
    *[
        Case(f"{name} at the end of a {tag}", ended(event, caught, tag), PASS, "1 3")
        for name, event, caught in (
            ("error", ERROR, ERROR),
            ("error of any code", ERROR, "<errorEventDefinition/>"),
            ("escalation", ESCALATION, ESCALATION),
            ("signal", signal(), signal()),
        )
        for tag in ("subProcess", "transaction")
    ],
    Case("cancelled transaction", ended(CANCEL, CANCEL, "transaction"), PASS, "1 3"),
    Case("uncaught error fails", start() + work("t1") + end("e", ERROR), "s>t1 t1>e", "1",
         status="failed"),
    Case("uncaught error by reference", start() + work("t1") + end("e", referred("ED")),
         "s>t1 t1>e", "1", status="failed"),
    Case("uncaught escalation is let be", start() + work("t1") + end("e", ESCALATION),
         "s>t1 t1>e", "1"),
    Case(
        "error ends what runs beside it",
        start()
        + gateway("parallel", "g")
        + catch("w", timer("Duration", "PT9S"))
        + work("t1")
        + end()
        + end("x", ERROR),
        "s>g g>w w>t1 t1>e g>x",
        "",
        status="failed",
    ),
    *[
        Case(
            f"{name} that has an id only",
            thrown(event, event, interrupts=True)
            if name != "error"
            else ended(event, event),
            PASS,
            "1 3",
            more=f'<{name} id="bare"/>',
        )
        for name, event in (
            ("signal", signal("bare")),
            ("error", ERROR.replace("E1", "bare")),
            ("escalation", ESCALATION.replace("X1", "bare")),
        )
    ],
    Case(
        "messages by their operation",
        SE + node("sendTask", "x", "", 'operationRef="b:op"') + work("t1"),
        "s>x x>t1 t1>e",
        "1 8",
        more='<message id="bare"/><interface id="i"><operation id="op">'
        "<inMessageRef>bare</inMessageRef></operation></interface>"
        + called(
            "other",
            start(
                "os",
                "<messageEventDefinition><operationRef>op</operationRef></messageEventDefinition>",
            )
            + work("t8")
            + end("oe"),
            "os>t8 t8>oe",
        ),
    ),
    Case(
        "escalation of a called process",
        SE
        + node("callActivity", "p", "", 'calledElement="other"')
        + boundary("b", "p", ESCALATION)
        + work("t3")
        + work("t4")
        + end("e2"),
        PASS,
        "3",
        more=called("other", start("os") + end("oe", ESCALATION), "os>oe"),
    ),
    Case(
        "error of one of several instances stays with its own",
        SE
        + scope(
            "p",
            start("ps")
            + scope(
                "q",
                start("qs")
                + gateway("exclusive", "g", 'default="d"')
                + end("qf", ERROR)
                + work("t1")
                + end("qe"),
                "qs>g g>qf[i = 2] g>t1#d t1>qe",
            )
            + boundary("b", "q", ERROR)
            + work("t2")
            + end("pe")
            + end("pf"),
            "ps>q q>pe b>t2 t2>pf",
            inner='<multiInstanceLoopCharacteristics camunda:collection="= [1, 2, 3]" '
            'camunda:elementVariable="i"/>',
        ),
        "s>p p>e",
        "1 1 2",
    ),
    *[
        Case(
            f"{name} in an event sub-process, {'interrupting' if stops else 'not interrupting'}",
            handled(event, caught, interrupts=stops),
            "s>p p>t3 t3>e",
            "2 3" if stops else "1 2 3",
        )
        for name, event, caught in (
            ("signal", signal(), signal()),
            ("escalation", ESCALATION, ESCALATION),
        )
        for stops in (True, False)
    ],
    *[
        Case(
            f"error in an event sub-process{' by reference' if caught != ERROR else ''}",
            SE
            + scope(
                "p",
                start("ps") + work("t1") + end("pe", ERROR) + handler("h", caught, "t2"),
                "ps>t1 t1>pe",
            )
            + work("t3"),
            "s>p p>t3 t3>e",
            "1 2 3",
        )
        for caught in (ERROR, referred("ED"))
    ],
    Case(
        "event sub-process of a called process",
        SE + node("callActivity", "p", "", 'calledElement="other"') + work("t3"),
        "s>p p>t3 t3>e",
        "2 3",
        more=called(
            "other",
            start("os") + throw("th", signal()) + work("t1") + end("oe")
            + handler("h", signal(), "t2"),
            "os>th th>t1 t1>oe",
        ),
    ),
    Case(
        "timer at the edge, interrupting",
        waiting(timer("Duration", "PT2S"), interrupts=True),
        PASS,
        "3",
        advance="PT9S",
    ),
    Case(
        "timer at the edge, not interrupting",
        waiting(timer("Duration", "PT2S"), interrupts=False),
        PASS,
        "1 3 4",
        advance="PT9S",
    ),
    Case(
        "cycle at the edge",
        waiting(timer("Cycle", "R4/PT5S"), interrupts=False, inside="PT40S"),
        PASS,
        "1 3 3 3 3 4",
        advance="PT65S",
    ),
    Case(
        "cycle in an event sub-process",
        waiting(timer("Cycle", "R4/PT5S"), interrupts=False, inside="PT30S", at="inside"),
        "s>p p>t4 t4>e",
        "1 3 3 3 3 4",
        advance="PT65S",
    ),
    Case(
        "timer in an event sub-process",
        waiting(timer("Duration", "PT2S"), interrupts=True, at="inside"),
        "s>p p>t4 t4>e",
        "3 4",
        advance="PT9S",
    ),
    *[
        Case(
            f"cycle in a flow, {cycle}",
            SE + catch("w", timer("Cycle", cycle)) + work("t1"),
            "s>w w>t1 t1>e",
            worked,
            advance="PT9S",
        )
        for cycle, worked in (
            ("R4/PT1S", "1 1 1 1"),
            ("R1/PT1S", "1"),
            ("R/PT1S", "1"),
            ('= "R" + string(2) + "/PT1S"', "1 1"),
        )
    ],
    Case(
        "cycle in a flow, behind an event-based gateway",
        SE
        + gateway("eventBased", "g")
        + catch("w", timer("Cycle", "R4/PT1S"))
        + catch("c", signal())
        + work("t1"),
        "s>g g>w g>c w>t1 c>t1 t1>e",
        "1",
        advance="PT9S",
    ),
    Case(
        "cycle in a flow, at a join",
        SE
        + gateway("parallel", "g")
        + catch("w", timer("Cycle", "R2/PT1S"))
        + work("t1")
        + work("t2")
        + gateway("inclusive", "j")
        + work("t3"),
        "s>g g>w w>t1 t1>j g>t2 t2>j j>t3 t3>e",
        "1 1 2 3 3",
        advance="PT9S",
    ),
    Case(
        "timer by reference",
        SE + catch("w", referred("TD")) + work("t1"),
        "s>w w>t1 t1>e",
        "1",
        advance="PT5S",
    ),
    Case(
        "terminate",
        start() + gateway("parallel", "g") + end("x", TERMINATE)
        + catch("w", timer("Duration", "PT9S")) + work("t1") + end(),
        "s>g g>x g>w w>t1 t1>e",
        "",
    ),
    Case(
        "a signal is for those who wait when it is thrown",
        SE + throw("th", signal()) + catch("c", signal()) + work("t1"),
        "s>th th>c c>t1 t1>e",
        "",
        status="running",
    ),
    Case(
        "a signal reaches another branch",
        SE + gateway("parallel", "g") + catch("c", signal()) + work("t1") + throw("th", signal())
        + end("e2"),
        "s>g g>c c>t1 t1>e g>th th>e2",
        "1",
    ),
    Case("a signal begins a process", SE + throw("th", signal()) + work("t1"),
         "s>th th>t1 t1>e", "1 8", more=STARTED),
    Case("a signal at the end", start() + work("t1") + end("e", signal()),
         "s>t1 t1>e", "1 8", more=STARTED),
    Case(
        "a signal reaches another instance",
        SE + throw("th", signal()) + work("t1"),
        "s>th th>t1 t1>e",
        "1 8",
        more=called("other", start("os") + catch("oc", signal()) + work("t8") + end("oe"),
                    "os>oc oc>t8 t8>oe"),
        beside="other",
    ),
    Case("a message begins a process", SE + throw("th", MESSAGE) + work("t1"),
         "s>th th>t1 t1>e", "1 8", more=CALLED),
    *[
        Case(
            f"an event-based gateway begins a process: {name}",
            SE + throw("th", event) + work("t1"),
            "s>th th>t1 t1>e",
            f"1 {worked}",
            more=called(
                "other",
                gateway("eventBased", "g", 'instantiate="true"')
                + catch("c", signal())
                + node("receiveTask", "r", "", 'messageRef="M1"')
                + work("t7") + work("t8") + end("oe"),
                "g>c g>r c>t7 r>t8 t7>oe t8>oe",
            ),
        )
        for name, event, worked in (("signal", signal(), "7"), ("message", MESSAGE, "8"))
    ],
    Case("a message at the end", start() + work("t1") + end("e", MESSAGE),
         "s>t1 t1>e", "1 8", more=CALLED),
    gathered("S1 S2", "S2 S1", ALL),
    gathered("S1 S2", "S1", ALL),
    gathered("S1 S2", "S1"),
    gathered("S1 S2", "S2"),
    gathered("S1 S2", ""),
    Case(
        "one event throws two signals",
        SE
        + gateway("parallel", "g")
        + catch("c1", signal("S1"))
        + catch("c2", signal("S2"))
        + work("t1")
        + work("t2")
        + throw("th", signal("S1") + signal("S2"))
        + end("e2")
        + end("e3"),
        "s>g g>c1 c1>t1 t1>e g>c2 c2>t2 t2>e3 g>th th>e2",
        "1 2",
    ),
]  # fmt: skip


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_event(case: Case) -> None:
    assert run_case(case) == expected(case)
