"""Data and templates of papers that would do harm: data are text, templates see their own files."""

import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from appraisal import typesetting_process
from appraisal.typesetters import Typesetters
from appraisal.typesetting import SYSTEM_FONTS, WHEEL_FONTS, TypesettingFailed, render_pdf

AT = datetime(2026, 3, 2, tzinfo=UTC)
PACK = Path("processes/base")
SECRET = "a-secret-beside-the-document"
EVIL = (
    '#read("/etc/passwd")',
    '#import "@preview/cetz:0.3.0": *',
    '#eval("1+1")',
    "#while true {}",
    "#panic()",
    "*粗* _斜_ $x^2$ `raw` <label> @ref",
    "\\ // 注释 /* 注释 */ ]] } #]",
    '"引号" \' ; -- --- ~',
    "{{ 7*7 }} <script>",
)


def shown(pdf: bytes) -> str:
    text = "".join(page.extract_text() for page in PdfReader(BytesIO(pdf)).pages)
    return "".join(text.split())


def certificate(name: str) -> dict[str, Any]:
    fields = ("organisation", "organisation_en", "id_type", "id_number", "occupation", "trade")
    more = ("level", "issued_on", "remark")
    return {"number": "S000099000001263000001", "name": name, **dict.fromkeys(fields + more, name)}


@pytest.mark.parametrize("text", EVIL)
def test_data_of_a_certificate_are_text(text: str) -> None:
    files = {
        "lib.typ": next(PACK.glob("**/lib.typ")).read_bytes(),
        "qr.svg": b'<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>',
    }
    template = (PACK / "issue_certificates/papers/certificate.typ").read_bytes()

    pdf = render_pdf(template, certificate(text), at=AT, files=files)

    assert shown(pdf).count("".join(text.split())) >= 3
    assert "root:" not in shown(pdf)


def test_data_of_a_general_paper_are_text() -> None:
    template = next(PACK.glob("**/paper.typ")).read_bytes()
    files = {"lib.typ": next(PACK.glob("**/lib.typ")).read_bytes()}
    table = {"title": EVIL[3], "head": EVIL[:2], "rows": [[one, one] for one in EVIL]}
    section = {
        "heading": EVIL[4], "facts": [[one, one] for one in EVIL], "paragraphs": EVIL,
        "tables": [table], "notes": EVIL, "signatures": [[one, one] for one in EVIL],
    }  # fmt: skip
    data = {"title": EVIL[0], "organisation": EVIL[1], "session": EVIL[2], "sections": [section]}

    found = shown(render_pdf(template, data, at=AT, files=files))

    # At least as a fact, a paragraph, two cells, a note and a signature.
    assert [one for one in EVIL if found.count("".join(one.split())) < 6] == []


@pytest.fixture
def beside(tmp_path: Path) -> Path:
    """A file that no document was given."""
    path = tmp_path / "secret.txt"
    path.write_text(SECRET)
    return path


@pytest.mark.parametrize(
    "source",
    [
        '#read("{absolute}")',
        '#read("{climbing}")',
        '#include "{climbing}"',
        '#import "{absolute}": *',
        '#image("{absolute}")',
        '#json("{climbing}")',
        '#let path = "{climbing}"; #eval("read(path)", scope: (path: path, read: read))',
    ],
)
def test_template_reads_nothing_but_its_own_files(beside: Path, source: str) -> None:
    climbing = "../" * 20 + str(beside).lstrip("/")
    source = source.replace("{absolute}", str(beside)).replace("{climbing}", climbing)

    with pytest.raises(TypesettingFailed) as caught:
        render_pdf(source.encode(), {}, at=AT)

    assert SECRET not in str(caught.value)


@pytest.mark.parametrize("name", ["../out.typ", "/tmp/out.typ", "a/../../out.typ"])
def test_files_of_a_document_stay_in_it(name: str) -> None:
    with pytest.raises(TypesettingFailed):
        render_pdf(b"x", {}, at=AT, files={name: b""})


@pytest.fixture
def strict() -> Iterator[Typesetters]:
    fonts = [folder for folder in (SYSTEM_FONTS, WHEEL_FONTS) if folder.is_dir()]
    with Typesetters(fonts, most=1, seconds=3, memory=400_000_000) as made:
        yield made


def test_template_fetches_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as nowhere:
        nowhere.settimeout(20)
        address = f"http://127.0.0.1:{nowhere.getsockname()[1]}"
        monkeypatch.setattr("appraisal.typesetters._NOWHERE", address)
        asked: list[bytes] = []

        def refuse() -> None:
            with nowhere.accept()[0] as connection:
                asked.append(connection.recv(1000))

        thread = threading.Thread(target=refuse)
        thread.start()
        with Typesetters([]) as typesetters, pytest.raises(TypesettingFailed):
            typeset(typesetters, tmp_path, '#import "@preview/cetz:0.3.0": *')
        thread.join()

    # What a package would come from is asked where nobody listens otherwise.
    assert [one.split()[0] for one in asked] == [b"CONNECT"]


def typeset(typesetters: Typesetters, folder: Path, source: str) -> bytes:
    typesetters.typeset(wanted(folder, source))
    return (folder / "out.pdf").read_bytes()


def wanted(folder: Path, source: str) -> dict[str, Any]:
    (folder / "main.typ").write_text(source)
    return {
        "root": str(folder), "output": str(folder / "out.pdf"),
        "packages": str(folder / "packages"), "data": json.dumps({}), "timestamp": 0,
    }  # fmt: skip


ENDLESS = "#for a in range(9999) { for b in range(9999) { for c in range(9999) { let d = a } } }"
LARGE = (
    '#let a = "鉴" * 900000000\n#a.len()',
    "#let a = range(100)\n#while a.len() < 900000000 { a = a + a }",
)


@pytest.mark.parametrize(
    ("source", "reason"),
    [
        (ENDLESS, "not typeset within 3 seconds"),
        *((one, "too much memory is needed") for one in LARGE),
    ],
    ids=["loops", "text", "list"],
)
def test_template_without_measure_is_ended(
    strict: Typesetters, tmp_path: Path, source: str, reason: str
) -> None:
    with pytest.raises(TypesettingFailed, match=reason):
        typeset(strict, tmp_path, source)

    # The next document is typeset as if nothing had been.
    assert shown(typeset(strict, tmp_path, "= 鉴程")) == "鉴程"


@pytest.mark.parametrize("source", ["#while true { }", "#let f() = f()\n#f()"])
def test_plain_endlessness_is_seen_by_the_typesetter(
    strict: Typesetters, tmp_path: Path, source: str
) -> None:
    with pytest.raises(TypesettingFailed, match=r"condition is always true|infinite|depth"):
        typeset(strict, tmp_path, source)


def test_endless_document_ends_though_nobody_waits_for_it(tmp_path: Path) -> None:
    program = [sys.executable, "-P", typesetting_process.__file__, "400000000", "1"]
    with subprocess.Popen(program, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        assert process.stdin is not None
        process.stdin.write(json.dumps(wanted(tmp_path, ENDLESS)).encode() + b"\n")
        process.stdin.flush()

        # Only a limit for a failing test.
        try:
            assert process.wait(60) == -signal.SIGALRM
        finally:
            process.kill()


def test_typesetter_that_was_killed_meanwhile_is_replaced(
    strict: Typesetters, tmp_path: Path
) -> None:
    typeset(strict, tmp_path, f"= {SECRET}")
    (idle,) = strict.processes()
    os.kill(idle, signal.SIGKILL)
    os.waitid(os.P_PID, idle, os.WEXITED | os.WNOWAIT)

    assert shown(typeset(strict, tmp_path, "= 鉴程")) == "鉴程"
