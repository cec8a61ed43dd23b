from datetime import UTC, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from sqlalchemy.exc import StatementError

from appraisal.enrolments import EnrolmentSubject
from appraisal.organisations import Organisation
from appraisal.sessions import AppraisalSession
from engine.database import Database


def test_times_come_back_in_utc(database: Database) -> None:
    at = datetime(2026, 5, 1, 9, 0, 0, 123456, tzinfo=timezone(timedelta(hours=8)))
    with database.transaction() as db:
        body = Organisation(code="A", name="A")
        db.add(body)
        db.flush()
        db.add(AppraisalSession(number="A-1", organisation_id=body.id, name="A", created_at=at))
        db.flush()
        db.expire_all()

        session = db.get_one(AppraisalSession, 1)

        assert session.created_at == at
        assert session.created_at.tzinfo is UTC


@pytest.mark.parametrize("value", [Decimal("59.50"), Decimal(0), Decimal("100")])
def test_decimals_keep_their_digits(value: Decimal) -> None:
    column = EnrolmentSubject.__table__.c.points.type  # type: ignore[attr-defined]
    text = column.process_bind_param(value, None)

    assert str(column.process_result_value(text, None)) == str(value)


def test_a_naive_time_and_a_float_are_refused(database: Database) -> None:
    with pytest.raises(StatementError, match="time zone"), database.transaction() as db:
        db.add(Organisation(code="A", name="A"))
        db.flush()
        db.add(
            AppraisalSession(
                number="A-1", organisation_id=1, name="A", created_at=datetime(2026, 5, 1)
            )
        )
    column = EnrolmentSubject.__table__.c.points.type  # type: ignore[attr-defined]
    with pytest.raises(ValueError, match="decimals"):
        column.process_bind_param(59.5, None)
