"""Of five marks the highest and the lowest are dropped: a row in table D11, made in a browser."""

from decimal import Decimal

import pytest
from playwright.sync_api import expect

from tests.pages.marking import PROCESS, begin_marking, score
from tests.pages.office import Desk, Office

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]

BASIS = "示例发〔2026〕12 号"
PANEL = tuple(f"assessor-01-{number}" for number in range(1, 6))
LOST = (0, 2, 3, 4, 9)
# Of 100, 98, 97, 96 and 91: the mean, and the mean without 100 and 91. Of 100, 99, 98 and 91.
MEAN, WITHOUT_EXTREMES = Decimal("96.4"), Decimal("97.0")
MEAN_OF_FOUR = Decimal("97.0")
ROW = {
    "科目": '"practical"',
    "评分人数": ">= 5",
    "合成方法": '"drop_extremes"',
    "说明": "操作技能评分满五个，去掉一个最高分和一个最低分后取平均",
    "说明（英文）": "Practical, five marks and more: the highest and the lowest are dropped",
}
SAMPLE = {"职业代码": "4-03-02-01", "科目": "practical", "方案规定": "mean"}


def test_highest_and_lowest_of_five_are_dropped(
    office: Office, designer: Desk, director: Desk
) -> None:
    stays, moves = (begin_marking(office, PANEL) for _ in range(2))
    old = office.bundles(PROCESS)[stays]

    add_row(designer)
    designer.publish(BASIS)

    begun = begin_marking(office, PANEL)
    new = office.bundles(PROCESS)[begun]
    assert [office.bundles(PROCESS)[one] for one in (stays, moves)] == [old, old] != [new, new]
    assert settled(office, begun) == ("drop_extremes", WITHOUT_EXTREMES)
    assert settled(office, stays) == ("mean", MEAN)
    few = score(office, begin_marking(office, PANEL[:4]), PANEL[:4], (0, 1, 2, 9))
    assert (few.details["method"], few.points) == ("mean", MEAN_OF_FOUR)

    director.rehearse(PROCESS, BASIS)
    assert office.bundles(PROCESS)[moves] == old
    director.move(office, 1)
    assert office.bundles(PROCESS)[moves] == new
    assert settled(office, moves) == ("drop_extremes", WITHOUT_EXTREMES)


def add_row(designer: Desk) -> None:
    """Add the row for practicals above the one that leaves it to the scheme; try 4 and 5 marks."""
    page = designer.page
    designer.go("decision/d11_aggregation/edit")
    page.get_by_role("button", name="行清单").click()
    page.get_by_role("button", name="加一行", exact=True).click()
    for column, text in ROW.items():
        page.get_by_label(f"第 3 行，{column}", exact=True).fill(text)
    page.get_by_role("button", name="上移").nth(2).click()
    for name, value in SAMPLE.items():
        page.get_by_label(f"样例 1，{name}").fill(value)
    for markers, method in (("4", '"mean"'), ("5", '"drop_extremes"')):
        page.get_by_label("样例 1，评分人数").fill(markers)
        expect(page.locator("[data-result='0']")).to_contain_text(method)
    expect(page.locator("[data-fired='0']")).to_contain_text("第 2 行")
    designer.holds("decision", "d11_aggregation", ROW["说明"], ROW["说明（英文）"])
    designer.picture("table")


def settled(office: Office, key: str) -> tuple[str, Decimal]:
    """How the panel's five marks became one, and which."""
    mark = score(office, key, PANEL, LOST)
    return str(mark.details["method"]), mark.points
