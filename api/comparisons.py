"""What differs between two versions of a definition, and carrying outer changes over."""

from __future__ import annotations

from dataclasses import asdict
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Query, Response
from pydantic import Field

from api.pages.editing import require_design
from api.problems import Problem
from api.resources import Resource, Wanted
from api.work import Posting, Reading, Work, WorkRouter
from engine.comparison import Change, Merge, compare
from engine.decisions.errors import InvalidDecisions
from engine.draft_leases import DraftHeld
from engine.drafts import DraftMoved
from engine.errors import DiagramError, UnknownDefinition
from engine.rebases import (
    ConflictsOpen,
    Rebase,
    apply_rebase,
    merge_rebase,
    open_rebases,
    rebase_of,
)
from engine.scopes import BadScope
from engine.versions import read_edition, split_edition

comparisons = WorkRouter(prefix="/comparisons", tags=["definitions"])
rebases = WorkRouter(prefix="/designer/rebases", tags=["definitions"])

_MOST_CONTENT = 4 * 1024 * 1024
Kind = Literal[
    "process",
    "decision",
    "form",
    "paper",
    "sheet",
    "vocabulary",
    "catalogue",
    "posts",
    "scenarios",
]
Name = Annotated[str, Field(max_length=100)]
Scope = Annotated[str, Query(max_length=100, description="whose definitions")]
Side = Literal["ours", "theirs"]


class SideWanted(Wanted):
    """One side of a comparison: a stored edition, or a content that is not stored."""

    edition: Annotated[
        str | None,
        Field(max_length=120, description="`base@3`, `organisation:x@draft`, or a bare scope"),
    ] = None
    content: Annotated[str | None, Field(max_length=_MOST_CONTENT)] = None


class ComparisonWanted(Wanted):
    """Two versions to compare; a side with neither edition nor content is nothing."""

    kind: Kind
    key: Name
    before: SideWanted
    after: SideWanted


class Sentence(Resource):
    """A sentence in both languages."""

    zh: str
    en: str


class ChangeView(Resource):
    """One difference; `elementId` is what an editor can go to."""

    kind: Literal["added", "removed", "changed", "moved"]
    element_id: str
    element_name: str
    part: str
    before: str | None
    after: str | None
    message: Sentence


class SideView(Resource):
    """A side as it was compared; without content there was none."""

    edition: str | None
    content: str | None


class ComparisonView(Resource):
    """What differs, and what was compared."""

    changes: list[ChangeView]
    before: SideView
    after: SideView


class ConflictView(Resource):
    """Where both sides changed one thing differently; None as a value: it is not there."""

    id: str
    element_id: str
    element_name: str
    part: str
    base: str | None
    ours: str | None
    theirs: str | None
    message: Sentence


class RebaseView(Resource):
    """A definition that is behind the outer one it was made from."""

    scope: str
    kind: str
    key: str
    origin: str
    newest: str
    on_draft: bool


class MergeView(RebaseView):
    """What carrying the outer changes over gives.

    With open conflicts `content` is missing and `proposal` has our side in them.
    """

    conflicts: list[ConflictView]
    taken: list[ChangeView]
    content: str | None
    proposal: str
    ours: str
    theirs: str


class RebaseList(Resource):
    """The definitions of a scope that are behind."""

    items: list[RebaseView]


class ChoicesWanted(Wanted):
    """Which side holds in each conflict, by the conflict's id."""

    choices: Annotated[dict[str, Side], Field(max_length=2000)] = Field(default_factory=dict)


class RebasedView(Resource):
    """The draft that holds the result."""

    revision: int
    derived_from: str | None


@comparisons.post("")
def compare_versions(work: Reading, body: ComparisonWanted) -> ComparisonView:
    """Say in words what differs between two versions of a definition; stores nothing."""
    work.require("definition.read")
    sides = [
        _content(work, body.kind, body.key, one, pointer)
        for one, pointer in ((body.before, "/before"), (body.after, "/after"))
    ]
    changes = changes_of(body.kind, *sides)
    before, after = (
        SideView(edition=one.edition, content=None if side is None else side.decode())
        for one, side in zip((body.before, body.after), sides, strict=True)
    )
    return ComparisonView(changes=change_views(changes), before=before, after=after)


def _content(work: Work, kind: str, key: str, side: SideWanted, pointer: str) -> bytes | None:
    if side.content is not None:
        return side.content.encode()
    if side.edition is None:
        return None
    return content_of(work, kind, key, side.edition)


def content_of(work: Work, kind: str, key: str, edition: str) -> bytes | None:
    """Read a version that the actor may see.

    Raises:
        Problem: not-found, or forbidden.
    """
    try:
        scope, _ = split_edition(edition)
        require_design(work, scope)
        return read_edition(work.db, kind, key, edition).content
    except (BadScope, UnknownDefinition) as error:
        raise Problem("not-found") from error


def changes_of(kind: str, before: bytes | None, after: bytes | None) -> tuple[Change, ...]:
    """Compare two contents.

    Raises:
        Problem: invalid, with what cannot be read.
    """
    try:
        return compare(kind, before, after)
    except (DiagramError, InvalidDecisions) as error:
        raise unreadable(error) from error


def unreadable(error: DiagramError | InvalidDecisions) -> Problem:
    """Say why a content cannot be read."""
    errors = [
        {
            "pointer": "",
            "code": one.code,
            "message": one.message_zh,
            "message_en": one.message_en,
        }
        for one in error.findings
    ]
    return Problem("invalid", errors=errors)


def change_views(changes: tuple[Change, ...]) -> list[ChangeView]:
    """Show changes."""
    return [ChangeView.model_validate(_with_message(asdict(one))) for one in changes]


def _with_message(facts: dict[str, Any]) -> dict[str, Any]:
    message = {"zh": facts.pop("message_zh"), "en": facts.pop("message_en")}
    return {**facts, "message": message}


@rebases.get("")
def list_rebases(work: Reading, scope: Scope) -> RebaseList:
    """List the definitions of a scope that are behind the outer ones they were made from."""
    require_design(work, scope)
    items = [RebaseView.model_validate(asdict(one)) for one in open_rebases(work.db, scope)]
    return RebaseList(items=items)


@rebases.get("/{kind}/{key}")
def read_rebase(work: Reading, kind: Kind, key: Name, scope: Scope) -> MergeView:
    """Work out what carrying the outer changes over gives; stores nothing."""
    rebase, merged = merged_rebase(work, scope, kind, key, {})
    here = f"{scope}@draft" if rebase.on_draft else scope
    ours, theirs = (
        (content_of(work, kind, key, one) or b"").decode() for one in (here, rebase.newest)
    )
    return MergeView.model_validate(
        {
            **asdict(rebase),
            "conflicts": [_with_message(asdict(one)) for one in merged.conflicts],
            "taken": change_views(merged.taken),
            "content": None if merged.content is None else merged.content.decode(),
            "proposal": merged.proposal.decode(),
            "ours": ours,
            "theirs": theirs,
        }
    )


@rebases.post("/{kind}/{key}")
def save_rebase(
    work: Posting, kind: Kind, key: Name, scope: Scope, body: ChoicesWanted
) -> Response:
    """Save the result as the draft; every conflict needs a choice."""
    return work.reply(rebased(work, scope, kind, key, body.choices))


def rebased(work: Work, scope: str, kind: str, key: str, choices: dict[str, Side]) -> RebasedView:
    """Carry the outer changes over into the draft.

    Raises:
        Problem: not-found, forbidden, or conflicts-open.
    """
    rebase, _ = merged_rebase(work, scope, kind, key, choices)
    now = work.installation.clock.now()
    try:
        draft = apply_rebase(work.db, rebase, choices, actor=work.actor.key, now=now)
    except ConflictsOpen as error:
        errors = [
            {
                "pointer": f"/choices/{one.id}",
                "code": "conflict",
                "message": one.message_zh,
                "message_en": one.message_en,
            }
            for one in error.merged.conflicts
        ]
        raise Problem("conflicts-open", errors=errors) from error
    except (DraftHeld, DraftMoved) as error:
        raise Problem("changed-meanwhile") from error
    return RebasedView(revision=draft.revision, derived_from=draft.derived_from)


def merged_rebase(
    work: Work, scope: str, kind: str, key: str, choices: dict[str, Side]
) -> tuple[Rebase, Merge]:
    """Find the open rebase of a definition, and merge.

    Raises:
        Problem: not-found, forbidden, or invalid.
    """
    require_design(work, scope)
    try:
        rebase = rebase_of(work.db, scope, kind, key)
        return rebase, merge_rebase(work.db, rebase, choices)
    except UnknownDefinition as error:
        raise Problem("not-found") from error
    except (DiagramError, InvalidDecisions) as error:
        raise unreadable(error) from error


router = APIRouter()
router.include_router(comparisons)
router.include_router(rebases)
