"""The coverage page says what the registry says, and the registry what is tested."""

import re
from importlib import import_module
from pathlib import Path

import pytest

from engine.diagrams.checking.catalogue import MESSAGES
from engine.diagrams.coverage import HOW, Construct, constructs, coverage_page

ROOT = Path(__file__).parents[3]
TESTS = ROOT / "tests" / "engine"
CASE_TABLES = {
    name: {case.name for case in import_module(f"tests.engine.constructs.test_{name}").CASES}
    for name in ("flows", "activities", "events", "compensation", "conditions")
}


def is_there(proof: str) -> bool:
    table, _, case = proof.partition(": ")
    if table in CASE_TABLES:
        return case in CASE_TABLES[table]
    file, _, function = proof.partition("::")
    return re.search(rf"^def {function}\(", (TESTS / file).read_text("utf-8"), re.M) is not None


def test_page_is_current() -> None:
    assert (ROOT / "docs" / "bpmn-coverage.md").read_text("utf-8") == coverage_page()


@pytest.mark.parametrize("one", constructs(), ids=lambda one: one.name)
def test_construct_is_decided_and_proven(one: Construct) -> None:
    assert one.how in HOW
    assert one.proofs
    assert [proof for proof in one.proofs if not is_there(proof)] == []
    assert (one.how == "refused") == (one.code in MESSAGES)
