"""The sessions of an organisation, and one of them at a glance."""

from __future__ import annotations

from functools import partial
from typing import Annotated, Any

from fastapi import Path, Response

from api.i18n import say
from api.pages.migrations import newer_version
from api.pages.recordings import recordable
from api.pages.staff import element_name, staff_page, told_decisions
from api.pages.step_map import draw_map
from api.problems import Problem
from api.starting import SESSION_PROCESS, offered_to
from api.work import PageRouter, Reading
from appraisal.sessions import UnknownSession, session_by_number
from engine.instances import ProcessInstance
from tasks.overviews import days_until, list_sessions, overview_session
from tasks.posts import posts_of_bundle
from tasks.session_desks import open_work, room_lines
from tasks.step_states import StepState, instance_of
from tasks.steps import STAGES

router = PageRouter()
Number = Annotated[str, Path(max_length=60)]


@router.get("/sessions")
def read_sessions(work: Reading) -> Response:
    """List the newest sessions."""
    if not work.actor.is_staff:
        raise Problem("forbidden")
    work.require("session.list")
    now = work.installation.clock.now()
    found = list_sessions(work.db, [work.actor.organisation_id], now)
    lines = [line for line in found if work.may("session.read", line.session)]
    starts = {one.process_id for one in offered_to(work)}
    return staff_page(
        work, "sessions.html", "sessions", now, lines=lines,
        opens_sessions=SESSION_PROCESS in starts, starts_others=bool(starts - {SESSION_PROCESS}),
    )  # fmt: skip


@router.get("/sessions/{number}")
def read_session(work: Reading, number: Number) -> Response:
    """Show how far a session is."""
    try:
        session = session_by_number(work.db, number)
    except UnknownSession:
        raise Problem("not-found") from None
    work.require_seen("session.read", session)
    if not work.actor.is_staff:
        raise Problem("forbidden")
    clock = work.installation.clock
    instance = instance_of(work.db, number)
    overview = overview_session(
        work.db,
        session,
        person_id=work.actor.person_id,
        now=clock.now(),
        may_read=lambda paper: work.may("paper.read", paper),
        words=told_decisions(work, instance),
    )
    return staff_page(
        work,
        "session.html",
        f"session:{number}",
        clock.now(),
        overview=overview,
        version=instance.bundle_id[:8] if instance is not None else "",
        newer=newer_version(work, instance),
        records=recordable(work, instance),
        rehearses=work.may("migration.rehearse"),
        open_work=open_work(work.db, number),
        lists_enrolments=work.may("enrolment.list", session),
        rooms=room_lines(work.db, session),
        element_name=lambda element_id: element_name(work, instance, element_id),
        incident_place=lambda incident: element_name(
            work, work.db.get(ProcessInstance, incident.instance_id), incident.element_id
        ),
        days=days_until(session.exam_date, clock.today()),
        stages=stages_of(overview.steps, work.language),
        post_name=partial(
            posts_of_bundle(work.db, session.bundle_id).post_name, language=work.language
        ),
        diagram=draw_map(overview.steps, work.language),
    )


def stages_of(steps: list[StepState], language: str) -> list[dict[str, Any]]:
    """Sum the steps up by stage: how many are done, and the most pressing state."""
    stages = []
    for stage in STAGES:
        own = [state for state in steps if stage.key in state.step.stages]
        states = {state.state for state in own}
        done = sum(state.state == "done" for state in own)
        pressing = next((s for s in ("late", "current") if s in states), "waiting")
        stages.append(
            {
                "label": say(stage.label(language), language),
                "state": "done" if own and done == len(own) else pressing,
                "done": done,
                "total": len(own),
            }
        )
    return stages
