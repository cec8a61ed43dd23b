"""Commands that carry a scope's definitions out and in."""

import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import cli
from api.application import build_installation
from api.settings import Settings
from engine.draft_leases import take_lease
from engine.sources import Source

GAS = "organisation:gas"


def run(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(cli.app, [*arguments, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


@pytest.fixture
def installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in [name for name in os.environ if name.startswith("JIANCHENG_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JIANCHENG_FOLDER", str(tmp_path / "var"))
    assert CliRunner().invoke(cli.app, ["migrate"]).exit_code == 0
    made = build_installation(Settings())
    yield made
    made.dispose()


def test_definitions_go_out_and_come_in(installation: Any, tmp_path: Path) -> None:
    vocabulary = Source("catalogue", "notes", b'{ "a": 1 }\n', GAS)
    with installation.database.transaction() as db:
        report = installation.definitions.publish(db, [vocabulary], GAS, "li")
        assert not report.refused, report.findings
    folder = tmp_path / "out"
    stale = folder / "forms" / "old.json"
    stale.parent.mkdir(parents=True)
    stale.write_text("{}")
    (folder / "README.md").write_text("ours")

    code, told = run("export-scope", GAS, str(folder))

    assert (code, told["files"]) == (0, ["catalogues/notes.json", "scope.json"])
    assert (folder / "catalogues/notes.json").read_bytes() == vocabulary.content
    assert not stale.exists()
    assert (folder / "README.md").exists()
    code, told = run("import-scope", GAS, str(folder))
    assert (code, told["definitions"]) == (
        0,
        [{"kind": "catalogue", "key": "notes", "action": "same"}],
    )
    (folder / "catalogues/notes.json").write_text('{"a": 2}')
    assert run("import-scope", GAS, str(folder))[1]["definitions"][0]["action"] == "changed"
    (folder / "catalogues/notes.json").unlink()
    assert run("import-scope", GAS, str(folder))[1]["definitions"] == []
    mirrored = run("import-scope", GAS, str(folder), "--mirror")[1]
    assert mirrored["definitions"][0]["action"] == "removed"


def test_refusals_are_told(installation: Any, tmp_path: Path) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "a.json").write_text("{")
    code, told = run("import-scope", GAS, str(tmp_path))
    assert (code, told["imported"]) == (1, False)
    paths = [(one["code"], one["definition"]) for one in told["findings"]]
    assert ("not_json", "forms/a.json") in paths

    other = tmp_path / "other"
    (other / "forms").mkdir(parents=True)
    (other / "forms" / "a.json").write_text("{}")
    with installation.database.transaction() as db:
        take_lease(db, GAS, "form", "a", "wang")
    assert run("import-scope", GAS, str(other)) == (1, {"imported": False, "held": "form/a"})


def test_unknown_scope_is_a_usage_error(installation: Any, tmp_path: Path) -> None:
    result = CliRunner().invoke(cli.app, ["export-scope", "moon", str(tmp_path)])
    assert result.exit_code == 2
    assert "organisation:" in result.stderr
