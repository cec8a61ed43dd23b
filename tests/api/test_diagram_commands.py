"""Commands about single diagrams."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from api import cli

DRAWN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL">
<process id="leave" name="请假"><startEvent id="s"/><userTask id="t" name="审批"/><endEvent id="e"/>
<sequenceFlow id="a" sourceRef="s" targetRef="t"/><sequenceFlow id="b" sourceRef="t" targetRef="e"/>
</process></definitions>"""


def run(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(cli.app, [*arguments, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def test_drawing_is_imported_and_kept(tmp_path: Path) -> None:
    drawn, draft = tmp_path / "drawn.bpmn", tmp_path / "draft.bpmn"
    drawn.write_text(DRAWN, encoding="utf-8")

    code, told = run("import-diagram", str(drawn), "-o", str(draft))

    assert code == 0
    assert (told["imported"], told["processes"], told["publishable"]) == (True, ["leave"], False)
    assert [one["code"] for one in told["notes"]] == ["made_executable", "no_layout"]
    found = [(one["code"], one["element_id"]) for one in told["findings"]]
    assert found == [("nobody_may", "t"), ("no_form", "t")]
    assert (tmp_path / "draft.bpmn.original").read_bytes() == drawn.read_bytes()
    assert run("import-diagram", str(draft))[1]["notes"] == []


def test_people_read_one_line_for_each_finding(tmp_path: Path) -> None:
    (tmp_path / "drawn.bpmn").write_text(DRAWN, encoding="utf-8")

    result = CliRunner().invoke(cli.app, ["import-diagram", str(tmp_path / "drawn.bpmn")])

    assert result.stdout.splitlines()[-1] == "已成为草稿,发布前须补齐以上各项"
    assert len(result.stdout.splitlines()) == 5


@pytest.mark.parametrize(("content", "reason"), [(b"<html/>", "not_bpmn"), (b"", "not_xml")])
def test_what_is_no_diagram_is_refused(tmp_path: Path, content: bytes, reason: str) -> None:
    (tmp_path / "x.bpmn").write_bytes(content)

    code, told = run("import-diagram", str(tmp_path / "x.bpmn"))

    assert (code, told["imported"]) == (1, False)
    assert [one["code"] for one in told["findings"]] == [reason]
