"""Commands about single diagrams: take one in that was drawn elsewhere."""

from pathlib import Path
from typing import Annotated

import typer

from api.checking import import_file
from api.console import AsJson, finding_facts, finding_line, tell
from engine.errors import DiagramError

commands = typer.Typer()


@commands.command("import-diagram")
def import_diagram(
    file: Annotated[Path, typer.Argument(exists=True, dir_okay=False, help="a BPMN 2.0 file")],
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
    lines.append("可以发布" if draft.publishable else "已成为草稿,发布前须补齐以上各项")
    tell(as_json, facts, "\n".join(lines))
