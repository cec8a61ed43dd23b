"""Flows and gateways: what is taken, what is waited for, what is refused."""

import pytest

from tests.engine.constructs.writing import (
    SE,
    Case,
    catch,
    end,
    expected,
    gateway,
    run_case,
    signal,
    start,
    throw,
    timer,
    work,
)

A, B, C = 'contains(test, "a")', 'contains(test, "b")', 'contains(test, "c")'
TWO, THREE = work("t1") + work("t2"), work("t1") + work("t2") + work("t3")
ENDS = end("e2") + end("e3")
CHOICE = f"s>g g>t1[{A}] g>t2[{B}] "
JOINED = CHOICE + "t1>j t2>j j>t3 t3>e"


def given(test: str) -> dict[str, str]:
    return {"test": test}


def table(name: str, nodes: str, text: str, *rows: tuple[str, str]) -> list[Case]:
    return [Case(f"{name}: {test}", nodes, text, worked, given(test)) for test, worked in rows]


def between(fork: str, join: str) -> str:
    return SE + gateway(fork, "g") + THREE + gateway(join, "j")


COUNTED = "<activationCondition>activationCount >= {}</activationCondition>"
PLAIN = SE + work("st") + TWO + end("e2")
DEFAULT = SE + work("st", more='default="d"') + THREE + ENDS
CASES = [
    Case(
        "lanes do not change the flow",
        '<laneSet id="ls"><lane id="l1"><flowNodeRef>t1</flowNodeRef></lane>'
        '<lane id="l2"><flowNodeRef>t2</flowNodeRef></lane></laneSet>' + SE + TWO,
        "s>t1 t1>t2 t2>e",
        "1 2",
        ordered=True,
    ),
    *table(
        "conditional and plain flow out of a task",
        PLAIN,
        f"s>st st>t1[{A}] st>t2 t1>e t2>e2",
        ("a", "1 2"),
        ("b", "2"),
    ),
    *table(
        "conditional and default flow out of a task",
        SE + work("st", more='default="d"') + TWO + end("e2"),
        f"s>st st>t1[{A}] st>t2#d t1>e t2>e2",
        ("a", "1"),
        ("b", "2"),
    ),
    *table(
        "conditional, default and plain flow",
        DEFAULT,
        f"s>st st>t1[{A}] st>t2#d st>t3 t1>e t2>e2 t3>e3",
        ("a", "1 3"),
        ("b", "2 3"),
    ),
    *table(
        "several conditional flows and a default",
        DEFAULT,
        f"s>st st>t1[{A}] st>t2[{B}] st>t3#d t1>e t2>e2 t3>e3",
        ("a", "1"),
        ("b", "2"),
        ("c", "3"),
        ("ab", "1 2"),
        ("bc", "2"),
    ),
    Case(
        "split and merge without gateways",
        SE + THREE + work("t4"),
        "s>t1 t1>t2 t1>t3 t2>t4 t3>t4 t4>e",
        "1 2 3 4 4",
    ),
    *table("exclusive", between("exclusive", "exclusive"), JOINED, ("a", "1 3"), ("ab", "1 3")),
    Case(
        "exclusive without a way",
        between("exclusive", "exclusive"),
        JOINED,
        "",
        given("c"),
        "incident",
    ),
    *table(
        "exclusive fork, inclusive join",
        between("exclusive", "inclusive"),
        JOINED,
        ("a", "1 3"),
        ("b", "2 3"),
        ("ab", "1 3"),
    ),
    *table(
        "inclusive",
        between("inclusive", "inclusive"),
        JOINED,
        ("a", "1 3"),
        ("b", "2 3"),
        ("ab", "1 2 3"),
    ),
    *table(
        "inclusive fork, exclusive join",
        between("inclusive", "exclusive"),
        JOINED,
        ("a", "1 3"),
        ("ab", "1 3 2 3"),
    ),
    Case(
        "inclusive without a way",
        between("inclusive", "inclusive"),
        JOINED,
        "",
        given("c"),
        "incident",
    ),
    *table(
        "inclusive with a default",
        SE + gateway("inclusive", "g", 'default="d"') + THREE + ENDS,
        CHOICE + "g>t3#d t1>e t2>e2 t3>e3",
        ("c", "3"),
        ("ab", "1 2"),
    ),
    Case(
        "parallel",
        between("parallel", "parallel"),
        "s>g g>t1 g>t2 t1>j t2>j j>t3 t3>e",
        "1 2 3",
    ),
    *[
        Case(
            f"two tokens of one flow at {join} join",
            SE
            + gateway("parallel", "g")
            + THREE
            + catch("w", timer("Duration", "PT1S"))
            + gateway("exclusive", "m")
            + gateway(join.split()[1], "j")
            + work("t4"),
            "s>g g>t1 g>t2 g>w t1>m t2>m w>t3 t3>j m>j j>t4 t4>e",
            worked,
            status=status,
            advance="PT5S",
        )
        for join, worked, status in (
            ("a parallel", "1 2 3 4", "incident"),
            ("an inclusive", "1 2 3 4 4", "completed"),
        )
    ],
    Case(
        "conditions behind a parallel gateway have no effect",
        between("parallel", "parallel"),
        f"s>g g>t1[{A}] g>t2[{B}] t1>j t2>j j>t3 t3>e",
        "1 2 3",
        given("c"),
    ),
    Case(
        "parallel fork, exclusive join",
        between("parallel", "exclusive"),
        "s>g g>t1 g>t2 t1>j t2>j j>t3 t3>e",
        "1 3 2 3",
    ),
    Case(
        "parallel fork, inclusive join",
        between("parallel", "inclusive"),
        "s>g g>t1 g>t2 t1>j t2>j j>t3 t3>e",
        "1 2 3",
    ),
    *table(
        "complex fork is an inclusive one",
        SE + gateway("complex", "g", 'default="d"') + THREE + ENDS,
        CHOICE + "g>t3#d t1>e t2>e2 t3>e3",
        ("a", "1"),
        ("c", "3"),
        ("ab", "1 2"),
    ),
    *table(
        "complex join goes on with the first token and takes in the others",
        SE
        + gateway("complex", "g")
        + THREE
        + gateway("complex", "j", inner=COUNTED.format(1))
        + work("t4"),
        CHOICE + f"g>t3[{C}] t1>j t2>j t3>j j>t4 t4>e",
        ("a", "1 4"),
        ("ab", "1 2 4"),
        ("abc", "1 2 3 4"),
    ),
    Case(
        "complex join waits for two of three",
        SE
        + gateway("parallel", "g")
        + TWO
        + catch("w", timer("Duration", "PT2S"))
        + work("t3")
        + gateway("complex", "j", inner=COUNTED.format(2))
        + work("t4"),
        "s>g g>t1 g>t2 g>w w>t3 t1>j t2>j t3>j j>t4 t4>e",
        "1 2 4 3",
        advance="PT5S",
        ordered=True,
    ),
    Case(
        "complex join whose condition never holds",
        SE + gateway("parallel", "g") + TWO + gateway("complex", "j", inner=COUNTED.format(3)),
        "s>g g>t1 g>t2 t1>j t2>j j>e",
        "1 2",
        status="incident",
    ),
    Case(
        "event-based gateway takes the first",
        SE
        + gateway("parallel", "g")
        + gateway("eventBased", "eg")
        + catch("c1", signal("S1"))
        + catch("c2", signal("S2"))
        + TWO
        + catch("w", timer("Duration", "PT2S"))
        + throw("th", signal("S2"))
        + end("e2"),
        "s>g g>eg eg>c1 eg>c2 c1>t1 c2>t2 t1>e t2>e g>w w>th th>e2",
        "2",
        advance="PT5S",
    ),
    Case(
        "tokens given and needed",
        SE
        + work("t1", more='completionQuantity="2"')
        + work("t2")
        + work("t3", more='startQuantity="2"'),
        "s>t1 t1>t2 t2>t3 t3>e",
        "1 2 2 3",
    ),
    Case(
        "tokens of two flows",
        SE + THREE + work("t4", more='startQuantity="2"'),
        "s>t1 t1>t2 t1>t3 t2>t4 t3>t4 t4>e",
        "1 2 3 4",
    ),
    Case(
        "four tokens serve a need of two twice",
        SE + work("t1", more='completionQuantity="4"') + work("t2", more='startQuantity="2"'),
        "s>t1 t1>t2 t2>e",
        "1 2 2",
    ),
    Case(
        "a token too few waits, and is reported",
        SE + work("t1") + work("t2", more='startQuantity="2"'),
        "s>t1 t1>t2 t2>e",
        "1",
        status="incident",
    ),
    Case(
        "process without start and end events",
        TWO + work("t3"),
        "t1>t3",
        "1 2 3",
    ),
    Case(
        "process without a start event, beside what is reached otherwise",
        throw("th", '<linkEventDefinition name="L"/>')
        + catch("ca", '<linkEventDefinition name="L"/>')
        + work("t1"),
        "ca>t1",
        "1",
    ),
    Case(
        "link",
        SE
        + throw("th", '<linkEventDefinition name="L"/>')
        + catch("ca", '<linkEventDefinition name="L"/>')
        + work("t1"),
        "s>th ca>t1 t1>e",
        "1",
    ),
    *[
        Case(
            f"arbitrary cycles: {number}",
            SE
            + gateway("exclusive", "m1")
            + work("t1", script="{n: n + 1}")
            + gateway("exclusive", "g1")
            + gateway("exclusive", "m2")
            + work("t2", script="{n: n + 1}")
            + gateway("exclusive", "g2"),
            "s>m1 m1>t1 t1>g1 g1>m1[n < 2] g1>m2[n >= 2] m2>t2 t2>g2 g2>m2[n < 4] g2>e[n >= 4]",
            worked,
            {"n": number},
        )
        for number, worked in ((2, "1 2"), (1, "1 2 2"), (0, "1 1 2 2"))
    ],
]


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_flow(case: Case) -> None:
    assert run_case(case) == expected(case)


def test_start_has_a_flow_of_its_own() -> None:
    case = Case("implicit split at the start", start() + TWO + end() + end("e2"),
                "s>t1 s>t2 t1>e t2>e2", "1 2")  # fmt: skip
    assert run_case(case) == expected(case)
