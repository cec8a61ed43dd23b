"""The given state of a scenario that was recorded from a real instance, all people invented.

It holds what facts, rights and tables read: the organisation, the batch, one enrolment with what
was stated, one room, and whoever acted. What service tasks wrote besides stands in the scenario as
their results.
"""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from appraisal.applications import Application
from appraisal.candidates import Candidate, add_candidate
from appraisal.enrolments import Enrolment, EnrolmentSubject
from appraisal.identity import check_digit
from appraisal.occupations import Occupation
from appraisal.organisations import Organisation
from appraisal.people import Person, assign_post
from appraisal.rooms import ExamRoom, Room
from appraisal.schemes import Scheme
from appraisal.sessions import AppraisalSession, SessionOffer
from tasks.worlds import World, world

CODE = "recorded"
Given = Mapping[str, Any]


@world("recorded")
def recorded(db: Session, now: Any, **given: Any) -> World:
    """What an instance found, as far as it was recorded; `given` is what a recording wrote."""
    organisation = Organisation(code=CODE, name="示例机构", **given.get("organisation") or {})
    db.add(organisation)
    db.flush()
    assert organisation.id is not None
    for one in given.get("people") or []:
        _person(db, organisation.id, one)
    if session := given.get("session"):
        _session(db, organisation.id, session)
        _offers(db, organisation.id, session["id"], given.get("offers") or [])
    if enrolment := given.get("enrolment"):
        _enrolment(db, organisation.id, given, enrolment)
    if room := given.get("room"):
        _room(db, organisation.id, given, room)
    db.flush()
    return World(CODE, str(given.get("business_key") or "recorded"))


def _person(db: Session, organisation_id: int, given: Given) -> None:
    person = Person(
        id=int(given["id"]),
        organisation_id=organisation_id,
        name=str(given["name"]),
        sign_in_name=str(given["sign_in_name"]),
        is_candidate=bool(given.get("is_candidate")),
    )
    db.add(person)
    db.flush()
    for post in given.get("posts") or []:
        assign_post(db, person, str(post))


def _session(db: Session, organisation_id: int, given: Given) -> None:
    fields = {**given, "organisation_id": organisation_id, "name": "示例批次"}
    db.add(AppraisalSession.model_validate(fields))
    db.flush()


def _offers(db: Session, organisation_id: int, session_id: int, given: list[Given]) -> None:
    for one in given:
        code = str(one["occupation_code"])
        if db.get(Occupation, code) is None:
            db.add(Occupation(code=code, name=str(one.get("occupation") or code)))
            db.flush()
        scheme = Scheme(
            organisation_id=organisation_id,
            key=f"recorded-{one['id']}",
            occupation_code=code,
            content=dict(one.get("scheme") or {}),
            status="approved",
        )
        db.add(scheme)
        db.flush()
        left_out = ("occupation", "scheme")
        fields = {key: value for key, value in one.items() if key not in left_out}
        fields |= {"session_id": session_id, "scheme_id": scheme.id}
        db.add(SessionOffer.model_validate(fields))
    db.flush()


def _enrolment(db: Session, organisation_id: int, given: Given, one: Given) -> None:
    session_id = given["session"]["id"]
    candidate = _candidate(db, one["candidate"])
    fields = {
        **{key: value for key, value in one.items() if key in Enrolment.model_fields},
        "organisation_id": organisation_id,
        "session_id": session_id,
        "candidate_id": candidate.id,
    }
    enrolment = Enrolment.model_validate(fields)
    db.add(enrolment)
    db.flush()
    for subject, state in (one.get("subjects") or {}).items():
        assert enrolment.id is not None
        db.add(EnrolmentSubject(enrolment_id=enrolment.id, subject=subject, state=state))
    for statement in one.get("statements") or []:
        db.add(Application.model_validate({**statement, "enrolment_id": enrolment.id}))
    for number, other in enumerate(one.get("others") or [], 1):
        same = {**fields, **other, "number": f"{enrolment.number}-{number}"}
        db.add(Enrolment.model_validate({**same, "admission_number": None}))
    db.flush()


def _candidate(db: Session, given: Given) -> Candidate:
    person = db.get_one(Person, int(given["person_id"]))
    born = None if given.get("birth_date") is None else date.fromisoformat(given["birth_date"])
    first = f"419900{born or date(1990, 1, 1):%Y%m%d}001"
    candidate = add_candidate(
        db,
        person,
        id_type="resident_id",
        id_number=first + check_digit(first),
        birth_date=born,
        sex="",
    )
    candidate.certificates_held = int(given.get("certificates_held") or 0)
    until = given.get("blacklisted_until")
    candidate.blacklisted_until = None if until is None else date.fromisoformat(until)
    db.add(candidate)
    return candidate


def _room(db: Session, organisation_id: int, given: Given, one: Given) -> None:
    place = Room(
        organisation_id=organisation_id, code=str(one["code"])[:10], name="示例考场",
        kind="practical", capacity=100,
    )  # fmt: skip
    db.add(place)
    db.flush()
    fields = {
        **one,
        "organisation_id": organisation_id,
        "session_id": given["session"]["id"],
        "room_id": place.id,
    }
    db.add(ExamRoom.model_validate(fields))
