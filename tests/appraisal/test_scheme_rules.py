import json
from datetime import date
from typing import Any

import pytest

from appraisal.scheme_rules import (
    check_range,
    check_scheme,
    required_subjects,
    weights_sum_to_100,
)
from appraisal.schemes import (
    Scheme,
    UnknownScheme,
    approve_scheme,
    level_content,
    newest_scheme,
    subject_content,
    subject_keys,
)
from engine.database import Database
from tests.appraisal.registration_bodies import CONTENT, EXAM, build


@pytest.mark.parametrize(
    ("weights", "claim"),
    [
        ([100], True),
        ([20, 78, 2], True),
        (["33.3", "33.3", "33.4"], True),
        ([99.9], False),
        ([100.1], False),
        ([150, -50], False),
        ([0, 100], False),
        ([], False),
        (["x"], False),
        ([None], False),
        (["NaN"], False),
    ],
)
def test_weights_sum_to_exactly_100(weights: list[object], claim: bool) -> None:
    assert weights_sum_to_100(weights) is claim


def test_a_complete_scheme_has_no_problems() -> None:
    assert check_scheme(CONTENT) == []


def changed(path: str, value: Any) -> dict[str, Any]:
    # Through JSON: both levels share one list of subjects.
    content: dict[str, Any] = json.loads(json.dumps(CONTENT))
    *steps, last = path.split("/")
    place: Any = content
    for step in steps:
        place = place[int(step)] if isinstance(place, list) else place[step]
    if isinstance(place, list):
        place[int(last)] = value
    else:
        place[last] = value
    return content


@pytest.mark.parametrize(
    ("content", "pointers"),
    [
        (changed("eligibility_family", "1990"), ["/eligibility_family"]),
        (changed("standard", {}), ["/standard/name"]),
        (changed("resit", {"validity_months": 61}), ["/resit/validity_months"]),
        (changed("resit", {}), ["/resit/validity_months"]),
        (changed("fee/mode", "later"), ["/fee/mode"]),
        (changed("fee/amounts/theory", "-1"), ["/fee/amounts/theory"]),
        (changed("levels", {}), ["/levels"]),
        (changed("levels/9", {"subjects": []}), ["/levels/9"]),
        (
            changed("levels/2", {"subjects": CONTENT["levels"]["3"]["subjects"]}),
            ["/levels/2/subjects"],
        ),
        (changed("levels/3/subjects/0/form", "song"), ["/levels/3/subjects/0/form"]),
        (changed("levels/3/subjects/0/minutes", 0), ["/levels/3/subjects/0/minutes"]),
        (changed("levels/3/subjects/0/minutes", 1440), []),
        (changed("levels/3/subjects/0/pass_mark", 101), ["/levels/3/subjects/0/pass_mark"]),
        (changed("levels/3/subjects/0/pass_mark", 100), []),
        (
            changed("levels/3/subjects/1/weights", [{"weight": 99}]),
            ["/levels/3/subjects/1/weights"],
        ),
        (changed("levels/3/subjects/0/weight", 30), ["/levels/3/subjects"]),
    ],
)
def test_each_fault_is_named_with_its_place(content: dict[str, Any], pointers: list[str]) -> None:
    assert [problem.pointer for problem in check_scheme(content)] == pointers


@pytest.mark.parametrize(
    ("level", "subjects"),
    [
        ("5", ("theory", "practical")),
        ("3", ("theory", "practical")),
        ("2", ("theory", "practical", "review")),
        ("1", ("theory", "practical", "review")),
        ("special", ("review",)),
        ("special_ability", ()),
    ],
)
def test_required_subjects_depend_on_the_level(level: str, subjects: tuple[str, ...]) -> None:
    assert required_subjects(level) == subjects


@pytest.mark.parametrize(
    ("levels", "days", "site", "count"),
    [
        (["3"], [EXAM], "一号考点", 0),
        (["3", "4"], [EXAM], "", 0),
        (["3"], [EXAM, date(2026, 5, 24)], "", 1),
        (["3"], [EXAM], "二号考点", 1),
        (["2"], [EXAM], "", 2),  # neither in the scheme nor registered
    ],
)
def test_what_lies_outside_the_registered_range_is_named(
    database: Database, levels: list[str], days: list[date], site: str, count: int
) -> None:
    with database.transaction() as db:
        scheme = build(db).scheme

        assert len(check_range(db, scheme, levels, days=days, site=site)) == count


def test_approving_a_version_supersedes_the_older(database: Database) -> None:
    with database.transaction() as db:
        body = build(db)
        newer = Scheme(
            organisation_id=body.scheme.organisation_id,
            key="electrician",
            version=2,
            occupation_code=body.scheme.occupation_code,
            content=CONTENT,
        )
        db.add(newer)
        db.flush()

        approve_scheme(db, newer)

        assert (body.scheme.status, newer.status) == ("superseded", "approved")
        assert newest_scheme(db, body.scheme.organisation_id, "electrician").version == 2
        with pytest.raises(UnknownScheme):
            newest_scheme(db, body.scheme.organisation_id, "welder")


def test_scheme_gives_levels_and_subjects(database: Database) -> None:
    with database.transaction() as db:
        scheme = build(db).scheme

        assert subject_keys(scheme, "3") == ["theory", "practical"]
        assert subject_content(scheme, "3", "theory")["minutes"] == 90
        with pytest.raises(UnknownScheme):
            subject_content(scheme, "3", "review")
        with pytest.raises(UnknownScheme):
            level_content(scheme, "1")
