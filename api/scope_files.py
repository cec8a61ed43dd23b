"""A scope's own definitions as a zip: taken out, and taken in as drafts."""

from __future__ import annotations

from typing import Annotated, Literal

from fastapi import File, Form, Path, Response, UploadFile

from api.definitions import require_change, require_read
from api.drafts import told_to_clients
from api.problems import Problem
from api.resources import Resource
from api.work import Posting, Reading, Work, WorkRouter
from engine.bundles import Name
from engine.scope_files import write_scope
from engine.scopes import folder_of
from tasks.new_definitions import NEW_KINDS, is_taken
from tasks.scope_archives import pack, take_file_in

router = WorkRouter(prefix="/scopes/{scope}/files", tags=["definitions"])

Scope = Annotated[str, Path(max_length=100)]
INTO = "take a single file as this definition, `process/score`; its id is replaced"


def definition_named(work: Work, scope: str, name: str) -> Name | None:
    """Read what a file is to be taken as; None for whatever it says itself.

    Raises:
        Problem: not-found.
    """
    if not name:
        return None
    kind, _, key = name.partition("/")
    if kind not in NEW_KINDS or not is_taken(work.db, scope, kind, key):
        raise Problem("not-found")
    return kind, key


class IntakeView(Resource):
    """What taking files in did to one definition."""

    kind: str
    key: str
    action: Literal["new", "changed", "same", "removed"]


class IntakeList(Resource):
    """What became of the files."""

    items: list[IntakeView]


@router.get("", response_class=Response)
def read_files(work: Reading, scope: Scope) -> Response:
    """Give the scope's own definitions as a zip, one file each, and what they were made from."""
    require_read(work, scope)
    name = folder_of(scope).replace("/", "-")
    headers = {
        "Content-Disposition": f'attachment; filename="{name}.zip"',
        "Cache-Control": "no-store",
    }
    return Response(pack(write_scope(work.db, scope)), 200, headers, "application/zip")


@router.post("")
def take_files(
    work: Posting,
    scope: Scope,
    file: Annotated[UploadFile, File(description="a zip of a scope, a .bpmn, a .dmn or a form")],
    mirror: Annotated[bool, Form(description="give up what the zip does not have")] = False,
    into: Annotated[str, Form(max_length=121, description=INTO)] = "",
) -> Response:
    """Make drafts of what files change; nothing is published."""
    require_change(work, scope)
    with told_to_clients(work):
        done = take_file_in(
            work.db, scope, file.filename or "", file.file.read(),
            actor=work.actor.key, now=work.installation.clock.now(), mirror=mirror,
            into=definition_named(work, scope, into),
        )  # fmt: skip
    items = [IntakeView(kind=one.kind, key=one.key, action=one.action) for one in done]
    return work.reply(IntakeList(items=items))
