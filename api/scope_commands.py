"""Commands that write a scope's own definitions to a folder and read them in again."""

from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.command_errors import existing_folder, leave
from api.command_installation import installed, require_current
from api.console import AsJson, finding_facts, finding_line, say, tell
from engine.draft_contents import DraftRefused
from engine.draft_leases import DraftHeld
from engine.scope_files import MANIFEST, Intake, is_place, take_in, write_scope
from engine.scopes import BadScope, level_of

commands = typer.Typer()

_ACTIONS = {
    "new": ("新增", "new"),
    "changed": ("修改", "changed"),
    "removed": ("改回上层", "removed"),
    "same": ("相同", "the same"),
}


def scope_argument(text: str) -> str:
    """Accept the name of a scope."""
    try:
        level_of(text)
    except BadScope:
        leave(
            f"“{text}”不是适用范围;请写 base、industry:名称 或 organisation:名称。",
            f"“{text}” is no scope; write base, industry:<key> or organisation:<key>.",
        )
    return text


Scope = Annotated[
    str,
    typer.Argument(callback=scope_argument, help="base, industry:<key> or organisation:<key>"),
]


@commands.command("export-scope")
def export_scope(
    scope: Scope,
    folder: Annotated[Path, typer.Argument(help="where to write; made if it is not there")],
    as_json: AsJson = False,
) -> None:
    """Write a scope's own definitions to a folder, one file each, fit for version control.

    Files of an earlier export whose definition is gone are removed; other files stay.
    """
    require_current()
    with installed() as installation, installation.database.reading() as db:
        files = write_scope(db, scope)
    for path in sorted(files_below(folder).keys() - files.keys()):
        if is_place(path):
            (folder / path).unlink()
    for path, content in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(content)
    count = len(files) - 1
    text = say(f"已导出 {count} 个定义到 {folder}", f"{count} definitions written to {folder}")
    tell(as_json, {"scope": scope, "files": sorted(files)}, text)


@commands.command("import-scope")
def import_scope(
    scope: Scope,
    folder: Annotated[Path, typer.Argument(callback=existing_folder, help="an exported folder")],
    mirror: Annotated[
        bool,
        typer.Option(help="give up the scope's own definitions that the folder does not have"),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Read a folder's definitions into a scope, as drafts; publish them afterwards."""
    require_current()
    files = {path: content for path, content in files_below(folder).items() if _wanted(path)}
    with installed() as installation, _refusals_told(as_json):
        now = installation.clock.now()
        with installation.database.transaction() as db:
            done = take_in(db, scope, files, actor="import-scope", now=now, mirror=mirror)
    facts = {"scope": scope, "imported": True, "definitions": [asdict(one) for one in done]}
    tell(as_json, facts, _summary(done))


@contextmanager
def _refusals_told(as_json: bool) -> Iterator[None]:
    try:
        yield
    except DraftRefused as error:
        facts = {"imported": False, "findings": [finding_facts(one) for one in error.findings]}
        tell(as_json, facts, "\n".join(map(finding_line, error.findings)))
        raise typer.Exit(1) from error
    except DraftHeld as error:
        name = f"{error.lease.kind}/{error.lease.key}"
        text = say(
            f"{name} 正在被编辑,什么也没有导入;请在编辑关闭后再试。",
            f"{name} is being edited, nothing was imported; try again when the editor is closed.",
        )
        tell(as_json, {"imported": False, "held": name}, text)
        raise typer.Exit(1) from error


def _summary(done: list[Intake]) -> str:
    changes = [one for one in done if one.action != "same"]
    lines = [f"{say(*_ACTIONS[one.action])} {one.kind}/{one.key}" for one in changes]
    counts = Counter(one.action for one in done)
    same = counts["same"]
    lines.append(
        say(
            f"{len(changes)} 个草稿,{same} 个定义没有变化",
            f"{len(changes)} drafts, {same} definitions without a change",
        )
    )
    return "\n".join(lines)


def _wanted(path: str) -> bool:
    # What version control keeps beside the files (.git, README.md) is none of ours.
    return path == MANIFEST or ("/" in path and not path.startswith("."))


def files_below(folder: Path) -> Mapping[str, bytes]:
    """Read the files of an exported folder by their paths in it."""
    if not folder.is_dir():
        return {}
    paths = [path for path in sorted(folder.rglob("*")) if path.is_file() and not path.is_symlink()]
    named = {path.relative_to(folder).as_posix(): path for path in paths}
    return {name: path.read_bytes() for name, path in named.items() if _wanted(name)}
