"""Skill levels (职业技能等级): ordered codes, never integers."""

from enum import StrEnum

from appraisal.errors import AppraisalError


class UnknownLevel(AppraisalError):
    """No level has this code or name."""


class SkillLevel(StrEnum):
    """The eight grades, lowest first. Compare members by rank, never the digits of the code.

    Source: 关于健全完善新时代技能人才职业技能等级制度的意见(试行), 2022-03
    """

    APPRENTICE = "apprentice"
    LEVEL_5 = "5"
    LEVEL_4 = "4"
    LEVEL_3 = "3"
    LEVEL_2 = "2"
    LEVEL_1 = "1"
    SPECIAL = "special"
    CHIEF = "chief"

    @property
    def rank(self) -> int:
        """Place in the order, 0 for the lowest."""
        return _RANKS[self]

    def at_least(self, other: "SkillLevel") -> bool:
        """Whether this level is the other or above it."""
        return self.rank >= other.rank

    def name_in(self, language: str) -> str:
        """What readers of the language call the level."""
        chinese, english, _ = _NAMES[self]
        return chinese if language.startswith("zh") else english

    # The text order of a StrEnum would put "1" below "5", which is the wrong way round.
    def __lt__(self, other: str) -> bool:
        return self.rank < SkillLevel(other).rank

    def __le__(self, other: str) -> bool:
        return self.rank <= SkillLevel(other).rank

    def __gt__(self, other: str) -> bool:
        return self.rank > SkillLevel(other).rank

    def __ge__(self, other: str) -> bool:
        return self.rank >= SkillLevel(other).rank


_RANKS = {level: rank for rank, level in enumerate(SkillLevel)}

# 五级 is also 初级工 and so on: either name appears in registration sheets.
_NAMES: dict[SkillLevel, tuple[str, str, tuple[str, ...]]] = {
    SkillLevel.APPRENTICE: ("学徒工", "Apprentice", ()),
    SkillLevel.LEVEL_5: ("五级/初级工", "Level 5 (junior)", ("五级", "初级工", "初级")),
    SkillLevel.LEVEL_4: ("四级/中级工", "Level 4 (intermediate)", ("四级", "中级工", "中级")),
    SkillLevel.LEVEL_3: ("三级/高级工", "Level 3 (senior)", ("三级", "高级工", "高级")),
    SkillLevel.LEVEL_2: ("二级/技师", "Level 2 (technician)", ("二级", "技师")),
    SkillLevel.LEVEL_1: ("一级/高级技师", "Level 1 (senior technician)", ("一级", "高级技师")),
    SkillLevel.SPECIAL: ("特级技师", "Special-grade technician", ("特级",)),
    SkillLevel.CHIEF: ("首席技师", "Chief technician", ("首席",)),
}

# Kinds of appraisal that have no grade; a scheme of such a kind names the kind as its level.
LEVEL_LESS_KINDS = {
    "special_ability": ("专项职业能力", "Single vocational ability"),
    "reserve_technician": ("预备技师", "Reserve technician"),
    "contest": ("竞赛", "Contest"),
    "assessor_exam": ("考评人员考核", "Exam of assessors"),
}


def level_codes() -> list[str]:
    """Every code a scheme may use, grades first and in order."""
    return [level.value for level in SkillLevel] + list(LEVEL_LESS_KINDS)


def level_name(code: str, language: str = "zh-CN") -> str:
    """The name of a grade or of a kind without grades."""
    if code in LEVEL_LESS_KINDS:
        return LEVEL_LESS_KINDS[code][0 if language.startswith("zh") else 1]
    try:
        return SkillLevel(code).name_in(language)
    except ValueError:
        raise UnknownLevel(code) from None


def read_level(text: str) -> str:
    """Find the code for what somebody wrote: a code, a full or a short Chinese name.

    Raises:
        UnknownLevel: Nothing matches.
    """
    wanted = text.strip().replace("／", "/").replace(" ", "")
    for level, (chinese, english, shorter) in _NAMES.items():
        if wanted in (level.value, chinese, english, *shorter):
            return level.value
    for code, names in LEVEL_LESS_KINDS.items():
        if wanted in (code, *names):
            return code
    raise UnknownLevel(text)
