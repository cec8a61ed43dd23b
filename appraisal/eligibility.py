"""Eligibility: the facts in the shape of table D2, what a permit is deemed to be, and alarms."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from appraisal.levels import SkillLevel

# What table D2 calls the diplomas; higher ones of one kind count where lower ones are asked for.
DIPLOMAS = {
    "none": ("无相关学历", "No relevant diploma"),
    "secondary": ("技工学校/中等职业学校", "Technical or secondary vocational school"),
    "senior_class": ("技工院校高级工班", "Senior class of a technical school"),
    "senior_technical": ("高级技工学校/技师学院", "Senior technical school or technician college"),
    "technician_class": ("技师学院预备技师班/技师班", "Technician class of a technician college"),
    "vocational_college": ("高等职业学校", "Vocational college"),
    "evaluated_college": ("经评估论证的高职/专科", "College evaluated for this occupation"),
    "college": ("大专及以上普通高校", "College or university"),
}

TITLES = {
    "none": ("无", "None"),
    "junior": ("初级职称", "Junior title"),
    "middle": ("中级职称", "Middle title"),
    "senior": ("高级职称", "Senior title"),
}

FAMILIES = ("2018", "2023")

MAX_OCCUPATIONS = 2
OUT_OF_PROVINCE_SHARE = 0.20

# Source: 关于推进职业技能证书互通互认的通知 (四部门办公厅, 2026-01): permit -> deemed certificate.
RECOGNISED_PERMITS = {
    "低压电工作业": ("电工", SkillLevel.LEVEL_5),
    "建筑电工": ("电工", SkillLevel.LEVEL_5),
    "高压电工作业": ("电工", SkillLevel.LEVEL_4),
    "熔化焊接与热切割作业": ("焊工", SkillLevel.LEVEL_5),
    "建筑焊工": ("焊工", SkillLevel.LEVEL_5),
    "特种设备焊接操作人员证书": ("焊工", SkillLevel.LEVEL_4),
}


def valid_permits(permits: Iterable[Mapping[str, Any]], occupation: str, *, on: date) -> list[str]:
    """Names of the permits that count for an occupation and are in force on that day.

    A permit is {"name", "valid_until": ISO date}; the last day counts, one without a date does
    not.

    Source: 互通互认通知 2026-01 (合法有效 on the day of application).
    """
    names = []
    for permit in permits:
        name, until = str(permit.get("name", "")), str(permit.get("valid_until") or "")
        known = RECOGNISED_PERMITS.get(name)
        if known and known[0] == occupation and until and date.fromisoformat(until) >= on:
            names.append(name)
    return names


def decision_facts(
    facts: Mapping[str, Any], *, family: str, occupation: str, level_code: str, on: date
) -> dict[str, Any]:
    """The inputs of table D2 for one application."""
    return {
        **{key: value for key, value in facts.items() if key != "permits"},
        "family": family,
        "occupation": occupation,
        "level_code": level_code,
        "permits": valid_permits(facts.get("permits", ()), occupation, on=on),
    }


def is_duplicate(existing: Sequence[tuple[str, str]], occupation: str, level_code: str) -> bool:
    """Whether the batch already has an application for this occupation and level.

    Source: 江西平台需求 (同批次同职业同等级重复报名拒绝).
    """
    return (occupation, level_code) in existing


def exceeds_occupations(existing: Iterable[str], occupation: str) -> bool:
    """Whether one more occupation in this batch would be too many.

    Source: 江西平台需求 (每次计划最多 2 个职业).
    """
    return len({*existing, occupation}) > MAX_OCCUPATIONS


def out_of_province_share(provinces: Iterable[str], home: str) -> float:
    """The share of candidates who state another province; those who state none do not count."""
    stated = [province for province in provinces if province]
    return sum(province != home for province in stated) / len(stated) if stated else 0.0
