"""Anybody verifies a certificate; the name is masked."""

from __future__ import annotations

from datetime import date

import pytest
from fastapi.testclient import TestClient
from sqlmodel import select

from appraisal.certificates import Certificate
from appraisal.enrolments import Enrolment
from tests.api.small import Street

NUMBER = "S000099000001263000001"


def issue(street: Street, state: str) -> None:
    with street.installation.database.transaction() as db:
        enrolment = db.exec(
            select(Enrolment).where(Enrolment.number == street.own.enrolment_number)
        ).one()
        db.add(
            Certificate(
                number=NUMBER,
                enrolment_id=enrolment.id,
                session_id=enrolment.session_id,
                organisation_id=enrolment.organisation_id,
                candidate_id=enrolment.candidate_id,
                name="赵考生",
                occupation_code="6-31-01-03",
                level_code="4",
                state=state,
                issued_on=date(2026, 11, 20),
                created_at=street.installation.clock.now(),
            )
        )


@pytest.mark.parametrize(
    ("state", "status", "told"),
    [
        ("valid", 200, "证书有效"),
        ("suspended", 200, "证书暂停使用"),
        ("revoked", 200, "证书已撤销"),
        ("numbered", 404, "没有查到这张证书"),
    ],
)
def test_certificate_is_told_with_its_state(
    street: Street, nobody: TestClient, state: str, status: int, told: str
) -> None:
    issue(street, state)

    page = nobody.get(f"/verify/{NUMBER}")

    assert (page.status_code, told in page.text) == (status, True)
    assert "赵考生" not in page.text
    assert ("赵**" in page.text) is (status == 200)


def test_form_leads_to_the_address_of_the_qr_code(nobody: TestClient) -> None:
    answer = nobody.get("/verify?number=%20S00%2F1%20")

    assert answer.headers["location"] == "/verify/S00%2F1"


def test_hostile_number_is_shown_as_text(nobody: TestClient) -> None:
    page = nobody.get("/verify/%3Cscript%3Ealert(1)%3C%2Fscript%3E")

    assert page.status_code == 404
    assert "<script>alert" not in page.text
