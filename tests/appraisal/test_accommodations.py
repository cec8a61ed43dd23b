from pathlib import Path

import pytest

from appraisal.accommodations import (
    InvalidAccommodation,
    MissingConsent,
    accommodation_facts,
    allowed_minutes,
    approved_accommodation,
    decide_accommodation,
    description_of,
    request_accommodation,
)
from appraisal.candidates import candidate_by_id
from appraisal.registration import register
from engine.database import Database
from tests.appraisal.registration_bodies import AT, TODAY, application, attach, build


@pytest.mark.parametrize(
    ("minutes", "percent", "allowed"), [(90, 0, 90), (90, 30, 117), (95, 25, 119), (1, 50, 2)]
)
def test_extra_time_is_rounded_up(minutes: int, percent: int, allowed: int) -> None:
    assert allowed_minutes(minutes, percent) == allowed


def test_request_needs_consent_and_is_decided_within_what_was_asked(
    database: Database, tmp_path: Path
) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        enrolment, _ = register(db, build(db).session, application(), at=AT, on=TODAY)
        assert enrolment.id is not None
        person_id = candidate_by_id(db, enrolment.candidate_id).person_id
        assert accommodation_facts(approved_accommodation(db, enrolment.id)) == {
            "extra_percent": 0,
            "own_room": False,
            "kinds": [],
        }

        def ask(kinds: list[str], consented: bool = True) -> object:
            return request_accommodation(
                db, enrolment, person_id, kinds, "视力障碍", consented=consented, at=AT
            )

        with pytest.raises(MissingConsent):
            ask(["extra_time"], consented=False)
        for kinds in ([], ["helicopter"]):
            with pytest.raises(InvalidAccommodation):
                ask(kinds)
        request = request_accommodation(
            db, enrolment, person_id, ["extra_time", "scribe"], "视力障碍", consented=True, at=AT
        )
        assert description_of(db, request, person_id) == "视力障碍"

        def decide(kinds: list[str], percent: int) -> None:
            decide_accommodation(
                db, request, approved=True, kinds=kinds, extra_percent=percent, decided_by="7",
                at=AT,
            )  # fmt: skip

        for kinds, percent in ((["large_print"], 0), (["scribe"], 10), (["extra_time"], 51)):
            with pytest.raises(InvalidAccommodation):
                decide(kinds, percent)
        decide(["extra_time", "scribe"], 50)
        assert accommodation_facts(approved_accommodation(db, enrolment.id)) == {
            "extra_percent": 50,
            "own_room": True,
            "kinds": ["extra_time", "scribe"],
        }
