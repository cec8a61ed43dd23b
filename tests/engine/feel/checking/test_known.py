import pytest

from engine.feel import LazyContext, compile_expression
from engine.feel.checking import (
    ANYTHING,
    BOOLEAN,
    NOTHING,
    NUMBER,
    STRING,
    Known,
    check_expression,
    context_of,
    either,
    function_of,
    known_of_type,
    known_of_value,
    list_of,
    of_kind,
    range_of,
)
from engine.feel.checking.known import names_in
from engine.feel.limits import DEFAULT_LIMITS
from engine.feel.type_parser import TypeParser


@pytest.mark.parametrize(
    ("choices", "expected"),
    [
        ([], ANYTHING),
        ([NOTHING], NOTHING),
        ([NUMBER, NOTHING], NUMBER),
        ([NUMBER, STRING], of_kind("number", "string")),
        ([NUMBER, ANYTHING], ANYTHING),
        ([list_of(NUMBER), list_of(STRING)], list_of(of_kind("number", "string"))),
        (
            [context_of({"a": NUMBER}), context_of({"a": STRING, "b": BOOLEAN})],
            context_of({"a": of_kind("number", "string"), "b": BOOLEAN}),
        ),
        ([context_of({"a": NUMBER}), of_kind("context")], of_kind("context")),
    ],
)
def test_either_keeps_what_holds_for_all(choices: list[Known], expected: Known) -> None:
    assert either(*choices) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("number", NUMBER),
        ("date and time", of_kind("date and time")),
        ("Any", ANYTHING),
        ("Null", NOTHING),
        ("unheard", ANYTHING),
        ("list<string>", list_of(STRING)),
        ("range<number>", range_of(NUMBER)),
        ("context<a: number>", context_of({"a": NUMBER}, open=True)),
        ("function<number> -> number", function_of()),
    ],
)
def test_type_of_feel_is_known(text: str, expected: Known) -> None:
    assert known_of_type(TypeParser(text, (), DEFAULT_LIMITS).type()) == expected


def test_example_of_python_tells_too() -> None:
    example = {"n": 1, "rows": [{"s": "x"}], "lazy": {"a": True}}

    assert known_of_value(example) == context_of(
        {
            "n": NUMBER,
            "rows": list_of(context_of({"s": STRING}, open=True)),
            "lazy": context_of({"a": BOOLEAN}, open=True),
        },
        open=True,
    )
    assert known_of_value(LazyContext({"x": dict})) == context_of({"x": ANYTHING}, open=True)


def test_members_with_spaces_are_names_too() -> None:
    known = {"rows": list_of(context_of({"id number": STRING})), "n": NUMBER}

    assert names_in(known) == {"rows", "n", "id number"}
    assert check_expression('rows[id number = "1"].id number', known) == []


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("null", ANYTHING),
        ("1", NUMBER),
        ("[1, 2]", list_of(NUMBER)),
        ("[]", list_of()),
        ('{a: "x"}', context_of({"a": STRING}, open=True)),
        ("[1..2]", range_of(NUMBER)),
        ("function(x) x", function_of(["x"])),
    ],
)
def test_example_tells_what_it_can(source: str, expected: Known) -> None:
    assert known_of_value(compile_expression(source)({})) == expected
