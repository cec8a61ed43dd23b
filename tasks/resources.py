"""Service tasks of step 5, venue: rooms, equipment with calibration, supplies."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlmodel import Session

from appraisal.equipment import (
    Equipment,
    UnknownEquipment,
    calibrate,
    check_equipment,
    checks_of,
    equipment_by_code,
    set_condition,
)
from appraisal.rooms import exam_rooms_of
from appraisal.seats import to_sit
from appraisal.sessions import session_by_id
from appraisal.supplies import (
    Shortage,
    SupplyBasis,
    count_supplies,
    needs_of,
    replenish,
)
from appraisal.venue import CHECK_ITEMS, record_venue_check, unchecked_rooms
from engine import BpmnError, ServiceTasks, TaskContext

service_tasks = ServiceTasks("resources")


def actor_id(context: TaskContext) -> int | None:
    """The person on whose act a service task runs; None when a timer or job drives it."""
    return int(context.actor) if context.actor and context.actor.isdecimal() else None


@service_tasks.register(gives="rooms: list")
def rooms_to_check(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """The rooms that have not passed their check, for the site manager's list."""
    waiting = unchecked_rooms(db, session_id)
    return {
        "rooms": [
            {"exam_room_id": room.id, "room": room.code, "subject": room.subject, "faults": []}
            for room in waiting
        ]
    }


@service_tasks.register(gives="venue_passed: boolean, problem: text")
def record_venue(
    db: Session,
    context: TaskContext,
    *,
    session_id: int,
    element: str = "check_venue",
    exam_room_id: int | None = None,
) -> Mapping[str, Any]:
    """Keep the check of every room listed; a room without stated faults has passed.

    With a room's id only that room was looked at.
    """
    answer = context.answer(element) or {}
    rows = {str(row.get("room")): row for row in answer.get("rooms") or []}
    problems = []
    for room in unchecked_rooms(db, session_id):
        if exam_room_id not in (None, room.id):
            continue
        row = rows.get(room.code)
        faults = set(row.get("faults") or []) & set(CHECK_ITEMS) if row else set(CHECK_ITEMS)
        found = {item: item not in faults for item in CHECK_ITEMS}
        remark = str((row or {}).get("remark") or "")
        record_venue_check(
            db, room, found, at=context.now, checked_by=actor_id(context), remark=remark
        )
        if faults:
            names = "、".join(CHECK_ITEMS[item] for item in CHECK_ITEMS if item in faults)
            problems.append(f"{room.code}:{names}")
    return {"venue_passed": not problems, "problem": ";".join(problems)}


@service_tasks.register(
    name="check_equipment", gives="blocked: list, equipment_usable: boolean, checked: number"
)
def look_at_equipment(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Check everything in the session's rooms; an expired calibration blocks."""
    session = session_by_id(db, session_id)
    on = session.exam_date or context.today
    blocked = check_equipment(db, session_id, on=on, at=context.now, checked_by=actor_id(context))
    return {
        "blocked": [_piece(piece, on) for piece in blocked],
        "equipment_usable": not blocked,
        "checked": len({check.equipment_id for check, _ in checks_of(db, session_id)}),
    }


def _piece(piece: Equipment, on: date) -> dict[str, Any]:
    until = piece.calibrated_until
    return {
        "code": piece.code,
        "name": piece.name,
        "problem": "故障" if piece.condition != "ok" else "校准过期或缺失",
        "calibrated_until": until.isoformat() if until else None,
    }


@service_tasks.register(gives="")
def repair_equipment(
    db: Session, context: TaskContext, *, session_id: int, element: str = "repair_equipment"
) -> Mapping[str, Any]:
    """Carry out what was answered for blocked pieces: calibrated anew, repaired or taken out.

    Raises:
        BpmnError: repair_refused: a piece is unknown, or a calibration lacks its last day.
    """
    answer = context.answer(element) or {}
    for row in answer.get("pieces") or []:
        try:
            piece = equipment_by_code(db, session_id, str(row.get("code")))
        except UnknownEquipment as error:
            raise BpmnError("repair_refused", f"没有设备 {error}") from error
        measure = row.get("measure")
        if measure == "retire":
            set_condition(db, [piece], "retired")
            continue
        set_condition(db, [piece], "ok")
        if measure == "calibrate":
            if not row.get("calibrated_until"):
                raise BpmnError("repair_refused", f"{piece.code} 须填写校准有效期")
            calibrate(db, piece, date.fromisoformat(str(row["calibrated_until"])))
    return {}


@service_tasks.register(
    name="count_supplies", gives="shortages: list, complete: boolean, items: number"
)
def take_stock(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Work out the supplies and report what is short."""
    session = session_by_id(db, session_id)
    short = count_supplies(
        db, session.organisation_id, session_id, _counts(db, session_id), at=context.now
    )
    return {
        "shortages": [_shortage(one) for one in short],
        "complete": not short,
        "items": len(needs_of(db, session_id)),
    }


def _counts(db: Session, session_id: int) -> dict[tuple[SupplyBasis, str], int]:
    sitting, reserved = to_sit(db, session_id), exam_rooms_of(db, session_id)
    everyone = {enrolment.id for group in sitting.values() for enrolment in group}
    counts = {
        (SupplyBasis.CANDIDATE, ""): len(everyone),
        (SupplyBasis.ROOM, ""): len(reserved),
    }
    for subject in ("theory", "practical", "review"):
        counts[SupplyBasis.CANDIDATE, subject] = len(sitting.get(subject, ()))
        counts[SupplyBasis.ROOM, subject] = sum(room.subject == subject for room in reserved)
    return counts


def _shortage(one: Shortage) -> dict[str, Any]:
    return {
        "key": one.key,
        "name": one.name,
        "needed": one.needed,
        "on_hand": one.on_hand,
        "missing": one.missing,
        "unit": one.unit,
    }


@service_tasks.register(name="replenish", gives="")
def add_to_stock(
    db: Session, context: TaskContext, *, session_id: int, element: str = "replenish_supplies"
) -> Mapping[str, Any]:
    """Add what was bought or borrowed; the form lists exactly what is short."""
    answer = context.answer(element) or {}
    organisation_id = session_by_id(db, session_id).organisation_id
    for row in answer.get("shortages") or []:
        added = int(row.get("added") or 0)
        if added:
            replenish(db, organisation_id, str(row["key"]), added)
    return {}
