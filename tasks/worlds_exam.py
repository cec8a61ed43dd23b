"""Given states for the scenarios of steps 8 to 10."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
from sqlmodel import Session

import processes
from appraisal.attendance import Attendance, IdentityCheck, entries, sign_in
from appraisal.irregularities import Behaviour, Violation, report_violation
from appraisal.marking import blind_code
from appraisal.marks import Mark, Work, add_work, give_mark
from appraisal.reviews import ask_for_thesis
from appraisal.room_states import RoomSitting, RoomState
from appraisal.score_sheets import ScoreSheet, parse_score_sheet
from tasks.exam_rooms import prepare
from tasks.exam_world import ExamWorld, exam_world, saved
from tasks.works import DEFAULT_SHEETS, veto_choices
from tasks.worlds import World, world

TENANT = "9900"


@world("exam_eve")
def exam_eve(db: Session, now: datetime, **given: Any) -> World:
    """A session with one room, staff confirmed, tickets out."""
    made = exam_world(db, **given)
    return _found(made, business_key=made.session.number)


@world("exam_room_planned")
def exam_room_planned(db: Session, now: datetime, **given: Any) -> World:
    """The same with the room's sitting planned."""
    made = exam_world(db, **given)
    _plan_sitting(db, made)
    return _found(made)


@world("exam_room_entered")
def exam_room_entered(
    db: Session, now: datetime, *, present: int = 2, running: bool = False, **given: Any
) -> World:
    """The candidates' list is made; the first so many have signed in; `running`: begun."""
    made = exam_world(db, **given)
    return _found(made, **_entered(db, made, now, present, running=running))


@world("violation_reported")
def violation_reported(
    db: Session, now: datetime, *, behaviour: str, repeated: bool = False, **given: Any
) -> World:
    """A running exam in which the second candidate violated the rules."""
    made = exam_world(db, **given)
    variables = _entered(db, made, now, 2, running=True)
    violation = report_violation(
        db,
        Violation(
            number=f"{made.business_key}-V1",
            organisation_id=made.session.organisation_id,
            session_id=saved(made.session.id),
            room_id=saved(made.room.id),
            enrolment_id=saved(made.enrolments[1].id),
            subject=made.room.subject,
            behaviour=Behaviour(behaviour),
            repeated=repeated,
            facts="监考员当场发现",
            reported_at=now,
        ),
    )
    return _found(made, **variables, violation_id=violation.id)


@world("work_to_mark")
def work_to_mark(
    db: Session,
    now: datetime,
    *,
    marks: Sequence[Sequence[float]] = (),
    vetoes: Sequence[Sequence[str]] = (),
    sheet: str = "",
    **given: Any,
) -> World:
    """The first candidate's work; `marks` are those given already, by marker and part.

    `sheet` is the score sheet that the scheme names, if it names one.
    """
    made = exam_world(db, **given)
    _entered(db, made, now, 2, running=True)
    enrolment_id, subject = saved(made.enrolments[0].id), made.room.subject
    work = add_work(
        db,
        Work(
            organisation_id=made.session.organisation_id,
            session_id=saved(made.session.id),
            room_id=saved(made.room.id),
            enrolment_id=enrolment_id,
            subject=subject,
            blind_code=blind_code(db, made.session.number, enrolment_id, subject),
            sheet_key=sheet or DEFAULT_SHEETS.get(subject, ""),
            created_at=now,
        ),
    )
    for number, points in enumerate(marks):
        met = vetoes[number] if number < len(vetoes) else ()
        _mark(db, made, work, number, points, met, now)
    return _found(made, **_marking_variables(made, work))


@world("review_ahead")
def review_ahead(db: Session, now: datetime, *, asked: bool = False, **given: Any) -> World:
    """An admitted candidate who has a comprehensive review to sit."""
    made = exam_world(db, **({"subject": "review"} | given))
    enrolment = made.enrolments[0]
    if asked and made.session.exam_date is not None:
        ask_for_thesis(
            db,
            organisation_id=enrolment.organisation_id,
            session_id=enrolment.session_id,
            enrolment_id=saved(enrolment.id),
            exam_date=made.session.exam_date,
        )
    return _found(made, business_key=enrolment.number, enrolment_id=enrolment.id)


def _found(made: ExamWorld, *, business_key: str = "", **variables: Any) -> World:
    numbers = {
        f"number_{place}": enrolment.admission_number
        for place, enrolment in enumerate(made.enrolments, start=1)
    }
    people = {
        f"{post}_{place}": saved(person.id)
        for post, there in made.people.items()
        for place, person in enumerate(there, start=1)
    }
    sheet = "准考证号,得分\n" + "".join(f"{number},60\n" for number in numbers.values())
    more = {
        "room": made.business_key,
        "session": made.session.number,
        "machine_sheet": sheet,
        "elsewhere": "9999",
        "items": variables.get("items", []),
    }
    return World(
        tenant=TENANT,
        business_key=business_key or made.business_key,
        variables={**made.variables, **variables},
        names={**numbers, **people, **more},
    )


def _plan_sitting(
    db: Session, made: ExamWorld, state: RoomState = RoomState.PENDING
) -> RoomSitting:
    room = made.room
    planned = RoomSitting(
        organisation_id=room.organisation_id,
        session_id=room.session_id,
        room_id=saved(room.id),
        subject=room.subject,
        business_key=made.business_key,
        state=state,
        starts_at=room.starts_at,
        ends_at=room.starts_at + timedelta(minutes=room.minutes),
    )
    db.add(planned)
    db.flush()
    return planned


def _entered(
    db: Session, made: ExamWorld, now: datetime, present: int, *, running: bool
) -> dict[str, Any]:
    _plan_sitting(db, made, RoomState.RUNNING if running else RoomState.PENDING)
    variables = dict(prepare(db, room_id=saved(made.room.id)))
    listed: list[Attendance] = entries(db, saved(made.room.id), made.room.subject)
    for found in listed[:present]:
        sign_in(
            found, identity=IdentityCheck.VERIFIED, pledge_signed=True, at=now, recorded_by=None
        )
        db.add(found)
    db.flush()
    variables["signed_in"] = [found.admission_number for found in listed[:present]]
    variables["ends_at"] = (made.room.starts_at + timedelta(minutes=90)).isoformat()
    variables["missing"] = [found.admission_number for found in listed[present:]]
    return variables


def _mark(
    db: Session,
    made: ExamWorld,
    work: Work,
    number: int,
    points: Sequence[float],
    vetoes: Sequence[str],
    now: datetime,
) -> None:
    parts = ("thesis", "defence") if work.subject == "review" else (work.subject,)
    for part, value in zip(parts, points, strict=True):
        give_mark(
            db,
            Mark(
                organisation_id=work.organisation_id,
                work_id=saved(work.id),
                part=part,
                kind="raw",
                marker_id=made.person("assessor", number),
                points=Decimal(str(value)),
                vetoes=list(vetoes),
                marked_at=now,
            ),
        )


def _marking_variables(made: ExamWorld, work: Work) -> dict[str, Any]:
    panel = [made.person("assessor", number) for number in range(3)]
    variables: dict[str, Any] = {
        "work_id": work.id,
        "blind_code": work.blind_code,
        "panel": panel,
        "assessor_id": panel[0],
        "author_id": panel[0],
        "turn": 1,
    }
    if work.subject == "review":
        return variables | {
            f"{part}_items": _sheet(DEFAULT_SHEETS[part]).rows() for part in ("thesis", "defence")
        }
    sheet = _sheet(work.sheet_key)
    return variables | {"items": sheet.rows(), "veto_items": veto_choices(sheet)}


def _sheet(key: str) -> ScoreSheet:
    (path,) = Path(processes.__file__).parent.rglob(f"sheets/{key}.json")
    content: Mapping[str, Any] = orjson.loads(path.read_bytes())
    return parse_score_sheet(content)
