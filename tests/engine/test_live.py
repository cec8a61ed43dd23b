"""Live trees are good for exactly the state they were saved as."""

from typing import Any
from uuid import UUID

import pytest

from engine.live import LiveTrees

ONE, TWO, THREE = (UUID(int=number) for number in (1, 2, 3))
STATE = b"\x01checksum-and-more"


@pytest.mark.parametrize(
    ("version", "state", "found"),
    [(5, STATE, True), (4, STATE, False), (6, STATE, False), (5, b"\x01checkSUM", False)],
)
def test_only_the_same_state_is_given(version: int, state: bytes, found: bool) -> None:
    trees, tree = LiveTrees(10), object()
    trees.put(ONE, 5, STATE, tree)  # type: ignore[arg-type]

    assert (trees.take(ONE, version, state) is tree) is found
    assert trees.take(ONE, 5, STATE) is None


@pytest.mark.parametrize(("size", "kept"), [(0, []), (1, [THREE]), (2, [TWO, THREE])])
def test_oldest_are_dropped(size: int, kept: list[UUID]) -> None:
    trees = LiveTrees(size)
    tree: Any = object()
    for one in (ONE, TWO, THREE):
        trees.put(one, 1, STATE, tree)

    assert [one for one in (ONE, TWO, THREE) if trees.take(one, 1, STATE)] == kept
