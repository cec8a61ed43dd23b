"""Reasonable accommodation (合理便利): asked for, consented to, decided, and what it changes."""

import math
from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import JSON, LargeBinary
from sqlmodel import Field, Session, SQLModel, col, select

from appraisal.columns import UtcDateTime
from appraisal.crypto import decrypt_for, encrypt_for
from appraisal.enrolments import Enrolment
from appraisal.errors import AppraisalError

# The text that the consent refers to; a changed text gets a new version.
CONSENT_VERSION = "2026-1"

ACCOMMODATIONS = {
    "extra_time": ("延长考试时间", "Extra time"),
    "separate_room": ("单独考场", "A room of one's own"),
    "accessible_room": ("无障碍考场", "Accessible room"),
    "large_print": ("大字试卷", "Large print"),
    "scribe": ("代笔", "Scribe"),
    "sign_language": ("手语翻译", "Sign language"),
    "lighter_load": ("免除体力搬运", "No lifting of loads"),
}

MAX_EXTRA_PERCENT = 50


class MissingConsent(AppraisalError):
    """Health data may not be kept without the person's separate consent."""


class InvalidAccommodation(AppraisalError):
    """An accommodation is unknown or goes further than allowed."""


class Accommodation(SQLModel, table=True):
    """One request. State: requested, approved, refused, withdrawn."""

    __tablename__ = "accommodation"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    kinds: list[str] = Field(default_factory=list, sa_type=JSON)
    description_cipher: bytes | None = Field(default=None, sa_type=LargeBinary)
    consent_version: str = Field(max_length=20)
    consented_at: datetime = Field(sa_type=UtcDateTime)
    state: str = Field(default="requested", max_length=20)
    extra_percent: int = 0
    decided_by: str = Field(default="", max_length=40)
    decided_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def request_accommodation(
    db: Session,
    enrolment: Enrolment,
    person_id: int,
    kinds: list[str],
    description: str,
    *,
    consented: bool,
    at: datetime,
) -> Accommodation:
    """Keep a request; the description of the need is encrypted for its person.

    Raises:
        MissingConsent: The separate consent was not given.
        InvalidAccommodation: A kind is not in the list, or none is given.

    Source: 个人信息保护法 第二十九条 (separate consent for sensitive personal data).
    """
    if not consented:
        raise MissingConsent(enrolment.number)
    if not kinds or any(kind not in ACCOMMODATIONS for kind in kinds):
        raise InvalidAccommodation(enrolment.number)
    assert enrolment.id is not None
    accommodation = Accommodation(
        organisation_id=enrolment.organisation_id,
        enrolment_id=enrolment.id,
        kinds=kinds,
        description_cipher=encrypt_for(db, person_id, description.encode(), "accommodation"),
        consent_version=CONSENT_VERSION,
        consented_at=at,
    )
    db.add(accommodation)
    db.flush()
    return accommodation


def description_of(db: Session, accommodation: Accommodation, person_id: int) -> str:
    """What the candidate wrote about the need, in clear."""
    if accommodation.description_cipher is None:
        return ""
    return decrypt_for(db, person_id, accommodation.description_cipher, "accommodation").decode()


def decide_accommodation(
    db: Session,
    accommodation: Accommodation,
    *,
    approved: bool,
    kinds: list[str],
    extra_percent: int,
    decided_by: str,
    at: datetime,
) -> None:
    """Approve some or all of what was asked for, or refuse it.

    Raises:
        InvalidAccommodation: More is granted than was asked for or than the limit allows.
    """
    if approved:
        within = 0 <= extra_percent <= MAX_EXTRA_PERCENT
        asked = set(kinds) <= set(accommodation.kinds)
        if not within or not asked or (extra_percent and "extra_time" not in kinds):
            raise InvalidAccommodation(accommodation.id)
        accommodation.kinds = list(kinds)
        accommodation.extra_percent = extra_percent
    accommodation.state = "approved" if approved else "refused"
    accommodation.decided_by = decided_by
    accommodation.decided_at = at
    db.add(accommodation)
    db.flush()


def approved_accommodation(db: Session, enrolment_id: int) -> Accommodation | None:
    """The newest approved accommodation of an enrolment."""
    return db.exec(
        select(Accommodation)
        .where(Accommodation.enrolment_id == enrolment_id)
        .where(Accommodation.state == "approved")
        .order_by(col(Accommodation.id).desc())
    ).first()


def approved_accommodations(db: Session, session_ids: Collection[int]) -> dict[int, Accommodation]:
    """The newest approved accommodation of each enrolment of some sessions that has one."""
    query = (
        select(Accommodation)
        .join(Enrolment, col(Enrolment.id) == Accommodation.enrolment_id)
        .where(col(Enrolment.session_id).in_(session_ids), Accommodation.state == "approved")
        .order_by(col(Accommodation.id))
    )
    return {one.enrolment_id: one for one in db.exec(query)}


def allowed_minutes(minutes: int, extra_percent: int) -> int:
    """The time a candidate has with extra time, rounded up to whole minutes."""
    return minutes + math.ceil(minutes * extra_percent / 100)


def needs_own_room(accommodation: Accommodation | None) -> bool:
    """Whether the candidate may not sit among others."""
    alone = {"separate_room", "scribe", "sign_language"}
    return accommodation is not None and not alone.isdisjoint(accommodation.kinds)


def accommodation_facts(accommodation: Accommodation | None) -> dict[str, Any]:
    """What seating and the exam clock need to know; never the reason."""
    if accommodation is None:
        return {"extra_percent": 0, "own_room": False, "kinds": []}
    return {
        "extra_percent": accommodation.extra_percent,
        "own_room": needs_own_room(accommodation),
        "kinds": list(accommodation.kinds),
    }
