"""Requirement graphs, boxed expressions, knowledge models and types."""

from typing import Any

import pytest

from engine.decisions import parse_decisions
from tests.engine.decisions.drawing import decision, definitions, literal, requires, table, text


def decide(xml: bytes, context: dict[str, Any], identifier: str = "d1") -> Any:
    return parse_decisions(xml)[identifier].evaluate(context).value


def boxed(logic: str, context: dict[str, Any] | None = None, **options: str) -> Any:
    return decide(definitions(decision("d1", logic, **options)), context or {})


def named(name: str, inner: str) -> str:
    return f'<contextEntry><variable name="{name}"/>{inner}</contextEntry>'


def wrapped(tag: str, inner: str, attributes: str = "") -> str:
    return f"<{tag}{' ' + attributes if attributes else ''}>{inner}</{tag}>"


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        (literal("n + 1"), 3),
        ("<literalExpression/>", None),
        (
            wrapped("context", named("a b", literal("n")) + named("c", literal("a b * 2"))),
            {"a b": 2, "c": 4},
        ),
        (
            wrapped(
                "context", named("a", literal("n")) + wrapped("contextEntry", literal("a * 10"))
            ),
            20,
        ),
        (wrapped("list", literal("1") + literal("n")), [1, 2]),
        (
            wrapped(
                "relation",
                '<column name="x"/><column name="y"/>'
                + wrapped("row", literal("1") + literal("n"))
                + wrapped("row", literal("3") + literal("4")),
            ),
            [{"x": 1, "y": 2}, {"x": 3, "y": 4}],
        ),
        (
            wrapped(
                "conditional",
                wrapped("if", literal("n > 1"))
                + wrapped("then", literal('"many"'))
                + wrapped("else", literal('"one"')),
            ),
            "many",
        ),
        (
            wrapped(
                "filter",
                wrapped("in", literal("[1, 2, 3]")) + wrapped("match", literal("item >= n")),
            ),
            [2, 3],
        ),
        (
            wrapped(
                "for",
                wrapped("in", literal("[1, 2]")) + wrapped("return", literal("i * n")),
                'iteratorVariable="i"',
            ),
            [2, 4],
        ),
        (
            wrapped(
                "some",
                wrapped("in", literal("[1, 2]")) + wrapped("satisfies", literal("i > n")),
                'iteratorVariable="i"',
            ),
            False,
        ),
        (
            wrapped(
                "every",
                wrapped("in", literal("[1, 2]")) + wrapped("satisfies", literal("i <= n")),
                'iteratorVariable="i"',
            ),
            True,
        ),
        (
            wrapped(
                "context",
                named("grade", table(["n"], ["g"], [["> 1", '"A"']]))
                + wrapped("contextEntry", literal('grade + "+"')),
            ),
            "A+",
        ),
    ],
)
def test_boxed_expression_gives(logic: str, expected: Any) -> None:
    assert boxed(logic, {"n": 2}) == expected


POINTS = wrapped(
    "businessKnowledgeModel",
    wrapped(
        "encapsulatedLogic",
        '<formalParameter name="theory part" typeRef="number"/><formalParameter name="practical"/>'
        + literal("theory part * 0.3 + practical * 0.7"),
    ),
    'id="b1" name="weighted points"',
)
INVOKED = (
    "<invocation>"
    + literal("weighted points")
    + '<binding><parameter name="theory part"/>'
    + literal("theory")
    + "</binding>"
    + '<binding><parameter name="practical"/>'
    + literal("80")
    + "</binding></invocation>"
)


@pytest.mark.parametrize("logic", [INVOKED, literal("weighted points(theory, 80)")])
def test_knowledge_model_is_invoked(logic: str) -> None:
    xml = definitions(POINTS, decision("d1", logic, needs=requires("b1")))

    assert decide(xml, {"theory": 70}) == 77
    assert decide(xml, {"theory": "x"}) is None


GRAPH = definitions(
    '<inputData id="i1" name="theory points"/>',
    POINTS,
    decision(
        "d1",
        table(["total points"], ["grade"], [[">= 60", '"pass"'], ["< 60", '"fail"']]),
        needs=requires("d2"),
    ),
    decision(
        "d2",
        literal("weighted points(theory points, practical)"),
        name="total points",
        needs=requires("b1", "i1", "d3"),
    ),
    decision(
        "d3", table(["kind"], ["practical"], [['"a"', "50"], ['"b"', "90"]]), name="practical"
    ),
)


def test_required_decisions_are_made_first() -> None:
    graded = parse_decisions(GRAPH)["d1"]

    result = graded.evaluate({"theory points": 60, "kind": "a"})

    assert (result.value, result.rows) == ({"grade": "fail"}, ("r2",))
    assert dict(result.required_rows) == {"d3": ("r1",)}
    assert graded.names == {"theory points", "kind"}


def test_required_decision_may_be_given() -> None:
    assert decide(GRAPH, {"total points": 60}) == {"grade": "pass"}


TYPES = (
    '<itemDefinition name="tPoints"><typeRef>number</typeRef></itemDefinition>'
    '<itemDefinition name="tAll" isCollection="true"><typeRef>tPoints</typeRef></itemDefinition>'
    '<itemDefinition name="tPerson"><itemComponent name="age"><typeRef>number</typeRef>'
    "</itemComponent></itemDefinition>"
)


@pytest.mark.parametrize(
    ("source", "type_ref", "expected"),
    [
        ("1", "tPoints", 1),
        ('"1"', "tPoints", None),
        ("[1]", "number", 1),
        ("1", "tAll", [1]),
        ('["1"]', "tAll", None),
        ("{age: 1}", "tPerson", {"age": 1}),
        ("{name: 1}", "tPerson", None),
        ("{age: 1} instance of tPerson", "boolean", True),
        ("1", "feel:number", 1),
        ("1", "integer", 1),
    ],
)
def test_value_is_held_to_its_type(source: str, type_ref: str, expected: Any) -> None:
    xml = definitions(TYPES, decision("d1", literal(source), type=type_ref))

    assert decide(xml, {}) == expected


@pytest.mark.parametrize(
    "namespace",
    [
        "http://www.omg.org/spec/DMN/20151101/dmn.xsd",
        "http://www.omg.org/spec/DMN/20180521/MODEL/",
        "https://www.omg.org/spec/DMN/20191111/MODEL/",
        "https://www.omg.org/spec/DMN/20211108/MODEL/",
        "https://www.omg.org/spec/DMN/20230324/MODEL/",
    ],
)
def test_every_version_is_read(namespace: str) -> None:
    assert decide(definitions(decision("d1", literal("1")), namespace=namespace), {}) == 1


def test_text_is_never_run_as_anything_but_feel() -> None:
    assert boxed(literal("__import__('os')".replace("'", '"'))) is None
    assert text("<") == "<text>&lt;</text>"
