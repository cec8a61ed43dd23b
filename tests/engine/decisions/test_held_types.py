"""Expressions are held to their own types, arguments to those of parameters."""

from typing import Any

import pytest

from engine.decisions import parse_decisions
from tests.engine.decisions.drawing import decision, definitions, literal, requires, text

TYPES = (
    '<itemDefinition name="tNumbers" isCollection="true"><typeRef>number</typeRef>'
    '</itemDefinition><itemDefinition name="tPerson"><itemComponent name="name">'
    '<typeRef>string</typeRef></itemComponent><itemComponent name="age">'
    "<typeRef>number</typeRef></itemComponent></itemDefinition>"
)


def typed(source: str, kind: str) -> str:
    return f'<literalExpression typeRef="{kind}">{text(source)}</literalExpression>'


def knowledge(logic: str, parameter: str = "arg", kind: str = "") -> str:
    wanted = f' typeRef="{kind}"' if kind else ""
    return (
        '<businessKnowledgeModel id="b" name="b"><encapsulatedLogic>'
        f'<formalParameter name="{parameter}"{wanted}/>{logic}'
        "</encapsulatedLogic></businessKnowledgeModel>"
    )


def value_of(*parts: str, **given: Any) -> Any:
    return parse_decisions(definitions(TYPES, *parts))["asked"].evaluate(given).value


@pytest.mark.parametrize(
    ("source", "kind", "expected"),
    [
        ("5 + 5", "number", 10),
        ('"foo"', "number", None),
        ("10", "tNumbers", [10]),
        ('"foo"', "tNumbers", None),
        ("[10]", "number", 10),
        ("[[10]]", "number", 10),
        ('["foo"]', "number", None),
        ("null", "tNumbers", None),
        ("10", "tUnknown", 10),
    ],
)
def test_literal_expression_is_held_to_its_type(source: str, kind: str, expected: Any) -> None:
    assert value_of(decision("asked", typed(source, kind))) == expected


@pytest.mark.parametrize(
    ("kind", "argument", "expected"),
    [
        ("string", '{name: "foo", age: 10}', None),
        ("boolean", '{name: "foo", age: 10}', True),
        ("boolean", '{name: "foo"}', False),
    ],
)
def test_invocation_is_held_to_its_type(kind: str, argument: str, expected: Any) -> None:
    """Source: TCK 0082: an argument that does not fit is null in the function."""
    called = (
        f'<invocation typeRef="{kind}">{literal("b")}<binding><parameter name="arg"/>'
        f"{literal(argument)}</binding></invocation>"
    )

    found = value_of(
        knowledge(literal("arg != null"), kind="tPerson"),
        decision("asked", called, needs=requires("b")),
    )

    assert found == expected


@pytest.mark.parametrize(
    ("body", "argument", "expected"),
    [
        (typed("arg", "tNumbers"), "10", [10]),
        (typed("arg", "tNumbers"), '"foo"', None),
        (typed("[arg]", "number"), "[10]", 10),
        (f'<list typeRef="tNumbers">{literal("arg")}</list>', "1", [1]),
        (f'<list typeRef="tNumbers">{literal("arg")}</list>', '"x"', None),
    ],
)
def test_body_of_a_function_is_held_to_its_type(body: str, argument: str, expected: Any) -> None:
    asked = decision("asked", literal(f"b({argument})"), needs=requires("b"))

    assert value_of(knowledge(body), asked) == expected


def test_parameter_that_looks_like_a_path_is_known_inside_only() -> None:
    """Source: TCK 0037: the names of parameters are those of the inputs' parts."""
    called = (
        f'<invocation>{literal("b")}<binding><parameter name="person.age"/>'
        f"{literal('person.age')}</binding></invocation>"
    )

    found = value_of(
        knowledge(literal("person.age + 1"), parameter="person.age"),
        decision("asked", called, needs=requires("b")),
        person={"age": 17},
    )

    assert found == 18
