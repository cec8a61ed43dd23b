"""The people of an organisation and their posts: who is there, and what is done about them.

Everything that is done is noted (`appraisal.personnel_acts`). Whoever changes people first takes
the organisation (`hold_organisation`), so that two at once cannot take away the last administrator.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, func, or_
from sqlmodel import Session, col, select

from appraisal.errors import AppraisalError
from appraisal.organisations import Organisation
from appraisal.people import (
    SYSTEM_PREFIX,
    Person,
    PostAssignment,
    add_person,
    assign_post,
    holders_of,
    posts_of,
    take_post,
)
from appraisal.personnel_acts import ActKind, PersonnelAct
from engine.runtime import ProcessEngine
from engine.user_tasks import UserTask, UserTaskStatus
from tasks.post_work import CANDIDATE
from tasks.posts import posts_of_organisation

ADMINISTRATOR = "administrator"
LONGEST_NAME = 100
_NO_SYSTEM = col(Person.sign_in_name).not_like(f"{SYSTEM_PREFIX}%")
_SIGN_IN_NAME = re.compile(r"[\w.@+-]{1,100}")
# Numbers of identity cards, of both lengths that there are.
_ID_NUMBER = re.compile(r"(?<!\d)\d{14}(\d{3})?[\dXx](?!\d)")


class UnknownPost(AppraisalError):
    """The organisation has no such post; `known` are those it has."""

    def __init__(self, post: str, known: list[str]) -> None:
        super().__init__(post)
        self.known = known


class WrongName(AppraisalError):
    """A name does not do; `field` is `name` or `sign_in_name`, `code` says why."""

    def __init__(self, field: str, code: str) -> None:
        super().__init__(f"{field}: {code}")
        self.field, self.code = field, code


class LastAdministrator(AppraisalError):
    """Without this person nobody could manage the organisation."""


class NotActive(AppraisalError):
    """The person was deactivated and gets neither posts nor links."""


@dataclass(frozen=True)
class Office:
    """An organisation whose people are changed, by whom (None: the command line) and when."""

    organisation_id: int
    tenant: str
    actor_id: int | None
    at: datetime


@dataclass(frozen=True)
class PeopleFilter:
    """What narrows the list of people; `active` None: both."""

    text: str = ""
    post: str = ""
    active: bool | None = None


def hold_organisation(db: Session, organisation_id: int) -> None:
    """Let nobody else change people of the organisation until the transaction ends."""
    db.exec(
        select(Organisation.id).where(Organisation.id == organisation_id).with_for_update()
    ).one()


def posts_to_hold(db: Session, tenant: str) -> list[str]:
    """List the posts that people of an organisation can be appointed to, as its table has them."""
    # Candidates are registered, not appointed.
    return [key for key in posts_of_organisation(db, tenant).posts if key != CANDIDATE]


def add_member(db: Session, office: Office, name: str, sign_in_name: str) -> Person:
    """Add somebody who is to work here.

    Raises:
        WrongName: A name is empty, too long, taken, or looks like the number of a document.
    """
    name, sign_in_name = name.strip(), sign_in_name.strip()
    check_name(name)
    check_sign_in_name(db, sign_in_name)
    person = add_person(db, office.organisation_id, name, sign_in_name)
    note(db, office, person, ActKind.ADDED)
    return person


def check_name(name: str) -> None:
    """Refuse what is nobody's name.

    Raises:
        WrongName: It is empty, too long or has signs that cannot be seen.
    """
    if not name:
        raise WrongName("name", "missing")
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongName("name", "signs")


def check_sign_in_name(db: Session, sign_in_name: str) -> None:
    """Refuse a name that nobody new can sign in with.

    People sign in without naming their organisation: a name that two have lets neither in.

    Raises:
        WrongName: It is empty, has other signs, is like an ID number, or is taken.
    """
    if not sign_in_name:
        raise WrongName("sign_in_name", "missing")
    if not _SIGN_IN_NAME.fullmatch(sign_in_name) or sign_in_name.startswith(SYSTEM_PREFIX):
        raise WrongName("sign_in_name", "signs")
    if _ID_NUMBER.search(sign_in_name):
        raise WrongName("sign_in_name", "number")
    if _others_named(db, sign_in_name):
        raise WrongName("sign_in_name", "taken")


def _others_named(db: Session, sign_in_name: str, *conditions: ColumnElement[bool] | bool) -> bool:
    query = select(Person.id).where(Person.sign_in_name == sign_in_name, *conditions)
    return db.exec(query).first() is not None


def appoint_to(db: Session, office: Office, person: Person, post: str) -> None:
    """Appoint a person to a post; nothing if they hold it.

    Raises:
        UnknownPost: The organisation's definitions have no such post.
        NotActive: The person was deactivated.
    """
    known = posts_to_hold(db, office.tenant)
    if post not in known:
        raise UnknownPost(post, sorted(known))
    if not person.active:
        raise NotActive(person.id)
    if post not in held_posts(db, person):
        assign_post(db, person, post)
        note(db, office, person, ActKind.APPOINTED, post)


def dismiss_from(
    db: Session, engine: ProcessEngine, office: Office, person: Person, post: str
) -> int:
    """Take a post from a person; gives how many claimed user tasks went back to their posts.

    Raises:
        LastAdministrator: Nobody else manages the organisation.
    """
    if post not in held_posts(db, person):
        return 0
    if post == ADMINISTRATOR:
        _require_another(db, person)
    take_post(db, person, post)
    note(db, office, person, ActKind.DISMISSED, post)
    return _take_work_back(db, engine, office, person, left=held_posts(db, person))


def deactivate(db: Session, engine: ProcessEngine, office: Office, person: Person) -> int:
    """Let a person act no more; gives how many claimed user tasks went back to their posts.

    Posts stay, for when the person comes back. Logins are ended by whoever keeps them.

    Raises:
        LastAdministrator: Nobody else manages the organisation.
    """
    if not person.active:
        return 0
    if ADMINISTRATOR in held_posts(db, person):
        _require_another(db, person)
    person.active = False
    db.add(person)
    note(db, office, person, ActKind.DEACTIVATED)
    return _take_work_back(db, engine, office, person, left=None)


def reactivate(db: Session, office: Office, person: Person) -> None:
    """Let a person act again, with the posts they had.

    Raises:
        WrongName: Somebody else signs in with that name by now.
    """
    if person.active:
        return
    if _others_named(db, person.sign_in_name, Person.id != person.id, Person.active):
        raise WrongName("sign_in_name", "taken")
    person.active = True
    db.add(person)
    note(db, office, person, ActKind.REACTIVATED)


def note(db: Session, office: Office, person: Person, kind: ActKind, post: str = "") -> None:
    """Write down what was done with a person."""
    assert person.id is not None
    db.add(
        PersonnelAct(
            organisation_id=office.organisation_id,
            person_id=person.id,
            kind=kind.value,
            post=post,
            actor_id=office.actor_id,
            at=office.at,
        )
    )
    db.flush()


def held_posts(db: Session, person: Person) -> set[str]:
    """The posts that a person holds in their organisation."""
    assert person.id is not None
    return posts_of(db, person.id, person.organisation_id)


def _require_another(db: Session, person: Person) -> None:
    # A system has no page and nobody signs in as one.
    others = [
        one
        for one in holders_of(db, ADMINISTRATOR, person.organisation_id)
        if one.id != person.id and not one.sign_in_name.startswith(SYSTEM_PREFIX)
    ]
    if person.active and not others:
        raise LastAdministrator(person.id)


def claimed_by(db: Session, person: Person) -> list[UserTask]:
    """List the open user tasks that a person has claimed or was given."""
    query = select(UserTask).where(
        UserTask.assignee == str(person.id), UserTask.status == UserTaskStatus.READY.value
    )
    return list(db.exec(query))


def _take_work_back(
    db: Session, engine: ProcessEngine, office: Office, person: Person, *, left: set[str] | None
) -> int:
    """Give back what the posts that are `left` do not let the person do; None: nothing at all.

    What was meant for this person alone has no post to go back to.
    """
    lost = [task for task in claimed_by(db, person) if _is_lost(task, person, left)]
    actor = "" if office.actor_id is None else str(office.actor_id)
    for task in lost:
        engine.take_back(db, task.id, actor=actor)
    return len(lost)


def _is_lost(task: UserTask, person: Person, left: set[str] | None) -> bool:
    groups = set(task.groups()) - {CANDIDATE}
    if left is None:
        return bool(groups)
    return bool(groups) and not groups & left and str(person.id) not in task.people()


def list_people(
    db: Session, organisation_id: int, wanted: PeopleFilter, *, after: int = 0, limit: int = 50
) -> list[Person]:
    """List who works in an organisation, in the order they came, from behind the id `after`."""
    conditions: list[ColumnElement[bool]] = [col(Person.id) > after]
    if wanted.text:
        pieces = (col(Person.name), col(Person.sign_in_name))
        conditions.append(or_(*(one.icontains(wanted.text, autoescape=True) for one in pieces)))
    if wanted.post:
        conditions.append(_holding(PostAssignment.post == wanted.post))
    if wanted.active is not None:
        conditions.append(col(Person.active).is_(wanted.active))
    query = select(Person).where(_of_staff(organisation_id), *conditions)
    return list(db.exec(query.order_by(col(Person.id)).limit(limit)))


def posts_by_person(db: Session, people: Iterable[Person]) -> dict[int, set[str]]:
    """Give the posts of some people of one organisation, by their ids."""
    found: dict[int, set[str]] = {one.id or 0: set() for one in people}
    query = select(PostAssignment).where(col(PostAssignment.person_id).in_(list(found)))
    for one in db.exec(query):
        found[one.person_id].add(one.post)
    return found


def holders_by_post(db: Session, organisation_id: int) -> dict[str, int]:
    """Count who holds each post, as the list shows them: a client that may act for it is nobody."""
    query = (
        select(PostAssignment.post, func.count())
        .join(Person, col(Person.id) == col(PostAssignment.person_id))
        .where(
            PostAssignment.organisation_id == organisation_id,
            col(Person.active),
            _NO_SYSTEM,
        )
        .group_by(col(PostAssignment.post))
    )
    return dict(db.exec(query).all())


def _of_staff(organisation_id: int) -> ColumnElement[bool]:
    """Whom the list shows: no systems, and of candidates only those who hold a post, too."""
    staff = or_(col(Person.is_candidate).is_(False), _holding())
    own = col(Person.organisation_id) == organisation_id
    return own & staff & _NO_SYSTEM


def _holding(*conditions: ColumnElement[bool] | bool) -> ColumnElement[bool]:
    query = select(PostAssignment.id).where(
        PostAssignment.person_id == Person.id,
        PostAssignment.organisation_id == Person.organisation_id,
        *conditions,
    )
    return query.exists()
