"""A candidate sees the own enrolment, and only what is out already."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from sqlmodel import Session, select

from appraisal.certificates import Certificate
from appraisal.enrolments import Enrolment, EnrolmentSubject
from appraisal.results import Result
from appraisal.tickets import AdmissionTicket
from tests.api.small import Street
from tests.pages.conftest import browser_of


@pytest.fixture
def candidate(street: Street) -> Any:
    return browser_of(street, "candidate")


def own(db: Session, street: Street) -> Enrolment:
    return db.exec(select(Enrolment).where(Enrolment.number == street.own.enrolment_number)).one()


def mine(street: Street) -> str:
    return f"/me/enrolments/{street.own.enrolment_number}"


def test_single_enrolment_is_shown_at_once(street: Street, candidate: Any) -> None:
    assert candidate.get("/me").headers["location"] == mine(street)

    page = candidate.get(mine(street)).text

    assert "赵考生，您好" in page
    assert "报名已提交，正在等待审核" in page
    assert "共 6 步，已完成 1 步" in page


@pytest.mark.parametrize(
    ("state", "told", "done"),
    [
        ("reviewing", "正在审核，请耐心等待", 1),
        ("fee", "还差一步：请缴费", 2),
        ("admitted", "审核已通过，请等待准考证", 3),
        ("ticketed", "准考证已发放，请按时参加考试", 4),
        ("sat", "考试已结束，请等待成绩", 5),
        ("certified", "恭喜，您已取得证书", 6),
        ("rejected", "审核没有通过", 1),
        ("withdrawn", "您已放弃本次报名", 1),
    ],
)
def test_state_is_told_as_what_to_do(
    street: Street, candidate: Any, state: str, told: str, done: int
) -> None:
    with street.installation.database.transaction() as db:
        enrolment = own(db, street)
        enrolment.state = state
        db.add(enrolment)

    page = candidate.get(mine(street)).text

    assert told in page
    assert f"共 6 步，已完成 {done} 步" in page


def test_marks_are_shown_only_when_published(street: Street, candidate: Any) -> None:
    at = street.installation.clock.now()
    with street.installation.database.transaction() as db:
        enrolment = own(db, street)
        assert enrolment.id is not None
        db.add(
            EnrolmentSubject(
                enrolment_id=enrolment.id, subject="theory", points=Decimal("59.5"), passed=False
            )
        )
        db.add(
            Result(
                session_id=enrolment.session_id,
                organisation_id=enrolment.organisation_id,
                enrolment_id=enrolment.id,
                outcome="failed",
                decided_at=at,
            )
        )
    before = candidate.get(mine(street)).text
    with street.installation.database.transaction() as db:
        result = db.exec(select(Result)).one()
        result.published_at = at
        db.add(result)
    after = candidate.get(mine(street)).text

    assert ("59.5" in before, "59.5" in after, "不合格" in after) == (False, True, True)


def test_foreign_enrolments_are_not_there(street: Street, candidate: Any) -> None:
    paths = [f"/me/enrolments/{street.foreign.enrolment_number}", "/me/enrolments/none"]

    assert [candidate.get(path).status_code for path in paths] == [404, 404]
    assert browser_of(street, "director").get(mine(street)).status_code == 404


def test_staff_pages_are_not_for_candidates(street: Street, candidate: Any) -> None:
    answers = [
        candidate.get(path)
        for path in ("/inbox", "/sessions", f"/sessions/{street.own.session_number}", "/incidents")
    ]

    assert [answer.status_code for answer in answers] == [303, 403, 403, 403]


@pytest.mark.parametrize(("released", "status"), [(False, 404), (True, 200)])
def test_ticket_is_given_once_released(
    street: Street, candidate: Any, released: bool, status: int
) -> None:
    from appraisal.papers import Paper, file_paper

    at = street.installation.clock.now()
    with street.installation.database.transaction() as db:
        enrolment = own(db, street)
        assert enrolment.id is not None
        paper = Paper(
            session_id=enrolment.session_id,
            organisation_id=enrolment.organisation_id,
            key="admission_ticket",
            subject=enrolment.number,
            title="准考证",
            object_key="",
            size=0,
            created_at=at,
        )
        number = file_paper(db, paper, b"%PDF-1.7").id
        db.add(
            AdmissionTicket(
                organisation_id=enrolment.organisation_id,
                session_id=enrolment.session_id,
                enrolment_id=enrolment.id,
                number="2600010101",
                issued_at=at,
                released_at=at if released else None,
            )
        )

    answer = candidate.get(f"/papers/{number}")

    assert answer.status_code == status
    assert ("准考证" in candidate.get(mine(street)).text) is True
    assert (f"/papers/{number}" in candidate.get(mine(street)).text) is released


def test_certificate_that_is_only_numbered_is_not_shown(street: Street, candidate: Any) -> None:
    with street.installation.database.transaction() as db:
        enrolment = own(db, street)
        db.add(
            Certificate(
                number="S000099000001263000001",
                enrolment_id=enrolment.id,
                session_id=enrolment.session_id,
                organisation_id=enrolment.organisation_id,
                candidate_id=enrolment.candidate_id,
                name="赵考生",
                occupation_code="6-31-01-03",
                level_code="4",
                created_at=street.installation.clock.now(),
            )
        )

    assert "S000099000001263000001" not in candidate.get(mine(street)).text
