"""What an instance found when it began, for the given state `recorded`: nobody in it is real."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlmodel import Session, col, select

from appraisal.applications import Application
from appraisal.calendar import local_date
from appraisal.candidates import Candidate, candidate_by_id
from appraisal.enrolments import Enrolment, subjects_of
from appraisal.occupations import occupation_name
from appraisal.organisations import Organisation
from appraisal.people import Person, posts_of
from appraisal.rooms import ExamRoom
from appraisal.schemes import scheme_by_id
from appraisal.sessions import AppraisalSession, SessionOffer
from engine.history import HistoryKind
from engine.user_tasks import UserTask
from tasks.invented_values import Inventor
from tasks.involvement import place_of
from tasks.recorded_past import Past

MOST_OTHERS = 5
_SESSION_FIELDS = (
    *("id", "kind", "status", "exam_date", "exam_date_confirmed", "round", "training_wanted"),
    *("registration_opens_at", "registration_closes_at", "payment_deadline_at"),
    *("review_deadline_at", "filing_required"),
)
_OFFER_FIELDS = ("id", "occupation_code", "trade_code", "level_code", "status")
_ENROLMENT_FIELDS = ("id", "offer_id", "occupation_code", "trade_code", "level_code", "is_resit")
_ROOM_FIELDS = ("id", "subject", "starts_at", "minutes", "rounds")
# What tables and gateways read of a scheme.
_SCHEME_PARTS = ("eligibility_family", "thresholds")
_SAT = ("present", "absent", "void")


class StateReader:
    """Reads what is around one instance."""

    def __init__(self, db: Session, past: Past, inventor: Inventor) -> None:
        self.db, self.past, self.inventor = db, past, inventor
        instance = past.instance
        variables = {**past.data, **past.variables}
        place = place_of(db, instance.business_key, instance.id)
        session_id = variables.get("session_id") or (place.session_id if place else None)
        enrolment_id = variables.get("enrolment_id") or (place.enrolment_id if place else None)
        self.session = _found(db, AppraisalSession, session_id)
        self.enrolment: Enrolment | None = _found(db, Enrolment, enrolment_id)
        self.room: ExamRoom | None = _found(db, ExamRoom, variables.get("room_id"))

    def given(self) -> dict[str, Any]:
        """Tell all of it; dates are texts."""
        found: dict[str, Any] = {
            "business_key": self.inventor.text(self.past.instance.business_key),
            "organisation": self._organisation(),
            "people": self._people(),
        }
        if self.session is not None:
            found["session"] = self._session(self.session)
            found["offers"] = self._offers(self.session)
        if self.enrolment is not None and self.session is not None:
            found["enrolment"] = self._enrolment(self.enrolment)
        if self.room is not None and self.session is not None:
            room = self.room
            found["room"] = {"code": self.inventor.text(room.code), **_fields(room, _ROOM_FIELDS)}
        return {key: value for key, value in found.items() if value}

    def _organisation(self) -> dict[str, Any]:
        query = select(Organisation).where(Organisation.code == self.past.instance.tenant)
        organisation = self.db.exec(query).first()
        if organisation is None:
            return {}
        province = self.inventor.text(organisation.province_name)
        return {
            "tier": organisation.tier,
            "calendar_key": organisation.calendar_key,
            **({"province_name": province} if province else {}),
        }

    def _people(self) -> list[dict[str, Any]]:
        """Whoever acted, and the candidate, each with an invented name."""
        posts: dict[int, set[str]] = {}
        for visit in self.past.of_kind(HistoryKind.COMPLETED):
            if visit.row.actor and visit.row.actor.isdigit():
                needed = posts.setdefault(int(visit.row.actor), set())
                needed |= _posts_for(self.past.user_tasks.get(visit.row.task_id))
        if self.enrolment is not None:
            posts.setdefault(self._candidate().person_id, set())
        people = self.db.exec(select(Person).where(col(Person.id).in_(list(posts)))).all()
        return [self._person(one, posts[one.id or 0]) for one in people]

    def _person(self, person: Person, needed: set[str]) -> dict[str, Any]:
        assert person.id is not None
        held = posts_of(self.db, person.id, person.organisation_id)
        # Somebody may have left a post since.
        posts = held if not needed or needed & held else {*held, min(needed)}
        shown = {"id": person.id, "name": self.inventor.name(person.name)}
        shown["sign_in_name"] = sign_in_name(person.id)
        if person.is_candidate:
            return {**shown, "is_candidate": True}
        return {**shown, "posts": sorted(posts)}

    def _session(self, session: AppraisalSession) -> dict[str, Any]:
        fields = _fields(session, _SESSION_FIELDS)
        if session.number == self.past.instance.business_key:
            # Its own process takes it from its beginning.
            del fields["status"]
        site = {"site": self.inventor.text(session.site)} if session.site else {}
        return {"number": self.inventor.text(session.number), **fields, **site}

    def _offers(self, session: AppraisalSession) -> list[dict[str, Any]]:
        query = select(SessionOffer).where(SessionOffer.session_id == session.id)
        return [self._offer(one) for one in self.db.exec(query.order_by(col(SessionOffer.id)))]

    def _offer(self, offer: SessionOffer) -> dict[str, Any]:
        content = scheme_by_id(self.db, offer.scheme_id).content
        return {
            **_fields(offer, _OFFER_FIELDS),
            "occupation": occupation_name(self.db, offer.occupation_code),
            "scheme": {key: content[key] for key in _SCHEME_PARTS if key in content},
        }

    def _candidate(self) -> Candidate:
        assert self.enrolment is not None
        return candidate_by_id(self.db, self.enrolment.candidate_id)

    def _enrolment(self, enrolment: Enrolment) -> dict[str, Any]:
        assert enrolment.id is not None
        own = enrolment.number == self.past.instance.business_key
        subjects = {
            one.subject: "to_sit" if one.state in _SAT else one.state
            for one in subjects_of(self.db, enrolment.id)
        }
        found = {
            "number": self.inventor.text(enrolment.number),
            **_fields(enrolment, _ENROLMENT_FIELDS),
            # Its own process takes it from its beginning; for others it is where it is.
            **({} if own else {"state": enrolment.state, "outcome": enrolment.outcome}),
            "candidate": self._stands_for(self._candidate()),
            "subjects": subjects,
            "statements": self._statements(enrolment.id),
            "others": self._others(enrolment),
        }
        return {key: value for key, value in found.items() if value not in (None, [])}

    def _stands_for(self, candidate: Candidate) -> dict[str, Any]:
        born = candidate.birth_date
        found = {
            "person_id": candidate.person_id,
            "birth_date": None if born is None else self.inventor.birth_date(born).isoformat(),
            "certificates_held": candidate.certificates_held,
            "blacklisted_until": _plain(candidate.blacklisted_until),
        }
        return {key: value for key, value in found.items() if value is not None}

    def _statements(self, enrolment_id: int) -> list[dict[str, Any]]:
        """What was stated before the instance began, or first of all."""
        query = select(Application).where(Application.enrolment_id == enrolment_id)
        found: Sequence[Application] = self.db.exec(
            query.order_by(col(Application.statement))
        ).all()
        early = [one for one in found if one.stated_at <= self.past.instance.started_at]
        return [
            {
                "statement": one.statement,
                "channel": one.channel,
                "stated_at": _plain(one.stated_at),
                "facts": self.inventor.value(one.facts),
            }
            for one in (early or found[:1])
        ]

    def _others(self, enrolment: Enrolment) -> list[dict[str, Any]]:
        """Other enrolments of the same person in the batch, which alarms ask for."""
        query = select(Enrolment).where(
            Enrolment.session_id == enrolment.session_id,
            Enrolment.candidate_id == enrolment.candidate_id,
            Enrolment.id != enrolment.id,
        )
        found = self.db.exec(query.order_by(col(Enrolment.id)).limit(MOST_OTHERS)).all()
        return [{**_fields(one, _ENROLMENT_FIELDS), "state": one.state} for one in found]


def sign_in_name(person_id: int) -> str:
    """Name an invented person for the steps of a scenario."""
    return f"person-{person_id}"


def real_names(db: Session, tenant: str) -> set[str]:
    """The names of all people of an organisation, and of itself; none may stay in a text."""
    query = select(Organisation).where(Organisation.code == tenant)
    organisation = db.exec(query).first()
    if organisation is None:
        return set()
    names = db.exec(select(Person.name).where(Person.organisation_id == organisation.id)).all()
    # A post's or function's name in Latin letters is a word, and no name of anybody.
    return {one for one in {*names, organisation.name} if one and not _is_key(one)}


def _is_key(name: str) -> bool:
    return name.isascii() and name == name.lower() and " " not in name


def age_day(db: Session, past: Past) -> date:
    """The day on which ages are kept: that of the application, else when the instance began."""
    key = {**past.data, **past.variables}.get("enrolment_id")
    query = select(Application).where(Application.enrolment_id == key)
    stated = db.exec(query.order_by(col(Application.statement))).first() if key else None
    return local_date(past.instance.started_at if stated is None else stated.stated_at)


def _posts_for(user_task: UserTask | None) -> set[str]:
    return set() if user_task is None else set(user_task.groups()) - {"candidate"}


def _found(db: Session, table: type[Any], key: Any) -> Any:
    return db.get(table, key) if isinstance(key, int) else None


def _fields(row: Any, names: Sequence[str]) -> dict[str, Any]:
    given: Mapping[str, Any] = {name: _plain(getattr(row, name)) for name in names}
    return {name: value for name, value in given.items() if value not in (None, "")}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date | datetime) else value
