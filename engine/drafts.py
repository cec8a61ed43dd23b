"""Drafts: what designers change before it is published, with its history.

A draft belongs to one definition of one scope. Each save makes a revision, and says on which one
it builds, so that of two people who save at once the second is refused and loses nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, LargeBinary, Table, delete, func, update
from sqlalchemy.orm import Session, object_session
from sqlmodel import Field, SQLModel, col, select

from engine.database import UtcDateTime
from engine.draft_contents import check_content
from engine.draft_leases import insert_into, refuse_if_held
from engine.errors import EngineError
from engine.scopes import level_of
from engine.sources import Source

# All revisions of a day are kept, then one an hour, and after a week one a day.
_ALL_FOR = timedelta(days=1)
_HOURLY_FOR = timedelta(days=7)


class DraftMoved(EngineError):
    """The draft is at another revision than the one that a save builds on; `draft` is it."""

    def __init__(self, draft: Draft | None) -> None:
        at = 0 if draft is None else draft.revision
        super().__init__(f"the draft is at revision {at}")
        self.draft = draft
        # Still readable after the transaction was rolled back.
        session = None if draft is None else object_session(draft)
        if session is not None:
            session.expunge(draft)


class Draft(SQLModel, table=True):
    """What a definition of a scope is going to be; without content: the outer scope's again.

    `derived_from` names the outer definition that it was made from, as `<scope>@<version>`,
    `based_on` the scope's own version that was current when the draft was begun, 0 for none.
    """

    __tablename__ = "engine_draft"

    scope: str = Field(primary_key=True, max_length=100)
    kind: str = Field(primary_key=True, max_length=20)
    key: str = Field(primary_key=True, max_length=100)
    content: bytes | None = Field(default=None, sa_type=LargeBinary, repr=False)
    derived_from: str | None = Field(default=None, max_length=120)
    based_on: int = 0
    revision: int
    updated_at: datetime = Field(sa_type=UtcDateTime)
    updated_by: str = Field(max_length=100)

    @property
    def removes(self) -> bool:
        """Tell whether it gives up the scope's own definition."""
        return self.content is None

    def source(self) -> Source:
        """Give what is to be published.

        Raises:
            ValueError: The draft removes its definition.
        """
        if self.content is None:
            raise ValueError(f"the draft of {self.kind} {self.key} removes it")
        return Source(self.kind, self.key, self.content, self.scope, self.derived_from)


DRAFT: Table = Draft.__table__  # type: ignore[attr-defined]


class DraftRevision(SQLModel, table=True):
    """One saved state of a draft; stays when the draft is published or thrown away."""

    __tablename__ = "engine_draft_revision"

    scope: str = Field(primary_key=True, max_length=100)
    kind: str = Field(primary_key=True, max_length=20)
    key: str = Field(primary_key=True, max_length=100)
    revision: int = Field(primary_key=True)
    content: bytes | None = Field(default=None, sa_type=LargeBinary, repr=False)
    derived_from: str | None = Field(default=None, max_length=120)
    saved_at: datetime = Field(sa_type=UtcDateTime)
    saved_by: str = Field(max_length=100)


@dataclass(frozen=True, slots=True)
class DraftName:
    """Which definition of which scope a draft is of."""

    scope: str
    kind: str
    key: str

    @property
    def identity(self) -> tuple[str, str, str]:
        """Give the primary key."""
        return (self.scope, self.kind, self.key)


def read_draft(db: Session, scope: str, kind: str, key: str) -> Draft | None:
    """Read a draft, None if nothing is being changed."""
    return db.get(Draft, (scope, kind, key))


def drafts_of(db: Session, scope: str) -> Sequence[Draft]:
    """List the drafts of a scope by kind and key."""
    query = select(Draft).where(col(Draft.scope) == scope)
    return db.scalars(query.order_by(col(Draft.kind), col(Draft.key))).all()


def save_draft(
    db: Session,
    scope: str,
    kind: str,
    key: str,
    content: bytes | None,
    *,
    expected: int | None,
    actor: str,
    now: datetime,
    derived_from: str | None = None,
    based_on: int = 0,
) -> Draft:
    """Save the next revision of a draft; the same content again saves nothing.

    `expected` is the revision that the change was made on, 0 when there was no draft; None saves
    over whatever there is. `derived_from` and `based_on` count when the draft is begun; later a
    `derived_from` that is given replaces the former one.

    Raises:
        DraftMoved: Somebody else saved meanwhile.
        DraftHeld: Somebody else is editing it.
        DraftRefused: The content cannot be read, or is too large.
        BadScope: There is no such scope.
    """
    level_of(scope)
    name = DraftName(scope, kind, key)
    if content is not None:
        check_content(kind, key, content)
    refuse_if_held(db, name.identity, actor)
    known = db.get(Draft, name.identity, populate_existing=True)
    if expected is not None and expected != (0 if known is None else known.revision):
        raise DraftMoved(known)
    if known is None:
        draft = _begin(db, name, content, actor, now, derived_from, based_on)
    elif known.content == content and derived_from in (None, known.derived_from):
        return known
    else:
        draft = _go_on(db, name, known, content, actor, now, derived_from)
    _note_revision(db, draft)
    _thin_out(db, name, now)
    return draft


def _begin(
    db: Session,
    name: DraftName,
    content: bytes | None,
    actor: str,
    now: datetime,
    derived_from: str | None,
    based_on: int,
) -> Draft:
    row = {
        "scope": name.scope,
        "kind": name.kind,
        "key": name.key,
        "content": content,
        "derived_from": derived_from,
        "based_on": based_on,
        "revision": _last_revision(db, name) + 1,
        "updated_at": now,
        "updated_by": actor,
    }
    begun = insert_into(db, DRAFT).values(row).on_conflict_do_nothing().returning(DRAFT.c.revision)
    done = db.execute(begun).first()
    draft = db.get(Draft, name.identity, populate_existing=True)
    if done is None or draft is None:
        raise DraftMoved(draft)
    return draft


def _go_on(
    db: Session,
    name: DraftName,
    known: Draft,
    content: bytes | None,
    actor: str,
    now: datetime,
    derived_from: str | None,
) -> Draft:
    change = (
        update(Draft)
        .where(*_is(Draft, name), col(Draft.revision) == known.revision)
        .values(
            content=content,
            derived_from=derived_from or known.derived_from,
            revision=known.revision + 1,
            updated_at=now,
            updated_by=actor,
        )
        .execution_options(synchronize_session=False)
    )
    done = db.execute(change)
    draft = db.get(Draft, name.identity, populate_existing=True)
    if not done.rowcount or draft is None:  # type: ignore[attr-defined]
        raise DraftMoved(draft)
    return draft


def _last_revision(db: Session, name: DraftName) -> int:
    # Numbers go on after a draft was thrown away: an editor that still shows the old one must
    # not take a new one for it.
    query = select(func.max(col(DraftRevision.revision))).where(*_is(DraftRevision, name))
    return db.scalars(query).first() or 0


def _note_revision(db: Session, draft: Draft) -> None:
    db.add(
        DraftRevision(
            scope=draft.scope,
            kind=draft.kind,
            key=draft.key,
            revision=draft.revision,
            content=draft.content,
            derived_from=draft.derived_from,
            saved_at=draft.updated_at,
            saved_by=draft.updated_by,
        )
    )
    db.flush()


def _thin_out(db: Session, name: DraftName, now: datetime) -> None:
    """Keep of the older revisions the last of each hour, of the oldest the last of each day."""
    query = (
        select(DraftRevision.revision, DraftRevision.saved_at)
        .where(*_is(DraftRevision, name), col(DraftRevision.saved_at) < now - _ALL_FOR)
        .order_by(col(DraftRevision.revision).desc())
    )
    kept: set[tuple[int, ...]] = set()
    dropped = []
    for revision, saved_at in db.execute(query).all():
        hourly = saved_at >= now - _HOURLY_FOR
        span = (*saved_at.date().timetuple()[:3], saved_at.hour if hourly else -1)
        if span in kept:
            dropped.append(revision)
        kept.add(span)
    if dropped:
        db.execute(
            delete(DraftRevision)
            .where(*_is(DraftRevision, name), col(DraftRevision.revision).in_(dropped))
            .execution_options(synchronize_session="fetch")
        )


def _is(
    table: type[Draft] | type[DraftRevision], name: DraftName
) -> tuple[ColumnElement[bool], ...]:
    return (
        col(table.scope) == name.scope,
        col(table.kind) == name.kind,
        col(table.key) == name.key,
    )


def revisions_of(db: Session, scope: str, kind: str, key: str) -> Sequence[DraftRevision]:
    """List the saved revisions of a draft, newest first, also of one that is closed."""
    query = select(DraftRevision).where(*_is(DraftRevision, DraftName(scope, kind, key)))
    return db.scalars(query.order_by(col(DraftRevision.revision).desc())).all()


def discard_draft(
    db: Session, scope: str, kind: str, key: str, *, expected: int | None, actor: str
) -> None:
    """Throw a draft away; its revisions stay in the history.

    Raises:
        DraftMoved: It is at another revision than `expected`.
        DraftHeld: Somebody else is editing it.
    """
    name = DraftName(scope, kind, key)
    refuse_if_held(db, name.identity, actor)
    known = db.get(Draft, name.identity, populate_existing=True)
    if known is None:
        return
    if expected is not None and known.revision != expected:
        raise DraftMoved(known)
    _delete(db, known)


def close_drafts(
    db: Session, published: Sequence[Draft], version_of: Callable[[Draft], int]
) -> None:
    """End the drafts that were published; what was saved since stays, based on the new version."""
    for draft in published:
        known = db.get(Draft, (draft.scope, draft.kind, draft.key), populate_existing=True)
        if known is None:
            continue
        if known.revision == draft.revision:
            _delete(db, known)
        else:
            known.based_on = version_of(draft)
            db.add(known)
    db.flush()


def _delete(db: Session, draft: Draft) -> None:
    name = DraftName(draft.scope, draft.kind, draft.key)
    done = db.execute(
        delete(Draft)
        .where(*_is(Draft, name), col(Draft.revision) == draft.revision)
        .execution_options(synchronize_session="fetch")
    )
    if not done.rowcount:  # type: ignore[attr-defined]
        raise DraftMoved(db.get(Draft, name.identity, populate_existing=True))
