"""Incidents name what failed as its diagram does."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from engine.incidents import Incident
from tests.api.small import Street
from tests.pages.conftest import browser_of


@pytest.mark.parametrize(
    ("element_id", "zh", "en"),
    [("first", "初审", "First review"), ("answered", "答复", "Answered")],
)
def test_element_is_named_never_its_id(street: Street, element_id: str, zh: str, en: str) -> None:
    with street.installation.database.transaction() as db:
        db.add(
            Incident(
                instance_id=street.own.instance_id,
                tenant=street.own.code,
                element_id=element_id,
                kind="service_task",
                message="x",
                created_at=datetime.now(UTC),
            )
        )
    browser = browser_of(street, "administrator")

    def shown() -> list[bool]:
        pages = [
            browser.get(path).text
            for path in ("/incidents", f"/sessions/{street.own.session_number}")
        ]
        return [f">{name}<" in page for name in (zh, en) for page in pages]

    assert shown() == [True, True, False, False]
    browser.get("/language/en")
    assert shown() == [False, False, True, True]
