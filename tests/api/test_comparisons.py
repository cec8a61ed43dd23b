"""Versions are compared, and outer changes carried over, over HTTP and by command."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import cli
from api.application import build_installation
from api.settings import Settings
from engine.comparison import compare
from engine.drafts import read_draft
from engine.versions import read_edition
from tests.api.small import DIAGRAM, Street
from tests.engine.comparison.drawings import chain
from tests.engine.test_rebases import store

API = "/api/v1"
OWN = "organisation:OWN"


@pytest.fixture
def behind(sqlite_street: Street) -> Street:
    """The own organisation's definition is behind the base's."""
    with sqlite_street.installation.database.transaction() as db:
        store(db, "base", 1, chain(due={"review": "P2D"}))
        store(db, OWN, 1, chain(due={"review": "P3D"}), "base@1")
        store(db, "base", 2, chain(due={"review": "P5D"}, names={"pay": "缴费"}))
    return sqlite_street


def designer(street: Street) -> Any:
    return street.client(street.own.people["process_designer"])


def test_two_editions_are_compared_over_http(behind: Street) -> None:
    body = {
        "kind": "process",
        "key": "p",
        "before": {"edition": "base@1"},
        "after": {"edition": "base"},
    }

    found = designer(behind).post(f"{API}/comparisons", json=body).json()

    assert [one["message"]["zh"] for one in found["changes"]] == [
        "“review”的办理时限由 P2D 改为 P5D。",
        "“缴费”的名称由 pay 改为 缴费。",
    ]
    assert found["changes"][0]["message"]["en"] == (
        "The due date of “review” changed from P2D to P5D."
    )
    assert found["before"]["content"] == chain(due={"review": "P2D"}).decode()


def test_content_that_is_not_stored_is_compared(behind: Street) -> None:
    body = {
        "kind": "process",
        "key": "small_review",
        "before": {"edition": "base"},
        "after": {"content": DIAGRAM.replace("初审", "一审")},
    }

    found = designer(behind).post(f"{API}/comparisons", json=body).json()

    assert [(one["elementId"], one["part"]) for one in found["changes"]] == [("first", "name")]


@pytest.mark.parametrize(
    ("wanted", "status"),
    [
        ({"content": "<!DOCTYPE x []><x/>"}, 422),
        ({"content": "<script>alert(1)</script>"}, 422),
        ({"edition": "base@99"}, 404),
        ({"edition": "elsewhere@1"}, 404),
        ({"edition": "organisation:FOREIGN@1"}, 404),
    ],
)
def test_what_cannot_be_compared_is_refused(
    behind: Street, wanted: dict[str, str], status: int
) -> None:
    body = {"kind": "process", "key": "p", "before": {"edition": "base@1"}, "after": wanted}

    assert designer(behind).post(f"{API}/comparisons", json=body).status_code == status


def test_rebase_is_listed_shown_and_saved(behind: Street) -> None:
    client, place = designer(behind), f"{API}/designer/rebases"

    listed = client.get(f"{place}?scope={OWN}").json()["items"]
    shown = client.get(f"{place}/process/p?scope={OWN}").json()
    refused = client.post(f"{place}/process/p?scope={OWN}", json={"choices": {}})
    [conflict] = shown["conflicts"]
    choices = {conflict["id"]: "theirs"}
    saved = client.post(f"{place}/process/p?scope={OWN}", json={"choices": choices})

    assert listed == [
        {
            "scope": OWN,
            "kind": "process",
            "key": "p",
            "origin": "base@1",
            "newest": "base@2",
            "onDraft": False,
        }
    ]
    assert conflict["message"]["zh"] == "“review”的办理时限:本级改为 P3D,上级改为 P5D。"
    assert [one["elementId"] for one in shown["taken"]] == ["pay"]
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (409, "conflict")
    assert saved.json() == {"revision": 1, "derivedFrom": "base@2"}
    with behind.installation.database.reading() as db:
        draft = read_draft(db, OWN, "process", "p")
        newest = read_edition(db, "process", "p", "base").content
        assert draft is not None
        assert compare("process", newest, draft.content) == ()


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, ["diff", *arguments])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_command_compares_files(tmp_path: Path) -> None:
    one, other = tmp_path / "one.bpmn", tmp_path / "other.bpmn"
    one.write_bytes(chain(due={"review": "P2D"}))
    other.write_bytes(chain(due={"review": "P5D"}))

    same = run(str(one), str(one))
    code, told = run(str(one), str(other))
    facts = json.loads(run(str(one), str(other), "--json")[1])

    assert same == (0, "没有差别\n")
    assert (code, told) == (1, "process/other\n  “review”的办理时限由 P2D 改为 P5D。\n")
    assert facts["different"] is True
    assert facts["definitions"][0]["changes"][0]["after"] == "P5D"


def test_command_compares_folders(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANCHENG_LANGUAGE", "en")
    for name, due in (("a", "P2D"), ("b", "P5D")):
        folder = tmp_path / name / "step"
        folder.mkdir(parents=True)
        (folder / "step.bpmn").write_bytes(chain(due={"review": due}))
        (folder / "scenarios.yaml").write_text("- name: one\n", encoding="utf-8")
    (tmp_path / "b" / "step" / "more.typ").write_text("Hello\n", encoding="utf-8")

    code, told = run(str(tmp_path / "a"), str(tmp_path / "b"))

    assert code == 1
    assert told.splitlines() == [
        "paper/more",
        "  Line 1 was added: Hello",
        "process/step",
        "  The due date of “review” changed from P2D to P5D.",
    ]


@pytest.mark.parametrize("wrong", ["nowhere.bpmn", "thing/x@1", "readme.txt", "broken.bpmn"])
def test_command_leaves_with_two_where_it_cannot_compare(tmp_path: Path, wrong: str) -> None:
    good = tmp_path / "good.bpmn"
    good.write_bytes(chain())
    (tmp_path / "readme.txt").write_text("x", encoding="utf-8")
    (tmp_path / "broken.bpmn").write_text("<x", encoding="utf-8")

    code, _ = run(str(good), wrong if "/" in wrong else str(tmp_path / wrong))

    assert code == 2


def test_command_compares_versions_of_an_installation(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIANCHENG_FOLDER", str(tmp_path / "var"))
    monkeypatch.setenv("JIANCHENG_MODE", "test")
    installation = build_installation(Settings())
    installation.database.create_schema()
    with installation.database.transaction() as db:
        store(db, "base", 1, chain(due={"review": "P2D"}))
        store(db, OWN, 1, chain(due={"review": "P5D"}), "base@1")
    installation.dispose()
    file = tmp_path / "file.bpmn"
    file.write_bytes(chain(due={"review": "P9D"}))

    same = run("process/p@1", "process/p")
    with_file = run("process/p@1", str(file), "--scope", OWN)
    nothing = run("process/p@1", "process/p@7")

    assert same == (0, "没有差别\n")
    assert with_file == (1, "process/file\n  “review”的办理时限由 P5D 改为 P9D。\n")
    assert nothing[0] == 2
