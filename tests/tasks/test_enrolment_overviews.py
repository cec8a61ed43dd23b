"""How far an enrolment is, stage by stage."""

from __future__ import annotations

import pytest

from appraisal.enrolments import Enrolment
from tasks.enrolment_overviews import stages_of


def enrolment(state: str, fee_status: str = "due") -> Enrolment:
    return Enrolment(
        number="n",
        session_id=1,
        candidate_id=1,
        organisation_id=1,
        offer_id=1,
        occupation_code="o",
        level_code="3",
        state=state,
        fee_status=fee_status,
    )


@pytest.mark.parametrize(
    ("state", "letters"),
    [
        ("submitted", "dnwwww"),
        ("supplement", "dnwwww"),
        ("fee", "ddnwww"),
        ("admitted", "dddnww"),
        ("ticketed", "ddddnw"),
        ("sat", "dddddn"),
        ("certified", "dddddd"),
        ("failed", "dddddd"),
        ("rejected", "dswwww"),
        ("withdrawn", "dswwww"),
        ("cancelled", "dswwww"),
    ],
)
def test_stages_follow_the_state(state: str, letters: str) -> None:
    assert "".join(stage.state[0] for stage in stages_of(enrolment(state))) == letters


@pytest.mark.parametrize(
    ("fee_status", "admission_number", "letters"),
    [("overdue", None, "ddswww"), ("paid", None, "dddsww"), ("paid", "2026001", "ddddsw")],
)
def test_an_ended_enrolment_stops_where_it_was(
    fee_status: str, admission_number: str | None, letters: str
) -> None:
    found = enrolment("withdrawn", fee_status)
    found.admission_number = admission_number

    assert "".join(stage.state[0] for stage in stages_of(found)) == letters


def test_fee_is_left_out_where_there_is_none() -> None:
    keys = [stage.key for stage in stages_of(enrolment("admitted", "none"))]

    assert keys == ["submitted", "review", "ticket", "exam", "result"]
