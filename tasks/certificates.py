"""Service tasks of step 13 颁发证书: check, report up, number, register, hand out."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session, col, select

from appraisal.candidates import candidate_by_id
from appraisal.certificates import (
    Certificate,
    certificate_of,
    certificates_of,
    change_state,
    number_certificate,
)
from appraisal.enrolments import Enrolment, enrolment_by_id
from appraisal.organisations import is_registered, organisation_by_id
from appraisal.publicity import releasable_enrolments
from appraisal.releases import Release, read_reply, release_of, releases_of
from appraisal.results import results_of
from appraisal.sessions import session_by_id
from appraisal.typesetting import missing_glyphs
from engine import Continue, ServiceTasks, TaskContext
from engine.killpoints import kill_point

service_tasks = ServiceTasks("certificates")

NUMBERS_A_CHUNK = 100
CLOSED_A_CHUNK = 200


@service_tasks.register(gives="issue: number, hold: number, refuse: number")
def check_release(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Ask D14 about every passer who has no certificate yet."""
    listed = releasable_enrolments(db, session_id)
    for enrolment in _passers_without_certificate(db, session_id):
        release = release_of(db, enrolment)
        facts = _release_facts(db, context, enrolment, release, listed)
        decided = context.decide("d14_release", facts)
        release.release, release.row = str(decided.value["release"]), decided.rows[0]
        db.add(release)
    db.flush()
    return _tally(db, session_id)


@service_tasks.register(gives="doubted: number")
def take_data_check(
    db: Session, context: TaskContext, *, session_id: int, element: str
) -> Mapping[str, Any]:
    """Keep which enrolments the data check doubts; their certificates are held."""
    answer = context.answer(element) or {}
    doubted = set(str(answer.get("doubted") or "").split())
    for release in releases_of(db, session_id):
        release.doubted = enrolment_by_id(db, release.enrolment_id).number in doubted
        db.add(release)
    db.flush()
    return {"doubted": len(doubted)}


@service_tasks.register(gives="reported: number")
def report_up(db: Session, *, session_id: int) -> Mapping[str, Any]:
    """Mark those whose data go to the superior body; the upload file is filed as a paper."""
    wanted = [r for r in releases_of(db, session_id) if r.release == "issue" and not r.accepted]
    for release in wanted:
        release.reported = True
        db.add(release)
    db.flush()
    return {"reported": len(wanted)}


@service_tasks.register(gives="valid: boolean, errors, accepted: number")
def take_reply(
    db: Session, context: TaskContext, *, session_id: int, element: str
) -> Mapping[str, Any]:
    """Import the superior body's reply row by row: enrolment number, accepted or the reason.

    A line is `number 通过` or `number 退回 reason`; without any line all are accepted. Wrong
    lines are reported and nothing of the reply is taken.
    """
    answer = context.answer(element) or {}
    reported = {
        enrolment_by_id(db, r.enrolment_id).number: r
        for r in releases_of(db, session_id)
        if r.reported and r.accepted is None
    }
    verdicts, errors = read_reply(str(answer.get("lines") or ""), set(reported))
    if errors:
        return {"valid": False, "errors": errors, "accepted": 0}
    for number, release in reported.items():
        release.accepted, release.refusal = verdicts.get(number, (True, ""))
        db.add(release)
    db.flush()
    return {
        "valid": True,
        "errors": [],
        "accepted": sum(bool(r.accepted) for r in reported.values()),
    }


@service_tasks.register(run="job", name="number", gives="numbered: number")
def number_certificates(
    db: Session, context: TaskContext, *, session_id: int
) -> Mapping[str, Any] | Continue:
    """Give every accepted enrolment its number; the registered range is checked once more."""
    organisation = organisation_by_id(db, session_by_id(db, session_id).organisation_id)
    todo = _accepted_without_certificate(db, session_id)
    for enrolment in todo[:NUMBERS_A_CHUNK]:
        name = candidate_by_id(db, enrolment.candidate_id).name
        number_certificate(db, enrolment, organisation, name, on=context.today, at=context.now)
        kill_point("while-numbering")
    if len(todo) > NUMBERS_A_CHUNK:
        return Continue(len(todo) - NUMBERS_A_CHUNK)
    return {"numbered": len(certificates_of(db, session_id))}


@service_tasks.register(
    run="job", gives="issued: number, issue: number, hold: number, refuse: number"
)
def register(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Make the certificates valid in the register and tell each enrolment its number."""
    fresh = [c for c in certificates_of(db, session_id) if c.state == "numbered" and c.paper_id]
    for certificate in fresh:
        change_state(
            db, certificate, "valid", reason="issued", actor=context.actor or "", at=context.now
        )
        enrolment = enrolment_by_id(db, certificate.enrolment_id)
        context.engine.correlate(
            db,
            "certificate_issued",
            enrolment.number,
            {"certificate_number": certificate.number},
            message_id=f"certificate:{certificate.number}:{certificate.edition}",
        )
    return {"issued": len(fresh), **_tally(db, session_id)}


@service_tasks.register(run="job", gives="")
def close_enrolments(
    db: Session, context: TaskContext, *, session_id: int
) -> Mapping[str, Any] | Continue:
    """End the enrolments that get no certificate in this batch: each learns how it stands."""
    after = str(context.cursor or "")
    todo = db.exec(
        select(Enrolment)
        .where(Enrolment.session_id == session_id)
        .where(Enrolment.state == "published")
        .where(Enrolment.number > after)
        .order_by(col(Enrolment.number))
        .limit(CLOSED_A_CHUNK)
    ).all()
    for enrolment in todo:
        context.engine.correlate(
            db,
            "enrolment_closed",
            enrolment.number,
            {"reason": enrolment.outcome},
            message_id=f"closed:{enrolment.number}",
        )
    if len(todo) == CLOSED_A_CHUNK:
        return Continue(todo[-1].number)
    return {}


@service_tasks.register(gives="handed_out, not_collected: number")
def hand_out(
    db: Session, context: TaskContext, *, session_id: int, element: str
) -> Mapping[str, Any]:
    """Note which certificates were handed out; without a list all of them were."""
    answer = context.answer(element) or {}
    kept = set(str(answer.get("not_collected") or "").split())
    handed = 0
    for certificate in certificates_of(db, session_id):
        waiting = certificate.state == "valid" and certificate.handed_out_at is None
        if waiting and certificate.number not in kept:
            certificate.handed_out_at = context.now
            handed += 1
            db.add(certificate)
    db.flush()
    return {"handed_out": handed, "not_collected": len(kept)}


def _passers_without_certificate(db: Session, session_id: int) -> list[Enrolment]:
    passed = [r.enrolment_id for r in results_of(db, session_id) if r.outcome == "passed"]
    enrolments = [enrolment_by_id(db, enrolment_id) for enrolment_id in passed]
    return [e for e in enrolments if certificate_of(db, e) is None]


def _accepted_without_certificate(db: Session, session_id: int) -> list[Enrolment]:
    accepted = {
        r.enrolment_id for r in releases_of(db, session_id) if r.release == "issue" and r.accepted
    }
    return [
        e
        for e in _passers_without_certificate(db, session_id)
        if e.id in accepted and _in_range(db, e)
    ]


def _in_range(db: Session, enrolment: Enrolment) -> bool:
    session = session_by_id(db, enrolment.session_id)
    assert session.exam_date is not None
    return is_registered(
        db,
        enrolment.organisation_id,
        enrolment.occupation_code,
        enrolment.trade_code,
        enrolment.level_code,
        on=session.exam_date,
        site=session.site,
    )


def _release_facts(
    db: Session, context: TaskContext, enrolment: Enrolment, release: Release, listed: set[int]
) -> dict[str, Any]:
    candidate = candidate_by_id(db, enrolment.candidate_id)
    barred = candidate.blacklisted_until
    return {
        "listed": enrolment.id in listed,
        "fee": enrolment.fee_status,
        "blacklisted": barred is not None and barred >= context.today,
        "registered": _in_range(db, enrolment),
        "duplicate": _holds_same(db, enrolment),
        "glyphs_missing": bool(missing_glyphs(candidate.name)),
        "name_valid": not release.doubted,
    }


def _holds_same(db: Session, enrolment: Enrolment) -> bool:
    query = (
        select(Certificate)
        .where(Certificate.candidate_id == enrolment.candidate_id)
        .where(Certificate.occupation_code == enrolment.occupation_code)
        .where(Certificate.level_code == enrolment.level_code)
        .where(Certificate.state == "valid")
        .where(Certificate.enrolment_id != enrolment.id)
    )
    return db.exec(query).first() is not None


def _tally(db: Session, session_id: int) -> dict[str, Any]:
    releases = releases_of(db, session_id)
    return {word: sum(r.release == word for r in releases) for word in ("issue", "hold", "refuse")}
