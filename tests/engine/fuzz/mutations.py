"""Damage to diagrams and expressions, each a small change such as tools and people make."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from copy import deepcopy
from random import Random

from lxml import etree

from engine.diagrams.vocabulary import BPMN_NS, B

EXPRESSIONS = (
    "", "x", "x = 1", "= x > 2 and y", "not(a)", "for i in 1..1000000 return i", "if x then",
    "1 / 0", "{a: 1}", "[1, 2][x]", "x.y.z", "date(\"2026-01-01\")", "duration(\"P1D\")",
    "P5D", "R/PT1H", "R-1/PT0S", "2026-02-30", "workday(x, 10 ** 9)", "some i in x satisfies i",
    "function(a) a(a)", "string join([x], \"\u0000\")", "matches(x, \"(a+)+$\")",
    "((((((((1))))))))", "${a == b}", "x instance of number",
    "\"\\ud800\"", "变量 + 1", "`", "--1", "10 ** 10 ** 10",
)  # fmt: skip
NAMES = (
    "", "x", "start", "main", "Start", "End", "Root", "StartEventSplit", "a__b", "é", "变量", " ",
    "-1", "0", "51", "true", "nan", "1e9", "a b", "\ud7ff", "x" * 300, "../x", "jc:", "f",
)  # fmt: skip
TAGS = (
    "userTask", "serviceTask", "scriptTask", "callActivity", "subProcess", "transaction",
    "adHocSubProcess", "startEvent", "endEvent", "boundaryEvent", "intermediateCatchEvent",
    "intermediateThrowEvent", "exclusiveGateway", "parallelGateway", "inclusiveGateway",
    "complexGateway", "eventBasedGateway", "receiveTask", "businessRuleTask", "sequenceFlow",
    "timerEventDefinition", "messageEventDefinition", "errorEventDefinition", "linkEventDefinition",
    "compensateEventDefinition", "conditionalEventDefinition", "multiInstanceLoopCharacteristics",
    "standardLoopCharacteristics", "dataObject", "lane", "choreographyTask", "nothing",
)  # fmt: skip
ATTRIBUTES = (
    "id", "name", "sourceRef", "targetRef", "attachedToRef", "default", "isInterrupting",
    "cancelActivity", "triggeredByEvent", "isForCompensation", "isSequential", "calledElement",
    "messageRef", "signalRef", "errorRef", "escalationRef", "activityRef", "instantiate",
    "startQuantity", "completionQuantity", "loopMaximum", "testBefore", "ordering", "behavior",
    "isExecutable", "{http://camunda.org/schema/1.0/bpmn}collection",
    "{http://camunda.org/schema/1.0/bpmn}elementVariable",
    "{http://camunda.org/schema/1.0/bpmn}assignee", "{http://camunda.org/schema/1.0/bpmn}dueDate",
    "{http://camunda.org/schema/1.0/bpmn}topic", "{http://camunda.org/schema/1.0/bpmn}formRef",
)  # fmt: skip

Elements = Sequence[etree._Element]


def mutate(content: bytes, random: Random) -> bytes:
    """Damage a diagram in one to four places."""
    if random.random() < 0.1:
        return damage_bytes(content, random)
    root = etree.fromstring(content)
    for _ in range(random.randint(1, 4)):
        inside = [one for one in root.iter() if isinstance(one.tag, str) and one is not root]
        if inside:
            random.choice(_MUTATIONS)(inside, random)
    return etree.tostring(root, encoding="utf-8")


def damage_bytes(content: bytes, random: Random) -> bytes:
    """Change, drop or double some bytes."""
    damaged = bytearray(content)
    for _ in range(random.randint(1, 5)):
        place = random.randrange(len(damaged) or 1)
        part = bytes(damaged[place : place + random.randint(1, 40)])
        which = random.randrange(3)
        if which == 0:
            damaged[place : place + 1] = bytes([random.randrange(256)])
        elif which == 1:
            del damaged[place : place + len(part)]
        else:
            damaged[place:place] = part
    return bytes(damaged)


def damage_text(text: str, random: Random) -> str:
    """Change, drop or double some letters of an expression, or put a part of another in."""
    for _ in range(random.randint(1, 3)):
        place = random.randrange(len(text) + 1)
        other = random.choice(EXPRESSIONS)
        text = random.choice(
            [
                text[:place] + text[place + random.randint(1, 6) :],
                text[:place] + other + text[place:],
                text[:place] + random.choice("()[]{}\"'.,:=<>!+-*/ \n?@\\0π") + text[place:],
                text[place:] + text[:place],
            ]
        )
    return text


def _drop(inside: Elements, random: Random) -> None:
    one = random.choice(inside)
    parent = one.getparent()
    if parent is not None:
        parent.remove(one)


def _double(inside: Elements, random: Random) -> None:
    one = random.choice(inside)
    parent = one.getparent()
    if parent is not None:
        made = deepcopy(one)
        if random.random() < 0.5 and made.get("id"):
            made.set("id", f"{made.get('id')}x")
        parent.append(made)


def _move(inside: Elements, random: Random) -> None:
    one, into = random.choice(inside), random.choice(inside)
    if one is not into and one not in list(into.iterancestors()):
        into.append(one)


def _rename(inside: Elements, random: Random) -> None:
    random.choice(inside).tag = B + random.choice(TAGS)


def _set(inside: Elements, random: Random) -> None:
    values = [*NAMES, *(one.get("id") or "" for one in inside[:50]), *EXPRESSIONS]
    value = random.choice(values)
    if value.isprintable():
        random.choice(inside).set(random.choice(ATTRIBUTES), value)


def _unset(inside: Elements, random: Random) -> None:
    one = random.choice(inside)
    if one.attrib:
        del one.attrib[random.choice(sorted(map(str, one.attrib)))]


def _swap(inside: Elements, random: Random) -> None:
    """Let two elements of a kind exchange an attribute, such as where a flow leads."""
    name = random.choice(ATTRIBUTES)
    having = [one for one in inside if one.get(name) is not None]
    if len(having) > 1:
        left, right = random.sample(having, 2)
        first, second = left.get(name) or "", right.get(name) or ""
        left.set(name, second)
        right.set(name, first)


def _write(inside: Elements, random: Random) -> None:
    having = [one for one in inside if (one.text or "").strip()]
    if having:
        one = random.choice(having)
        text = damage_text(one.text or "", random)
        one.text = "".join(letter for letter in text if letter.isprintable())


def _add(inside: Elements, random: Random) -> None:
    etree.SubElement(random.choice(inside), f"{{{BPMN_NS}}}{random.choice(TAGS)}")


_MUTATIONS: tuple[Callable[[Elements, Random], None], ...] = (
    _drop, _double, _move, _rename, _set, _set, _unset, _swap, _swap, _write, _add,
)  # fmt: skip
