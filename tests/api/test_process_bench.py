"""Any diagram can be measured in the real application."""

import json
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import create_engine, text
from typer.testing import CliRunner

from api import cli
from api.process_bench import measure_process
from engine.diagrams import prepare_diagram
from tests.postgresql import PostgresqlServer

# Each starts a server process of its own.
pytestmark = [pytest.mark.slow, pytest.mark.xdist_group("process-bench")]

DIAGRAMS = Path(__file__).parents[2] / "bench" / "diagrams"
FIGURES = ("perSecond", "p50Ms", "p95Ms", "bytesPerCompletion")
DRAWN = """<definitions xmlns="http://www.omg.org/spec/BPMN/20100524/MODEL"
 xmlns:flowable="http://flowable.org/bpmn"><process id="other-tool"><startEvent id="s"/>
 {middle}<endEvent id="e"/><sequenceFlow id="a" sourceRef="s" targetRef="t"/>
 <sequenceFlow id="b" sourceRef="t" targetRef="e"/></process></definitions>"""


def run(*arguments: str) -> tuple[int, Any]:
    result = CliRunner().invoke(cli.app, ["bench-process", *arguments, "--json"])
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout) if result.stdout else None


def test_diagrams_of_the_bench_can_be_published() -> None:
    names = sorted(path.stem for path in DIAGRAMS.glob("*.bpmn"))

    assert names == ["fourteen_calls", "fourteen_tasks", "two_tasks"]
    for name in names:
        checked = prepare_diagram((DIAGRAMS / f"{name}.bpmn").read_bytes(), key=name)
        assert {one.code for one in checked.findings} == {"no_form"}


@pytest.mark.parametrize(
    ("name", "completions", "instances"),
    [("two_tasks", 6, 3), ("fourteen_calls", 28, 2)],
)
def test_diagrams_of_the_bench_are_measured(name: str, completions: int, instances: int) -> None:
    code, told = run(str(DIAGRAMS / f"{name}.bpmn"), "--completions", str(completions))

    counted = {key: value for key, value in told.items() if key not in FIGURES}
    assert (code, counted) == (
        0,
        {"processId": name, "completions": completions, "instances": instances},
    )
    assert min(told[key] for key in FIGURES[:3]) > 0
    assert told["p50Ms"] <= told["p95Ms"]


def test_drawing_of_another_tool_is_measured(tmp_path: Path) -> None:
    task = '<userTask id="t" name="x" flowable:assignee="${boss}" flowable:formKey="leave"/>'
    (tmp_path / "x.bpmn").write_text(DRAWN.format(middle=task), encoding="utf-8")

    code, told = run(str(tmp_path / "x.bpmn"), "--completions", "2")

    assert (code, told["processId"], told["instances"]) == (0, "other_tool", 2)


@pytest.mark.parametrize("middle", ['<serviceTask id="t"/>', '<task id="t"/>'])
def test_what_cannot_be_published_or_needs_nobody_is_refused(tmp_path: Path, middle: str) -> None:
    (tmp_path / "x.bpmn").write_text(DRAWN.format(middle=middle), encoding="utf-8")

    result = CliRunner().invoke(cli.app, ["bench-process", str(tmp_path / "x.bpmn")])

    assert result.exit_code == 1
    assert result.output.strip() != ""


@pytest.mark.postgresql
def test_postgresql_is_left_as_it_was(postgresql_server: PostgresqlServer) -> None:
    url = postgresql_server.url
    content = (DIAGRAMS / "two_tasks.bpmn").read_bytes()

    figures = measure_process(content, 4, url.render_as_string(hide_password=False))

    assert (figures.completions, figures.instances) == (4, 2)
    engine = create_engine(url)
    with engine.connect() as connection:
        query = text("SELECT nspname FROM pg_namespace WHERE nspname LIKE 'bench_%'")
        assert connection.execute(query).all() == []
    engine.dispose()
