"""Every row of the product's own tables says in words why it decides, in Chinese and English."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from lxml import etree

from engine.decisions.descriptions import rule_descriptions

ROOT = Path(__file__).parents[2] / "processes"
TABLES = sorted(ROOT.rglob("*.dmn"))
CHINESE = re.compile("[\u4e00-\u9fff]")


def rules(content: bytes) -> Iterator[str]:
    for rule in etree.fromstring(content).iter("{*}rule"):
        yield rule.get("id", "")


@pytest.mark.parametrize("file", TABLES, ids=lambda file: file.stem)
def test_every_row_has_words_in_both_languages(file: Path) -> None:
    content = file.read_bytes()

    texts = rule_descriptions(content)

    assert "" not in set(rules(content))
    missing = [
        rule
        for rule in rules(content)
        if not CHINESE.search(texts.get(rule, {}).get("", ""))
        or not re.search("[A-Za-z]", texts[rule].get("en", ""))
        or CHINESE.search(texts[rule]["en"])
    ]
    assert missing == []


def test_the_tables_are_found() -> None:
    assert {file.stem for file in TABLES} >= {"d1_route", "d9_discipline", "d16_retention"}
