"""Score sheets are read strictly and marks are held to their bounds."""

from decimal import Decimal
from typing import Any

import pytest

from appraisal.aggregation import PointsOutOfRange, TaskPoints
from appraisal.score_sheets import (
    InvalidScoreSheet,
    MissingCriterion,
    SheetMarks,
    UnknownCriterion,
    check_marks,
    parse_marks,
    parse_score_sheet,
    task_points,
)


def sheet_content(**changes: Any) -> dict[str, Any]:
    return {
        "key": "plate",
        "name": "四孔板加工",
        "tasks": [
            {
                "key": "drill",
                "name": "孔加工",
                "weight": 40,
                "criteria": [
                    {"key": "distance", "name": "孔距", "points": 9, "rule": "超差一处扣1.5"},
                    {"key": "diameter", "name": "孔径", "points": 4.5},
                ],
                "veto": [{"key": "path_wrong", "fact": "刀具轨迹显示不正确"}],
            },
            {
                "key": "program",
                "name": "编程",
                "weight": 60,
                "criteria": [{"key": "cam", "name": "编制程序", "points": 4, "newTechnique": True}],
            },
        ],
    } | changes


def marks(*vetoes: str, **points: str) -> SheetMarks:
    return SheetMarks({key: Decimal(value) for key, value in points.items()}, vetoes)


def test_sheet_shows_its_rows() -> None:
    assert parse_score_sheet(sheet_content()).rows() == [
        {
            "criterion": "distance",
            "task": "孔加工",
            "name": "孔距",
            "full": 9,
            "rule": "超差一处扣1.5",
        },
        {"criterion": "diameter", "task": "孔加工", "name": "孔径", "full": 4.5, "rule": ""},
        {"criterion": "cam", "task": "编程", "name": "编制程序", "full": 4, "rule": ""},
    ]


def test_marks_become_task_points() -> None:
    sheet = parse_score_sheet(sheet_content())

    assert task_points(sheet, marks("path_wrong", distance="7.5", diameter="4.5", cam="0")) == [
        TaskPoints(Decimal("12.0"), Decimal("13.5"), Decimal(40), vetoed=True),
        TaskPoints(Decimal(0), Decimal(4), Decimal(60), vetoed=False),
    ]


@pytest.mark.parametrize(
    ("given", "error"),
    [
        (marks(distance="9.5", diameter="4", cam="4"), PointsOutOfRange),
        (marks(distance="-0.5", diameter="4", cam="4"), PointsOutOfRange),
        (marks(distance="8.7", diameter="4", cam="4"), PointsOutOfRange),
        (marks(distance="9", diameter="4"), MissingCriterion),
        (marks(distance="9", diameter="4", cam="4", polish="1"), UnknownCriterion),
        (marks("no_such", distance="9", diameter="4", cam="4"), UnknownCriterion),
    ],
)
def test_marks_outside_the_sheet_are_refused(given: SheetMarks, error: type[Exception]) -> None:
    with pytest.raises(error):
        check_marks(parse_score_sheet(sheet_content()), given)


@pytest.mark.parametrize("given", [("9", "4.5", "4"), ("0", "0", "0"), ("0.5", "4", "3.5")])
def test_marks_on_the_bounds_hold(given: tuple[str, str, str]) -> None:
    distance, diameter, cam = given

    check_marks(
        parse_score_sheet(sheet_content()), marks(distance=distance, diameter=diameter, cam=cam)
    )


def test_answer_rows_become_marks() -> None:
    rows = [{"criterion": "distance", "points": 7.5}, {"criterion": "cam", "points": "4"}]

    assert parse_marks(rows, ["path_wrong"]) == marks("path_wrong", distance="7.5", cam="4")


@pytest.mark.parametrize(
    "rows",
    [
        [{"criterion": "cam", "points": "four"}],
        [{"criterion": "cam", "points": None}],
        [{"criterion": "cam", "points": True}],
        [{"criterion": "cam", "points": "NaN"}],
        [{"criterion": "cam", "points": 1}, {"criterion": "cam", "points": 1}],
    ],
)
def test_answer_rows_that_are_no_marks(rows: list[dict[str, Any]]) -> None:
    with pytest.raises(PointsOutOfRange):
        parse_marks(rows)


def one_task(**changes: Any) -> list[dict[str, Any]]:
    criteria = [{"key": "a", "name": "甲", "points": 10}]
    return [{"key": "t", "name": "题", "weight": 100, "criteria": criteria} | changes]


@pytest.mark.parametrize(
    "content",
    [
        {},
        sheet_content(tasks=one_task(weight=99)),
        sheet_content(tasks=one_task(criteria=[])),
        sheet_content(tasks=one_task(criteria=[{"key": "a", "name": "甲", "points": 0}])),
        sheet_content(tasks=one_task(criteria=[{"key": "a", "name": "甲", "points": "x"}])),
        sheet_content(tasks=one_task(veto=[{"key": "a", "fact": "同名"}])),
        sheet_content(step=0),
    ],
)
def test_wrong_sheets_are_refused(content: dict[str, Any]) -> None:
    with pytest.raises(InvalidScoreSheet):
        parse_score_sheet(content)
