"""Signing in: passwords, one-time links, and the server's rows of who is signed in.

Everything here lives in real time, never in business time.
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from pwdlib import PasswordHash
from sqlalchemy import delete, update
from sqlmodel import Field, Session, SQLModel, col, select

from appraisal import people  # noqa: F401 -- its tables are referred to below
from appraisal.columns import UtcDateTime
from appraisal.people import Person

LINK_LIFETIME = timedelta(days=3)
SHORTEST_PASSWORD = 12

_hash = PasswordHash.recommended()
# Checked when nobody of that name exists, so that the answer takes as long.
_NOBODY = _hash.hash(secrets.token_hex(16))


class WrongSignIn(Exception):
    """The name, the password or the link is wrong, used or too old; never says which."""


class WeakPassword(Exception):
    """The password is too short or contains the sign-in name."""


class Password(SQLModel, table=True):
    """A person's password, as an argon2 hash."""

    __tablename__ = "password"

    person_id: int = Field(primary_key=True, foreign_key="person.id")
    hash: str = Field(max_length=200)
    changed_at: datetime = Field(sa_type=UtcDateTime)


class SignInLink(SQLModel, table=True):
    """A link that signs somebody in once; only its digest is kept."""

    __tablename__ = "sign_in_link"

    digest: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    used_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


class Login(SQLModel, table=True):
    """Somebody is signed in. The cookie holds the token; here is only its digest."""

    __tablename__ = "login"

    digest: str = Field(primary_key=True, max_length=64)
    person_id: int = Field(foreign_key="person.id", index=True)
    csrf_token: str = Field(max_length=64)
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime, index=True)


@dataclass(frozen=True)
class NewLogin:
    """A fresh login; `token` is told once."""

    token: str
    csrf_token: str
    person_id: int
    expires_at: datetime


def digest_of(token: str) -> str:
    """What the database keeps of a token, which is random enough to need no salt."""
    return hashlib.sha256(token.encode()).hexdigest()


def set_password(db: Session, person: Person, password: str) -> None:
    """Give a person a password and end all their logins.

    Raises:
        WeakPassword: It is too short or easily guessed.
    """
    if len(password) < SHORTEST_PASSWORD or person.sign_in_name.lower() in password.lower():
        raise WeakPassword(person.sign_in_name)
    assert person.id is not None
    row = db.get(Password, person.id) or Password(
        person_id=person.id, hash="", changed_at=datetime.now(UTC)
    )
    row.hash, row.changed_at = _hash.hash(password), datetime.now(UTC)
    db.add(row)
    db.execute(delete(Login).where(col(Login.person_id) == person.id))


def check_password(db: Session, person: Person | None, password: str) -> int:
    """The id of the person if the password is theirs; slow on purpose.

    Raises:
        WrongSignIn: It is not, or there is nobody.
    """
    row = db.get(Password, person.id) if person and person.active else None
    known = _hash.verify(password[:1000], row.hash if row else _NOBODY)
    if row is None or not known:
        raise WrongSignIn
    return row.person_id


def make_link(db: Session, person_id: int, lifetime: timedelta = LINK_LIFETIME) -> str:
    """A token that signs a person in once."""
    token = secrets.token_urlsafe(32)
    expires_at = datetime.now(UTC) + lifetime
    db.add(SignInLink(digest=digest_of(token), person_id=person_id, expires_at=expires_at))
    db.flush()
    return token


def use_link(db: Session, token: str) -> int:
    """The person whom a link signs in; it works once.

    Raises:
        WrongSignIn: It is unknown, used or too old.
    """
    now = datetime.now(UTC)
    person_id = db.execute(
        update(SignInLink)
        .where(
            col(SignInLink.digest) == digest_of(token),
            col(SignInLink.used_at).is_(None),
            col(SignInLink.expires_at) > now,
        )
        .values(used_at=now)
        .returning(col(SignInLink.person_id))
    ).scalar_one_or_none()
    person = None if person_id is None else db.get(Person, person_id)
    if person is None or person.id is None or not person.active:
        raise WrongSignIn
    return person.id


def link_is_good(db: Session, token: str) -> bool:
    """Whether a link would still sign somebody in; looking does not use it up."""
    found = db.exec(
        select(SignInLink.person_id).where(
            SignInLink.digest == digest_of(token),
            col(SignInLink.used_at).is_(None),
            SignInLink.expires_at > datetime.now(UTC),
        )
    )
    return found.first() is not None


def open_login(db: Session, person_id: int, lifetime: timedelta) -> NewLogin:
    """Sign a person in."""
    now = datetime.now(UTC)
    new = NewLogin(
        token=secrets.token_urlsafe(32),
        csrf_token=secrets.token_urlsafe(24),
        person_id=person_id,
        expires_at=now + lifetime,
    )
    db.execute(delete(Login).where(col(Login.expires_at) <= now))
    db.add(
        Login(
            digest=digest_of(new.token),
            person_id=person_id,
            csrf_token=new.csrf_token,
            created_at=now,
            expires_at=new.expires_at,
        )
    )
    db.flush()
    return new


def close_login(db: Session, digest: str) -> None:
    """Sign out."""
    db.execute(delete(Login).where(col(Login.digest) == digest))


def end_access(db: Session, person_id: int) -> None:
    """Sign a person out everywhere and let none of their links work any more."""
    db.execute(delete(Login).where(col(Login.person_id) == person_id))
    revoke_links(db, person_id)


def revoke_links(db: Session, person_id: int) -> None:
    """Let none of a person's links work that were not used yet."""
    db.execute(
        delete(SignInLink).where(
            col(SignInLink.person_id) == person_id, col(SignInLink.used_at).is_(None)
        )
    )
