"""The command that runs diagrams in memory: for people who draw, and for outside suites."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import yaml
from pydantic import BaseModel, ConfigDict, ValidationError

from api.command_errors import existing, existing_file
from api.console import AsJson, errors, finding_facts, finding_line, tell
from engine.errors import AnswerLeftOver, DiagramError, EngineError
from engine.testing import START_AT, SourceDefinitions, Trace, run_diagram
from engine.yaml_texts import read_yaml

commands = typer.Typer()


class Script(BaseModel):
    """What a run is given; every part may be left out."""

    model_config = ConfigDict(extra="forbid")

    variables: dict[str, Any] = {}
    answers: dict[str, dict[str, Any] | list[dict[str, Any]]] = {}
    events: list[dict[str, Any]] = []
    service_tasks: dict[str, Any] = {}
    start_at: datetime = START_AT


class UnreadableScript(EngineError):
    """The file with the script is no script."""


@commands.command("run-diagram")
def run_one_diagram(
    sources: Annotated[
        Path,
        typer.Argument(callback=existing, help="a .bpmn file, or a folder of .bpmn and .dmn files"),
    ],
    process: Annotated[str, typer.Option(help="its id, if there are several")] = "",
    script: Annotated[
        Path | None,
        typer.Option(callback=existing_file, help="answers and events, as YAML or JSON"),
    ] = None,
    partial: Annotated[bool, typer.Option(help="it may still wait at the end")] = False,
    as_json: AsJson = False,
) -> None:
    """Run a process in memory by a script of answers and events, and tell what happened.

    Nothing is stored and no service is called: service tasks give what the script says. The
    clock stands still until an event of the script moves it.
    """
    try:
        given = _read(script)
        trace = run_diagram(
            sources,
            process or _only_process(sources),
            variables=given.variables,
            answers=given.answers,
            events=given.events,
            service_tasks=given.service_tasks,
            start_at=given.start_at,
            partial=True,
        )
    except DiagramError as error:
        found = [finding_facts(one) for one in error.findings]
        tell(as_json, {"findings": found}, "\n".join(map(finding_line, error.findings)))
        raise typer.Exit(1) from error
    except AnswerLeftOver as error:
        text = f"脚本中有未用到的内容 / something of the script was not used: {error}"
        tell(as_json, {"problem": str(error)}, text)
        raise typer.Exit(1) from error
    except (EngineError, ValueError) as error:
        errors.print(str(error), highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(2) from error
    tell(as_json, trace_facts(trace), _text(trace))
    if trace.status != "completed" and not partial:
        raise typer.Exit(1)


def trace_facts(trace: Trace) -> dict[str, Any]:
    """What a run did, for programs."""
    return {
        "status": trace.status,
        "waitsFor": trace.waits_for,
        "elements": trace.elements,
        "visited": [{"process": process, "element": el} for process, el in trace.visited],
        "data": trace.data,
        "userTasks": [
            {"element": one.element_id, "name": one.name, "status": one.status}
            for one in trace.user_tasks
        ],
        "messages": [
            {"name": one.name, "key": one.key, "payload": one.payload} for one in trace.messages
        ],
        "incidents": [
            {"element": one.element_id, "message": one.message} for one in trace.incidents
        ],
    }


def _read(path: Path | None) -> Script:
    """Read a script.

    Raises:
        UnreadableScript: It is not one; the message says where and why, in both languages.
    """
    if path is None:
        return Script()
    try:
        content = read_yaml(path.read_text(encoding="utf-8")) or {}
        return Script.model_validate({_snake(key): part for key, part in content.items()})
    except ValidationError as error:
        where = "; ".join(f"{_path(one['loc'])}: {one['msg']}" for one in error.errors())
        raise UnreadableScript(f"脚本 {path} 有误 / the script {path} is wrong: {where}") from error
    except (yaml.YAMLError, UnicodeDecodeError, AttributeError) as error:
        raise UnreadableScript(
            f"脚本 {path} 不是 YAML 或 JSON 对象 / "
            f"the script {path} is no YAML or JSON object: {error}"
        ) from error


def _snake(key: Any) -> str:
    names: Mapping[str, str] = {"serviceTasks": "service_tasks", "startAt": "start_at"}
    return names.get(str(key), str(key))


def _path(location: tuple[int | str, ...]) -> str:
    return ".".join(str(part) for part in location)


def _only_process(sources: Path) -> str:
    found = SourceDefinitions(sources).process_ids()
    if len(found) == 1:
        return found[0]
    raise UnreadableScript(
        f"请用 --process 指明流程 / name the process with --process: {', '.join(found) or '–'}"
    )


def _text(trace: Trace) -> str:
    lines = [" → ".join(trace.elements)]
    lines += [f"{name} = {value!r}" for name, value in sorted(trace.data.items())]
    lines += [f"等待 waits for: {one}" for one in trace.waits_for]
    return "\n".join([*lines, f"状态 status: {trace.status}"])
