"""Signing in and out over HTTP."""

from datetime import datetime
from typing import Annotated

from fastapi import Request, Response
from pydantic import Field
from sqlmodel import Session

from api.application import Installation
from api.logins import NewLogin, check_password, close_login, open_login, set_password, use_link
from api.problems import Problem
from api.resources import Resource, Wanted
from api.work import (
    LOGIN_COOKIE,
    Posting,
    Reading,
    WorkRouter,
    installation_of,
    refuse_foreign_origin,
)
from appraisal.people import person_by_id, person_by_sign_in_name
from tasks.actors import Actor, actor_of

router = WorkRouter(tags=["signing in"])


class Credentials(Wanted):
    """A sign-in name with its password, or the token of a one-time link."""

    sign_in_name: Annotated[str, Field(max_length=100)] = ""
    password: Annotated[str, Field(max_length=1000, repr=False)] = ""
    link: Annotated[str, Field(max_length=200, repr=False)] = ""


class NewPassword(Wanted):
    """A new password."""

    password: Annotated[str, Field(max_length=1000, repr=False)]


class Me(Resource):
    """Who is signed in. `csrfToken` goes into the header X-CSRF-Token of every change."""

    person_id: int
    name: str
    organisation: str
    posts: list[str]
    is_candidate: bool
    csrf_token: str
    expires_at: datetime | None = None


@router.post("/logins", status_code=201)
def sign_in(body: Credentials, request: Request, response: Response) -> Me:
    """Sign in; the answer sets the cookie of the login."""
    installation = installation_of(request)
    refuse_foreign_origin(request, installation)
    login = sign_in_person(installation, body, _address(request))
    set_login_cookie(request, response, login)
    with installation.database.reading() as db:
        return _me(actor_of(db, login.person_id), login.csrf_token, login.expires_at)


@router.delete("/logins/current", status_code=204)
def sign_out(work: Posting, request: Request, response: Response) -> None:
    """Sign out."""
    if work.login is not None:
        close_login(work.db, work.login)
    response.delete_cookie(LOGIN_COOKIE, path=cookie_path(request))


@router.get("/me")
def read_me(work: Reading) -> Me:
    """Read who is signed in."""
    return _me(work.actor, work.csrf_token)


@router.put("/me/password", status_code=204)
def change_password(work: Posting, body: NewPassword) -> None:
    """Set the own password; every login of the person ends."""
    if work.actor.kind != "person":
        raise Problem("forbidden")
    set_password(work.db, person_by_id(work.db, work.actor.person_id), body.password)


def sign_in_person(installation: Installation, given: Credentials, address: str) -> NewLogin:
    """Sign somebody in by password or link.

    Raises:
        WrongSignIn: It is wrong.
        Problem: too-many-requests.
    """
    if not given.link:
        _slow_down(installation, address, given.sign_in_name)
    # The slow check of a password must not hold the database's write lock.
    with installation.database.reading() as db:
        person_id = None if given.link else _by_password(db, given)
    with installation.database.transaction() as db:
        who = person_id if person_id is not None else use_link(db, given.link)
        return open_login(db, who, installation.settings.login_lifetime)


def set_login_cookie(request: Request, response: Response, login: NewLogin) -> None:
    """Give the browser the cookie of a login."""
    settings = installation_of(request).settings
    response.set_cookie(
        LOGIN_COOKIE,
        installation_of(request).cookies.dumps(login.token),
        max_age=int(settings.login_lifetime.total_seconds()),
        path=cookie_path(request),
        secure=settings.secure_cookies,
        httponly=True,
        samesite="lax",
    )


def cookie_path(request: Request) -> str:
    """Where this application is mounted: its cookies stay there."""
    return str(request.scope.get("root_path", "")) or "/"


def _slow_down(installation: Installation, address: str, sign_in_name: str) -> None:
    # Links are too long to be guessed; passwords are not.
    for key in (f"address {address}", f"name {sign_in_name.lower()}"):
        if wait := installation.sign_ins.wait_seconds(key):
            raise Problem("too-many-requests", headers={"Retry-After": str(int(wait) + 1)})


def _by_password(db: Session, given: Credentials) -> int:
    return check_password(db, person_by_sign_in_name(db, given.sign_in_name), given.password)


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _me(actor: Actor | None, csrf_token: str, expires_at: datetime | None = None) -> Me:
    if actor is None:
        raise Problem("wrong-sign-in")
    return Me(
        person_id=actor.person_id,
        name=actor.name,
        organisation=actor.tenant,
        posts=sorted(actor.posts),
        is_candidate=actor.is_candidate,
        csrf_token=csrf_token,
        expires_at=expires_at,
    )
