"""The command line: exit codes, machine-readable output, what it does."""

import json
import socket
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import cli
from api.application import build_installation
from api.settings import Settings
from appraisal.bag import pack

RUN = CliRunner()


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation described by the environment, with tables."""
    for name, value in {"MODE": "test", "FOLDER": str(tmp_path), "LOG_LEVEL": "error"}.items():
        monkeypatch.setenv(f"JIANCHENG_{name}", value)
    # Logging of the process stays as the tests have it.
    monkeypatch.setattr(cli, "configure_logs", lambda _: None)
    installation = build_installation(Settings())
    installation.prepare()
    installation.dispose()
    return tmp_path


def run(*arguments: str) -> tuple[int, Any]:
    result = RUN.invoke(cli.app, [*arguments, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout) if result.stdout else None


def test_first_administrator_gets_a_link(folder: Path) -> None:
    code, told = run("create-admin", "--organisation", "O1", "--sign-in-name", "li")

    assert code == 0
    assert told["link"].startswith("http://127.0.0.1:8000/sign-in/")
    code, again = run("create-link", "--organisation", "O1", "--sign-in-name", "li")
    assert code == 0
    assert again["link"] != told["link"]


def test_client_gets_a_token_or_is_refused(folder: Path) -> None:
    run("create-admin", "--organisation", "O1", "--sign-in-name", "li")
    arguments = ("create-client", "--organisation", "O1", "--name", "门户")

    assert run(*arguments, "--scope", "sessions:read")[1]["token"].startswith("jct_")
    assert run(*arguments, "--scope", "everything") == (2, None)
    assert run("create-link", "--organisation", "O9", "--sign-in-name", "li") == (2, None)


def test_roster_of_an_unknown_session_is_a_wrong_call(folder: Path) -> None:
    (folder / "r.csv").write_text("x", "utf-8")

    assert run("import-roster", "S-1", str(folder / "r.csv")) == (2, None)


def test_archive_is_verified(folder: Path) -> None:
    pack(folder / "bag", {"a.txt": b"1"}, {"Source-Organization": "O"})
    assert run("verify-archive", str(folder / "bag")) == (0, {"valid": True, "problems": []})

    (folder / "bag" / "data" / "a.txt").write_bytes(b"2")

    code, told = run("verify-archive", str(folder / "bag"))
    assert (code, told["valid"], [one["path"] for one in told["problems"]]) == (
        1, False, ["data/a.txt"],
    )  # fmt: skip


@pytest.mark.slow
def test_lint_finds_what_is_wrong_in_a_folder(folder: Path) -> None:
    assert run("lint") == (0, {"errors": 0, "findings": []})
    (folder / "mine" / "base").mkdir(parents=True)
    (folder / "mine" / "base" / "broken.bpmn").write_text("<!DOCTYPE x><x/>", "utf-8")

    code, told = run("lint", str(folder / "mine"))

    assert code == 1
    assert {one["definition"] for one in told["findings"]} == {"process/broken"}


def test_rows_are_rebuilt(folder: Path) -> None:
    assert run("rebuild-rows") == (0, {"changed": 0})


@pytest.mark.parametrize("command", ["serve", "worker"])
def test_database_of_another_version_is_not_served(folder: Path, command: str) -> None:
    result = RUN.invoke(cli.app, [command])

    assert result.exit_code == 2
    assert "jiancheng migrate" in result.stderr


def test_port_in_use_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JIANCHENG_FOLDER", str(folder / "migrated"))
    assert run("migrate")[0] == 0
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = RUN.invoke(cli.app, ["serve", "--port", str(port)])

    assert result.exit_code == 2
    assert "PORT" in result.stderr
    assert str(port) in result.stderr
