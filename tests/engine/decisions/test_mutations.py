"""Broken tables: read, checked and asked, they are refused or answered, never fatal."""

import random
from dataclasses import replace

import pytest

from engine.decisions import (
    DecisionError,
    InvalidDecisions,
    lint_decisions,
    parse_decisions,
    read_model,
)
from engine.feel import FeelLimit, Limits
from tests.engine.decisions.drawing import decision, definitions, literal, requires, table

ROUNDS = 25
STEPS = 5_000
BASE = definitions(
    '<itemDefinition name="tGrade"><typeRef>string</typeRef><allowedValues>'
    "<text>&quot;a&quot;</text></allowedValues></itemDefinition>",
    '<inputData id="i1" name="n"><variable name="n" typeRef="number"/></inputData>',
    '<decisionService id="s1" name="s"><outputDecision href="#d2"/><inputData href="#i1"/>'
    "</decisionService>",
    decision(
        "d1",
        table(
            ["n", "kind"],
            ["x", "y"],
            [
                ["[1..5]", '"a"', "n * 2", '"p"'],
                ["not(3)", "-", "0", '"q"'],
                ["> 9", "-", "1", "d2"],
            ],
            policy="OUTPUT ORDER",
            values=["0, 1", '"p","q"'],
            defaults=["1", '"q"'],
        ),
        needs=requires("d2", "i1"),
    ),
    decision("d2", literal("for i in 1..n return i ** 2"), name="d2", needs=requires("i1")),
).decode()
PIECES = (
    "", "-", "null", "true", "[", "]", "(..)", "1..", "not(", '"', "?", "? = ?", "n", "d1", "d2",
    "s(1)", "for i in 1..1000000 return i", "1e400", "9" * 40, '@"x"', "&lt;",
    "UNIQUE", "ANY", "PRIORITY", "COLLECT", "SUM", "tGrade", "number", "#d1", "#i1", "#s1", "考生",
    "if true then n else d2", "{a: 1}.a", "[1,2][item > 1]", "function(x) x", "- - 1",
)  # fmt: skip
CONTEXTS = ({}, {"n": 3, "kind": "a"}, {"n": "x", "kind": None}, {"n": [1], "kind": {}}, {"n": 1e9})


def mutated(source: random.Random, text: str) -> str:
    for _ in range(source.randint(1, 4)):
        start = source.randrange(len(text))
        length = source.choice((0, 1, 3, 12, 40))
        kind = source.random()
        if kind < 0.4:
            # In the place of a text or an attribute, so that the file stays XML.
            places = [at for at in range(len(text)) if text.startswith((">", '="'), at)]
            start = source.choice(places) + 1
            start += text[start : start + 1] == '"'
            end = min(text.find(mark, start) % len(text) for mark in ("<", '"'))
            text = (
                text[:start]
                + source.choice(PIECES).replace('"', "&quot;")
                + text[max(start, end) :]
            )
        elif kind < 0.7:
            text = text[:start] + source.choice(PIECES) + text[start + length :]
        else:
            text = text[:start] + text[start : start + length] * 2 + text[start + length :]
    return text


@pytest.mark.parametrize("seed", range(12))
def test_broken_table_is_refused_or_answered(seed: int) -> None:
    source = random.Random(seed)
    for _ in range(ROUNDS):
        xml = mutated(source, BASE).encode()
        found = lint_decisions(xml)
        try:
            asked = parse_decisions(xml)
        except InvalidDecisions as error:
            assert error.findings
            assert any(one.severity == "error" for one in found)
            try:
                asked = read_model(xml).invocables
            except InvalidDecisions:
                continue
        for one in asked.values():
            held = replace(one, limits=Limits(steps=STEPS))
            for context in CONTEXTS:
                try:
                    held.evaluate(context)
                except (DecisionError, FeelLimit) as refusal:
                    assert refusal.message_zh and refusal.message_en
