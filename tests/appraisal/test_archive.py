"""The volumes of a batch: what fills them, what they lack, how long they stay."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from appraisal.archive import (
    CatalogueItem,
    InvalidCatalogue,
    archive_path,
    file_items,
    missing_items,
    read_catalogue,
    retain_until,
)
from appraisal.papers import Paper

CATALOGUE = Path("processes/base/archive/archive_catalogue.json")


def paper(key: str, item: str, *, subject: str = "", version: int = 1) -> Paper:
    return Paper(
        session_id=1,
        organisation_id=1,
        key=key,
        subject=subject,
        version=version,
        title=key,
        catalogue_item=item,
        object_key="0" * 64,
        size=1,
        created_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


def test_catalogue_of_the_base_pack() -> None:
    items = read_catalogue(CATALOGUE.read_bytes())

    assert [sum(i.volume == n for i in items) for n in range(1, 6)] == [6, 2, 6, 5, 2]


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b'{"volumes": [{"no": 1}]}'])
def test_broken_catalogue_is_refused(content: bytes) -> None:
    with pytest.raises(InvalidCatalogue):
        read_catalogue(content)


NOTICE = CatalogueItem(1, "报名卷", 1, "认定公告", "")
TRAINING = CatalogueItem(1, "报名卷", 6, "培训方案", "未组织培训")


@pytest.mark.parametrize(
    ("papers", "stated", "missing"),
    [
        ([], [], [NOTICE, TRAINING]),
        ([paper("notice", "认定公告")], [], [TRAINING]),
        ([paper("notice", "认定公告")], ["培训方案"], []),
        ([paper("notice", "认定公告"), paper("plan", "培训方案")], [], []),
        # A statement counts only where the catalogue allows one.
        ([paper("plan", "培训方案")], ["认定公告"], [NOTICE]),
    ],
)
def test_missing_items(
    papers: list[Paper], stated: list[str], missing: list[CatalogueItem]
) -> None:
    assert missing_items(file_items([NOTICE, TRAINING], papers, stated)) == missing


def test_only_the_newest_version_is_filed() -> None:
    papers = [paper("notice", "认定公告", version=v) for v in (1, 3, 2)]

    (filed,) = file_items([NOTICE], papers)

    assert [p.version for p in filed.papers] == [3]


def test_path_in_the_package() -> None:
    item = CatalogueItem(3, "过程/管理卷", 2, "试卷发放/收取登记表", "")

    assert (
        archive_path(item, paper("register", item.title, subject="R-01"))
        == "第3卷-过程、管理卷/02-试卷发放、收取登记表/register-R-01-v1.pdf"
    )


@pytest.mark.parametrize(
    ("years", "until"),
    [(1, date(2029, 3, 1)), (5, date(2029, 3, 1)), (8, date(2032, 2, 29))],
)
def test_retention_is_never_shorter_than_the_minimum(years: int, until: date) -> None:
    assert retain_until(date(2024, 2, 29), years) == until
