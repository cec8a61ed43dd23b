"""The demo's roster: 60 invented people, what is true of each, and how each should end.

Names are put together from lists, ID numbers from an invented county with the right check
digit. `ExamFacts` is what the simulated staff can observe; `intended` is for the comparison
afterwards and is never shown to them.
"""

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from appraisal.identity import check_digit

SEED = 20261122
# An invented county: the province is real, the other digits belong to no place.
AREA = "419900"

ELECTRICIAN, COOK, CARER = "电工", "中式烹调师", "养老护理员"
LEVEL_NAMES = {ELECTRICIAN: "三级/高级工", COOK: "四级/中级工", CARER: "二级/技师"}

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦尤许何吕施张孔曹严华金魏"
_GIVEN = "子墨清和安然若水知秋云帆景行思源念慈书瑶文轩雨桐明哲嘉禾向晚星野"

# What each condition asks for besides ID card, photo and pledge.
_MATERIALS: Mapping[str, tuple[str, ...]] = {
    "2023-3-2": ("prior_certificate", "work_years_proof"),
    "2023-4-1": ("work_years_proof",),
    "2023-2-1": ("prior_certificate", "work_years_proof", "social_insurance"),
}
_BASE_MATERIALS = ("id_card", "photo", "pledge")


@dataclass(frozen=True)
class ExamFacts:
    """What happens to one person and what their work is worth, as staff can observe it.

    Points are of 100. `practical` has one entry for each assessor in the order of marking;
    `practical_agreed` is what the author of the lowest mark changes it to after 合议.
    """

    supplied_later: tuple[str, ...] = ()
    never_supplied: tuple[str, ...] = ()
    exemption: str = ""
    fee: str = "paid"  # paid, deferred, unpaid
    withdraws: bool = False
    accommodation: tuple[str, ...] = ()
    absent: tuple[str, ...] = ()
    late_minutes: Mapping[str, int] = field(default_factory=dict)
    violation: tuple[str, str] | None = None  # subject, behaviour
    theory: tuple[str, ...] = ("75", "75", "75")  # markers one, two and three
    practical: tuple[str, ...] = ("78", "80", "79")
    practical_agreed: str = ""
    veto_by: int = 0  # so many assessors tick the veto item
    hands_in_thesis: bool = True
    thesis: tuple[str, ...] = ("32", "32", "32")
    defence: tuple[str, ...] = ("48", "48", "48")
    objection: str = ""  # upheld or rejected, when somebody objects to the public list
    reviews: str = ""  # the subject whose marks the candidate asks to have checked


@dataclass(frozen=True)
class DemoCandidate:
    """One invented person with the row of the registration sheet and the raw facts."""

    id: str
    name: str
    id_number: str
    sex: str
    birth_date: date
    occupation: str
    condition: str
    row: Mapping[str, str]
    facts: ExamFacts
    intended: str
    first_id_number: str = ""  # the wrong number of the first file, when there was one
    repeated: bool = False  # stands twice in the first file

    @property
    def materials(self) -> tuple[str, ...]:
        """Every document that the person's condition asks for."""
        return (*_BASE_MATERIALS, *_MATERIALS.get(self.condition, ()))

    @property
    def attached(self) -> tuple[str, ...]:
        """The documents that came with the roster."""
        missing = {*self.facts.supplied_later, *self.facts.never_supplied}
        return tuple(m for m in self.materials if m not in missing)


@dataclass(frozen=True)
class _Case:
    """What makes a person of the roster special."""

    intended: str = "certified"
    facts: ExamFacts = ExamFacts()
    name: str = ""
    row: Mapping[str, str] = field(default_factory=dict)
    wrong_digit: bool = False
    repeated: bool = False


def _f(**values: object) -> ExamFacts:
    return replace(ExamFacts(), **values)  # type: ignore[arg-type]


# Source of each outcome: the tables of the base pack (D2 to D16) and the marking rules.
_CASES: Mapping[str, Sequence[_Case]] = {
    ELECTRICIAN: (
        _Case("resit", _f(theory=("59.5",))),
        _Case("certified", _f(theory=("60",))),
        _Case("resit", _f(practical=("59", "60", "59.5"))),
        _Case("certified", _f(practical=("50", "75", "78"), practical_agreed="74")),
        _Case("resit", _f(veto_by=3)),
        _Case("absent", _f(absent=("theory", "practical"))),
        _Case("resit", _f(absent=("practical",))),
        _Case("certified", _f(late_minutes={"theory": 10})),
        _Case("resit", _f(late_minutes={"theory": 31})),
        _Case("void", _f(violation=("theory", "copying"))),
        _Case("rejected", row={"专业年限": "2", "取证后年限": "2"}),
        _Case("certified", _f(supplied_later=("work_years_proof",))),
        _Case("rejected", _f(never_supplied=("prior_certificate",))),
        _Case("rejected", _f(fee="unpaid")),
        _Case("held", _f(fee="deferred")),
        _Case(
            "certified",
            _f(exemption="theory"),
            row={"免考科目": "理论知识", "免考依据": "竞赛获奖"},
        ),
        _Case("withdrawn", _f(withdraws=True)),
        _Case("certified", _f(objection="rejected")),
        _Case("resit", _f(practical=("58", "59", "58"), reviews="practical")),
        _Case("certified", _f(accommodation=("extra_time", "separate_room"))),
        _Case("certified", wrong_digit=True),
        _Case("certified", repeated=True),
        _Case("certified", name="阿依努尔·图尔逊江"),
        _Case("certified", name="王𬱖"),
    ),
    COOK: (
        _Case("resit", _f(theory=("68",), violation=("theory", "after_end"))),
        _Case("certified", _f(theory=("100",), practical=("98", "97", "97.5"))),
        _Case("failed", _f(theory=("41",), practical=("52", "50", "51"))),
        _Case("resit", _f(practical=("0", "0", "0"))),
        _Case("held", _f(objection="upheld")),
        _Case("certified", _f(practical=("60", "60", "60"))),
        _Case("certified", _f(late_minutes={"practical": 15})),
    ),
    CARER: (
        _Case("resit", _f(hands_in_thesis=False)),
        _Case("certified", _f(theory=("58", "76", "74"))),
        _Case("resit", _f(thesis=("23.5", "23.5", "23.5"), defence=("36", "36", "36"))),
        _Case("resit", _f(theory=("59", "60"))),
        _Case("certified", _f(thesis=("24", "24", "24"), defence=("36", "36", "36"))),
    ),
}
_SIZES = {ELECTRICIAN: 24, COOK: 22, CARER: 14}
_LETTERS = {ELECTRICIAN: "E", COOK: "C", CARER: "N"}
_CONDITIONS = {ELECTRICIAN: "2023-3-2", COOK: "2023-4-1", CARER: "2023-2-1"}
_CAREERS: Mapping[str, Mapping[str, str]] = {
    ELECTRICIAN: {"专业年限": "9", "取证后年限": "5", "证书等级": "四级/中级工"},
    COOK: {"专业年限": "6"},
    CARER: {"专业年限": "14", "取证后年限": "6", "证书等级": "三级/高级工"},
}


def demo_roster(*, today: date, seed: int = SEED) -> list[DemoCandidate]:
    """The 60 people in the order of the sheet; the same seed and day give the same people."""
    rng = random.Random(seed)  # noqa: S311 -- invented people, not secrets
    names = _names(rng)
    people: list[DemoCandidate] = []
    for occupation, size in _SIZES.items():
        cases = [*_CASES[occupation]]
        cases += [_ordinary(rng) for _ in range(size - len(cases))]
        for no, case in enumerate(cases, start=1):
            serial = len(people) + 1
            people.append(_person(rng, occupation, no, serial, case, next(names), today))
    return people


def _ordinary(rng: random.Random) -> _Case:
    """Somebody to whom nothing special happens: passes with marks of their own."""
    theory = rng.randrange(124, 190) / 2
    base = rng.randrange(130, 184) / 2
    shift = rng.choice((-2.0, -1.0, 1.0, 2.0))
    return _Case(
        "certified",
        _f(
            theory=(f"{theory:g}", f"{theory + 1:g}", f"{theory:g}"),
            practical=(f"{base:g}", f"{base + shift:g}", f"{base:g}"),
        ),
    )


def _person(
    rng: random.Random,
    occupation: str,
    no: int,
    serial: int,
    case: _Case,
    name: str,
    today: date,
) -> DemoCandidate:
    born = date(today.year - 45, 1, 1) + timedelta(days=rng.randrange(365 * 18))
    sex = rng.choice("男女")
    number = id_number(born, serial, sex)
    career = {**_CAREERS[occupation], **case.row}
    name = case.name or name
    row = {
        "序号": str(serial),
        "职业工种名称": occupation,
        "认定等级": LEVEL_NAMES[occupation],
        "申报条件": _CONDITIONS[occupation],
        "证件类型": "居民身份证",
        "证件号码": number,
        "姓名": name,
        "性别": sex,
        "出生日期": born.isoformat(),
        # 199 followed by zeros: a number that nobody was given.
        "手机号码": f"1990000{serial:04d}",
        "是否有职业资格证书": "是" if "证书等级" in career else "否",
        "文化程度": "初中",
        "所在省(市)区": "河南省",
        "考生来源": "社会",
        "所在单位": f"示例单位{serial:02d}",
        "认定分类": "晋级" if "证书等级" in career else "初次",
        "考试类型": "正考",
        "是否在职": "是",
        "专业是否对口": "是",
        **career,
    }
    return DemoCandidate(
        id=f"{_LETTERS[occupation]}{no:02d}",
        name=name,
        id_number=number,
        sex=sex,
        birth_date=born,
        occupation=occupation,
        condition=_CONDITIONS[occupation],
        row=row,
        facts=case.facts,
        intended=case.intended,
        first_id_number=_wrong_digit(number) if case.wrong_digit else "",
        repeated=case.repeated,
    )


def id_number(born: date, serial: int, sex: str) -> str:
    """An 18-digit number of the invented county with the right check digit."""
    sequence = serial * 2 + (1 if sex == "男" else 0)
    first17 = f"{AREA}{born:%Y%m%d}{sequence:03d}"
    return first17 + check_digit(first17)


def _wrong_digit(number: str) -> str:
    return number[:17] + ("0" if number[17] != "0" else "1")


def _names(rng: random.Random) -> Iterator[str]:
    given = [_GIVEN[i : i + 2] for i in range(0, len(_GIVEN) - 1, 2)]
    pairs = [surname + name for surname in _SURNAMES for name in given]
    rng.shuffle(pairs)
    return iter(pairs)
