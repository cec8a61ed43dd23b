"""Commands about single diagrams: take one in that was drawn elsewhere, measure one."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.checking import import_file
from api.command_errors import existing_file
from api.console import AsJson, errors, finding_facts, finding_line, say, tell
from engine.errors import DiagramError

commands = typer.Typer()


@commands.command("import-diagram")
def import_diagram(
    file: Annotated[Path, typer.Argument(callback=existing_file, help="a BPMN 2.0 file")],
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="where to write the draft")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a draft of a diagram drawn elsewhere, and say what is missing to publish it.

    The drawing as it was is kept beside the draft, as <draft>.original.
    """
    try:
        draft = import_file(file)
    except DiagramError as error:
        facts = {"imported": False, "findings": [finding_facts(one) for one in error.findings]}
        tell(as_json, facts, "\n".join(map(finding_line, error.findings)))
        raise typer.Exit(1) from error
    if output is not None:
        output.write_bytes(draft.content)
        output.with_name(f"{output.name}.original").write_bytes(draft.original)
    facts = {
        "imported": True,
        "processes": draft.processes,
        "publishable": draft.publishable,
        "notes": [finding_facts(one) for one in draft.notes],
        "findings": [finding_facts(one) for one in draft.findings],
    }
    lines = [*map(finding_line, draft.notes), *map(finding_line, draft.findings)]
    whole = say("可以发布", "It can be published")
    open_points = say(
        "已成为草稿,发布前须补齐以上各项", "It is a draft; to publish it, settle the above"
    )
    lines.append(whole if draft.publishable else open_points)
    tell(as_json, facts, "\n".join(lines))


@commands.command("bench-process")
def bench_process(
    file: Annotated[Path, typer.Argument(callback=existing_file, help="a BPMN 2.0 file")],
    completions: Annotated[int, typer.Option(min=1, help="user tasks to complete")] = 300,
    database: Annotated[
        str, typer.Option(help="address of a PostgreSQL database; default: SQLite")
    ] = "",
    as_json: AsJson = False,
) -> None:
    """Complete user tasks of a diagram in the real application, over HTTP, and time it.

    A temporary installation with a server process of its own; every user task is confirmed by one
    reviewer, without a form. Timers and messages from outside do not come.
    """
    from api.process_bench import CannotMeasure, measure_process  # noqa: PLC0415 -- slow import

    try:
        figures = measure_process(file.read_bytes(), completions, database)
    except DiagramError as error:
        found = [finding_facts(one) for one in error.findings]
        tell(as_json, {"findings": found}, "\n".join(map(finding_line, error.findings)))
        raise typer.Exit(1) from error
    except CannotMeasure as error:
        errors.print(str(error), highlight=False, markup=False, soft_wrap=True)
        raise typer.Exit(1) from error
    facts = {_camel(name): value for name, value in asdict(figures).items()}
    text = (
        f"{figures.process_id}: {figures.per_second:,.0f} 次/秒,"
        f"p50 {figures.p50_ms:.1f} 毫秒,p95 {figures.p95_ms:.1f} 毫秒,"
        f"每次数据库增长 {figures.bytes_per_completion:,.0f} 字节"
        f"({figures.completions} 次,{figures.instances} 个实例)"
    )
    tell(as_json, facts, text)


def _camel(name: str) -> str:
    first, *rest = name.split("_")
    return first + "".join(word.title() for word in rest)
