"""However often the application dies, a batch ends as if it had never died."""

import random

import pytest
from sqlalchemy import create_engine

from api.simulation.demo import demo_settings
from tests.kills.batches import Worked, roster, work
from tests.kills.grounds import Ground, PaperName
from tests.kills.reaper import IN_TWOS, POINTS, Reaper
from tests.leaks.search import NAME_COLUMNS, in_database, secrets_of

SEED = 20261122
KILLS = 20
# Papers that tell no minute at all.
TO_THE_LAST_BYTE = {
    "admission_ticket",
    "application_form",
    "certificate",
    "certificate_data_check",
    "public_list",
    "result_notice",
    "result_summary",
}

# The calm batch is worked once.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("kills")]


def without(digests: dict[PaperName, str], varying: set[PaperName]) -> dict[PaperName, str]:
    return {name: digest for name, digest in digests.items() if name not in varying}


def test_batch_survives_every_kill(calm: Worked, ground: Ground) -> None:
    expected = calm.legacy
    # The last tasks are left out: the batch may be over before a late kill comes.
    moments = sorted(random.Random(SEED).sample(range(1, calm.completed - 20), KILLS))
    reaper = Reaper(ground, moments, POINTS, module=IN_TWOS)

    found = work(ground, reaper).legacy

    assert (reaper.passed, reaper.kills) == (list(POINTS), KILLS)
    assert found.outcomes == expected.outcomes
    assert found.certificates == expected.certificates
    assert found.ranges == expected.ranges
    assert all(one == [*range(1, len(one) + 1)] for one in found.serials.values()), found.serials
    assert sorted(found.digests) == sorted(expected.digests)
    assert found.timeless == expected.timeless
    # Those that differ tell the minute in which something was done.
    varying = {name for name, text in found.texts.items() if text != expected.texts[name]}
    assert without(found.digests, varying) == without(expected.digests, varying)
    assert {key for key, _, _ in varying} & TO_THE_LAST_BYTE == set()
    engine = create_engine(demo_settings(ground.environment).database_address)
    leaks = in_database(engine, secrets_of(roster()))
    engine.dispose()
    assert leaks == {(table, column, "name") for table, column in NAME_COLUMNS}
