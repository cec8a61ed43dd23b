"""The inbox: list and form side by side."""

from __future__ import annotations

from typing import Annotated
from uuid import UUID

from fastapi import Query, Response
from fastapi.responses import RedirectResponse
from sqlmodel import select

from api.i18n import translate
from api.pages.inbox_filters import InboxAddress, chips_of, menus_of, tabs_of
from api.pages.posted import Posted
from api.pages.staff import staff_page, task_name, view_counts
from api.pages.stored_files import file_response
from api.pages.task_panel import Notice, TaskPanel, completed_by_other, panel_values
from api.pages.templating import new_nonce
from api.problems import Problem
from api.user_tasks import desk_of, seen_user_task
from api.work import PageRouter, Posting, Reading, Work
from appraisal.enrolments import enrolment_by_number
from appraisal.evidence import Evidence
from appraisal.sessions import AppraisalSession
from engine.errors import StaleInstance, UserTaskNotReady, UserTaskTaken
from engine.user_tasks import UserTask, get_user_task
from forms import InvalidAnswer
from tasks.acting import refusal
from tasks.completion import NotAllowed
from tasks.work_subjects import BLIND_DUTIES, describe, session_names
from tasks.worklists import WorklistPage, list_user_tasks, next_user_task

router = PageRouter()
Address = Annotated[InboxAddress, Query()]
SESSIONS_OFFERED = 12


@router.get("/inbox")
def read_inbox(work: Reading, address: Address) -> Response:
    """Show the list, and on wide screens its first user task."""
    if not work.actor.is_staff:
        return RedirectResponse(f"{_root(work)}/me", 303)
    page = _listed(work, address)
    panel = TaskPanel(page.rows[0].user_task, chosen=False) if page.rows else None
    return _drawn(work, address, page, panel, notice=_notice(work))


@router.get("/inbox/{user_task_id}")
def read_user_task(work: Reading, user_task_id: UUID, address: Address) -> Response:
    """Show one user task beside the list."""
    user_task = seen_user_task(work, user_task_id, done_too=True)
    panel = TaskPanel(user_task, notice=_notice(work))
    return _drawn(work, address, _listed(work, address), panel)


@router.post("/inbox/{user_task_id}")
def answer_user_task(
    work: Posting, user_task_id: UUID, address: Address, posted: Posted
) -> Response:
    """Complete a user task and go to the next one.

    Draws the form again, with what was filled in, when it is wrong, when only its rows
    changed, or when somebody was faster.
    """
    user_task = seen_user_task(work, user_task_id, done_too=True)
    form = work.installation.completion.form_of(work.db, user_task)
    redrawn = form.redrawn(posted) if form else None
    if redrawn is not None:
        return _again(work, address, TaskPanel(user_task, values=redrawn), 200)
    answer = form.read(posted) if form else {}
    try:
        with work.db.begin_nested():
            work.installation.completion.complete(
                work.db, work.actor, user_task_id, answer, language=work.language
            )
    except InvalidAnswer as error:
        panel = TaskPanel(user_task, values=answer, errors=error.errors)
        return _again(work, address, panel, 422)
    except NotAllowed:
        return _again(work, address, TaskPanel(user_task, values=answer), 403)
    except UserTaskNotReady:
        done = get_user_task(work.db, user_task_id)
        panel = TaskPanel(done, conflict=completed_by_other(work, done))
        return _again(work, address, panel, 409)
    except StaleInstance:
        told = translate("数据刚被他人修改，请再提交一次。", work.language)
        return _again(work, address, TaskPanel(user_task, values=answer, conflict=told), 409)
    return _to_next(work, address, user_task_id)


@router.post("/inbox/{user_task_id}/claim")
def claim_user_task(work: Posting, user_task_id: UUID, address: Address) -> Response:
    """Take a user task; who was slower is told who has it."""
    user_task = seen_user_task(work, user_task_id, taken_too=True)
    if user_task.assignee in (None, work.actor.key) and (
        why := refusal(work.db, work.actor, user_task)
    ):
        raise NotAllowed(user_task_id, why)
    try:
        with work.db.begin_nested():
            work.installation.engine.claim(work.db, user_task_id, actor=work.actor.key)
    except UserTaskTaken:
        taken = get_user_task(work.db, user_task_id)
        holder = describe(work.db, [taken], with_names=False)[0].assignee_name
        told = translate("%(who)s 已认领此任务。", work.language) % {"who": holder}
        notice = Notice(told, "warn", "user")
        page = _listed(work, address)
        return _drawn(work, address, page, TaskPanel(taken, notice=notice), status=409)
    except UserTaskNotReady:
        done = get_user_task(work.db, user_task_id)
        return _again(work, address, TaskPanel(done), 409)
    return _redirect(work, f"/inbox/{user_task_id}", address)


@router.post("/inbox/{user_task_id}/unclaim")
def unclaim_user_task(work: Posting, user_task_id: UUID, address: Address) -> Response:
    """Give a user task back to its posts."""
    user_task = seen_user_task(work, user_task_id)
    if not user_task.groups():
        raise Problem("forbidden")
    work.installation.engine.unclaim(work.db, user_task_id, actor=work.actor.key)
    return _redirect(work, "/inbox", address)


@router.get("/inbox/{user_task_id}/evidence/{evidence_id}")
def read_evidence(work: Reading, user_task_id: UUID, evidence_id: int) -> Response:
    """Give a candidate's file to who works on a user task about the candidate."""
    user_task = seen_user_task(work, user_task_id)
    evidence = work.db.get(Evidence, evidence_id)
    if evidence is None or not evidence.object_key or user_task.duty in BLIND_DUTIES:
        raise Problem("not-found")
    enrolment = enrolment_by_number(work.db, user_task.business_key)
    work.require_seen("enrolment.read", enrolment)
    if evidence.enrolment_id != enrolment.id:
        raise Problem("not-found")
    return file_response(work, evidence.object_key, evidence.media_type, evidence.kind)


def _to_next(work: Work, address: InboxAddress, done: UUID) -> Response:
    now = work.installation.clock.now()
    following = next_user_task(work.db, desk_of(work), now, besides=done)
    path = f"/inbox/{following.id}" if following else "/inbox"
    return _redirect(work, path, address, done=str(done))


def _redirect(work: Work, path: str, address: InboxAddress, **more: str) -> Response:
    return RedirectResponse(_root(work) + path + address.query(**more), 303)


def _notice(work: Work) -> Notice | None:
    """Say what was just done, if the address says so and it is so."""
    try:
        done = work.db.get(UserTask, UUID(work.request.query_params.get("done", "")))
    except ValueError:
        return None
    if done is None or done.completed_by != work.actor.key:
        return None
    row = describe(work.db, [done], with_names=desk_of(work).sees_names)[0]
    what = " ".join(part for part in (task_name(done, work.language), row.subject) if part)
    return Notice(translate("已提交：%(what)s", work.language) % {"what": what})


def _listed(work: Work, address: InboxAddress) -> WorklistPage:
    return list_user_tasks(
        work.db,
        desk_of(work),
        address.view,
        address.narrowed(),
        work.installation.clock.now(),
        after=address.after,
    )


def _again(work: Work, address: InboxAddress, panel: TaskPanel, status: int) -> Response:
    return _drawn(work, address, _listed(work, address), panel, status=status)


def _drawn(
    work: Work,
    address: InboxAddress,
    page: WorklistPage,
    panel: TaskPanel | None,
    *,
    status: int = 200,
    notice: Notice | None = None,
) -> Response:
    now = work.installation.clock.now()
    nonce = new_nonce()
    path = f"{_root(work)}/inbox"
    sessions = _sessions(work)
    counts = view_counts(work, now)
    tasks = [row.user_task for row in page.rows]
    named = {s.number: s.name for s in sessions}
    chips = chips_of(address, named, path, work.language)
    return staff_page(
        work,
        "inbox.html",
        "inbox",
        now,
        status=status,
        nonce=nonce,
        counts=counts,
        view=address.view.value,
        query=address.q,
        query_string=address.query(),
        rows=page.rows,
        tabs=tabs_of(address, counts, path, work.language),
        chips=chips,
        menus=menus_of(address, sessions, path, work.language),
        narrowed=bool(chips),
        all_href=f"{path}?view={address.view.value}",
        back_href=path + address.query(),
        next_href=path + address.query(after=page.next) if page.next else "",
        first_href=path + address.query(after="") if address.after else "",
        row_href=lambda task: f"{path}/{task.id}{address.query()}",
        session_names=_session_names(work, tasks),
        list_notice=notice,
        **_neighbours(tasks, panel, path, address),
        **(panel_values(work, panel, nonce) if panel else {"selected": None}),
    )


def _neighbours(
    tasks: list[UserTask], panel: TaskPanel | None, path: str, address: InboxAddress
) -> dict[str, str]:
    """Give the addresses of the user tasks before and after the one shown."""
    ids = [task.id for task in tasks]
    if panel is None or panel.user_task.id not in ids:
        return {"previous_href": "", "following_href": ""}
    at = ids.index(panel.user_task.id)
    query = address.query()
    return {
        "previous_href": f"{path}/{ids[at - 1]}{query}" if at else "",
        "following_href": f"{path}/{ids[at + 1]}{query}" if at + 1 < len(ids) else "",
    }


def _sessions(work: Work) -> list[AppraisalSession]:
    query = (
        select(AppraisalSession)
        .where(AppraisalSession.organisation_id == work.actor.organisation_id)
        .order_by(AppraisalSession.id.desc())  # type: ignore[union-attr]
        .limit(SESSIONS_OFFERED)
    )
    return list(work.db.exec(query))


def _session_names(work: Work, tasks: list[UserTask]) -> dict[UUID, str]:
    names = session_names(work.db, [task.business_key for task in tasks])
    return {task.id: names.get(task.business_key, "") for task in tasks}


def _root(work: Work) -> str:
    return str(work.request.scope.get("root_path", ""))
