"""What every page of the staff shows around its content."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from fastapi import Response
from sqlalchemy import func, select
from sqlmodel import col

from api.i18n import say
from api.pages.templating import draw_for
from api.user_tasks import desk_of
from api.work import Work
from appraisal.organisations import Organisation
from appraisal.sessions import AppraisalSession
from engine.incidents import Incident
from engine.instances import ProcessInstance
from engine.user_tasks import UserTask
from tasks.posts import posts_of_organisation
from tasks.told_decisions import DecisionWords
from tasks.worklists import count_views

RECENT_SESSIONS = 3


def staff_page(work: Work, template: str, place: str, now: datetime, **values: Any) -> Response:
    """Draw a page of the staff, with its navigation and counts."""
    organisation = work.db.get(Organisation, work.actor.organisation_id)
    sees_incidents = work.may("incident.list")
    # The inbox has counted already.
    counts = values.pop("counts", None) or view_counts(work, now)
    return draw_for(
        work,
        template,
        **{
            "place": place,
            "now": now,
            "here": here(work),
            "counts": counts,
            "organisation_name": _name(organisation, work.language),
            "posts_text": posts_text(work),
            "recent_sessions": _recent(work),
            "designs": work.may("definition.read"),
            "manages_people": work.may("person.list"),
            "sees_incidents": sees_incidents,
            "incident_count": _incidents(work) if sees_incidents else 0,
            "name_of": lambda task: task_name(task, work.language),
            **values,
        },
    )


def told_decisions(work: Work, instance: ProcessInstance | None) -> DecisionWords | None:
    """Give the words for what tables decided in an instance, if the actor may read them."""
    if instance is None or not work.may("process_instance.explain", instance):
        return None
    return DecisionWords.of(work.db, work.installation.definitions, instance)


def element_name(work: Work, instance: ProcessInstance | None, element_id: str | None) -> str:
    """Give the name of an element as its diagram has it, never the bare id."""
    if instance is None or not element_id:
        return ""
    process = work.installation.definitions.process(instance.bundle_id, instance.process_id)
    info = process.elements.get(element_id)
    told = "" if info is None else info.name_en if work.language == "en" else info.name
    plain = element_id.replace("_", " ").capitalize()
    # A name that was given in Chinese only says less to others than the English id.
    return plain if not told or (work.language == "en" and not told.isascii()) else told


def view_counts(work: Work, now: datetime) -> dict[str, int]:
    """Count the views of the actor's inbox."""
    return {view.value: n for view, n in count_views(work.db, desk_of(work), now).items()}


def here(work: Work) -> str:
    """Give the address of the page, to come back to after the language was changed."""
    url = work.request.url
    return f"{url.path}?{url.query}" if url.query else url.path


def task_name(task: UserTask, language: str) -> str:
    """Give the name of a user task."""
    return (task.name_en if language == "en" else None) or task.name


def posts_text(work: Work) -> str:
    """List the posts somebody holds."""
    held = sorted(work.actor.posts - {"candidate"})
    posts = posts_of_organisation(work.db, work.actor.tenant)
    names = [say(posts.post_name(post, work.language), work.language) for post in held]
    return (", " if work.language == "en" else "、").join(names)


def _name(organisation: Organisation | None, language: str) -> str:
    if organisation is None:
        return ""
    return (organisation.name_en if language == "en" else "") or organisation.name


def _recent(work: Work) -> list[AppraisalSession]:
    query = (
        select(AppraisalSession)
        .where(col(AppraisalSession.organisation_id) == work.actor.organisation_id)
        .order_by(col(AppraisalSession.id).desc())
        .limit(RECENT_SESSIONS)
    )
    return list(work.db.scalars(query))


def _incidents(work: Work) -> int:
    query = select(func.count()).where(
        col(Incident.resolved_at).is_(None), col(Incident.tenant) == work.actor.tenant
    )
    return work.db.scalar(query) or 0
