"""Points are rounded half up and aggregated as the scheme says."""

from decimal import Decimal

import pytest

from appraisal.aggregation import (
    AggregationMethod,
    IncompleteMarks,
    PointsOutOfRange,
    TaskPoints,
    VetoEffect,
    WrongWeights,
    aggregate,
    half_up,
    is_panel_size,
    practical_points,
    review_points,
    spread,
    third_mark_points,
)


def decimals(*values: str) -> list[Decimal]:
    return [Decimal(value) for value in values]


@pytest.mark.parametrize(
    ("value", "rounded"),
    [
        ("59.44", "59.4"),
        ("59.449999", "59.4"),
        ("59.45", "59.5"),
        ("59.95", "60.0"),
        ("0.05", "0.1"),
        ("100", "100.0"),
    ],
)
def test_half_up_rounds_to_one_decimal(value: str, rounded: str) -> None:
    assert half_up(Decimal(value)) == Decimal(rounded)


@pytest.mark.parametrize(
    ("points", "method", "expected"),
    [
        (("60",), "mean", "60.0"),
        (("59", "60", "60"), "mean", "59.7"),
        (("59", "60"), "mean", "59.5"),
        (("40", "60", "95"), "median", "60.0"),
        (("40", "60", "62", "95"), "median", "61.0"),
        (("40", "60", "62", "64"), "drop_extremes", "56.5"),
        (("40", "60", "62", "64", "95"), "drop_extremes", "62.0"),
        (("60", "60", "60", "60", "60"), "drop_extremes", "60.0"),
    ],
)
def test_aggregate_by_method(points: tuple[str, ...], method: str, expected: str) -> None:
    assert aggregate(decimals(*points), AggregationMethod(method)) == Decimal(expected)


@pytest.mark.parametrize(
    "rule", [lambda: aggregate([], AggregationMethod.MEAN), lambda: spread([])]
)
def test_no_marks_give_no_points(rule) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(IncompleteMarks):
        rule()


@pytest.mark.parametrize(
    ("points", "expected"), [(("70",), "0"), (("70", "70"), "0"), (("60", "75.5", "70"), "15.5")]
)
def test_spread_is_highest_less_lowest(points: tuple[str, ...], expected: str) -> None:
    assert spread(decimals(*points)) == Decimal(expected)


def task(points: str, full: str, weight: str, *, vetoed: bool = False) -> TaskPoints:
    return TaskPoints(Decimal(points), Decimal(full), Decimal(weight), vetoed)


@pytest.mark.parametrize(
    ("tasks", "effect", "expected"),
    [
        ([task("30", "30", "25"), task("40", "40", "75")], "fail", "100.0"),
        ([task("0", "30", "25"), task("0", "40", "75")], "fail", "0.0"),
        ([task("17", "30", "30"), task("20", "30", "70")], "fail", "63.7"),
        ([task("30", "30", "25", vetoed=True), task("20", "40", "75")], "fail", "62.5"),
        ([task("30", "30", "25", vetoed=True), task("20", "40", "75")], "task_zero", "37.5"),
        ([task("30", "30", "25", vetoed=True), task("20", "40", "75")], "subject_zero", "0.0"),
        ([task("30", "30", "25"), task("20", "40", "75")], "subject_zero", "62.5"),
    ],
)
def test_practical_points_weigh_tasks(tasks: list[TaskPoints], effect: str, expected: str) -> None:
    assert practical_points(tasks, VetoEffect(effect)) == Decimal(expected)


@pytest.mark.parametrize(
    ("tasks", "error"),
    [
        ([], WrongWeights),
        ([task("10", "30", "99.9")], WrongWeights),
        ([task("30.5", "30", "100")], PointsOutOfRange),
        ([task("-0.5", "30", "100")], PointsOutOfRange),
    ],
)
def test_practical_points_refuse(tasks: list[TaskPoints], error: type[Exception]) -> None:
    with pytest.raises(error):
        practical_points(tasks)


@pytest.mark.parametrize(
    ("first", "second", "third", "expected"),
    [
        ("50", "70", "68", "69.0"),
        ("50", "70", "52", "51.0"),
        ("50", "70", "60", "60.0"),
        ("50", "70", "75", "72.5"),
        ("59", "70", "59.9", "59.5"),
    ],
)
def test_third_mark_meets_the_nearer(first: str, second: str, third: str, expected: str) -> None:
    points = third_mark_points(Decimal(first), Decimal(second), Decimal(third))

    assert points == Decimal(expected)


@pytest.mark.parametrize(
    ("thesis", "defence", "expected"),
    [
        (("24", "24", "24"), ("36", "36", "36"), "60.0"),
        (("23", "24", "24"), ("35", "36", "36"), "59.4"),
        (("40", "40", "40"), ("60", "60", "60"), "100.0"),
        (("0", "0", "0"), ("0", "0", "0"), "0.0"),
    ],
)
def test_review_points_add_thesis_and_defence(
    thesis: tuple[str, ...], defence: tuple[str, ...], expected: str
) -> None:
    points = review_points(decimals(*thesis), decimals(*defence), AggregationMethod.MEAN)

    assert points == Decimal(expected)


@pytest.mark.parametrize(
    ("thesis", "defence", "error"),
    [
        (("24", "24"), ("36", "36", "36"), IncompleteMarks),
        (("24",) * 4, ("36",) * 3, IncompleteMarks),
        (("24",) * 3, ("36",) * 4, IncompleteMarks),
        (("40.5", "24", "24"), ("36",) * 3, PointsOutOfRange),
        (("24",) * 3, ("36", "60.1", "36"), PointsOutOfRange),
    ],
)
def test_review_points_refuse(
    thesis: tuple[str, ...], defence: tuple[str, ...], error: type[Exception]
) -> None:
    with pytest.raises(error):
        review_points(decimals(*thesis), decimals(*defence), AggregationMethod.MEAN)


@pytest.mark.parametrize(
    ("count", "allowed"), [(0, False), (1, False), (2, False), (3, True), (4, False), (5, True)]
)
def test_panel_is_odd_and_at_least_three(count: int, allowed: bool) -> None:
    assert is_panel_size(count) is allowed
