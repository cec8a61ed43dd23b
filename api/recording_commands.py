"""The command that makes a scenario of a real instance."""

from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from api.application import Installation
from api.command_errors import leave
from api.command_installation import installed, require_current
from api.console import AsJson, say, tell
from api.scope_commands import scope_argument
from engine.draft_contents import DraftRefused
from engine.draft_leases import DraftHeld
from engine.instances import ProcessInstance
from tasks.scenario_recording import (
    CannotRecord,
    Recording,
    keep_recording,
    note_recording,
    record,
)

commands = typer.Typer()
ACTOR = "jiancheng record-scenario"


@commands.command("record-scenario")
def record_scenario(
    instance: Annotated[UUID, typer.Argument(help="id of a process instance")],
    scope: Annotated[
        str,
        typer.Option(callback=scope_argument, help="base, industry:<key> or organisation:<key>"),
    ] = "base",
    name: Annotated[str, typer.Option(help="what the scenario is called")] = "",
    output: Annotated[
        Path | None, typer.Option("--output", "-o", help="where to write the YAML")
    ] = None,
    save: Annotated[bool, typer.Option(help="put it into the scope's draft, too")] = False,
    as_json: AsJson = False,
) -> None:
    """Make a scenario of what an instance did, all people invented, and play it.

    Leaves with 1 where playing it departs from the way that the instance took; with --save it
    is put into the draft all the same, to be edited.
    """
    require_current()
    with installed() as installation:
        made = _recorded(installation, instance, scope, name, save)
    if output is not None:
        output.write_text(made.text, encoding="utf-8")
    facts = {
        "scope": made.scope,
        "key": made.key,
        "name": made.name,
        "reproduces": made.reproduces,
        "departures": [{"zh": zh, "en": en} for zh, en in made.departures],
        "scenario": made.text,
        "saved": save,
    }
    tell(as_json, facts, _text(made, output))
    if not made.reproduces:
        raise typer.Exit(1)


def _recorded(
    installation: Installation, instance: UUID, scope: str, name: str, save: bool
) -> Recording:
    with installation.database.reading() as db:
        if db.get(ProcessInstance, instance) is None:
            leave(f"没有流程实例 {instance}。", f"There is no instance {instance}.")
    try:
        made = record(
            installation.database.reading,
            installation.engine,
            installation.forms,
            installation.examiner.play,
            instance,
            scope,
            name,
        )
        now = installation.clock.now()
        with installation.database.transaction() as db:
            note_recording(db, made, instance, actor=ACTOR, now=now)
            if save:
                keep_recording(db, made, actor=ACTOR, now=now)
    except CannotRecord as error:
        leave(error.problem, error.problem_en, code=1)
    except DraftHeld:
        leave("他人正在编辑这些场景。", "Somebody else is editing these scenarios.", code=1)
    except DraftRefused as error:
        said = "; ".join(say(one.message_zh, one.message_en) for one in error.findings)
        leave(said, said, code=1)
    return made


def _text(made: Recording, output: Path | None) -> str:
    same = say("回放与原实例走法一致。", "Played again, it goes the same way.")
    departs = [f"✗ {say(zh, en)}" for zh, en in made.departures]
    lines = departs or [same]
    return "\n".join(lines if output is not None else [made.text, *lines])
