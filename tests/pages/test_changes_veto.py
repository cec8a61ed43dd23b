"""The electrician's safety veto holds for cooks: rows in table D12, made in a browser."""

import pytest
from playwright.sync_api import expect

from tasks.demo_world import COOK, ELECTRICIAN
from tests.pages.marking import PROCESS, begin_marking, score
from tests.pages.office import SCOPE, Desk, Office

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]

BASIS = "示例发〔2026〕11 号"
PANEL = ("assessor-01-1", "assessor-01-2", "assessor-01-3")
# The organisation's table stands in for the pack's, so that its rows name the electricians, too.
ROWS = (
    {
        "职业代码": f'"{COOK}","{ELECTRICIAN}"',
        "科目": '"practical"',
        "否定项类别": '"safety"',
        "效力": '"stop"',
        "说明": "安全否定项：立即停考，操作技能不合格，原始分保留",
        "说明（英文）": "Safety item: the exam stops, the practical is failed, raw marks are kept",
    },
    {
        "职业代码": f'"{ELECTRICIAN}"',
        "科目": '"practical"',
        "否定项类别": '"key_skill"',
        "效力": '"fail"',
        "说明": "关键技能未完成：操作技能不合格，原始分保留",
        "说明（英文）": "Key skill not shown: the practical is failed, raw marks are kept",
    },
)
SAMPLE = {
    "职业代码": COOK,
    "等级": "4",
    "科目": "practical",
    "否定项类别": "safety",
    "方案规定": "fail",
}


def test_safety_stops_a_cook(office: Office, designer: Desk, director: Desk) -> None:
    stays, moves = (begin_marking(office, PANEL) for _ in range(2))
    old = office.bundles(PROCESS)[stays]

    row = add_rows(designer)
    designer.publish(BASIS)

    begun = begin_marking(office, PANEL)
    new = office.bundles(PROCESS)[begun]
    assert [office.bundles(PROCESS)[one] for one in (stays, moves)] == [old, old] != [new, new]
    assert effect(office, begun) == ({"unsafe": "stop"}, row)
    assert effect(office, stays) == ({"unsafe": "fail"}, "d12_veto_scheme")

    assert electricians(office) == {"safety": "stop", "key_skill": "fail", "quality": "record"}

    director.rehearse(PROCESS, BASIS)
    assert office.bundles(PROCESS)[moves] == old
    director.move(office, 1)
    assert office.bundles(PROCESS)[moves] == new
    assert effect(office, moves) == ({"unsafe": "stop"}, row)


def add_rows(designer: Desk) -> str:
    """Add the rows above the one that leaves it to the scheme; gives the cooks' row's id."""
    page = designer.page
    designer.go("decision/d12_veto/edit")
    page.get_by_role("button", name="行清单").click()
    for number, row in enumerate(ROWS, start=2):
        page.get_by_role("button", name="加一行", exact=True).click()
        for column, text in row.items():
            page.get_by_label(f"第 {number} 行，{column}", exact=True).fill(text)
        page.get_by_role("button", name="上移").nth(number - 1).click()
        expect(page.get_by_label(f"第 {number - 1} 行，职业代码")).to_have_value(row["职业代码"])
    for name, value in SAMPLE.items():
        page.get_by_label(f"样例 1，{name}").fill(value)
    expect(page.locator("[data-fired='0']")).to_contain_text("第 1 行")
    expect(page.locator("[data-result='0']")).to_contain_text('"stop"')
    designer.holds("decision", "d12_veto", *(row["说明（英文）"] for row in ROWS))
    designer.picture("table")
    return str(page.locator("tr[data-rule]").first.get_attribute("data-rule"))


def effect(office: Office, key: str) -> tuple[dict[str, str], str]:
    """What a safety item does that the whole panel ticked, and by which row of the table."""
    mark = score(office, key, PANEL, (0, 2, 4), ("unsafe",))
    assert mark.points == 98
    [row] = [one for one in mark.details["rule_rows"] if not one.startswith("d11_")]
    return mark.details["effects"], row


def electricians(office: Office) -> dict[str, str]:
    """What items do on an electrician's sheet where the scheme would only record them."""
    facts = {"occupation": ELECTRICIAN, "level": "3", "subject": "practical", "scheme": "record"}
    definitions = office.installation.engine.definitions
    with office.installation.database.transaction() as db:
        bundle = definitions.current_bundle(db, ["base", "industry:electrician", SCOPE])
        table = definitions.decision(bundle, "d12_veto")
        return {
            kind: table.evaluate(facts | {"kind": kind}).value["effect"]
            for kind in ("safety", "key_skill", "quality")
        }
