"""What authors are told about single cells, rows and columns."""

from pathlib import Path

import pytest

from engine.decisions import lint_decisions
from tests.engine.decisions.drawing import decision, definitions, table

BASE = Path(__file__).parents[3] / "processes"


def kinds(xml: str, *types: str) -> str:
    for kind in types:
        xml = xml.replace("<inputExpression><", f'<inputExpression typeRef="{kind}"><', 1)
    return xml


def told(logic: str) -> list[tuple[str, str, str, str]]:
    found = lint_decisions(definitions(decision("d1", logic)))
    return [(one.element_id, one.severity, one.message_zh, one.message_en) for one in found]


@pytest.mark.parametrize(
    ("logic", "expected"),
    [
        pytest.param(
            kinds(table(["n"], ["x"], [['"a"', "1"], ["-", "2"]], policy="FIRST"), "number"),
            [
                ("r1", "error", '第 1 行“n”的 "a" 不是 number', 'row 1: "a" of n is no number'),
                (
                    "r1",
                    "warning",
                    "第 1 行的条件永远不会成立",
                    "the conditions of row 1 never hold",
                ),
            ],
            id="type-of-cell",
        ),
        pytest.param(
            table(["n"], ["x"], [["-", '"c"']], values=['"a"']),
            [
                (
                    "r1",
                    "error",
                    '第 1 行“x”的 "c" 不在允许的输出值中',
                    'row 1: "c" is no allowed value of x',
                ),
                (
                    "t",
                    "warning",
                    '没有规则给出输出“x”的允许值 "a"',
                    'no row gives the allowed value "a" of the output x',
                ),
            ],
            id="output-value",
        ),
        pytest.param(
            table(["points"], ["x"], [["-", "poinst + 1"]]),
            [
                (
                    "r1",
                    "warning",
                    "第 1 行用到未知的名称“poinst”，是否指“points”",
                    "row 1 uses the unknown name poinst; did you mean points",
                )
            ],
            id="unknown-name",
        ),
        pytest.param(
            table(["n"], ["x"], [["<= 5", "1"], ["> 3", "2"], ["[4..9]", "3"]], policy="FIRST"),
            [
                (
                    "r3",
                    "warning",
                    "第 3 行永远轮不到：第 1, 2 行已覆盖它的全部情况",
                    "row 3 never decides: rows 1, 2 cover all of it",
                )
            ],
            id="shadowed",
        ),
        pytest.param(
            table(
                ["n"], ["x"], [["> 0", '"b"'], ["-", '"a"']], policy="PRIORITY", values=['"a","b"']
            ),
            [
                (
                    "r1",
                    "warning",
                    "第 1 行永远轮不到：第 2 行已覆盖它的全部情况",
                    "row 1 never decides: rows 2 cover all of it",
                )
            ],
            id="shadowed-by-priority",
        ),
        pytest.param(
            table(["n"], ["x"], [["[5..1]", "1"], ["-", "2"]], policy="FIRST"),
            [("r1", "warning", "第 1 行的条件永远不会成立", "the conditions of row 1 never hold")],
            id="never",
        ),
        pytest.param(
            table(["n"], ["x"], [["> 1", "1"], ["> 1", "1"]], policy="COLLECT"),
            [("r2", "warning", "第 2 行与第 1 行相同", "row 2 repeats row 1")],
            id="duplicate",
        ),
        pytest.param(
            table(["n"], ["x"], [['"a"', "1"], ['"b"', "1"]]),
            [
                (
                    "t",
                    "warning",
                    '表中没有提到的取值没有规则覆盖，也没有默认输出（例如 n = "其他"）',
                    "values that no row names are not covered, and there is no default "
                    '(such as n = "其他")',
                ),
            ],
            id="no-default",
        ),
        pytest.param(
            table(["n"], ["x"], [["1", "1"], ["3", "1"]], defaults=["0"]), [], id="default"
        ),
        pytest.param(
            table(["n"], ["x", "y"], [["-", "1", "2"]], defaults=["0", "0"]).replace(
                '<output name="y"><defaultOutputEntry><text>0</text></defaultOutputEntry>',
                '<output name="y">',
            ),
            [
                (
                    "t",
                    "warning",
                    "输出“y”没有默认值，而其他输出有",
                    "the outputs y have no default, but others do",
                )
            ],
            id="default-of-some",
        ),
        pytest.param(
            table(["n"], ["x"], [["> 1", "1"], ["> 0", "2"]], policy="ANY", defaults=["0"]),
            [
                (
                    "r1",
                    "warning",
                    "第 1 行与第 2 行会同时成立（例如 n = 2），命中策略 ANY 不允许",
                    "rows 1 and 2 may hold together (such as n = 2), against ANY",
                )
            ],
            id="any-that-differ",
        ),
        pytest.param(
            table(["n"], ["x"], [["> 1", "1"], ["> 0", "1.0"]], policy="ANY", defaults=["0"]),
            [],
            id="any-that-agree",
        ),
        pytest.param(
            table(["n"], ["x"], [["> 1", "1"], ["< 1", "2"]], policy="COLLECT").replace(
                '"r2"', '"r1"'
            ),
            [
                (
                    "r1",
                    "warning",
                    "行编号“r1”重复，无法区分是哪一行作出决定",
                    "the row id r1 appears twice, so it cannot be told which row decided",
                )
            ],
            id="same-row-id",
        ),
    ],
)
def test_author_is_told(logic: str, expected: list[tuple[str, str, str, str]]) -> None:
    assert told(logic) == expected


def test_allowed_values_close_a_column() -> None:
    closed = table(["kind"], ["x"], [['"a"', "1"], ['"b"', "2"]]).replace(
        "</inputExpression>", '</inputExpression><inputValues><text>"a","b"</text></inputValues>'
    )

    assert told(closed) == []
    assert told(closed.replace('"a","b"', '"a","b","c"')) == [
        (
            "t",
            "warning",
            '没有规则覆盖 kind "c"（例如 kind = "c"）',
            'no row covers kind "c" (such as kind = "c")',
        )
    ]


@pytest.mark.parametrize("file", sorted(BASE.rglob("*.dmn")), ids=lambda file: file.stem)
def test_tables_of_the_product_have_nothing_to_tell(file: Path) -> None:
    assert lint_decisions(file.read_bytes()) == []
