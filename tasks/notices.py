"""Service tasks of step 2 发布通知: draft, publish, open and close registration."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlmodel import Session

from appraisal.calendar import LOCAL, local_date
from appraisal.notices import (
    draft_notice,
    newest_notice,
    notices_of,
    publish_notice,
    send_message,
    subscribers_of,
)
from appraisal.sessions import AppraisalSession, session_by_id
from engine import Continue, ServiceTasks, TaskContext

service_tasks = ServiceTasks("notices")

CHUNK = 500
DATES = (
    ("registration_opens_at", "报名开始", "the opening of registration"),
    ("registration_closes_at", "报名截止", "the close of registration"),
    ("review_deadline_at", "审核截止", "the end of the review"),
    ("payment_deadline_at", "缴费截止", "the payment deadline"),
)


@service_tasks.register(gives="valid: boolean, problems: list, problems_en: list")
def draft(db: Session, context: TaskContext, *, session_id: int, element: str) -> Mapping[str, Any]:
    """Keep the drafted notice and its dates; says what is wrong with them."""
    answer = context.answer(element) or {}
    session = session_by_id(db, session_id)
    for name, _, _ in DATES:
        if answer.get(name):
            setattr(session, name, _moment(answer[name]))
    db.add(session)
    draft_notice(
        db,
        session,
        kind="announcement",
        number=str(answer.get("number") or ""),
        title=str(answer.get("title") or session.name),
        content={key: answer.get(key) for key in ("place", "materials", "contact", "text")},
    )
    problems = date_problems(session, now=context.now)
    return {
        "valid": not problems,
        "problems": [chinese for chinese, _ in problems],
        "problems_en": [english for _, english in problems],
    }


def date_problems(session: AppraisalSession, *, now: datetime) -> list[tuple[str, str]]:
    """What is wrong with the dates of a notice: each must follow the one before.

    The review may end after the payment deadline's day has begun, never after the exam.
    """
    problems = []
    earlier, what, what_en = now, "现在", "now"
    for name, chinese, english in DATES:
        moment: datetime | None = getattr(session, name)
        if moment is None:
            problems.append((f"缺少{chinese}时间", f"The time of {english} is missing"))
            continue
        # Registration may have been opened before the notice is corrected.
        if name != "registration_opens_at" and moment <= earlier:
            problems.append((f"{chinese}须晚于{what}", f"{english} must come after {what_en}"))
        earlier, what, what_en = moment, chinese, english
    if session.exam_date is None or local_date(earlier) >= session.exam_date:
        problems.append((f"鉴定日期须晚于{what}", f"The exam must come after {what_en}"))
    return problems


@service_tasks.register(gives="")
def approve(db: Session, *, session_id: int) -> Mapping[str, Any]:
    """Approve the drafted notice."""
    notice = newest_notice(db, session_id)
    notice.state = "approved"
    db.add(notice)
    db.flush()
    return {}


@service_tasks.register(gives="")
def publish(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Put the approved notice on the portal."""
    publish_notice(db, newest_notice(db, session_id), at=context.now)
    _set(db, session_id, status="announced")
    return {}


@service_tasks.register(run="job", gives="told: number")
def tell_subscribers(
    db: Session, context: TaskContext, *, session_id: int, text: str = "notice_published"
) -> Mapping[str, Any] | Continue:
    """Write a message to everybody who wants the organisation's notices, 500 a transaction."""
    session = session_by_id(db, session_id)
    people = subscribers_of(db, session.organisation_id)
    done = int(context.cursor or 0)
    for person_id in people[done : done + CHUNK]:
        send_message(
            db, session.organisation_id, person_id, text, about=session.number, at=context.now
        )
    done = min(done + CHUNK, len(people))
    if done < len(people):
        return Continue(done, (done, len(people)))
    return {"told": len(people)}


@service_tasks.register(gives="")
def open_registration(db: Session, *, session_id: int) -> Mapping[str, Any]:
    """Take applications from now on."""
    _set(db, session_id, registration_open=True, status="registration")
    return {}


@service_tasks.register(gives="")
def close_registration(db: Session, *, session_id: int) -> Mapping[str, Any]:
    """Take no more applications."""
    _set(db, session_id, registration_open=False, status="reviewing")
    return {}


@service_tasks.register(gives="announced: boolean")
def cancel(
    db: Session, context: TaskContext, *, session_id: int, reason: str = ""
) -> Mapping[str, Any]:
    """Publish that the batch is cancelled, if it was announced at all."""
    session = session_by_id(db, session_id)
    announced = notices_of(db, session_id)
    if not announced or announced[-1].state != "published":
        return {"announced": False}
    notice = draft_notice(
        db,
        session,
        kind="cancellation",
        number=f"{announced[-1].number}-C",
        title=f"关于取消{session.name}的通知",
        content={"text": reason},
    )
    publish_notice(db, notice, at=context.now)
    return {"announced": True}


def _set(db: Session, session_id: int, **values: object) -> None:
    session = session_by_id(db, session_id)
    for name, value in values.items():
        setattr(session, name, value)
    db.add(session)
    db.flush()


def _moment(value: object) -> datetime:
    moment = datetime.fromisoformat(str(value))
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)
