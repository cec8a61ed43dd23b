"""People who sign in, and the posts they hold."""

from collections.abc import Iterable

from sqlalchemy import bindparam, delete
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import organisations  # noqa: F401 -- its tables are referred to below
from appraisal.errors import AppraisalError

SYSTEM_PREFIX = "api-client-"
"""What the sign-in names of systems begin with; they have no password and never sign in."""


class UnknownPerson(AppraisalError):
    """There is no person with this id or sign-in name."""


class Person(SQLModel, table=True):
    """Somebody who may sign in: a member of staff or a candidate."""

    __tablename__ = "person"
    __table_args__ = (UniqueConstraint("organisation_id", "sign_in_name"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    name: str = Field(max_length=100)
    sign_in_name: str = Field(max_length=100)
    is_candidate: bool = False
    active: bool = True


class PostAssignment(SQLModel, table=True):
    """A person holds a post in an organisation."""

    __tablename__ = "post_assignment"
    __table_args__ = (UniqueConstraint("person_id", "organisation_id", "post"),)

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    post: str = Field(max_length=60)


def add_person(
    db: Session,
    organisation_id: int,
    name: str,
    sign_in_name: str,
    *,
    posts: Iterable[str] = (),
    is_candidate: bool = False,
) -> Person:
    """Add a person with posts. A sign-in name never derives from an ID number."""
    person = Person(
        organisation_id=organisation_id,
        name=name,
        sign_in_name=sign_in_name,
        is_candidate=is_candidate,
    )
    db.add(person)
    db.flush()
    for post in posts:
        assign_post(db, person, post)
    return person


def add_people(
    db: Session, organisation_id: int, people: Iterable[tuple[str, str, Iterable[str]]]
) -> list[Person]:
    """Add people by sign-in name, name and posts, all in one go: one by one takes far longer."""
    given = list(people)
    added = [
        Person(organisation_id=organisation_id, name=name, sign_in_name=sign_in_name)
        for sign_in_name, name, _ in given
    ]
    db.add_all(added)
    db.flush()
    for person, (_, _, posts) in zip(added, given, strict=True):
        for post in posts:
            assign_post(db, person, post)
    return added


def assign_post(db: Session, person: Person, post: str) -> PostAssignment:
    """Appoint a person to a post in their organisation."""
    assert person.id is not None
    assignment = PostAssignment(
        person_id=person.id, organisation_id=person.organisation_id, post=post
    )
    db.add(assignment)
    return assignment


def is_system(person: Person) -> bool:
    """Whether a system acts as this person."""
    return person.sign_in_name.startswith(SYSTEM_PREFIX)


def take_post(db: Session, person: Person, post: str) -> None:
    """Take a post from a person; nothing if they do not hold it."""
    db.execute(
        delete(PostAssignment).where(
            col(PostAssignment.person_id) == person.id,
            col(PostAssignment.organisation_id) == person.organisation_id,
            col(PostAssignment.post) == post,
        )
    )


def person_by_id(db: Session, person_id: int) -> Person:
    """Load a person.

    Raises:
        UnknownPerson: There is none.
    """
    person = db.get(Person, person_id)
    if person is None:
        raise UnknownPerson(person_id)
    return person


def person_by_sign_in_name(db: Session, sign_in_name: str) -> Person | None:
    """Find an active person by sign-in name; names are unique within an organisation only."""
    found = db.exec(
        select(Person).where(Person.sign_in_name == sign_in_name).where(Person.active)
    ).all()
    return found[0] if len(found) == 1 else None


_POSTS = (
    select(PostAssignment.post)
    .where(PostAssignment.person_id == bindparam("b_person"))
    .execution_options(prepared=True)
)
_POSTS_IN = _POSTS.where(PostAssignment.organisation_id == bindparam("b_organisation"))
_HOLDERS = (
    select(Person)
    .join(PostAssignment, PostAssignment.person_id == Person.id)  # type: ignore[arg-type]
    .where(PostAssignment.post == bindparam("b_post"))
    .where(PostAssignment.organisation_id == bindparam("b_organisation"))
    .where(Person.active)
    .order_by(Person.id)  # type: ignore[arg-type]
    .execution_options(prepared=True)
)


def posts_of(db: Session, person_id: int, organisation_id: int | None = None) -> set[str]:
    """The posts a person holds, in one organisation or anywhere."""
    given = {"b_person": person_id, "b_organisation": organisation_id}
    return set(db.exec(_POSTS if organisation_id is None else _POSTS_IN, params=given).all())


def holders_of(db: Session, post: str, organisation_id: int) -> list[Person]:
    """The active people who hold a post, in the order of their ids."""
    given = {"b_post": post, "b_organisation": organisation_id}
    return list(db.exec(_HOLDERS, params=given).all())
