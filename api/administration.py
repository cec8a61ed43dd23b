"""What only those who run the machine may do: first administrators, links, API clients."""

from collections.abc import Iterable
from datetime import timedelta

from sqlmodel import Session, select

from api.application import Installation
from api.clients import add_client
from api.logins import make_link
from appraisal.errors import AppraisalError
from appraisal.organisations import Organisation
from appraisal.people import Person
from appraisal.personnel_acts import ActKind
from appraisal.roster_imports import (
    RosterFiles,
    RosterImport,
    check_import,
    confirm_import,
)
from appraisal.sessions import session_by_number
from tasks.personnel import (
    ADMINISTRATOR,
    Office,
    UnknownPost,
    add_member,
    appoint_to,
    held_posts,
    note,
    posts_to_hold,
)


class UnknownAccount(AppraisalError):
    """There is no such organisation, or nobody of that name in it."""


def add_administrator(
    installation: Installation,
    code: str,
    organisation_name: str,
    name: str,
    sign_in_name: str,
) -> str:
    """Make somebody an administrator, with the organisation if it is new; returns a link.

    The link signs in once; a password is chosen behind it.
    """
    with installation.database.transaction() as db:
        organisation = _find_organisation(db, code)
        if organisation is None:
            organisation = Organisation(code=code, name=organisation_name or code)
            db.add(organisation)
            db.flush()
        office = _office(installation, organisation)
        person = _find_person(db, office.organisation_id, sign_in_name) or add_member(
            db, office, name or sign_in_name, sign_in_name
        )
        appoint_to(db, office, person, ADMINISTRATOR)
        return _noted_link(installation, db, office, person)


def appoint(
    installation: Installation, code: str, sign_in_name: str, post: str, *, name: str = ""
) -> list[str]:
    """Appoint somebody to a post that the organisation has now; returns all posts held.

    With a `name`, somebody who is not there yet is added.

    Raises:
        UnknownAccount: There is no such organisation, or nobody of that sign-in name.
        UnknownPost: The organisation's definitions have no such post.
    """
    with installation.database.transaction() as db:
        organisation = require_organisation(db, code)
        assert organisation.id is not None
        if post not in (known := posts_to_hold(db, code)):
            raise UnknownPost(post, sorted(known))
        office = _office(installation, organisation)
        person = _find_person(db, organisation.id, sign_in_name)
        if person is None and name:
            person = add_member(db, office, name, sign_in_name)
        if person is None or person.id is None or not person.active:
            raise UnknownAccount(sign_in_name)
        appoint_to(db, office, person, post)
        return sorted(held_posts(db, person))


def link_for(installation: Installation, code: str, sign_in_name: str) -> str:
    """A new link that signs a person in once.

    Raises:
        UnknownAccount: There is nobody of that name.
    """
    with installation.database.transaction() as db:
        organisation = require_organisation(db, code)
        assert organisation.id is not None
        person = _find_person(db, organisation.id, sign_in_name)
        if person is None or person.id is None or not person.active:
            raise UnknownAccount(sign_in_name)
        return _noted_link(installation, db, _office(installation, organisation), person)


def add_api_client(
    installation: Installation,
    code: str,
    name: str,
    scopes: Iterable[str],
    *,
    posts: Iterable[str] = (),
    days: int = 365,
) -> str:
    """Register a system; returns its token, which is told once.

    Raises:
        UnknownAccount: There is no such organisation.
        UnknownScope: A scope does not exist.
    """
    with installation.database.transaction() as db:
        organisation = require_organisation(db, code)
        assert organisation.id is not None
        lifetime = timedelta(days=days)
        _, token = add_client(db, organisation.id, name, scopes, posts=posts, lifetime=lifetime)
        return token


def check_roster_file(
    installation: Installation, session_number: str, files: RosterFiles
) -> RosterImport:
    """Check a roster for a batch; nothing is imported.

    Raises:
        UnknownSession: There is no such batch.
        UnreadableTable, RefusedZip: A file cannot be read at all.
    """
    clock = installation.clock
    with installation.database.transaction() as db:
        session = session_by_number(db, session_number)
        record = check_import(db, session, files, at=clock.now(), today=clock.today())
        db.flush()
        db.refresh(record)
        db.expunge(record)
        return record


def import_roster_file(
    installation: Installation, session_number: str, files: RosterFiles, leave_out_problems: bool
) -> int:
    """Import a roster that was checked; returns the number of new enrolments."""
    clock = installation.clock
    with installation.database.transaction() as db:
        done = confirm_import(
            db,
            session_by_number(db, session_number),
            files,
            leave_out_problems=leave_out_problems,
            by="cli",
            at=clock.now(),
            today=clock.today(),
        )
    return sum(new for _, _, new in done)


def _noted_link(installation: Installation, db: Session, office: Office, person: Person) -> str:
    assert person.id is not None
    note(db, office, person, ActKind.LINK_MADE)
    return sign_in_address(installation, make_link(db, person.id))


def _office(installation: Installation, organisation: Organisation) -> Office:
    """The organisation as the command line changes it: who typed is known to the machine only."""
    assert organisation.id is not None
    return Office(organisation.id, organisation.code, None, installation.clock.now())


def sign_in_address(installation: Installation, token: str) -> str:
    """Where a link's token is used."""
    return f"{installation.settings.public_address}/sign-in/{token}"


def require_organisation(db: Session, code: str) -> Organisation:
    """Find an organisation by its code.

    Raises:
        UnknownAccount: There is none.
    """
    organisation = _find_organisation(db, code)
    if organisation is None:
        raise UnknownAccount(code)
    return organisation


def _find_organisation(db: Session, code: str) -> Organisation | None:
    return db.exec(select(Organisation).where(Organisation.code == code)).first()


def _find_person(db: Session, organisation_id: int, sign_in_name: str) -> Person | None:
    query = select(Person).where(
        Person.organisation_id == organisation_id, Person.sign_in_name == sign_in_name
    )
    return db.exec(query).first()
