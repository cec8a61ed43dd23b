"""A room lost after step 4: what moves with it and what must stay."""

from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import col, select

import forms
import processes
from appraisal.notices import OutgoingMessage
from appraisal.papers import Paper
from appraisal.rooms import ExamRoom
from appraisal.seats import Seat
from appraisal.sessions import AppraisalSession
from appraisal.tickets import AdmissionTicket
from tasks.actors import Actor
from tasks.demo_world import BODY_CODE
from tasks.rights import MessageTo, may
from tasks.scenario_packs import Pack
from tasks.scenarios import Scenario, Stage

FREE_OF_FAULTS = {"do": "check_new_room", "answer": {"rooms": [{"room": "102", "faults": []}]}}


def replace(lost: str, new: str) -> dict[str, Any]:
    answer = {
        "room_measure": "replace",
        "from_room": f"$exam_room_{lost}",
        "to_room": f"$room_{new}",
        "room_reason": "漏水",
    }
    return {"do": "replace_room", "answer": answer}


@cache
def base_pack() -> Pack:
    return Pack(Path(processes.__file__).parent, Path(forms.__file__).parent / "definitions")


class House:
    """A batch with its seats given, in which a room gets lost."""

    def __init__(self, folder: Path, given: Mapping[str, Any]) -> None:
        self.content: dict[str, Any] = {"world": "seats_assigned", "given": given}
        self.stage = Stage(base_pack(), Scenario("lost_room", "made up", self.content, folder))
        self.database = self.stage.run.database

    def play(self, *steps: Mapping[str, Any]) -> None:
        self.content["steps"] = steps
        self.stage.play()

    def rooms(self) -> dict[int, tuple[str, str, bool]]:
        with self.database.reading() as db:
            found = db.exec(select(ExamRoom).order_by(col(ExamRoom.id)))
            return {one.id or 0: (one.code, one.subject, bool(one.checked_at)) for one in found}

    def seats(self) -> dict[tuple[int, str], tuple[int, int, int, int]]:
        with self.database.reading() as db:
            return {
                (one.enrolment_id, one.subject): (one.exam_room_id, one.number, one.row, one.column)
                for one in db.exec(select(Seat))
            }

    def numbers(self) -> dict[int, str]:
        with self.database.reading() as db:
            return {one.enrolment_id: one.number for one in db.exec(select(AdmissionTicket))}

    def filed(self) -> list[tuple[str, str]]:
        with self.database.reading() as db:
            return sorted((one.key, one.subject) for one in db.exec(select(Paper)))

    def told(self) -> list[tuple[str, str]]:
        with self.database.reading() as db:
            found = db.exec(select(OutgoingMessage).order_by(col(OutgoingMessage.id)))
            return [(one.text_key, one.details["room"]) for one in found]


@pytest.fixture
def houses(tmp_path: Path) -> Iterator[list[House]]:
    opened: list[House] = []
    yield opened
    for house in opened:
        house.database.dispose()


def opened(houses: list[House], folder: Path, **given: Any) -> House:
    houses.append(House(folder, given))
    return houses[-1]


def test_seats_and_numbers_stay_where_the_new_room_holds_them(
    houses: list[House], tmp_path: Path
) -> None:
    house = opened(houses, tmp_path, groups=[3], released=True)
    seats, numbers, rooms = house.seats(), house.numbers(), house.rooms()
    lost = next(key for key, room in rooms.items() if room[0] == "101")

    house.play(replace("101", "102"), FREE_OF_FAULTS)

    assert house.rooms() == {**rooms, lost: ("102", "theory", True)}
    assert (house.seats(), house.numbers()) == (seats, numbers)
    assert house.told() == [("room_changed", "102")] * 3
    assert [key for key, _ in house.filed()] == [
        *["admission_ticket"] * 3,
        "desk_labels",
        "door_notice",
        "exam_plan",
        "seat_plan",
    ]


def test_a_narrower_room_is_seated_anew_and_nobody_else_moves(
    houses: list[House], tmp_path: Path
) -> None:
    house = opened(houses, tmp_path, groups=[8], narrow={"102": 2})
    seats, numbers = house.seats(), house.numbers()

    house.play(replace("101", "102"), FREE_OF_FAULTS)

    moved = {key: seat for key, seat in house.seats().items() if seat != seats[key]}
    theory = [key for key in seats if key[1] == "theory"]
    assert moved and set(moved) <= set(theory)
    assert sorted(house.seats()[key][1] for key in theory) == list(range(1, 9))
    assert max(house.seats()[key][3] for key in theory) == 2
    assert house.numbers() == numbers
    # No ticket is out yet: nobody has been told a room, and none is printed again.
    assert house.told() == []
    assert "admission_ticket" not in [key for key, _ in house.filed()]


@pytest.mark.parametrize(
    ("given", "lost", "new", "reason"),
    [
        ({}, "101", "202", "不适合"),
        ({}, "201", "202", "不是为考生的职业配备的"),
        ({"shrink": {"102": 2}}, "101", "102", "没有座位"),
        ({"expired": ["EQ-003"], "fitted": {"202": []}}, "201", "202", "设备不可用"),
        ({"sitting": "running"}, "101", "102", "已开考"),
        ({"sitting": "pending", "narrow": {"102": 1}}, "101", "102", "放不下原座位"),
    ],
)
def test_a_refused_replacement_leaves_all_as_it_was(
    given: dict[str, Any], lost: str, new: str, reason: str, houses: list[House], tmp_path: Path
) -> None:
    house = opened(houses, tmp_path, groups=[3], **given)
    rooms, seats = house.rooms(), house.seats()

    house.play(replace(lost, new))

    assert (house.rooms(), house.seats()) == (rooms, seats)
    assert [one.element_id for one in house.stage.run.ready()] == ["replace_room"]
    assert reason in house.stage.run.ready()[0].context["refused_because"]


def test_the_lost_room_is_not_offered_again(houses: list[House], tmp_path: Path) -> None:
    house = opened(houses, tmp_path, groups=[3])
    faulty = {"do": "check_new_room", "answer": {"rooms": [{"room": "102", "faults": ["clock"]}]}}

    house.play(replace("101", "102"), faulty)

    context = house.stage.run.ready()[0].context
    offered = {one["label"][:3] for one in context["free_rooms"]}
    assert "103" in offered and not offered & {"101", "102"}
    assert context["check_problem"] == "102:时钟"


def test_who_looks_after_rooms_may_report_a_lost_one(houses: list[House], tmp_path: Path) -> None:
    house = opened(houses, tmp_path, groups=[1])
    with house.database.reading() as db:
        session = db.exec(select(AppraisalSession)).one()

        def sends(post: str, message: str) -> bool:
            posts = frozenset({post})
            actor = Actor("person", 1, "某人", session.organisation_id, BODY_CODE, posts)
            return may(db, actor, "message.send", MessageTo(message, session.number))

        assert [
            sends("exam_officer", "room_lost"),
            sends("site_manager", "room_lost"),
            sends("invigilator", "room_lost"),
            sends("exam_officer", "session_cancelled"),
            sends("administrator", "session_cancelled"),
        ] == [True, True, False, False, True]
