"""One request: one transaction, one actor. What every endpoint starts from."""

import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial, wraps
from hmac import compare_digest
from inspect import iscoroutinefunction
from typing import Annotated, Any, get_type_hints
from urllib.parse import urlsplit

from fastapi import APIRouter, Depends, Request, Response
from fastapi.routing import APIRoute
from itsdangerous import BadSignature
from pydantic import BaseModel
from sqlalchemy import bindparam, select
from sqlmodel import Session, col
from starlette.datastructures import FormData

from api.application import Installation
from api.clients import TOKEN_PREFIX, ApiClient
from api.i18n import speak
from api.idempotency import KeyInUse, claim_key
from api.languages import Language, language_of
from api.logins import Login, digest_of
from api.problems import Problem
from appraisal.columns import table_of
from engine.killpoints import kill_point
from engine.statements import Statement
from tasks.actors import ACTOR_COLUMNS, PERSON, SELECT_ACTOR, Actor, actor_of, read_actor
from tasks.rights import has_scope, may
from tasks.terms import terms_of_organisation

LOGIN_COOKIE = "jc_login"
CSRF_HEADER = "x-csrf-token"
CSRF_FIELD = "csrf_token"

_LOGINS = table_of(Login)
_LOGIN = Statement(
    SELECT_ACTOR.add_columns(_LOGINS.c.csrf_token)
    .join(_LOGINS, _LOGINS.c.person_id == PERSON.c.id)
    .where(_LOGINS.c.digest == bindparam("b_digest"), _LOGINS.c.expires_at > bindparam("b_now"))
)
_CLIENT = select(
    col(ApiClient.id),
    col(ApiClient.person_id),
    col(ApiClient.scopes),
    col(ApiClient.processes),
    col(ApiClient.per_minute),
)


@dataclass
class Work:
    """What an endpoint works with, once its transaction is open.

    `login` is the digest of the login's token, if any.
    """

    request: Request
    installation: Installation
    language: Language
    open: Callable[["Work"], AbstractContextManager[None]] = field(repr=False)
    db: Session = field(init=False, repr=False)
    visitor: Actor | None = None
    login: str | None = None
    csrf_token: str = ""
    key_in_use: KeyInUse | None = field(default=None, repr=False)

    @property
    def actor(self) -> Actor:
        """Who acts.

        Raises:
            Problem: Nobody has signed in.
        """
        if self.visitor is None:
            raise Problem("not-signed-in")
        return self.visitor

    @property
    def own_scope(self) -> str:
        """The scope of the actor's organisation, where nobody names another."""
        return f"organisation:{self.actor.tenant}"

    def may(self, action: str, thing: Any = None) -> bool:
        """Whether the actor may do something."""
        return may(self.db, self.visitor, action, thing)

    def require(self, action: str, thing: Any = None) -> None:
        """Refuse what the actor may not do.

        Raises:
            Problem: forbidden.
        """
        if not may(self.db, self.actor, action, thing):
            raise Problem("forbidden")

    def require_scope(self, action: str) -> None:
        """Refuse a system that was never granted this kind of action.

        Raises:
            Problem: forbidden.
        """
        if not has_scope(self.actor, action):
            raise Problem("forbidden")

    def require_seen(self, action: str, thing: Any) -> None:
        """Refuse what the actor may not even see, in the words of what is not there.

        Raises:
            Problem: not-found.
        """
        if thing is None or not may(self.db, self.actor, action, thing):
            raise Problem("not-found")

    def reply(
        self,
        content: BaseModel | None,
        status: int = 200,
        headers: Mapping[str, str] | None = None,
        *,
        secret: bool = False,
    ) -> Response:
        """The answer, kept for repeats of the request if it has an idempotency key.

        A `secret` answer is told once: it is not kept, and a repeat is refused.
        """
        body = b"" if content is None else content.model_dump_json(by_alias=True).encode()
        media_type = None if content is None else "application/json"
        response = Response(body, status, dict(headers or {}), media_type)
        if self.key_in_use is not None and not secret:
            self.key_in_use.keep(response)
        return response


def installation_of(request: Request) -> Installation:
    """The installation that this application serves."""
    found: Installation = request.app.state.installation
    return found


async def _csrf_given(request: Request) -> str:
    """The token that shows that a page of ours sent the request."""
    if given := request.headers.get(CSRF_HEADER):
        return given
    kind = request.headers.get("content-type", "")
    if kind.startswith(("application/x-www-form-urlencoded", "multipart/form-data")):
        value = (await request.form()).get(CSRF_FIELD)
        return value if isinstance(value, str) else ""
    return ""


async def _fingerprint(request: Request) -> str:
    """What tells two requests with the same idempotency key apart."""
    if "idempotency-key" not in request.headers:
        return ""
    kind = request.headers.get("content-type", "")
    if kind.startswith(("multipart/", "application/x-www-form-urlencoded")):
        # Not the bytes: the boundary between the parts differs from one sending to the next.
        body = await _form_digest(await request.form())
    else:
        body = await request.body()
    what = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hashlib.sha256(what + body).hexdigest()


async def _form_digest(form: FormData) -> bytes:
    digest = hashlib.sha256()
    for name, value in form.multi_items():
        content = value.encode() if isinstance(value, str) else await value.read()
        digest.update(f"{len(name)} {name} {len(content)} ".encode() + content)
        if not isinstance(value, str):
            await value.seek(0)
    return digest.digest()


Csrf = Annotated[str, Depends(_csrf_given)]
Fingerprint = Annotated[str, Depends(_fingerprint)]


async def _reading(request: Request) -> Work:
    _refuse_nobody(request)
    return _work(request, _read)


async def _glancing(request: Request) -> Work:
    return _work(request, _glance)


async def _posting(request: Request, csrf: Csrf, fingerprint: Fingerprint) -> Work:
    _refuse_nobody(request)
    return _work(request, lambda work: _write(work, csrf, fingerprint))


async def _asking(request: Request, csrf: Csrf) -> Work:
    _refuse_nobody(request)
    return _work(request, lambda work: _ask(work, csrf))


Reading = Annotated[Work, Depends(_reading)]
"""A signed-in actor who only reads."""
Glancing = Annotated[Work, Depends(_glancing)]
"""Anybody, signed in or not, who only reads."""
Posting = Annotated[Work, Depends(_posting)]
"""A signed-in actor who changes something: committed before the response."""
Asking = Annotated[Work, Depends(_asking)]
"""A signed-in actor who asks for what takes long: the endpoint itself writes what comes of it."""


class WorkRoute(APIRoute):
    """A route whose endpoint runs in one thread with its transaction, from begin to commit.

    A transaction that a dependency opens goes from thread to thread: requests that wait
    for a connection then take every thread, and those that have one can never go on.
    """

    def __init__(self, path: str, endpoint: Callable[..., Any], **options: Any) -> None:
        super().__init__(path, _in_its_transaction(endpoint), **options)


class PageRoute(WorkRoute):
    """A page: for people only, since what a system may do is granted for the API's routes."""


class WorkRouter(APIRouter):
    """A router for endpoints that take a `Reading`, `Glancing`, `Posting` or `Asking`."""

    def __init__(self, **options: Any) -> None:
        super().__init__(route_class=WorkRoute, **options)


class PageRouter(APIRouter):
    """A router for pages, whose endpoints work as those of a `WorkRouter`."""

    def __init__(self) -> None:
        super().__init__(route_class=PageRoute, include_in_schema=False)


def _in_its_transaction(endpoint: Callable[..., Any]) -> Callable[..., Any]:
    hints = get_type_hints(endpoint)
    taken = [name for name, kind in hints.items() if kind is Work and name != "return"]
    if not taken:
        return endpoint
    if iscoroutinefunction(endpoint):
        raise TypeError(f"{endpoint.__name__} would block the event loop")
    [name] = taken

    @wraps(endpoint)
    def run(**given: Any) -> Any:
        work: Work = given[name]
        with work.open(work):
            return endpoint(**given)

    return run


def _work(request: Request, opened: Callable[[Work], AbstractContextManager[None]]) -> Work:
    return Work(request, installation_of(request), language_of(request), opened)


def _refuse_nobody(request: Request) -> None:
    # Looked at before the database: whoever brings nothing costs nothing.
    if LOGIN_COOKIE not in request.cookies and "authorization" not in request.headers:
        raise Problem("not-signed-in")


@contextmanager
def _glance(work: Work) -> Iterator[None]:
    with work.installation.database.reading() as db:
        _identify(work, db)
        yield


@contextmanager
def _read(work: Work) -> Iterator[None]:
    with work.installation.database.reading() as db:
        _require_somebody(work, db)
        yield


@contextmanager
def _ask(work: Work, csrf: str) -> Iterator[None]:
    with _read(work):
        _refuse_forged(work, csrf)
        yield


@contextmanager
def _write(work: Work, csrf: str, fingerprint: str) -> Iterator[None]:
    with work.installation.database.transaction() as db:
        _require_somebody(work, db)
        _refuse_forged(work, csrf)
        if fingerprint:
            key = work.request.headers["idempotency-key"]
            work.key_in_use = claim_key(db, work.actor.key, key, fingerprint)
        yield
        kill_point("before-commit")
    kill_point("after-commit")


def _require_somebody(work: Work, db: Session) -> None:
    _identify(work, db)
    if work.visitor is None:
        raise Problem("not-signed-in")
    speak(partial(terms_of_organisation, db, work.visitor.tenant))
    if work.visitor.kind != "person" and isinstance(work.request.scope["route"], PageRoute):
        raise Problem("forbidden")


def _identify(work: Work, db: Session) -> None:
    """Find out who sent the request."""
    work.db = db
    kind, _, token = work.request.headers.get("authorization", "").partition(" ")
    if kind:
        if kind.lower() == "bearer" and token.startswith(TOKEN_PREFIX):
            work.visitor = _client_of(work.installation, db, token)
    elif cookie := work.request.cookies.get(LOGIN_COOKIE):
        _take_login(work, cookie)


def _take_login(work: Work, cookie: str) -> None:
    try:
        digest = digest_of(work.installation.cookies.loads(cookie))
    except (BadSignature, AttributeError):
        return
    given = {"b_digest": digest, "b_now": datetime.now(UTC)}
    rows = _LOGIN.rows(work.db.connection(), given)
    if rows:
        work.visitor = read_actor(rows)
        work.login, work.csrf_token = digest, rows[0][ACTOR_COLUMNS]


def _client_of(installation: Installation, db: Session, token: str) -> Actor | None:
    found = db.execute(
        _CLIENT.where(
            col(ApiClient.digest) == digest_of(token),
            col(ApiClient.expires_at) > datetime.now(UTC),
            col(ApiClient.revoked_at).is_(None),
        )
    ).one_or_none()
    if found is None:
        return None
    wait = installation.client_calls.wait_seconds(f"client {found.id}", per_minute=found.per_minute)
    if wait:
        raise Problem("too-many-requests", headers={"Retry-After": str(int(wait) + 1)})
    return actor_of(
        db,
        found.person_id,
        kind="client",
        scopes=frozenset(found.scopes),
        processes=frozenset(found.processes),
    )


def _refuse_forged(work: Work, csrf: str) -> None:
    # A browser sends cookies by itself, a token in a header it does not.
    if work.login is None:
        return
    refuse_foreign_origin(work.request, work.installation)
    if not compare_digest(csrf.encode(), work.csrf_token.encode()):
        raise Problem("forged-request")


def refuse_foreign_origin(request: Request, installation: Installation) -> None:
    """Refuse what a page of another site sends.

    Raises:
        Problem: forged-request.
    """
    origin = request.headers.get("origin")
    if origin is None:
        return
    own = {installation.settings.public_address, str(request.base_url)}
    if urlsplit(origin)[:2] not in {urlsplit(address)[:2] for address in own}:
        raise Problem("forged-request")
