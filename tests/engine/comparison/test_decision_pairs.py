"""Tables beside each other: which rows belong together, and what is marked in them."""

from __future__ import annotations

import pytest

from engine.comparison import compare, merge
from engine.comparison.decision_views import decision_pairs, decision_views
from engine.comparison.kinds import notation_of
from engine.comparison.marks import Mark, Marks, marks_of_changes, marks_of_sides
from tests.engine.comparison.drawings import table

OLD = {"r1": ["1", "2", "true"], "r2": ["5", "6", "false"], "r3": ["7", "8", "true"]}


def marked(marks: dict[str, Mark]) -> dict[str, str]:
    return {key: f"{one.kind} {one.told}".strip() for key, one in marks.items()}


def compared(new: bytes | None, old: bytes | None = table(OLD)) -> tuple[list[str], Marks]:
    """Give the aligned rows and the marks."""
    pairs = decision_pairs(old, new)
    marks = marks_of_changes(compare("decision", old, new), pairs.drawn)
    pairs.mark_rows(marks)
    rows = [
        f"{one.before.number if one.before else '·'}|{one.after.number if one.after else '·'}"
        for pair in pairs.pairs
        for one in pair.rows
    ]
    return rows, marks


CELL = "r2/inputEntry[i_level]"
CASES = {
    "equal": (OLD, ["1|1", "2|2", "3|3"], {}, {}),
    "a cell changed": (
        {**OLD, "r2": ["5", "60", "false"]},
        ["1|1", "2|2", "3|3"],
        {CELL: "changed told-1"},
        {CELL: "changed told-1"},
    ),
    "a row inserted": (
        {"r1": OLD["r1"], "rx": ["90", "91", "true"], "r2": OLD["r2"], "r3": OLD["r3"]},
        ["1|1", "·|2", "2|3", "3|4"],
        {},
        {"rx": "added told-1"},
    ),
    "a row gone": (
        {"r1": OLD["r1"], "r3": OLD["r3"]},
        ["1|1", "2|·", "3|2"],
        {"r2": "removed told-1"},
        {},
    ),
    "a row moved": (
        {"r3": OLD["r3"], "r1": OLD["r1"], "r2": OLD["r2"]},
        ["3|1", "1|2", "2|3"],
        {"tt": "moved told-1", "r3": "moved told-1"},
        {"tt": "moved told-1", "r3": "moved told-1"},
    ),
    "a row under another id": (
        {"r1": OLD["r1"], "rx": ["5", "60", "false"], "r3": OLD["r3"]},
        ["1|1", "2|2", "3|3"],
        {"r2": "removed told-1", CELL: "changed"},
        {"rx": "added told-2", "rx/inputEntry[i_level]": "changed"},
    ),
    "no rows left": (
        {},
        ["1|·", "2|·", "3|·"],
        {"r1": "removed told-1", "r2": "removed told-2", "r3": "removed told-3"},
        {},
    ),
}


@pytest.mark.parametrize(("new", "rows", "before", "after"), CASES.values(), ids=CASES)
def test_rows_and_marks(
    new: dict[str, list[str]], rows: list[str], before: dict[str, str], after: dict[str, str]
) -> None:
    found, marks = compared(table(new))

    assert found == rows
    assert marked(marks.before) == before
    assert marked(marks.after) == after


def test_sentence_leads_to_the_newer_side_and_back() -> None:
    _, marks = compared(table({**OLD, "r2": ["5", "60", "false"]}))

    assert marks.links == {"told-1": marks.after[CELL].anchor}
    assert marks.after[CELL].told == "told-1"
    assert marks.after[CELL].anchor != marks.before[CELL].anchor


def test_column_comes_and_goes_with_its_cells() -> None:
    new = table({rule: [cells[0], cells[2]] for rule, cells in OLD.items()}, ("age",))

    _, marks = compared(new)

    gone = {"i_level", *(f"{rule}/inputEntry[i_level]" for rule in OLD)}
    assert {one.kind for one in marks.before.values()} == {"removed"}
    assert set(marks.before) == gone
    assert marks.after == {}


def test_hit_policy_is_marked_at_the_table() -> None:
    _, marks = compared(table(OLD).replace(b'"FIRST"', b'"UNIQUE"'))

    assert marked(marks.after) == {"tt": "changed told-1"}


def test_equal_sentences_mark_each_their_cell() -> None:
    same_label = table(OLD).replace(b'label="level"', b'label="age"')
    new = same_label.replace(b"<text>1<", b"<text>9<").replace(b"<text>2<", b"<text>9<")
    old = same_label.replace(b"<text>2<", b"<text>1<")

    _, marks = compared(new, old)

    assert set(marks.after) == {"r1/inputEntry[i_age]", "r1/inputEntry[i_level]"}


@pytest.mark.parametrize(("old", "new"), [(None, table(OLD)), (table(OLD), None), (None, None)])
def test_missing_version_leaves_its_side_empty(old: bytes | None, new: bytes | None) -> None:
    pairs = decision_pairs(old, new)

    sides = [(one.before is not None, one.after is not None) for one in pairs.pairs]
    assert sides == ([] if old is new else [(old is not None, new is not None)])


def test_rules_with_one_id_are_all_drawn() -> None:
    twice = table(OLD).replace(b'<rule id="r2">', b'<rule id="r1">')

    rows, marks = compared(twice, twice)

    assert rows == ["1|1", "2|2", "3|3"]
    assert marks.after == {}


def test_merge_marks_whose_each_change_is() -> None:
    base = table(OLD)
    ours = table({**OLD, "r1": ["1", "20", "true"], "r2": ["50", "6", "false"], "own": ["0"] * 3})
    theirs = table({**OLD, "r1": ["1", "200", "true"], "r3": ["70", "8", "true"]})
    merged = merge("decision", base, ours, theirs)
    pairs = decision_pairs(ours, theirs)

    marks = marks_of_sides(
        compare("decision", base, ours),
        compare("decision", base, theirs),
        merged.conflicts,
        merged.taken,
        pairs.drawn,
    )

    both = {
        "r1/inputEntry[i_level]": "conflict conflict-1",
        "r2/inputEntry[i_age]": "ours",
        "r3/inputEntry[i_age]": "theirs told-1",
    }
    assert marked(marks.before) == {**both, "own": "ours"}
    assert marked(marks.after) == both


LOGIC = (
    '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" '
    'namespace="x">{}</definitions>'
)
TEXTS = {
    "literal": (
        '<decision id="a" name="A"><literalExpression id="l"><text> points / 2 </text>'
        "</literalExpression></decision>",
        "points / 2",
    ),
    "context": (
        '<decision id="a" name="A"><context id="c"><contextEntry><variable name="half"/>'
        "<literalExpression><text>points / 2</text></literalExpression></contextEntry>"
        "<contextEntry><literalExpression><text>half + 1</text></literalExpression>"
        "</contextEntry></context></decision>",
        "half\n  points / 2\nhalf + 1",
    ),
    "invocation": (
        '<decision id="a" name="A"><invocation id="i"><literalExpression><text>round</text>'
        '</literalExpression><binding><parameter name="of"/><literalExpression>'
        "<text>points</text></literalExpression></binding></invocation></decision>",
        "round\nof\n  points",
    ),
    "conditional": (
        '<decision id="a" name="A"><conditional id="i"><if><literalExpression><text>x</text>'
        "</literalExpression></if><then><literalExpression><text>1</text></literalExpression>"
        "</then><else><literalExpression><text>2</text></literalExpression></else>"
        "</conditional></decision>",
        "if\n  x\nthen\n  1\nelse\n  2",
    ),
    "nothing yet": ('<decision id="a" name="A"/>', ""),
}


@pytest.mark.parametrize(("content", "text"), TEXTS.values(), ids=TEXTS)
def test_logic_that_is_no_table_is_text(content: str, text: str) -> None:
    tree = notation_of("decision").read(LOGIC.format(content).encode())

    (view,) = decision_views(tree)

    assert (view.name, view.columns, view.text) == ("A", (), text)


def test_knowledge_is_named_with_its_parameters() -> None:
    content = (
        '<businessKnowledgeModel id="b" name="half"><encapsulatedLogic>'
        '<formalParameter name="x"/><literalExpression id="l"><text>x / 2</text>'
        "</literalExpression></encapsulatedLogic></businessKnowledgeModel>"
    )

    (view,) = decision_views(notation_of("decision").read(LOGIC.format(content).encode()))

    assert (view.name, view.text) == ("half(x)", "x / 2")


def test_descriptions_of_rules_are_a_column_of_notes() -> None:
    content = table(OLD).replace(b'<rule id="r2">', b'<rule id="r2"><description>why</description>')

    (view,) = decision_views(notation_of("decision").read(content))

    assert [one.place for one in view.columns] == ["input", "input", "output", "annotation"]
    assert [rule.cells[-1].text for rule in view.rows] == ["", "why", ""]


def test_row_short_of_cells_is_drawn() -> None:
    content = table({**OLD, "r2": ["5", "false"]})

    (view,) = decision_views(notation_of("decision").read(content))

    assert [cell.text for cell in view.rows[1].cells] == ["5", "", "false"]
