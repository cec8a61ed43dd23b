"""Batches and enrolments of the demo's body, made for scenarios."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from appraisal.applications import NO_FACTS
from appraisal.calendar import local_date
from appraisal.enrolments import (
    Enrolment,
    subjects_of,
)
from appraisal.evidence import add_evidence
from appraisal.fees import record_payment
from appraisal.identity import check_digit, read_id_number
from appraisal.notices import draft_notice, publish_notice
from appraisal.registration import ApplicationData, register
from appraisal.schemes import Scheme
from appraisal.sessions import AppraisalSession, SessionOffer, create_session
from tasks.demo_world import CARER, COOK, ELECTRICIAN, SITE, DemoWorld, build_demo_world
from tasks.worlds import World

DAYS_TO_EXAM = 60
OFFERED = {ELECTRICIAN: "3", COOK: "4", CARER: "2"}
_MATERIALS = ("id_card", "photo", "pledge", "work_years_proof", "prior_certificate")

# Facts that meet condition 2023-3-2, 2023-4-1 and 2023-2-1.
_CAREERS: Mapping[str, Mapping[str, Any]] = {
    ELECTRICIAN: {"years": 9, "prior_level": "4", "years_after": 5},
    COOK: {"years": 6},
    CARER: {"years": 14, "prior_level": "3", "years_after": 6},
}
_EXTRA = {CARER: ("social_insurance",)}


def open_batch(
    db: Session, now: datetime, *, kind: str = "unified"
) -> tuple[DemoWorld, AppraisalSession]:
    """A batch of the demo's body, its exam some weeks ahead."""
    today = local_date(now)
    body = build_demo_world(db, today=today)
    body.organisation.province_name = "示例省"
    exam = today + timedelta(days=DAYS_TO_EXAM)
    session = create_session(
        db, body.organisation, "示例批次", created_at=now, kind=kind, exam_date=exam, site=SITE
    )
    return body, session


def batch_world(session: AppraisalSession, body: DemoWorld, **names: Any) -> World:
    """What a scenario of a batch finds."""
    return World(
        body.organisation.code,
        session.number,
        {"session_id": session.id},
        {"session": session.number, "exam_date": str(session.exam_date), **names},
    )


def announce(db: Session, session: AppraisalSession, now: datetime) -> None:
    """Announce a batch whose registration has just closed."""
    session.registration_opens_at = now - timedelta(days=20)
    session.registration_closes_at = now - timedelta(hours=1)
    session.review_deadline_at = now + timedelta(days=14)
    session.payment_deadline_at = now + timedelta(days=20)
    session.status = "registration"
    notice = draft_notice(
        db, session, kind="announcement", number="示例〔2026〕1号", title="鉴定公告", content={}
    )
    publish_notice(db, notice, at=now - timedelta(days=20))
    db.add(session)
    db.flush()


def offer_levels(
    db: Session, session: AppraisalSession, body: DemoWorld, codes: Sequence[str], trade: str = ""
) -> None:
    """Offer occupations at the demo's levels."""
    for code in codes:
        scheme = body.schemes[code]
        assert session.id is not None and scheme.id is not None
        db.add(
            SessionOffer(
                session_id=session.id,
                scheme_id=scheme.id,
                occupation_code=code,
                trade_code=trade,
                level_code=OFFERED[code],
            )
        )
    db.flush()


def offer_other_trade(
    db: Session, session: AppraisalSession, body: DemoWorld, given: Mapping[str, Any]
) -> int:
    """Offer a second trade; gives how many apply for it."""
    if given.get("trade") is None:
        return 0
    offer_levels(db, session, body, [ELECTRICIAN], trade="T2")
    return int(given["trade"])


def apply_for(
    db: Session,
    session: AppraisalSession,
    now: datetime,
    place: int,
    *,
    code: str = ELECTRICIAN,
    trade: str = "",
    facts: Mapping[str, Any] | None = None,
    lacking: Sequence[str] | None = None,
    province: str = "",
) -> Enrolment:
    """One application with its evidence."""
    data = ApplicationData(
        occupation_code=code,
        trade_code=trade,
        level_code=OFFERED[code],
        name="张示例",
        identity=read_id_number("resident_id", id_number(place), today=local_date(now)),
        birth_date=date(1990, 1, 1),
        sex="男",
        phone="13800000000",
        facts={**NO_FACTS, **_CAREERS[code], "province": province or "示例省", **(facts or {})},
        details={"employer": "示例企业"},
    )
    enrolment, _ = register(
        db, session, data, at=now - timedelta(days=2), on=local_date(now), channel="roster"
    )
    assert enrolment.id is not None
    for kind in (*_MATERIALS, *_EXTRA.get(code, ())):
        if kind not in (lacking or ()):
            add_evidence(db, session.organisation_id, enrolment.id, kind, at=now)
    return enrolment


def id_number(place: int) -> str:
    """A valid number of an invented county."""
    first = f"41990019900101{place:03d}"
    return first + check_digit(first)


def pass_before(
    db: Session, session: AppraisalSession, body: DemoWorld, now: datetime, code: str
) -> None:
    """An earlier enrolment with one subject passed."""
    earlier = create_session(
        db, body.organisation, "上一批次", created_at=now - timedelta(days=300), site=SITE
    )
    offer_levels(db, earlier, body, [code])
    enrolment = apply_for(db, earlier, now - timedelta(days=300), 1, code=code)
    enrolment.state, enrolment.outcome = "resit", "partly"
    assert enrolment.id is not None
    theory = subjects_of(db, enrolment.id)[0]
    theory.state, theory.points, theory.passed = "present", Decimal(70), True
    theory.valid_until = local_date(now) + timedelta(days=400)
    db.add(theory)
    db.flush()


def enrol_twice(db: Session, session: AppraisalSession, first: Enrolment) -> Enrolment:
    """A second enrolment of the same candidate; the tables let nobody in twice."""
    _, _, serial = first.number.rpartition("-")
    second = apply_for(db, session, session.created_at, 2)
    second.number = f"{session.number}-{int(serial) + 100:05d}"
    second.candidate_id = first.candidate_id
    db.add(second)
    db.flush()
    return second


def pay(db: Session, enrolment: Enrolment, now: datetime) -> None:
    """Book the fee of an electrician."""
    record_payment(
        db,
        enrolment,
        Decimal("320.00"),
        due=Decimal("320.00"),
        reference="示例",
        confirmed_by="",
        at=now,
    )
    enrolment.fee_status = "due"
    db.add(enrolment)


def set_free(db: Session, scheme: Scheme) -> None:
    """Make a scheme free of charge."""
    scheme.content = {**scheme.content, "fee": {"mode": "none"}}
    db.add(scheme)
    db.flush()


def set_minimum(db: Session, scheme: Scheme, minimum: int) -> None:
    """Change how many an offer needs."""
    scheme.content = {**scheme.content, "thresholds": {"open_minimum": minimum}}
    db.add(scheme)
    db.flush()
