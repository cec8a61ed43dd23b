import pytest

from appraisal.levels import SkillLevel, UnknownLevel, level_codes, level_name, read_level


def test_five_is_the_lowest_of_the_numbered_grades() -> None:
    ordered = sorted([SkillLevel.LEVEL_1, SkillLevel.CHIEF, SkillLevel.LEVEL_5, SkillLevel.LEVEL_3])

    assert ordered == ["5", "3", "1", "chief"]
    assert SkillLevel.LEVEL_5 < SkillLevel.LEVEL_1
    assert SkillLevel.LEVEL_1 >= "2"
    assert SkillLevel.LEVEL_3 <= "3"
    assert not SkillLevel.LEVEL_4 > "3"


@pytest.mark.parametrize(
    ("level", "other", "claim"),
    [
        (SkillLevel.LEVEL_3, SkillLevel.LEVEL_3, True),
        (SkillLevel.LEVEL_2, SkillLevel.LEVEL_3, True),
        (SkillLevel.LEVEL_4, SkillLevel.LEVEL_3, False),
        (SkillLevel.APPRENTICE, SkillLevel.LEVEL_5, False),
    ],
)
def test_at_least(level: SkillLevel, other: SkillLevel, claim: bool) -> None:
    assert level.at_least(other) is claim


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("三级", "3"),
        ("高级工", "3"),
        ("三级/高级工", "3"),
        ("三级／高级工", "3"),
        ("技师", "2"),
        ("高级技师", "1"),
        ("特级技师", "special"),
        ("专项职业能力", "special_ability"),
        ("5", "5"),
    ],
)
def test_level_is_found_by_any_of_its_names(text: str, code: str) -> None:
    assert read_level(text) == code


def test_unknown_level_is_refused() -> None:
    with pytest.raises(UnknownLevel):
        read_level("九级")
    with pytest.raises(UnknownLevel):
        level_name("9")


def test_every_level_has_both_names() -> None:
    assert all(level_name(code) != level_name(code, "en") for code in level_codes())
