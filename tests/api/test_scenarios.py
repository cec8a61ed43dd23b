"""What the editor of scenarios asks over HTTP."""

from datetime import UTC, datetime
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine.bundles import Definition, hash_of
from engine.drafts import drafts_of
from tasks.world_titles import TITLES
from tasks.worlds import import_worlds, world_names
from tests.api.small import Street
from tests.api.test_publications import API, LONGER, SCENARIO, SCOPE, WAY, save

HERE = f"{API}/designer/scenarios/small_review"
TWO = SCENARIO % f"{WAY}, counted" + SCENARIO.replace("both review", "another way") % WAY

SECOND = "    - do: second\n      by: second_reviewer\n      answer: {points: 80}\n"
BEGUN = TWO.replace(SECOND, "")


@pytest.fixture
def designer(sqlite_street: Street) -> TestClient:
    save(sqlite_street, "process", "small_review", LONGER)
    return sqlite_street.client(sqlite_street.own.people["process_designer"])


def play(client: TestClient, text: str, **more: Any) -> dict[str, Any]:
    answer = client.post(f"{HERE}/plays", params={"scope": SCOPE}, json={"text": text, **more})
    assert answer.status_code == 200, answer.text
    found: dict[str, Any] = answer.json()
    return found


def test_scenarios_are_played_as_they_are_written(
    sqlite_street: Street, designer: TestClient
) -> None:
    found = play(designer, TWO)

    assert [(one["name"], one["passed"]) for one in found["walks"]] == [
        ("another way", False),
        ("both review", True),
    ]
    assert found["walks"][0]["expected"] == ["begun", "first", "second"]
    assert found["walks"][0]["path"] == ["begun", "first", "second", "counted"]
    assert found["elements"]["counted"] == {
        "name": {"zh": "清点", "en": "清点"}, "hit": True, "reached": 2,
    }  # fmt: skip
    assert found["elements"]["done"]["reached"] == 0
    [walk] = play(designer, BEGUN, name="both review")["walks"]
    assert walk["waiting"] == ["small_review.second"]
    wrong = play(designer, "[{name: a, world: nowhere}]")
    assert wrong["walks"] == []
    assert "nowhere" in wrong["findings"][0]["message"]["en"]
    with sqlite_street.installation.database.reading() as db:
        assert [(one.kind, one.key) for one in drafts_of(db, SCOPE)] == [
            ("process", "small_review")
        ]


def test_the_context_has_words_for_all_that_a_scenario_names(
    sqlite_street: Street, designer: TestClient
) -> None:
    save(sqlite_street, "scenarios", "small_review", SCENARIO % WAY)

    found = designer.get(f"{HERE}/context", params={"scope": SCOPE}).json()

    assert (found["own"], found["revision"]) == (SCENARIO % WAY, 1)
    assert "BPMNShape" in found["content"]
    elements = {one["id"]: one for one in found["elements"]}
    assert elements["first"]["name"] == {"zh": "初审", "en": "First review"}
    assert elements["answered"]["message"] == "small_reply"
    [points, remark] = found["forms"][elements["first"]["form"]]
    assert (points["key"], points["label"]["en"], points["type"]) == ("points", "Points", "number")
    assert (points["required"], remark["required"]) == (True, False)


def test_a_scenario_of_an_outer_scope_is_given_to_be_copied(
    sqlite_street: Street, designer: TestClient
) -> None:
    content = (SCENARIO % WAY).encode()
    with sqlite_street.installation.database.transaction() as db:
        db.add(
            Definition(
                kind="scenarios", key="small_review", scope="base", version=1, content=content,
                sha256=hash_of(content), published_at=datetime.now(UTC), published_by="1",
            )
        )  # fmt: skip

    found = designer.get(f"{HERE}/context", params={"scope": SCOPE}).json()

    assert found["own"] == ""
    [outer] = found["inherited"]
    assert (outer["name"], outer["scope"]["en"]) == ("both review", "Base")
    assert play(designer, outer["text"])["walks"][0]["path"][-1] == "counted"


def test_every_given_state_has_a_name() -> None:
    import_worlds()

    assert set(world_names()) == set(TITLES)
