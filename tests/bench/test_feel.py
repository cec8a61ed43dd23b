from bench.feel import measure


def test_both_speeds_are_measured() -> None:
    measured = measure(rounds=200)

    assert measured.keys() == {"feelConditionsPerSecond", "feelCompilationsPerSecond"}
    assert min(measured.values()) > 0
