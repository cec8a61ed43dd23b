"""The candidates of a session, looked up by its staff."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal

import pytest
from sqlmodel import Session, select

from appraisal.enrolments import Enrolment, EnrolmentSubject
from appraisal.results import Result
from tasks.enrolment_lists import PAGE_ROWS, list_enrolments
from tests.api.small import Street
from tests.pages.conftest import browser_of


def own(db: Session, street: Street) -> Enrolment:
    number = street.own.enrolment_number
    return db.exec(select(Enrolment).where(Enrolment.number == number)).one()


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", 1),
        ("state=submitted", 1),
        ("state=certified", 0),
        ("q=赵", 1),
        ("q=钱", 0),
        ("q=%", 0),
        ("q=2026", 1),
    ],
)
def test_candidates_are_found(street: Street, query: str, found: int) -> None:
    with street.installation.database.transaction() as db:
        one = own(db, street)
        one.admission_number = "2026-1"
        db.add(one)
    page = browser_of(street, "reviewer").get(
        f"/sessions/{street.own.session_number}/enrolments?{query}"
    )

    assert page.status_code == 200
    assert page.text.count(f"/enrolments/{street.own.enrolment_number}") == found
    assert ("没有符合条件的考生" in page.text) is (found == 0)


def test_list_goes_on_after_a_page(street: Street) -> None:
    with street.installation.database.transaction() as db:
        first = own(db, street)
        for number in range(PAGE_ROWS):
            values = first.model_dump(exclude={"id", "number"})
            db.add(Enrolment(**values, number=f"{street.own.session_number}-1{number:04d}"))
        db.flush()
        head, following = list_enrolments(db, street.own.session_id)
        rest, end = list_enrolments(db, street.own.session_id, after=following)

    assert [len(head), len(rest), end] == [PAGE_ROWS, 1, 0]
    numbers = [line.enrolment.number for line in (*head, *rest)]
    assert len(set(numbers)) == PAGE_ROWS + 1


def test_marks_are_for_those_who_read_results(street: Street) -> None:
    with street.installation.database.transaction() as db:
        one = own(db, street)
        db.add(
            EnrolmentSubject(
                enrolment_id=one.id, subject="theory", points=Decimal("59.5"), passed=False
            )
        )
        db.add(
            Result(
                session_id=one.session_id,
                organisation_id=one.organisation_id,
                enrolment_id=one.id,
                outcome="failed",
                decided_at=datetime.now(UTC),
            )
        )
    path = f"/enrolments/{street.own.enrolment_number}"

    seen = {
        role: "59.5" in browser_of(street, role).get(path).text for role in ("reviewer", "director")
    }

    assert seen == {"reviewer": False, "director": True}


def test_id_number_is_masked(street: Street) -> None:
    page = browser_of(street, "reviewer").get(f"/enrolments/{street.own.enrolment_number}").text

    assert "110101********721X" in page
    assert re.findall(r"\d{17}[\dX]", page) == []
