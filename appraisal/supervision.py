"""Supervision of a sitting (内部质量督导): the check list, findings and advice."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import rooms  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime

# Source: 广州 巡考记录表 (m.wenku365.com/p-14759967), the items that hold for every subject.
SUPERVISION_CHECKS: Mapping[str, str] = {
    "staff_punctual": "监考、考评人员按时到岗并佩戴证件",
    "staff_dispatched": "考评人员由本批次派遣",
    "identity_checked": "逐一核验考生证件,未发现替考",
    "rules_read": "宣读考场规则",
    "seats_apart": "单人单桌(工位间距)符合要求",
    "seal_shown": "当众启封,两名考生签字",
    "equipment_ready": "设备、工量具完好并在校准期内",
    "safety_kept": "安全防护到位",
    "time_kept": "按规定时间开考和收卷",
    "assessors_apart": "考评人员独立评分,互不提示",
    "violations_recorded": "违纪行为当场记录",
    "papers_sealed": "答卷清点后密封移交",
}

ANSWERS: Mapping[str, str] = {"met": "符合", "not_met": "不符合", "not_seen": "不适用"}


class SupervisionRecord(SQLModel, table=True):
    """What the internal supervisor saw in one room; an opinion, never an approval."""

    __tablename__ = "supervision_record"
    __table_args__ = (UniqueConstraint("room_id", "supervisor_id"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    room_id: int = Field(foreign_key="exam_room.id", index=True)
    supervisor_id: int | None = None
    checks: dict[str, str] = Field(default_factory=dict, sa_type=JSON)
    findings: str = Field(default="", max_length=2000)
    advice: str = Field(default="", max_length=2000)
    recorded_at: datetime = Field(sa_type=UtcDateTime)


def record_supervision(db: Session, record: SupervisionRecord) -> SupervisionRecord:
    """Store a supervisor's record of a room; a later one of the same person replaces it."""
    query = select(SupervisionRecord).where(
        SupervisionRecord.room_id == record.room_id,
        SupervisionRecord.supervisor_id == record.supervisor_id,
    )
    if (known := db.exec(query).one_or_none()) is not None:
        known.checks, known.findings = record.checks, record.findings
        known.advice, known.recorded_at = record.advice, record.recorded_at
        record = known
    db.add(record)
    db.flush()
    return record


def supervision_of(db: Session, session_id: int) -> list[SupervisionRecord]:
    """The records of a session by room."""
    query = select(SupervisionRecord).where(SupervisionRecord.session_id == session_id)
    order = (col(SupervisionRecord.room_id), col(SupervisionRecord.id))
    return list(db.exec(query.order_by(*order)))


def failed_checks(record: SupervisionRecord) -> list[str]:
    """The items that were not met, in the order of the list."""
    return [key for key in SUPERVISION_CHECKS if record.checks.get(key) == "not_met"]
