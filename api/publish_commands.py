"""The command that publishes definitions through the gate."""

from pathlib import Path
from typing import Annotated, Any

import typer

from api.application import Installation
from api.command_errors import leave
from api.command_installation import installed, require_current
from api.console import AsJson, say, tell
from api.publications import Confirmation, view_of
from api.scope_commands import files_below, scope_argument
from engine.draft_contents import DraftRefused
from engine.scope_files import read_scope
from engine.scopes import organisation_of
from tasks.actors import Actor
from tasks.publications import (
    InstancesStranded,
    NothingToPublish,
    PublicationItem,
    PublicationMoved,
    PublicationRow,
    ask,
    confirm,
    items_of_drafts,
    items_of_sources,
)

commands = typer.Typer()


@commands.command("publish")
def publish(
    source: Annotated[
        str, typer.Argument(help="a folder that export-scope wrote, or `drafts`")
    ] = "drafts",
    scope: Annotated[
        str,
        typer.Option(callback=scope_argument, help="base, industry:<key> or organisation:<key>"),
    ] = "base",
    basis: Annotated[str, typer.Option(help="the document that it is based on (依据文号)")] = "",
    note: Annotated[str, typer.Option(help="a note for the history")] = "",
    leave_behind: Annotated[
        bool,
        typer.Option(help="instances that wait at elements which are gone stay with their version"),
    ] = False,
    dry_run: Annotated[bool, typer.Option(help="examine only, publish nothing")] = False,
    as_json: AsJson = False,
) -> None:
    """Publish a scope's drafts, or a folder's definitions: the same gate as in the browser.

    Checks them, plays the scenarios of every scope that they touch, and weighs the running
    instances; publishes only if nothing stands against it.
    """
    require_current()
    with installed() as installation:
        try:
            said = Confirmation(basis=basis, note=note, leaves_behind=leave_behind)
            row = _go(installation, source, scope, said, dry=dry_run)
        except NothingToPublish:
            leave("没有要发布的内容。", "There is nothing to publish.")
        except InstancesStranded:
            leave(
                "有在办实例正停在要删除的环节上:请先办完,或加 --leave-behind 留在原来的版本。",
                "Running instances wait at elements that would be gone: finish them first, or give"
                " --leave-behind to leave them with the version that they have.",
                code=1,
            )
        except PublicationMoved:
            leave(
                "检查之后内容又变了,请再运行一次。",
                "Something changed after the examination: run it again.",
                code=1,
            )
        facts = view_of(row).model_dump(mode="json", by_alias=True)
    tell(as_json, facts, _text(facts))
    if not row.passed:
        raise typer.Exit(1)


def _go(
    installation: Installation, source: str, scope: str, said: Confirmation, *, dry: bool
) -> PublicationRow:
    actor = Actor("client", 0, "jiancheng publish", 0, organisation_of(scope))
    with installation.database.transaction() as db:
        items = _items(installation, source, scope)
        if items is None:
            items = items_of_drafts(db, scope)
        row = ask(db, scope, items, actor, installation.clock.now(), dry=dry)
    installation.examiner.examine(row.id)
    with installation.database.transaction() as db:
        row = db.get_one(PublicationRow, row.id)
        if row.passed and not dry:
            row = confirm(
                db,
                installation.definitions,
                row.id,
                actor,
                installation.register_starts,
                basis=said.basis,
                note=said.note,
                leaves_behind=said.leaves_behind,
            )
    return row


def _items(installation: Installation, source: str, scope: str) -> list[PublicationItem] | None:
    if source == "drafts":
        return None
    folder = Path(source)
    if not folder.is_dir():
        leave(f"没有文件夹 {source}。", f"There is no folder {source}.")
    try:
        return items_of_sources(read_scope(files_below(folder), scope))
    except DraftRefused as error:
        said = "; ".join(say(one.message_zh, one.message_en) for one in error.findings)
        leave(said, said, code=1)


def _text(facts: dict[str, Any]) -> str:
    report = facts["report"] or {}
    lines = []
    for one in report.get("findings", []):
        sentence, remedy = (say(one[part]["zh"], one[part]["en"]) for part in ("message", "remedy"))
        where = " ".join(part for part in (one["definition"], one["elementId"]) if part)
        lines.append(f"{one['severity']} {where} {one['code']}: {sentence} → {remedy}")
    scenarios = report.get("scenarios", [])
    for one in scenarios:
        if not one["passed"]:
            problem = say(one["problem"]["zh"], one["problem"]["en"])
            lines.append(f"✗ [{one['chain']}] {one['processId']}: {one['name']}: {problem}")
    passed = sum(one["passed"] for one in scenarios)
    lines.append(
        say(f"场景:{passed}/{len(scenarios)} 通过", f"scenarios: {passed} of {len(scenarios)} pass")
    )
    effects = (report.get("effects") or {}).get("counts", {})
    if effects:
        said = ", ".join(f"{state} {count}" for state, count in sorted(effects.items()))
        lines.append(say(f"运行中的实例:{said}", f"running instances: {said}"))
    lines += [f"{one['kind']}/{one['key']} v{one['version']}" for one in facts["versions"]]
    lines.append(_ending(facts))
    return "\n".join(lines)


def _ending(facts: dict[str, Any]) -> str:
    if facts["status"] == "failed":
        return say(f"检查没有完成:{facts['note']}", f"The examination failed: {facts['note']}")
    if not facts["passed"]:
        return say("不能发布。", "This cannot be published.")
    return {
        "published": say("已发布。", "Published."),
        "waiting_confirmation": say("等待第二人确认。", "A second person has to confirm it."),
    }.get(facts["status"], say("可以发布。", "This can be published."))
