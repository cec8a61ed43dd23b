"""Who has what to do in a session, and how far its rooms are."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import orjson
import pytest
from sqlmodel import Session

from appraisal.organisations import Organisation
from appraisal.people import add_person
from appraisal.room_states import RoomSitting, RoomState
from appraisal.rooms import ExamRoom, Room
from appraisal.sessions import AppraisalSession, create_session
from engine.database import Database
from engine.user_tasks import UserTask
from tasks.session_desks import OpenWork, RoomLine, open_work, room_lines

NOW = datetime(2027, 3, 1, 1, tzinfo=UTC)


def add_task(db: Session, key: str, number: int, **given: object) -> None:
    row = {
        "id": uuid4(),
        "instance_id": uuid4(),
        "process_id": "p",
        "business_key": key,
        "element_id": "first_review",
        "name": "初审",
        "name_en": "First review",
        "step": 3,
        "candidate_groups": orjson.dumps(["reviewer"]).decode(),
        "due_at": NOW + timedelta(days=number),
        "created_at": NOW,
    }
    db.add(UserTask(**{**row, **given}))


@pytest.fixture
def session(sqlite_database: Database) -> AppraisalSession:
    with sqlite_database.transaction() as db:
        body = Organisation(code="OWN", name="机构")
        db.add(body)
        db.flush()
        return create_session(db, body, "批次", created_at=NOW)


def test_open_work_is_gathered_by_element(
    sqlite_database: Database, session: AppraisalSession
) -> None:
    key = f"{session.number}-00001"
    with sqlite_database.transaction() as db:
        staff = add_person(db, session.organisation_id, "林若溪", "lin", posts=["reviewer"])
        person = add_person(db, session.organisation_id, "赵考生", "zhao", is_candidate=True)
        add_task(db, key, 3)
        add_task(db, key, 1, assignee=str(staff.id))
        add_task(db, key, 2, status="completed")
        add_task(db, "OTHER-1", 0)
        mine = {"element_id": "request_accommodation", "name": "申请", "name_en": None}
        add_task(db, key, 5, **mine, candidate_groups="[]", assignee=str(person.id))
        marks = {"element_id": "score_work", "name": "评分", "name_en": "Score", "step": 10}
        add_task(db, key, 9, **marks, duty="assess", assignee=str(staff.id), due_at=None)

        found = open_work(db, session.number)

    day = timedelta(days=1)
    assert found == [
        OpenWork(3, "初审", "First review", 2, NOW + day, ("reviewer",), ("林若溪",), 1),
        OpenWork(3, "申请", "申请", 1, NOW + 5 * day, (), (), 1),
        OpenWork(10, "评分", "Score", 1, None, (), (), 1),
    ]


def test_rooms_tell_their_state(sqlite_database: Database, session: AppraisalSession) -> None:
    given = {"organisation_id": session.organisation_id, "session_id": session.id}
    with sqlite_database.transaction() as db:
        for code, subject in (("101", "theory"), ("201", "practical")):
            room = Room(
                organisation_id=session.organisation_id,
                code=code,
                name=f"考场 {code}",
                kind=subject,
                capacity=30,
            )
            db.add(room)
            db.flush()
            own = ExamRoom(
                **given, room_id=room.id, code=code, subject=subject, starts_at=NOW, minutes=90
            )
            db.add(own)
            db.flush()
        db.add(
            RoomSitting(
                **given,
                room_id=own.id,
                subject="practical",
                business_key="k",
                state=RoomState.RUNNING,
                starts_at=NOW,
                ends_at=NOW,
            )
        )
        db.flush()

        found = room_lines(db, session)

    assert found == [
        RoomLine("101", "考场 101", "theory", NOW, 90, "pending"),
        RoomLine("201", "考场 201", "practical", NOW, 90, "running"),
    ]
