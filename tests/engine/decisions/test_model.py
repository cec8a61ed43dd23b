"""Requirement graphs, boxed expressions, knowledge models and types."""

import ast
from pathlib import Path
from typing import Any

import pytest

import engine.decisions
from engine.decisions import FiredRow, InvalidDecisions, parse_decisions, read_model
from engine.feel import FeelLimit
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
        (
            wrapped(
                "context",
                '<contextEntry><variable name="a" typeRef="string"/>'
                + literal("n")
                + '</contextEntry><contextEntry><variable name="b" typeRef="number"/>'
                + literal("[n]")
                + "</contextEntry>",
            ),
            {"a": None, "b": 2},
        ),
        (
            wrapped(
                "context",
                named(
                    "double",
                    wrapped("functionDefinition", '<formalParameter name="x"/>' + literal("x * 2")),
                )
                + wrapped("contextEntry", literal("double(n)")),
            ),
            4,
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


def test_every_row_that_decided_is_told() -> None:
    result = parse_decisions(GRAPH)["d1"].evaluate({"theory points": 60, "kind": "a"})

    assert result.fired == (
        FiredRow("d3", "t", "practical", "r1", 1, ""),
        FiredRow("d1", "t", "d1", "r2", 2, ""),
    )


def test_rows_of_a_table_inside_other_logic_are_told() -> None:
    inner = table(["points"], ["g"], [[">= 60", '"pass"'], ["-", '"fail"']], policy="FIRST")
    graded = wrapped(
        "businessKnowledgeModel",
        wrapped("encapsulatedLogic", '<formalParameter name="points"/>' + inner),
        'id="b1" name="grade"',
    )
    xml = definitions(
        graded, decision("d1", literal("for p in [60, 59] return grade(p)"), needs=requires("b1"))
    )

    result = parse_decisions(xml)["d1"].evaluate({})

    assert result.value == ["pass", "fail"]
    assert [(row.decision_id, row.table_id, row.number) for row in result.fired] == [
        ("d1", "t", 1),
        ("d1", "t", 2),
    ]


def test_decision_needed_twice_is_made_once() -> None:
    xml = definitions(
        decision("d1", literal("left + right"), needs=requires("d2", "d3")),
        decision("d2", literal("counted"), name="left", needs=requires("d4")),
        decision("d3", literal("counted"), name="right", needs=requires("d4")),
        decision("d4", table([], ["x"], [["1"]]), name="counted"),
    )

    result = parse_decisions(xml)["d1"].evaluate({})

    assert (result.value, len(result.fired)) == (2, 1)


def knowledge(source: str) -> str:
    return wrapped(
        "businessKnowledgeModel",
        wrapped("encapsulatedLogic", '<formalParameter name="n"/>' + literal(source)),
        'id="b1" name="f"',
    )


def test_knowledge_model_may_call_itself() -> None:
    factorial = knowledge("if n <= 1 then 1 else n * f(n - 1)")

    assert (
        decide(definitions(factorial, decision("d1", literal("f(5)"), needs=requires("b1"))), {})
        == 120
    )


def test_endless_recursion_is_stopped() -> None:
    xml = definitions(knowledge("f(n + 1)"), decision("d1", literal("f(1)"), needs=requires("b1")))

    with pytest.raises(FeelLimit):
        decide(xml, {})


ALLOWED = (
    '<itemDefinition name="tGrade"><typeRef>string</typeRef><allowedValues>'
    "<text>&quot;a&quot;, &quot;b&quot;</text></allowedValues></itemDefinition>"
    '<itemDefinition name="tGrades" isCollection="true"><typeRef>tGrade</typeRef>'
    "<typeConstraint><text>count(?) &lt; 3</text></typeConstraint></itemDefinition>"
    '<itemDefinition name="tSheet"><itemComponent name="grade"><typeRef>tGrade</typeRef>'
    "</itemComponent></itemDefinition>"
)


@pytest.mark.parametrize(
    ("source", "type_ref", "expected"),
    [
        ('"a"', "tGrade", "a"),
        ('"c"', "tGrade", None),
        ('["a", "b"]', "tGrades", ["a", "b"]),
        ('["a", "c"]', "tGrades", None),
        ('["a", "b", "a"]', "tGrades", None),
        ('{grade: "b"}', "tSheet", {"grade": "b"}),
        ('{grade: "c"}', "tSheet", None),
        # The question is about the type, not about the values.
        ('"c" instance of tGrade', "boolean", True),
    ],
)
def test_value_is_held_to_the_allowed_ones(source: str, type_ref: str, expected: Any) -> None:
    xml = definitions(ALLOWED, decision("d1", literal(source), type=type_ref))

    assert decide(xml, {}) == expected


@pytest.mark.parametrize(
    ("logic", "code"),
    [
        (literal('__import__("os").system("x")'), None),
        (literal("os.system(1)"), None),
        (literal("lambda x: x"), "dmn_expression"),
        (literal("[x for x in y]"), "dmn_expression"),
        (table(["n"], ["x"], [["lambda: 1", "1"]]), "dmn_expression"),
        (table(["n"], ["x"], [["-", "f'{n}'"]]), "dmn_expression"),
        ('<literalExpression expressionLanguage="python"><text>1</text></literalExpression>', "L"),
        (
            '<literalExpression expressionLanguage="feelpython"><text>1</text></literalExpression>',
            "L",
        ),
        ('<literalExpression scriptLanguage="python"><text>1</text></literalExpression>', "L"),
        (
            table(["n"], ["x"], [["-", "1"]]).replace(
                "<outputEntry", '<outputEntry expressionLanguage="python"'
            ),
            "L",
        ),
        (
            table(["n"], ["x"], [["-", "1"]]).replace(
                "<inputEntry", '<inputEntry xmlns:c="urn:c" c:scriptFormat="python"'
            ),
            "L",
        ),
        (literal('function(x) external {java: {class: "A", method signature: "b()"}}'), "E"),
    ],
)
def test_no_other_language_is_read(logic: str, code: str | None) -> None:
    xml = definitions(decision("d1", logic))
    codes = {"L": "dmn_language", "E": "dmn_external"}

    found = [one.code for one in read_model(xml).report.findings if one.severity == "error"]

    assert found == ([codes.get(code, code)] if code else [])


@pytest.mark.parametrize("language", ["python", "javascript", "groovy"])
def test_language_of_the_whole_file_must_be_feel(language: str) -> None:
    xml = definitions(decision("d1", literal("1"))).replace(
        b"<definitions", b'<definitions expressionLanguage="%s"' % language.encode(), 1
    )

    with pytest.raises(InvalidDecisions) as caught:
        parse_decisions(xml)

    assert [one.code for one in caught.value.findings] == ["dmn_language"]


def test_library_for_python_tables_is_not_reached() -> None:
    folder = Path(engine.decisions.__file__).parent
    names = {
        alias
        for file in folder.rglob("*.py")
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8")))
        for alias in _imported(node)
    }

    assert not {name for name in names if name.startswith(("SpiffWorkflow", "builtins"))}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.ImportFrom):
        return [node.module or ""]
    return [one.name for one in node.names] if isinstance(node, ast.Import) else []


def test_type_that_holds_itself_is_read() -> None:
    parts = "".join(
        f'<itemComponent name="c{place}" isCollection="true"><typeRef>tNode</typeRef>'
        "</itemComponent>"
        for place in range(40)
    )
    tree = '<itemDefinition name="tTree"><itemComponent name="left"><typeRef>tTree</typeRef>'
    tree += "</itemComponent></itemDefinition>"
    wide = f'<itemDefinition name="tNode">{parts}</itemDefinition>'
    xml = definitions(tree, wide, decision("d1", literal("{left: {left: null}}"), type="tTree"))

    assert decide(xml, {}) == {"left": {"left": None}}


@pytest.mark.parametrize("levels", [10, 60, 120])
def test_deep_logic_is_read_or_refused(levels: int) -> None:
    deep = "<list>" * levels + literal("1") + "</list>" * levels
    deeper = (
        "<context><contextEntry>" * levels + literal("1") + "</contextEntry></context>" * levels
    )

    for logic in (deep, deeper):
        try:
            decide(definitions(decision("d1", logic)), {})
        except (InvalidDecisions, FeelLimit) as refusal:
            assert refusal.message_zh


def test_long_chain_of_decisions_is_refused() -> None:
    chain = [
        decision(f"d{place}", literal("1"), needs=requires(f"d{place + 1}")) for place in range(220)
    ]

    with pytest.raises(InvalidDecisions) as caught:
        parse_decisions(definitions(*chain, decision("d220", literal("1"))))

    assert {one.code for one in caught.value.findings} == {"dmn_depth"}
