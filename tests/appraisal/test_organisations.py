from datetime import date

import pytest

from appraisal.organisations import (
    OutsideRegisteredRange,
    UnknownOrganisation,
    is_registered,
    organisation_by_id,
    require_registered,
)
from engine.database import Database
from tests.appraisal.registration_bodies import EXAM, build


@pytest.mark.parametrize(
    ("occupation", "trade", "level", "site", "on", "registered"),
    [
        ("6-31-01-03", "", "3", "一号考点", EXAM, True),
        ("6-31-01-03", "T1", "3", "一号考点", EXAM, True),
        ("6-31-01-03", "", "3", "", EXAM, True),
        ("6-31-01-03", "", "3", "一号考点", date(2026, 1, 1), True),
        ("6-31-01-03", "", "3", "一号考点", date(2025, 12, 31), False),
        ("6-31-01-03", "", "3", "一号考点", date(2026, 5, 24), False),
        ("6-31-01-03", "", "3", "二号考点", EXAM, False),
        ("6-31-01-03", "", "2", "一号考点", EXAM, False),
        ("4-03-02-01", "", "3", "一号考点", EXAM, False),
    ],
)
def test_registered_range_holds_by_every_dimension(
    database: Database,
    occupation: str,
    trade: str,
    level: str,
    site: str,
    on: date,
    registered: bool,
) -> None:
    with database.transaction() as db:
        body = build(db).organisation
        assert body.id is not None

        assert is_registered(db, body.id, occupation, trade, level, on=on, site=site) is registered
        if not registered:
            with pytest.raises(OutsideRegisteredRange):
                require_registered(db, body.id, occupation, trade, level, on=on, site=site)


def test_unknown_organisation(database: Database) -> None:
    with database.transaction() as db, pytest.raises(UnknownOrganisation):
        organisation_by_id(db, 99)
