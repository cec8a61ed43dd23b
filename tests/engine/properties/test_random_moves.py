"""Whatever is drawn and wherever an instance stands: a move changes nothing but what is new."""

from collections import Counter
from typing import Any

from hypothesis import assume, given, note, settings
from hypothesis import strategies as st

from tests.engine.properties.blocks import Block, blocks
from tests.engine.properties.edits import ADDED, KINDS, edited
from tests.engine.properties.moving_player import play_moved
from tests.engine.properties.playing import Played, play
from tests.engine.properties.troubles import drawing_of

PROFILE = settings.get_profile("properties")
PICKS = st.lists(st.integers(0, 11), max_size=12)
EDITS = st.lists(st.tuples(st.sampled_from(KINDS), st.integers(0, 99)), min_size=1, max_size=4)


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
@given(blocks(), PICKS, EDITS, st.integers(0, 12))
def test_a_moved_instance_ends_as_if_it_had_never_run_on_the_old(
    block: Block, picks: list[int], edits: list[tuple[str, int]], at: int
) -> None:
    sources = drawing_of(block).document()
    newer = {"main.bpmn": edited(sources["main.bpmn"], edits)}
    note(f"{block!r} {picks} {edits} {at}")
    stayed = play(sources, picks)

    played, moved = play_moved(sources, newer, picks, at)

    assume(moved)
    assert told(played) == told(stayed)
    assert played.status == "completed"


@PROFILE
@given(blocks(), PICKS, EDITS, st.integers(0, 12))
def test_undo_puts_everything_back(
    block: Block, picks: list[int], edits: list[tuple[str, int]], at: int
) -> None:
    sources = drawing_of(block).document()
    newer = {"main.bpmn": edited(sources["main.bpmn"], edits)}
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
