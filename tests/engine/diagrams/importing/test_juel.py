"""Expressions of other engines become FEEL only where the meaning is plainly the same."""

import pytest

from engine.diagrams.importing.juel import is_foreign, to_feel


@pytest.mark.parametrize(
    ("juel", "feel"),
    [
        ("${a == b}", "a = b"),
        ("#{a}", "a"),
        ("${ a != 'x' }", 'a != "x"'),
        ("${a && b || c}", "a and b or c"),
        ("${a and b or c}", "a and b or c"),
        ("${!done}", "not(done)"),
        ("${!(a == 1 || b)}", "not(a = 1 or b)"),
        ("${!a && !b}", "not(a) and not(b)"),
        ("${amount gt 1000.5}", "amount > 1000.5"),
        ("${amount le 3 && x.y eq null}", "amount <= 3 and x.y = null"),
        ("${(a + b) * 2 >= -c}", "(a + b) * 2 >= - c"),
        ("${通过 == true}", "通过 = true"),
    ],
)
def test_plain_expressions_are_translated(juel: str, feel: str) -> None:
    assert to_feel(juel) == feel


@pytest.mark.parametrize(
    "juel",
    [
        "a == b",
        "${}",
        "${bean.check(a)}",
        "${size(list) > 1}",
        "${list[0]}",
        "${a ? b : c}",
        "${a % 2 == 0}",
        "${empty a}",
        "${execution.getVariable('x')}",
        "${execution.businessKey}",
        "${a == 'it\\'s'}",
        "Hello ${name}",
        "${a} and ${b}",
        "${a == }",
        "${!!a}",
        "${!5}",
        "${a; b}",
        "${function == 1}",
        "${" + "a+" * 2000 + "a}",
    ],
)
def test_what_may_mean_something_else_is_left(juel: str) -> None:
    assert to_feel(juel) is None


@pytest.mark.parametrize(("text", "foreign"), [("${a}", True), ("#{a}", True), ("= {a: 1}", False)])
def test_foreign_expressions_are_told_by_their_brackets(text: str, foreign: bool) -> None:
    assert is_foreign(text) is foreign
