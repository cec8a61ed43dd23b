from datetime import date

import pytest

from appraisal.eligibility import (
    exceeds_occupations,
    is_duplicate,
    out_of_province_share,
    valid_permits,
)

TODAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("name", "until", "occupation", "valid"),
    [
        ("低压电工作业", "2026-05-01", "电工", ["低压电工作业"]),
        ("低压电工作业", "2026-04-30", "电工", []),
        ("低压电工作业", None, "电工", []),
        ("低压电工作业", "2030-01-01", "焊工", []),
        ("建筑焊工", "2030-01-01", "焊工", ["建筑焊工"]),
        ("驾驶证", "2030-01-01", "电工", []),
    ],
)
def test_permit_counts_while_it_is_in_force(
    name: str, until: str | None, occupation: str, valid: list[str]
) -> None:
    assert valid_permits([{"name": name, "valid_until": until}], occupation, on=TODAY) == valid


def test_same_occupation_and_level_twice_is_a_duplicate() -> None:
    assert is_duplicate([("电工", "3")], "电工", "3")
    assert not is_duplicate([("电工", "3")], "电工", "4")


@pytest.mark.parametrize(
    ("existing", "claim"),
    [([], False), (["焊工"], False), (["焊工", "钳工"], True), (["电工"], False)],
)
def test_at_most_two_occupations(existing: list[str], claim: bool) -> None:
    assert exceeds_occupations(existing, "电工") is claim


@pytest.mark.parametrize(
    ("provinces", "share"),
    [([], 0.0), (["", ""], 0.0), (["甲", "乙"], 0.5), (["甲", "甲", "甲", "甲", "乙"], 0.2)],
)
def test_share_counts_those_who_state_a_province(provinces: list[str], share: float) -> None:
    assert out_of_province_share(provinces, "甲") == share
