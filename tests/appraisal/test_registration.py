from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from appraisal.applications import application_of, details_of, stated_facts
from appraisal.candidates import candidate_by_id, find_candidate, id_number_of, phone_of
from appraisal.enrolments import enrolments_of, subjects_of
from appraisal.registration import NotOffered, register
from appraisal.resits import add_months, carried_subjects, has_resit_right, valid_until
from engine.database import Database
from tests.appraisal.registration_bodies import (
    AT,
    TODAY,
    application,
    attach,
    build,
    id_number,
)


def test_an_application_becomes_one_enrolment(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)

        first, new = register(db, body.session, application(), at=AT, on=TODAY, channel="roster")
        again, known = register(db, body.session, application(), at=AT, on=TODAY)
        other, _ = register(db, body.session, application(2), at=AT, on=TODAY)

        assert (new, known) == (True, False)
        assert first.id == again.id
        assert [first.number, other.number] == ["JC-2026-001-00001", "JC-2026-001-00002"]
        assert first.id is not None and body.session.id is not None
        assert [s.subject for s in subjects_of(db, first.id)] == ["theory", "practical"]
        assert len(enrolments_of(db, body.session.id)) == 2
        candidate = candidate_by_id(db, first.candidate_id)
        assert id_number_of(db, candidate) == id_number()
        assert phone_of(db, candidate) == "13800000000"
        assert find_candidate(db, body.session.organisation_id, "passport", id_number()) is None
        # Neither number nor name of anybody stands in the cipher or index.
        assert id_number().encode() not in candidate.id_number_cipher
        assert id_number() not in candidate.id_number_index


def test_new_facts_are_a_new_statement_until_somebody_reviews(
    database: Database, tmp_path: Path
) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)
        enrolment, _ = register(db, body.session, application(), at=AT, on=TODAY)
        assert enrolment.id is not None
        changed = replace(application(), facts={"years": 10})

        register(db, body.session, changed, at=AT, on=TODAY)
        second = application_of(db, enrolment.id)
        enrolment.state = "reviewing"
        db.add(enrolment)
        db.flush()
        register(db, body.session, replace(changed, facts={"years": 30}), at=AT, on=TODAY)

        assert (second.statement, second.facts["years"]) == (2, 10)
        assert application_of(db, enrolment.id).id == second.id
        candidate = candidate_by_id(db, enrolment.candidate_id)
        assert details_of(db, second, candidate.person_id) == {"employer": "示例企业"}
        assert stated_facts(second, candidate, on=TODAY)["age"] == 36


def test_what_is_not_offered_is_refused(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)

        for more in ({"level_code": "4"}, {"trade_code": "T1"}):
            with pytest.raises(NotOffered):
                register(db, body.session, application(**more), at=AT, on=TODAY)


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2026, 5, 31), 1, date(2026, 6, 30)),
        (date(2024, 2, 29), 12, date(2025, 2, 28)),
        (date(2026, 12, 1), 24, date(2028, 12, 1)),
        (date(2026, 5, 1), 0, date(2026, 5, 1)),
    ],
)
def test_months_end_on_the_last_day_of_a_shorter_month(
    day: date, months: int, expected: date
) -> None:
    assert add_months(day, months) == expected
    assert valid_until(day, months) == expected


@pytest.mark.parametrize(
    ("until", "outcomes", "kept", "right"),
    [
        (TODAY, ["partly"], True, True),
        (date(2026, 3, 1), ["partly"], False, False),
        (TODAY, ["partly", "failed"], True, True),
        (TODAY, ["partly", "failed", "failed"], True, False),
        (TODAY, ["withdrawn"], True, False),
    ],
)
def test_passed_subjects_are_kept_for_a_time_and_some_attempts(
    database: Database,
    tmp_path: Path,
    until: date,
    outcomes: list[str],
    kept: bool,
    right: bool,
) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)
        for outcome in outcomes:
            enrolment, _ = register(db, body.session, application(), at=AT, on=TODAY)
            enrolment.outcome, enrolment.state = outcome, "withdrawn"
            db.add(enrolment)
            db.flush()
        assert enrolment.id is not None
        theory = subjects_of(db, enrolment.id)[0]
        theory.passed, theory.points, theory.valid_until = True, Decimal(70), until
        db.add(theory)
        db.flush()
        candidate_id = enrolment.candidate_id

        carried = carried_subjects(db, candidate_id, "6-31-01-03", "", "3", TODAY)
        assert list(carried) == (["theory"] if kept else [])
        assert has_resit_right(db, candidate_id, body.scheme, "3", on=TODAY) is right

        resit, _ = register(db, body.session, application(), at=AT, on=TODAY)
        assert resit.id is not None
        states = [(s.subject, s.state) for s in subjects_of(db, resit.id)]
        expected = "passed_earlier" if kept else "to_sit"
        assert states == [("theory", expected), ("practical", "to_sit")]
        assert resit.is_resit is right
