"""Drafts of definitions over HTTP: open, save, throw away, go back, check; one editor at a time."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Annotated

from fastapi import Path, Request, Response
from pydantic import Field

from api.definitions import Key, Kind, Scope, require_change, require_read
from api.problems import Problem
from api.resources import Resource, Wanted
from api.work import Posting, Reading, Work, WorkRouter
from engine.derivation import MAX_CONTENT
from engine.draft_contents import DraftRefused
from engine.draft_leases import DraftHeld, DraftLease, lease_of, release_lease, take_lease
from engine.drafts import DraftMoved, discard_draft, revisions_of
from engine.findings import Finding
from engine.remedies import remedy_of
from engine.sources import KINDS
from tasks.definition_drafts import check_draft, keep_draft, open_definition
from tasks.definition_people import people_named

router = WorkRouter(prefix="/drafts/{kind}/{key}", tags=["definitions"])

Content = Annotated[str, Field(max_length=MAX_CONTENT)]


class EditorView(Resource):
    """Who is editing, since when; `me`: the reader."""

    name: str
    since: datetime
    me: bool


class DraftView(Resource):
    """What an editor opens; `revision` 0: nothing is changed yet, this is what holds.

    `removed`: the scope gives up its own definition; the content is then the outer one.
    """

    content: str
    revision: int
    removed: bool
    derived_from: str | None
    editor: EditorView | None


class DraftSaved(Resource):
    """The revision that was saved; 0: it is what holds anyway, and no draft was begun."""

    revision: int
    removed: bool


class DraftChange(Wanted):
    """The new content, or that the scope gives up its own definition (`removed`)."""

    content: Content | None = None
    removed: bool = False


class LeaseWanted(Wanted):
    """Ask to edit; `takeOver` relieves whoever is editing."""

    take_over: bool = False


class CheckWanted(Wanted):
    """A content to check in the place of the definition."""

    content: Content


class TextView(Resource):
    """A sentence in both languages."""

    zh: str
    en: str


class FindingView(Resource):
    """Something that stands against publishing (`error`) or to think about (`warning`)."""

    code: str
    severity: str
    element_id: str
    element_name: str
    definition: str
    message: TextView
    remedy: TextView
    line: int | None


class FindingList(Resource):
    """What the check found."""

    findings: list[FindingView]


class RevisionNote(Resource):
    """A saved state of a draft."""

    revision: int
    saved_at: datetime
    saved_by: str
    removed: bool


class RevisionList(Resource):
    """Saved states, the newest first."""

    items: list[RevisionNote]


class RevisionView(RevisionNote):
    """A saved state with its content; none where it gave up the definition."""

    content: str | None


@router.get("")
def open_draft(work: Reading, kind: Kind, key: Key, scope: Scope, response: Response) -> DraftView:
    """Read the draft of a definition, or the definition itself while there is none."""
    require_read(work, scope)
    _require_kind(kind)
    found = open_definition(work.db, scope, kind, key)
    response.headers["ETag"] = _etag(found.revision)
    return DraftView(
        content=found.content.decode(errors="replace"),
        revision=found.revision,
        removed=found.removed,
        derived_from=found.derived_from,
        editor=_editor(work, lease_of(work.db, scope, kind, key)),
    )


@router.put("")
def save(
    work: Posting, kind: Kind, key: Key, scope: Scope, body: DraftChange, request: Request
) -> Response:
    """Save the next revision on the one that `If-Match` names; `*` saves over any."""
    require_change(work, scope)
    if (body.content is None) is not body.removed:
        raise Problem("invalid", errors=[_NEITHER])
    content = None if body.content is None else body.content.encode()
    with told_to_clients(work):
        draft = keep_draft(
            work.db, scope, kind, key, content,
            expected=_expected(request), actor=work.actor.key,
            now=work.installation.clock.now(),
        )  # fmt: skip
    revision = 0 if draft is None else draft.revision
    saved = DraftSaved(revision=revision, removed=body.removed)
    return work.reply(saved, headers={"ETag": _etag(revision)})


@router.delete("", status_code=204)
def discard(work: Posting, kind: Kind, key: Key, scope: Scope, request: Request) -> Response:
    """Throw the draft away; its revisions stay."""
    require_change(work, scope)
    expected = _expected(request) if "if-match" in request.headers else None
    with told_to_clients(work):
        discard_draft(work.db, scope, kind, key, expected=expected, actor=work.actor.key)
    return work.reply(None, 204)


@router.get("/revisions")
def list_revisions(work: Reading, kind: Kind, key: Key, scope: Scope) -> RevisionList:
    """List what was saved, also of drafts that were published or thrown away."""
    require_read(work, scope)
    found = revisions_of(work.db, scope, kind, key)
    people = people_named(work.db, work.actor, [one.saved_by for one in found])
    return RevisionList(
        items=[
            RevisionNote(
                revision=one.revision,
                saved_at=one.saved_at,
                saved_by=people[one.saved_by],
                removed=one.content is None,
            )
            for one in found
        ]
    )


@router.get("/revisions/{revision}")
def read_revision(
    work: Reading,
    kind: Kind,
    key: Key,
    scope: Scope,
    revision: Annotated[int, Path(ge=1, le=2**31 - 1)],
) -> RevisionView:
    """Read one saved state."""
    require_read(work, scope)
    found = revisions_of(work.db, scope, kind, key)
    one = next((row for row in found if row.revision == revision), None)
    if one is None:
        raise Problem("not-found")
    people = people_named(work.db, work.actor, [one.saved_by])
    return RevisionView(
        revision=one.revision,
        saved_at=one.saved_at,
        saved_by=people[one.saved_by],
        removed=one.content is None,
        content=None if one.content is None else one.content.decode(errors="replace"),
    )


@router.post("/lease")
def lease(work: Posting, kind: Kind, key: Key, scope: Scope, body: LeaseWanted) -> Response:
    """Become or stay the one who edits; to be asked for again within two minutes."""
    require_change(work, scope)
    _require_kind(kind)
    with told_to_clients(work):
        taken = take_lease(work.db, scope, kind, key, work.actor.key, take_over=body.take_over)
    return work.reply(_editor(work, taken))


@router.delete("/lease", status_code=204)
def release(work: Posting, kind: Kind, key: Key, scope: Scope) -> Response:
    """Stop editing."""
    require_change(work, scope)
    release_lease(work.db, scope, kind, key, work.actor.key)
    return work.reply(None, 204)


@router.post("/check")
def check(work: Reading, kind: Kind, key: Key, scope: Scope, body: CheckWanted) -> FindingList:
    """Say what stands against publishing a content in the place of this definition."""
    require_read(work, scope)
    work.require("definition.design")
    found = check_draft(
        work.db, work.installation.definitions, scope, kind, key, body.content.encode()
    )
    return FindingList(findings=[finding_view(one) for one in found])


def finding_view(one: Finding) -> FindingView:
    """Give a finding as a resource."""
    zh, en = remedy_of(one)
    return FindingView(
        code=one.code,
        severity=one.severity,
        element_id=one.element_id,
        element_name=one.element_name,
        definition=one.definition,
        message=TextView(zh=one.message_zh, en=one.message_en),
        remedy=TextView(zh=zh, en=en),
        line=one.line,
    )


_NEITHER = {
    "pointer": "/content",
    "code": "content_or_removed",
    "message": "请给出内容,或说明放弃本级定义。",
    "message_en": "Give a content, or say that the definition is given up.",
}


@contextmanager
def told_to_clients(work: Work) -> Iterator[None]:
    """Tell clients why a draft was not changed."""
    try:
        yield
    except DraftMoved as moved:
        at = 0 if moved.draft is None else moved.draft.revision
        raise Problem("precondition-failed", headers={"ETag": _etag(at)}, revision=at) from moved
    except DraftHeld as held:
        editor = _editor(work, held.lease)
        told = None if editor is None else editor.model_dump(mode="json", by_alias=True)
        raise Problem("draft-held", editor=told) from held
    except DraftRefused as refused:
        raise Problem("invalid", errors=[_error(one) for one in refused.findings]) from refused


def _error(one: Finding) -> dict[str, str]:
    return {
        "pointer": "/content",
        "code": one.code,
        "message": one.message_zh,
        "message_en": one.message_en,
        "elementId": one.element_id,
    }


def _editor(work: Work, held: DraftLease | None) -> EditorView | None:
    if held is None:
        return None
    name = people_named(work.db, work.actor, [held.holder])[held.holder]
    return EditorView(name=name, since=held.since, me=held.holder == work.actor.key)


def _require_kind(kind: str) -> None:
    if kind not in KINDS:
        raise Problem("not-found")


def _etag(revision: int) -> str:
    return f'"{revision}"'


def _expected(request: Request) -> int | None:
    """Read the revision that a change builds on; None for `*`.

    Raises:
        Problem: precondition-required, or precondition-failed for what is no revision.
    """
    given = request.headers.get("if-match")
    if given is None:
        raise Problem("precondition-required")
    given = given.strip().removeprefix("W/").strip('"')
    if given == "*":
        return None
    if not (given.isascii() and given.isdigit() and len(given) < 10):
        raise Problem("precondition-failed")
    return int(given)
