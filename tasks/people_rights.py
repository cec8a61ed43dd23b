"""Who may see and change the accounts of people, and appoint them to posts."""

from dataclasses import dataclass

from sqlmodel import Session

from appraisal.people import Person, is_system, posts_of
from tasks.actors import OPERATORS, Actor


@dataclass(frozen=True)
class Appointment:
    """A post that a person is to hold, or to hold no more."""

    person: Person
    post: str


def manages_people(_: Session, actor: Actor, organisation_id: int | None) -> bool:
    """Whether somebody manages the people of an organisation; None: of their own."""
    own = organisation_id is None or organisation_id == actor.organisation_id
    return own and (actor.kind == "client" or bool(actor.posts & OPERATORS))


def reads_person(db: Session, actor: Actor, person: Person) -> bool:
    """Whether somebody may see an account: of the staff, never of a candidate or a system."""
    if not manages_people(db, actor, person.organisation_id) or is_system(person):
        return False
    return not person.is_candidate or bool(_posts_held(db, person))


def changes_person(db: Session, actor: Actor, person: Person) -> bool:
    """Whether somebody may change an account: a system never makes or unmakes an operator."""
    if not reads_person(db, actor, person):
        return False
    return actor.kind == "person" or not _posts_held(db, person) & OPERATORS


def appoints(db: Session, actor: Actor, wish: Appointment) -> bool:
    """Whether somebody may give or take a post: a system never that of an operator."""
    if not changes_person(db, actor, wish.person):
        return False
    return actor.kind == "person" or wish.post not in OPERATORS


def _posts_held(db: Session, person: Person) -> set[str]:
    assert person.id is not None
    return posts_of(db, person.id, person.organisation_id)
