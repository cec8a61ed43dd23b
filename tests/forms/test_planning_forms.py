"""The forms of steps 4 to 7, with answers that fit and answers that do not."""

from pathlib import Path
from typing import Any

import pytest

import forms
from engine.feel import compile_expression
from forms import InvalidAnswer, parse_form

BASE = Path(forms.__file__).parent / "definitions" / "base"
ROOMS = {"room_options": [{"value": "1", "label": "101"}, {"value": "2", "label": "102"}]}
CHANGE = {
    "used_rooms": [{"value": "1", "label": "101"}],
    "free_rooms": [{"value": "2", "label": "102"}],
}
PLAN = {"exam_date": "2026-05-08", "strategy": "zigzag", "contingency": "备用考场"}
VENUE = {"rooms": [{"room": "101", "subject": "theory"}, {"room": "201", "subject": "practical"}]}
PIECES = {"pieces": [{"code": "EQ-1", "name": "表", "problem": "校准过期"}]}
SHORT = {"shortages": [{"key": "card", "name": "卡", "needed": 9, "on_hand": 1, "missing": 8}]}
CLASS = {"name": "班", "hours": 8, "starts_on": "2026-04-01"}
TRAINEES = {"trainees": [{"number": "N-1"}, {"number": "N-2"}]}
BRIEFED = {"attendees": [{"assignment_id": 1, "post": "assessor"}]}
SEALED = {"seal_prefix": "F", "safe": "A1", "counted": True}


def check(form_id: str, answer: dict[str, Any], context: dict[str, Any]) -> Any:
    form = parse_form(
        (BASE / f"{form_id}.json").read_bytes(), compile_expression=compile_expression
    )
    return form.check(answer, context=context)


@pytest.mark.parametrize(
    ("form_id", "answer", "context", "variables"),
    [
        ("draft_plan", PLAN, ROOMS, {}),
        ("draft_plan", {**PLAN, "rooms": ["2"], "theory_starts": "08:30"}, ROOMS, {}),
        ("approve_plan", {"plan_decision": "approve"}, {}, {"plan_decision": "approve"}),
        (
            "approve_plan",
            {"plan_decision": "return", "decision_reason": "缺"},
            {},
            {"plan_decision": "return", "decision_reason": "缺"},
        ),
        ("confirm_seats", {"seats_decision": "change"}, {}, {"seats_decision": "change"}),
        ("fix_rooms", {"from_room": "1", "to_room": "2", "strategy": "mixed"}, CHANGE, {}),
        ("fix_rooms", {"to_room": "2", "subject": "theory", "strategy": "mixed"}, CHANGE, {}),
        ("draw_papers", {"source": "bank", "paper_code": "J", "pledge": True}, {}, {}),
        ("seal_papers", SEALED, {}, {"seal_prefix": "F"}),
        ("hand_over_papers", {"seals_checked": True, "escort": "x"}, {}, {}),
        ("check_venue", {"rooms": [{"faults": ["clock"]}, {}]}, VENUE, {}),
        ("set_up_equipment", {"installed": True, "spare_ready": True}, {}, {}),
        ("repair_equipment", {"pieces": [{"measure": "retire"}]}, PIECES, {}),
        ("replenish_supplies", {"shortages": [{"added": 0}]}, SHORT, {}),
        ("open_class", CLASS, {}, {}),
        ("record_attendance", {"trainees": [{"hours": 8}, {"hours": 0}]}, TRAINEES, {}),
        ("record_baseline", {"trainees": [{"points": 100}, {}]}, TRAINEES, {}),
        ("propose_staff", {"stand_by": 0}, {}, {}),
        ("settle_shortage", {"shortage_measure": "retry"}, {}, {"shortage_measure": "retry"}),
        ("hold_briefing", {"attendees": [{"present": True}], "summary": "完"}, BRIEFED, {}),
    ],
)
def test_an_answer_that_fits(
    form_id: str, answer: dict[str, Any], context: dict[str, Any], variables: dict[str, Any]
) -> None:
    found = check(form_id, answer, context).variables

    assert {key: value for key, value in found.items() if value is not None} == variables


@pytest.mark.parametrize(
    ("form_id", "answer", "context", "pointers"),
    [
        ("draft_plan", {}, ROOMS, ["/contingency", "/exam_date", "/strategy"]),
        ("draft_plan", {**PLAN, "rooms": ["3"]}, ROOMS, ["/rooms"]),
        ("draft_plan", {**PLAN, "theory_starts": "24:00"}, ROOMS, ["/theory_starts"]),
        ("draft_plan", {**PLAN, "practical_rounds": 9}, ROOMS, ["/practical_rounds"]),
        ("approve_plan", {"plan_decision": "perhaps"}, {}, ["/plan_decision"]),
        ("approve_plan", {"plan_decision": "return"}, {}, ["/decision_reason"]),
        ("reply_to_plan", {"reply_decision": "return"}, {}, ["/reply_reason"]),
        ("confirm_seats", {}, {}, ["/seats_decision"]),
        ("fix_rooms", {"to_room": "1", "strategy": "mixed"}, CHANGE, ["/to_room"]),
        ("draw_papers", {"source": "bank", "paper_code": "J"}, {}, ["/pledge"]),
        ("proof_papers", {"proof_result": "faulty", "pledge": True}, {}, ["/proof_reason"]),
        ("seal_papers", {**SEALED, "counted": False}, {}, ["/counted"]),
        ("hand_over_papers", {"seals_checked": True}, {}, ["/escort"]),
        ("receive_papers", {"seal_state": "broken"}, {}, ["/receipt_remark"]),
        ("check_venue", {"rooms": [{}]}, VENUE, ["/rooms"]),
        ("check_venue", {"rooms": [{"faults": ["ghosts"]}, {}]}, VENUE, ["/rooms/0/faults"]),
        ("set_up_equipment", {"installed": True}, {}, ["/spare_ready"]),
        ("repair_equipment", {"pieces": [{}]}, PIECES, ["/pieces/0/measure"]),
        ("replenish_supplies", {"shortages": [{"added": -1}]}, SHORT, ["/shortages/0/added"]),
        ("open_class", {**CLASS, "hours": 0}, {}, ["/hours"]),
        (
            "record_attendance",
            {"trainees": [{"hours": 1}, {}]},
            TRAINEES,
            ["/trainees/1/hours"],
        ),
        (
            "record_baseline",
            {"trainees": [{"points": 100.1}, {}]},
            TRAINEES,
            ["/trainees/0/points"],
        ),
        ("propose_staff", {"stand_by": 6}, {}, ["/stand_by"]),
        ("settle_shortage", {"shortage_measure": "hope"}, {}, ["/shortage_measure"]),
        ("supervisor_opinion", {"staff_opinion": "concern"}, {}, ["/staff_opinion_text"]),
        ("approve_staff", {"staff_decision": "return"}, {}, ["/staff_reason"]),
        ("hold_briefing", {"attendees": [{}]}, BRIEFED, ["/summary"]),
        ("answer_offer", {"offer_answer": "accept"}, {}, ["/pledge"]),
        ("answer_offer", {"offer_answer": "decline"}, {}, ["/decline_code"]),
    ],
)
def test_an_answer_that_does_not_fit(
    form_id: str, answer: dict[str, Any], context: dict[str, Any], pointers: list[str]
) -> None:
    with pytest.raises(InvalidAnswer) as raised:
        check(form_id, answer, context)

    assert sorted(error.pointer for error in raised.value.errors) == pointers


@pytest.mark.parametrize(
    ("form_id", "answer", "variables"),
    [
        ("reply_to_plan", {"reply_decision": "accept", "reply_receipt": "B"}, "accept B"),
        ("proof_papers", {"proof_result": "correct", "pledge": True}, "correct"),
        ("receive_papers", {"seal_state": "intact"}, "intact"),
        ("supervisor_opinion", {"staff_opinion": "agree"}, "agree"),
        ("approve_staff", {"staff_decision": "approve"}, "approve"),
        ("answer_offer", {"offer_answer": "accept", "pledge": True}, "accept"),
    ],
)
def test_a_decision_becomes_a_variable(
    form_id: str, answer: dict[str, Any], variables: str
) -> None:
    found = check(form_id, answer, {}).variables

    assert " ".join(str(value) for value in found.values() if value) == variables


def test_names_of_relatives_never_become_variables() -> None:
    given = {"offer_answer": "accept", "pledge": True, "relatives": "考生甲001"}

    checked = check("answer_offer", given, {})

    assert checked.values["relatives"] == "考生甲001"
    assert "考生甲001" not in str(checked.variables)
