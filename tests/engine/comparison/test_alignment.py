"""What stands beside each other: by name, then by likeness, in the order of the newer list."""

from __future__ import annotations

import pytest

from engine.comparison.alignment import aligned

# A thing is `name:words`; likeness is the share of words that both have.
CASES = {
    "nothing": ("", "", ""),
    "all new": ("", "a b", "·+a ·+b"),
    "all gone": ("a b", "", "a+· b+·"),
    "the same": ("a b", "a b", "a=a b=b"),
    "inserted": ("a b", "a x b", "a=a ·+x b=b"),
    "inserted first": ("a", "x a", "·+x a=a"),
    "gone, in its place": ("a b c", "a c", "a=a b+· c=c"),
    "gone from the start": ("a b", "b", "a+· b=b"),
    "changed": ("a:one b:two", "a:three b:two", "a=a b=b"),
    "moved to the end": ("a b c", "b c a", "b=b c=c a↕a"),
    "moved to the start": ("a b c", "c a b", "c↕c a=a b=b"),
    "turned round: one stays": ("a b c", "c b a", "c↕c b↕b a=a"),
    "alike under another name": ("a:one,two", "x:one,two", "a~x"),
    "just alike enough": ("a:one,two", "x:one,six", "a~x"),
    "not alike": ("a:one,two,three", "x:one,six,ten", "a+· ·+x"),
    "the likest first": ("a:one,two b:one,six", "x:one,six", "a+· b~x"),
    "the nearest of the alike": ("a:one b:one", "x y:one", "a+· ·+x b~y"),
    "the second of a name": ("a:one a:two", "a:one a:two a:six", "a=a a=a ·+a"),
    "a name once more on the older side": ("a:one a:two", "a:two", "a=a a+·"),
    "gone behind what moved": ("a b c", "c a", "c↕c a=a b+·"),
}  # fmt: skip


def words(one: str) -> set[str]:
    return set(one.partition(":")[2].split(",")) - {""}


def likeness(first: str, second: str) -> float:
    both = words(first), words(second)
    return len(both[0] & both[1]) / max(map(len, both)) if all(both) else 0.0


def name(one: str | None) -> str:
    return "·" if one is None else one.partition(":")[0]


@pytest.mark.parametrize(("before", "after", "wanted"), CASES.values(), ids=CASES)
def test_lists_beside_each_other(before: str, after: str, wanted: str) -> None:
    found = aligned(before.split(), after.split(), name, likeness)

    signs = (
        "+" if one.before is None or one.after is None
        else "↕" if one.moved else "=" if one.is_same else "~"
        for one in found
    )  # fmt: skip
    told = [
        f"{name(one.before)}{sign}{name(one.after)}" for one, sign in zip(found, signs, strict=True)
    ]
    assert " ".join(told) == wanted


def test_two_long_lists_without_common_names_are_not_searched() -> None:
    before, after = ([f"{side}{one}:same" for one in range(201)] for side in "ab")

    found = aligned(before, after, name, likeness)

    assert len(found) == len(before) + len(after)
