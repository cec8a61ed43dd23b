"""Tables D8 to D11 decide as written, boundary values first."""

from pathlib import Path
from typing import Any

import pytest

from engine.decisions import Decision, parse_decisions

TABLES = {
    "d8_late": "check_in",
    "d9_discipline": "conduct_exam",
    "d10_outage": "conduct_exam",
    "d11_spread": "score",
}


@pytest.fixture(scope="module")
def tables() -> dict[str, Decision]:
    found: dict[str, Decision] = {}
    for name, folder in TABLES.items():
        found |= parse_decisions(Path(f"processes/base/{folder}/{name}.dmn").read_bytes())
    return found


def late(**changes: Any) -> dict[str, Any]:
    return {
        "minutes_late": 0,
        "form": "paper",
        "identity": "verified",
        "pledge_signed": True,
    } | changes


def outage(**changes: Any) -> dict[str, Any]:
    return {
        "cause": "power",
        "stage": "running",
        "minutes": 20,
        "answers_saved": True,
        "affected": "all",
    } | changes


def apart(**changes: Any) -> dict[str, Any]:
    return {
        "subject": "practical",
        "markers": 3,
        "spread": 10,
        "limit": 10,
        "vetoes_differ": False,
        "round": 0,
    } | changes


@pytest.mark.parametrize(
    ("table", "given", "row", "outputs"),
    [
        ("d8_late", late(), "d8_in_time", {"admission": "admit", "show_document": False}),
        (
            "d8_late",
            late(identity="document_missing"),
            "d8_in_time",
            {"admission": "admit", "show_document": True},
        ),
        ("d8_late", late(minutes_late=1), "d8_late_admitted", {"admission": "admit"}),
        ("d8_late", late(minutes_late=30), "d8_late_admitted", {"admission": "admit"}),
        ("d8_late", late(minutes_late=31), "d8_too_late", {"admission": "absent"}),
        (
            "d8_late",
            late(minutes_late=30, form="practical"),
            "d8_late_turn",
            {"admission": "last"},
        ),
        (
            "d8_late",
            late(minutes_late=30, form="thesis_defence"),
            "d8_late_turn",
            {"admission": "last"},
        ),
        (
            "d8_late",
            late(minutes_late=31, form="oral"),
            "d8_too_late",
            {"admission": "absent"},
        ),
        ("d8_late", late(pledge_signed=False), "d8_no_pledge", {"admission": "absent"}),
        (
            "d8_late",
            late(identity="mismatch", pledge_signed=False),
            "d8_other_person",
            {"admission": "refuse"},
        ),
        (
            "d9_discipline",
            {"behaviour": "copying", "repeated": False},
            "d9_copying",
            {"sanction": "all_void", "record_years": 5, "approval": "director"},
        ),
        (
            "d9_discipline",
            {"behaviour": "substitute", "repeated": False},
            "d9_substitute",
            {"sanction": "all_void", "record_years": 99, "approval": "director"},
        ),
        (
            "d9_discipline",
            {"behaviour": "device", "repeated": False},
            "d9_warned",
            {"sanction": "warning", "record_years": 0, "approval": "chief"},
        ),
        (
            "d9_discipline",
            {"behaviour": "device", "repeated": True},
            "d9_device",
            {"sanction": "subject_void", "approval": "director"},
        ),
        (
            "d9_discipline",
            {"behaviour": "after_end", "repeated": False},
            "d9_after_end",
            {"sanction": "deduction", "approval": "chief"},
        ),
        (
            "d9_discipline",
            {"behaviour": "after_end", "repeated": True},
            "d9_after_end_again",
            {"sanction": "zero", "approval": "director"},
        ),
        (
            "d10_outage",
            outage(minutes=44),
            "d10_extra_time",
            {"action": "extra_time", "extra_minutes": 44},
        ),
        (
            "d10_outage",
            outage(minutes=45),
            "d10_too_long",
            {"action": "reschedule", "extra_minutes": 0},
        ),
        (
            "d10_outage",
            outage(affected="one", answers_saved=False),
            "d10_one_machine",
            {"action": "change_machine", "extra_minutes": 20},
        ),
        ("d10_outage", outage(answers_saved=False), "d10_answers_lost", {"action": "reschedule"}),
        ("d10_outage", outage(stage="collecting"), "d10_collecting", {"action": "continue"}),
        (
            "d10_outage",
            outage(stage="before_start", answers_saved=False),
            "d10_extra_time",
            {"action": "extra_time"},
        ),
        ("d11_spread", apart(), "d11_within", {"action": "settle"}),
        ("d11_spread", apart(spread=10.5), "d11_wide", {"action": "deliberate"}),
        (
            "d11_spread",
            apart(subject="theory", markers=2, spread=5.5, limit=5),
            "d11_third",
            {"action": "third_marker"},
        ),
        (
            "d11_spread",
            apart(subject="theory", markers=3, spread=5.5, limit=5),
            "d11_wide",
            {"action": "deliberate"},
        ),
        ("d11_spread", apart(markers=1, spread=0), "d11_single", {"action": "settle"}),
        (
            "d11_spread",
            apart(spread=0, vetoes_differ=True),
            "d11_veto_differs",
            {"action": "deliberate"},
        ),
        (
            "d11_spread",
            apart(spread=50, vetoes_differ=True, round=1),
            "d11_veto_differs",
            {"action": "deliberate"},
        ),
        (
            "d11_spread",
            apart(spread=50, vetoes_differ=True, round=2),
            "d11_rounds_over",
            {"action": "settle"},
        ),
    ],
)
def test_the_row_that_decides(
    tables: dict[str, Decision],
    table: str,
    given: dict[str, Any],
    row: str,
    outputs: dict[str, Any],
) -> None:
    result = tables[table].evaluate(given)

    assert list(result.rows) == [row]
    assert {name: result.value[name] for name in outputs} == outputs
