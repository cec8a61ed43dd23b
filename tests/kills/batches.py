"""The batch that is worked again and again: few people, each with something of their own."""

from dataclasses import dataclass
from datetime import datetime

from api.simulation.command import work_batch
from appraisal.calendar import LOCAL
from appraisal.demo_roster import DemoCandidate, demo_roster
from tests.kills.grounds import Ground, Legacy, read_legacy
from tests.kills.reaper import Reaper

# A mark below the pass mark, a veto, an absentee, a paper supplied later, an objection.
PEOPLE = ("E01", "E02", "E05", "E06", "E12", "E18")


@dataclass(frozen=True)
class Worked:
    """What a batch left, and how many user tasks it took."""

    legacy: Legacy
    completed: int


def roster() -> list[DemoCandidate]:
    """The people of the batch."""
    today = datetime.now(LOCAL).date()
    return [one for one in demo_roster(today=today) if one.id in PEOPLE]


def work(ground: Ground, reaper: Reaper) -> Worked:
    """Work the batch to its archive, however often the application dies."""
    with reaper:
        worked = work_batch(ground.access, reaper.address, roster(), told=reaper.told)
        worked.crew.close()
    people = {number: one.id for number, one in worked.batch.scene.enrolments.items()}
    return Worked(read_legacy(ground, people), worked.batch.done)
