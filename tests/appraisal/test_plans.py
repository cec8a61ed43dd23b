"""Plans: their states, and filing fifteen working days before the exam."""

from datetime import UTC, date, datetime

import pytest

from appraisal.calendar import WorkCalendar
from appraisal.plans import (
    PlanState,
    SessionPlan,
    WrongPlanState,
    filing_due,
    is_late,
    may_follow,
    record_reply,
)
from engine.database import Database

AT = datetime(2026, 3, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("exam_date", "lead", "due"),
    [
        (date(2026, 3, 27), 15, date(2026, 3, 6)),
        (date(2026, 3, 27), 10, date(2026, 3, 13)),
        (date(2026, 3, 27), 0, date(2026, 3, 27)),
        # Across the May holiday; Saturday 2026-05-09 is worked.
        (date(2026, 5, 8), 15, date(2026, 4, 14)),
        (date(2026, 5, 11), 5, date(2026, 4, 30)),
    ],
)
def test_filing_due(exam_date: date, lead: int, due: date) -> None:
    assert filing_due(exam_date, WorkCalendar().workday, lead) == due


@pytest.mark.parametrize(("day", "late"), [(5, False), (6, False), (7, True)])
def test_the_last_day_is_in_time(day: int, late: bool) -> None:
    assert is_late(date(2026, 3, day), date(2026, 3, 6)) is late


def test_states_follow_one_another() -> None:
    allowed = {
        (one.value, other.value)
        for one in PlanState
        for other in PlanState
        if may_follow(one, other)
    }

    assert allowed == {
        ("draft", "approved"),
        ("draft", "refused"),
        ("approved", "filed"),
        ("approved", "accepted"),
        ("filed", "accepted"),
        ("filed", "returned"),
    }


@pytest.mark.parametrize(
    ("state", "accepted", "reason"), [("filed", False, " "), ("approved", False, "缺材料")]
)
def test_a_reply_is_refused(
    sqlite_database: Database, state: str, accepted: bool, reason: str
) -> None:
    plan = SessionPlan(
        organisation_id=1,
        session_id=1,
        version=1,
        state=state,
        exam_date=date(2026, 5, 8),
        drafted_at=AT,
    )

    with sqlite_database.reading() as db, pytest.raises(WrongPlanState):
        record_reply(db, plan, accepted=accepted, at=AT, reason=reason)
    assert plan.state == state
