"""Publications: what was wanted, what the gate found, who confirmed it and on what basis."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Index, LargeBinary
from sqlmodel import Field, Session, SQLModel, col, select

from appraisal.organisations import Organisation
from engine.bundles import Name
from engine.database import JsonText, UtcDateTime
from engine.definitions import Definitions
from engine.diagrams import process_ids, read_diagram
from engine.diagrams.importing import with_drawing
from engine.drafts import Draft, close_drafts, drafts_of, read_draft
from engine.errors import EngineError
from engine.killpoints import kill_point
from engine.publication import PublishReport
from engine.sources import Source
from tasks.actors import Actor
from tasks.gate import GateReport, Wanted, digest_of

# An examination tells how far it is every few seconds; one that does not was lost.
LOST_AFTER = timedelta(minutes=2)


class PublicationStatus(StrEnum):
    """How a publication stands."""

    EXAMINING = "examining"
    EXAMINED = "examined"
    WAITING = "waiting_confirmation"
    PUBLISHED = "published"
    REFUSED = "refused"
    FAILED = "failed"


class NothingToPublish(EngineError):
    """No draft was named, or none is there."""


class PublicationMoved(EngineError):
    """Something changed since the examination, so that what it found no longer holds."""


class PublicationNotReady(EngineError):
    """The publication is not at the point where this can be done."""


class InstancesStranded(EngineError):
    """Running instances wait at elements that would be gone, and nobody said that they may."""


class SamePerson(EngineError):
    """Who asked for a publication cannot be the second person who confirms it."""


class PublicationRow(SQLModel, table=True):
    """One publication of a scope; `report` is what the gate found, `versions` what it made.

    `dry`: it was examined only and cannot be published.
    """

    __tablename__ = "publication"
    __table_args__ = (Index("ix_publication_scope", "scope", "created_at"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    scope: str = Field(max_length=100)
    tenant: str = Field(max_length=40)
    status: str = Field(default=PublicationStatus.EXAMINING, max_length=30)
    dry: bool = False
    passed: bool = False
    actor: str = Field(max_length=100)
    actor_name: str = Field(default="", max_length=100)
    confirmed_by: str | None = Field(default=None, max_length=100)
    confirmed_name: str | None = Field(default=None, max_length=100)
    basis: str = Field(default="", max_length=500)
    note: str = Field(default="", max_length=2000)
    digest: str = Field(default="", max_length=64)
    report: Any = Field(default=None, sa_type=JsonText, nullable=True)
    held: Any = Field(default=None, sa_type=JsonText, nullable=True)
    versions: Any = Field(default=None, sa_type=JsonText, nullable=True)
    bundles: Any = Field(default=None, sa_type=JsonText, nullable=True)
    progress_done: int = 0
    progress_total: int = 0
    created_at: datetime = Field(sa_type=UtcDateTime)
    told_at: datetime = Field(sa_type=UtcDateTime)
    finished_at: datetime | None = Field(default=None, sa_type=UtcDateTime, nullable=True)


class PublicationItem(SQLModel, table=True):
    """One definition to publish; without content the scope gives its own one up.

    `revision` is that of the draft it was taken from, None for what came from elsewhere.
    """

    __tablename__ = "publication_item"

    publication_id: UUID = Field(primary_key=True, foreign_key="publication.id")
    kind: str = Field(primary_key=True, max_length=20)
    key: str = Field(primary_key=True, max_length=100)
    content: bytes | None = Field(default=None, sa_type=LargeBinary, nullable=True, repr=False)
    derived_from: str | None = Field(default=None, max_length=120)
    revision: int | None = None


def ask(
    db: Session,
    scope: str,
    items: Sequence[PublicationItem],
    actor: Actor,
    now: datetime,
    *,
    dry: bool = False,
) -> PublicationRow:
    """Note what somebody wants to publish; the examination is next.

    Raises:
        NothingToPublish: There is nothing.
    """
    if not items:
        raise NothingToPublish(scope)
    row = PublicationRow(
        scope=scope,
        tenant=actor.tenant,
        actor=actor.key,
        actor_name=actor.name,
        dry=dry,
        created_at=now,
        told_at=datetime.now(UTC),
    )
    db.add(row)
    db.flush()
    for item in items:
        item.publication_id = row.id
        db.add(item)
    db.flush()
    return row


def items_of_drafts(
    db: Session, scope: str, names: Sequence[Name] | None = None
) -> list[PublicationItem]:
    """Take drafts of a scope as they are now: those named, or all.

    Raises:
        NothingToPublish: One that was named is not there.
    """
    if names is None:
        drafts = list(drafts_of(db, scope))
    else:
        found = [(name, read_draft(db, scope, *name)) for name in dict.fromkeys(names)]
        for (kind, key), draft in found:
            if draft is None:
                raise NothingToPublish(f"{kind}/{key}")
        drafts = [draft for _, draft in found if draft is not None]
    return [_item(one.kind, one.key, one.content, one.derived_from, one.revision) for one in drafts]


def items_of_sources(sources: Sequence[Source]) -> list[PublicationItem]:
    """Take definitions that come from elsewhere, such as a folder."""
    return [_item(one.kind, one.key, one.content, one.derived_from, None) for one in sources]


def _item(
    kind: str, key: str, content: bytes | None, derived_from: str | None, revision: int | None
) -> PublicationItem:
    return PublicationItem(
        publication_id=uuid4(),
        kind=kind,
        key=key,
        content=content,
        derived_from=derived_from,
        revision=revision,
    )


def items_of(db: Session, row: PublicationRow) -> Sequence[PublicationItem]:
    """Read what is to be published."""
    query = select(PublicationItem).where(col(PublicationItem.publication_id) == row.id)
    return db.exec(query.order_by(col(PublicationItem.kind), col(PublicationItem.key))).all()


def drawn_in(db: Session, row: PublicationRow) -> dict[str, str]:
    """The diagrams that are to be published, by the ids of their processes."""
    return {
        process_id: with_drawing(one.content).decode()
        for one in items_of(db, row)
        if one.kind == "process" and one.content is not None
        for process_id in process_ids(read_diagram(one.content))
    }


def wanted_of(db: Session, row: PublicationRow) -> Wanted:
    """Say what the gate has to examine."""
    items = items_of(db, row)
    return Wanted(
        row.scope,
        [
            Source(one.kind, one.key, one.content, row.scope, one.derived_from)
            for one in items
            if one.content is not None
        ],
        [(one.kind, one.key) for one in items if one.content is None],
    )


def note_report(db: Session, publication_id: UUID, report: GateReport) -> None:
    """Write down what the gate found."""
    row = _locked(db, publication_id)
    if row.status != PublicationStatus.EXAMINING:
        return
    row.status = PublicationStatus.EXAMINED
    row.digest, row.passed = report.digest, report.passed
    row.report, row.held = report.content, list(report.held)
    row.finished_at = row.told_at = datetime.now(UTC)
    db.add(row)


def status_of(row: PublicationRow, now: datetime) -> PublicationStatus:
    """Tell how it stands; `now` is real time. An examination that was lost has failed."""
    if row.status == PublicationStatus.EXAMINING and now - row.told_at > LOST_AFTER:
        return PublicationStatus.FAILED
    return PublicationStatus(row.status)


def needs_second(db: Session, row: PublicationRow) -> bool:
    """Tell whether a second person has to confirm it."""
    query = select(Organisation.confirms_publications).where(Organisation.code == row.tenant)
    return bool(db.exec(query).first())


def confirm(
    db: Session,
    definitions: Definitions,
    publication_id: UUID,
    actor: Actor,
    registers: Callable[[Session, str, PublishReport], None],
    *,
    basis: str = "",
    note: str = "",
    leaves_behind: bool = False,
) -> PublicationRow:
    """Publish what was examined, or hand it to the second person if there must be one.

    `leaves_behind`: instances that wait at elements which are gone stay with their version.

    Raises:
        InstancesStranded: There are such instances, and nobody said so.
        PublicationNotReady: It is not examined, did not pass, was dry or is over.
        PublicationMoved: Something changed since; it has to be examined again.
        SamePerson: The second person is the first.
    """
    row = _locked(db, publication_id)
    if row.dry or not row.passed:
        raise PublicationNotReady(f"publication {row.id} did not pass")
    if row.status == PublicationStatus.EXAMINED:
        if stranded_in(row.report) and not leaves_behind:
            raise InstancesStranded(f"publication {row.id}")
        row.basis, row.note = basis or row.basis, note or row.note
        _still_holds(db, row)
        if needs_second(db, row):
            row.status = PublicationStatus.WAITING
            db.add(row)
            return row
    elif row.status == PublicationStatus.WAITING:
        if row.actor == actor.key:
            raise SamePerson(f"publication {row.id}")
        _still_holds(db, row)
    else:
        raise PublicationNotReady(f"publication {row.id} is {row.status}")
    _publish(db, definitions, row, actor, registers)
    return row


def stranded_in(report: Mapping[str, Any] | None) -> int:
    """How many running instances wait at elements that the publication removes."""
    effects = (report or {}).get("effects") or {}
    return int(effects.get("stranded", 0))


def refuse(db: Session, publication_id: UUID, actor: Actor, note: str) -> PublicationRow:
    """Give a publication up: who asked for it, or the second person.

    Raises:
        PublicationNotReady: It is over already.
    """
    row = _locked(db, publication_id)
    if row.status not in (PublicationStatus.EXAMINED, PublicationStatus.WAITING):
        raise PublicationNotReady(f"publication {row.id} is {row.status}")
    row.status = PublicationStatus.REFUSED
    row.confirmed_by, row.confirmed_name, row.note = actor.key, actor.name, note or row.note
    db.add(row)
    return row


def _locked(db: Session, publication_id: UUID) -> PublicationRow:
    return db.get_one(PublicationRow, publication_id, with_for_update=True, populate_existing=True)


def _still_holds(db: Session, row: PublicationRow) -> None:
    for item in items_of(db, row):
        if item.revision is not None:
            draft = read_draft(db, row.scope, item.kind, item.key)
            if draft is None or draft.revision != item.revision:
                raise PublicationMoved(f"{item.kind}/{item.key}")
    if digest_of(db, wanted_of(db, row)) != row.digest:
        raise PublicationMoved(row.scope)


def _publish(
    db: Session,
    definitions: Definitions,
    row: PublicationRow,
    actor: Actor,
    registers: Callable[[Session, str, PublishReport], None],
) -> None:
    wanted = wanted_of(db, row)
    report = definitions.publish(
        db, wanted.sources, row.scope, row.actor, removals=wanted.removals, held=row.held or ()
    )
    if report.refused:
        raise PublicationMoved(row.scope)
    kill_point("while-publishing")
    registers(db, row.scope, report)
    versions = {(one.kind, one.key): one.version for one in report.new_versions}
    close_drafts(
        db,
        _drafts(row, items_of(db, row)),
        lambda one: versions.get((one.kind, one.key), one.based_on),
    )
    row.status = PublicationStatus.PUBLISHED
    row.confirmed_by, row.confirmed_name = actor.key, actor.name
    row.versions = [
        {"kind": one.kind, "key": one.key, "version": one.version, "withdrawn": one.withdrawn}
        for one in report.new_versions
    ]
    row.bundles = dict(report.bundles)
    row.finished_at = datetime.now(UTC)
    db.add(row)
    db.flush()


def _drafts(row: PublicationRow, items: Sequence[PublicationItem]) -> list[Draft]:
    return [
        Draft(
            scope=row.scope,
            kind=one.kind,
            key=one.key,
            revision=one.revision,
            updated_at=row.created_at,
            updated_by=row.actor,
        )
        for one in items
        if one.revision is not None
    ]


def bases_of(db: Session, scope: str, kind: str, key: str) -> dict[int, str]:
    """Give the basis (依据文号) on which each version of a definition was published."""
    query = select(PublicationRow.versions, PublicationRow.basis).where(
        PublicationRow.scope == scope,
        PublicationRow.status == PublicationStatus.PUBLISHED,
        PublicationRow.basis != "",
    )
    return {
        int(one["version"]): basis
        for versions, basis in db.exec(query).all()
        for one in versions or ()
        if (one["kind"], one["key"]) == (kind, key)
    }
