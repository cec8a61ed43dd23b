"""The lint of tables against trying every value: what it says is so, and nothing is missed."""

import random
from collections.abc import Sequence
from itertools import combinations, product
from typing import Any

import pytest

from engine.decisions import lint_decisions, parse_decisions, read_model
from engine.decisions.boxes import Grid, TooLarge
from engine.decisions.tables import DecisionTable
from engine.feel import to_feel
from engine.feel.builtins import BUILTINS
from engine.feel.scope import Run
from tests.engine.decisions.drawing import decision, definitions, table

NUMBERS = [number / 2 for number in range(-1, 12)]
STRINGS = ["a", "b", "c", "else"]
CELLS: list[Sequence[str]] = [
    ("-", "1", "[1..3]", "(1..3)", "< 2", ">= 3", "not(2)", "1, 4", "? > 1 and ? <= 4", "null"),
    ("-", '"a"', '"a","b"', 'not("a")', '"c"', "null"),
    ("-", "true", "false", "not(true)"),
]


def drawn(seed: int, policy: str = "UNIQUE") -> DecisionTable:
    source = random.Random(seed)
    rows = [[*(source.choice(cells) for cells in CELLS), "1"] for _ in range(source.randint(1, 6))]
    xml = definitions(decision("d1", table(["n", "s", "b"], ["x"], rows, policy=policy)))
    logic = parse_decisions(xml)["d1"].step.logic
    assert isinstance(logic, DecisionTable)
    return logic


def holding(logic: DecisionTable, values: Sequence[Any]) -> set[int]:
    scope = Run({}, BUILTINS).root
    given = [to_feel(value) for value in values]
    return {rule.number for rule in logic.rules if rule.holds(given, scope)}


@pytest.mark.parametrize("seed", range(60))
def test_overlaps_and_cover_are_those_of_trying_all(seed: int) -> None:
    logic = drawn(seed)
    tried = [
        holding(logic, values)
        for values in product([*NUMBERS, None], [*STRINGS, None], [True, False, None])
    ]
    meeting = {pair for held in tried for pair in combinations(sorted(held), 2)}

    grid = Grid(logic)

    assert {(one + 1, other + 1) for one, other, _ in grid.meetings()} == meeting
    everything = tuple(domain.whole for domain in grid.domains)
    for place, rule in enumerate(logic.rules):
        above = grid.inside[:place]
        hidden = next(grid.uncovered(above, grid.around[place]), None) is None
        alone = any(min(held) == rule.number for held in tried if rule.number in held)
        assert hidden is not alone
    bare = next(grid.uncovered(grid.around, everything), None)
    unmet = any(len(domain.pieces) > 1 for domain in grid.domains) and set() in tried
    assert (bare is not None) >= unmet


def test_gap_over_several_inputs_has_an_example() -> None:
    rows = [
        ["< 60", "-", "1"],
        [">= 60", '"a"', "1"],
        ["[60..80]", '"b"', "1"],
    ]
    found = lint_decisions(definitions(decision("d1", table(["points", "kind"], ["x"], rows))))

    (gap,) = [one for one in found if one.code == "dmn_gap" and '; kind "b"' in one.message_en]
    assert gap.element_id == "t"
    assert gap.severity == "warning"
    assert gap.message_zh == (
        '没有规则覆盖 points > 80; kind "b", not("a", "b")（例如 points = 81, kind = "b"）'
    )
    assert gap.message_en == (
        'no row covers points > 80; kind "b", not("a", "b") (such as points = 81, kind = "b")'
    )


def test_table_that_is_too_large_says_so() -> None:
    source = random.Random(0)
    inputs = [f"n{place}" for place in range(40)]
    rows = []
    for _ in range(240):
        row = ["-"] * len(inputs)
        for place in source.sample(range(len(inputs)), 3):
            row[place] = source.choice(("true", "false"))
        rows.append([*row, "1"])
    xml = definitions(decision("d1", table(inputs, ["x"], rows, policy="FIRST")))

    found = [one for one in lint_decisions(xml) if one.code == "dmn_too_large_to_check"]

    assert [(one.element_id, one.message_en) for one in found] == [
        ("t", "the table is too large to be checked exactly for overlaps and gaps")
    ]


def test_too_many_rows_are_not_laid_out() -> None:
    rows = [[str(number), "1"] for number in range(501)]
    xml = definitions(decision("d1", table(["n"], ["x"], rows)))

    with pytest.raises(TooLarge):
        Grid(read_model(xml).tables[0][1])
