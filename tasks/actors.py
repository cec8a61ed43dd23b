"""Who acts: a signed-in person, another system, or nobody yet."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from sqlalchemy import and_, bindparam, select
from sqlmodel import Session

from appraisal.columns import table_of
from appraisal.organisations import Organisation
from appraisal.people import Person, PostAssignment
from engine.statements import Statement

OPERATORS = frozenset({"administrator"})
"""The posts that run an installation for their organisation, and manage its people."""


@dataclass(frozen=True)
class Actor:
    """Somebody with the posts they hold in their organisation.

    `tenant` is the organisation's code, which process instances carry. A system
    (`kind` client) acts as a person of its own and is held to `scopes` and, if any, to
    `processes` besides.
    """

    kind: Literal["person", "client"]
    person_id: int
    name: str
    organisation_id: int
    tenant: str
    posts: frozenset[str] = frozenset()
    is_candidate: bool = False
    scopes: frozenset[str] = frozenset()
    processes: frozenset[str] = frozenset()

    @property
    def key(self) -> str:
        """What history and process data say of the actor."""
        return str(self.person_id)

    @property
    def is_staff(self) -> bool:
        """Whether the actor holds any post of the organisation but that of a candidate."""
        return bool(self.posts - {"candidate"})


_ORGANISATION, PERSON = table_of(Organisation), table_of(Person)
_POST = table_of(PostAssignment)
SELECT_ACTOR = (
    select(
        PERSON.c.id,
        PERSON.c.name,
        PERSON.c.organisation_id,
        _ORGANISATION.c.code,
        PERSON.c.is_candidate,
        _POST.c.post,
    )
    .join(_ORGANISATION, _ORGANISATION.c.id == PERSON.c.organisation_id)
    .outerjoin(
        _POST,
        and_(
            _POST.c.person_id == PERSON.c.id,
            _POST.c.organisation_id == PERSON.c.organisation_id,
        ),
    )
    .where(PERSON.c.active)
)
"""Active people, a row for each post or one with none; others may add conditions and columns."""

ACTOR_COLUMNS = 6
_BY_ID = Statement(SELECT_ACTOR.where(PERSON.c.id == bindparam("b_person")))


def actor_of(
    db: Session,
    person_id: int,
    *,
    kind: Literal["person", "client"] = "person",
    scopes: frozenset[str] = frozenset(),
    processes: frozenset[str] = frozenset(),
) -> Actor | None:
    """The actor that a person is now; None when the person may not act any more."""
    # What bypasses the object mapper does not see what it still holds back.
    db.flush()
    rows = _BY_ID.rows(db.connection(), {"b_person": person_id})
    return read_actor(rows, kind=kind, scopes=scopes, processes=processes) if rows else None


def read_actor(
    rows: Sequence[Sequence[Any]],
    *,
    kind: Literal["person", "client"] = "person",
    scopes: frozenset[str] = frozenset(),
    processes: frozenset[str] = frozenset(),
) -> Actor:
    """Take what `SELECT_ACTOR` gives of one person from the beginning of its rows."""
    person_id, name, organisation_id, tenant, is_candidate, _ = rows[0][:ACTOR_COLUMNS]
    held = frozenset(row[ACTOR_COLUMNS - 1] for row in rows) - {None}
    return Actor(
        kind=kind,
        person_id=person_id,
        name=name,
        organisation_id=organisation_id,
        tenant=tenant,
        posts=held | {"candidate"} if is_candidate else held,
        is_candidate=is_candidate,
        scopes=scopes,
        processes=processes,
    )
