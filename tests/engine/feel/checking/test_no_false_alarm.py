"""What has a value is not complained about: the check is tried on the tables of the language."""

import pytest

from engine.feel import compile_expression
from engine.feel.checking import ANYTHING, Known, check_expression, known_of_value
from tests.engine.feel import test_builtins as functions
from tests.engine.feel import test_expression as language
from tests.engine.feel.test_feelin import SOURCES

KNOWN = {name: known_of_value(value) for name, value in language.CONTEXT.items()}
HAVING_A_VALUE = [
    source
    for source in (*SOURCES, *(source for source, _ in functions.NAMED))
    if "==" not in source and compile_expression(source)(language.CONTEXT) is not None
]


@pytest.mark.parametrize("known", [KNOWN, dict.fromkeys(KNOWN, ANYTHING)], ids=["all", "names"])
def test_expression_that_has_a_value_has_no_finding(known: dict[str, Known]) -> None:
    alarms = {
        source: [str(one) for one in check_expression(source, {**known, "missing": ANYTHING})]
        for source in HAVING_A_VALUE
    }

    assert len(HAVING_A_VALUE) > 300
    assert {source: found for source, found in alarms.items() if found} == {}
