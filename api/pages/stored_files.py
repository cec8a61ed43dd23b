"""Papers and evidence as downloads."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

from fastapi import Response
from sqlmodel import select

from api.problems import Problem
from api.work import Reading, Work, WorkRouter
from appraisal.certificates import Certificate
from appraisal.enrolments import Enrolment
from appraisal.objects import objects_of
from appraisal.papers import Paper, paper_content
from appraisal.sessions import AppraisalSession
from appraisal.tickets import ticket_of

router = WorkRouter(include_in_schema=False)
# Shown in the browser; anything else is only saved.
_SHOWN = ("application/pdf", "image/png", "image/jpeg")


@router.get("/papers/{paper_id}")
def read_paper(work: Reading, paper_id: int) -> Response:
    """Give a paper: to staff who may read what it is about, to candidates their own."""
    paper = work.db.get(Paper, paper_id)
    if paper is None or not _may_read(work, paper):
        raise Problem("not-found")
    name = f"{paper.title}.pdf" if paper.media_type == "application/pdf" else paper.title
    return _response(paper_content(work.db, paper), paper.media_type, name)


def file_response(work: Work, object_key: str, media_type: str, name: str) -> Response:
    """Give a stored file that somebody may see."""
    return _response(objects_of(work.db).get(object_key), media_type, name)


def _may_read(work: Work, paper: Paper) -> bool:
    """Papers about one enrolment follow its rights, certificates theirs, others the session's."""
    enrolment = work.db.exec(select(Enrolment).where(Enrolment.number == paper.subject)).first()
    if enrolment is None:
        session = work.db.get(AppraisalSession, paper.session_id)
        return work.actor.is_staff and work.may("session.read", session)
    if work.actor.is_staff:
        return work.may("enrolment.read", enrolment)
    return work.may("enrolment.read", enrolment) and _is_out(work, paper, enrolment)


def _is_out(work: Work, paper: Paper, enrolment: Enrolment) -> bool:
    """Tell whether the candidate may have it: a released ticket, or a certificate."""
    assert enrolment.id is not None
    if paper.key == "ticket":
        ticket = ticket_of(work.db, enrolment.id)
        return ticket is not None and ticket.released_at is not None
    issued: Any = select(Certificate.id).where(
        Certificate.paper_id == paper.id, Certificate.state != "numbered"
    )
    return work.db.exec(issued).first() is not None


def _response(content: bytes, media_type: str, name: str) -> Response:
    shown = media_type in _SHOWN
    headers = {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; "
        f"filename*=UTF-8''{quote(name)}",
        "Cache-Control": "private, no-store",
        "X-Frame-Options": "DENY",
    }
    return Response(content, 200, headers, media_type if shown else "application/octet-stream")
