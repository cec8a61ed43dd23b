"""Instances are weighed and moved from the command line."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlmodel import select
from typer.testing import CliRunner

from api import cli
from api.application import build_installation
from api.settings import Settings
from engine.instances import ProcessInstance
from engine.sources import Source
from tests.api.small import DIAGRAM, FORM, sources

RENAMED = DIAGRAM.replace('"first"', '"opening"')


@pytest.fixture
def running(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """An installation described by the environment, with an instance on an older version."""
    for name, value in {"MODE": "test", "FOLDER": str(tmp_path), "LOG_LEVEL": "error"}.items():
        monkeypatch.setenv(f"JIANCHENG_{name}", value)
    monkeypatch.setenv("JIANCHENG_LANGUAGE", "en")
    monkeypatch.setattr("api.migration_commands.require_current", lambda: None)
    settings = Settings()
    installation = build_installation(settings)
    installation.prepare()
    with installation.database.transaction() as db:
        installation.definitions.publish(db, sources(), actor="test")
        installation.engine.start(db, "small_review", business_key="K-1", tenant="O1")
    with installation.database.transaction() as db:
        source = Source("process", "small_review", RENAMED.encode())
        assert not installation.definitions.publish(db, [source], actor="test").refused
    installation.dispose()
    return settings


def run(*arguments: str) -> tuple[int, str]:
    result = CliRunner().invoke(cli.app, [*arguments, "--organisation", "O1"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, result.stdout


def test_effect_says_what_stands_against_it(running: Settings) -> None:
    code, text = run("effect", "small_review")
    _, told = run("effect", "small_review", "--json")

    assert (code, text.splitlines()[0].startswith("K-1  needs a mapping")) == (0, True)
    [one] = json.loads(told)["instances"]
    assert (one["state"], one["questions"][0]["element_id"]) == ("needs_mapping", "first")


def test_a_dry_run_changes_nothing_and_a_run_does(running: Settings) -> None:
    before = bundle(running)
    mapped = ("migrate-instances", "small_review", "--map", "first=opening")

    assert run("migrate-instances", "small_review", "--dry-run")[0] == 1
    assert run(*mapped, "--dry-run") == (0, "K-1  would move\n")
    assert bundle(running) == before
    assert run(*mapped) == (0, "K-1  moved\n")
    assert bundle(running) != before
    assert run(*mapped) == (0, "Nothing to move\n")


def test_forms_alone_are_taken(running: Settings) -> None:
    installation = build_installation(running)
    with installation.database.transaction() as db:
        form = Source("form", "small_form", json.dumps(FORM | {"jc:title": "新意见"}).encode())
        assert not installation.definitions.publish(db, [form], actor="test").refused
    installation.dispose()
    only = ("small_review", "--only", "forms")
    kept = "  “First review” is open and keeps the form it was opened with, and what is half filled"

    assert run("effect", *only) == (0, "K-1  can move\ncan move 1\n")
    for told, *dry in (("would move", "--dry-run"), ("moved",)):
        code, text = run("migrate-instances", *only, *dry)
        assert (code, text.startswith(f"K-1  {told}{kept}")) == (0, True)
    assert run("effect", "small_review", "--only", "decisions") == (
        0,
        "No instance runs on an older version\n",
    )
    assert run("migrate-instances", *only, "--map", "first=opening")[0] == 2


def test_a_mapping_must_be_a_pair(running: Settings) -> None:
    assert run("migrate-instances", "small_review", "--map", "first")[0] == 2


def bundle(settings: Settings) -> Any:
    installation = build_installation(settings)
    with installation.database.reading() as db:
        found = db.exec(select(ProcessInstance)).one().bundle_id
    installation.dispose()
    return found
