"""Facts that expressions of a diagram can name, looked up when they are read, and host functions.

Facts never hold personal data: they may end up in the context of a user task.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from typing import Any

from sqlalchemy import func
from sqlmodel import Session, col, select

from appraisal.accommodations import accommodation_facts, approved_accommodation
from appraisal.applications import NO_FACTS, Application, application_of, stated_facts
from appraisal.calendar import WorkCalendar, calendar_named, local_date, local_time
from appraisal.candidates import Candidate, candidate_by_id
from appraisal.eligibility import decision_facts
from appraisal.enrolments import Enrolment, enrolment_by_id, subjects_of
from appraisal.levels import LEVEL_LESS_KINDS, SkillLevel, level_name
from appraisal.occupations import occupation_name
from appraisal.organisations import organisation_by_id
from appraisal.rooms import exam_room_by_id
from appraisal.schemes import Scheme, scheme_by_id
from appraisal.sessions import AppraisalSession, SessionOffer, offers_of, session_by_id
from engine.context import InstanceHead
from engine.feel import LazyContext

# States in which an enrolment still takes part, with a place that may be counted.
_APPLYING = ("submitted", "reviewing", "supplement", "fee", "admitted", "ticketed")


def fact_providers() -> dict[str, Callable[..., Any]]:
    """The facts by the name under which FEEL reads them."""
    return {
        "session": session_fact,
        "enrolment": enrolment_fact,
        "application": application_fact,
        "room": room_fact,
        "catalogue": catalogue_fact,
        "offer": offer_fact,
    }


def host_functions(
    calendar: Callable[[str], WorkCalendar] = lambda _: WorkCalendar(),
) -> dict[str, Callable[..., Any]]:
    """The functions that FEEL gets besides its own; `calendar` finds one by its key.

    The last argument, `session.calendar`, may be left out for the official calendar.
    """

    def workday(day: Any, n: Any, key: Any = None) -> date:
        return calendar(str(key or "")).workday(_day(day), _whole(n))

    def workdays_between(first: Any, last: Any, key: Any = None) -> int:
        return calendar(str(key or "")).workdays_between(_day(first), _day(last))

    def date_time_at(day: Any, clock: Any) -> datetime:
        return local_time(_day(day), str(clock))

    return {
        "workday": workday,
        "workdays between": workdays_between,
        "date time at": date_time_at,
    }


def calendars(open_db: Callable[[], Session]) -> Callable[[str], WorkCalendar]:
    """Find calendars in the database; an empty key is the official one."""

    def find(key: str) -> WorkCalendar:
        if not key:
            return WorkCalendar()
        with open_db() as db:
            return calendar_named(db, key)

    return find


def session_fact(db: Session, _head: InstanceHead, variables: Mapping[str, Any]) -> Any:
    """The batch of the instance, by its variable `session_id`."""
    if (session := _session(db, variables)) is None:
        return None
    organisation = organisation_by_id(db, session.organisation_id)
    offers = offers_of(db, session.id or 0)
    return {
        "id": session.id,
        "number": session.number,
        "name": session.name,
        "kind": session.kind,
        "status": session.status,
        "exam_date": session.exam_date,
        "exam_date_confirmed": session.exam_date_confirmed,
        "registration_opens_at": session.registration_opens_at,
        "registration_closes_at": session.registration_closes_at,
        "payment_deadline_at": session.payment_deadline_at,
        "review_deadline_at": session.review_deadline_at,
        "training_wanted": session.training_wanted,
        "filing_required": session.filing_required,
        "round": session.round,
        "site": session.site,
        "organisation": organisation.code,
        "tier": organisation.tier,
        "calendar": organisation.calendar_key,
        "highest_level": highest_level(offer.level_code for offer in offers),
        "offers": [offer.id for offer in offers],
    }


def highest_level(codes: Any) -> str:
    """The highest grade among level codes, empty when there is none with a grade."""
    grades = [SkillLevel(code) for code in codes if code not in LEVEL_LESS_KINDS]
    return max(grades, key=lambda grade: grade.rank).value if grades else ""


def enrolment_fact(db: Session, _head: InstanceHead, variables: Mapping[str, Any]) -> Any:
    """The enrolment of the instance, by its variable `enrolment_id`.

    Entries that need more than its row are looked up when they are read.
    """
    if not variables.get("enrolment_id"):
        return None
    enrolment = enrolment_by_id(db, int(variables["enrolment_id"]))
    key = enrolment.id
    assert key is not None
    columns = {name: partial(getattr, enrolment, name) for name in _ENROLMENT_COLUMNS}
    return LazyContext(
        {
            **columns,
            # Whose user tasks these are: an id, given to `assignee`.
            "candidate_person": lambda: str(candidate_by_id(db, enrolment.candidate_id).person_id),
            "to_sit": lambda: _to_sit(db, key),
            "accommodation": lambda: accommodation_facts(approved_accommodation(db, key)),
            "has_review": lambda: "review" in _to_sit(db, key),
        }
    )


_ENROLMENT_COLUMNS = (
    *("id", "number", "state", "level_code", "occupation_code", "trade_code", "fee_status"),
    *("outcome", "is_resit", "admission_number", "eligibility_rows"),
)


def _to_sit(db: Session, enrolment_id: int) -> list[str]:
    return [row.subject for row in subjects_of(db, enrolment_id) if row.state == "to_sit"]


def application_fact(db: Session, _head: InstanceHead, variables: Mapping[str, Any]) -> Any:
    """What tables D2 and D4 read of an application, by the variable `enrolment_id`."""
    if not variables.get("enrolment_id"):
        return None
    key = int(variables["enrolment_id"])
    application = application_of(db, key)
    stated = {**NO_FACTS, **application.facts}
    return LazyContext(
        {
            **{name: partial(stated.get, name) for name in stated},
            "channel": lambda: application.channel,
            **_derived_facts(db, enrolment_by_id(db, key), application),
        }
    )


def _derived_facts(
    db: Session, enrolment: Enrolment, application: Application
) -> dict[str, Callable[[], Any]]:
    """What follows from an application together with other rows."""
    applied_on = local_date(application.stated_at)

    @cache
    def candidate() -> Candidate:
        return candidate_by_id(db, enrolment.candidate_id)

    @cache
    def decided() -> dict[str, Any]:
        return decision_facts(
            stated_facts(application, candidate(), on=applied_on),
            family=_family(db, enrolment),
            occupation=occupation_name(db, enrolment.occupation_code),
            level_code=enrolment.level_code,
            on=applied_on,
        )

    @cache
    def others() -> Sequence[Enrolment]:
        return _other_enrolments(db, enrolment)

    def barred() -> bool:
        until = candidate().blacklisted_until
        return until is not None and until >= applied_on

    return {
        **{name: partial(_item, decided, name) for name in _DECIDED},
        "certificates_held": lambda: candidate().certificates_held,
        "duplicate": lambda: any(
            (o.id or 0) < (enrolment.id or 0) for o in others() if _same_exam(o, enrolment)
        ),
        "occupations": lambda: len(
            {o.occupation_code for o in others()} | {enrolment.occupation_code}
        ),
        "blacklisted": barred,
        "resit": lambda: enrolment.is_resit,
    }


# Entries of `decision_facts` that are not stated by the applicant alone.
_DECIDED = ("age", "family", "occupation", "level_code", "permits")


def _item(table: Callable[[], Mapping[str, Any]], name: str) -> Any:
    return table()[name]


def room_fact(db: Session, _head: InstanceHead, variables: Mapping[str, Any]) -> Any:
    """The exam room of the instance, by its variable `room_id`."""
    if not variables.get("room_id"):
        return None
    room = exam_room_by_id(db, int(variables["room_id"]))
    return {
        "id": room.id,
        "code": room.code,
        "subject": room.subject,
        "starts_at": room.starts_at,
        "minutes": room.minutes,
    }


def catalogue_fact(db: Session, _head: InstanceHead, variables: Mapping[str, Any]) -> Any:
    """The schemes and levels that the batch's organisation can choose from."""
    if (session := _session(db, variables)) is None:
        return None
    schemes = db.exec(
        select(Scheme)
        .where(Scheme.organisation_id == session.organisation_id)
        .where(col(Scheme.status).in_(("draft", "approved")))
        .order_by(col(Scheme.key), col(Scheme.version))
    ).all()
    return {
        "choices": [
            {
                "value": f"{scheme.id}:{level}",
                "label": f"{scheme.name} v{scheme.version} {level_name(level)}",
                "label.en": f"{scheme.key} v{scheme.version} {level_name(level, 'en')}",
            }
            for scheme in schemes
            for level in scheme.content.get("levels", {})
        ]
    }


def offer_fact(db: Session, _head: InstanceHead, variables: Mapping[str, Any]) -> Any:
    """One offer of a batch and its numbers, by the variable `offer_id` (table D5)."""
    if not variables.get("offer_id"):
        return None
    offer = db.get_one(SessionOffer, int(variables["offer_id"]))
    session = session_by_id(db, offer.session_id)
    return {
        "id": offer.id,
        "status": offer.status,
        "level_code": offer.level_code,
        "admitted": _admitted(db, offer),
        "merge_target": merge_target(db, offer) is not None,
        "minimum": open_minimum(db, offer),
        "kind": session.kind,
    }


def open_minimum(db: Session, offer: SessionOffer) -> int:
    """How many candidates an offer needs to be held; the scheme may set it."""
    content = scheme_by_id(db, offer.scheme_id).content
    return int(content.get("thresholds", {}).get("open_minimum", DEFAULT_OPEN_MINIMUM))


# Source: 四川 (不足 10 人顺延至下一批次).
DEFAULT_OPEN_MINIMUM = 10


def merge_target(db: Session, offer: SessionOffer) -> SessionOffer | None:
    """Another open offer of the same occupation and level, held in another trade."""
    for other in offers_of(db, offer.session_id):
        same = (other.occupation_code, other.level_code) == (
            offer.occupation_code,
            offer.level_code,
        )
        if same and other.id != offer.id and _admitted(db, other) >= open_minimum(db, other):
            return other
    return None


def _session(db: Session, variables: Mapping[str, Any]) -> AppraisalSession | None:
    session_id = variables.get("session_id")
    return session_by_id(db, int(session_id)) if session_id else None


def _family(db: Session, enrolment: Enrolment) -> str:
    offer = db.get_one(SessionOffer, enrolment.offer_id)
    return str(scheme_by_id(db, offer.scheme_id).content.get("eligibility_family", ""))


def _other_enrolments(db: Session, enrolment: Enrolment) -> list[Enrolment]:
    return list(
        db.exec(
            select(Enrolment)
            .where(Enrolment.session_id == enrolment.session_id)
            .where(Enrolment.candidate_id == enrolment.candidate_id)
            .where(Enrolment.id != enrolment.id)
            .where(col(Enrolment.state).in_(_APPLYING))
        ).all()
    )


def _same_exam(one: Enrolment, other: Enrolment) -> bool:
    return (one.occupation_code, one.level_code) == (other.occupation_code, other.level_code)


def _admitted(db: Session, offer: SessionOffer) -> int:
    return db.exec(
        select(func.count())
        .select_from(Enrolment)
        .where(Enrolment.offer_id == offer.id)
        .where(col(Enrolment.state).in_(("admitted", "ticketed")))
    ).one()


def _whole(value: Any) -> int:
    if not isinstance(value, Decimal | int):
        raise ValueError("not a number")
    return int(value)


def _day(value: Any) -> date:
    if isinstance(value, str):
        return date.fromisoformat(value[:10])
    if not hasattr(value, "to_python"):
        # FEEL makes null of a ValueError.
        raise ValueError("not a date")
    python = value.to_python()
    if isinstance(python, datetime):
        return local_date(python if python.tzinfo else local_time(python.date()))
    assert isinstance(python, date)
    return python
