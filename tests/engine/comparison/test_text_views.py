"""Papers and scenarios beside each other: which lines stand together, and whose they are."""

from __future__ import annotations

import pytest

from engine.comparison import compare, merge
from engine.comparison.marks import Marks, marks_of_changes
from engine.comparison.table_pairs import TablePairs
from engine.comparison.text_views import merged_papers, paper_pairs, scenario_pairs


def text(lines: str) -> bytes:
    return "\n".join(lines).encode()


def rows_of(pairs: TablePairs, marks: Marks) -> list[str]:
    """Each row as both texts, with how it is marked."""
    [pair] = pairs.pairs
    found = []
    for row in pair.rows:
        one = row.before or row.after
        assert one is not None
        mark = marks.after.get(one.key) or marks.before.get(one.key)
        sides = [" " if side is None else side.cells[0].text for side in (row.before, row.after)]
        found.append(
            f"{''.join(sides)} {mark.kind} {mark.told}".strip() if mark else "".join(sides)
        )
    return found


@pytest.mark.parametrize(
    ("old", "new", "rows"),
    [
        ("abc", "abc", ["aa", "bb", "cc"]),
        ("abc", "axc", ["aa", "bx changed told-1", "cc"]),
        ("ac", "abc", ["aa", "b added told-1", "cc"]),
        ("abc", "ac", ["aa", "b  removed told-1", "cc"]),
        ("abc", "axyc", ["aa", "bx changed told-1", "y added told-2", "cc"]),
        ("abbc", "abc", ["aa", "bb", "b  removed told-1", "cc"]),
        ("", "a", ["a added told-1"]),
        ("a", "", ["a  removed told-1"]),
    ],
)
def test_lines_stand_beside_each_other(old: str, new: str, rows: list[str]) -> None:
    before, after = text(old), text(new)
    pairs = paper_pairs(before, after, "zh")

    found = rows_of(pairs, marks_of_changes(compare("paper", before, after), pairs.drawn))

    assert [one.strip() for one in found] == rows


def test_a_paper_that_is_not_there_leaves_its_side_empty() -> None:
    [pair] = paper_pairs(None, b"a\n", "zh").pairs

    assert pair.before is None
    assert pair.after is not None
    assert [row.number for row in pair.after.rows] == [1]


@pytest.mark.parametrize(
    ("base", "ours", "theirs", "rows"),
    [
        ("abc", "abc", "abc", ["aa", "bb", "cc"]),
        ("abc", "xbc", "aby", ["xa ours", "bb", "cy theirs"]),
        ("abc", "abc", "ac", ["aa", "b  theirs", "cc"]),
        ("abc", "ac", "abc", ["aa", "b ours", "cc"]),
        # What both did is nobody's.
        ("abc", "axc", "axc", ["aa", "xx", "cc"]),
        ("abc", "axc", "ayc", ["aa", "xy conflict conflict-1", "cc"]),
        # Two conflicts, in the order in which they are asked.
        ("abc", "xby", "zbw", ["xz conflict conflict-1", "bb", "yw conflict conflict-2"]),
        # A conflict is of all its lines.
        ("abcd", "axd", "abyd", ["aa", "xb conflict conflict-1", "y conflict conflict-1", "dd"]),
    ],
)
def test_merge_marks_whose_each_line_is(base: str, ours: str, theirs: str, rows: list[str]) -> None:
    versions = text(base), text(ours), text(theirs)

    pairs, marks = merged_papers(*versions, "zh")

    found = rows_of(pairs, marks)
    assert [one.strip() for one in found] == rows
    asked = merge("paper", *versions).conflicts
    assert set(marks.links) == {f"conflict-{number}" for number in range(1, len(asked) + 1)}


def test_scenarios_stand_beside_each_other_by_name() -> None:
    old = b"- name: one\n  at: 1\n- name: two\n- name: three\n"
    new = b"- name: three\n- name: one\n  at: 2\n- name: four\n"
    pairs = scenario_pairs(old, new, "en")
    marks = marks_of_changes(compare("scenarios", old, new), pairs.drawn)
    pairs.mark_rows(marks)

    kinds = {key: one.kind for key, one in {**marks.before, **marks.after}.items()}

    assert kinds == {"two": "removed", "one": "changed", "four": "added", "three": "moved"}
