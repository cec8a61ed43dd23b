"""A process that settled does not look through what it has loaded again."""

import gc
from collections.abc import Iterator

import pytest

from engine.memory import LOOK_AFTER, settle


@pytest.fixture
def collector() -> Iterator[None]:
    thresholds = gc.get_threshold()
    yield
    gc.unfreeze()
    gc.set_threshold(*thresholds)


@pytest.mark.usefixtures("collector")
def test_what_is_loaded_is_looked_through_no_more() -> None:
    loaded = [[number] for number in range(1000)]

    settle()

    assert gc.get_freeze_count() > len(loaded)
    assert not any(one is loaded for one in gc.get_objects())
    assert gc.get_threshold()[0] == LOOK_AFTER
