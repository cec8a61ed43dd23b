"""The list of sessions and a session's page."""

from __future__ import annotations

from typing import Any

import pytest

from api.pages.sessions import stages_of
from api.pages.step_map import draw_map
from tasks.step_states import StepState
from tasks.steps import STEPS
from tests.api.small import Street
from tests.pages.conftest import browser_of


@pytest.fixture
def director(street: Street) -> Any:
    return browser_of(street, "director")


def test_list_and_page_show_the_own_sessions(street: Street, director: Any) -> None:
    listed = director.get("/sessions").text
    page = director.get(f"/sessions/{street.own.session_number}")

    assert street.own.session_number in listed
    assert street.foreign.session_number not in listed
    assert page.status_code == 200
    assert len(page.content) < 100 * 1024
    shown = page.text.replace("<wbr>", "")
    assert all(step.name in shown for step in STEPS)


def test_foreign_or_unknown_sessions_are_not_there(street: Street, director: Any) -> None:
    paths = (f"/sessions/{street.foreign.session_number}", "/sessions/none")

    assert [director.get(path).status_code for path in paths] == [404, 404]


def states(*done: int, current: int) -> list[StepState]:
    return [
        StepState(
            step,
            "done" if step.number in done else "current" if step.number == current else "waiting",
        )
        for step in STEPS
    ]


def test_stages_sum_up_their_steps() -> None:
    found = stages_of(states(1, 2, 3, current=4), "en")

    assert [(s["label"], s["state"], s["done"], s["total"]) for s in found[:4]] == [
        ("Preparation", "current", 1, 4),
        ("Application review", "done", 2, 2),
        ("Venue preparation", "current", 0, 2),
        ("Conduct", "waiting", 0, 2),
    ]


def test_map_places_every_step_and_colours_what_is_over() -> None:
    drawn = draw_map(states(1, 2, current=3), "zh-CN")

    assert ["".join(line for _y, line in node.lines) for node in drawn.nodes] == [
        f"{step.number} {step.name}" for step in STEPS
    ]
    assert [state for _path, state in drawn.flows[:5]] == ["done", "done", "done", "", ""]
