"""Venue checks (考场检查): each item of the list, in each room, before an exam."""

from collections.abc import Mapping
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from appraisal import rooms  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.rooms import ExamRoom, exam_rooms_of

CHECK_ITEMS = {
    "lighting": "照明",
    "temperature": "温度",
    "spacing": "座位与工位间距",
    "noise": "噪声",
    "fire_safety": "消防",
    "first_aid": "急救",
    "monitoring": "监控",
    "network": "网络",
    "clock": "时钟",
}
"""What is looked at in every room.

Source: ISO/IEC 17024:2012, 9.3 (documented criteria for conditions: light, temperature,
separation, noise, safety); the rest from domain research on step 5.
"""


class UnknownCheckItem(AppraisalError):
    """The check list has no such item."""


class VenueCheck(SQLModel, table=True):
    """What was found of one item in a room; a new look adds a row and the newest counts."""

    __tablename__ = "venue_check"

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    exam_room_id: int = Field(foreign_key="exam_room.id")
    item: str = Field(max_length=40)
    passed: bool
    remark: str = Field(default="", max_length=500)
    checked_by: int | None = None
    checked_at: datetime = Field(sa_type=UtcDateTime)


def record_venue_check(
    db: Session,
    room: ExamRoom,
    found: Mapping[str, bool],
    *,
    at: datetime,
    checked_by: int | None,
    remark: str = "",
) -> list[str]:
    """Keep what was found in a room and return the items that failed or were not looked at.

    A room without a fault is marked as checked; one with a fault is no longer.

    Raises:
        UnknownCheckItem: An item is not on the list.
    """
    assert room.id is not None
    unknown = sorted(set(found) - set(CHECK_ITEMS))
    if unknown:
        raise UnknownCheckItem(", ".join(unknown))
    for item, passed in found.items():
        db.add(
            VenueCheck(
                session_id=room.session_id,
                exam_room_id=room.id,
                item=item,
                passed=passed,
                remark="" if passed else remark,
                checked_by=checked_by,
                checked_at=at,
            )
        )
    faults = [item for item in CHECK_ITEMS if not found.get(item, False)]
    room.checked_at = None if faults else at
    db.add(room)
    db.flush()
    return faults


def unchecked_rooms(db: Session, session_id: int) -> list[ExamRoom]:
    """The rooms of a session that have not passed their check."""
    return [room for room in exam_rooms_of(db, session_id) if room.checked_at is None]


def venue_checks_of(db: Session, exam_room_id: int) -> list[VenueCheck]:
    """Everything found in a room, oldest first."""
    query = select(VenueCheck).where(VenueCheck.exam_room_id == exam_room_id)
    return list(db.exec(query.order_by(col(VenueCheck.id))))
