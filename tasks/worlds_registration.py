"""Given states for scenarios of steps 1 to 3 and of enrolments."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlmodel import Session

from appraisal.applications import NO_FACTS
from appraisal.calendar import local_date
from appraisal.complaints import file_complaint
from appraisal.enrolments import (
    Enrolment,
    enrolment_by_id,
    enrolment_by_number,
    enrolments_of,
    subjects_of,
)
from appraisal.evidence import add_evidence
from appraisal.fees import record_payment
from appraisal.identity import check_digit, read_id_number
from appraisal.notices import Subscriber, draft_notice, publish_notice
from appraisal.people import add_person
from appraisal.registration import ApplicationData, register
from appraisal.schemes import Scheme
from appraisal.sessions import AppraisalSession, SessionOffer, create_session, offers_of
from tasks.demo_world import CARER, COOK, ELECTRICIAN, SITE, DemoWorld, build_demo_world
from tasks.worlds import Companion, World, world

DAYS_TO_EXAM = 60
_OFFERED = {ELECTRICIAN: "3", COOK: "4", CARER: "2"}
_MATERIALS = ("id_card", "photo", "pledge", "work_years_proof", "prior_certificate")

# Facts that meet condition 2023-3-2, 2023-4-1 and 2023-2-1.
_CAREERS: Mapping[str, Mapping[str, Any]] = {
    ELECTRICIAN: {"years": 9, "prior_level": "4", "years_after": 5},
    COOK: {"years": 6},
    CARER: {"years": 14, "prior_level": "3", "years_after": 6},
}
_EXTRA = {CARER: ("social_insurance",)}


@world("opened")
def opened(db: Session, now: datetime, **given: Any) -> World:
    """A batch that was just opened: nothing is chosen yet."""
    body, session = _session(db, now, kind=str(given.get("kind") or "unified"))
    choices = [f"{body.schemes[code].id}:{_OFFERED[code]}" for code in (ELECTRICIAN, COOK, CARER)]
    names = {"choices": choices, "electrician": choices[0], "carer": choices[2]}
    if given.get("broken_weights"):
        content = dict(body.schemes[ELECTRICIAN].content)
        content["levels"] = {"3": {"subjects": [{"key": "theory", "form": "paper"}]}}
        broken = Scheme(
            organisation_id=session.organisation_id,
            key="broken",
            name="未完成的方案",
            occupation_code=ELECTRICIAN,
            content=content,
        )
        db.add(broken)
        db.flush()
        names["broken"] = f"{broken.id}:3"
    return _world(session, body, **names)


@world("defined")
def defined(db: Session, now: datetime, **given: Any) -> World:
    """A batch whose schemes are approved, and somebody who wants its notices."""
    body, session = _session(db, now)
    _offer(db, session, body, given.get("occupations") or [ELECTRICIAN])
    reader = add_person(db, session.organisation_id, "读者", "subscriber")
    assert reader.id is not None
    db.add(Subscriber(organisation_id=session.organisation_id, person_id=reader.id, since=now))
    db.flush()
    return _world(session, body)


@world("applied")
def applied(db: Session, now: datetime, **given: Any) -> World:
    """A batch after registration: so many electricians have applied.

    `minimum` overrides how many are needed, `trade` adds a second offer of another trade with
    so many applicants, `from_elsewhere` of them come from another province.
    """
    body, session = _session(db, now)
    _announce(db, session, now)
    _offer(db, session, body, [ELECTRICIAN])
    minimum = given.get("minimum")
    if minimum is not None:
        _set_minimum(db, body.schemes[ELECTRICIAN], int(minimum))
    elsewhere = int(given.get("from_elsewhere") or 0)
    numbers = [
        _apply(db, session, now, place, province="别省" if place <= elsewhere else "").number
        for place in range(1, int(given.get("applicants", 1)) + 1)
    ]
    other = [
        _apply(db, session, now, 50 + place, trade="T2").number
        for place in range(1, int(_other_trade(db, session, body, given)) + 1)
    ]
    session.status = "reviewing"
    db.add(session)
    names: dict[str, Any] = {
        f"enrolment_{place}": number for place, number in enumerate(numbers + other, 1)
    }
    assert session.id is not None
    names["offers"] = [offer.id for offer in offers_of(db, session.id)]
    if given.get("complaint"):
        complainant = add_person(db, session.organisation_id, "投诉人", "complainant")
        assert complainant.id is not None
        names["complaint"] = file_complaint(
            db,
            organisation_id=session.organisation_id,
            session_id=session.id,
            person_id=complainant.id,
            text="审核太慢",
            at=now,
        ).id
    return _world(session, body, **names)


@world("offered")
def offered(db: Session, now: datetime, **given: Any) -> World:
    """One offer of a batch with so many admitted (table D5)."""
    made = applied(db, now, **given)
    session_id = int(made.variables["session_id"])
    for enrolment in enrolments_of(db, session_id):
        enrolment.state = "admitted"
        db.add(enrolment)
    db.flush()
    offers = [row.id for row in offers_of(db, session_id)]
    return World(
        made.tenant,
        made.business_key,
        {**made.variables, "offer_id": offers[0]},
        {**made.names, "offers": offers},
    )


@world("enrolled_session")
def enrolled_session(db: Session, now: datetime, **given: Any) -> World:
    """A batch from its beginning to its end.

    `running` enrolments run beside it as re-sits without a fee, paid for when `paid`.
    """
    body, session = _session(db, now)
    _announce(db, session, now)
    _offer(db, session, body, [ELECTRICIAN])
    session.training_wanted = bool(given.get("training"))
    db.add(session)
    enrolments = [
        _apply(db, session, now, place) for place in range(1, int(given.get("running", 0)) + 1)
    ]
    for enrolment in enrolments:
        enrolment.is_resit = True
        if given.get("paid"):
            _pay(db, enrolment, now)
    _set_free(db, body.schemes[ELECTRICIAN])
    names = {f"enrolment_{place}": e.number for place, e in enumerate(enrolments, 1)}
    made = _world(session, body, **names)
    companions = [_companion(enrolment) for enrolment in enrolments]
    return replace(made, companions=companions)


def _companion(enrolment: Enrolment) -> Companion:
    enrolment_id = enrolment.id
    assert enrolment_id is not None

    def note(db: Session, instance_id: UUID) -> None:
        row = enrolment_by_id(db, enrolment_id)
        row.instance_id = instance_id
        db.add(row)

    variables = {"enrolment_id": enrolment_id, "session_id": enrolment.session_id}
    return Companion("enrolment", enrolment.number, variables, note)


@world("enrolled")
def enrolled(db: Session, now: datetime, **given: Any) -> World:
    """One application to a batch.

    `occupation` is electrician, cook or carer; `facts` change what it states; `lacking` are
    materials that are not there; `free` makes the fee none; `paid` books it; `resit` gives an
    earlier enrolment with a passed subject; `duplicate` an earlier one of the same batch.
    """
    body, session = _session(db, now)
    _announce(db, session, now)
    code = {"electrician": ELECTRICIAN, "cook": COOK, "carer": CARER}[
        str(given.get("occupation", "electrician"))
    ]
    _offer(db, session, body, [code])
    if given.get("free"):
        _set_free(db, body.schemes[code])
    if given.get("resit"):
        _passed_before(db, session, body, now, code)
    enrolment = _apply(
        db, session, now, 1, code=code, facts=given.get("facts") or {}, lacking=given.get("lacking")
    )
    if given.get("duplicate"):
        # The tables let nobody in twice, so the second one is written by hand.
        enrolment = _copy(db, session, enrolment)
    if given.get("paid"):
        _pay(db, enrolment, now)
    assert enrolment.id is not None
    return World(
        body.organisation.code,
        enrolment.number,
        {"enrolment_id": enrolment.id, "session_id": session.id},
        {"session": session.number, "enrolment": enrolment.number},
    )


@world("running")
def running(db: Session, now: datetime, **given: Any) -> World:
    """One enrolment as `enrolled`, in `state`, with its process running."""
    made = enrolled(db, now, **{key: value for key, value in given.items() if key != "state"})
    enrolment = enrolment_by_number(db, made.business_key)
    enrolment.state = str(given.get("state", "submitted"))
    db.add(enrolment)
    return World(made.tenant, made.business_key, {}, made.names, [_companion(enrolment)])


def _session(
    db: Session, now: datetime, *, kind: str = "unified"
) -> tuple[DemoWorld, AppraisalSession]:
    today = local_date(now)
    body = build_demo_world(db, today=today)
    body.organisation.province_name = "示例省"
    exam = today + timedelta(days=DAYS_TO_EXAM)
    session = create_session(
        db, body.organisation, "示例批次", created_at=now, kind=kind, exam_date=exam, site=SITE
    )
    return body, session


def _world(session: AppraisalSession, body: DemoWorld, **names: Any) -> World:
    return World(
        body.organisation.code,
        session.number,
        {"session_id": session.id},
        {"session": session.number, "exam_date": str(session.exam_date), **names},
    )


def _announce(db: Session, session: AppraisalSession, now: datetime) -> None:
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


def _offer(
    db: Session, session: AppraisalSession, body: DemoWorld, codes: Sequence[str], trade: str = ""
) -> None:
    for code in codes:
        scheme = body.schemes[code]
        assert session.id is not None and scheme.id is not None
        db.add(
            SessionOffer(
                session_id=session.id,
                scheme_id=scheme.id,
                occupation_code=code,
                trade_code=trade,
                level_code=_OFFERED[code],
            )
        )
    db.flush()


def _other_trade(
    db: Session, session: AppraisalSession, body: DemoWorld, given: Mapping[str, Any]
) -> int:
    if given.get("trade") is None:
        return 0
    _offer(db, session, body, [ELECTRICIAN], trade="T2")
    return int(given["trade"])


def _apply(
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
    data = ApplicationData(
        occupation_code=code,
        trade_code=trade,
        level_code=_OFFERED[code],
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


def _passed_before(
    db: Session, session: AppraisalSession, body: DemoWorld, now: datetime, code: str
) -> None:
    earlier = create_session(
        db, body.organisation, "上一批次", created_at=now - timedelta(days=300), site=SITE
    )
    _offer(db, earlier, body, [code])
    enrolment = _apply(db, earlier, now - timedelta(days=300), 1, code=code)
    enrolment.state, enrolment.outcome = "resit", "partly"
    assert enrolment.id is not None
    theory = subjects_of(db, enrolment.id)[0]
    theory.state, theory.points, theory.passed = "present", Decimal(70), True
    theory.valid_until = local_date(now) + timedelta(days=400)
    db.add(theory)
    db.flush()


def _copy(db: Session, session: AppraisalSession, first: Enrolment) -> Enrolment:
    _, _, serial = first.number.rpartition("-")
    second = _apply(db, session, session.created_at, 2)
    second.number = f"{session.number}-{int(serial) + 100:05d}"
    second.candidate_id = first.candidate_id
    db.add(second)
    db.flush()
    return second


def _pay(db: Session, enrolment: Enrolment, now: datetime) -> None:
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


def _set_free(db: Session, scheme: Scheme) -> None:
    scheme.content = {**scheme.content, "fee": {"mode": "none"}}
    db.add(scheme)
    db.flush()


def _set_minimum(db: Session, scheme: Scheme, minimum: int) -> None:
    scheme.content = {**scheme.content, "thresholds": {"open_minimum": minimum}}
    db.add(scheme)
    db.flush()
