"""Signing in and out, and choosing the language."""

from __future__ import annotations

import re
from typing import Annotated, Literal

from fastapi import Form, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.i18n import translate
from api.languages import COOKIE as LANGUAGE_COOKIE
from api.languages import language_of
from api.logins import NewLogin, WrongSignIn, close_login, link_is_good
from api.pages.templating import draw
from api.problems import Problem
from api.sign_in import Credentials, cookie_path, set_login_cookie, sign_in_person
from api.work import (
    LOGIN_COOKIE,
    Glancing,
    PageRouter,
    Posting,
    installation_of,
    refuse_foreign_origin,
)

router = PageRouter()
Token = Annotated[str, Path(max_length=100)]
Next = Annotated[str, Query(max_length=500)]


@router.get("/")
def read_home(work: Glancing) -> Response:
    """Lead everybody to where their work is."""
    root = work.request.scope.get("root_path", "")
    if work.visitor is None:
        return RedirectResponse(f"{root}/sign-in", 303)
    return RedirectResponse(f"{root}{'/inbox' if work.visitor.is_staff else '/me'}", 303)


@router.get("/sign-in")
def read_sign_in(request: Request, next: Next = "") -> Response:
    """Ask for name and password."""
    return draw(request, "sign_in.html", next=safe_path(next), here=request.url.path)


@router.post("/sign-in")
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=100)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    next: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """Sign in with a password."""
    refuse_foreign_origin(request, installation_of(request))
    given = Credentials(sign_in_name=name.strip(), password=password)
    try:
        login = sign_in_person(installation_of(request), given, _address(request))
    except WrongSignIn:
        return _refused(request, "登录名或密码不正确。", name, next, 401)
    except Problem as problem:
        if problem.name != "too-many-requests":
            raise
        return _refused(request, "尝试次数过多，请一分钟后再试。", name, next, 429)
    return _signed_in(request, login, next)


@router.get("/sign-in/{token}")
def read_link(work: Glancing, token: Token) -> Response:
    """Show a one-time link's button; looking at it (as mail scanners do) does not use it up."""
    good = link_is_good(work.db, token)
    return draw(
        work.request,
        "sign_in_link.html",
        status=200 if good else 410,
        token=token,
        good=good,
        here=work.request.url.path,
    )


@router.post("/sign-in/{token}")
def use_sign_in_link(request: Request, token: Token) -> Response:
    """Sign in with a one-time link."""
    refuse_foreign_origin(request, installation_of(request))
    try:
        login = sign_in_person(installation_of(request), Credentials(link=token), _address(request))
    except WrongSignIn:
        here = request.url.path
        return draw(request, "sign_in_link.html", status=410, token=token, good=False, here=here)
    return _signed_in(request, login, "")


@router.post("/sign-out")
def sign_out(work: Posting) -> Response:
    """Sign out."""
    if work.login is not None:
        close_login(work.db, work.login)
    root = work.request.scope.get("root_path", "")
    response = RedirectResponse(f"{root}/sign-in", 303)
    response.delete_cookie(LOGIN_COOKIE, path=cookie_path(work.request))
    return response


@router.get("/language/{language}")
def choose_language(
    request: Request, language: Literal["zh-CN", "en"], next: Next = ""
) -> Response:
    """Keep the reader's language and go back."""
    root = request.scope.get("root_path", "")
    response = RedirectResponse(safe_path(next) or f"{root}/", 303)
    response.set_cookie(
        LANGUAGE_COOKIE,
        language,
        max_age=31_536_000,
        path=cookie_path(request),
        samesite="lax",
        httponly=True,
        secure=installation_of(request).settings.secure_cookies,
    )
    return response


def safe_path(path: str) -> str:
    """Give a path of this site, or nothing: never an address elsewhere."""
    return path if re.fullmatch(r"/(?![/\\])[^\x00-\x20\\]*", path) else ""


def _signed_in(request: Request, login: NewLogin, next: str) -> Response:
    root = request.scope.get("root_path", "")
    response = RedirectResponse(safe_path(next) or f"{root}/", 303)
    set_login_cookie(request, response, login)
    return response


def _address(request: Request) -> str:
    return request.client.host if request.client else ""


def _refused(request: Request, problem: str, name: str, next: str, status: int) -> Response:
    told = translate(problem, language_of(request))
    return draw(
        request,
        "sign_in.html",
        status=status,
        problem=told,
        name=name,
        next=safe_path(next),
        here=request.url.path,
    )
