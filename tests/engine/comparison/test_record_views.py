"""Files of records as tables: what becomes a table, which rows stand together, what is marked."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from engine.comparison import compare, merge
from engine.comparison.json_tree import json_tree
from engine.comparison.marks import Marks, marks_of_changes, marks_of_sides
from engine.comparison.record_views import record_pairs, record_views
from engine.comparison.table_pairs import TablePairs

POSTS = {
    "posts": [
        {"key": "reviewer", "name": "初审岗", "name_en": "Reviewer"},
        {"key": "planner", "name": "计划岗", "name_en": "Planner", "mandatory": True},
    ],
    "exclusions": [
        {"duties": ["review", "money"], "basis": "分离"},
        {"duties": ["train", "issue"], "basis": "ISO"},
    ],
}


def written(value: Any) -> bytes:
    return orjson.dumps(value)


def tables(value: Any, language: str = "zh") -> dict[str, list[list[str]]]:
    """Each table by its name: the heads of its columns, then its rows."""
    return {
        view.name: [
            [column.label for column in view.columns],
            *([cell.text for cell in row.cells] for row in view.rows),
        ]
        for view in record_views(json_tree(written(value)), language)
    }


def test_lists_of_records_are_tables() -> None:
    assert tables(POSTS) == {
        "岗位": [
            ["代号", "名称", "英文名称", "必须保留"],
            ["reviewer", "初审岗", "Reviewer", ""],
            ["planner", "计划岗", "Planner", "是"],
        ],
        "回避规则": [["职责", "依据"], ["review、money", "分离"], ["train、issue", "ISO"]],
    }


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (
            {"name": "电工", "sheets": {"practical": "a"}, "occupations": ["1", "2"], "keep": []},
            {
                "Details": [
                    ["Field", "Content"],
                    ["Name", "电工"],
                    ["Score sheets › Practical", "a"],
                    ["Occupations", "1, 2"],
                    ["Words that stay", ""],
                ]
            },
        ),
        (
            {"tasks": [{"name": "备料", "criteria": [{"name": "方案", "points": 10}]}]},
            {
                "Tasks": [["Name"], ["备料"]],
                "备料 › Criteria": [["Name", "Points"], ["方案", "10"]],
            },
        ),
        (
            {"items": [["电路", 3], ["磁路", 7]]},
            {"Items": [["Column 1", "Column 2"], ["电路", "3"], ["磁路", "7"]]},
        ),
        (
            {"odd": [{"a": {"b": 1, "c": None}}, 5]},
            {"Odd": [["A", "Column 1"], ["B: 1\nC: nothing", ""], ["", "5"]]},
        ),
        ([{"a": 1}], {"Details": [["A"], ["1"]]}),
        ({}, {}),
    ],
)
def test_what_is_a_table_and_what_a_cell(value: Any, expected: dict[str, list[list[str]]]) -> None:
    assert tables(value, "en") == expected


def compared(old: Any, new: Any) -> tuple[list[str], Marks]:
    before, after = written(old), written(new)
    pairs = record_pairs(before, after, "zh")
    marks = marks_of_changes(compare("posts", before, after), pairs.drawn)
    pairs.mark_rows(marks)
    return rows_of(pairs), marks


def rows_of(pairs: TablePairs) -> list[str]:
    return [
        f"{row.before.number if row.before else '·'}|{row.after.number if row.after else '·'}"
        for pair in pairs.pairs
        for row in pair.rows
    ]


def marked(marks: Marks) -> dict[str, str]:
    both = {**marks.before, **marks.after}
    return {key: f"{one.kind} {one.told}".strip() for key, one in both.items()}


REVIEWER, PLANNER = POSTS["posts"]
LAST = {"key": "last", "name": "末"}


@pytest.mark.parametrize(
    ("posts", "rows", "marks"),
    [
        pytest.param([REVIEWER, PLANNER], ["1|1", "2|2"], {}, id="equal"),
        pytest.param(
            [{**REVIEWER, "name": "审核岗"}, PLANNER],
            ["1|1", "2|2"],
            {"/posts/[key=reviewer]/name": "changed told-1"},
            id="a cell changed",
        ),
        pytest.param(
            [{**REVIEWER, "mandatory": True}, PLANNER],
            ["1|1", "2|2"],
            # The cell is there on the older side too, empty.
            {"/posts/[key=reviewer]/mandatory": "changed told-1"},
            id="a cell filled",
        ),
        pytest.param(
            [REVIEWER, LAST, PLANNER],
            ["1|1", "·|2", "2|3"],
            {"/posts/[key=last]": "added told-1"},
            id="inserted",
        ),
        pytest.param(
            [PLANNER], ["1|·", "2|1"], {"/posts/[key=reviewer]": "removed told-1"}, id="gone"
        ),
        pytest.param(
            [PLANNER, REVIEWER],
            ["2|1", "1|2"],
            {"/posts": "moved told-1", "/posts/[key=planner]": "moved told-1"},
            id="moved",
        ),
        pytest.param(
            [REVIEWER, {**PLANNER, "key": "plans"}],
            ["1|1", "2|2"],
            {
                "/posts/[key=planner]": "removed told-1",
                "/posts/[key=plans]": "added told-2",
                "/posts/[key=planner]/key": "changed",
                "/posts/[key=plans]/key": "changed",
            },
            id="another key, else alike",
        ),
        pytest.param(
            [REVIEWER, REVIEWER, PLANNER],
            ["1|1", "·|2", "2|3"],
            None,  # The same key twice: rows are told apart otherwise, if only by place.
            id="twice",
        ),
    ],
)
def test_rows_and_marks(posts: list[Any], rows: list[str], marks: dict[str, str] | None) -> None:
    found, marks_found = compared({"posts": POSTS["posts"]}, {"posts": posts})

    if marks is not None:
        assert marked(marks_found) == marks
    assert sorted(found) == sorted(rows) if marks is None else found == rows


def test_exclusions_are_told_by_their_duties() -> None:
    first, second = POSTS["exclusions"]
    rows, marks = compared(
        {"exclusions": [first, second]}, {"exclusions": [{**second, "basis": "DIN"}]}
    )

    assert rows == ["1|·", "2|1"]
    assert marked(marks) == {
        '/exclusions/[duties=["review","money"]]': "removed told-1",
        '/exclusions/[duties=["train","issue"]]/basis': "changed told-2",
    }


@pytest.mark.parametrize(
    ("language", "sentence"),
    [("zh", "删除了“review、money”。"), ("en", "“review, money” was removed.")],
)
def test_exclusions_are_named_by_their_duties(language: str, sentence: str) -> None:
    first, second = POSTS["exclusions"]
    old, new = written({"exclusions": [first, second]}), written({"exclusions": [second]})

    assert [one.message(language) for one in compare("posts", old, new)] == [sentence]


DUTIES = [
    {"key": "review", "name": "资格审核", "name_en": "Application review"},
    {"key": "money", "name": "收费", "name_en": "Money"},
    {"key": "train", "name": "考前培训", "name_en": "Training"},
]


@pytest.mark.parametrize(
    ("language", "cells", "sentences"),
    [
        (
            "zh",
            # `issue` is no duty of this table: its key is all there is.
            [["资格审核、收费", "分离"], ["考前培训、issue", "ISO"]],
            ["删除了“考前培训、issue”。", "“资格审核、收费”的依据由 分离 改为 内控。"],
        ),
        (
            "en",
            [["Application review, Money", "分离"], ["Training, issue", "ISO"]],
            [
                "“Training, issue” was removed.",
                "The basis of “Application review, Money” changed from 分离 to 内控.",
            ],
        ),
    ],
)
def test_duties_are_told_by_their_names_where_the_table_has_them(
    language: str, cells: list[list[str]], sentences: list[str]
) -> None:
    first, second = POSTS["exclusions"]
    old = {"duties": DUTIES, "exclusions": [first, second]}
    new = {"duties": DUTIES, "exclusions": [{**first, "basis": "内控"}]}

    told = [one.message(language) for one in compare("posts", written(old), written(new))]

    assert next(rows for rows in tables(old, language).values() if len(rows[0]) == 2)[1:] == cells
    assert sorted(told) == sorted(sentences)


def test_duty_that_a_post_gets_is_told_by_its_name() -> None:
    old = {"posts": [{**REVIEWER, "duties": ["review"]}], "duties": DUTIES}
    new = {"posts": [{**REVIEWER, "duties": ["review", "train"]}], "duties": DUTIES}

    [told] = compare("posts", written(old), written(new))

    assert "考前培训" in told.message("zh") and "train" not in told.message("zh")
    assert "Training" in told.message("en")


def test_short_rows_are_told_by_what_they_begin_with() -> None:
    rows, marks = compared(
        {"items": [["电路", 3], ["磁路", 7]]}, {"items": [["电机", 5], ["电路", 4], ["磁路", 7]]}
    )

    assert rows == ["·|1", "1|2", "2|3"]
    assert marked(marks) == {
        "/items/[0=电机]": "added told-1",
        "/items/[0=电路]/[#1]": "changed told-2",
    }


def test_both_sides_have_the_same_columns() -> None:
    new = {"posts": [{**REVIEWER, "duties": ["review"]}, PLANNER]}
    [pair] = record_pairs(written({"posts": POSTS["posts"]}), written(new), "zh").pairs

    assert pair.before is not None and pair.after is not None
    assert [one.key for one in pair.before.columns] == [one.key for one in pair.after.columns]
    assert pair.before.rows[0].cells[-1].text == ""
    assert pair.after.rows[0].cells[-1].text == "review"


def test_a_list_that_was_empty_has_the_columns_of_the_other_side() -> None:
    [pair] = record_pairs(written({"terms": []}), written({"terms": [{"zh": "鉴定"}]}), "zh").pairs

    assert pair.before is not None
    assert [one.label for one in pair.before.columns] == ["中文原词"]
    assert pair.before.rows == ()


@pytest.mark.parametrize("side", ["before", "after"])
def test_a_version_that_is_not_there_leaves_its_side_empty(side: str) -> None:
    content = written(POSTS)
    old, new = (content, None) if side == "after" else (None, content)

    pairs = record_pairs(old, new, "zh").pairs

    assert [getattr(one, side) for one in pairs] == [None, None]
    assert len(pairs) == 2


def test_merge_marks_whose_each_change_is() -> None:
    def with_names(reviewer: str, planner: str) -> bytes:
        posts = [{**REVIEWER, "name": reviewer}, {**PLANNER, "name": planner}]
        return written({"posts": posts})

    base, ours, theirs = with_names("a", "b"), with_names("x", "c"), with_names("y", "b")
    merged = merge("posts", base, ours, theirs)
    pairs = record_pairs(ours, theirs, "zh")

    marks = marks_of_sides(
        compare("posts", base, ours),
        compare("posts", base, theirs),
        merged.conflicts,
        merged.taken,
        pairs.drawn,
    )

    assert marked(marks) == {
        "/posts/[key=reviewer]/name": "conflict conflict-1",
        "/posts/[key=planner]/name": "ours",
    }
