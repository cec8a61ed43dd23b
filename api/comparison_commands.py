"""The command that says what differs: files, folders of definitions, stored versions."""

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from api.application import build_installation
from api.command_errors import leave, settings, told
from api.console import AsJson, finding_line, say, tell
from engine.bundles import Name
from engine.comparison import Change, compare
from engine.decisions.errors import InvalidDecisions
from engine.errors import DiagramError, UnknownDefinition
from engine.scopes import BASE, BadScope
from engine.sources import KINDS
from engine.versions import Edition, read_edition

commands = typer.Typer()

Contents = Mapping[Name, bytes]
_SUFFIXES = {".bpmn": "process", ".dmn": "decision", ".typ": "paper", ".yaml": "scenarios"}
_KINDS = frozenset(KINDS) | {"scenarios"}


@commands.command("diff")
def diff(
    before: Annotated[
        str, typer.Argument(help="a file, a folder, or kind/key@version of the installation")
    ],
    after: Annotated[str, typer.Argument(help="what to compare it with, of the same sort")],
    scope: Annotated[
        str, typer.Option(help="scope of stored versions: base, industry:<key>, …")
    ] = BASE,
    as_json: AsJson = False,
) -> None:
    """Say in words what differs between two versions of definitions.

    Leaves with 0 where nothing differs, 1 where something does, 2 where it cannot compare.
    """
    old, new = _contents(before, scope), _contents(after, scope)
    if len(old) == len(new) == 1:  # Two files are compared whatever they are called.
        (name, content), (other, wanted) = *old.items(), *new.items()
        if name[0] != other[0]:
            leave(
                f"两者种类不同:{name[0]}、{other[0]}。",
                f"They are of two kinds: {name[0]} and {other[0]}.",
            )
        old, new = {other: content}, {other: wanted}
    found = {name: _changes(name, old, new) for name in sorted({*old, *new})}
    found = {name: changes for name, changes in found.items() if changes}
    facts = {
        "different": bool(found),
        "definitions": [
            {"kind": kind, "key": key, "changes": [_facts(one) for one in changes]}
            for (kind, key), changes in found.items()
        ],
    }
    tell(as_json, facts, "\n".join(_lines(found)) or say("没有差别", "No difference"))
    if found:
        raise typer.Exit(1)


def _lines(found: Mapping[Name, tuple[Change, ...]]) -> list[str]:
    lines: list[str] = []
    for (kind, key), changes in found.items():
        lines.append(f"{kind}/{key}")
        lines += [f"  {say(one.message_zh, one.message_en)}" for one in changes]
    return lines


def _changes(name: Name, old: Contents, new: Contents) -> tuple[Change, ...]:
    kind, key = name
    try:
        return compare(kind, old.get(name), new.get(name))
    except (DiagramError, InvalidDecisions) as error:
        lines = "\n".join(map(finding_line, error.findings))
        leave(f"{kind}/{key} 不能读取:\n{lines}", f"{kind}/{key} cannot be read.")


def _contents(text: str, scope: str) -> Contents:
    """Read what an argument names."""
    path = Path(text)
    if path.is_dir():
        return _of_folder(path)
    if path.is_file():
        kind = _kind_of(path)
        if kind is None:
            leave(
                f"看不出 {path} 是哪种定义(.bpmn .dmn .json .typ .yaml)。",
                f"{path} is no definition (.bpmn .dmn .json .typ .yaml).",
            )
        return {(kind, path.stem): _read(path)}
    kind, _, rest = text.partition("/")
    if kind not in _KINDS or not rest:
        leave(
            f"没有文件或文件夹 {text},也不是“种类/名称@版本”。",
            f"{text} is no file, no folder and no kind/key@version.",
        )
    key, _, version = rest.partition("@")
    return {(kind, key): _stored(kind, key, f"{scope}@{version}" if version else scope)}


def _of_folder(folder: Path) -> Contents:
    found: dict[Name, bytes] = {}
    for path in sorted(folder.rglob("*")):
        kind = _kind_of(path) if path.is_file() else None
        if kind is not None:
            # Scenarios are called alike everywhere; their folder says of what they are.
            key = path.parent.name if kind == "scenarios" else path.stem
            found[kind, key] = _read(path)
    return found


def _read(path: Path) -> bytes:
    with told():
        return path.read_bytes()


def _kind_of(path: Path) -> str | None:
    if path.suffix != ".json":
        return _SUFFIXES.get(path.suffix)
    if b'"components"' in _read(path):
        return "form"
    return "sheet" if path.parent.name == "sheets" else "catalogue"


def _stored(kind: str, key: str, edition: str) -> bytes:
    content = _edition(kind, key, edition).content
    if content is None:
        leave(f"{kind}/{key} 在 {edition} 已撤下。", f"{kind}/{key} is withdrawn in {edition}.")
    return content


def _edition(kind: str, key: str, edition: str) -> Edition:
    with told():
        installation = build_installation(settings())
        try:
            with installation.database.reading() as db:
                return read_edition(db, kind, key, edition)
        except UnknownDefinition as error:
            leave(f"没有这个版本:{error}", f"There is no such version: {error}")
        except BadScope as error:
            leave(f"没有这个范围或版本:{error}", f"There is no such scope or version: {error}")
        finally:
            installation.dispose()


def _facts(change: Change) -> dict[str, object]:
    """Give a change as JSON; the keys of its places are of use only inside."""
    facts = asdict(change)
    del facts["places"]
    return facts
