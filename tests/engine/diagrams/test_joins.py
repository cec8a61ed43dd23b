"""Gateways: which flows, which variables, and how much is predicted."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagrams.joins import merge_branches

S, E = '<bpmn:startEvent id="s"/>', '<bpmn:endEvent id="e"/>'
FORK = '<bpmn:parallelGateway id="g"/><bpmn:parallelGateway id="j"/>'
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 3) | st.sampled_from("ab"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("xy"), inner),
    max_leaves=4,
)
DATA = st.dictionaries(st.sampled_from("abc"), VALUES, max_size=3)


@pytest.mark.parametrize(
    ("base", "branches", "merged"),
    [
        ({}, [], {}),
        ({"a": 1}, [{"a": 1}, {"a": 1}], {"a": 1}),
        ({"a": 1}, [{"a": 2}, {"a": 1, "b": 3}], {"a": 2, "b": 3}),
        ({"a": 1}, [{"a": 2}, {"a": 3}], {"a": 3}),
        ({"a": 1, "b": 2}, [{"b": 2}, {"a": 1, "b": 2}], {"b": 2}),
        ({"xs": ["x"]}, [{"xs": ["x", "a"]}, {"xs": ["x", "b"]}], {"xs": ["x", "a", "b"]}),
        ({"xs": [1, 2, 3]}, [{"xs": [9]}, {"xs": [1, 2, 3]}], {"xs": [9]}),
        ({"xs": [1]}, [{"xs": [2]}, {"xs": [1, 3]}], {"xs": [1, 3]}),
        ({}, [{"xs": ["a"]}, {"xs": ["b"]}], {"xs": ["b"]}),
        ({"xs": []}, [{"xs": ["a"]}, {"xs": ["b"]}], {"xs": ["a", "b"]}),
        ({"d": {"k": 1}}, [{"d": {"k": 2}}, {"d": {"k": 1}}], {"d": {"k": 2}}),
        ({"a": 1}, [{}, {"a": 1}], {}),
    ],
)
def test_merge_branches(
    base: dict[str, Any], branches: list[dict[str, Any]], merged: dict[str, Any]
) -> None:
    assert merge_branches(base, branches) == merged


@given(base=DATA, branch=DATA, others=st.lists(st.just(None), max_size=2))
def test_a_branch_alone_wins_wholly(
    base: dict[str, Any], branch: dict[str, Any], others: list[None]
) -> None:
    unchanged = [dict(base) for _ in others]

    assert merge_branches(base, [*unchanged, branch]) == branch
    assert merge_branches(base, [branch, *unchanged]) == branch


@given(base=DATA, branches=st.lists(DATA, max_size=3))
def test_merging_invents_nothing(base: dict[str, Any], branches: list[dict[str, Any]]) -> None:
    merged = merge_branches(base, branches)

    assert set(merged) <= set(base).union(*branches)


def test_a_join_keeps_what_each_branch_did(draw: Any, rehearse: Any) -> None:
    nodes = S + E + FORK
    for name, script in (
        ("a", '{xs: concatenate(xs, ["a"]), x: 1}'),
        ("b", '{xs: concatenate(xs, ["b"]), y: 2}'),
    ):
        nodes += draw.node("scriptTask", name, f"<bpmn:script>{script}</bpmn:script>")
    content = draw.document(draw.process(nodes, "s>g g>a g>b a>j b>j j>e"))

    run = rehearse(content, variables={"xs": ["x"], "kept": 0})

    assert run.data == {"xs": ["x", "a", "b"], "x": 1, "y": 2, "kept": 0}


def test_branches_that_end_apart_are_merged_at_the_end(draw: Any, rehearse: Any) -> None:
    nodes = S + '<bpmn:parallelGateway id="g"/><bpmn:endEvent id="e1"/><bpmn:endEvent id="e2"/>'
    nodes += draw.user("a") + draw.user("b")
    run = rehearse(
        draw.document(draw.process(nodes, "s>g g>a g>b a>e1 b>e2")), variables={"xs": [1, 2]}
    )

    run.complete("b", xs=[9])
    run.complete("a", y=1)

    assert (run.completed, run.data) == (True, {"xs": [9], "y": 1})


def test_forty_blocks_in_a_row_stay_small(draw: Any, rehearse: Any) -> None:
    nodes, edges = S + E, ["s>g0"]
    for number in range(40):
        nodes += f'<bpmn:parallelGateway id="g{number}"/><bpmn:parallelGateway id="j{number}"/>'
        nodes += f'<bpmn:task id="a{number}"/>' + draw.user(f"b{number}")
        edges += [f"g{number}>a{number} a{number}>j{number}"]
        edges += [f"g{number}>b{number} b{number}>j{number}"]
        edges.append(f"j{number}>g{number + 1}" if number < 39 else f"j{number}>e")
    run = rehearse(draw.document(draw.process(nodes, " ".join(edges))))

    assert len(run.tasks()) < 20
    for number in range(40):
        assert run.ready == [f"b{number}"]
        run.complete(f"b{number}")
    assert run.completed


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
@pytest.mark.parametrize("order", ["ab ba ab", "ba ab ba", "ab ab ab"])
def test_a_join_in_a_loop_waits_in_every_round(
    draw: Any, rehearse: Any, kind: str, order: str
) -> None:
    """SpiffWorkflow lets tokens of an earlier round count when the order changes."""
    nodes = S + E + FORK.replace("parallel", kind) + draw.user("a") + draw.user("b")
    nodes += '<bpmn:exclusiveGateway id="in"/><bpmn:exclusiveGateway id="out" default="d"/>'
    edges = "s>in in>g g>a g>b a>j b>j j>out out>in[again] out>e:d"
    if kind == "inclusive":
        edges = edges.replace("g>a g>b", "g>a[true] g>b[true]")
    run = rehearse(draw.document(draw.process(nodes, edges)))

    for number, (first, second) in enumerate(order.split()):
        assert run.ready == ["a", "b"]
        run.complete(first, again=number < 2, round=number)
        assert run.ready == [second]
        run.complete(second)
    assert (run.completed, run.data) == (True, {"again": False, "round": 2})


def test_inclusive_join_behind_a_direct_flow_waits_for_the_others(draw: Any, rehearse: Any) -> None:
    nodes = S + E + '<bpmn:inclusiveGateway id="g"/><bpmn:inclusiveGateway id="j"/>'
    nodes += draw.user("a") + draw.user("b") + draw.user("then")
    edges = "s>g g>j[true] g>a[true] g>b[false] a>j b>j j>then then>e"
    run = rehearse(draw.document(draw.process(nodes, edges)))

    assert run.ready == ["a"]
    run.complete("a")
    assert run.ready == ["then"]


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({"n": 1}, ["low"]),
        ({"n": 5}, ["high"]),
        ({"n": None}, ["else"]),
        ({}, ["else"]),
        ({"n": "1"}, ["else"]),
    ],
)
def test_exclusive_gateway_takes_the_first_true_flow_in_file_order(
    draw: Any, rehearse: Any, variables: dict[str, Any], expected: list[str]
) -> None:
    nodes = S + E + '<bpmn:exclusiveGateway id="g" default="d"/>'
    nodes += "".join(map(draw.user, ("low", "high", "else", "also")))
    edges = "s>g g>else:d g>low[n < 3] g>high[n >= 3] g>also[n >= 0] low>e high>e else>e also>e"

    run = rehearse(draw.document(draw.process(nodes, edges)), variables=variables)

    assert run.ready == expected


def test_only_true_is_true(draw: Any, rehearse: Any) -> None:
    nodes = S + E + '<bpmn:exclusiveGateway id="g" default="d"/>' + draw.user("a") + draw.user("b")
    content = draw.document(draw.process(nodes, "s>g g>a[x] g>b:d a>e b>e"))

    assert rehearse(content, variables={"x": "no"}).ready == ["b"]
    assert rehearse(content, variables={"x": 1}).ready == ["b"]
    assert rehearse(content, variables={"x": True}).ready == ["a"]


@pytest.mark.parametrize("kind", ["exclusive", "inclusive"])
def test_a_gateway_where_nothing_holds_fails_by_name(draw: Any, rehearse: Any, kind: str) -> None:
    nodes = S + E + f'<bpmn:{kind}Gateway id="g"/>' + draw.user("a")
    content = draw.document(draw.process(nodes, "s>g g>a[x = 1] g>e[x = 2] a>e"))

    with pytest.raises(Exception, match="g: no condition holds"):
        rehearse(content, variables={"x": 3})


def test_inclusive_gateway_joins_what_it_forked(draw: Any, rehearse: Any) -> None:
    nodes = S + E + '<bpmn:inclusiveGateway id="g" default="d"/><bpmn:inclusiveGateway id="j"/>'
    nodes += "".join(map(draw.user, ("a", "b", "c", "then")))
    edges = "s>g g>a[n > 0] g>b[n > 1] g>c:d a>j b>j c>j j>then then>e"
    content = draw.document(draw.process(nodes, edges))

    run = rehearse(content, variables={"n": 2})
    run.complete("b", y=1)
    assert run.ready == ["a"]
    run.complete("a", x=1)
    assert run.ready == ["then"]
    run.complete("then")
    assert (run.completed, run.data) == (True, {"n": 2, "y": 1, "x": 1})

    assert rehearse(content, variables={"n": 0}).ready == ["c"]


def test_terminate_ends_everything(draw: Any, rehearse: Any) -> None:
    nodes = S + '<bpmn:parallelGateway id="g"/><bpmn:endEvent id="e1"/>' + draw.user("a")
    nodes += draw.user("b") + draw.node("endEvent", "stop", "<bpmn:terminateEventDefinition/>")
    run = rehearse(draw.document(draw.process(nodes, "s>g g>a g>b a>e1 b>stop")))

    run.complete("b")

    assert (run.completed, run.ready, run.workflow.bpmn_events) == (True, [], [])


def test_a_failed_branch_keeps_the_process_open(draw: Any, rehearse: Any) -> None:
    nodes = S + '<bpmn:parallelGateway id="g"/><bpmn:endEvent id="e1"/><bpmn:endEvent id="e2"/>'
    nodes += draw.user("a")
    nodes += '<bpmn:intermediateCatchEvent id="c"><bpmn:timerEventDefinition><bpmn:timeDate>'
    nodes += "missing</bpmn:timeDate></bpmn:timerEventDefinition></bpmn:intermediateCatchEvent>"
    run = rehearse(draw.document(draw.process(nodes, "s>g g>a g>c a>e1 c>e2")))

    run.complete("a")

    assert (run.completed, run.hooks.failures) == (False, [("c", "InvalidTimer")])


@pytest.mark.parametrize("kind", ["parallel", "inclusive"])
def test_two_flows_between_the_same_elements_are_two_tokens(
    draw: Any, rehearse: Any, kind: str
) -> None:
    nodes = S + E + f'<bpmn:parallelGateway id="g"/><bpmn:{kind}Gateway id="j"/>' + draw.user("a")
    run = rehearse(draw.document(draw.process(nodes, "s>g g>j g>j j>a a>e")))

    assert (run.ready, run.trace) == (["a"], ["g", "j", "s"])
    run.complete("a")
    assert run.completed


def test_two_flows_into_a_task_run_it_twice(draw: Any, rehearse: Any) -> None:
    nodes = S + E + '<bpmn:parallelGateway id="g"/>' + draw.user("a")
    run = rehearse(draw.document(draw.process(nodes, "s>g g>a g>a a>e")), variables={"xs": []})

    assert run.ready == ["a", "a"]
    run.complete("a", x=1)
    run.complete("a", y=2)
    assert (run.completed, run.data) == (True, {"xs": [], "x": 1, "y": 2})


def test_a_join_consumes_its_tokens(draw: Any, rehearse: Any) -> None:
    """A further token at one flow neither fires it again nor stops what came behind it."""
    message = '<bpmn:messageEventDefinition messageRef="m1"/>'
    nodes = S + E + FORK + draw.user("a") + draw.user("b") + draw.user("then")
    nodes += draw.node("boundaryEvent", "more", message, attachedToRef="a", cancelActivity="false")
    run = rehearse(draw.document(draw.process(nodes, "s>g g>a g>b a>j more>j b>j j>then then>e")))

    run.fire("more")
    run.fire("more")
    run.complete("b")
    assert run.ready == ["a"]
    run.complete("a")
    assert run.ready == ["then"]
    run.complete("then")
    assert run.trace.count("then") == 1
