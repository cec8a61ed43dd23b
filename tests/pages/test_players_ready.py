"""Whoever is about to examine or to play does not wait for processes to start."""

from collections.abc import Iterator

import pytest

from tasks.scenario_players import shared_players
from tests.api.small import Street
from tests.pages.conftest import browser_of
from tests.pages.test_publication_changes import SCOPE, draft, named

pytestmark = pytest.mark.xdist_group("scenarios")


@pytest.fixture(autouse=True)
def none_yet() -> Iterator[None]:
    shared_players().close()
    yield
    shared_players().close()


def test_players_start_when_there_are_drafts_to_examine(street: Street) -> None:
    browser = browser_of(street, "process_designer")
    address = f"/designer/publish?scope={SCOPE}"

    assert browser.get(address).status_code == 200
    assert shared_players().waiting == 0

    draft(street, named("第一次审核"))
    assert browser.get(address).status_code == 200
    assert shared_players().waiting > 0


@pytest.mark.parametrize(
    ("role", "status", "ready"), [("process_designer", 200, True), ("reviewer", 403, False)]
)
def test_players_start_when_somebody_who_may_edits_scenarios(
    street: Street, role: str, status: int, ready: bool
) -> None:
    browser = browser_of(street, role)

    page = browser.get(f"/designer/scenarios/small_review/edit?scope={SCOPE}")

    assert page.status_code == status
    assert (shared_players().waiting > 0) is ready
