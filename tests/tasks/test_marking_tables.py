"""How marks become one and what a veto item does: tables that a scope may change."""

from functools import cache
from pathlib import Path

import pytest

import forms
import processes
from engine.testing import BUNDLE
from tasks.scenario_packs import Pack

FOLDERS = (Path(processes.__file__).parent, Path(forms.__file__).parent / "definitions")


@cache
def pack(*scopes: str) -> Pack:
    return Pack(*FOLDERS, scopes=("base", *scopes))


@pytest.mark.parametrize("scheme", ["fail", "task_zero", "subject_zero", "stop", "record"])
@pytest.mark.parametrize("kind", ["general", "safety", "key_skill", "quality"])
def test_base_leaves_the_effect_of_a_veto_to_the_scheme(scheme: str, kind: str) -> None:
    decided = (
        pack()
        .decision(BUNDLE, "d12_veto")
        .evaluate(
            {
                "occupation": "4-03-02-01",
                "level": "4",
                "subject": "practical",
                "kind": kind,
                "scheme": scheme,
            }
        )
    )

    assert decided.value == {"effect": scheme}
    assert decided.rows == ("d12_veto_scheme",)


@pytest.mark.parametrize(
    ("kind", "subject", "effect"),
    [
        ("safety", "practical", "stop"),
        ("key_skill", "practical", "fail"),
        ("general", "practical", "task_zero"),
        ("quality", "practical", "task_zero"),
        ("safety", "theory", "task_zero"),
    ],
)
def test_safety_stops_an_electrician_whatever_the_scheme(
    kind: str, subject: str, effect: str
) -> None:
    decided = (
        pack("industry:electrician")
        .decision(BUNDLE, "d12_veto")
        .evaluate(
            {
                "occupation": "6-31-01-03",
                "level": "3",
                "subject": subject,
                "kind": kind,
                "scheme": "task_zero",
            }
        )
    )

    assert decided.value == {"effect": effect}


@pytest.mark.parametrize(
    ("scheme", "markers", "method"),
    [
        ("mean", 3, "mean"),
        ("median", 3, "median"),
        ("drop_extremes", 4, "mean"),
        ("drop_extremes", 5, "drop_extremes"),
    ],
)
def test_base_joins_marks_as_the_scheme_says(scheme: str, markers: int, method: str) -> None:
    decided = (
        pack()
        .decision(BUNDLE, "d11_aggregation")
        .evaluate(
            {
                "occupation": "4-03-02-01",
                "subject": "practical",
                "markers": markers,
                "scheme": scheme,
            }
        )
    )

    assert decided.value == {"method": method}
