"""How long the property tests try: bounded and repeatable, or long and new each time."""

import os

import pytest
from hypothesis import HealthCheck, settings

EXAMPLES = 60
LONG = 30


def pytest_configure(config: pytest.Config) -> None:
    long = bool(config.getoption("--long", default=False))
    long = long or os.environ.get("HYPOTHESIS_PROFILE") == "long"
    settings.register_profile(
        "properties",
        max_examples=EXAMPLES * (LONG if long else 1),
        derandomize=not long,
        deadline=None,
        database=None,
        print_blob=True,
        suppress_health_check=list(HealthCheck),
    )
