"""Random blocks: each a tuple of its kind and its parts."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

Block = tuple[Any, ...]

LEAVES = ("user", "script", "inline", "job", "timer", "message", "signal", "emit")


def leaves() -> st.SearchStrategy[Block]:
    return st.sampled_from(LEAVES).map(lambda kind: (kind,))


def blocks(size: int = 12) -> st.SearchStrategy[Block]:
    """Blocks of at most so many leaves."""
    return st.recursive(leaves(), _bigger, max_leaves=size)


def _bigger(inner: st.SearchStrategy[Block]) -> st.SearchStrategy[Block]:
    several = st.lists(inner, min_size=2, max_size=3).map(tuple)
    optional = st.sampled_from(["message", "timer"])
    return st.one_of(
        st.tuples(st.just("sequence"), several),
        st.tuples(st.just("choose"), several, st.integers(0, 2)),
        st.tuples(st.just("answered"), several),
        st.tuples(st.just("fork"), several),
        st.tuples(st.just("some"), several, st.integers(1, 7)),
        st.tuples(st.just("loop"), inner, st.integers(1, 3)),
        st.tuples(st.just("first"), inner, inner),
        st.tuples(st.just("sub"), inner),
        st.tuples(st.just("call"), inner),
        st.tuples(st.just("guarded"), inner, inner, optional, st.booleans()),
        st.tuples(st.just("handled"), inner, inner, optional, st.booleans()),
        st.tuples(st.just("each"), st.integers(1, 3), st.booleans(), st.booleans()),
        st.tuples(st.just("again"), st.integers(1, 3)),
        st.tuples(st.just("undone"), st.booleans()),
        st.tuples(st.just("failed"), inner, inner),
        st.tuples(st.just("escalated"), inner, inner, st.booleans()),
        st.tuples(st.just("cancelled"), inner),
        st.tuples(st.just("noticed"), inner, st.booleans()),
        st.tuples(st.just("any_order"), st.integers(1, 3), st.booleans()),
    )
