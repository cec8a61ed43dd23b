"""Given states for scenarios of steps 1 to 3 and of enrolments."""

from dataclasses import replace
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel import Session

from appraisal.complaints import file_complaint
from appraisal.enrolments import (
    Enrolment,
    enrolment_by_id,
    enrolment_by_number,
    enrolments_of,
)
from appraisal.notices import Subscriber
from appraisal.people import add_person
from appraisal.schemes import Scheme
from appraisal.sessions import offers_of
from tasks.demo_world import CARER, COOK, DEMO_BODY, ELECTRICIAN
from tasks.sample_batches import (
    OFFERED,
    announce,
    apply_for,
    batch_world,
    enrol_twice,
    offer_levels,
    offer_other_trade,
    open_batch,
    pass_before,
    pay,
    set_free,
    set_minimum,
)
from tasks.worlds import Companion, World, world


@world("opened", ground=DEMO_BODY)
def opened(db: Session, now: datetime, **given: Any) -> World:
    """A batch that was just opened: nothing is chosen yet."""
    body, session = open_batch(db, now, kind=str(given.get("kind") or "unified"))
    choices = [f"{body.schemes[code].id}:{OFFERED[code]}" for code in (ELECTRICIAN, COOK, CARER)]
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
    return batch_world(session, body, **names)


@world("defined", ground=DEMO_BODY)
def defined(db: Session, now: datetime, **given: Any) -> World:
    """A batch whose schemes are approved, and somebody who wants its notices."""
    body, session = open_batch(db, now)
    offer_levels(db, session, body, given.get("occupations") or [ELECTRICIAN])
    reader = add_person(db, session.organisation_id, "读者", "subscriber")
    assert reader.id is not None
    db.add(Subscriber(organisation_id=session.organisation_id, person_id=reader.id, since=now))
    db.flush()
    return batch_world(session, body)


@world("applied", ground=DEMO_BODY)
def applied(db: Session, now: datetime, **given: Any) -> World:
    """A batch after registration: so many electricians have applied.

    `minimum` overrides how many are needed, `trade` adds a second offer of another trade with
    so many applicants, `from_elsewhere` of them come from another province.
    """
    body, session = open_batch(db, now)
    announce(db, session, now)
    offer_levels(db, session, body, [ELECTRICIAN])
    minimum = given.get("minimum")
    if minimum is not None:
        set_minimum(db, body.schemes[ELECTRICIAN], int(minimum))
    elsewhere = int(given.get("from_elsewhere") or 0)
    numbers = [
        apply_for(db, session, now, place, province="别省" if place <= elsewhere else "").number
        for place in range(1, int(given.get("applicants", 1)) + 1)
    ]
    other = [
        apply_for(db, session, now, 50 + place, trade="T2").number
        for place in range(1, int(offer_other_trade(db, session, body, given)) + 1)
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
    return batch_world(session, body, **names)


@world("offered", ground=DEMO_BODY)
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


@world("enrolled_session", ground=DEMO_BODY)
def enrolled_session(db: Session, now: datetime, **given: Any) -> World:
    """A batch from its beginning to its end.

    `running` enrolments run beside it as re-sits without a fee, paid for when `paid`.
    """
    body, session = open_batch(db, now)
    announce(db, session, now)
    offer_levels(db, session, body, [ELECTRICIAN])
    session.training_wanted = bool(given.get("training"))
    db.add(session)
    enrolments = [
        apply_for(db, session, now, place) for place in range(1, int(given.get("running", 0)) + 1)
    ]
    for enrolment in enrolments:
        enrolment.is_resit = True
        if given.get("paid"):
            pay(db, enrolment, now)
    set_free(db, body.schemes[ELECTRICIAN])
    names = {f"enrolment_{place}": e.number for place, e in enumerate(enrolments, 1)}
    made = batch_world(session, body, **names)
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


@world("enrolled", ground=DEMO_BODY)
def enrolled(db: Session, now: datetime, **given: Any) -> World:
    """One application to a batch.

    `occupation` is electrician, cook or carer; `facts` change what it states; `lacking` are
    materials that are not there; `free` makes the fee none; `paid` books it; `resit` gives an
    earlier enrolment with a passed subject; `duplicate` an earlier one of the same batch.
    """
    body, session = open_batch(db, now)
    announce(db, session, now)
    code = {"electrician": ELECTRICIAN, "cook": COOK, "carer": CARER}[
        str(given.get("occupation", "electrician"))
    ]
    offer_levels(db, session, body, [code])
    if given.get("free"):
        set_free(db, body.schemes[code])
    if given.get("resit"):
        pass_before(db, session, body, now, code)
    enrolment = apply_for(
        db, session, now, 1, code=code, facts=given.get("facts") or {}, lacking=given.get("lacking")
    )
    if given.get("duplicate"):
        # The tables let nobody in twice, so the second one is written by hand.
        enrolment = enrol_twice(db, session, enrolment)
    if given.get("paid"):
        pay(db, enrolment, now)
    assert enrolment.id is not None
    return World(
        body.organisation.code,
        enrolment.number,
        {"enrolment_id": enrolment.id, "session_id": session.id},
        {"session": session.number, "enrolment": enrolment.number},
    )


@world("running", ground=DEMO_BODY)
def running(db: Session, now: datetime, **given: Any) -> World:
    """One enrolment as `enrolled`, in `state`, with its process running."""
    made = enrolled(db, now, **{key: value for key, value in given.items() if key != "state"})
    enrolment = enrolment_by_number(db, made.business_key)
    enrolment.state = str(given.get("state", "submitted"))
    db.add(enrolment)
    return World(made.tenant, made.business_key, {}, made.names, [_companion(enrolment)])
