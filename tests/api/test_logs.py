"""Logs say what failed and where, never what a person's data were."""

import json
import logging
import sys
from collections.abc import Iterator
from io import StringIO

import pytest
import structlog
from fastapi.testclient import TestClient

from api.logs import configure_logs
from api.settings import Settings
from tests.api.small import Street

SECRETS = ("张三", "11010119900307721X")


@pytest.fixture
def logged(monkeypatch: pytest.MonkeyPatch) -> Iterator[StringIO]:
    """What is written when logging is set up as `jiancheng serve` does it."""
    handlers, level = logging.root.handlers[:], logging.root.level
    written = StringIO()
    monkeypatch.setattr(sys, "stderr", written)
    configure_logs(Settings(log_level="debug"))
    # A logger that keeps its file would go on writing to this test's.
    structlog.configure(cache_logger_on_first_use=False)
    yield written
    logging.root.handlers[:] = handlers
    logging.root.setLevel(level)
    structlog.reset_defaults()


def fail(name: str, number: str) -> None:
    try:
        raise KeyError(name)
    except KeyError as error:
        raise ValueError(f"{name} {number}") from error


def exceptions(written: str) -> list[list[str]]:
    found = [json.loads(line).get("exception", ()) for line in written.splitlines()]
    return [[part["kind"] for part in one] for one in found if one]


def test_failed_request_is_told_without_values(sqlite_street: Street, logged: StringIO) -> None:
    @sqlite_street.app.get("/explodes")
    def explode() -> None:
        fail(*SECRETS)

    client = TestClient(sqlite_street.app, raise_server_exceptions=False)
    try:
        TestClient(sqlite_street.app).get("/explodes")
    except ValueError:
        # What the server does with an error that the application raises.
        logging.getLogger("uvicorn.error").error("Exception in ASGI application", exc_info=True)
    response = client.get("/explodes")
    written = logged.getvalue()

    assert response.status_code == 500
    assert exceptions(written) == [["ValueError", "KeyError"]]
    assert "test_logs.py" in written
    assert [secret for secret in SECRETS if secret in json.dumps(written, ensure_ascii=False)] == []


def test_own_logger_leaves_variables_out(logged: StringIO) -> None:
    try:
        fail(*SECRETS)
    except ValueError:
        structlog.get_logger("api").exception("it failed", path="/x")
    written = logged.getvalue()

    assert exceptions(written) == [["ValueError", "KeyError"]]
    assert json.loads(written)["path"] == "/x"
    assert "\\u5f20" not in written and SECRETS[1] not in written
