"""A cook's practical work in the office's kitchen, marked by a panel over HTTP."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
from sqlmodel import Session, select

from appraisal.marks import Mark, MarkKind, Work, add_work, marks_of
from appraisal.rooms import ExamRoom, Room
from appraisal.score_sheets import ScoreSheet, parse_score_sheet
from appraisal.sessions import session_by_number
from tasks.demo_world import COOK
from tasks.works import veto_choices
from tasks.worlds import World
from tasks.worlds_planning import planning_world
from tests.pages.office import Office

PROCESS = "mark_practical"
SHEET = "practical_general"


def cook_at_work(db: Session, now: datetime, **given: Any) -> World:
    """A batch in which one cook has worked; `panel` are the ids of who marks it."""
    found = planning_world(db, today=now.date(), groups={COOK: 1}, exam_in=1)
    [enrolment] = found.enrolments
    place = db.exec(select(Room).where(Room.code == "202")).one()
    room = ExamRoom(
        organisation_id=enrolment.organisation_id,
        session_id=enrolment.session_id,
        room_id=place.id or 0,
        code=place.code,
        subject="practical",
        starts_at=now,
        minutes=120,
    )
    db.add(room)
    db.flush()
    work = add_work(
        db,
        Work(
            organisation_id=enrolment.organisation_id,
            session_id=enrolment.session_id,
            room_id=room.id or 0,
            enrolment_id=enrolment.id or 0,
            subject="practical",
            blind_code=f"COOK{enrolment.id:04d}",
            sheet_key=SHEET,
            created_at=now,
        ),
    )
    sheet = _sheet()
    return World(
        tenant=found.demo.organisation.code,
        business_key=found.session.number,
        variables={
            "work_id": work.id,
            "session_id": enrolment.session_id,
            "subject": "practical",
            "blind_code": work.blind_code,
            "items": sheet.rows(),
            "veto_items": veto_choices(sheet),
            "panel": given["panel"],
            "turn": 1,
        },
    )


def begin_marking(office: Office, panel: Sequence[str]) -> str:
    """A new batch with one work that waits for so many assessors; gives its business key."""
    return office.begin(PROCESS, cook_at_work, panel=[office.people[one] for one in panel])


def score(
    office: Office, key: str, panel: Sequence[str], lost: Sequence[int], vetoes: Sequence[str] = ()
) -> Mark:
    """Have the panel score a work, each taking off so many points of 100; gives the agreed mark."""
    for role, points in zip(panel, lost, strict=True):
        task = next(
            one for one in office.open_tasks(key) if one.assignee == str(office.people[role])
        )
        answer: dict[str, Any] = {"items": _rows(points)}
        if vetoes:
            answer |= {"vetoes": list(vetoes), "veto_facts": "油锅起火未关阀"}
        done = office.client(role).post(
            f"/api/v1/user-tasks/{task.id}/completion", json={"answer": answer}
        )
        assert done.status_code == 200, done.text
        office.run_jobs()
    assert office.waits_at(key) == []
    return agreed_mark(office, key)


def agreed_mark(office: Office, key: str) -> Mark:
    """What a batch's only work was settled at."""
    with office.installation.database.reading() as db:
        session = session_by_number(db, key)
        work = db.exec(select(Work).where(Work.session_id == session.id)).one()
        [mark] = [one for one in marks_of(db, work.id or 0) if one.kind == MarkKind.AGREED]
        return mark


def _rows(lost: int) -> list[dict[str, Any]]:
    rows = _sheet().rows()
    return [
        row | {"points": row["full"] - (lost if row["criterion"] == "quality" else 0)}
        for row in rows
    ]


def _sheet() -> ScoreSheet:
    path = Path("processes/base/mark_practical/sheets") / f"{SHEET}.json"
    return parse_score_sheet(orjson.loads(path.read_bytes()))
