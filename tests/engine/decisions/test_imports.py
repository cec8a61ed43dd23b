"""Files that import others of their bundle."""

from typing import Any

import pytest

from engine.decisions import InvalidDecisions, lint_decisions, parse_decisions
from tests.engine.decisions.drawing import NAMESPACE, decision, literal, table

TYPE = '<itemDefinition name="tPoints"><typeRef>number</typeRef></itemDefinition>'
BONUS = (
    '<businessKnowledgeModel id="b1" name="with bonus"><encapsulatedLogic>'
    '<formalParameter name="points" typeRef="tPoints"/>'
    "<literalExpression><text>points + 5</text></literalExpression>"
    "</encapsulatedLogic></businessKnowledgeModel>"
)
INPUT = '<inputData id="i1" name="theory points"/>'


def file(name: str, *parts: str, imports: dict[str, str] | None = None) -> bytes:
    shown = "".join(
        f'<import name="{label}" namespace="urn:{target}" importType="{NAMESPACE}"/>'
        for label, target in (imports or {}).items()
    )
    head = f'<definitions xmlns="{NAMESPACE}" id="{name}" name="{name}" namespace="urn:{name}">'
    return f"{head}{shown}{''.join(parts)}</definitions>".encode()


def needs(*references: str) -> str:
    kinds = {
        "b": ("knowledgeRequirement", "requiredKnowledge"),
        "d": ("informationRequirement", "requiredDecision"),
        "i": ("informationRequirement", "requiredInput"),
    }
    found = [(kinds[one.rpartition("#")[2][0]], one) for one in references]
    return "".join(f'<{outer}><{inner} href="{one}"/></{outer}>' for (outer, inner), one in found)


SHARED = file(
    "shared",
    TYPE,
    BONUS,
    INPUT,
    decision("d9", literal("theory points * 2"), name="doubled", needs=needs("#i1")),
)


def decide(xml: bytes, context: dict[str, Any], *others: bytes) -> Any:
    return parse_decisions(xml, others=others)["d1"].evaluate(context).value


@pytest.mark.parametrize(
    ("label", "source"),
    [
        ("shared rules", "shared rules.with bonus(shared rules.doubled)"),
        ("", "with bonus(doubled)"),
    ],
)
def test_imported_elements_are_used(label: str, source: str) -> None:
    needed = needs("urn:shared#b1", "urn:shared#d9")
    main = file("main", decision("d1", literal(source), needs=needed), imports={label: "shared"})

    assert decide(main, {"theory points": 10}, SHARED, main) == 25


def test_imported_types_are_known() -> None:
    main = file("main", decision("d1", literal('"x"'), type="s.tPoints"), imports={"s": "shared"})

    assert decide(main, {}, SHARED) is None
    assert [one.code for one in lint_decisions(main, others=[SHARED])] == []


def test_names_of_two_files_do_not_mix() -> None:
    one = file("one", decision("d1", table([], ["x"], [["1"]]), name="same"))
    other = file("other", decision("d1", table([], ["x"], [["2"]]), name="same"))
    main = file(
        "main",
        decision("d1", literal("a.same * 10 + b.same"), needs=needs("urn:one#d1", "urn:other#d1")),
        imports={"a": "one", "b": "other"},
    )

    assert decide(main, {}, one, other) == 12


def test_file_imported_twice_is_evaluated_once() -> None:
    base = file("base", decision("d7", table([], ["x"], [["1"]]), name="counted"))
    left = file(
        "left",
        decision("d8", literal("base.counted"), name="left", needs=needs("urn:base#d7")),
        imports={"base": "base"},
    )
    right = file(
        "right",
        decision("d9", literal("base.counted"), name="right", needs=needs("urn:base#d7")),
        imports={"base": "base"},
    )
    main = file(
        "main",
        decision("d1", literal("l.left + r.right"), needs=needs("urn:left#d8", "urn:right#d9")),
        imports={"l": "left", "r": "right"},
    )

    result = parse_decisions(main, others=[base, left, right])["d1"].evaluate({})

    assert result.value == 2
    assert [row.decision_id for row in result.fired] == ["d7"]


LOOP_A = file("a", decision("d1", literal("1")), imports={"b": "b"})
LOOP_B = file("b", decision("d2", literal("1")), imports={"a": "a"})
BROKEN = file("shared", decision("d9", literal("1 +")))


@pytest.mark.parametrize(
    ("others", "codes"),
    [
        ((), ["dmn_import", "dmn_requirement"]),
        ((b"<definitions", LOOP_A), ["dmn_import", "dmn_requirement"]),
        ((BROKEN,), ["dmn_import_wrong"]),
    ],
)
def test_import_that_cannot_be_used_is_refused(others: tuple[bytes, ...], codes: list[str]) -> None:
    main = file(
        "main",
        decision("d1", literal("s.doubled"), needs=needs("urn:shared#d9")),
        imports={"s": "shared"},
    )

    with pytest.raises(InvalidDecisions) as caught:
        parse_decisions(main, others=others)

    assert [one.code for one in caught.value.findings] == codes


def test_files_that_import_each_other_are_refused() -> None:
    with pytest.raises(InvalidDecisions) as caught:
        parse_decisions(LOOP_A, others=[LOOP_A, LOOP_B])

    (finding,) = caught.value.findings
    assert finding.code == "dmn_import_cycle"
    assert finding.message_zh == "决策文件循环引入: urn:b"
    assert finding.message_en == "files import each other in a circle: urn:b"


def test_files_imported_on_many_ways_are_read_once() -> None:
    ladder = [
        file(
            f"f{place}",
            decision("d1", literal("1"), name=f"n{place}"),
            imports={"a": f"f{place + 1}", "b": f"f{place + 1}"} if place < 15 else None,
        )
        for place in range(16)
    ]

    assert decide(ladder[0], {}, *ladder) == 1
