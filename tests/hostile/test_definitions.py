"""Diagrams, decision tables and forms that would do harm: refused by the publish check."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api.cli import app
from engine.sources import Source
from tests.api.small import Street
from tests.hostile.ground import DIAGRAM

BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
LAUGHS = "".join(f'<!ENTITY l{i} "{f"&l{i - 1};" * 10}">' for i in range(1, 9))
DTD = f'<!DOCTYPE a [<!ENTITY l0 "ha">{LAUGHS}]>'
DMN = "https://www.omg.org/spec/DMN/20191111/MODEL/"


def diagram(head: str = "", inside: str = "") -> bytes:
    return (
        f'{head}<bpmn:definitions xmlns:bpmn="{BPMN}" id="d"><bpmn:process id="evil" '
        f'isExecutable="true">{inside}</bpmn:process></bpmn:definitions>'
    ).encode()


def decision(head: str = "", inside: str = "") -> bytes:
    return (
        f'{head}<definitions xmlns="{DMN}" id="d" name="d" namespace="x">'
        f'<decision id="evil" name="evil">{inside}</decision></definitions>'
    ).encode()


def script(text: str) -> bytes:
    """The good diagram with a script task in the place of its user task."""
    begin, end = DIAGRAM.index("<bpmn:userTask"), DIAGRAM.index("</bpmn:userTask>")
    task = (
        '<bpmn:scriptTask id="fill" name="算"><bpmn:incoming>a</bpmn:incoming>'
        f"<bpmn:outgoing>b</bpmn:outgoing><bpmn:script>{text}</bpmn:script></bpmn:scriptTask>"
    )
    made = DIAGRAM[:begin] + task + DIAGRAM[end + len("</bpmn:userTask>") :]
    return made.replace('id="all_fields"', 'id="evil"').encode()


PYTHON = "import os\nos.system('touch /tmp/evil')"
CASES: dict[str, tuple[str, bytes, str]] = {
    "DOCTYPE": ("process", diagram('<!DOCTYPE a SYSTEM "file:///etc/passwd">'), "doctype"),
    "billion laughs": ("process", diagram(DTD, "&l8;"), "doctype"),
    "deep": ("process", diagram(inside="<a>" * 5000 + "</a>" * 5000), "too_deep"),
    "100,000 elements": ("process", diagram(inside="<a/>" * 100_000), "too_many_elements"),
    "Python": ("process", script(PYTHON), ""),
    "Python in one line": ("process", script("__import__('os').system('touch /tmp/evil')"), ""),
    "DMN DOCTYPE": ("decision", decision('<!DOCTYPE a SYSTEM "x">'), "dmn_doctype"),
    "DMN billion laughs": ("decision", decision(DTD, "&l8;"), ""),
    "DMN deep": ("decision", decision(inside="<a>" * 5000 + "</a>" * 5000), "dmn_no_xml"),
    "DMN 100,000 elements": ("decision", decision(inside="<a/>" * 100_000), "dmn_too_large"),
    "no XML": ("process", b"\xff\xfe\x00", ""),
    "form is no JSON": ("form", b"{", ""),
    "form nested": ("form", b"[" * 100_000, ""),
}


@pytest.mark.parametrize("case", CASES)
def test_harmful_definitions_are_refused(street: Street, unchanged: None, case: str) -> None:
    kind, content, code = CASES[case]

    with street.installation.database.transaction() as db:
        report = street.installation.definitions.publish(
            db, [Source(kind, "evil", content)], actor="test"
        )

    wrong = [one for one in report.findings if one.severity == "error"]
    assert report.refused
    assert code in {*(one.code for one in wrong), ""}
    assert all(one.message_zh and one.message_en for one in wrong)
    assert not Path("/tmp/evil").exists()


def test_lint_says_where_and_why(tmp_path: Path) -> None:
    folder = tmp_path / "pack" / "base" / "evil"
    folder.mkdir(parents=True)
    (folder / "evil.bpmn").write_bytes(script(PYTHON))
    (folder / "bomb.dmn").write_bytes(decision(DTD, "&l8;"))

    result = CliRunner().invoke(app, ["lint", str(tmp_path / "pack"), "--json"])

    assert result.exit_code == 1, result.output
    found: dict[str, Any] = json.loads(result.stdout)
    wrong = [one for one in found["findings"] if one["severity"] == "error"]
    text = json.dumps(wrong, ensure_ascii=False)
    assert "evil" in text and "bomb" in text


def test_markup_and_jinja_in_a_form_are_shown_as_text(street: Street) -> None:
    evil = "{{ 7*7 }}{% include 'base.html' %}<script>alert(1)</script>"
    schema = {
        "id": "evil_form",
        "type": "default",
        "schemaVersion": 19,
        "jc:title": evil,
        "jc:title.en": evil,
        "components": [
            {"id": "f_a", "type": "textfield", "key": "a", "label": evil, "description": evil,
             "properties": {"label.en": evil, "description.en": evil}},
            {"id": "f_t", "type": "text", "text": evil, "properties": {"text.en": evil}},
        ],
    }  # fmt: skip
    diagram = DIAGRAM.replace("all_fields_form", "evil_form").replace("all_fields", "evil_text")
    diagram = diagram.replace('name="填写"', 'name="&lt;b&gt;{{ 7*7 }}&lt;/b&gt;"')
    installation = street.installation
    with installation.database.transaction() as db:
        report = installation.definitions.publish(
            db,
            [
                Source("form", "evil_form", json.dumps(schema, ensure_ascii=False).encode()),
                Source("process", "evil_text", diagram.encode()),
            ],
            actor="test",
        )
        assert not report.refused, report.findings
        installation.engine.start(
            db, "evil_text", business_key="<img src=x onerror=alert(1)>", tenant="OWN"
        )
    client = street.client(street.own.people["reviewer"])
    tasks = client.get("/api/v1/user-tasks").json()["items"]
    [task] = [one for one in tasks if one["processId"] == "evil_text"]

    for language in ("zh-CN", "en"):
        page = client.get(f"/inbox/{task['id']}", headers={"Accept-Language": language})

        assert page.status_code == 200, page.text[:500]
        assert "<script>alert(1)" not in page.text
        assert "<b>{{" not in page.text
        assert "<img src=x" not in page.text
        assert "{{ 7*7 }}" in page.text
        assert "&lt;script&gt;alert(1)" in page.text
        assert "&lt;b&gt;{{ 7*7 }}" in page.text
