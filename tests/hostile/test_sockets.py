"""What only a socket can do to the server: huge, slow, truncated and malformed requests.

The server is a process of its own, so that its memory can be looked at.
"""

import shutil
import socket
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from email.parser import BytesHeaderParser
from pathlib import Path
from typing import Any

import pytest
from httpx2 import Client, Response

from api.body_limits import LARGEST_JSON
from appraisal.roster import COLUMNS
from appraisal.sheets import write_csv
from engine.database import create_database
from tests.api.conftest import settle
from tests.api.small import Street, build_house
from tests.api.test_kills import server
from tests.hostile.ground import whole
from tests.hostile.test_requests import API, LANGUAGES, kind_of, told
from tests.hostile.test_rosters import zipped

MEGABYTE = 1_000_000
# What one request may take besides what the server always needs; a body is up to 32 MB.
MOST_MEMORY = 120 * MEGABYTE


@dataclass(frozen=True)
class Live:
    """A serving process, the installation it serves, and where it puts what it spools."""

    street: Street
    base: str
    pid: int
    spool: Path

    @property
    def port(self) -> int:
        return int(self.base.rpartition(":")[2])

    @property
    def cookie(self) -> str:
        return self.street._tokens[self.street.own.people["planner"]][0]

    @property
    def csrf(self) -> str:
        return self.street._tokens[self.street.own.people["planner"]][1]

    def head(self, path: str, *lines: str, language: str = "zh-CN") -> bytes:
        """The head of a POST of somebody signed in."""
        return "\r\n".join(
            [
                f"POST {path} HTTP/1.1",
                f"Host: 127.0.0.1:{self.port}",
                f"Cookie: jc_login={self.cookie}",
                f"X-CSRF-Token: {self.csrf}",
                f"Accept-Language: {language}",
                *lines,
                "",
                "",
            ]
        ).encode()

    @property
    def roster_path(self) -> str:
        return f"{API}/sessions/{self.street.own.session_number}/roster-imports"

    @contextmanager
    def connected(self) -> Iterator[socket.socket]:
        with socket.create_connection(("127.0.0.1", self.port), timeout=30) as connection:
            yield connection

    def exchange(self, *parts: bytes) -> Response:
        """Send parts as far as the server takes them; gives its answer."""
        with self.connected() as connection:
            with suppress(OSError):
                for part in parts:
                    connection.sendall(part)
            return read_response(connection)


def read_response(connection: socket.socket) -> Response:
    """All that the server says before it closes or has said what it announced."""
    found = b""
    with suppress(ConnectionResetError):
        while part := connection.recv(65_536):
            found += part
            head, _, body = found.partition(b"\r\n\r\n")
            headers = BytesHeaderParser().parsebytes(head.partition(b"\r\n")[2])
            if len(body) >= int(headers.get("content-length", 10**9)):
                break
    head, _, body = found.partition(b"\r\n\r\n")
    status, _, lines = head.partition(b"\r\n")
    assert status.startswith(b"HTTP/1.1 "), found[:200]
    headers = BytesHeaderParser().parsebytes(lines)
    return Response(int(status.split()[1]), headers=headers.items(), content=body)


@pytest.fixture(scope="module")
def live(
    sqlite_template: Callable[[], Path], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Live]:
    folder = tmp_path_factory.mktemp("live")
    shutil.copy(sqlite_template(), folder / "test.sqlite")
    installation = settle(create_database(f"sqlite:///{folder}/test.sqlite"), folder / "var")
    houses = [build_house(installation, code) for code in ("OWN", "FOREIGN")]
    street = Street(installation, None, *houses)  # type: ignore[arg-type]
    spool = folder / "spool"
    spool.mkdir()
    settings = {
        "TMPDIR": str(spool),
        "JIANCHENG_BODY_SECONDS": "0.4",
        # Its lease would change the database meanwhile.
        "JIANCHENG_WORKER": "false",
    }
    with server(street, **settings) as (child, base):
        with Client(base_url=base, trust_env=False) as client:
            for role in ("planner", "reviewer"):
                person = street.own.people[role]
                street._tokens[person] = street._sign_in(client, person)  # type: ignore[arg-type]
                client.cookies.clear()
        yield Live(street, base, child.pid, spool)
    installation.dispose()


@pytest.fixture
def bounded(live: Live) -> Iterator[None]:
    """Afterwards the database, the files and what lies in the spool are as before.

    Meanwhile the server took little memory, and it still answers.
    """
    before = whole(live.street.installation.database)
    files = set(live.street.installation.settings.folder.rglob("*"))
    Path(f"/proc/{live.pid}/clear_refs").write_text("5")
    rested = memory(live.pid, "VmRSS")
    yield
    with Client(base_url=live.base, trust_env=False) as client:
        assert client.get("/livez").status_code == 200
    assert memory(live.pid, "VmHWM") - rested < MOST_MEMORY
    assert whole(live.street.installation.database) == before
    assert set(live.street.installation.settings.folder.rglob("*")) == files
    assert list(live.spool.iterdir()) == []


def memory(pid: int, what: str) -> int:
    lines = Path(f"/proc/{pid}/status").read_text().splitlines()
    return next(int(line.split()[1]) * 1024 for line in lines if line.startswith(what))


def chunked(content: bytes, times: int) -> Iterator[bytes]:
    for _ in range(times):
        yield f"{len(content):x}\r\n".encode() + content + b"\r\n"
    yield b"0\r\n\r\n"


UPLOAD = (
    b'--limit\r\nContent-Disposition: form-data; name="sheet"; filename="a.csv"\r\n'
    b"Content-Type: text/csv\r\n\r\n"
)
MULTIPART = "Content-Type: multipart/form-data; boundary=limit"


@pytest.mark.parametrize("language", LANGUAGES)
def test_50_megabytes_are_refused_unread(live: Live, bounded: None, language: str) -> None:
    head = live.head(live.roster_path, MULTIPART, "Content-Length: 50000000", language=language)

    response = live.exchange(head)

    problem = told(response, language)
    assert (response.status_code, kind_of(problem)) == (413, "too-large")
    assert (problem["limit"], response.headers["connection"]) == (32_000_000, "close")


@pytest.mark.parametrize("language", LANGUAGES)
def test_50_megabytes_of_no_stated_length_are_cut_off(
    live: Live, bounded: None, language: str
) -> None:
    head = live.head(live.roster_path, MULTIPART, "Transfer-Encoding: chunked", language=language)
    begun = f"{len(UPLOAD):x}\r\n".encode() + UPLOAD + b"\r\n"

    response = live.exchange(head, begun, *chunked(bytes(MEGABYTE), 50))

    assert (response.status_code, kind_of(told(response, language))) == (413, "too-large")


@pytest.mark.parametrize(("language", "words"), [("zh-CN", "太大"), ("en", "too large")])
def test_a_browser_is_told_on_a_page(live: Live, bounded: None, language: str, words: str) -> None:
    lines = ("Accept: text/html", MULTIPART, "Content-Length: 50000000")

    response = live.exchange(live.head("/inbox", *lines, language=language))

    assert response.status_code == 413
    assert response.headers["content-type"].startswith("text/html")
    assert words in response.text
    assert "script-src 'self'" in response.headers["content-security-policy"]


JSON = "Content-Type: application/json"
BOMBS: dict[str, tuple[bytes, int, str]] = {
    "lists": (b"[" + b"[]," * (LARGEST_JSON // 3 - 1) + b"0]", 400, "malformed"),
    "objects": (b"[" + b"{}," * (LARGEST_JSON // 3 - 1) + b"0]", 400, "malformed"),
    "numbers": (b"[" + b"1," * (LARGEST_JSON // 2 - 2) + b"1]", 400, "malformed"),
    "names": (
        b"{" + b",".join(b'"%06d":0' % n for n in range(350_000)) + b"}", 400, "malformed"
    ),
    "too long": (b"[" + b"[]," * 3_000_000 + b"0]", 413, "too-large"),
}  # fmt: skip


@pytest.mark.parametrize("signed_in", [True, False])
@pytest.mark.parametrize("bomb", BOMBS)
def test_json_that_grows_in_memory_is_refused(
    live: Live, bounded: None, bomb: str, signed_in: bool
) -> None:
    body, status, kind = BOMBS[bomb]
    head = live.head(f"{API}/messages", JSON, f"Content-Length: {len(body)}")
    if not signed_in:
        head = head.replace(b"Cookie: ", b"X-Cookie: ")

    response = live.exchange(head, body)

    assert (response.status_code, kind_of(told(response, "zh-CN"))) == (status, kind)


@pytest.mark.parametrize(
    ("name", "inner"), [("sheet", "xl/worksheets/sheet1.xml"), ("attachments", "a.png")]
)
def test_zip_bombs_are_not_unpacked(live: Live, bounded: None, name: str, inner: str) -> None:
    content = zipped((inner, bytes(200 * MEGABYTE)))
    files = {"sheet": ("a.csv", write_csv([COLUMNS])), name: ("a.zip", content)}
    headers = {"Cookie": f"jc_login={live.cookie}", "X-CSRF-Token": live.csrf}

    with Client(base_url=live.base, trust_env=False, timeout=30) as client:
        response = client.post(live.roster_path, files=files, headers=headers)

    assert len(content) < MEGABYTE
    problem = told(response, "zh-CN")
    assert (response.status_code, kind_of(problem)) == (422, "unreadable-file")
    assert [one["code"] for one in problem["errors"]] == ["too_large"]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("kind", "begun"),
    [
        (JSON, b'{"answer": '),
        (MULTIPART, UPLOAD + b"x"),
        ("Content-Type: application/x-www-form-urlencoded", b"a=b"),
    ],
    ids=["json", "multipart", "form"],
)
def test_slow_bodies_are_given_up(
    live: Live, bounded: None, kind: str, begun: bytes, language: str
) -> None:
    path = live.roster_path if kind == MULTIPART else f"{API}/messages"
    head = live.head(path, kind, "Content-Length: 1000", language=language)

    response = live.exchange(head, begun)

    assert (response.status_code, kind_of(told(response, language))) == (408, "too-slow")
    assert response.headers["connection"] == "close"


def completion(live: Live) -> tuple[str, bytes]:
    """Where the reviewer answers, and an answer that would do."""
    task = live.street.user_task(live.street.own)
    return f"{API}/user-tasks/{task.id}/completion", b'{"answer": {"points": 60}}'


def test_truncated_bodies_have_no_effect(live: Live, bounded: None) -> None:
    path, answer = completion(live)
    cookie, csrf = live.street._tokens[live.street.own.people["reviewer"]]
    head = live.head(path, JSON, f"Content-Length: {len(answer) + 2}")
    head = head.replace(live.cookie.encode(), cookie.encode())
    head = head.replace(live.csrf.encode(), csrf.encode())

    # Whole and valid but for the two line ends that were announced.
    with live.connected() as connection:
        connection.sendall(head + answer)
    with live.connected() as connection:
        connection.sendall(head + answer)
        connection.shutdown(socket.SHUT_WR)
        with suppress(OSError):
            connection.recv(1000)

    assert live.street.user_task(live.street.own).status == "ready"


MALFORMED = {
    "no HTTP": b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" * 10 + b"\r\n\r\n",
    "negative length": b"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: -1\r\n\r\n",
    "two lengths": b"POST /sign-in HTTP/1.1\r\nHost: a\r\nContent-Length: 3\r\n"
    b"Content-Length: 4\r\n\r\nabc",
    "no host": b"GET /livez HTTP/1.1\r\n\r\n",
    "two hosts": b"GET /livez HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n",
    "space in a name": b"GET /livez HTTP/1.1\r\nHost: a\r\nX Y: b\r\n\r\n",
    "NUL in a value": b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Y: a\x00b\r\n\r\n",
    "chunk of no size": b"POST /sign-in HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n"
    b"\r\nzz\r\n\r\n",
    "header of 2 MB": b"GET /livez HTTP/1.1\r\nHost: a\r\nX-Y: " + b"a" * 2 * MEGABYTE,
    "200,000 headers": b"GET /livez HTTP/1.1\r\nHost: a\r\n" + b"X-Y: a\r\n" * 200_000,
}


@pytest.mark.parametrize("sent", MALFORMED.values(), ids=list(MALFORMED))
def test_what_is_no_request_is_refused(live: Live, bounded: None, sent: bytes) -> None:
    response = live.exchange(sent)

    assert response.status_code == 400
    assert "script" not in response.text


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "parts",
    [
        [("a", b"b")] * 1001,
        [("a", b"b" * (MEGABYTE + 100_000))],
    ],
    ids=["1001 fields", "field of 1.1 MB"],
)
def test_parts_without_measure_are_refused(
    live: Live, bounded: None, parts: list[tuple[str, bytes]], language: str
) -> None:
    body = b"".join(
        b'--limit\r\nContent-Disposition: form-data; name="%s"\r\n\r\n%s\r\n' % (name.encode(), one)
        for name, one in parts
    )
    body += b"--limit--\r\n"
    head = live.head(live.roster_path, MULTIPART, f"Content-Length: {len(body)}", language=language)

    response = live.exchange(head, body)

    assert (response.status_code, kind_of(told(response, language))) == (400, "malformed")


def test_the_host_named_by_a_request_leads_nowhere(live: Live, bounded: None) -> None:
    for path in ("/", "/inbox", "/inbox/", "/sign-in", "/verify?number=x", "/me"):
        response = live.exchange(
            f"GET {path} HTTP/1.1\r\nHost: evil.example\r\nX-Forwarded-Host: evil.example\r\n"
            "Accept: text/html\r\n\r\n".encode()
        )

        assert "evil.example" not in f"{response.headers} {response.text}", path
        assert bool(response.headers.get("location")) is (response.status_code == 303)


def test_other_methods_are_refused_in_both_languages(live: Live, bounded: None) -> None:
    for method in ("OPTIONS", "TRACE", "PUT", "DELETE", "PROPFIND"):
        for language in LANGUAGES:
            head = live.head(f"{API}/me", language=language)
            response = live.exchange(head.replace(b"POST", method.encode(), 1))

            problem: dict[str, Any] = told(response, language)
            assert (response.status_code, kind_of(problem)) == (405, "method-not-allowed")
            assert response.headers["allow"] == "GET"
            assert "access-control-allow-origin" not in response.headers
