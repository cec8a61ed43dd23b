from pathlib import Path

from bench.effects import measure


def test_weighing_and_moving_are_measured(tmp_path: Path) -> None:
    measured = measure(tmp_path, 5)

    assert measured.keys() == {
        "effect1000Seconds",
        "effectApart1000Seconds",
        "migrate1000Seconds",
    }
    assert all(seconds > 0 for seconds in measured.values())
