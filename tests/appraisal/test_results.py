"""The conclusion of an appraisal, row by row."""

from decimal import Decimal

import pytest

from appraisal.results import (
    PointsOutOfRange,
    SubjectResult,
    anomalies,
    checked_points,
    outcome_of,
    rounded,
    subject_passed,
)

SIXTY = Decimal(60)


def result(state: str, points: str | None = None, *, veto: bool = False) -> SubjectResult:
    return SubjectResult("theory", state, Decimal(points) if points else None, SIXTY, veto)


@pytest.mark.parametrize(
    ("one", "passed"),
    [
        (result("present", "59.9"), False),
        (result("present", "59.5"), False),
        (result("present", "60"), True),
        (result("present", "100"), True),
        (result("present", "95", veto=True), False),
        (result("present"), False),
        (result("absent"), False),
        (result("void", "80"), False),
        (result("exempt"), True),
        (result("passed_earlier"), True),
    ],
)
def test_one_subject(one: SubjectResult, passed: bool) -> None:
    assert subject_passed(one) is passed


PASS, FAIL = result("present", "60"), result("present", "59.5")
ABSENT, VOID, EXEMPT = result("absent"), result("void"), result("exempt")


@pytest.mark.parametrize(
    ("subjects", "outcome"),
    [
        ([PASS, PASS], "passed"),
        ([EXEMPT, PASS], "passed"),
        ([PASS, FAIL], "partly"),
        ([FAIL, FAIL], "failed"),
        ([EXEMPT, FAIL], "failed"),
        ([ABSENT, ABSENT], "absent"),
        ([EXEMPT, ABSENT], "absent"),
        ([PASS, ABSENT], "partly"),
        ([FAIL, ABSENT], "failed"),
        ([VOID, PASS], "void"),
        ([PASS, PASS, FAIL], "partly"),
    ],
)
def test_outcome_over_all_subjects(subjects: list[SubjectResult], outcome: str) -> None:
    assert outcome_of(subjects) == outcome


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
