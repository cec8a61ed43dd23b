"""The command line: exit codes, machine-readable output, what it does."""

import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from typer.testing import CliRunner

from api import cli
from api.application import build_installation
from api.settings import Settings
from api.simulation.lock import sole_use
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


@pytest.fixture(scope="module")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """The settings of an installation that can be served."""
    folder = tmp_path_factory.mktemp("migrated")
    environment = {"JIANCHENG_FOLDER": str(folder), "JIANCHENG_LOG_LEVEL": "error"}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(cli, "configure_logs", lambda _: None)
        for name, value in environment.items():
            patch.setenv(name, value)
        assert run("migrate")[0] == 0
    return environment


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


@pytest.mark.parametrize(
    ("arguments", "chinese", "english"),
    [
        (
            ("import-roster", "S-1", "none.csv"),
            "没有文件 none.csv。",
            "There is no file none.csv.",
        ),
        (
            ("import-roster", "S-1", __file__),
            "没有编号为 S-1 的批次。",
            "There is no session with the number S-1.",
        ),
        (("verify-archive", "none"), "没有文件夹 none。", "There is no folder none."),
        (("lint", "none"), "没有文件夹 none。", "There is no folder none."),
        (("run-scenarios", "none"), "没有文件夹 none。", "There is no folder none."),
        (("import-diagram", "none.bpmn"), "没有文件 none.bpmn。", "There is no file none.bpmn."),
        (("bench-process", "none.bpmn"), "没有文件 none.bpmn。", "There is no file none.bpmn."),
        (
            ("create-link", "--organisation", "O9", "--sign-in-name", "li"),
            "没有这个机构代码或登录名:O9",
            "There is no organisation with this code, or nobody with this name: O9",
        ),
        (
            ("rebuild-rows", "--instance", str(UUID(int=9))),
            f"没有流程实例 {UUID(int=9)}。",
            f"There is no process instance {UUID(int=9)}.",
        ),
    ],
)
def test_wrong_call_is_told_in_both_languages(
    folder: Path, arguments: tuple[str, ...], chinese: str, english: str
) -> None:
    result = RUN.invoke(cli.app, arguments)

    assert (result.exit_code, result.stdout, result.stderr) == (2, "", f"{chinese}\n{english}\n")


@pytest.mark.parametrize(
    ("name", "value", "english"),
    [
        ("PORT", "many", "The value of JIANCHENG_PORT cannot be used: "),
        ("DATABASE_URL", "nonsense", "JIANCHENG_DATABASE_URL is no address of a database."),
        (
            "DATABASE_URL",
            "postgresql+psycopg://u:secret@127.0.0.1:1/x",
            "The database cannot be used: connection failed",
        ),
        ("DATABASE_URL", f"sqlite:///{__file__}", "The database cannot be used: file is not a"),
        ("FOLDER", __file__, "A file or folder cannot be used: "),
    ],
)
@pytest.mark.parametrize("command", ["migrate", "serve", "rebuild-rows"])
def test_installation_that_cannot_be_used_is_told(
    folder: Path, monkeypatch: pytest.MonkeyPatch, command: str, name: str, value: str, english: str
) -> None:
    monkeypatch.setenv(f"JIANCHENG_{name}", value)

    result = RUN.invoke(cli.app, [command])

    assert result.exit_code == 2
    assert result.stderr.splitlines()[1].startswith(english)
    assert "secret" not in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("create-admin", "--organisation", "O1", "--sign-in-name", "li"),
        ("create-link", "--organisation", "O1", "--sign-in-name", "li"),
        ("create-client", "--organisation", "O1", "--name", "P", "--scope", "sessions:read"),
        ("import-roster", "S-1", __file__),
        ("rebuild-rows",),
    ],
)
def test_database_without_tables_asks_for_migrate(
    folder: Path, monkeypatch: pytest.MonkeyPatch, arguments: tuple[str, ...]
) -> None:
    monkeypatch.setenv("JIANCHENG_FOLDER", str(folder / "empty"))

    result = RUN.invoke(cli.app, arguments)

    assert result.exit_code == 2
    assert result.stderr == (
        "数据库还没有升级到本程序的版本,请先运行 jiancheng migrate。\n"
        "The database is not of this version; run jiancheng migrate first.\n"
    )


@pytest.mark.parametrize(
    ("language", "said"),
    [("zh-CN", "不是归档包:缺少标签清单\n档案有问题\n"), ("en", "The archive is not whole\n")],
)
def test_language_of_the_installation_is_spoken(
    folder: Path, monkeypatch: pytest.MonkeyPatch, language: str, said: str
) -> None:
    monkeypatch.setenv("JIANCHENG_LANGUAGE", language)

    result = RUN.invoke(cli.app, ["verify-archive", str(folder)])

    assert result.exit_code == 1
    assert result.stdout.endswith(said)


def test_demo_in_use_is_left_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    kept = folder / "var" / "demo" / "result.json"
    kept.parent.mkdir(parents=True)
    kept.write_text("{}", "utf-8")

    with sole_use(Path("var/demo"), "http://127.0.0.1:8000"):
        result = RUN.invoke(cli.app, ["simulate"])

    assert result.exit_code == 1
    assert "Ctrl-C" in result.stderr and "http://127.0.0.1:8000" in result.stderr
    assert kept.read_text("utf-8") == "{}"
    with sole_use(Path("var/demo"), "demo"):
        pass


def test_demo_keeps_its_keys_where_the_database_is_elsewhere(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    key = folder / "var" / "demo" / "keys" / "keyring"
    build_installation(Settings(folder=folder / "var" / "demo")).dispose()
    content = key.read_bytes()
    address = f"sqlite:///{folder / 'jiancheng.sqlite'}"
    monkeypatch.setenv("JIANCHENG_DATABASE_URL", address)

    result = RUN.invoke(cli.app, ["simulate"])

    assert result.exit_code == 1
    assert address in result.stderr
    assert key.read_bytes() == content


def test_demo_is_not_begun_when_its_port_is_taken(
    folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(folder)
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = RUN.invoke(cli.app, ["simulate", "--serve", "--port", str(port)])

    assert result.exit_code == 2
    assert f"Port {port} cannot be used" in result.stderr
    assert not (folder / "var" / "demo").exists()


def test_demo_that_cannot_be_written_is_told(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(folder)
    (folder / "var").write_text("a file", "utf-8")

    result = RUN.invoke(cli.app, ["simulate"])

    assert result.exit_code == 2
    assert "A file or folder cannot be used: var" in result.stderr


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


def test_port_in_use_is_told(
    folder: Path, migrated: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JIANCHENG_FOLDER", migrated["JIANCHENG_FOLDER"])
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]

        result = RUN.invoke(cli.app, ["serve", "--port", str(port)])

    assert result.exit_code == 2
    assert "PORT" in result.stderr
    assert str(port) in result.stderr


def test_served_demo_ends_with_who_started_it(migrated: dict[str, str]) -> None:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port = str(found.getsockname()[1])
    child = subprocess.Popen(
        [sys.executable, "-m", "api.simulation.child", "serve", "--port", port],
        env={**os.environ, **migrated},
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
    )

    try:
        _, stderr = child.communicate(b"", timeout=60)
    finally:
        child.kill()

    assert (child.returncode in (0, -signal.SIGTERM), stderr) == (True, b"")


def test_organisation_is_let_keep_the_base(migrated: dict[str, str], monkeypatch: Any) -> None:
    for name, value in migrated.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(cli, "configure_logs", lambda _: None)
    run("create-admin", "--organisation", "KEEPER", "--sign-in-name", "wang")

    held = run("appoint", "KEEPER", "wang", "planner")
    none = run("appoint", "KEEPER", "wang", "nobody_at_all")
    before = run("set-organisation", "KEEPER")
    after = run("set-organisation", "KEEPER", "--keeps-base", "--confirms-publications")
    unknown = run("set-organisation", "NOBODY", "--keeps-base")

    assert held == (0, {"signInName": "wang", "posts": ["administrator", "planner"]})
    assert none == (2, None)
    assert before == (
        0, {"code": "KEEPER", "keepsBase": False, "confirmsPublications": False},
    )  # fmt: skip
    assert after == (0, {"code": "KEEPER", "keepsBase": True, "confirmsPublications": True})
    assert run("set-organisation", "KEEPER") == after
    assert unknown[0] != 0
