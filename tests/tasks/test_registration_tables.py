"""Tables D1 to D5 at their boundaries, by the rows that decide."""

from functools import cache
from pathlib import Path
from typing import Any

import pytest

import processes
from appraisal.applications import NO_FACTS
from engine.decisions import Decision, parse_decisions

BASE = Path(processes.__file__).parent / "base"


@cache
def table(name: str) -> Decision:
    path = next(BASE.glob(f"*/{name}.dmn"))
    return parse_decisions(path.read_bytes())[name]


def rows(name: str, context: dict[str, Any]) -> list[str]:
    return list(table(name).evaluate(context).rows)


def conditions(family: str, level: str, **facts: Any) -> list[str]:
    application = {
        **NO_FACTS,
        "age": 30,
        "family": family,
        "level_code": level,
        "occupation": "电工",
        **facts,
    }
    return [
        row.removeprefix("d2_").replace("_", "-")
        for row in rows("d2_eligibility", {"application": application})
    ]


@pytest.mark.parametrize(
    ("level", "facts", "met"),
    [
        ("5", {"years": 0}, []),
        ("5", {"years": 1}, ["2018-5-1"]),
        ("5", {"apprenticeship_complete": True}, ["2018-5-2"]),
        ("4", {"prior_level": "5", "years_after": 3.9}, []),
        ("4", {"prior_level": "5", "years_after": 4}, ["2018-4-1"]),
        ("4", {"prior_level": "3", "years_after": 4}, ["2018-4-1"]),
        ("4", {"years": 5}, []),
        ("4", {"years": 6}, ["2018-4-2"]),
        ("4", {"diploma": "secondary", "diploma_related": True}, ["2018-4-3"]),
        ("4", {"diploma": "secondary"}, []),
        ("3", {"prior_level": "4", "years_after": 4}, []),
        ("3", {"prior_level": "4", "years_after": 5}, ["2018-3-1"]),
        ("3", {"prior_level": "5", "years_after": 50}, []),
        (
            "3",
            {"prior_level": "4", "diploma": "senior_technical", "diploma_related": True},
            ["2018-3-2"],
        ),
        (
            "3",
            {
                "prior_level": "4",
                "diploma": "college",
                "diploma_related": True,
                "years_after": 2,
            },
            ["2018-3-3"],
        ),
        ("2", {"prior_level": "3", "years_after": 3}, []),
        ("2", {"prior_level": "3", "years_after": 4}, ["2018-2-1"]),
        (
            "2",
            {
                "prior_level": "3",
                "diploma": "technician_class",
                "diploma_related": True,
                "years_after": 3,
            },
            ["2018-2-2a"],
        ),
        (
            "2",
            {"reserve_certificate": True, "diploma": "senior_technical", "years_after": 2},
            ["2018-2-2b"],
        ),
        ("1", {"prior_level": "2", "years_after": 4}, ["2018-1-1"]),
        ("1", {"prior_level": "2", "years_after": 3}, []),
    ],
)
def test_conditions_of_the_2018_family(level: str, facts: dict[str, Any], met: list[str]) -> None:
    assert conditions("2018", level, **facts) == met


@pytest.mark.parametrize(
    ("level", "facts", "met"),
    [
        ("5", {"age": 15, "intends_to_work": True}, []),
        ("5", {"age": 16, "intends_to_work": True}, ["2023-5-1"]),
        ("5", {"age": 16, "working": True, "intends_to_work": True}, ["2023-5-1", "2023-5-2"]),
        ("5", {"age": None, "intends_to_work": True}, []),
        ("4", {"years": 4}, []),
        ("4", {"years": 5}, ["2023-4-1"]),
        ("4", {"prior_level": "5", "years_after": 2}, []),
        ("4", {"prior_level": "5", "years_after": 3}, ["2023-4-2"]),
        ("4", {"diploma": "college", "diploma_related": True}, ["2023-4-3"]),
        ("3", {"years": 9}, []),
        ("3", {"years": 10}, ["2023-3-1"]),
        ("3", {"prior_level": "4", "years_after": 3}, []),
        ("3", {"prior_level": "4", "years_after": 4}, ["2023-3-2"]),
        ("3", {"prior_level": "4", "years_after": 4, "years": 10}, ["2023-3-1", "2023-3-2"]),
        ("3", {"title": "junior", "years_after_title": 1}, ["2023-3-3"]),
        ("3", {"title": "junior", "years_after_title": 0}, []),
        ("3", {"diploma": "senior_class", "diploma_related": True}, ["2023-3-4"]),
        (
            "3",
            {"prior_level": "4", "diploma": "vocational_college", "diploma_related": True},
            ["2023-3-5"],
        ),
        ("3", {"diploma": "evaluated_college", "diploma_related": True}, ["2023-3-6"]),
        ("2", {"prior_level": "3", "years_after": 4}, []),
        ("2", {"prior_level": "3", "years_after": 5}, ["2023-2-1"]),
        (
            "2",
            {"prior_level": "3", "years_after": 1, "title": "junior", "years_after_title": 5},
            ["2023-2-2"],
        ),
        ("2", {"title": "middle", "years_after_title": 1}, ["2023-2-3"]),
        (
            "2",
            {
                "prior_level": "3",
                "years_after": 2,
                "diploma": "senior_technical",
                "diploma_related": True,
            },
            ["2023-2-4"],
        ),
        (
            "2",
            {
                "prior_level": "3",
                "prior_held_years": 2,
                "diploma": "technician_class",
                "diploma_related": True,
            },
            ["2023-2-5"],
        ),
        ("1", {"prior_level": "2", "years_after": 5}, ["2023-1-1"]),
        (
            "1",
            {"prior_level": "2", "years_after": 1, "title": "middle", "years_after_title": 5},
            ["2023-1-2"],
        ),
        ("1", {"title": "senior", "years_after_title": 1}, ["2023-1-3"]),
    ],
)
def test_conditions_of_the_2023_family(level: str, facts: dict[str, Any], met: list[str]) -> None:
    assert conditions("2023", level, **facts) == met


@pytest.mark.parametrize(
    ("occupation", "level", "permits", "met"),
    [
        ("电工", "4", ["低压电工作业"], ["mutual-electrician-4"]),
        ("电工", "4", ["建筑电工"], ["mutual-electrician-4"]),
        ("电工", "3", ["低压电工作业"], []),
        ("电工", "3", ["高压电工作业"], ["mutual-electrician-3"]),
        ("焊工", "4", ["建筑焊工"], ["mutual-welder-4"]),
        ("焊工", "3", ["特种设备焊接操作人员证书"], ["mutual-welder-3"]),
        ("焊工", "4", ["低压电工作业"], []),
        ("电工", "4", [], []),
    ],
)
def test_permits_count_in_either_family(
    occupation: str, level: str, permits: list[str], met: list[str]
) -> None:
    for family in ("2018", "2023"):
        assert conditions(family, level, occupation=occupation, permits=permits) == met


@pytest.mark.parametrize(
    ("condition", "materials"),
    [
        ("d2_2023_3_1", ["work_years_proof", "social_insurance"]),
        ("d2_2023_3_2", ["work_years_proof", "prior_certificate"]),
        ("d2_2023_4_3", ["diploma"]),
        ("d2_2018_5_2", ["apprenticeship_proof"]),
        ("d2_2018_2_2b", ["work_years_proof", "diploma", "reserve_certificate"]),
        ("d2_mutual_welder_3", ["permit"]),
        ("d2_2023_5_1", []),
    ],
)
def test_each_condition_asks_for_its_materials(condition: str, materials: list[str]) -> None:
    found = table("d3_materials").evaluate(
        {"conditions": [condition], "channel": "portal", "candidate_source": ""}
    )

    assert [row["material"] for row in found.value if row["condition"] == "any"] == [
        "id_card",
        "photo",
        "pledge",
    ]
    assert [row["material"] for row in found.value if row["condition"] != "any"] == materials


CLEAN = {
    "duplicate": False,
    "blacklisted": False,
    "occupations": 1,
    "certificates_held": 0,
    "age": 30,
}


@pytest.mark.parametrize(
    ("facts", "alarms"),
    [
        ({}, []),
        ({"duplicate": True}, ["d4_duplicate"]),
        ({"blacklisted": True}, ["d4_blacklisted"]),
        ({"occupations": 2}, []),
        ({"occupations": 3}, ["d4_occupations"]),
        ({"certificates_held": 1}, []),
        ({"certificates_held": 2}, ["d4_two_certificates"]),
        ({"certificates_held": 3}, ["d4_three_certificates"]),
        ({"age": 16}, []),
        ({"age": 15}, ["d4_under_age"]),
        ({"age": None}, []),
    ],
)
def test_alarms(facts: dict[str, Any], alarms: list[str]) -> None:
    assert rows("d4_alarms", {"application": {**CLEAN, **facts}}) == alarms


@pytest.mark.parametrize(("share", "alarms"), [(0.2, []), (0.2001, ["d4_out_of_province"])])
def test_share_of_other_provinces(share: float, alarms: list[str]) -> None:
    assert rows("d4_batch_alarms", {"out_of_province_share": share}) == alarms


@pytest.mark.parametrize(
    ("kind", "admitted", "minimum", "target", "row"),
    [
        ("unified", 10, 10, False, "d5_enough"),
        ("unified", 9, 10, False, "d5_too_few"),
        ("unified", 9, 10, True, "d5_merge"),
        ("unified", 0, 10, True, "d5_nobody"),
        ("enterprise", 1, 10, False, "d5_own_session"),
        ("enterprise", 0, 10, False, "d5_nobody"),
    ],
)
def test_offer_is_held_merged_or_put_off(
    kind: str, admitted: int, minimum: int, target: bool, row: str
) -> None:
    context = {
        "session_kind": kind,
        "admitted": admitted,
        "shortage": minimum - admitted,
        "merge_target": target,
    }

    assert rows("d5_opening", context) == [row]


@pytest.mark.parametrize(
    ("kind", "level", "tier", "row"),
    [
        ("contest", "1", "county", "d1_internal"),
        ("unified", "chief", "province", "d1_special_grades"),
        ("unified", "2", "province", "d1_senior_grades"),
        ("enterprise", "3", "city", "d1_enterprise"),
        ("unified", "3", "province", "d1_province"),
        ("unified", "3", "county", "d1_county"),
        ("unified", "5", "county", "d1_other"),
        ("unified", "3", "city", "d1_other"),
    ],
)
def test_approval_route(kind: str, level: str, tier: str, row: str) -> None:
    context = {"session_kind": kind, "highest_level": level, "tier": tier}

    assert rows("d1_route", context) == [row]
