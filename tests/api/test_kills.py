"""A server killed before or after the commit: the repeated request has one effect."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx2
import pytest
from sqlmodel import select

from engine.history import HistoryRow
from engine.jobs import Job
from tests.api.small import Street

API = "/api/v1"
ROOT = Path(__file__).parents[2]


@contextmanager
def server(
    street: Street, kill_at: str = "", **settings: str
) -> Iterator[tuple[subprocess.Popen[str], str]]:
    database = street.installation.database
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "JIANCHENG_MODE": "test", **settings}
    if kill_at:
        environment["JIANCHENG_KILL_AT"] = kill_at
    child = subprocess.Popen(
        [
            sys.executable,
            "-m",
            "tests.api.server_process",
            str(street.installation.settings.folder),
            database.url.render_as_string(hide_password=False),
        ],
        cwd=ROOT, stdout=subprocess.PIPE, text=True, env=environment,
    )  # fmt: skip
    try:
        assert child.stdout is not None
        yield child, f"http://127.0.0.1:{int(child.stdout.readline())}"
    finally:
        child.kill()
        child.wait()
        child.stdout.close()


def post(street: Street, base: str, path: str, body: dict[str, Any]) -> httpx2.Response:
    cookie, csrf = street._tokens[street.own.people["reviewer"]]
    headers = {"X-CSRF-Token": csrf, "Idempotency-Key": "one", "Cookie": f"jc_login={cookie}"}
    return httpx2.post(base + API + path, json=body, headers=headers, timeout=30)


@pytest.mark.slow
@pytest.mark.parametrize("point", ["before-commit", "after-commit"])
def test_repeated_completion_has_one_effect(street: Street, point: str) -> None:
    street.client(street.own.people["reviewer"])
    path, body = f"/user-tasks/{street.user_task(street.own).id}/completion", {
        "answer": {"points": 60}
    }  # fmt: skip
    with server(street, point) as (child, base):
        with pytest.raises(httpx2.HTTPError):
            post(street, base, path, body)
        assert child.wait(30) == -signal.SIGKILL

    with server(street) as (_, base):
        response = post(street, base, path, body)

    assert (response.status_code, response.json()["status"]) == (200, "completed")
    assert (response.headers.get("idempotent-replayed") == "true") is (point == "after-commit")
    with street.installation.database.reading() as db:
        done = db.exec(
            select(HistoryRow).where(
                HistoryRow.instance_id == street.own.instance_id, HistoryRow.kind == "completed"
            )
        ).all()
        assert len(done) == 1
        assert db.exec(select(Job)).all() == []
    assert street.user_task(street.own, "second").status == "ready"
