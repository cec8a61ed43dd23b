"""User tasks over HTTP: list, look, take, complete."""

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import Path, Query, Request, Response

from api.problems import Problem
from api.resources import (
    Cursor,
    Limit,
    Page,
    Resource,
    Wanted,
    etag_of,
    not_modified,
    require_match,
)
from api.work import Posting, Reading, Work, WorkRouter
from engine.errors import UnknownUserTask
from engine.user_tasks import UserTask, get_user_task
from tasks.acting import refusal
from tasks.completion import NotAllowed
from tasks.involvement import read_matter
from tasks.worklists import Desk, View, WorklistFilter, list_user_tasks

router = WorkRouter(prefix="/user-tasks", tags=["user tasks"])

UserTaskId = Annotated[UUID, Path(description="id of the user task")]


class UserTaskSummary(Resource):
    """A user task in a list; `operations` are what its diagram allows besides completing it."""

    id: UUID
    name: str
    process_id: str
    instance_id: UUID
    business_key: str
    element_id: str
    form_id: str | None
    candidate_groups: list[str]
    candidate_users: list[str]
    operations: list[Literal["claim", "unclaim"]]
    assignee: str | None
    due_at: datetime | None
    follow_up_at: datetime | None
    priority: int
    stage: str | None
    step: int | None
    status: Literal["ready", "completed", "cancelled", "suspended"]
    created_at: datetime
    completed_at: datetime | None
    completed_by: str | None


class UserTaskDetail(UserTaskSummary):
    """A user task with what is needed to do it.

    `refusal` says why the reader may not; `answerSchema` is the JSON Schema of the answer.
    """

    context: dict[str, Any]
    refusal: str | None
    answer_schema: dict[str, Any] | None


class Answer(Wanted):
    """The answer to a user task's form, by field."""

    answer: dict[str, Any]


@router.get("")
def list_inbox(
    work: Reading,
    view: View = View.CLAIMABLE,
    session_number: Annotated[str, Query(alias="sessionNumber", max_length=60)] = "",
    step: Annotated[int | None, Query(ge=1, le=14)] = None,
    due: Literal["", "late", "day", "week"] = "",
    text: Annotated[str, Query(max_length=100)] = "",
    cursor: Cursor = "",
    limit: Limit = 25,
) -> Page[UserTaskSummary]:
    """List the user tasks of the actor's posts, the most urgent first."""
    work.require("user_task.list")
    page = list_user_tasks(
        work.db,
        desk_of(work),
        view,
        WorklistFilter(session_number=session_number, step=step, due=due, text=text),
        work.installation.clock.now(),
        after=cursor,
        limit=limit,
    )
    seen = [row.user_task for row in page.rows if work.may("user_task.read", row.user_task)]
    items = [UserTaskSummary(**summary_of(one, work.language)) for one in seen]
    return Page(items=items, next=page.next or None)


@router.get("/{user_task_id}", response_model=UserTaskDetail)
def read_user_task(
    work: Reading, user_task_id: UserTaskId, request: Request, response: Response
) -> UserTaskDetail | Response:
    """Read a user task, its form and whether the actor may do it."""
    user_task = seen_user_task(work, user_task_id)
    etag = _etag(user_task)
    if known := not_modified(request, etag):
        return known
    response.headers["ETag"] = etag
    form = work.installation.completion.form_of(work.db, user_task)
    return UserTaskDetail(
        **summary_of(user_task, work.language),
        context=user_task.context,
        refusal=refusal(work.db, work.actor, user_task),
        answer_schema=None if form is None else form.json_schema(work.language),
    )


@router.post("/{user_task_id}/assignment", response_model=UserTaskSummary)
def claim_user_task(work: Posting, user_task_id: UserTaskId, request: Request) -> Response:
    """Take a user task."""
    work.require_scope("user_task.work")
    user_task = seen_user_task(work, user_task_id, taken_too=True)
    require_match(request, _etag(user_task))
    if user_task.assignee in (None, work.actor.key):
        _require_work(work, user_task)
    taken = work.installation.engine.claim(work.db, user_task_id, actor=work.actor.key)
    return _reply(work, taken)


@router.delete("/{user_task_id}/assignment", status_code=204)
def unclaim_user_task(work: Posting, user_task_id: UserTaskId) -> None:
    """Give a user task back to its posts."""
    work.require_scope("user_task.work")
    user_task = seen_user_task(work, user_task_id)
    if not user_task.groups():
        # It was given to this one person; nobody else could take it.
        raise Problem("forbidden")
    work.installation.engine.unclaim(work.db, user_task_id, actor=work.actor.key)


@router.post("/{user_task_id}/completion", response_model=UserTaskSummary)
def complete_user_task(
    work: Posting, user_task_id: UserTaskId, body: Answer, request: Request
) -> Response:
    """Complete a user task with an answer that fits its form; the process goes on."""
    work.require_scope("user_task.work")
    matter = read_matter(work.db, user_task_id, work.actor.person_id)
    _require_seen(work, matter.user_task, also_others=True)
    require_match(request, _etag(matter.user_task))
    done = work.installation.completion.complete(
        work.db, work.actor, user_task_id, body.answer, language=work.language, matter=matter
    )
    return _reply(work, done)


def desk_of(work: Work) -> Desk:
    """Whose inbox the actor looks at."""
    # A candidate's user tasks are given to that person; the post's would be everybody's.
    posts = work.actor.posts - {"candidate"}
    return Desk(person_id=work.actor.person_id, tenant=work.actor.tenant, posts=posts)


def summary_of(user_task: UserTask, language: str) -> dict[str, Any]:
    """The columns of a user task that a list shows."""
    english = language == "en" and user_task.name_en
    return {
        **{name: getattr(user_task, name) for name in _COLUMNS},
        "name": english or user_task.name,
        "form_id": user_task.form_ref,
        "candidate_groups": user_task.groups(),
        "candidate_users": user_task.people(),
        "operations": user_task.operations_allowed(),
    }


_COLUMNS = UserTaskSummary.model_fields.keys() - {
    "name",
    "form_id",
    "candidate_groups",
    "candidate_users",
    "operations",
}


def seen_user_task(
    work: Work, user_task_id: UUID, *, taken_too: bool = False, done_too: bool = False
) -> UserTask:
    """A user task that the actor may see.

    `taken_too` and `done_too` let through what has just been taken or done by another of
    the same post, who is then told so.
    """
    try:
        user_task = get_user_task(work.db, user_task_id)
    except UnknownUserTask:
        user_task = None
    _require_seen(work, user_task, also_others=taken_too or done_too)
    assert user_task is not None
    return user_task


def _require_seen(work: Work, user_task: UserTask | None, *, also_others: bool) -> None:
    if user_task is not None and also_others:
        groups = set(user_task.groups()) & (work.actor.posts - {"candidate"})
        named = work.actor.key in user_task.people()
        if (groups or named) and user_task.tenant == work.actor.tenant:
            return
    work.require_seen("user_task.read", user_task)


def _require_work(work: Work, user_task: UserTask) -> None:
    if why := refusal(work.db, work.actor, user_task):
        raise NotAllowed(user_task.id, why)


def _reply(work: Work, user_task: UserTask) -> Response:
    summary = UserTaskSummary(**summary_of(user_task, work.language))
    return work.reply(summary, headers={"ETag": _etag(user_task)})


def _etag(user_task: UserTask) -> str:
    return etag_of(
        user_task.id,
        user_task.status,
        user_task.assignee,
        user_task.due_at,
        user_task.form_bundle_id,
    )
