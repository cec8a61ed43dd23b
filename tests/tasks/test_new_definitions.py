"""Definitions that are begun can be published, and copies share no id with what they copy."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest

from api.application import check_form
from engine.decisions.lint import lint_decisions
from engine.decisions.trial import try_decision
from engine.diagrams import Environment, prepare_diagram
from tasks.new_definitions import KEY, blank_definition, copied_definition

NAME, ENGLISH = "健康证<核验>&“甲”", 'Health "card" <check> & more'
D5 = Path("processes/base/decide_opening/d5_opening.dmn")
CHECK_IN = next(Path("processes/base/check_in").glob("*.bpmn"))
REVIEW = Path("forms/definitions/base/review_application.json")


def test_blank_form_can_be_published() -> None:
    content = blank_definition("form", "health_card", NAME, ENGLISH)

    assert check_form("health_card", content) == []
    assert json.loads(content)["jc:title.en"] == ENGLISH


def test_blank_decision_decides_and_has_nothing_to_mend() -> None:
    content = blank_definition("decision", "health_card", NAME, ENGLISH)

    assert lint_decisions(content) == []
    found = try_decision(content, "health_card", {"condition": True})
    assert found.trial.value == "yes"
    assert found.texts["health_card_met"] == {"en": "The condition is met", "": "条件满足"}


def test_blank_process_can_be_published() -> None:
    content = blank_definition("process", "health_card", NAME, ENGLISH)
    checked = prepare_diagram(content, Environment(), key="health_card")

    assert [one for one in checked.findings if one.severity == "error"] == []
    assert checked.processes == ("health_card",)


def test_copied_decision_has_ids_of_its_own() -> None:
    content = D5.read_bytes()
    copied = copied_definition("decision", content, "d5_opening", "d5_again", (NAME, ENGLISH))

    ids = [set(re.findall(rb'\bid="([^"]+)"', one)) for one in (content, copied)]
    assert len(ids[0]) == len(ids[1])
    assert ids[0] & ids[1] == set()
    data = {"session_kind": "public", "admitted": 0, "shortage": 1, "merge_target": False}
    [row] = try_decision(copied, "d5_again", data).fired
    assert (row.rule_id, row.table_name) == ("d5_again_d5_nobody", NAME)
    assert lint_decisions(copied) == lint_decisions(content)


def test_copied_process_starts_under_its_own_key() -> None:
    copied = copied_definition(
        "process", CHECK_IN.read_bytes(), "check_in", "entry", ("入场", "In")
    )
    checked = prepare_diagram(copied, Environment(), key="entry")

    assert checked.processes == ("entry",)
    assert b'processRef="entry"' in copied and b'name="\xe5\x85\xa5\xe5\x9c\xba"' in copied


def test_copied_form_keeps_its_components() -> None:
    before = json.loads(REVIEW.read_bytes())
    copied = json.loads(
        copied_definition("form", REVIEW.read_bytes(), before["id"], "second", (NAME, ENGLISH))
    )

    assert copied["components"] == before["components"]
    assert (copied["id"], copied["jc:title"]) == ("second", NAME)


@pytest.mark.parametrize(
    ("key", "good"),
    [
        ("abc", True), ("health_card", True), ("a" * 60, True), ("a" * 61, False), ("ab", False),
        ("1abc", False), ("Abc", False), ("健康证", False), ("a b", False), ("abc\n", False),
        ("../x", False), ("", False),
    ],
)  # fmt: skip
def test_keys(key: str, good: bool) -> None:
    assert (KEY.fullmatch(key) is not None) is good
