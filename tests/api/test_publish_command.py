"""The command that publishes: the same gate as in the browser, with exit codes for programs."""

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
from engine.bundles import BundleHead
from engine.drafts import drafts_of, save_draft

# The packaged scenarios are played with what is published.
pytestmark = pytest.mark.slow
GAS = "organisation:gas"
BAD_FORM = b'{"type": "default", "components": []}'


def run(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(cli.app, ["publish", *arguments, "--scope", GAS, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout) if result.stdout else None


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    with pytest.MonkeyPatch.context() as patch:
        for name in [name for name in os.environ if name.startswith("JIANCHENG_")]:
            patch.delenv(name)
        patch.setenv("JIANCHENG_FOLDER", str(tmp_path_factory.mktemp("publish") / "var"))
        assert CliRunner().invoke(cli.app, ["migrate"]).exit_code == 0
        made = build_installation(Settings())
        yield made
        made.dispose()


def test_nothing_to_publish_is_wrong_usage(installation: Any) -> None:
    assert run() == (2, None)


def test_a_folder_with_a_wrong_form_is_refused_with_what_to_do(
    installation: Any, tmp_path: Path
) -> None:
    (tmp_path / "forms").mkdir()
    (tmp_path / "forms" / "opinion.json").write_bytes(BAD_FORM)

    code, told = run(str(tmp_path))

    found = {one["code"]: one["remedy"]["en"] for one in told["report"]["findings"]}
    assert (code, told["passed"], told["versions"]) == (1, False, [])
    assert found["title"] == "Fill in the title among the form's properties."


def test_drafts_are_published_with_their_basis(installation: Any) -> None:
    with installation.database.transaction() as db:
        now = installation.clock.now()
        content = b'{ "a": 1 }\n'
        save_draft(db, GAS, "catalogue", "notes", content, expected=0, actor="1", now=now)

    code, told = run("drafts", "--basis", "3 号")

    assert (code, told["status"], told["basis"]) == (0, "published", "3 号")
    assert len(told["report"]["scenarios"]) > 100
    assert all(one["passed"] for one in told["report"]["scenarios"])
    with installation.database.reading() as db:
        head = db.get(BundleHead, f"base {GAS}")
        assert head is not None
        assert told["bundles"][f"base {GAS}"] == head.bundle_id
        assert drafts_of(db, GAS) == []
