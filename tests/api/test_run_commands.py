"""A diagram is run from the command line, by a script."""

import json
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from api import cli

NAMES = (
    'xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL" targetNamespace="x" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)
MARK = f"""<definitions {NAMES}>
<process id="marking" isExecutable="true"><startEvent id="s"/><userTask id="mark"/>
<serviceTask id="file" camunda:type="external" camunda:topic="papers.file"
 camunda:resultVariable="paper"/><endEvent id="e"/>
<intermediateCatchEvent id="wait"><timerEventDefinition><timeDuration>P5D</timeDuration>
</timerEventDefinition></intermediateCatchEvent>
<sequenceFlow id="f1" sourceRef="s" targetRef="mark"/>
<sequenceFlow id="f2" sourceRef="mark" targetRef="wait"/>
<sequenceFlow id="f3" sourceRef="wait" targetRef="file"/>
<sequenceFlow id="f4" sourceRef="file" targetRef="e"/>
</process></definitions>"""
SCRIPT = """
variables: {candidate: 7}
answers: {mark: {points: 59.5}}
events: [{advance: P5D}]
serviceTasks: {papers.file: {id: p-1}}
"""


def run(tmp_path: Path, script: str = SCRIPT, *options: str, diagram: str = MARK) -> Result:
    drawn, scripted = tmp_path / "marking.bpmn", tmp_path / "script.yaml"
    drawn.write_text(diagram, encoding="utf-8")
    scripted.write_text(script, encoding="utf-8")
    arguments = ["run-diagram", str(drawn), "--script", str(scripted), *options]
    result = CliRunner().invoke(cli.app, arguments)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result


def told(result: Result) -> Any:
    return json.loads(result.stdout)


def test_run_tells_path_data_and_tasks(tmp_path: Path) -> None:
    result = run(tmp_path, SCRIPT, "--json")

    assert result.exit_code == 0
    path = ["s", "mark", "wait", "file", "e"]
    assert told(result) == {
        "status": "completed",
        "waitsFor": [],
        "elements": path,
        "visited": [{"process": "marking", "element": one} for one in path],
        "data": {"candidate": 7, "points": 59.5, "paper": {"id": "p-1"}},
        "userTasks": [{"element": "mark", "name": "mark", "status": "completed"}],
        "messages": [],
        "incidents": [],
    }


def test_people_read_the_path(tmp_path: Path) -> None:
    lines = run(tmp_path).stdout.splitlines()

    assert lines[0] == "s → mark → wait → file → e"
    assert lines[-1] == "状态 status: completed"


def test_run_that_still_waits_says_for_what(tmp_path: Path) -> None:
    result = run(tmp_path, "answers: {mark: {points: 60}}")

    assert result.exit_code == 1
    assert result.stdout.splitlines()[-2].startswith("等待 waits for: timer wait due 2026-03-07T")


def test_what_is_left_of_a_script_is_told(tmp_path: Path) -> None:
    result = run(tmp_path, SCRIPT.replace("59.5}}", "59.5}, x: {}}"), "--json")

    assert (result.exit_code, told(result)) == (1, {"problem": "not used: x (1); waits for []"})


def test_partial_run_stops_where_it_waits(tmp_path: Path) -> None:
    result = run(tmp_path, "", "--partial", "--json")

    assert result.exit_code == 0
    assert (told(result)["status"], told(result)["elements"]) == ("running", ["s"])


def test_what_would_run_wrongly_is_refused(tmp_path: Path) -> None:
    result = run(tmp_path, SCRIPT, "--json", diagram=MARK.replace("P5D</time", "5 +</time"))

    assert result.exit_code == 1
    assert {one["element_id"] for one in told(result)["findings"]} == {"wait"}


@pytest.mark.parametrize(
    ("script", "said"),
    [
        ("[1, 2]", "is no YAML or JSON object"),
        ("{", "is no YAML or JSON object"),
        ("answer: {mark: {}}", "answer: Extra inputs are not permitted"),
        ("answers: {mark: 60}", "answers.mark"),
        ("events: [{wait: 1}]", "no event: {'wait': 1}"),
        ("events: [{advance: soon}]", "no duration: 'soon'"),
    ],
)
def test_bad_script_is_explained(tmp_path: Path, script: str, said: str) -> None:
    given = script if "events" not in script else f"answers: {{mark: {{}}}}\n{script}"

    result = run(tmp_path, given)

    assert result.exit_code == 2
    assert said in result.stderr


def test_process_must_be_named_where_there_are_several(tmp_path: Path) -> None:
    second = MARK[MARK.index("<process") : MARK.index("</definitions>")]
    for name in ("marking", "s", "mark", "file", "e", "wait", "f1", "f2", "f3", "f4"):
        second = second.replace(f'"{name}"', f'"{name}2"')
    both = MARK.replace("</definitions>", f"{second}</definitions>")

    assert "marking, marking2" in run(tmp_path, SCRIPT, diagram=both).stderr
    assert run(tmp_path, SCRIPT, "--process", "marking", diagram=both).exit_code == 0
    assert run(tmp_path, SCRIPT, "--process", "nobody", diagram=both).exit_code == 2


def test_missing_files_are_told_in_both_languages(tmp_path: Path) -> None:
    (tmp_path / "marking.bpmn").write_text(MARK, encoding="utf-8")
    missing = str(tmp_path / "missing")
    for arguments in ([missing], [str(tmp_path / "marking.bpmn"), "--script", missing]):
        result = CliRunner().invoke(cli.app, ["run-diagram", *arguments])

        assert result.exit_code == 2
        assert len(result.stderr.splitlines()) == 2
        assert f" {missing}." in result.stderr
