"""What is known of a decision's result before it is made."""

import pytest

from engine.decisions import known_result, parse_decisions
from engine.feel.checking import ANYTHING, NUMBER, STRING, Known, context_of, list_of, one_of
from tests.engine.decisions.drawing import decision, definitions, table

ROWS = [["< 60", '"fail"'], [">= 60", '"pass"']]
GRADE = context_of({"grade": one_of(["fail", "pass"])})


@pytest.mark.parametrize(
    ("logic", "known"),
    [
        (table(["points"], ["grade"], ROWS), GRADE),
        (table(["points"], ["grade"], ROWS, policy="COLLECT"), list_of(GRADE)),
        (table(["points"], ["grade"], ROWS, policy="RULE ORDER"), list_of(GRADE)),
        (table(["points"], ["n"], [["-", "1"]]), context_of({"n": ANYTHING})),
        (table(["points"], ["n"], [["-", "other"]]), context_of({"n": ANYTHING})),
        (
            table(["points"], ["grade"], [["-", '"a"'], ["-", "other"]], values=['"a","b"']),
            context_of({"grade": one_of(["a", "b"])}),
        ),
        ("<literalExpression><text>1 + 1</text></literalExpression>", ANYTHING),
    ],
)
def test_result_is_known_as_far_as_the_table_says(logic: str, known: Known) -> None:
    made = parse_decisions(definitions(decision("d1", logic)))["d1"]

    assert known_result(made) == known


@pytest.mark.parametrize(("type_ref", "known"), [("number", NUMBER), ("string", STRING)])
def test_typed_column_is_known_by_its_type(type_ref: str, known: Known) -> None:
    logic = table(["points"], ["n"], [["-", "other"]])
    logic = logic.replace('<output name="n"', f'<output name="n" typeRef="{type_ref}"')

    made = parse_decisions(definitions(decision("d1", logic)))["d1"]

    assert known_result(made) == context_of({"n": known})
