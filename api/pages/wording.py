"""Words for dates, limits, states and subjects, as people say them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal

from api.i18n import translate
from appraisal.evidence import MATERIALS
from appraisal.room_states import ROOM_STATE_NAMES, RoomState
from engine.clock import LOCAL_ZONE
from tasks.papers_applications import REASONS

FILTERS = (
    "day",
    "day_long",
    "clock",
    "moment",
    "due",
    "due_class",
    "subject",
    "number",
    "enrolment_state",
    "session_status",
    "milestone",
    "history_kind",
    "instance_status",
    "outcome",
    "certificate_state",
    "subject_state",
    "size",
    "weekday",
    "seconds_exact",
    "count_text",
    "status_class",
    "step_state",
    "stage_name",
    "month_name",
    "day_number",
    "evidence_kind",
    "end_reason",
    "room_state",
)
_WEEKDAYS = (
    ("周一", "Mon"),
    ("周二", "Tue"),
    ("周三", "Wed"),
    ("周四", "Thu"),
    ("周五", "Fri"),
    ("周六", "Sat"),
    ("周日", "Sun"),
)
_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]

_SUBJECTS = {
    "theory": "理论知识",
    "practical": "操作技能",
    "review": "综合评审",
}
_ENROLMENT_STATES = {
    "submitted": "已提交",
    "reviewing": "审核中",
    "supplement": "待补正",
    "fee": "待缴费",
    "admitted": "审核通过",
    "ticketed": "已发准考证",
    "sat": "已参加考试",
    "published": "成绩已公布",
    "certified": "已发证",
    "failed": "不合格",
    "resit": "可补考",
    "rejected": "审核不通过",
    "withdrawn": "已放弃",
    "cancelled": "已取消",
}
_SESSION_STATUSES = {
    "draft": "筹备中",
    "announced": "已公告",
    "registration": "报名中",
    "reviewing": "审核中",
    "planned": "已制定计划",
    "conducted": "已考试",
    "published": "成绩已公布",
    "archived": "已归档",
    "cancelled": "已取消",
}
_MILESTONES = {
    "decided": "审核有结果",
    "seated": "已排座位",
    "checked_in": "已签到",
    "sat": "已考完",
    "marked": "已评分",
    "closed": "已办结",
}
_HISTORY = {
    "started": "发起流程",
    "completed": "办结",
    "decided": "按决策表判定",
    "timer": "到期自动执行",
    "message": "收到通知",
    "incident": "发生异常",
    "cancelled": "取消",
    "ended": "流程结束",
    "claimed": "认领",
    "unclaimed": "退回认领",
    "moved": "移到另一版本",
    "recorded": "录为场景",
}
_INSTANCES = {
    "running": "正在运行",
    "completed": "已结束",
    "failed": "异常结束",
    "cancelled": "已取消",
    "suspended": "已暂停",
}
_OUTCOMES = {
    "passed": "合格",
    "failed": "不合格",
    "absent": "缺考",
    "void": "成绩无效",
    "partly": "部分科目合格",
    "rejected": "审核不通过",
    "withdrawn": "已放弃",
    "cancelled": "已取消",
}
_CERTIFICATES = {
    "valid": "有效",
    "suspended": "暂停使用",
    "revoked": "已撤销",
    "re-issued": "已换发",
}
_SUBJECT_STATES = {
    "to_sit": "待考",
    "exempt": "免考",
    "passed_earlier": "此前已合格",
    "present": "已考",
    "absent": "缺考",
    "void": "成绩无效",
}


def local(at: datetime) -> datetime:
    """Give a moment in the zone people live by."""
    return at.astimezone(LOCAL_ZONE)


def day(value: date | datetime | None, *, language: str) -> str:
    """Write a date without its year."""
    if value is None:
        return ""
    found = local(value).date() if isinstance(value, datetime) else value
    if language == "en":
        return f"{found.day} {_MONTHS[found.month - 1]}"
    return f"{found.month} 月 {found.day} 日"


def day_long(value: date | datetime | None, *, language: str) -> str:
    """Write a date with its year."""
    if value is None:
        return ""
    found = local(value).date() if isinstance(value, datetime) else value
    if language == "en":
        return f"{found.day} {_MONTHS[found.month - 1]} {found.year}"
    return f"{found.year} 年 {found.month} 月 {found.day} 日"


def weekday(value: date | datetime, *, language: str) -> str:
    """Name the day of the week."""
    found = local(value).date() if isinstance(value, datetime) else value
    return _WEEKDAYS[found.weekday()][language == "en"]


def clock(value: datetime | None, *, language: str) -> str:
    """Write a time of day."""
    return "" if value is None else f"{local(value):%H:%M}"


def moment(value: datetime | None, now: datetime | None = None, *, language: str) -> str:
    """Write when something happened: the time alone if it was today."""
    if value is None:
        return ""
    if now is not None and local(now).date() == local(value).date():
        return clock(value, language=language)
    return f"{day(value, language=language)} {clock(value, language=language)}"


def seconds_exact(value: datetime | None, *, language: str) -> str:
    """Write a moment in full, for the title of a short one."""
    return "" if value is None else f"{local(value):%Y-%m-%d %H:%M}"


def due(value: datetime | None, now: datetime, *, language: str) -> str:
    """Say when something has to be done: 逾期 1 天, 今天 17:00, 周三 17:00, 12 月 5 日."""
    if value is None:
        return translate("不限时", language)
    if value < now:
        return _late(now - value, language)
    days = (local(value).date() - local(now).date()).days
    at = clock(value, language=language)
    if days <= 1:
        return f"{translate('明天' if days else '今天', language)} {at}"
    if days < 7:
        return f"{weekday(value, language=language)} {at}"
    return day(value, language=language)


def _late(by: timedelta, language: str) -> str:
    if by >= timedelta(days=1):
        told = (
            translate("逾期 %(n)s 天", language)
            if by.days > 1
            else translate("逾期 1 天", language)
        )
        return told.replace("%(n)s", str(by.days))
    hours = int(by.total_seconds() // 3600)
    if hours:
        return translate("逾期 %(n)s 小时", language) % {"n": hours}
    return translate("刚刚逾期", language)


def due_class(value: datetime | None, now: datetime, *, language: str) -> str:
    """Choose the colour of a limit: bad when late, warn within a day."""
    if value is None:
        return ""
    if value < now:
        return "bad"
    return "warn" if value - now < timedelta(days=1) else ""


def number(value: Decimal | float | int | None, *, language: str) -> str:
    """Write a number without needless zeros."""
    if value is None:
        return ""
    text = f"{value:f}" if isinstance(value, Decimal) else str(value)
    return text.rstrip("0").rstrip(".") if "." in text else text


def size(value: int, *, language: str) -> str:
    """Write how large a file is."""
    return f"{value / 1_048_576:.1f} MB" if value >= 1_000_000 else f"{max(value // 1024, 1)} KB"


def _named(names: dict[str, str], key: str | None, language: str) -> str:
    return translate(names.get(key or "", key or ""), language)


def subject(key: str, *, language: str) -> str:
    """Name a subject."""
    return _named(_SUBJECTS, key, language)


def enrolment_state(key: str, *, language: str) -> str:
    """Name the state of an enrolment."""
    return _named(_ENROLMENT_STATES, key, language)


def session_status(key: str, *, language: str) -> str:
    """Name the status of a session."""
    return _named(_SESSION_STATUSES, key, language)


def milestone(key: str, *, language: str) -> str:
    """Name a milestone."""
    return _named(_MILESTONES, key, language)


def history_kind(key: str, *, language: str) -> str:
    """Name what happened."""
    return _named(_HISTORY, key, language)


def instance_status(key: str, *, language: str) -> str:
    """Name the status of a process instance."""
    return _named(_INSTANCES, key, language)


def outcome(key: str, *, language: str) -> str:
    """Name the outcome of an enrolment."""
    return _named(_OUTCOMES, key, language)


def certificate_state(key: str, *, language: str) -> str:
    """Name the state of a certificate."""
    return _named(_CERTIFICATES, key, language)


def subject_state(key: str, *, language: str) -> str:
    """Name the state of a subject."""
    return _named(_SUBJECT_STATES, key, language)


def count_text(value: int, *, language: str) -> str:
    """Write a bounded count."""
    return "999+" if value > 999 else str(value)


def status_class(key: str, *, language: str) -> str:
    """Choose the colour of a session's status."""
    return {"cancelled": "bad", "archived": "ok", "draft": ""}.get(key, "run")


def step_state(key: str, *, language: str) -> str:
    """Name how far a step is."""
    return _named(_STEP_STATES, key, language)


def stage_name(key: str, *, language: str) -> str:
    """Name a stage of an enrolment."""
    return _named(_STAGES, key, language)


def month_name(value: date | datetime, *, language: str) -> str:
    """Name the month for a calendar leaf."""
    found = local(value).date() if isinstance(value, datetime) else value
    return _MONTHS[found.month - 1] if language == "en" else f"{found.month} 月"


def day_number(value: date | datetime, *, language: str) -> str:
    """Give the day for a calendar leaf."""
    return str((local(value).date() if isinstance(value, datetime) else value).day)


def evidence_kind(key: str, *, language: str) -> str:
    """Name a kind of evidence."""
    return MATERIALS.get(key, MATERIALS["other"])[language == "en"]


def end_reason(key: str, *, language: str) -> str:
    """Say why an enrolment ended: a key of ours, or the words of who decided."""
    return translate(REASONS.get(key, key), language)


def room_state(key: str, *, language: str) -> str:
    """Name the state of a sitting in a room."""
    return translate(ROOM_STATE_NAMES.get(RoomState(key), key), language)


_STEP_STATES = {
    "done": "已完成",
    "current": "进行中",
    "late": "有逾期",
    "waiting": "未开始",
    "skipped": "未组织",
    "now": "进行中",
    "stopped": "已终止",
}
_STAGES = {
    "submitted": "提交报名",
    "review": "资格审核",
    "fee": "缴费",
    "ticket": "领取准考证",
    "exam": "参加考试",
    "result": "成绩与证书",
}
TABLES = (
    _STEP_STATES,
    _STAGES,
    _SUBJECTS,
    _ENROLMENT_STATES,
    _SESSION_STATUSES,
    _MILESTONES,
    _HISTORY,
    _OUTCOMES,
    _CERTIFICATES,
    _SUBJECT_STATES,
    REASONS,
    {state.value: name for state, name in ROOM_STATE_NAMES.items()},
)
"""Every table of words, for the test that all of them are translated."""
