"""One diagram for every finding, and diagrams that pass without any."""

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import pytest

from engine.diagrams import Environment, check_diagram, prepare_diagram, read_diagram
from engine.diagrams.checking.catalogue import MESSAGES
from tests.engine.diagrams.checking_cases import (
    CALL,
    CASES,
    CATCH,
    ELSEWHERE,
    EMPTY,
    GATEWAY,
    INNER,
    KNOWING,
    LINE,
    PROPERTY,
    SUB,
    E,
    S,
    task,
)


@pytest.mark.parametrize(
    ("code", "nodes", "flow_text"),
    [(code, *case) for code, cases in CASES.items() for case in cases],
)
def test_check_finds(
    draw: Any, codes: Callable[..., Any], code: str, nodes: str, flow_text: str
) -> None:
    assert code in codes(draw.document(draw.process(nodes, flow_text)))


@pytest.mark.parametrize("code", KNOWING)
def test_check_finds_what_does_not_exist(draw: Any, codes: Callable[..., Any], code: str) -> None:
    content = draw.document(draw.process(*KNOWING[code]))

    assert code in codes(content, environment=EMPTY)
    assert code not in codes(content)


def test_every_finding_has_a_case() -> None:
    assert CASES.keys() | KNOWING.keys() | ELSEWHERE == MESSAGES.keys()


@pytest.mark.parametrize("code", MESSAGES)
def test_every_finding_speaks_both_languages(code: str) -> None:
    message = MESSAGES[code]

    assert any("一" <= letter <= "鿿" for letter in message.zh)
    assert message.en.isascii() or "“" in message.en
    assert message.en != message.zh


def test_who_starts_a_process_must_be_a_post(draw: Any, codes: Callable[..., Any]) -> None:
    drawn = draw.document(draw.process(S + E, "s>e"))
    starters = b'<bpmn:process camunda:candidateStarterGroups="x"'
    content = drawn.replace(b"<bpmn:process", starters, 1)

    assert "unknown_group" in codes(content, environment=EMPTY)
    assert codes(content) == []


def test_no_process(draw: Any, codes: Callable[..., Any]) -> None:
    drawing = '<bpmn:process id="pool" isExecutable="false"><bpmn:task id="a"/></bpmn:process>'

    assert codes(draw.document(drawing)) == ["no_process"]
    assert codes(draw.document(drawing, draw.process(S + E, "s>e"))) == []


def test_process_id_must_be_the_file_name(draw: Any, codes: Callable[..., Any]) -> None:
    content = draw.document(draw.process(S + E, "s>e", name="score"))

    assert codes(content, key="score") == []
    assert codes(content, key="scores") == ["process_id_differs"]


def unjoined(count: int, gateway: str) -> tuple[str, str]:
    """Draw blocks of two parallel branches that meet in a task, or in a join."""
    nodes, edges = S + E, ["s>g0"]
    for number in range(count):
        nodes += "".join(f'<bpmn:task id="{side}{number}"/>' for side in "ab")
        nodes += f'<bpmn:parallelGateway id="g{number}"/><bpmn:{gateway} id="j{number}"/>'
        for side in "ab":
            edges += [f"g{number}>{side}{number}", f"{side}{number}>j{number}"]
        edges.append(f"j{number}>g{number + 1}" if number + 1 < count else f"j{number}>e")
    return nodes, " ".join(edges)


@pytest.mark.parametrize(
    ("count", "gateway", "expected"),
    [
        (8, "task", []),
        (9, "task", ["too_many_paths"]),
        (60, "task", ["too_many_paths"]),
        (60, "parallelGateway", []),
    ],
)
def test_parallel_branches_must_not_multiply(
    draw: Any, codes: Callable[..., Any], count: int, gateway: str, expected: list[str]
) -> None:
    assert codes(draw.document(draw.process(*unjoined(count, gateway)))) == expected


def test_joins_in_a_loop_are_predicted_through(draw: Any, codes: Callable[..., Any]) -> None:
    nodes, edges = unjoined(9, "parallelGateway")
    nodes += '<bpmn:exclusiveGateway id="again" default="out"/><bpmn:exclusiveGateway id="in"/>'
    edges = edges.replace("s>g0", "s>in in>g0").replace("j8>e", "j8>again again>e:out")
    content = draw.document(draw.process(nodes, edges + " again>in[x]"))

    assert codes(content) == ["too_many_paths"]


@pytest.mark.parametrize(
    "conditions",
    [
        ("x = true", "x = false"),
        ("x &gt;= 60", "x &lt; 60"),
        ("passed", "not(passed)"),
        ('x = "a"', 'x != "a"'),
        ("x", "true"),
        ('x = "=="', "true"),
    ],
)
def test_complementary_conditions_need_no_default(
    draw: Any, codes: Callable[..., Any], conditions: tuple[str, str]
) -> None:
    one, other = (text.replace("&lt;", "<").replace("&gt;", ">") for text in conditions)
    nodes = S + E + GATEWAY.format("exclusive", "") + task("a")
    content = draw.document(draw.process(nodes, f"s>g g>a[{one}] g>e[{other}] a>e"))

    assert codes(content) == []


def test_finding_names_the_element_and_the_line(draw: Any) -> None:
    nodes = f'{S}{E}\n<bpmn:scriptTask id="a" name="计算" scriptFormat="python"/>'
    (finding,) = check_diagram(read_diagram(draw.document(draw.process(nodes, LINE))))

    assert (finding.element_id, finding.element_name, finding.line) == ("a", "计算", 2)
    assert finding.message("zh-CN") == "脚本任务只能是 FEEL 上下文,不能用 python。"
    assert finding.message("en") == "A script task is a FEEL context; python is not run."


def test_errors_come_before_warnings(draw: Any) -> None:
    nodes = S + E + task("b", "", 'camunda:asyncBefore="1"') + "\n"
    nodes += GATEWAY.format("exclusive", 'default="x"')
    findings = check_diagram(read_diagram(draw.document(draw.process(nodes, "s>b b>g g>e"))))

    assert [one.code for one in findings] == ["bad_default", "ignored_attribute"]


def test_nested_data_objects_do_not_hang(draw: Any, codes: Callable[..., Any]) -> None:
    """SpiffWorkflow 3.2.0 searches for ever when the object lies two scopes further out."""
    deep = task(
        "d",
        "<bpmn:dataInputAssociation id='x'><bpmn:sourceRef>r</bpmn:sourceRef>"
        "</bpmn:dataInputAssociation>",
    )
    inner = f'<bpmn:subProcess id="b"><bpmn:startEvent id="bs"/>{deep}<bpmn:endEvent id="be"/>'
    inner += draw.flows("bs>d d>be") + "</bpmn:subProcess>"
    outer = SUB.format("", f"{INNER}{inner}{draw.flows('is>b b>ie')}")
    objects = '<bpmn:dataObject id="o"/><bpmn:dataObjectReference id="r" dataObjectRef="o"/>'
    content = draw.document(draw.process(objects + S + E + outer, LINE))

    assert codes(content) == []
    assert prepare_diagram(content).lowered is not None


def test_global_tasks_are_checked_too(draw: Any, codes: Callable[..., Any]) -> None:
    unknown = '<bpmn:globalScriptTask id="calculate" scriptFormat="python"/>'
    called = CALL.format('calledElement="calculate"', "")
    content = draw.document(draw.process(S + E + called, LINE), unknown)

    assert codes(content, environment=EMPTY) == ["script_format"]


def test_a_lane_gives_its_post_to_its_tasks(draw: Any, codes: Callable[..., Any]) -> None:
    lane = PROPERTY.format("jc:group", "reviewer") + "<bpmn:flowNodeRef>a</bpmn:flowNodeRef>"
    lanes = f'<bpmn:laneSet><bpmn:lane id="l">{lane}</bpmn:lane></bpmn:laneSet>'
    nodes = lanes + S + E + task("a", "", 'name="u" camunda:formRef="f"', "userTask")
    known = Environment(groups=["reviewer"], forms=["f"])
    content = draw.document(draw.process(nodes, LINE))

    assert codes(content, environment=known) == []
    assert codes(content, environment=EMPTY) == ["unknown_form", "unknown_group"]


def line(draw: Any, count: int, kind: str = "task") -> bytes:
    """Draw so many elements one after the other, start and end included."""
    ids = ["s", *(f"a{number}" for number in range(count - 2)), "e"]
    nodes = S + E + "".join(draw.node(kind, one) for one in ids[1:-1])
    edges = " ".join(f"{one}>{other}" for one, other in pairwise(ids))
    return draw.document(draw.process(nodes, edges))  # type: ignore[no-any-return]


@pytest.mark.parametrize(("count", "expected"), [(300, []), (301, ["too_many_nodes"])])
def test_a_scope_has_at_most_300_elements(
    draw: Any, codes: Callable[..., Any], count: int, expected: list[str]
) -> None:
    assert codes(line(draw, count)) == expected


def test_the_longest_process_runs(draw: Any, rehearse: Any) -> None:
    run = rehearse(line(draw, 300, "manualTask"))

    run.complete("a0")
    assert run.ready == ["a1"]


def test_a_huge_process_is_refused_once(draw: Any) -> None:
    prepared = prepare_diagram(line(draw, 1_500))

    assert [one.code for one in prepared.findings] == ["too_many_nodes"]


@pytest.mark.parametrize(
    ("definition", "code"),
    [
        ('<bpmn:timerEventDefinition id="d"/>', "no_timer"),
        (
            '<bpmn:timerEventDefinition id="d"><bpmn:timeDuration>P1X</bpmn:timeDuration>'
            "</bpmn:timerEventDefinition>",
            "bad_timer",
        ),
        (
            '<bpmn:conditionalEventDefinition id="d"><bpmn:condition>x = </bpmn:condition>'
            "</bpmn:conditionalEventDefinition>",
            "bad_expression",
        ),
    ],
)
def test_what_an_event_refers_to_is_checked(
    draw: Any, codes: Callable[..., Any], definition: str, code: str
) -> None:
    reference = "<bpmn:eventDefinitionRef>d</bpmn:eventDefinitionRef>"
    nodes = S + E + draw.node("intermediateCatchEvent", "c", reference)

    assert codes(draw.document(draw.process(nodes, "s>c c>e"), roots=definition)) == [code]


def test_names_longer_than_what_keeps_them_are_refused(
    draw: Any, codes: Callable[..., Any]
) -> None:
    roots = f'<bpmn:message id="m1" name="{"x" * 201}"/>'

    assert codes(draw.document(draw.process(S + E, "s>e", "p" * 101))) == ["too_long"]
    assert codes(draw.document(draw.process(S + E + CATCH, "s>c c>e"), roots=roots)) == ["too_long"]


@pytest.mark.parametrize("name", ["p-1", "_p", "p__q", "p.q"])
def test_a_process_id_names_a_file(draw: Any, codes: Callable[..., Any], name: str) -> None:
    assert codes(draw.document(draw.process(S + E, "s>e", name))) == ["bad_process_id"]
