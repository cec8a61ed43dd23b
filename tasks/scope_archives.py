"""A scope's files in one zip, and single files that were drawn elsewhere, as drafts."""

from __future__ import annotations

import io
import stat
import zipfile
import zlib
from collections.abc import Mapping
from datetime import datetime
from typing import Any

import orjson
from sqlmodel import Session

from appraisal.zip_files import RefusedZip, ZipLimits, check_zip
from engine.bundles import Name
from engine.decisions import InvalidDecisions
from engine.decisions.document import parse_document
from engine.diagrams.importing import import_diagram
from engine.draft_contents import DraftRefused
from engine.errors import DiagramError
from engine.findings import Finding
from engine.scope_files import MANIFEST, Intake, take_in
from tasks.definition_drafts import ground_of, keep_draft
from tasks.new_definitions import with_key

LIMITS = ZipLimits(
    entries=2_000, total_bytes=64 * 1024 * 1024, entry_bytes=4 * 1024 * 1024, ratio=200
)
_LONG_AGO = (1980, 1, 1, 0, 0, 0)


def pack(files: Mapping[str, bytes]) -> bytes:
    """Put files into a zip; the same files give the same bytes."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in sorted(files.items()):
            archive.writestr(zipfile.ZipInfo(path, _LONG_AGO), content, zipfile.ZIP_DEFLATED)
    return made.getvalue()


def unpack(content: bytes) -> dict[str, bytes]:
    """Read the files of a zip by their paths; a folder around all of them is left out.

    Nothing is written anywhere: a path that leads elsewhere is only a name that fits nowhere.

    Raises:
        RefusedZip: It breaks a limit or is no zip file.
    """
    entries = check_zip(content, LIMITS)
    found: dict[str, bytes] = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        for entry in entries:
            path = entry.filename.replace("\\", "/")
            if stat.S_ISLNK(entry.external_attr >> 16):
                raise RefusedZip("link")
            if path in found:
                # Which of the two was meant, nobody could tell afterwards.
                raise RefusedZip("twice")
            if any(part.startswith((".", "__")) and part != ".." for part in path.split("/")):
                continue  # what systems and editors put beside the files
            found[path] = _read(archive, entry)
    return _without_folder(found)


def _read(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    try:
        with archive.open(entry) as file:
            data = file.read(LIMITS.entry_bytes + 1)
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError):
        raise RefusedZip("damaged") from None
    if len(data) > LIMITS.entry_bytes:
        raise RefusedZip("too_large")
    return data


def _without_folder(files: dict[str, bytes]) -> dict[str, bytes]:
    tops = {path.partition("/")[0] for path in files}
    if len(tops) != 1 or f"{next(iter(tops))}/{MANIFEST}" not in files:
        return files
    return {path.partition("/")[2]: content for path, content in files.items()}


def take_file_in(
    db: Session,
    scope: str,
    name: str,
    content: bytes,
    *,
    actor: str,
    now: datetime,
    mirror: bool = False,
    into: Name | None = None,
) -> list[Intake]:
    """Make drafts of an uploaded file: a zip of a scope, a diagram, a table, or a form.

    A diagram that was drawn for another engine is mended as `jiancheng import-diagram` does. A
    single file is taken as the definition `into` names, whatever its own id is.

    Raises:
        RefusedZip: It is a zip and cannot be taken.
        DraftRefused: Something cannot be read; nothing was changed.
        DraftHeld: Somebody is editing one of the definitions; nothing was changed.
    """
    if content[:2] == b"PK":
        files = unpack(content)
        return take_in(db, scope, files, actor=actor, now=now, mirror=mirror)
    kind, key, content = _single(name, content)
    if into is not None:
        content = _as(into, kind, key, content)
        key = into[1]
    current = ground_of(db, scope, kind, key).current
    kept = keep_draft(db, scope, kind, key, content, expected=None, actor=actor, now=now)
    if kept is None:
        return [Intake(kind, key, "same")]
    return [Intake(kind, key, "new" if current is None else "changed")]


def _as(into: Name, kind: str, key: str, content: bytes) -> bytes:
    if into[0] != kind:
        raise _refused(
            "other_kind",
            "文件不是同一种定义,不能放进这里。",
            "The file is a definition of another kind and cannot be taken in here.",
        )
    return with_key(kind, content, key, into[1])


def _single(name: str, content: bytes) -> tuple[str, str, bytes]:
    suffix = name.rpartition(".")[2].lower()
    if suffix in ("bpmn", "xml"):
        return _diagram(content)
    if suffix == "dmn":
        return "decision", _decision(content), content
    if suffix == "json":
        return "form", _form(content), content
    raise _refused(
        "unknown_file",
        "只能导入 .zip、.bpmn、.dmn 或表单 .json 文件。",
        "Only .zip, .bpmn, .dmn and forms as .json can be taken in.",
    )


def _diagram(content: bytes) -> tuple[str, str, bytes]:
    try:
        draft = import_diagram(content)
    except DiagramError as error:
        raise DraftRefused(error.findings) from error
    if not draft.processes:
        raise _refused(
            "no_process",
            "文件里没有可执行的流程(isExecutable)。",
            "The file has no executable process (isExecutable).",
        )
    # What needed no mending stays as it was drawn.
    return "process", draft.processes[0], draft.content if draft.notes else content


def _decision(content: bytes) -> str:
    try:
        root = parse_document(content)
    except InvalidDecisions as error:
        raise DraftRefused(error.findings) from error
    first = next(root.iter("{*}decision"), None)
    key = "" if first is None else first.get("id")
    if not key:
        raise _refused("no_decision", "文件里没有决策。", "The file has no decision.")
    return str(key)


def _form(content: bytes) -> str:
    try:
        form: Any = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise _refused("not_json", f"不是正确的 JSON:{error}", f"Not valid JSON: {error}") from None
    key = form.get("id") if isinstance(form, dict) and "components" in form else None
    if not isinstance(key, str):
        raise _refused(
            "no_form",
            "这个 JSON 不是表单;其他表格请用编辑器修改,或导入整个范围的 zip。",
            "This JSON is no form; use the editor for other tables, or the zip of a scope.",
        )
    return key


def _refused(code: str, zh: str, en: str) -> DraftRefused:
    return DraftRefused([Finding(code, zh, en)])
