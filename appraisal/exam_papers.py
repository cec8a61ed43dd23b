"""Exam papers (试卷): sets drawn for a session and their chain of custody."""

from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum

from sqlalchemy import bindparam
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import sessions
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError


class UnknownPaperSet(AppraisalError):
    """The session has no such set of papers."""


class CustodyBroken(AppraisalError):
    """An act does not follow the one before in the chain of custody."""


class CustodyConflict(AppraisalError):
    """This person may not do this act: site staff, or the hand of an earlier act."""


class CustodyAct(StrEnum):
    """What can happen to a set of papers; every act but the draw ends in the state it names."""

    DRAW = "draw"
    REJECT = "reject"
    PROOF = "proof"
    SEAL = "seal"
    HAND_OVER = "hand_over"
    RECEIVE = "receive"
    OPEN = "open"
    RETURN = "return"
    DESTROY = "destroy"


# Source: requirement documents of a provincial appraisal platform, 2018, item section: draw,
# two-person proof, seal, store, handover, open, return, destroyed one year after publication.
_NEXT: Mapping[CustodyAct | None, frozenset[CustodyAct]] = {
    None: frozenset({CustodyAct.DRAW}),
    CustodyAct.DRAW: frozenset({CustodyAct.PROOF, CustodyAct.REJECT}),
    # A rejected set is drawn again under the same key.
    CustodyAct.REJECT: frozenset({CustodyAct.DRAW}),
    CustodyAct.PROOF: frozenset({CustodyAct.SEAL, CustodyAct.REJECT}),
    CustodyAct.SEAL: frozenset({CustodyAct.HAND_OVER}),
    CustodyAct.HAND_OVER: frozenset({CustodyAct.RECEIVE}),
    # A broken seal found on receipt: the set is drawn anew.
    CustodyAct.RECEIVE: frozenset({CustodyAct.OPEN, CustodyAct.RETURN, CustodyAct.REJECT}),
    CustodyAct.OPEN: frozenset({CustodyAct.RETURN}),
    CustodyAct.RETURN: frozenset({CustodyAct.DESTROY}),
    CustodyAct.DESTROY: frozenset(),
}

# Acts whose hands must differ: who drew does not proof, who drew or proofed does not seal, who
# hands over does not receive.
_OTHER_HANDS: Mapping[CustodyAct, frozenset[CustodyAct]] = {
    CustodyAct.PROOF: frozenset({CustodyAct.DRAW}),
    CustodyAct.SEAL: frozenset({CustodyAct.DRAW, CustodyAct.PROOF}),
    CustodyAct.RECEIVE: frozenset({CustodyAct.HAND_OVER}),
}

_NEVER_SITE_STAFF = frozenset(
    {CustodyAct.DRAW, CustodyAct.PROOF, CustodyAct.SEAL, CustodyAct.HAND_OVER}
)


class PaperSet(SQLModel, table=True):
    """The papers of one offer and subject in one variant; `state` is the last act."""

    __tablename__ = "paper_set"
    __table_args__ = (UniqueConstraint("session_id", "offer_id", "subject", "variant"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    offer_id: int = Field(foreign_key="session_offer.id")
    subject: str = Field(max_length=20)
    variant: str = Field(default="A", max_length=1)
    source: str = Field(default="bank", max_length=40)
    copies: int = Field(ge=1)
    seal_number: str = Field(default="", max_length=40)
    state: str = Field(default="", max_length=20)


class CustodyEvent(SQLModel, table=True):
    """One act on a set of papers: who did it, who witnessed; only added, never changed."""

    __tablename__ = "custody_event"

    id: int | None = Field(default=None, primary_key=True)
    paper_set_id: int = Field(foreign_key="paper_set.id", index=True)
    act: str = Field(max_length=20)
    person_id: int
    seal_intact: bool | None = None
    remark: str = Field(default="", max_length=500)
    at: datetime = Field(sa_type=UtcDateTime)


def may_follow(last: CustodyAct | None, act: CustodyAct) -> bool:
    """Whether an act may follow the last one."""
    return act in _NEXT[last]


def custody_problem(
    act: CustodyAct,
    person_id: int,
    earlier: Mapping[CustodyAct, int],
    site_staff: Collection[int],
) -> str | None:
    """Say why a person may not do an act, None when nothing stands against it.

    `earlier` names the hand of each act since the papers were last drawn.

    Source: domain research 1.7 (two-person proof; custodians have no part in the site's work).
    """
    if act in _NEVER_SITE_STAFF and person_id in site_staff:
        return "site_staff"
    for other in _OTHER_HANDS.get(act, frozenset()):
        if earlier.get(other) == person_id:
            return f"did_{other.value}"
    return None


def draw_set(
    db: Session,
    session: sessions.AppraisalSession,
    offer_id: int,
    subject: str,
    variant: str,
    *,
    source: str,
    copies: int,
) -> PaperSet:
    """Put a set of papers on the list, or change one that was rejected; record the draw next."""
    assert session.id is not None
    query = select(PaperSet).where(
        PaperSet.session_id == session.id,
        PaperSet.offer_id == offer_id,
        PaperSet.subject == subject,
        PaperSet.variant == variant,
    )
    drawn = db.exec(query).one_or_none() or PaperSet(
        organisation_id=session.organisation_id,
        session_id=session.id,
        offer_id=offer_id,
        subject=subject,
        variant=variant,
        copies=copies,
    )
    drawn.source, drawn.copies = source, copies
    db.add(drawn)
    db.flush()
    return drawn


def record_act(
    db: Session,
    papers: PaperSet,
    act: CustodyAct,
    *,
    person_id: int,
    at: datetime,
    site_staff: Collection[int] = (),
    seal_intact: bool | None = None,
    remark: str = "",
) -> CustodyEvent:
    """Record one act on a set.

    Raises:
        CustodyBroken: The act cannot follow the last one, or a broken seal was received.
        CustodyConflict: The person may not do it.
    """
    assert papers.id is not None
    last = CustodyAct(papers.state) if papers.state else None
    if not may_follow(last, act):
        raise CustodyBroken(f"paper set {papers.id}: {act} after {last}")
    problem = custody_problem(act, person_id, _hands(events_of(db, papers.id)), site_staff)
    if problem is not None:
        raise CustodyConflict(problem)
    event = CustodyEvent(
        paper_set_id=papers.id,
        act=act,
        person_id=person_id,
        seal_intact=seal_intact,
        remark=remark,
        at=at,
    )
    papers.state = act
    db.add_all([event, papers])
    db.flush()
    return event


def paper_sets_of(db: Session, session_id: int) -> list[PaperSet]:
    """The sets of a session by offer, subject and variant."""
    query = select(PaperSet).where(PaperSet.session_id == session_id)
    order = (col(PaperSet.offer_id), PaperSet.subject, PaperSet.variant)
    return list(db.exec(query.order_by(*order)))


_EVENTS = (
    select(CustodyEvent)
    .where(CustodyEvent.paper_set_id == bindparam("b_set"))
    .order_by(col(CustodyEvent.id))
    .execution_options(prepared=True)
)


def events_of(db: Session, paper_set_id: int) -> list[CustodyEvent]:
    """The chain of custody of a set, oldest first."""
    return list(db.exec(_EVENTS, params={"b_set": paper_set_id}))


def custody_gaps(db: Session, session_id: int, until: CustodyAct) -> list[PaperSet]:
    """The sets whose chain has not come as far as an act."""
    order = list(CustodyAct)
    reached = order.index(until)
    return [
        papers
        for papers in paper_sets_of(db, session_id)
        if not papers.state or order.index(CustodyAct(papers.state)) < reached
    ]


def _hands(events: Iterable[CustodyEvent]) -> dict[CustodyAct, int]:
    hands: dict[CustodyAct, int] = {}
    for event in events:
        if event.act == CustodyAct.DRAW:
            hands = {}
        hands[CustodyAct(event.act)] = event.person_id
    return hands
