"""The real application through a real socket: one reviewer completes one user task at a time."""

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import httpx2

from bench.installations import new_installation, new_session, start_all, take_up

ANSWER = {"first_decision": "pass"}


@dataclass(frozen=True)
class HttpFigures:
    """Completions per second, their 95th percentile and median in milliseconds."""

    per_second: float
    p95_ms: float
    median_ms: float
    empty_route_ms: float


def p95_ms(seconds: Sequence[float]) -> float:
    """The 95th percentile, in milliseconds."""
    return sorted(seconds)[int(len(seconds) * 0.95) - 1] * 1000


def sign_in(client: httpx2.Client, link: str) -> None:
    """Sign in with a one-time link."""
    me = client.post("/api/v1/logins", json={"link": link}).raise_for_status().json()
    client.headers["X-CSRF-Token"] = me["csrfToken"]


class Reviewer:
    """Somebody who completes first reviews one after the other, and how long each took.

    `start_seconds` is how long it took to start the processes of all enrolments before.
    """

    def __init__(self, client: httpx2.Client, link: str, start_seconds: float) -> None:
        self.start_seconds = start_seconds
        sign_in(client, link)
        self._client = client
        self._waiting: list[str] = []
        self.times: list[float] = []

    def review(self) -> None:
        """Complete one more; the inbox is read when the last page of it is done."""
        if not self._waiting:
            self._read_inbox()
        path = f"/api/v1/user-tasks/{self._waiting.pop()}/completion"
        started = time.perf_counter()
        reply = self._client.post(path, json={"answer": ANSWER})
        self.times.append(time.perf_counter() - started)
        assert reply.status_code == 200, reply.text

    def figures(self) -> HttpFigures:
        """What was measured."""
        empty = []
        for _ in range(100):
            started = time.perf_counter()
            self._client.get("/livez")
            empty.append(time.perf_counter() - started)
        return HttpFigures(
            per_second=len(self.times) / sum(self.times),
            p95_ms=p95_ms(self.times),
            median_ms=statistics.median(self.times) * 1000,
            empty_route_ms=statistics.median(empty) * 1000,
        )

    def _read_inbox(self) -> None:
        page = self._client.get("/api/v1/user-tasks", params={"view": "claimable", "limit": 100})
        self._waiting = [i["id"] for i in page.json()["items"] if i["elementId"] == "first_review"]
        assert self._waiting, page.text


def completions(
    folder: Path, database_url: str = "", *, size: int = 20, count: int = 300
) -> HttpFigures:
    """Complete `count` first reviews in sessions of `size` enrolments.

    With rights, form check, history and derived rows, in one server process, sequentially.
    """
    with _reviewer(folder, database_url, size, count) as reviewer:
        for _ in range(count):
            reviewer.review()
        return reviewer.figures()


@dataclass(frozen=True)
class GrowthFigures:
    """By what the median cost of a user task grows, and the seconds to start the large session."""

    growth: float
    start_seconds: float


def growth(folder: Path, size: int, *, count: int = 300) -> GrowthFigures:
    """Compare the same user task in sessions of 20 and in one of `size` enrolments.

    Two servers are asked in turn, so that whatever else the machine does falls on both.
    """
    small, large = folder / "small", folder / "large"
    for part in (small, large):
        part.mkdir(parents=True)
    with _reviewer(small, "", 20, count) as in_small, _reviewer(large, "", size, count) as in_large:
        for _ in range(count):
            in_small.review()
            in_large.review()
        grown = in_large.figures().median_ms / in_small.figures().median_ms
        return GrowthFigures(grown, in_large.start_seconds)


@contextmanager
def _reviewer(folder: Path, database_url: str, size: int, count: int) -> Iterator[Reviewer]:
    installation = new_installation(folder, database_url)
    sessions = [new_session(installation, size) for _ in range(max(1, count // size))]
    seconds = sum(start_all(session) for session in sessions)
    for session in sessions:
        take_up(session, min(size, count))
    link = sessions[0].link("reviewer")
    installation.dispose()
    with serving(folder, database_url) as client:
        yield Reviewer(client, link, seconds)


@contextmanager
def serving(folder: Path, database_url: str = "") -> Iterator[httpx2.Client]:
    """A server process on that installation, and a client for it."""
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
        with httpx2.Client(base_url=address, timeout=60) as client:
            yield client
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
