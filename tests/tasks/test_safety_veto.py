"""A ★ item in the electrician's pack: the practical is failed, the raw marks stay as given."""

from decimal import Decimal
from pathlib import Path

import pytest
from sqlmodel import col, select

import forms
import processes
from appraisal.aggregation import VetoEffect
from appraisal.marking import subject_points
from appraisal.marks import Mark, Work
from tasks.scenario_packs import Pack
from tasks.scenario_sets import load_scenarios
from tasks.scenarios import Scenario, Stage

ROOT = Path(processes.__file__).parent
SCOPES = ("base", "industry:electrician")
SCENARIOS = {
    one.name: one for one in load_scenarios(ROOT / "industries/electrician/mark_practical")
}


@pytest.fixture(scope="module")
def pack() -> Pack:
    return Pack(ROOT, Path(forms.__file__).parent / "definitions", scopes=SCOPES)


@pytest.mark.parametrize(
    ("name", "raw", "points", "vetoed", "effect"),
    [
        # 9+9+14+5 of 40, 13+12+4 of 35, 9+9+5 of 25: weights and full points are the same.
        ("three assessors agree", "89.0", "89.0", False, None),
        (
            "an unsafe act stops the work, and the raw marks are kept",
            "89.0",
            "89.0",
            True,
            VetoEffect.STOP,
        ),
        ("somebody on the spot calls stop", "89.0", "89.0", True, VetoEffect.STOP),
        (
            "what was not shown after the stop has no points",
            "32.0",
            "32.0",
            True,
            VetoEffect.STOP,
        ),
    ],
)
def test_a_safety_item_fails_the_practical_and_keeps_the_marks(
    pack: Pack,
    name: str,
    raw: str,
    points: str,
    vetoed: bool,
    effect: VetoEffect | None,
) -> None:
    stage = _played(pack, SCENARIOS[name])

    with stage.run.database.reading() as db:
        work = db.exec(select(Work)).one()
        settled = subject_points(db, work.enrolment_id, "practical")
        marks = db.exec(select(Mark).order_by(col(Mark.id))).all()
        given = [mark for mark in marks if mark.kind == "raw"]
        agreed = next(mark for mark in marks if mark.kind == "agreed")
        assert (settled.raw, settled.points) == (Decimal(raw), Decimal(points))
        assert settled.vetoed is vetoed
        assert [mark.points for mark in given] == [Decimal(raw)] * 3
        effects = set(agreed.details.get("effects", {}).values())
        assert effects == ({effect.value} if effect else set())


def _played(pack: Pack, scenario: Scenario) -> Stage:
    stage = Stage(pack, scenario)
    stage.play()
    return stage
