"""Whatever is drawn well and whatever happens: nothing is lost, nothing runs twice.

Bounded in `make test`; `pytest tests/engine/properties --long` tries thirty times as many, with
new seeds each time. What fails is printed with the blob that repeats it.
"""

from collections import Counter

from hypothesis import given, note, settings
from hypothesis import strategies as st

from engine.diagrams import prepare_diagram
from tests.engine.properties.blocks import Block, blocks
from tests.engine.properties.playing import MOST_STEPS, play
from tests.engine.properties.troubles import drawing_of

PROFILE = settings.get_profile("properties")
PICKS = st.lists(st.integers(0, 11), max_size=12)


@PROFILE
@given(blocks())
def test_every_drawing_can_be_published(block: Block) -> None:
    sources = drawing_of(block).document()
    note(sources["main.bpmn"].decode())

    findings = prepare_diagram(sources["main.bpmn"]).findings

    assert [one for one in findings if one.severity == "error"] == []


@PROFILE
@given(blocks(), PICKS, st.sets(st.integers(0, 30), max_size=6))
def test_runs_are_the_same_with_and_without_restarts(
    block: Block, picks: list[int], some: set[int]
) -> None:
    sources = drawing_of(block).document()
    note(f"{block!r} {picks} {some}")

    live = play(sources, picks)

    assert play(sources, picks, restarts=range(MOST_STEPS)) == live
    assert play(sources, picks, restarts=sorted(some)) == live
    assert live.status == "completed"


@PROFILE
@given(blocks())
def test_every_element_is_left_as_often_as_drawn(block: Block) -> None:
    drawing = drawing_of(block)
    sources = drawing.document()
    note(sources["main.bpmn"].decode())

    played = play(sources, [])

    assert played.status == "completed"
    if drawing.certain and played.optional == 0:
        told = {name for name in played.visited if not name.startswith("job_")} - drawing.untold
        visits = Counter(name for name in played.visited if name in told)
        assert visits == {k: v for k, v in drawing.expected.items() if k not in drawing.untold}
        undone = {name: times for name, times in drawing.undone.items() if times}
        assert {k: v for k, v in played.effects.items() if k.startswith("undo")} == undone
