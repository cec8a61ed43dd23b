"""A small body with one scheme and a batch, for tests of registration."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlmodel import Session

from appraisal.crypto import Keyring, attach_keyring
from appraisal.identity import check_digit, read_id_number
from appraisal.objects import ObjectStore, attach_objects
from appraisal.occupations import Occupation, Trade
from appraisal.organisations import Organisation, RegisteredRange
from appraisal.registration import ApplicationData
from appraisal.schemes import Scheme
from appraisal.sessions import AppraisalSession, SessionOffer, create_session
from engine.database import Database

AT = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
TODAY = date(2026, 3, 2)
EXAM = date(2026, 5, 23)

SUBJECTS: list[dict[str, Any]] = [
    {
        "key": key,
        "name": name,
        "form": form,
        "minutes": 90,
        "pass_mark": 60,
        "weights": [{"name": "甲", "weight": 40}, {"name": "乙", "weight": 60}],
    }
    for key, name, form in (
        ("theory", "理论知识", "machine"),
        ("practical", "操作技能", "practical"),
    )
]
CONTENT: dict[str, Any] = {
    "standard": {"name": "电工国家职业标准", "version": "2018"},
    "eligibility_family": "2023",
    "fee": {"mode": "before", "amounts": {"theory": "100.00", "practical": "220.50"}},
    "resit": {"validity_months": 24, "max_attempts": 2},
    "levels": {"3": {"subjects": SUBJECTS}, "4": {"subjects": SUBJECTS}},
}


@dataclass
class Body:
    """What the tests work with."""

    organisation: Organisation
    scheme: Scheme
    session: AppraisalSession
    offer: SessionOffer


def attach(database: Database, folder: Path) -> None:
    for engine in (database.writer, database.reader):
        attach_keyring(engine, Keyring.generate())
        attach_objects(engine, ObjectStore(folder))


def build(db: Session, *, content: Mapping[str, Any] | None = None) -> Body:
    organisation = Organisation(code="JC", name="示例评价机构")
    db.add(organisation)
    db.add(Occupation(code="6-31-01-03", name="电工"))
    db.flush()
    db.add(Trade(code="T1", occupation_code="6-31-01-03", name="矿山"))
    assert organisation.id is not None
    for level in ("3", "4"):
        db.add(
            RegisteredRange(
                organisation_id=organisation.id,
                occupation_code="6-31-01-03",
                level_code=level,
                site="一号考点",
                valid_from=date(2026, 1, 1),
                valid_to=EXAM,
            )
        )
    scheme = Scheme(
        organisation_id=organisation.id,
        key="electrician",
        name="电工方案",
        occupation_code="6-31-01-03",
        content=dict(content or CONTENT),
        status="approved",
    )
    db.add(scheme)
    db.flush()
    session = create_session(db, organisation, "示例批次", created_at=AT, exam_date=EXAM)
    assert session.id is not None and scheme.id is not None
    offer = SessionOffer(
        session_id=session.id, scheme_id=scheme.id, occupation_code="6-31-01-03", level_code="3"
    )
    db.add(offer)
    db.flush()
    return Body(organisation, scheme, session, offer)


def id_number(place: int = 1) -> str:
    first = f"41990019900101{place:03d}"
    return first + check_digit(first)


def application(place: int = 1, **more: Any) -> ApplicationData:
    values: dict[str, Any] = {
        "occupation_code": "6-31-01-03",
        "trade_code": "",
        "level_code": "3",
        "name": "张三",
        "identity": read_id_number("resident_id", id_number(place), today=TODAY),
        "birth_date": date(1990, 1, 1),
        "sex": "男",
        "phone": "13800000000",
        "facts": {"years": 9, "prior_level": "4", "years_after": 5},
        "details": {"employer": "示例企业"},
    }
    return ApplicationData(**{**values, **more})
