"""Who acts: a signed-in person, another system, or nobody yet."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import and_, bindparam, select
from sqlmodel import Session

from appraisal.columns import table_of
from appraisal.organisations import Organisation
from appraisal.people import Person, PostAssignment


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


_ORGANISATION, _PERSON = table_of(Organisation), table_of(Person)
_POST = table_of(PostAssignment)
# One row for each post; a person without posts has one with none.
_ACTOR = (
    select(
        _PERSON.c.name,
        _PERSON.c.organisation_id,
        _PERSON.c.is_candidate,
        _ORGANISATION.c.code,
        _POST.c.post,
    )
    .join(_ORGANISATION, _ORGANISATION.c.id == _PERSON.c.organisation_id)
    .outerjoin(
        _POST,
        and_(
            _POST.c.person_id == _PERSON.c.id,
            _POST.c.organisation_id == _PERSON.c.organisation_id,
        ),
    )
    .where(_PERSON.c.id == bindparam("b_person"), _PERSON.c.active)
)


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
    rows = db.connection().execute(_ACTOR, {"b_person": person_id}).all()
    if not rows:
        return None
    found = rows[0]
    held = frozenset(row.post for row in rows if row.post is not None)
    return Actor(
        kind=kind,
        person_id=person_id,
        name=found.name,
        organisation_id=found.organisation_id,
        tenant=found.code,
        posts=held | {"candidate"} if found.is_candidate else held,
        is_candidate=found.is_candidate,
        scopes=scopes,
        processes=processes,
    )
