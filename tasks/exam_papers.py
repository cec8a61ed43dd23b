"""Service tasks of step 5, papers: draw, proof, seal, hand over, receive."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from appraisal.exam_papers import (
    CustodyAct,
    CustodyBroken,
    CustodyConflict,
    PaperSet,
    draw_set,
    paper_sets_of,
    record_act,
)
from appraisal.people import holders_of
from appraisal.rooms import exam_rooms_of, room_business_key
from appraisal.schemes import UnknownScheme, scheme_by_id, subject_content
from appraisal.seats import to_sit
from appraisal.sessions import offers_of, session_by_id
from appraisal.staff import site_staff
from appraisal.supplies import required_quantity
from engine import BpmnError, ServiceTasks, TaskContext

service_tasks = ServiceTasks("exam_papers")

# The subjects for which papers are drawn; a comprehensive review has a thesis instead.
PAPER_SUBJECTS = ("theory", "practical")
VARIANTS = {"theory": "AB", "practical": "A"}
# Why somebody may not do an act, as people read it.
PROBLEMS = {
    "site_staff": "考点工作人员不得接触考前试卷",
    "did_draw": "抽取试卷的人不得校对或封装",
    "did_proof": "校对与封装须由两名保密员分别完成",
    "did_hand_over": "移交人与接收人不得为同一人",
}


def actor_id(context: TaskContext) -> int:
    """The person on whose act a service task runs.

    Raises:
        BpmnError: custody_conflict: nobody did it, and custody needs a hand.
    """
    if not context.actor or not context.actor.isdecimal():
        raise BpmnError("custody_conflict", "试卷流转必须由具体人员完成")
    return int(context.actor)


def barred_from_papers(db: Session, session_id: int) -> set[int]:
    """Site staff: who manages the site, and who serves in the session."""
    organisation_id = session_by_id(db, session_id).organisation_id
    managers = {person.id or 0 for person in holders_of(db, "site_manager", organisation_id)}
    return managers | site_staff(db, session_id)


@service_tasks.register(gives="set_count: number, copies: number, reason: text")
def needed(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Which sets the session needs, for the person who draws them."""
    wanted = _wanted(db, session_id)
    return {
        "set_count": len(wanted),
        "copies": sum(copies for *_, copies in wanted),
        "reason": "",
    }


def _wanted(db: Session, session_id: int) -> list[tuple[int, str, str, int]]:
    """(offer, subject, variant, copies with the reserve) of every set."""
    sitting = to_sit(db, session_id)
    wanted = []
    for offer in offers_of(db, session_id, status=("open", "merged")):
        for subject in PAPER_SUBJECTS:
            try:
                subject_content(scheme_by_id(db, offer.scheme_id), offer.level_code, subject)
            except UnknownScheme:
                continue
            candidates = sum(one.offer_id == offer.id for one in sitting.get(subject, ()))
            if not candidates:
                continue
            variants = VARIANTS[subject]
            # Neighbours have different variants, so each variant serves half of a room.
            share = -(-candidates // len(variants))
            copies = required_quantity(share, Decimal(1))
            wanted += [(offer.id or 0, subject, variant, copies) for variant in variants]
    return wanted


@service_tasks.register(gives="set_count: number")
def draw(
    db: Session, context: TaskContext, *, session_id: int, element: str = "draw_papers"
) -> Mapping[str, Any]:
    """Put every set the session needs on the list, drawn by the item officer.

    Raises:
        BpmnError: custody_conflict: site staff drew them.
    """
    answer = context.answer(element) or {}
    session = session_by_id(db, session_id)
    for offer_id, subject, variant, copies in _wanted(db, session_id):
        papers = draw_set(
            db,
            session,
            offer_id,
            subject,
            variant,
            source=str(answer.get("source") or "bank"),
            copies=copies,
        )
        if papers.state in ("", CustodyAct.REJECT):
            _act(db, context, papers, CustodyAct.DRAW)
    return {"set_count": len(paper_sets_of(db, session_id))}


@service_tasks.register(gives="proofed, reason")
def proof(
    db: Session,
    context: TaskContext,
    *,
    session_id: int,
    accepted: bool,
    reason: str | None = None,
) -> Mapping[str, Any]:
    """Record the proof of every set, or send them back to be drawn again.

    Raises:
        BpmnError: custody_conflict: this person may not proof.
    """
    act = CustodyAct.PROOF if accepted else CustodyAct.REJECT
    for papers in paper_sets_of(db, session_id):
        _act(db, context, papers, act, remark=reason or "")
    return {"proofed": accepted, "reason": "" if accepted else reason or ""}


@service_tasks.register(gives="sealed: number")
def seal(
    db: Session, context: TaskContext, *, session_id: int, seal_prefix: str
) -> Mapping[str, Any]:
    """Record that every set was counted, sealed under its own number and locked away.

    Raises:
        BpmnError: custody_conflict: this person may not seal.
    """
    sets = paper_sets_of(db, session_id)
    for position, papers in enumerate(sets, start=1):
        papers.seal_number = f"{seal_prefix}-{position:03d}"
        _act(db, context, papers, CustodyAct.SEAL, seal_intact=True)
    return {"sealed": len(sets)}


@service_tasks.register(gives="")
def hand_over(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Record that the custodian handed the sealed sets to the site.

    Raises:
        BpmnError: custody_conflict: this person may not hand them over.
    """
    for papers in paper_sets_of(db, session_id):
        _act(db, context, papers, CustodyAct.HAND_OVER, seal_intact=True)
    return {}


@service_tasks.register(gives="papers_received, reason")
def receive(
    db: Session,
    context: TaskContext,
    *,
    session_id: int,
    seals_intact: bool,
    remark: str | None = None,
) -> Mapping[str, Any]:
    """Record the site's receipt and tell the rooms that their papers are there.

    Sets whose seal was broken are rejected: they are drawn, proofed and sealed anew.

    Raises:
        BpmnError: custody_conflict: the giver cannot be the receiver.
    """
    for papers in paper_sets_of(db, session_id):
        _act(db, context, papers, CustodyAct.RECEIVE, seal_intact=seals_intact)
        if not seals_intact:
            _act(db, context, papers, CustodyAct.REJECT, remark=remark or "封条破损")
    if seals_intact:
        _tell_rooms(db, context, session_id)
    return {"papers_received": seals_intact, "reason": "" if seals_intact else remark or "封条破损"}


def _tell_rooms(db: Session, context: TaskContext, session_id: int) -> None:
    number = session_by_id(db, session_id).number
    for room in exam_rooms_of(db, session_id):
        if room.subject in PAPER_SUBJECTS:
            key = room_business_key(number, room.code, room.subject)
            context.engine.correlate(
                db, "papers_released", key, {}, message_id=f"papers_released:{key}"
            )


def _act(
    db: Session,
    context: TaskContext,
    papers: PaperSet,
    act: CustodyAct,
    *,
    seal_intact: bool | None = None,
    remark: str = "",
) -> None:
    try:
        record_act(
            db,
            papers,
            act,
            person_id=actor_id(context),
            at=context.now,
            site_staff=barred_from_papers(db, papers.session_id),
            seal_intact=seal_intact,
            remark=remark,
        )
    except CustodyConflict as error:
        raise BpmnError("custody_conflict", PROBLEMS[str(error)]) from error
    except CustodyBroken as error:
        raise BpmnError("custody_conflict", f"试卷流转次序不符:{error}") from error
