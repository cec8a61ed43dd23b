"""What a reviewer sees of the candidate beside the form: masked, and never editable."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from sqlmodel import Session

from api.i18n import translate
from api.pages import wording
from appraisal.applications import application_of
from appraisal.candidates import candidate_by_id, id_number_of
from appraisal.eligibility import DIPLOMAS
from appraisal.enrolments import Enrolment, UnknownEnrolment, subjects_of
from appraisal.levels import UnknownLevel, level_name
from appraisal.masks import mask_id_number
from engine.decisions.descriptions import Texts
from tasks.shown_names import row_text

Facts = list[tuple[str, str]]
_WIDE = 28


def candidate_facts(
    db: Session, enrolment: Enrolment, language: str, texts: Mapping[str, Texts]
) -> list[tuple[str, str, bool]]:
    """List what is known about an enrolment: label, value, and whether it needs a whole line.

    `texts` are the words for rows that decided.
    """
    assert enrolment.id is not None
    candidate = candidate_by_id(db, enrolment.candidate_id)
    found = [
        ("证件号码", mask_id_number(id_number_of(db, candidate))),
        ("报名状态", wording.enrolment_state(enrolment.state, language=language)),
        ("科目", _subjects(db, enrolment, language)),
        *_stated(db, enrolment, language),
    ]
    if enrolment.eligibility_rows:
        told = [row_text(texts, row, language) for row in enrolment.eligibility_rows]
        found.append(("申报条件依据", ("; " if language == "en" else ";").join(told)))
    return [
        (translate(label, language), value, _width(value) > _WIDE)
        for label, value in found
        if value
    ]


def _width(text: str) -> int:
    return sum(2 if ord(sign) > 0x2E7F else 1 for sign in text)


def _subjects(db: Session, enrolment: Enrolment, language: str) -> str:
    assert enrolment.id is not None
    told = []
    for row in subjects_of(db, enrolment.id):
        name = wording.subject(row.subject, language=language)
        state = wording.subject_state(row.state, language=language)
        told.append(name if row.state == "to_sit" else f"{name} ({state})")
    return ", ".join(told) if language == "en" else "、".join(told)


def _stated(db: Session, enrolment: Enrolment, language: str) -> Facts:
    assert enrolment.id is not None
    try:
        facts = application_of(db, enrolment.id).facts
    except UnknownEnrolment:
        return []
    return [
        (label, told)
        for key, (label, tell) in _FACTS.items()
        if facts.get(key) and (told := tell(facts[key], language))
    ]


def _years(value: Any, language: str) -> str:
    return translate("%(n)s 年", language) % {"n": wording.number(value, language=language)}


def _level(value: Any, language: str) -> str:
    try:
        return level_name(str(value), language)
    except UnknownLevel:
        return str(value)


def _yes(value: Any, language: str) -> str:
    return translate("是", language) if value is True else ""


def _diploma(value: Any, language: str) -> str:
    if value == "none":
        return ""
    return DIPLOMAS.get(str(value), (str(value), str(value)))[language == "en"]


def _text(value: Any, _language: str) -> str:
    return "" if value in ("none", "") else str(value)


def _subject(value: Any, language: str) -> str:
    return wording.subject(str(value), language=language)


_FACTS: dict[str, tuple[str, Callable[[Any, str], str]]] = {
    "years": ("从业年限", _years),
    "prior_level": ("已有等级", _level),
    "years_after": ("取得后从业", _years),
    "diploma": ("学历", _diploma),
    "diploma_related": ("相关专业", _yes),
    "apprenticeship_complete": ("学徒期满", _yes),
    "working": ("在职", _yes),
    "exemption_wanted": ("申请免考", _subject),
}
