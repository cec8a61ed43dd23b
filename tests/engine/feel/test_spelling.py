import pytest

from engine.feel.spelling import closest, distance


@pytest.mark.parametrize(
    ("one", "other", "expected"),
    [
        ("", "", 0),
        ("", "abc", 3),
        ("abc", "abc", 0),
        ("abc", "abd", 1),
        ("abc", "acb", 1),
        ("abc", "ab", 1),
        ("总分", "总份", 1),
        ("kitten", "sitting", 3),
    ],
)
def test_distance_counts_changes(one: str, other: str, expected: int) -> None:
    assert (distance(one, other), distance(other, one)) == (expected, expected)


@pytest.mark.parametrize(
    ("name", "known", "expected"),
    [
        ("totl", ["total", "tool"], "tool"),
        ("toatl", ["total", "tool"], "total"),
        ("EXAM_DATE", ["exam date"], "exam date"),
        ("总份", ["总分", "等级"], "总分"),
        ("工种名城", ["工种名称"], "工种名称"),
        ("x", ["y"], None),
        ("分", ["总"], None),
        ("abc", ["xyz"], None),
        ("", ["a"], None),
        ("a" * 100, ["a" * 99], None),
    ],
)
def test_closest_is_near_or_none(name: str, known: list[str], expected: str | None) -> None:
    assert closest(name, known) == expected


@pytest.mark.parametrize(
    ("name", "candidate", "expected"),
    [
        # Three of nine may differ: by length, by letters of the one, or by those of the other.
        ("abcdefghi", "abcdef", "abcdef"),
        ("abcdefghi", "abcde", None),
        ("abcdefghi", "abcdefxyz", "abcdefxyz"),
        ("abcdefghi", "abcdewxyz", None),
        ("aaaaaaaaa", "aaaaaabcd", "aaaaaabcd"),
        ("aaaaaaaaa", "aaaaabcde", None),
    ],
)
def test_as_many_letters_may_differ_as_a_third(
    name: str, candidate: str, expected: str | None
) -> None:
    assert closest(name, [candidate]) == expected
