"""One user task as it is worked on: what it is about, its form, and what happened before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlmodel import select

from api.i18n import say, translate
from api.pages import wording
from api.pages.candidate_facts import candidate_facts
from api.pages.staff import element_name, told_decisions
from api.problems import REFUSALS
from api.user_tasks import desk_of
from api.work import Work
from appraisal.answers import Answer, read_answer
from appraisal.enrolments import Enrolment
from appraisal.evidence import Evidence, evidence_of
from engine.decisions.descriptions import Texts
from engine.instances import get_instance
from engine.user_tasks import UserTask, UserTaskStatus
from engine.work_operations import Operation
from forms import FieldError
from tasks.acting import refusal
from tasks.shown_names import shown_context, worded_context
from tasks.steps import step_of
from tasks.told_decisions import DecisionWords
from tasks.told_history import history_of
from tasks.work_subjects import BLIND_DUTIES, describe


@dataclass(frozen=True)
class Notice:
    """A line above the form."""

    text: str
    kind: str = "ok"
    icon: str = "check-circle"


@dataclass(frozen=True)
class TaskPanel:
    """What is shown of a user task, and what somebody had filled in already."""

    user_task: UserTask
    chosen: bool = True
    values: dict[str, Any] | None = None
    errors: Sequence[FieldError] = ()
    conflict: str = ""
    notice: Notice | None = None


def panel_values(work: Work, panel: TaskPanel, nonce: str) -> dict[str, Any]:
    """Collect what the template of the panel needs."""
    task = panel.user_task
    why = refusal(work.db, work.actor, task) if task.status == UserTaskStatus.READY else None
    step = step_of(task.step)
    instance = get_instance(work.db, task.instance_id)
    enrolment = _enrolment(work, task)
    return {
        "selected": describe(work.db, [task], with_names=desk_of(work).sees_names)[0],
        "chosen": panel.chosen,
        "step_label": say(step.label(work.language), work.language) if step else "",
        "refusal": REFUSALS[why][work.language == "en"] if why else "",
        "notice": panel.notice,
        "operation": _operation(task),
        "given": panel.values is not None,
        "conflict": panel.conflict or _conflict(work, task),
        "facts": _facts(work, task, enrolment),
        "evidence": _evidence(work, enrolment),
        "form_html": None if why else _form(work, panel, nonce),
        "answer_html": _given_answer(work, task),
        "element_name": lambda element_id: element_name(work, instance, element_id),
        "log": history_of(work.db, task.instance_id, words=_words(work, task)),
    }


def _operation(task: UserTask) -> str | None:
    """Name the one thing that can be done now besides completing it, if its diagram allows it."""
    if task.assignee is None:
        return Operation.CLAIM if task.may(Operation.CLAIM) else None
    # What was given to one person from the beginning has no post to go back to.
    may_go_back = task.may(Operation.UNCLAIM) and task.groups()
    return Operation.UNCLAIM if may_go_back else None


def _words(work: Work, task: UserTask) -> DecisionWords | None:
    if task.duty in BLIND_DUTIES:
        return None
    return told_decisions(work, get_instance(work.db, task.instance_id))


def _facts(work: Work, task: UserTask, enrolment: Enrolment | None) -> list[Any]:
    if enrolment is None:
        return []
    return candidate_facts(work.db, enrolment, work.language, row_texts(work, task))


def row_texts(work: Work, task: UserTask) -> Mapping[str, Texts]:
    """What the tables of a user task's bundle say of their rows."""
    bundle_id = get_instance(work.db, task.instance_id).bundle_id
    return work.installation.definitions.row_texts(bundle_id)


def completed_by_other(work: Work, task: UserTask) -> str:
    """Tell who was faster, and when."""
    return " ".join((_done_by(work, task), translate("您填写的内容没有提交。", work.language)))


def _done_by(work: Work, task: UserTask) -> str:
    row = describe(work.db, [task], with_names=False)[0]
    told = translate("%(who)s 已于 %(at)s 办理。", work.language)
    who = row.assignee_name or translate("其他人", work.language)
    return told % {"who": who, "at": _when(work, task.completed_at)}


def _when(work: Work, at: datetime | None) -> str:
    return wording.moment(at, work.installation.clock.now(), language=work.language)


def _conflict(work: Work, task: UserTask) -> str:
    if task.status == UserTaskStatus.CANCELLED:
        return translate("此任务已取消，不需要再办理。", work.language)
    if task.status == UserTaskStatus.COMPLETED and task.completed_by != work.actor.key:
        return _done_by(work, task)
    return ""


def _enrolment(work: Work, task: UserTask) -> Enrolment | None:
    """Find the enrolment a user task is about and the reader may see; never for blind ones."""
    if task.duty in BLIND_DUTIES:
        return None
    query = select(Enrolment).where(Enrolment.number == task.business_key)
    found = work.db.exec(query).first()
    return found if found is not None and work.may("enrolment.read", found) else None


def _evidence(work: Work, enrolment: Enrolment | None) -> list[Evidence]:
    if enrolment is None or enrolment.id is None:
        return []
    found = evidence_of(work.db, enrolment.id)
    return [file for file in found if file.object_key and file.state != "replaced"]


def _form(work: Work, panel: TaskPanel, nonce: str) -> Any:
    task = panel.user_task
    if task.status != UserTaskStatus.READY:
        return None
    form = work.installation.completion.form_of(work.db, task)
    if form is None:
        return None
    named = desk_of(work).sees_names
    context = shown_context(work.db, task) if named else task.context
    return form.render(
        panel.values,
        language=work.language,
        errors=panel.errors,
        context=worded_context(context, row_texts(work, task), work.language),
        nonce=nonce,
    )


def _given_answer(work: Work, task: UserTask) -> Any:
    """Draw what the reader answered; others' answers are not shown here."""
    if task.status != UserTaskStatus.COMPLETED or task.completed_by != work.actor.key:
        return None
    form = work.installation.completion.form_of(work.db, task)
    stored = work.db.exec(select(Answer).where(Answer.user_task_id == task.id)).first()
    if form is None or stored is None:
        return None
    values = read_answer(work.db, stored)
    return form.render_values(values, language=work.language, context=task.context)
