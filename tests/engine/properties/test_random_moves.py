"""Whatever is drawn and wherever an instance stands: a move changes nothing but what is new."""

from collections import Counter
from typing import Any

from hypothesis import assume, given, note, reject, settings
from hypothesis import strategies as st

from engine.errors import DiagramError
from engine.testing import SourceDefinitions
from tests.engine.properties.blocks import Block, blocks
from tests.engine.properties.edits import ADDED, ALL_KINDS, KINDS, edited
from tests.engine.properties.moving_player import play_moved
from tests.engine.properties.playing import Played, play
from tests.engine.properties.troubles import drawing_of

PROFILE = settings.get_profile("properties")
PICKS = st.lists(st.integers(0, 11), max_size=12)


def _edits(kinds: tuple[str, ...]) -> st.SearchStrategy[list[tuple[str, int]]]:
    one = st.tuples(st.sampled_from(kinds), st.integers(0, 99))
    return st.lists(one, min_size=1, max_size=4)


EDITS = _edits(KINDS)


def drawn_anew(sources: dict[str, bytes], edits: list[tuple[str, int]]) -> dict[str, bytes]:
    """Make the edits; what could not be published is not tried."""
    newer = {"main.bpmn": edited(sources["main.bpmn"], edits)}
    try:
        SourceDefinitions(newer)
    except DiagramError:
        reject()
    return newer


def told(played: Played) -> dict[str, Any]:
    """What happened, but for what was added."""
    return {
        "happened": Counter(played.happened),
        "visited": Counter(one for one in played.visited if not one.startswith(ADDED)),
        "effects": played.effects,
        "status": played.status,
        "data": {k: v for k, v in played.data.items() if not k.startswith(ADDED)},
    }


@PROFILE
@given(blocks(), PICKS, EDITS, st.integers(0, 12), st.booleans())
def test_a_moved_instance_ends_as_if_it_had_never_run_on_the_old(
    block: Block, picks: list[int], edits: list[tuple[str, int]], at: int, on_hold: bool
) -> None:
    sources = drawing_of(block).document()
    newer = drawn_anew(sources, edits)
    note(f"{block!r} {picks} {edits} {at} {on_hold}")
    stayed = play(sources, picks)

    played, moved = play_moved(sources, newer, picks, at, on_hold=on_hold)

    assume(moved)
    assert told(played) == told(stayed)
    assert played.status == "completed"


@PROFILE
@given(blocks(), PICKS, _edits(ALL_KINDS), st.integers(0, 12))
def test_whatever_is_drawn_anew_a_moved_instance_ends(
    block: Block, picks: list[int], edits: list[tuple[str, int]], at: int
) -> None:
    sources = drawing_of(block).document()
    newer = drawn_anew(sources, edits)
    note(f"{block!r} {picks} {edits} {at}")

    played, _ = play_moved(sources, newer, picks, at)

    assert played.status == "completed"


@PROFILE
@given(blocks(), PICKS, _edits(ALL_KINDS), st.integers(0, 12))
def test_undo_puts_everything_back(
    block: Block, picks: list[int], edits: list[tuple[str, int]], at: int
) -> None:
    sources = drawing_of(block).document()
    newer = drawn_anew(sources, edits)
    note(f"{block!r} {picks} {edits} {at}")

    played, _ = play_moved(sources, newer, picks, at, back=True)

    assert told(played) == told(play(sources, picks))


@PROFILE
@given(blocks(), PICKS, st.integers(0, 12))
def test_a_move_to_the_same_drawing_leaves_the_state(
    block: Block, picks: list[int], at: int
) -> None:
    sources = drawing_of(block).document()
    note(f"{block!r} {picks} {at}")

    played, _ = play_moved(sources, sources, picks, at)

    assert told(played) == told(play(sources, picks))
