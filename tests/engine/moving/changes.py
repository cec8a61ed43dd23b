"""Pairs of an old and a new diagram, where an instance stands, and what that means for it.

Each is (what, old, completed first, new, mapping, state, code of the reason or asked element).
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from tests.engine.conftest import Draw as D

Change = tuple[str, dict[str, bytes], list[str], dict[str, bytes], dict[str, str], str, str]


def line(*nodes: str, text: str) -> dict[str, bytes]:
    return D.document(D.process("".join(nodes), text))


def users(*names: str) -> str:
    return "".join(D.user(name) for name in names)


def sub(element_id: str, inner: str, text: str, **attributes: str) -> str:
    start, end = D.node("startEvent", f"{element_id}_s"), D.node("endEvent", f"{element_id}_e")
    flows = D.flows(text.replace("s>", f"{element_id}_s>").replace(">e", f">{element_id}_e"))
    return D.node("subProcess", element_id, start + end + inner + flows, **attributes)


DAY = timedelta(days=1)
AB = line(users("a", "b"), text="s>a a>b b>e")
ACB = line(users("a", "c", "b"), text="s>a a>c c>b b>e")
FORK = D.node("parallelGateway", "fork")
JOIN = D.node("parallelGateway", "join")
FORKED = line(FORK, JOIN, users("a", "b"), text="s>fork fork>a fork>b a>join b>join join>e")
_MI = '<bpmn:multiInstanceLoopCharacteristics isSequential="{}"><bpmn:loopCardinality>3</bpmn:loopCardinality></bpmn:multiInstanceLoopCharacteristics>'  # noqa: E501


def several(sequential: str) -> dict[str, bytes]:
    return line(D.user("a", _MI.format(sequential)), users("b"), text="s>a a>b b>e")


def handled(kind: str, handler: str = "") -> dict[str, bytes]:
    """A process that waits at `a`, with or without an event sub-process of its own."""
    return line(users("a"), handler, text="s>a a>e")


def event_sub(name: str, told: str, **attributes: str) -> str:
    """An event sub-process with one user task; it waits for a message."""
    begun = D.event("startEvent", f"{name}_s", "message paid", **attributes)
    inner = begun + D.node("endEvent", f"{name}_e") + users(told)
    flows = D.flows(f"{name}_s>{told} {told}>{name}_e")
    return D.node("subProcess", name, inner + flows, triggeredByEvent="true")


HANDLER = event_sub("handler", "told")
BESIDE = event_sub("handler", "told", isInterrupting="false")
OTHER = event_sub("other", "noted", isInterrupting="false").replace('"paid"', '"moved"')


def nested(handler: str) -> dict[str, bytes]:
    """A sub-process that waits at `a` in a sub-process of its own."""
    inner = sub("p", users("a"), "s>a a>e")
    return line(sub("o", inner + handler, "s>p p>e"), users("b"), text="s>o o>b b>e")


def in_order(nodes: str, flows: str) -> dict[str, bytes]:
    """An ad hoc sub-process whose groups of activities follow one another."""
    inner = users(*nodes) + D.flows(flows)
    return line(D.node("adHocSubProcess", "p", inner, ordering="Sequential"), text="s>p p>e")


def free(handler: str) -> dict[str, bytes]:
    """An ad hoc sub-process with two activities."""
    inner = D.node("adHocSubProcess", "p", users("a", "b") + handler)
    return line(inner, text="s>p p>e")


UNDO = D.user("book") + D.event("boundaryEvent", "on_book", "compensate", attachedToRef="book")


def booked(handler: str) -> dict[str, bytes]:
    """A booking that is done and noted for undoing."""
    association = (
        f'<bpmn:association id="as" associationDirection="One" sourceRef="on_book" '
        f'targetRef="{handler}"/>'
    )
    return line(
        UNDO,
        D.node(
            "scriptTask", handler, "<bpmn:script>{x: 1}</bpmn:script>", isForCompensation="true"
        ),
        users("a"),
        D.event("intermediateThrowEvent", "back", "compensate"),
        association,
        text="s>book book>a a>back back>e",
    )


TABLE = D.node("businessRuleTask", "rule", camunda_decisionRef="fee", camunda_resultVariable="y")
FEE = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="jc"><decision id="fee" name="fee"><variable name="fee" typeRef="number"/>
<literalExpression><text>%s</text></literalExpression></decision></definitions>"""

LATE = D.event("boundaryEvent", "late", "timer duration P1D", attachedToRef="a")
WITH_TIMER = line(users("a", "b"), LATE, text="s>a a>b b>e late>b")

CHANGES: list[Change] = [
    ("the same drawing", AB, [], AB, {}, "unaffected", ""),
    ("a step behind it is new", AB, [], line(users("a", "c", "b"), text="s>a a>c c>b b>e"), {},
     "can_move", ""),
    ("a step before it is new", AB, ["a"], line(users("c", "a", "b"), text="s>c c>a a>b b>e"), {},
     "unaffected", ""),
    ("a step before it is gone", AB, ["a"], line(users("b"), text="s>b b>e"), {},
     "unaffected", ""),
    ("its label is another", AB, [],
     line(D.user("a", name="Prüfen"), users("b"), text="s>a a>b b>e"), {}, "can_move", ""),
    ("the element is gone", AB, [], line(users("b"), text="s>b b>e"), {}, "needs_mapping", "a"),
    ("it was renamed", AB, [], line(users("a2", "b"), text="s>a2 a2>b b>e"), {},
     "needs_mapping", "a"),
    ("it was renamed, and that was said", AB, [], line(users("a2", "b"), text="s>a2 a2>b b>e"),
     {"a": "a2"}, "can_move", ""),
    ("the mapping names nothing", AB, [], line(users("a2", "b"), text="s>a2 a2>b b>e"),
     {"a": "zz"}, "cannot", "bad_mapping"),
    ("a script has taken its place", AB, [],
     line(D.node("scriptTask", "a", "<bpmn:script>{x: 1}</bpmn:script>"), users("b"),
          text="s>a a>b b>e"), {}, "cannot", "other_kind"),
    ("it is repeated now", AB, [], several("false"), {}, "cannot", "other_kind"),
    ("in the middle of several, one after the other now", several("false"), [], several("true"),
     {}, "cannot", "repeated_otherwise"),
    ("in the middle of several, more behind", several("false"), [],
     line(D.user("a", _MI.format("false")), users("c", "b"), text="s>a a>c c>b b>e"), {},
     "can_move", ""),
    ("a boundary timer is new", AB, [],
     line(users("a", "b"), LATE, text="s>a a>b b>e late>b"), {}, "can_move", ""),
    ("another branch joins whose fork is passed", FORKED, ["a"],
     line(FORK, JOIN, users("a", "b", "c"),
          text="s>fork fork>a fork>b fork>c a>join b>join c>join join>e"), {},
     "cannot", "never_joined"),
    ("another branch joins whose fork is ahead", line(users("x"), FORK, JOIN, users("a", "b"),
     text="s>x x>fork fork>a fork>b a>join b>join join>e"), [],
     line(users("x"), FORK, JOIN, users("a", "b", "c"),
          text="s>x x>fork fork>a fork>b fork>c a>join b>join c>join join>e"), {},
     "can_move", ""),
    ("a branch that has arrived at the join gets a step", FORKED, ["a"],
     line(FORK, JOIN, users("a", "b", "c"),
          text="s>fork fork>a fork>b a>c c>join b>join join>e"), {}, "can_move", ""),
    ("a branch that goes on gets a step", FORKED, ["a"],
     line(FORK, JOIN, users("a", "b", "c"),
          text="s>fork fork>a fork>b a>join b>c c>join join>e"), {}, "can_move", ""),
    ("a branch is gone that has arrived", FORKED, ["a"],
     line(users("b"), text="s>b b>e"), {}, "needs_mapping", "join"),
    ("its sub-process is gone", line(sub("p", users("a"), "s>a a>e"), text="s>p p>e"), [],
     line(users("a"), text="s>a a>e"), {}, "needs_mapping", "p"),
    ("its sub-process was renamed", line(sub("p", users("a"), "s>a a>e"), text="s>p p>e"), [],
     line(sub("q", users("a"), "s>a a>e"), text="s>q q>e"), {"p": "q"}, "can_move", ""),
    ("its sub-process gets a step", line(sub("p", users("a"), "s>a a>e"), text="s>p p>e"), [],
     line(sub("p", users("a", "c"), "s>a a>c c>e"), text="s>p p>e"), {}, "can_move", ""),
    ("the process gets an event sub-process", handled(""), [], handled("", HANDLER), {},
     "can_move", ""),
    ("the process loses its event sub-process", handled("", HANDLER), [], handled(""), {},
     "can_move", ""),
    ("its sub-process gets an event sub-process", nested(""), [], nested(HANDLER), {},
     "can_move", ""),
    ("its sub-process loses it", nested(HANDLER), [], nested(""), {}, "can_move", ""),
    ("an ad hoc sub-process gets one", free(""), [], free(HANDLER), {}, "can_move", ""),
    ("an ad hoc sub-process loses it", free(HANDLER), [], free(""), {}, "can_move", ""),
    ("an ad hoc sub-process has another group before it", in_order("abd", "a>b"), [],
     in_order("cabd", "a>b"), {}, "can_move", ""),
    ("an ad hoc sub-process has two groups in one", in_order("abcd", "a>b c>d"), ["a", "b"],
     in_order("abcdx", "a>b b>c c>d"), {}, "can_move", ""),
    ("the group of an ad hoc sub-process is gone", in_order("abd", "a>b"), [],
     in_order("xyd", "x>y"), {}, "needs_mapping", "a"),
    ("an ad hoc sub-process has an order now", free(""), [],
     line(sub("p", users("a", "b"), "s>a a>b b>e"), text="s>p p>e"), {}, "cannot", "other_kind"),
    ("what undoes it is gone", booked("unbook"), ["book"],
     line(users("book", "a"), text="s>book book>a a>e"), {}, "cannot", "cannot_undo"),
    ("what undoes it was renamed, and that was said", booked("unbook"), ["book"],
     booked("unbook2"), {"unbook": "unbook2"}, "can_move", ""),
    ("a timer in place of a message", line(D.event("intermediateCatchEvent", "w", "message paid"),
     text="s>w w>e"), [], line(D.event("intermediateCatchEvent", "w", "timer duration P1D"),
     text="s>w w>e"), {}, "can_move", ""),
]  # fmt: skip


def ids(change: Any) -> str:
    return str(change[0]).replace(" ", "_")
