"""The candidates of a session for its staff: the list, and one of them with what decided."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlencode

from fastapi import Path, Query, Response
from sqlmodel import col, select

from api.enrolments import seen_enrolment
from api.pages.candidate_facts import candidate_facts
from api.pages.recordings import recordable
from api.pages.staff import element_name, staff_page, told_decisions
from api.problems import Problem
from api.sessions import seen_session
from api.work import PageRouter, Reading, Work
from appraisal.candidates import candidate_by_id
from appraisal.certificates import certificate_of
from appraisal.enrolments import Enrolment, subjects_of
from appraisal.occupations import occupation_name
from appraisal.papers import Paper
from appraisal.results import result_of
from appraisal.sessions import session_by_id
from engine.instances import ProcessInstance
from tasks.enrolment_lists import list_enrolments
from tasks.told_history import history_of

router = PageRouter()
HISTORY_SHOWN = 60


@router.get("/sessions/{number}/enrolments")
def read_enrolments(
    work: Reading,
    number: Annotated[str, Path(max_length=60)],
    state: Annotated[str, Query(max_length=20)] = "",
    q: Annotated[str, Query(max_length=60)] = "",
    after: Annotated[int, Query(ge=0, le=10**15)] = 0,
) -> Response:
    """List the candidates of a session."""
    _require_staff(work)
    session = seen_session(work, number, "enrolment.list")
    assert session.id is not None
    lines, following = list_enrolments(
        work.db, session.id, state=state, text=q.strip(), after=after
    )
    kept = {key: value for key, value in (("state", state), ("q", q)) if value}
    return staff_page(
        work,
        "enrolments.html",
        f"session:{number}",
        work.installation.clock.now(),
        session=session,
        lines=lines,
        state=state,
        text=q,
        next_query=urlencode({**kept, "after": following}) if following else "",
        sees_results=work.may("result.list", session),
    )


@router.get("/enrolments/{number}")
def read_enrolment(work: Reading, number: Annotated[str, Path(max_length=80)]) -> Response:
    """Show an enrolment to the staff: facts, marks, papers, and what happened and why."""
    _require_staff(work)
    enrolment = seen_enrolment(work, number)
    assert enrolment.id is not None
    session = session_by_id(work.db, enrolment.session_id)
    instance = (
        work.db.get(ProcessInstance, enrolment.instance_id) if enrolment.instance_id else None
    )
    words = told_decisions(work, instance)
    # Which conditions were met is for all who read applications, not what other tables said.
    definitions = work.installation.definitions
    texts = definitions.row_texts(instance.bundle_id) if instance else {}
    result = result_of(work.db, enrolment.id)
    certificate = certificate_of(work.db, enrolment)
    return staff_page(
        work,
        "staff_enrolment.html",
        f"session:{session.number}",
        work.installation.clock.now(),
        enrolment=enrolment,
        session=session,
        name=candidate_by_id(work.db, enrolment.candidate_id).name,
        occupation=occupation_name(work.db, enrolment.occupation_code),
        facts=candidate_facts(work.db, enrolment, work.language, texts),
        subjects=subjects_of(work.db, enrolment.id),
        result=result if result is not None and work.may("result.read", result) else None,
        certificate=(
            certificate
            if certificate is not None and work.may("certificate.read", certificate)
            else None
        ),
        papers=_papers(work, enrolment),
        log=history_of(work.db, enrolment.instance_id, limit=HISTORY_SHOWN, words=words),
        element_name=lambda element_id: element_name(work, instance, element_id),
        records=recordable(work, instance),
    )


def _papers(work: Work, enrolment: Enrolment) -> list[Paper]:
    query = select(Paper).where(
        Paper.session_id == enrolment.session_id, Paper.subject == enrolment.number
    )
    found = work.db.exec(query.order_by(col(Paper.step), col(Paper.id)))
    return [paper for paper in found if work.may("paper.read", paper)]


def _require_staff(work: Work) -> None:
    if not work.actor.is_staff:
        raise Problem("forbidden")
