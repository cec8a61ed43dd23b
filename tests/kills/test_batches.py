"""However often the application dies, a batch ends as if it had never died."""

import random
from collections.abc import Callable
from datetime import datetime

import pytest
from sqlalchemy import create_engine

from api.simulation.command import work_batch
from api.simulation.demo import demo_settings
from appraisal.calendar import LOCAL
from appraisal.demo_roster import DemoCandidate, demo_roster
from tests.kills.grounds import Ground, Legacy, PaperName, read_legacy
from tests.kills.reaper import IN_TWOS, POINTS, Reaper
from tests.leaks.search import NAME_COLUMNS, in_database, secrets_of

SEED = 20261122
KILLS = 20
# A mark below the pass mark, a veto, an absentee, a paper supplied later, an objection.
PEOPLE = ("E01", "E02", "E05", "E06", "E12", "E18")
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

pytestmark = pytest.mark.slow


def roster() -> list[DemoCandidate]:
    today = datetime.now(LOCAL).date()
    return [one for one in demo_roster(today=today) if one.id in PEOPLE]


def run(ground: Ground, reaper: Reaper) -> tuple[Legacy, int]:
    """Work a batch; gives what it left and how many user tasks it took."""
    with reaper:
        worked = work_batch(ground.access, reaper.address, roster(), told=reaper.told)
        worked.crew.close()
    people = {number: one.id for number, one in worked.batch.scene.enrolments.items()}
    return read_legacy(ground, people), worked.batch.done


def without(digests: dict[PaperName, str], varying: set[PaperName]) -> dict[PaperName, str]:
    return {name: digest for name, digest in digests.items() if name not in varying}


def test_batch_survives_every_kill(new_ground: Callable[[], Ground]) -> None:
    calm = new_ground()
    expected, completed = run(calm, Reaper(calm, [], []))
    moments = sorted(random.Random(SEED).choices(range(1, completed - 5), k=KILLS))
    deadly = new_ground()
    reaper = Reaper(deadly, moments, POINTS, module=IN_TWOS)

    found, _ = run(deadly, reaper)

    assert (reaper.passed, reaper.kills >= KILLS) == (list(POINTS), True)
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
    engine = create_engine(demo_settings(deadly.environment).database_address)
    leaks = in_database(engine, secrets_of(roster()))
    engine.dispose()
    assert leaks == {(table, column, "name") for table, column in NAME_COLUMNS}
