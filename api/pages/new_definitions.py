"""The page on which a definition is begun: an empty one, or a copy of another."""

from __future__ import annotations

from typing import Annotated, Any
from urllib.parse import quote

from fastapi import Query, Response
from fastapi.responses import RedirectResponse

from api.definitions import require_change
from api.i18n import translate
from api.pages.editing import Scope, scope_name
from api.pages.posted import Posted
from api.pages.staff import here, staff_page
from api.problems import Problem
from api.work import PageRouter, Posting, Reading, Work
from engine.errors import UnknownDefinition
from tasks.definition_drafts import keep_draft, open_definition
from tasks.new_definitions import KEY, NEW_KINDS, blank_definition, copied_definition, is_taken

router = PageRouter()
Kind = Annotated[str, Query(max_length=20)]
Copy = Annotated[str, Query(max_length=100, description="the definition to copy, if any")]
_LONGEST_NAME = 80


@router.get("/designer/new")
def ask_for_new(work: Reading, scope: Scope, kind: Kind = "form", copy: Copy = "") -> Response:
    """Ask for the key and the names of a new definition."""
    _require(work, scope, kind, copy)
    return _page(work, scope, kind, copy, {}, {})


@router.post("/designer/new")
def begin_new(
    work: Posting, posted: Posted, scope: Scope, kind: Kind = "form", copy: Copy = ""
) -> Response:
    """Begin a draft and open its editor."""
    copied = _require(work, scope, kind, copy)
    given = {name: str(posted.get(name) or "").strip() for name in ("key", "name", "english")}
    errors = _errors(work, scope, kind, given)
    if errors:
        return _page(work, scope, kind, copy, given, errors, status=422)
    key, names = given["key"], (given["name"], given["english"])
    if copied is None:
        content = blank_definition(kind, key, *names)
    else:
        content = copied_definition(kind, copied, copy, key, names)
    keep_draft(
        work.db, scope, kind, key, content,
        expected=0, actor=work.actor.key, now=work.installation.clock.now(),
    )  # fmt: skip
    root = work.request.scope.get("root_path", "")
    return RedirectResponse(f"{root}/designer/{kind}/{key}/edit?scope={quote(scope)}", 303)


def _require(work: Work, scope: str, kind: str, copy: str) -> bytes | None:
    """Refuse what cannot be begun here; gives the content to copy.

    Raises:
        Problem: forbidden, or not-found.
    """
    require_change(work, scope)
    if kind not in NEW_KINDS:
        raise Problem("not-found")
    if not copy:
        return None
    try:
        return open_definition(work.db, scope, kind, copy).content
    except UnknownDefinition as error:
        raise Problem("not-found") from error


def _errors(work: Work, scope: str, kind: str, given: dict[str, str]) -> dict[str, str]:
    found = {}
    if not KEY.fullmatch(given["key"]):
        found["key"] = "编号须为 3 到 60 个小写字母、数字或下划线，以字母开头。"
    elif is_taken(work.db, scope, kind, given["key"]):
        found["key"] = "这个编号已经有定义了，请换一个，或打开它来定制。"
    for name in ("name", "english"):
        if not 0 < len(given[name]) <= _LONGEST_NAME or not given[name].isprintable():
            found[name] = "请填写名称，最多 80 个字。"
    return {name: translate(text, work.language) for name, text in found.items()}


def _page(
    work: Work,
    scope: str,
    kind: str,
    copy: str,
    given: dict[str, str],
    errors: dict[str, str],
    *,
    status: int = 200,
) -> Response:
    values: dict[str, Any] = {"given": given, "errors": errors, "kind": kind, "copy": copy}
    return staff_page(
        work, "new_definition.html", "designer", work.installation.clock.now(),
        scope=scope, scope_name=scope_name(work, scope), here=here(work), status=status, **values,
    )  # fmt: skip
