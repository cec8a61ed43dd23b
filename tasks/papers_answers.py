"""Papers made of an answer: what somebody filled in and signed, as a document of the batch.

A diagram files any form's answer this way, so that a step with a form of its own leaves its
record in the archive without a line of code.
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlmodel import Session, col, select

from appraisal.sessions import session_by_id
from engine import TaskContext
from engine.errors import EngineError
from engine.feel import compile_expression
from engine.user_tasks import UserTask, UserTaskStatus
from forms import FormDefinition, parse_form
from tasks.papers import GENERAL_TEMPLATE, PaperKind, file_paper_of, service_tasks
from tasks.papers_exam import clock, person_name


class NothingAnswered(EngineError):
    """Nobody has answered the element that a paper is to be made of."""


@service_tasks.register(run="job", gives="")
def file_answer(
    db: Session,
    context: TaskContext,
    *,
    element: str,
    session_id: int,
    paper: str,
    title: str,
    title_en: str = "",
    template: str = GENERAL_TEMPLATE,
    about: str = "",
    step: int = 9,
    catalogue_item: str = "",
) -> Mapping[str, Any]:
    """File the answer to a user task as a paper, signed by whoever gave it.

    `paper` names the kind of paper, `about` the number of what it is about (an enrolment, a
    room), `template` the bundle's Typst template, which gets `sections` and `signatures`.

    Raises:
        NothingAnswered: The element was not answered in this instance.
    """
    user_task = _answered(db, context.instance_id, element)
    answer = context.answer(element)
    if user_task is None or answer is None:
        raise NothingAnswered(element)
    session = session_by_id(db, session_id)
    kind = PaperKind(
        paper,
        title,
        title_en,
        int(step),
        catalogue_item,
        template,
        lambda *_: _data(db, context, user_task, answer, about),
        None,
    )
    file_paper_of(db, context, kind, session, about)
    return {}


def _answered(db: Session, instance_id: UUID, element: str) -> UserTask | None:
    query = (
        select(UserTask)
        .where(
            col(UserTask.instance_id) == instance_id,
            col(UserTask.element_id) == element,
            col(UserTask.status) == UserTaskStatus.COMPLETED,
        )
        .order_by(col(UserTask.completed_at).desc())
    )
    return db.exec(query).first()


def _data(
    db: Session,
    context: TaskContext,
    user_task: UserTask,
    answer: Mapping[str, Any],
    about: str,
) -> Mapping[str, Any]:
    told = _form(db, context, user_task).tell(answer, context=user_task.context)
    assert user_task.completed_at is not None
    signed = clock(user_task.completed_at)
    # What a system did is signed by nobody.
    by = user_task.completed_by or ""
    name = person_name(db, int(by)) if by.isdecimal() else ""
    facts = [[label, text] for label, text in told.facts]
    if about:
        facts.insert(0, ["编号", about])
    tables = [
        {"title": one.title, "head": list(one.head), "rows": [list(row) for row in one.rows]}
        for one in told.lists
    ]
    section = {"facts": facts, "tables": tables, "signatures": [["签字", name]]}
    return {"sections": [section], "signed_on": signed}


def _form(db: Session, context: TaskContext, user_task: UserTask) -> FormDefinition:
    # It is told by the form it was given on, whatever the instance was moved to since.
    bundle_id = user_task.form_bundle_id or context.bundle_id
    content = context.engine.definitions.content(db, bundle_id, "form", str(user_task.form_ref))
    return parse_form(content, compile_expression=compile_expression)
