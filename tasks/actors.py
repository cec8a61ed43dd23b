"""Who acts: a signed-in person, another system, or nobody yet."""

from dataclasses import dataclass
from typing import Literal

from sqlalchemy import select
from sqlmodel import Session, col

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


_PERSON = select(
    col(Person.name), col(Person.organisation_id), col(Person.is_candidate), col(Organisation.code)
).join(Organisation, col(Organisation.id) == col(Person.organisation_id))


def actor_of(
    db: Session,
    person_id: int,
    *,
    kind: Literal["person", "client"] = "person",
    scopes: frozenset[str] = frozenset(),
    processes: frozenset[str] = frozenset(),
) -> Actor | None:
    """The actor that a person is now; None when the person may not act any more."""
    found = db.execute(_PERSON.where(col(Person.id) == person_id, col(Person.active))).one_or_none()
    if found is None:
        return None
    posts = db.execute(
        select(col(PostAssignment.post)).where(
            col(PostAssignment.person_id) == person_id,
            col(PostAssignment.organisation_id) == found.organisation_id,
        )
    ).scalars()
    held = frozenset(posts)
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
