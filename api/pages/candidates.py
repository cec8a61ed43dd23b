"""What a candidate sees: the own enrolments, what to do next, ticket and results."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import Path, Response
from fastapi.responses import RedirectResponse

from api.i18n import translate
from api.pages import wording
from api.pages.posted import Posted
from api.pages.staff import here, task_name
from api.pages.task_panel import Notice
from api.pages.templating import draw_for, new_nonce
from api.problems import Problem
from api.work import PageRouter, Posting, Reading, Work
from appraisal.candidates import Candidate
from appraisal.enrolments import Enrolment, UnknownEnrolment, enrolment_by_number
from engine.errors import StaleInstance, UserTaskNotReady
from engine.user_tasks import UserTask
from forms import FieldError, InvalidAnswer
from tasks.acting import may_act
from tasks.completion import NotAllowed
from tasks.enrolment_overviews import (
    EnrolmentOverview,
    Sitting,
    StageState,
    enrolments_of_person,
    overview_enrolment,
)

router = PageRouter()
Number = Annotated[str, Path(max_length=80)]


@dataclass(frozen=True)
class Filled:
    """A form of the candidate's that is drawn again."""

    user_task_id: UUID
    values: dict[str, Any] | None = None
    errors: Sequence[FieldError] = ()
    conflict: str = ""


@router.get("/me")
def read_own(work: Reading) -> Response:
    """List the candidate's enrolments; a single one is shown at once."""
    if not work.actor.is_candidate:
        return RedirectResponse(f"{_root(work)}/inbox", 303)
    found = enrolments_of_person(work.db, work.actor.person_id)
    if len(found) == 1:
        return RedirectResponse(f"{_root(work)}/me/enrolments/{found[0].number}", 303)
    overviews = [overview_enrolment(work.db, enrolment) for enrolment in found]
    return draw_for(
        work,
        "candidate_home.html",
        overviews=overviews,
        enrolments=found,
        overview=None,
        place="me",
        tone=tone,
        body=lambda overview: organisation_name(overview, work.language),
        here=here(work),
    )


@router.get("/me/enrolments/{number}")
def read_enrolment(work: Reading, number: Number) -> Response:
    """Show how far an enrolment is, and what its candidate has to do."""
    done = work.request.query_params.get("done") == "1"
    notice = Notice(translate("已提交。", work.language)) if done else None
    return _drawn(work, _own_enrolment(work, number), notice=notice)


@router.post("/me/enrolments/{number}/{user_task_id}")
def answer_user_task(work: Posting, number: Number, user_task_id: UUID, posted: Posted) -> Response:
    """Complete a user task of the candidate."""
    enrolment = _own_enrolment(work, number)
    user_task = work.db.get(UserTask, user_task_id)
    if user_task is None or user_task.business_key != number:
        raise Problem("not-found")
    form = work.installation.completion.form_of(work.db, user_task)
    redrawn = form.redrawn(posted) if form else None
    if redrawn is not None:
        return _drawn(work, enrolment, Filled(user_task_id, redrawn))
    answer = form.read(posted) if form else {}
    try:
        with work.db.begin_nested():
            work.installation.completion.complete(
                work.db, work.actor, user_task_id, answer, language=work.language
            )
    except InvalidAnswer as error:
        return _drawn(work, enrolment, Filled(user_task_id, answer, error.errors), status=422)
    except StaleInstance:
        told = translate("数据刚被他人修改，请再提交一次。", work.language)
        return _drawn(work, enrolment, Filled(user_task_id, answer, (), told), status=409)
    except (UserTaskNotReady, NotAllowed):
        told = translate("这件事已经办完或不再需要办理。", work.language)
        return _drawn(work, enrolment, notice=Notice(told, "warn", "info"), status=409)
    return RedirectResponse(f"{_root(work)}/me/enrolments/{number}?done=1", 303)


def _own_enrolment(work: Work, number: str) -> Enrolment:
    """Find an enrolment of the candidate who is signed in; others are not there."""
    try:
        enrolment = enrolment_by_number(work.db, number)
    except UnknownEnrolment:
        raise Problem("not-found") from None
    work.require_seen("enrolment.read", enrolment)
    candidate = work.db.get_one(Candidate, enrolment.candidate_id)
    if candidate.person_id != work.actor.person_id:
        raise Problem("not-found")
    return enrolment


def _drawn(
    work: Work,
    enrolment: Enrolment,
    filled: Filled | None = None,
    *,
    notice: Notice | None = None,
    status: int = 200,
) -> Response:
    nonce = new_nonce()
    overview = overview_enrolment(work.db, enrolment)
    return draw_for(
        work,
        "enrolment.html",
        status=status,
        nonce=nonce,
        overview=overview,
        enrolments=enrolments_of_person(work.db, work.actor.person_id),
        forms=_forms(work, overview, filled, nonce),
        now=work.installation.clock.now(),
        place="enrolment",
        here=f"{_root(work)}/me/enrolments/{enrolment.number}",
        notice=notice,
        next_action=_next_action(work, overview),
        following=_following(overview, work.language),
        name_of=lambda task: task_name(task, work.language),
        stage_time=lambda stage: _stage_time(stage, overview, work.language),
        stage_note=lambda stage: _stage_note(stage, overview, work.language),
        tone=tone,
        body=lambda overview: organisation_name(overview, work.language),
        sitting_end=lambda sitting: sitting_end(sitting, work.language),
    )


def _forms(
    work: Work, overview: EnrolmentOverview, filled: Filled | None, nonce: str
) -> list[dict[str, Any]]:
    """Draw the form of each user task that waits for the candidate."""
    forms = []
    for number, task in enumerate(overview.user_tasks):
        if not may_act(work.db, work.actor, task):
            continue
        own = filled if filled is not None and filled.user_task_id == task.id else None
        form = work.installation.completion.form_of(work.db, task)
        html = None
        if form is not None:
            html = form.render(
                own.values if own else None,
                language=work.language,
                errors=own.errors if own else (),
                context=task.context,
                nonce=nonce,
                prefix=f"f{number}",
            )
        given = own is not None and own.values is not None
        conflict = own.conflict if own else ""
        forms.append({"task": task, "html": html, "conflict": conflict, "given": given})
    return forms


def _next_action(work: Work, overview: EnrolmentOverview) -> str:
    """Say in one sentence what the candidate has to do, or that nothing is to be done."""
    language = work.language
    if overview.user_tasks:
        names = "、".join(task_name(task, language) for task in overview.user_tasks)
        return translate("请办理：%(what)s", language) % {"what": names}
    state = overview.enrolment.state
    if state == "fee" and (deadline := overview.session.payment_deadline_at):
        told = translate("还差一步：请在 %(at)s 前缴费", language)
        return told % {"at": wording.moment(deadline, language=language)}
    return translate(_NEXT.get(_situation(overview), "请留意办理进度"), language)


def _situation(overview: EnrolmentOverview) -> str:
    """Tell apart, besides the states, what passers wait for once marks are out."""
    enrolment = overview.enrolment
    if enrolment.state == "published" and enrolment.outcome == "passed":
        return "owing" if enrolment.fee_status == "deferred" else "passed"
    return enrolment.state


_NEXT = {
    "submitted": "报名已提交，正在等待审核",
    "reviewing": "正在审核，请耐心等待",
    "supplement": "请补充材料",
    "fee": "还差一步：请缴费",
    "admitted": "审核已通过，请等待准考证",
    "ticketed": "准考证已发放，请按时参加考试",
    "sat": "考试已结束，请等待成绩",
    "published": "成绩已公布",
    "passed": "成绩合格，公示无异议后发证",
    "owing": "成绩合格，请补缴鉴定费后领取证书",
    "certified": "恭喜，您已取得证书",
    "failed": "成绩已公布",
    "resit": "您可以报名补考",
    "rejected": "审核没有通过",
    "withdrawn": "您已放弃本次报名",
    "cancelled": "本次报名已取消",
}
_DONE = {
    "submitted": "报名信息和材料已收到",
    "review": "审核通过",
    "fee": "已到账",
    "ticket": "已发准考证",
    "exam": "已参加考试",
}
_NOTES = {
    "submitted": "报名信息和材料已收到",
    "review": "由两名审核人员先后审核",
    "fee": "按报名须知中的方式缴费",
    "ticket": "在本页下载，考试当天携带",
    "exam": "请提前到场，凭证件和准考证入场",
    "result": "公示结束后发证",
}


def _following(overview: EnrolmentOverview, language: str) -> str:
    if overview.ended:
        return ""
    waiting = [stage for stage in overview.stages if stage.state == "waiting"]
    return wording.stage_name(waiting[0].key, language=language) if waiting else ""


def _stage_time(stage: StageState, overview: EnrolmentOverview, language: str) -> str:
    if stage.at is not None:
        return wording.day(stage.at, language=language)
    if overview.ended or (stage.key == "fee" and stage.state == "done"):
        return ""
    planned = {
        "fee": overview.session.payment_deadline_at,
        "exam": overview.session.exam_date,
    }.get(stage.key)
    if planned is None:
        return ""
    told = wording.day(planned, language=language)
    return translate("%(day)s前", language) % {"day": told} if stage.key == "fee" else told


def _stage_note(stage: StageState, overview: EnrolmentOverview, language: str) -> str:
    if stage.state == "stopped":
        return wording.enrolment_state(overview.enrolment.state, language=language)
    if overview.ended and stage.state == "waiting":
        return translate("不再办理", language)
    if stage.key == "fee" and overview.enrolment.fee_status in _FEES:
        return translate(_FEES[overview.enrolment.fee_status], language)
    if stage.state == "done" and stage.key == "result":
        return wording.outcome(overview.enrolment.outcome, language=language)
    notes = _DONE if stage.state == "done" else _NOTES
    return translate(notes[stage.key], language)


_FEES = {"paid": "已到账", "deferred": "已缓缴，取证前补缴", "refunded": "已退费"}


def sitting_end(sitting: Sitting, language: str) -> str:
    """Give when a subject is over."""
    end = sitting.starts_at + timedelta(minutes=sitting.minutes)
    return wording.clock(end, language=language)


def organisation_name(overview: EnrolmentOverview, language: str) -> str:
    """Name the body that appraises."""
    found = overview.organisation
    return (found.name_en if language == "en" else "") or found.name


def tone(overview: EnrolmentOverview) -> str:
    """Choose the colour of an enrolment: what is done, waits, or has stopped."""
    if overview.ended or overview.enrolment.state == "failed":
        return "bad"
    if overview.user_tasks or overview.enrolment.state in ("supplement", "fee", "resit"):
        return "warn"
    return "run" if overview.done < len(overview.stages) else "ok"


def _root(work: Work) -> str:
    return str(work.request.scope.get("root_path", ""))
