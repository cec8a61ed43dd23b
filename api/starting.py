"""What the API and the pages share when somebody starts a process by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from api.work import Work
from appraisal.organisations import organisation_by_id
from engine.errors import UnknownProcess
from engine.instances import ProcessInstance
from forms import CheckedAnswer, FormDefinition
from tasks.rights import StartOf
from tasks.sessions import open_session, scopes_of
from tasks.starting import (
    Startable,
    check_start,
    start_context,
    start_form,
    startable,
    startables,
)

SESSION_PROCESS = "appraisal_session"


def is_one_line(business_key: str) -> bool:
    """Whether a business key can be read where it is shown: no breaks, no signs without a shape."""
    return business_key.replace("\u3000", " ").isprintable()


def offered_to(work: Work) -> list[Startable]:
    """What the actor is offered to start, by id."""
    found = startables(work.db, work.installation.definitions, work.actor.tenant)
    return [
        one
        for _, one in sorted(found.items())
        if one.is_offered
        and work.may("process_instance.start", _start_of(work, one.process_id, one.posts))
    ]


def required_start(work: Work, process_id: str) -> Startable:
    """Find a process for who may start it; one that is not there is nobody's but operators'.

    Raises:
        Problem: forbidden.
        UnknownProcess: Nobody can start such a process by hand.
    """
    try:
        found = startable(work.db, work.installation.definitions, work.actor.tenant, process_id)
    except UnknownProcess:
        work.require("process_instance.start", _start_of(work, process_id, frozenset()))
        raise
    work.require("process_instance.start", _start_of(work, process_id, found.posts))
    return found


def _start_of(work: Work, process_id: str, posts: frozenset[str]) -> StartOf:
    return StartOf(process_id, work.actor.tenant, posts)


def form_to_start(work: Work, found: Startable) -> FormDefinition | None:
    """The start form of a process, None if it asks for nothing."""
    return start_form(work.db, work.installation.forms, found)


def checked_start(work: Work, found: Startable, answer: Mapping[str, Any]) -> CheckedAnswer:
    """Check what somebody answered to the start form.

    Raises:
        InvalidAnswer: It does not fit.
    """
    form, context = form_to_start(work, found), start_context(work.db)
    return check_start(form, answer, context=context, language=work.language)


def begin(work: Work, process_id: str, business_key: str, answer: CheckedAnswer) -> ProcessInstance:
    """Start a process in the actor's organisation; a batch gets its number by itself."""
    engine, actor = work.installation.engine, work.actor.key
    organisation = organisation_by_id(work.db, work.actor.organisation_id)
    if process_id == SESSION_PROCESS:
        _, instance = open_session(work.db, engine, organisation, answer.values, actor=actor)
        return instance
    return engine.start(
        work.db,
        process_id,
        business_key=business_key,
        variables=answer.variables,
        tenant=work.actor.tenant,
        scopes=scopes_of(organisation),
        actor=actor,
    )
