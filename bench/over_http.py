"""The real application through a real socket: one reviewer completes one user task at a time."""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from api.logins import make_link
from bench.installations import BenchSession, new_installation, new_session, start_all, take_up

ANSWER = {"first_decision": "pass"}


@dataclass(frozen=True)
class HttpFigures:
    """Completions per second, their 95th percentile and median in milliseconds."""

    per_second: float
    p95_ms: float
    median_ms: float
    empty_route_ms: float


def completions(
    folder: Path, database_url: str = "", *, size: int = 20, count: int = 300
) -> HttpFigures:
    """Complete `count` first reviews in sessions of `size` enrolments.

    With rights, form check, history and derived rows, in one server process, sequentially.
    """
    installation = new_installation(folder, database_url)
    sessions = [_filled(installation, size, count) for _ in range(max(1, count // size))]
    with installation.database.transaction() as db:
        link = make_link(db, sessions[0].world.people["reviewer"].id or 0)
    installation.dispose()
    with _server(folder, database_url) as address:
        return _measure(address, link, count)


def _filled(installation: object, size: int, count: int) -> BenchSession:
    bench = new_session(installation, size)  # type: ignore[arg-type]
    start_all(bench)
    take_up(bench, min(size, count))
    return bench


def _measure(address: str, link: str, count: int) -> HttpFigures:
    with httpx2.Client(base_url=address, timeout=60) as client:
        me = client.post("/api/v1/logins", json={"link": link}).raise_for_status().json()
        client.headers["X-CSRF-Token"] = me["csrfToken"]
        empty = [_timed(lambda: client.get("/livez")) for _ in range(100)]
        times: list[float] = []
        while len(times) < count:
            page = client.get("/api/v1/user-tasks", params={"view": "claimable", "limit": 100})
            items = [i for i in page.json()["items"] if i["elementId"] == "first_review"]
            assert items, page.text
            for item in items[: count - len(times)]:
                times.append(_timed(lambda i=item: _complete(client, i["id"])))
    ordered = sorted(times)
    return HttpFigures(
        per_second=len(times) / sum(times),
        p95_ms=ordered[int(len(ordered) * 0.95) - 1] * 1000,
        median_ms=statistics.median(times) * 1000,
        empty_route_ms=statistics.median(empty) * 1000,
    )


def _complete(client: httpx2.Client, user_task_id: str) -> None:
    reply = client.post(f"/api/v1/user-tasks/{user_task_id}/completion", json={"answer": ANSWER})
    assert reply.status_code == 200, reply.text


def _timed(call: object) -> float:
    started = time.perf_counter()
    call()  # type: ignore[operator]
    return time.perf_counter() - started


@contextmanager
def _server(folder: Path, database_url: str) -> Iterator[str]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    environment = {
        **os.environ,
        "JIANCHENG_MODE": "test",
        "JIANCHENG_FOLDER": str(folder),
        "JIANCHENG_DATABASE_URL": database_url,
        "JIANCHENG_WORKER": "false",
        "JIANCHENG_LOG_LEVEL": "error",
    }
    command = [sys.executable, "-c", "from api.cli import main; main()", "serve"]
    process = subprocess.Popen([*command, "--port", str(port)], env=environment)
    address = f"http://127.0.0.1:{port}"
    try:
        _wait(address)
        yield address
    finally:
        process.terminate()
        process.wait(10)


def _wait(address: str) -> None:
    for _ in range(200):
        try:
            if httpx2.get(f"{address}/livez").status_code == 200:
                return
        except httpx2.TransportError:
            pass
        time.sleep(0.1)
    raise TimeoutError(address)
