"""The demo's world: an invented body with its staff, schemes, rooms, equipment and supplies.

Nothing here is a real organisation, person or card number.
"""

from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from appraisal.calendar import local_date
from appraisal.equipment import Equipment
from appraisal.occupations import Occupation
from appraisal.organisations import Organisation, RegisteredRange
from appraisal.people import Person, add_people
from appraisal.rooms import Room, RoomKind
from appraisal.schemes import Scheme
from appraisal.staff import AssessorCard, AssessorRank
from appraisal.supplies import Supply, SupplyBasis
from tasks.worlds import Ground

BODY_CODE = "JC"
SITE = "实训中心"

ELECTRICIAN, COOK, CARER = "6-31-01-03", "4-03-02-01", "4-10-01-05"
OCCUPATIONS = {ELECTRICIAN: "电工", COOK: "中式烹调师", CARER: "养老护理员"}
# The level each occupation is offered at.
LEVELS = {ELECTRICIAN: "3", COOK: "4", CARER: "2"}

# Posts and who holds them. Duties that exclude one another lie with different people.
STAFF: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("standards", "沈知行", ("standards_officer",)),
    ("director", "顾明远", ("director",)),
    ("planner", "苏亦晨", ("planner",)),
    ("reviewer", "林若溪", ("reviewer",)),
    ("reviewer2", "何承泽", ("second_reviewer",)),
    ("finance", "魏静姝", ("finance",)),
    ("exam", "唐文博", ("exam_officer",)),
    ("site", "冯启航", ("site_manager",)),
    ("items", "许墨言", ("item_officer",)),
    ("confidential1", "方守正", ("confidentiality_officer",)),
    ("confidential2", "严以宁", ("confidentiality_officer",)),
    ("trainer", "陶知夏", ("trainer",)),
    ("supervisor", "孟秉公", ("internal_supervisor",)),
    ("score", "江映雪", ("score_officer",)),
    ("checker", "邹慎言", ("score_checker",)),
    ("complaints", "柳问渠", ("complaints_officer",)),
    ("certificates", "潘嘉树", ("certificate_officer",)),
    ("issue", "卢定邦", ("issue_officer",)),
    ("archive", "金存之", ("archive_officer",)),
    ("leader", "高远山", ("panel_leader",)),
    ("superior", "省中心值班", ("superior_body",)),
    ("admin", "系统管理员", ("administrator",)),
    ("designer", "流程设计师", ("process_designer",)),
)

_INVIGILATORS = ("白一鸣", "丁若谷", "范思齐", "葛云舒", "郝天成", "纪长风", "康乐之", "廖清和")
_INVIGILATORS_MORE = ("马思远", "聂春晖", "欧阳朔", "裴行简", "秦望舒", "任致远")
_COUNTED = ("一", "二", "三", "四", "五", "六", "七", "八", "九", "十", "十一", "十二")
_CHIEFS = ("石敬亭", "谭怀瑾", "汪正清", "夏侯安", "谢良辰", "薛慕白")
# Enough for a second panel in a separate room, with a stand-by each.
_ASSESSORS: tuple[tuple[str, str, int], ...] = (
    (ELECTRICIAN, "电评", 12),
    (COOK, "厨评", 8),
    (CARER, "护评", 8),
)

_THEORY = {
    ELECTRICIAN: [("基本知识", 20), ("专业知识", 78), ("相关知识", 2)],
    COOK: [("职业道德与基础知识", 25), ("原料初加工", 26), ("切配与烹制", 49)],
    CARER: [("基本要求", 25), ("生活照护与基础照护", 45), ("康复与心理支持", 30)],
}
_FEES = {"theory": "100.00", "practical": "220.00", "review": "180.00"}


_STAFF_OF = (
    select(Person)
    .where(Person.organisation_id == bindparam("b_body"), col(Person.is_candidate).is_(False))
    .order_by(col(Person.id))
    .execution_options(prepared=True)
)


@dataclass
class DemoWorld:
    """The invented body and its people by the name they sign in with."""

    organisation: Organisation
    people: dict[str, Person] = field(default_factory=dict)
    schemes: dict[str, Scheme] = field(default_factory=dict)


def build_demo_world(db: Session, *, today: date) -> DemoWorld:
    """Make the body once; again gives what is there."""
    known = db.exec(select(Organisation).where(Organisation.code == BODY_CODE)).first()
    if known is not None:
        return _load(db, known)
    superior = Organisation(
        code="JC-UP", name="示例省职业技能评价指导中心", name_en="Example provincial centre"
    )
    db.add(superior)
    db.flush()
    body = Organisation(
        keeps_base=True,
        code=BODY_CODE,
        name="鉴程示例技能评价中心",
        name_en="Jiancheng Example Appraisal Centre",
        kind="S",
        body_code="0000",
        province_code="99",
        site_serial="000001",
        parent_id=superior.id,
        tier="city",
    )
    db.add(body)
    db.flush()
    world = DemoWorld(body)
    _occupations(db, world, today)
    _staff(db, world, today)
    _rooms(db, body, today)
    _supplies(db, body)
    db.flush()
    return world


DEMO_BODY = Ground(
    # Cards and ranges are valid from one year to another: the day does not matter.
    key=lambda now: f"demo body of {local_date(now).year}",
    make=lambda db, now: build_demo_world(db, today=local_date(now)),
)


def _load(db: Session, body: Organisation) -> DemoWorld:
    people = db.exec(_STAFF_OF, params={"b_body": body.id}).all()
    schemes = db.exec(select(Scheme).where(Scheme.organisation_id == body.id)).all()
    return DemoWorld(
        body, {p.sign_in_name: p for p in people}, {s.occupation_code: s for s in schemes}
    )


def _occupations(db: Session, world: DemoWorld, today: date) -> None:
    body_id = _key(world.organisation.id)
    for code, name in OCCUPATIONS.items():
        db.add(Occupation(code=code, name=name))
        db.flush()
        for level in ("5", "4", "3", "2", "1"):
            db.add(
                RegisteredRange(
                    organisation_id=body_id,
                    occupation_code=code,
                    level_code=level,
                    site=SITE,
                    valid_from=date(today.year - 1, 1, 1),
                    valid_to=date(today.year + 3, 12, 31),
                )
            )
        scheme = Scheme(
            organisation_id=body_id,
            key=f"scheme-{code}",
            name=f"{name}鉴定项目方案",
            occupation_code=code,
            content=scheme_content(code),
            status="approved",
        )
        db.add(scheme)
        world.schemes[code] = scheme
    db.flush()


def scheme_content(occupation_code: str) -> dict[str, Any]:
    """The rules of one occupation's appraisal at the level the demo offers."""
    level = LEVELS[occupation_code]
    subjects: list[dict[str, Any]] = [
        {
            "key": "theory",
            "name": "理论知识",
            "name_en": "Theory",
            # Scripts of carers are marked by two people, the others by machine.
            "form": "paper" if occupation_code == CARER else "machine",
            "minutes": 90,
            "pass_mark": 60,
            "weights": [{"name": n, "weight": w} for n, w in _THEORY[occupation_code]],
            "markers": 2,
        },
        {
            "key": "practical",
            "name": "操作技能",
            "name_en": "Practical",
            "form": "practical",
            "minutes": 120,
            "pass_mark": 60,
            "weights": [{"name": "操作规范与成果", "weight": 100}],
            "spread_limit": 10,
        },
    ]
    if level in ("2", "1"):
        subjects.append(
            {
                "key": "review",
                "name": "综合评审",
                "name_en": "Comprehensive review",
                "form": "thesis_defence",
                "minutes": 30,
                "pass_mark": 60,
                "weights": [{"name": "论文", "weight": 40}, {"name": "答辩", "weight": 60}],
            }
        )
    return {
        "standard": {
            "name": f"{OCCUPATIONS[occupation_code]}国家职业标准(示例)",
            "version": "2023",
            "document": "示例文号",
        },
        "eligibility_family": "2023",
        "fee": {
            "mode": "before",
            "amounts": {str(s["key"]): _FEES[str(s["key"])] for s in subjects},
        },
        "resit": {"validity_months": 24, "max_attempts": 2},
        "aggregation": "mean",
        "veto_effect": "fail",
        "certificate_style": "standard",
        "thresholds": {"open_minimum": 10},
        "levels": {level: {"subjects": subjects}},
    }


def _staff(db: Session, world: DemoWorld, today: date) -> None:
    body_id = _key(world.organisation.id)
    everybody: list[tuple[str, str, tuple[str, ...]]] = list(STAFF)
    for no, name in enumerate((*_INVIGILATORS, *_INVIGILATORS_MORE), start=1):
        everybody.append((f"invigilator{no}", name, ("invigilator",)))
    for no, name in enumerate(_CHIEFS, start=1):
        everybody.append((f"chief{no}", name, ("chief_invigilator",)))
    assesses: dict[str, str] = {}
    for occupation, name, count in _ASSESSORS:
        for no, counted in enumerate(_COUNTED[:count], start=1):
            sign_in_name = f"assessor-{occupation[-2:]}-{no}"
            assesses[sign_in_name] = occupation
            everybody.append((sign_in_name, f"{name}{counted}", ("assessor",)))
    added = add_people(db, body_id, everybody)
    world.people.update({person.sign_in_name: person for person in added})
    for serial, (sign_in_name, occupation) in enumerate(assesses.items(), start=1):
        db.add(_card(body_id, world.people[sign_in_name], serial, occupation, today))


def _card(
    organisation_id: int, person: Person, serial: int, occupation: str, today: date
) -> AssessorCard:
    return AssessorCard(
        organisation_id=organisation_id,
        person_id=_key(person.id),
        # 11 digits: year, fixed part, rank, serial; the fixed part is invented.
        number=f"{today.year % 100:02d}99001{serial:04d}",
        rank=AssessorRank.SENIOR,
        employer=f"示例企业{serial:02d}",
        occupations=[occupation],
        valid_from=date(today.year - 1, 1, 1),
        valid_to=date(today.year + 2, 12, 31),
    )


# Code, name, kind, capacity, kept for one person alone, and whom it is fitted out for.
_ROOMS: tuple[tuple[str, str, RoomKind, int, bool, tuple[str, ...]], ...] = (
    ("101", "理论第一考场", RoomKind.THEORY, 40, False, ()),
    ("102", "理论第二考场", RoomKind.THEORY, 40, False, ()),
    ("103", "理论第三考场", RoomKind.THEORY, 40, False, ()),
    ("109", "单独考室", RoomKind.THEORY, 1, True, ()),
    ("201", "电工实训室", RoomKind.PRACTICAL, 30, False, (ELECTRICIAN,)),
    ("202", "烹饪操作间", RoomKind.PRACTICAL, 30, False, (COOK,)),
    ("203", "照护实训室", RoomKind.PRACTICAL, 30, False, (CARER,)),
    ("209", "单独操作室", RoomKind.PRACTICAL, 1, True, ()),
    ("301", "答辩室", RoomKind.REVIEW, 30, False, ()),
    ("309", "单独答辩室", RoomKind.REVIEW, 1, True, ()),
)

_EQUIPMENT: tuple[tuple[str, str, bool], ...] = (
    ("201", "接地电阻测试仪", True),
    ("201", "绝缘电阻表", True),
    ("202", "中心温度计", True),
    ("202", "炒灶", False),
    ("203", "照护模拟人", False),
    ("203", "血压计", True),
    ("201", "剩余电流动作保护器(RCD)测试仪", True),
)

_SUPPLIES: tuple[tuple[str, str, str, SupplyBasis, str, str, int], ...] = (
    ("answer_card", "答题卡", "张", SupplyBasis.CANDIDATE, "theory", "1", 500),
    ("scratch_paper", "草稿纸", "张", SupplyBasis.CANDIDATE, "theory", "2", 1000),
    ("sign_in_sheet", "签到表", "份", SupplyBasis.ROOM, "", "2", 100),
    ("score_sheet", "评分记录表", "份", SupplyBasis.CANDIDATE, "practical", "3", 1000),
    ("seal_bag", "密封袋", "个", SupplyBasis.ROOM, "", "2", 100),
)


def _rooms(db: Session, body: Organisation, today: date) -> None:
    body_id = _key(body.id)
    rooms: dict[str, Room] = {}
    for code, name, kind, capacity, separate, occupations in _ROOMS:
        rooms[code] = Room(
            organisation_id=body_id,
            site=SITE,
            code=code,
            name=name,
            address="示例市示例路 1 号",
            kind=kind,
            capacity=capacity,
            separate=separate,
            occupations=list(occupations),
        )
        db.add(rooms[code])
    db.flush()
    for no, (code, name, calibrated) in enumerate(_EQUIPMENT, start=1):
        db.add(
            Equipment(
                organisation_id=body_id,
                room_id=_key(rooms[code].id),
                code=f"EQ-{no:03d}",
                name=name,
                needs_calibration=calibrated,
                calibrated_until=date(today.year + 1, 12, 31) if calibrated else None,
            )
        )


def _supplies(db: Session, body: Organisation) -> None:
    for key, name, unit, basis, subject, quota, on_hand in _SUPPLIES:
        db.add(
            Supply(
                organisation_id=_key(body.id),
                key=key,
                name=name,
                unit=unit,
                basis=basis,
                subject=subject,
                quota=Decimal(quota),
                on_hand=on_hand,
            )
        )


def _key(value: int | None) -> int:
    assert value is not None
    return value
