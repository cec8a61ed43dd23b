"""Equipment of rooms (设备): its calibration, and the checks before an exam."""

from collections.abc import Iterable
from datetime import date, datetime
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import rooms, sessions  # noqa: F401 -- tables referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.rooms import ExamRoom


class UnknownEquipment(AppraisalError):
    """There is no such piece of equipment in the session's rooms."""


class CalibrationState(StrEnum):
    """Whether a measuring or protective device may be used on a day."""

    NOT_NEEDED = "not_needed"
    VALID = "valid"
    EXPIRED = "expired"
    MISSING = "missing"


class Equipment(SQLModel, table=True):
    """A machine, instrument or station of a room. Condition: ok, faulty or retired."""

    __tablename__ = "equipment"
    __table_args__ = (UniqueConstraint("organisation_id", "code"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    room_id: int = Field(foreign_key="room.id", index=True)
    code: str = Field(max_length=40)
    name: str = Field(max_length=100)
    needs_calibration: bool = False
    calibrated_until: date | None = None
    condition: str = Field(default="ok", max_length=20)


class EquipmentCheck(SQLModel, table=True):
    """What was found when a piece was set up for a session; a new check adds a row."""

    __tablename__ = "equipment_check"

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    equipment_id: int = Field(foreign_key="equipment.id", index=True)
    condition: str = Field(max_length=20)
    calibration: str = Field(max_length=20)
    passed: bool
    remark: str = Field(default="", max_length=500)
    checked_by: int | None = None
    checked_at: datetime = Field(sa_type=UtcDateTime)


def calibration_state(needed: bool, until: date | None, on: date) -> CalibrationState:
    """Whether the calibration covers the day; the last day of validity still counts.

    Source: ISO/IEC 17024:2012, 9.3 (technical equipment is verified or calibrated).
    """
    if not needed:
        return CalibrationState.NOT_NEEDED
    if until is None:
        return CalibrationState.MISSING
    return CalibrationState.VALID if until >= on else CalibrationState.EXPIRED


def is_usable(condition: str, calibration: CalibrationState) -> bool:
    """Whether a piece may be used: sound, and calibrated where it has to be."""
    return condition == "ok" and calibration in (
        CalibrationState.NOT_NEEDED,
        CalibrationState.VALID,
    )


def equipment_of(db: Session, session_id: int) -> list[Equipment]:
    """Everything not retired in the rooms of a session, by code."""
    query = (
        select(Equipment)
        .join(ExamRoom, col(ExamRoom.room_id) == Equipment.room_id)
        .where(ExamRoom.session_id == session_id, Equipment.condition != "retired")
        .order_by(Equipment.code)
    )
    return list(db.exec(query))


def check_equipment(
    db: Session, session_id: int, *, on: date, at: datetime, checked_by: int | None
) -> list[Equipment]:
    """Check every piece of a session for the exam date and return what must not be used."""
    blocked = []
    for piece in equipment_of(db, session_id):
        assert piece.id is not None
        calibration = calibration_state(piece.needs_calibration, piece.calibrated_until, on)
        passed = is_usable(piece.condition, calibration)
        db.add(
            EquipmentCheck(
                session_id=session_id,
                equipment_id=piece.id,
                condition=piece.condition,
                calibration=calibration,
                passed=passed,
                checked_by=checked_by,
                checked_at=at,
            )
        )
        if not passed:
            blocked.append(piece)
    db.flush()
    return blocked


def checks_of(db: Session, session_id: int) -> list[tuple[EquipmentCheck, Equipment]]:
    """Every check of a session in the order it was made."""
    query = (
        select(EquipmentCheck, Equipment)
        .join(Equipment, col(Equipment.id) == EquipmentCheck.equipment_id)
        .where(EquipmentCheck.session_id == session_id)
        .order_by(col(EquipmentCheck.id))
    )
    return [(check, piece) for check, piece in db.exec(query)]


def equipment_by_code(db: Session, session_id: int, code: str) -> Equipment:
    """A piece in the session's rooms.

    Raises:
        UnknownEquipment: There is none with this code.
    """
    for piece in equipment_of(db, session_id):
        if piece.code == code:
            return piece
    raise UnknownEquipment(code)


def set_condition(db: Session, pieces: Iterable[Equipment], condition: str) -> None:
    """Mark pieces as ok, faulty or retired."""
    for piece in pieces:
        piece.condition = condition
        db.add(piece)
    db.flush()


def calibrate(db: Session, piece: Equipment, until: date) -> None:
    """Keep a new calibration; the certificate's last day counts."""
    piece.calibrated_until = until
    db.add(piece)
    db.flush()
