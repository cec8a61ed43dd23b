import pytest

from bench.figures import flat, is_kept


@pytest.mark.parametrize(
    ("name", "value", "kept"),
    [
        ("sqlite.httpCompletionsPerSecond", 149.9, False),
        ("sqlite.httpCompletionsPerSecond", 150, True),
        ("sqlite.inboxP95Ms", 150, True),
        ("sqlite.inboxP95Ms", 150.1, False),
        ("sqlite.bareCommitsPerSecond", 1, None),
    ],
)
def test_target_is_kept_from_its_bound_on(name: str, value: float, kept: bool | None) -> None:
    assert is_kept(name, value) is kept


def test_figures_of_a_database_are_named_after_it() -> None:
    figures = {"sqlite": {"inboxKiB": 30.0}, "feelConditionsPerSecond": 2.0}

    assert dict(flat(figures)) == {"sqlite.inboxKiB": 30.0, "feelConditionsPerSecond": 2.0}
