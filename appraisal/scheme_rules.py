"""What a scheme must say before anybody may be appraised by it.

`Scheme.content` is one JSON object:

    standard            {name, version, document}
    eligibility_family  "2018" or "2023" (table D2)
    fee                 {mode: before | none, amounts: {subject: "120.00"}}
    resit               {validity_months, max_attempts}
    aggregation, veto_effect, certificate_style
    thresholds          {open_minimum, …}     ratios  {subject: {per_invigilator, …}}
    levels              {level code: {subjects: [subject, …], fee, thresholds}}

and a subject is {key: theory | practical | review, name, name_en, form, minutes, pass_mark,
weights: [{name, weight, new_technique}], weight, sheet, spread_limit, markers, veto}.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Any

from sqlmodel import Session

from appraisal.eligibility import FAMILIES
from appraisal.levels import SkillLevel, level_codes, level_name
from appraisal.occupations import occupation_name
from appraisal.organisations import is_registered
from appraisal.schemes import Scheme

SUBJECTS = {
    "theory": ("理论知识", "Theory"),
    "practical": ("操作技能", "Practical"),
    "review": ("综合评审", "Comprehensive review"),
}

FORMS = ("paper", "machine", "practical", "oral", "thesis_defence")

# The default of every standard read; a scheme may set another line.
PASS_MARK = Decimal(60)


@dataclass(frozen=True)
class SchemeProblem:
    """One thing that keeps a scheme from being used; `pointer` says where in the content."""

    pointer: str
    message: str
    message_en: str


def check_scheme(content: Mapping[str, Any]) -> list[SchemeProblem]:
    """Everything that is wrong with a scheme's content, in reading order."""
    return [*_check_head(content), *_check_levels(content)]


def check_range(
    db: Session,
    scheme: Scheme,
    level_codes_chosen: Iterable[str],
    *,
    days: Sequence[date],
    site: str = "",
) -> list[SchemeProblem]:
    """What lies outside the body's registered range on any of the days (备案范围)."""
    occupation = occupation_name(db, scheme.occupation_code)
    problems = []
    for code in level_codes_chosen:
        if code not in scheme.content.get("levels", {}):
            name, name_en = level_name(code), level_name(code, "en")
            problems.append(
                SchemeProblem(
                    f"/levels/{code}", f"方案中没有{name}", f"The scheme has no {name_en}"
                )
            )
        for day in days:
            if not is_registered(
                db,
                scheme.organisation_id,
                scheme.occupation_code,
                scheme.trade_code,
                code,
                on=day,
                site=site,
            ):
                problems.append(
                    SchemeProblem(
                        f"/levels/{code}",
                        f"{occupation} {level_name(code)} 在 {day} 不在备案范围内",
                        f"{occupation} {level_name(code, 'en')} is outside the registered range "
                        f"on {day}",
                    )
                )
    return problems


def weights_sum_to_100(weights: Iterable[object]) -> bool:
    """Whether weights are numbers above 0 that add up to exactly 100.

    Source: 题库开发技术规程 (比重值必须等于100%).
    """
    try:
        numbers = [Decimal(str(weight)) for weight in weights]
    except InvalidOperation:
        return False
    return all(n.is_finite() and n > 0 for n in numbers) and sum(numbers) == 100


def required_subjects(level_code: str) -> tuple[str, ...]:
    """The subjects that the standards ask for at a level; kinds without grades ask for none.

    Source: 江西平台需求 (1–2 级 理论+实操+综合; 3–5 级 理论+实操).
    """
    if level_code in ("5", "4", "3"):
        return ("theory", "practical")
    if level_code in ("2", "1"):
        return ("theory", "practical", "review")
    if level_code in (SkillLevel.SPECIAL, SkillLevel.CHIEF):
        return ("review",)
    return ()


def _check_head(content: Mapping[str, Any]) -> Iterator[SchemeProblem]:
    if content.get("eligibility_family") not in FAMILIES:
        yield SchemeProblem(
            "/eligibility_family", "申报条件须为 2018 或 2023", "The family must be 2018 or 2023"
        )
    if not content.get("standard", {}).get("name"):
        yield SchemeProblem("/standard/name", "缺少职业标准名称", "The standard has no name")
    months = content.get("resit", {}).get("validity_months")
    if not isinstance(months, int) or isinstance(months, bool) or not 0 <= months <= 60:
        yield SchemeProblem(
            "/resit/validity_months",
            "单科成绩有效期须为 0 至 60 个月",
            "Passed subjects are kept for 0 to 60 months",
        )
    if content.get("fee", {}).get("mode") not in ("before", "none"):
        yield SchemeProblem("/fee/mode", "收费方式须为 before 或 none", "Unknown fee mode")
    for subject, amount in content.get("fee", {}).get("amounts", {}).items():
        if not _is_amount(amount):
            yield SchemeProblem(f"/fee/amounts/{subject}", "金额无效", "Not an amount of money")


def _check_levels(content: Mapping[str, Any]) -> Iterator[SchemeProblem]:
    levels = content.get("levels") or {}
    if not levels:
        yield SchemeProblem("/levels", "方案没有等级", "The scheme has no level")
    for code, level in levels.items():
        pointer = f"/levels/{code}"
        if code not in level_codes():
            yield SchemeProblem(pointer, f"没有等级 {code}", f"There is no level {code}")
            continue
        subjects = level.get("subjects", [])
        missing = set(required_subjects(code)) - {subject.get("key") for subject in subjects}
        for key in sorted(missing):
            yield SchemeProblem(
                f"{pointer}/subjects",
                f"{level_name(code)}缺少科目{SUBJECTS[key][0]}",
                f"{level_name(code, 'en')} lacks the subject {SUBJECTS[key][1]}",
            )
        for place, subject in enumerate(subjects):
            yield from _check_subject(f"{pointer}/subjects/{place}", subject)
        yield from _check_shares(pointer, subjects)


def _check_shares(pointer: str, subjects: Sequence[Mapping[str, Any]]) -> Iterator[SchemeProblem]:
    # Only schemes that also form a total (contests) weigh the subjects against each other.
    shares = [subject["weight"] for subject in subjects if subject.get("weight") is not None]
    if shares and (len(shares) != len(subjects) or not weights_sum_to_100(shares)):
        yield SchemeProblem(
            f"{pointer}/subjects", "各科目比重之和须为 100", "The subjects' weights must sum to 100"
        )


def _check_subject(pointer: str, subject: Mapping[str, Any]) -> Iterator[SchemeProblem]:
    if subject.get("key") not in SUBJECTS:
        yield SchemeProblem(f"{pointer}/key", "科目无效", "Unknown subject")
    if subject.get("form") not in FORMS:
        yield SchemeProblem(f"{pointer}/form", "考核形式无效", "Unknown form of exam")
    minutes = subject.get("minutes")
    if not isinstance(minutes, int) or isinstance(minutes, bool) or not 1 <= minutes <= 1440:
        yield SchemeProblem(
            f"{pointer}/minutes", "时长须为 1 至 1440 分钟", "Between 1 and 1440 minutes are needed"
        )
    mark = subject.get("pass_mark", 60)
    if not _is_amount(mark) or not Decimal(str(mark)) <= 100:
        yield SchemeProblem(
            f"{pointer}/pass_mark", "合格线须为 0 至 100", "A pass mark lies between 0 and 100"
        )
    weights = [row.get("weight") for row in subject.get("weights", [])]
    if not weights_sum_to_100(weights):
        yield SchemeProblem(f"{pointer}/weights", "比重之和须为 100", "The weights must sum to 100")


def _is_amount(value: object) -> bool:
    try:
        number = Decimal(str(value))
    except InvalidOperation:
        return False
    return number.is_finite() and number >= 0
