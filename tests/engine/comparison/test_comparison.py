"""What a comparison says, kind by kind; and that the fixed spelling changes nothing."""

from pathlib import Path

import pytest

from engine.comparison import Change, compare
from engine.errors import DiagramError
from engine.sources import load_folder
from tests.engine.comparison.drawings import DIAGRAM, changed, told

ROOT = Path(__file__).parents[3]
SOURCES = load_folder(ROOT / "processes", ROOT / "forms" / "definitions")
BY_NAME = {(one.kind, one.key): one.content.decode() for one in SOURCES}


PROCESS_CASES = [
    (
        [('dueDate="P2D"', 'dueDate="P5D"')],
        [("changed", "review", "due", "“资格审核”的办理时限由 P2D 改为 P5D。")],
    ),
    (
        [(' camunda:dueDate="P2D"', "")],
        [("changed", "review", "due", "去掉了“资格审核”的办理时限(原为 P2D)。")],
    ),
    (
        [('name="资格审核"', 'name="资格复核"')],
        [("changed", "review", "name", "“资格复核”的名称由 资格审核 改为 资格复核。")],
    ),
    (
        [("complete = true", "missing = 0")],
        [
            (
                "changed",
                "f4",
                "condition",
                "“齐全?”到“办结”的流线“齐”的条件由 complete = true 改为 missing = 0。",
            )
        ],
    ),
    (
        [('sourceRef="late" targetRef="back"', 'sourceRef="late" targetRef="done"')],
        [("changed", "f5", "flow", "“超时”到“办结”的流线的终点由 “退回” 改为 “办结”。")],
    ),
    (
        [('default="f3"', 'default="f4"')],
        [
            (
                "changed",
                "ask",
                "default",
                "“齐全?”的默认流线由 “齐全?”到“退回”的流线 改为 “齐全?”到“办结”的流线“齐”。",
            )
        ],
    ),
    (
        [("<bpmn:flowNodeRef>done", "<bpmn:flowNodeRef>ask")],
        [
            ("changed", "ask", "lane", "“齐全?”的所在泳道定为 泳道“审批岗”(原来没有)。"),
            ("changed", "done", "lane", "去掉了“办结”的所在泳道(原为 泳道“审批岗”)。"),
        ],
    ),
    (
        [('name="jc:step" value="3"', 'name="jc:step" value="4"')],
        [("changed", "review", "property", "“资格审核”的步骤号由 3 改为 4。")],
    ),
    (
        [('<camunda:property name="jc:step" value="3"/>', "")],
        [("changed", "review", "property", "去掉了“资格审核”的步骤号(原为 3)。")],
    ),
    (
        [("= person<", "= people[1]<")],
        [("changed", "review", "input", "“资格审核”的传入 who由 = person 改为 = people[1]。")],
    ),
    ([("P1D", "P3D")], [("changed", "late", "timer", "“超时”的时长由 P1D 改为 P3D。")]),
    (
        [('collection="people"', 'collection="assessors"')],
        [
            (
                "changed",
                "review",
                "loop",
                "“资格审核”的多实例(多实例的集合)由 people 改为 assessors。",
            )
        ],
    ),
    (
        [("看材料", "看原件")],
        [("changed", "review", "documentation", "“资格审核”的说明由 看材料 改为 看原件。")],
    ),
    (
        [("<bpmn:userTask", "<bpmn:manualTask"), ("</bpmn:userTask", "</bpmn:manualTask")],
        [("changed", "review", "type", "“资格审核”的类型由 用户任务 改为 手工任务。")],
    ),
    (
        [('x="10.0"', 'x="50"')],
        [("moved", "review", "layout", "“资格审核”在图上的位置有改动。")],
    ),
    (
        [('<di:waypoint x="3" y="4"/>', '<di:waypoint x="3" y="9"/>')],
        [("moved", "f1", "layout", "“收到”到“资格审核”的流线在图上的位置有改动。")],
    ),
    (
        [("<bpmn:sequenceFlow id", '<bpmn:userTask id="train" name="培训"/><bpmn:sequenceFlow id')],
        [("added", "train", "element", "增加了用户任务“培训”。")],
    ),
    ([('cancelActivity="0"', 'cancelActivity="false"')], []),
    ([('x="10.0"', 'x="10"')], []),
]


@pytest.mark.parametrize(("pairs", "expected"), PROCESS_CASES)
def test_comparison_of_diagrams_tells(
    pairs: list[tuple[str, str]], expected: list[tuple[str, str, str, str]]
) -> None:
    assert told("process", DIAGRAM, changed(DIAGRAM, *pairs)) == expected


def test_comparison_speaks_english_with_english_names() -> None:
    after = changed(DIAGRAM, ('dueDate="P2D"', 'dueDate="P5D"'))

    found = compare("process", DIAGRAM.encode(), after.encode())

    assert found == (
        Change(
            "changed",
            "review",
            "资格审核",
            "due",
            "P2D",
            "P5D",
            "“资格审核”的办理时限由 P2D 改为 P5D。",
            "The due date of “Review” changed from P2D to P5D.",
        ),
    )


def test_comparison_of_forms_speaks_english_with_english_names() -> None:
    long = '"label.en": "Decision after all that the office has on file"'
    after = changed(
        FORM, ('"label": "不通过"', '"label": "退回"'), ('"label.en": "Decision"', long)
    )

    said = [one.message("en") for one in compare("form", FORM.encode(), after.encode())]

    assert said == [
        "The English label of the field “Decision after all that the o…” changed from Decision "
        "to Decision after all that the office has on file.",
        "The label of the option “Reject” of the field “Decision after all that the o…” changed "
        "from 不通过 to 退回.",
    ]


@pytest.mark.parametrize(
    ("kind", "path", "told"),
    [
        (
            "form",
            "forms/definitions/base/approve_scheme.json",
            [
                "增加了表单的标题:批准鉴定项目方案。",
                "增加了表单的英文标题:Approve the scheme。",
                "增加了字段“共 {{offers}} 个鉴定项目,暂定鉴定日期 {{e…”。",
                "增加了字段“本批次须报上级机构备案。”。",
                "增加了字段“意见”。",
                "增加了字段“理由”。",
            ],
        ),
        (
            "catalogue",
            "processes/industries/electrician/theory_weights.json",
            [
                "增加了来源:电工三级理论知识鉴定要素细目表的一级比重。",
                "增加了职业:6-31-01-03。",
                "增加了等级:3。",
                "增加了科目:theory。",
                "增加了合计:100。",
                "增加了“基本知识”。",
                "增加了“专业知识”。",
                "增加了“相关知识”。",
            ],
        ),
    ],
)
def test_what_is_new_is_told_thing_by_thing(kind: str, path: str, told: list[str]) -> None:
    content = Path(path).read_bytes()

    assert [one.message_zh for one in compare(kind, None, content)] == told
    assert len(compare(kind, content, None)) == len(told)


def test_comparison_with_nothing_lists_the_whole() -> None:
    added = compare("process", None, DIAGRAM.encode())

    assert [(one.kind, one.element_id) for one in added] == [("added", "p")]


TABLE = BY_NAME["decision", "d2_eligibility"]
FORM = BY_NAME["form", "review_application"]
SHEET = BY_NAME["sheet", "practical_general"]
CATALOGUE = BY_NAME["catalogue", "archive_catalogue"]
REJECT = ',\n        {\n          "value": "reject",\n          "label": "不通过"\n        }'
OTHER_CASES = [
    (
        "decision",
        TABLE,
        changed(TABLE, ("&gt;= 1<", "&gt;= 2<")),
        [("changed", "d2_2018_5_1", "cell", "规则 1 的“从业年限”由 >= 1 改为 >= 2。")],
    ),
    (
        "decision",
        TABLE,
        changed(TABLE, ('hitPolicy="COLLECT"', 'hitPolicy="FIRST"')),
        [
            (
                "changed",
                "d2_eligibility",
                "hit_policy",
                "决策“D2 资格条件”的命中策略由 COLLECT 改为 FIRST。",
            )
        ],
    ),
    (
        "decision",
        TABLE,
        changed(TABLE, ("<description>学徒期满", "<description>学徒出师")),
        [("changed", "d2_2018_5_2", "documentation", "规则 2 的说明由 学徒期满 改为 学徒出师。")],
    ),
    (
        "form",
        FORM,
        changed(FORM, ('"required": true', '"required": false')),
        [
            (
                "changed",
                "f_first_decision",
                "required",
                "字段“初审意见”的是否必填由 是 改为 否。",
            )
        ],
    ),
    (
        "form",
        FORM,
        changed(FORM, ('"label": "通过"', '"label": "同意"')),
        [
            (
                "changed",
                "f_first_decision",
                "options",
                "字段“初审意见”的选项“同意”的文字由 通过 改为 同意。",
            )
        ],
    ),
    (
        "form",
        FORM,
        # The English of an option goes with it.
        changed(
            FORM,
            (REJECT, ""),
            (',\n        "values.reject.en": "Reject"', ""),
        ),
        [("changed", "f_first_decision", "option", "删除了字段“初审意见”的选项“不通过”。")],
    ),
    (
        "sheet",
        SHEET,
        changed(SHEET, ('"points": 10', '"points": 12')),
        [
            (
                "changed",
                "/tasks/0/criteria/0/points",
                "value",
                "“准备与工艺”“工艺(操作)方案”的配分由 10 改为 12。",
            )
        ],
    ),
    (
        "catalogue",
        CATALOGUE,
        changed(CATALOGUE, ('{"title": "认定公告"},', "")),
        [
            (
                "removed",
                "/volumes/0/items/0",
                "item",
                "删除了“报名、资格审核材料卷”“认定公告”。",
            )
        ],
    ),
    (
        "paper",
        "a\nb\nc\n",
        "a\nB\nc\nd\n",
        [
            ("changed", "2", "line", "第 2 行由 b 改为 B。"),
            ("added", "4", "line", "增加了第 4 行:d。"),
        ],
    ),
    (
        "scenarios",
        "- name: one\n  at: 1\n# about two\n- name: two\n",
        "- name: one\n  at: 2\n- name: three\n",
        [
            ("removed", "two", "scenario", "删除了场景“two”。"),
            ("changed", "one", "scenario", "场景“one”有改动。"),
            ("added", "three", "scenario", "增加了场景“three”。"),
        ],
    ),
]


@pytest.mark.parametrize(("kind", "before", "after", "expected"), OTHER_CASES)
def test_comparison_of_other_kinds_tells(
    kind: str, before: str, after: str, expected: list[tuple[str, str, str, str]]
) -> None:
    assert told(kind, before, after) == expected


@pytest.mark.parametrize(
    ("kind", "content"),
    [
        ("process", b"<!DOCTYPE x []><x/>"),
        ("process", b"<x/>"),
        ("form", b"{"),
        ("sheet", b"[" * 5000 + b"]" * 5000),
        ("paper", b"\xff\xfe"),
    ],
)
def test_comparison_refuses_what_it_cannot_read(kind: str, content: bytes) -> None:
    with pytest.raises(DiagramError) as raised:
        compare(kind, None, content)

    assert raised.value.findings[0].message_zh


@pytest.mark.parametrize(
    ("before", "after", "count"),
    [
        (b"x\n" * 20_000, b"y\n" + b"x\n" * 19_999, 1),
        (b"x\n" * 4_000, b"y\n" * 4_000, 4_000),
        (b"a\nb\n" * 4_000, b"b\na\n" * 4_000, 8_000),
    ],
)
def test_comparison_of_texts_that_repeat_themselves_ends(
    before: bytes, after: bytes, count: int
) -> None:
    """A matcher of all lines with all would take hours."""
    assert len(compare("paper", before, after)) <= count + 1
