"""Entry of results, rounding, and what looks odd in them."""

from decimal import Decimal

import pytest

from appraisal.results import (
    EntryLine,
    PointsOutOfRange,
    SubjectResult,
    anomalies,
    checked_points,
    read_entry_lines,
    rounded,
)

SIXTY = Decimal(60)


def result(state: str, points: str | None = None, *, veto: bool = False) -> SubjectResult:
    return SubjectResult("theory", state, Decimal(points) if points else None, SIXTY, veto)


@pytest.mark.parametrize(
    ("text", "lines", "errors"),
    [
        ("", [], []),
        (
            "准考证号\t科目\t得分\n26001\t理论知识\t59.5\n\n26002,实操,60",
            [
                EntryLine("26001", "theory", Decimal("59.5")),
                EntryLine("26002", "practical", Decimal(60)),
            ],
            [],
        ),
        ("26001 理论", [], [1]),
        ("26001 体育 60", [], [1]),
        ("26001 理论 六十", [], [1]),
        ("26001 理论 100.5\n26001 理论 -1\n26001 理论 NaN", [], [1, 2, 3]),
        ("26001 理论 =1+1", [], [1]),
    ],
)
def test_entry_lines(text: str, lines: list[EntryLine], errors: list[int]) -> None:
    found, wrong = read_entry_lines(text)

    assert (found, [error.line for error in wrong]) == (lines, errors)


@pytest.mark.parametrize(
    ("points", "shown"), [("59.94", "59.9"), ("59.95", "60.0"), ("60", "60.0"), ("0.05", "0.1")]
)
def test_points_are_rounded_half_up(points: str, shown: str) -> None:
    assert str(rounded(Decimal(points))) == shown


@pytest.mark.parametrize("points", ["-0.1", "100.1"])
def test_points_outside_the_range_are_refused(points: str) -> None:
    with pytest.raises(PointsOutOfRange):
        checked_points(Decimal(points))


@pytest.mark.parametrize(
    ("subjects", "codes"),
    [
        ([result("present", "75"), result("present", "70")], []),
        ([result("present"), result("present", "70")], ["missing"]),
        ([result("absent", "70")], ["scored"]),
        ([result("void", "70")], ["scored"]),
        ([result("present", "0")], ["zero"]),
        ([result("present", "98")], ["extreme"]),
        ([result("present", "20")], ["extreme"]),
        ([result("present", "97.9"), result("present", "57.9")], ["gap"]),
        ([result("present", "97.9"), result("present", "58")], []),
    ],
)
def test_anomalies_of_one_enrolment(subjects: list[SubjectResult], codes: list[str]) -> None:
    marks = {7: {f"{i}": subject for i, subject in enumerate(subjects)}}

    assert [(a.enrolment_id, a.code) for a in anomalies(marks)] == [(7, code) for code in codes]


def test_an_outlier_of_the_batch_is_shown() -> None:
    marks = {i: {"theory": result("present", "70")} for i in range(20)}
    marks[20] = {"theory": result("present", "40")}

    assert [(a.enrolment_id, a.code) for a in anomalies(marks)] == [(20, "outlier")]
