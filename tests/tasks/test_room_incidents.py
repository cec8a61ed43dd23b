"""What may happen in an exam room: late arrivals, violations, outages, papers that fail."""

from datetime import timedelta
from typing import Any

import pytest
from sqlmodel import select

from appraisal.attendance import Attendance
from appraisal.irregularities import Outage, Violation
from appraisal.room_states import RoomSitting
from engine.database import Database
from tests.tasks.exam_rooms import Room, begin


@pytest.mark.parametrize(
    ("late", "status", "minutes", "rows"),
    [
        ({"minutes_late": 30}, "late", 30, ["d8_late_admitted"]),
        ({"minutes_late": 31}, "absent", 31, ["d8_too_late"]),
        ({"minutes_late": 5, "pledge_signed": False}, "absent", 5, ["d8_no_pledge"]),
        ({"minutes_late": 5, "identity": "mismatch"}, "refused", 5, ["d8_other_person"]),
    ],
)
def test_late_arrivals_go_by_table_d8(
    new_database: Database, late: dict[str, Any], status: str, minutes: int, rows: list[str]
) -> None:
    room = Room(new_database, form="machine")
    first, second, third = room.numbers()
    room.to_entry()
    room.sign_in(first, second)
    room.open_papers()

    arrival = {"admission_number": third, "identity": "verified", "pledge_signed": True} | late
    room.answer("register_late", {"late": [arrival]})

    with new_database.reading() as db:
        query = select(Attendance).where(Attendance.admission_number == third)
        found = db.exec(query).one()
        assert (found.status, found.minutes_late, found.rows) == (status, minutes, rows)


def test_a_late_number_from_elsewhere_comes_back(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    room.to_entry()
    room.sign_in(*room.numbers()[:2])
    room.open_papers()

    room.answer("register_late", {"late": [{"admission_number": "0", "minutes_late": 3}]})

    task = next(t for t in room.run.ready() if t.element_id == "register_late")
    assert task.context["refusal"] == {
        "code": "unknown_candidate",
        "message": "本考场没有准考证号 0",
    }


def test_witnesses_must_sit_in_the_room(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    first, second, third = room.numbers()
    room.to_entry()
    room.sign_in(first, second)

    given = {"seal_intact": "yes", "seal_number": "F", "first_witness": first}
    room.answer("open_papers", {**given, "second_witness": third})

    assert room.waiting() == ["open_papers"]


def test_a_violation_is_heard_decided_and_delivered(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    first, second, third = room.numbers()
    begin(room, first, second, third)
    copying = {"admission_number": second, "behaviour": "copying", "facts": "夹带资料"}
    room.finish(3, violations=[copying])
    room.answer(
        "import_sheet",
        {"sheet": "准考证号,得分\n" + "\n".join(f"{number},80" for number in room.numbers())},
    )

    room.answer("hear_candidate", {"told": True, "contested": "no"})
    room.answer("decide_by_director", {"follows": "yes", "reason": "事实清楚"})
    assert room.follow("conduct_exam") == ["running"]
    room.answer("deliver_decision", {"way": "in_person", "told_of_appeal": True})

    with new_database.reading() as db:
        violation = db.exec(select(Violation)).one()
        assert (violation.state, violation.sanction, violation.record_years, violation.rows) == (
            "delivered",
            "all_void",
            5,
            ["d9_copying"],
        )
    assert room.subject_states() == ["present", "void", "present"]
    assert room.run.trace().status == "completed"
    assert "violation_record" in room.papers()


def test_an_outage_gives_extra_time(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    begin(room, *room.numbers())
    room.answer("invigilate", {"event": "outage", "equipment": "faulty"})
    report = {"cause": "power", "stage": "running", "answers_saved": "yes", "affected": "all"}
    room.answer("report_outage", report | {"minutes": 44, "affected_count": 3, "facts": "停电"})
    room.finish(3)

    with new_database.reading() as db:
        outage, sitting = db.exec(select(Outage)).one(), db.exec(select(RoomSitting)).one()
        assert (outage.action, outage.extra_minutes, outage.rows) == (
            "extra_time",
            44,
            ["d10_extra_time"],
        )
        assert (sitting.extra_minutes, sitting.state) == (44, "sealed")


def test_a_long_outage_moves_the_sitting(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    begin(room, *room.numbers())
    room.answer("invigilate", {"event": "outage", "equipment": "faulty"})
    report = {"cause": "power", "stage": "running", "answers_saved": "yes", "affected": "all"}
    room.answer("report_outage", report | {"minutes": 45, "affected_count": 3, "facts": "停电"})

    assert room.waiting() == ["fix_new_time"]
    room.answer("fix_new_time", {"starts_at": "2026-05-23T08:00", "reason": "停电"})
    assert room.waiting() == ["fix_new_time"]
    room.answer("fix_new_time", {"starts_at": "2026-05-30T09:00", "reason": "停电"})
    assert (room.waiting(), room.subject_states()) == ([], ["to_sit"] * 3)
    room.run.happen({"advance": timedelta(days=6, hours=22, minutes=15)})
    assert room.waiting() == ["sign_in_staff"]
    room.answer("sign_in_staff", {"staff": room.staff()})
    room.run.happen({"advance": timedelta(hours=1, minutes=45)})
    room.sign_in(*room.numbers())
    room.open_papers()
    room.answer("register_late", {"late": []})
    room.finish(3)

    assert room.subject_states() == ["present"] * 3
    assert room.run.trace().incidents == []


def test_papers_that_do_not_come_raise_the_emergency_plan(new_database: Database) -> None:
    room = Room(new_database, form="machine")

    room.run.happen({"advance": timedelta(hours=23, minutes=30)})

    assert "secure_papers" in room.waiting()


def test_everybody_absent_ends_the_room(new_database: Database) -> None:
    room = Room(new_database, form="machine")
    room.to_entry()
    room.sign_in()

    room.answer("open_papers", {"seal_intact": "yes", "seal_number": "F-1"})
    room.answer("register_late", {"late": []})
    room.finish(0)

    assert room.subject_states() == ["absent"] * 3
    assert room.follow("conduct_exam") == ["completed"]
    assert room.run.trace().incidents == []
