"""Start a process by hand: what can be started, and its start form."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Annotated, Any
from urllib.parse import quote
from uuid import uuid4

from fastapi import Path, Response
from fastapi.responses import RedirectResponse

from api.i18n import translate
from api.idempotency import claim_key
from api.pages.posted import Posted
from api.pages.staff import staff_page
from api.pages.templating import new_nonce
from api.problems import Problem
from api.starting import (
    SESSION_PROCESS,
    begin,
    checked_start,
    form_to_start,
    is_one_line,
    offered_to,
    required_start,
)
from api.work import PageRouter, Posting, Reading, Work
from forms import CheckedAnswer, FieldError, InvalidAnswer
from tasks.starting import Startable, start_context, start_names

router = PageRouter()
ProcessId = Annotated[str, Path(max_length=200)]
LONGEST_KEY = 100
WRONG_KEYS = {
    "length": "请填写业务编号，最多 100 个字。",
    "characters": "业务编号里有换行或看不见的字符，请删除。",
}


@router.get("/start")
def read_startables(work: Reading) -> Response:
    """List what the reader may start."""
    if not work.actor.is_staff:
        raise Problem("forbidden")
    found = start_names(work.db, work.installation.definitions, offered_to(work))
    now = work.installation.clock.now()
    return staff_page(
        work, "startables.html", "sessions", now, startables=found,
        begun=work.request.query_params.get("begun", "")[:LONGEST_KEY],
    )  # fmt: skip


@router.get("/start/{process_id}")
def ask_to_start(work: Reading, process_id: ProcessId) -> Response:
    """Show the start form of a process."""
    found = required_start(work, process_id)
    if not work.actor.is_staff:
        raise Problem("forbidden")
    return _drawn(work, found, None, "", uuid4().hex)


@router.post("/start/{process_id}")
def start_process(work: Posting, process_id: ProcessId, posted: Posted) -> Response:
    """Start a process once, however often its button was pressed."""
    found = required_start(work, process_id)
    if not work.actor.is_staff:
        raise Problem("forbidden")
    form = form_to_start(work, found)
    key = str(posted.get("business_key") or "").strip()[: LONGEST_KEY + 1]
    once = str(posted.get("once") or uuid4().hex)[:64]
    redrawn = form.redrawn(posted) if form else None
    if redrawn is not None:
        return _drawn(work, found, redrawn, key, once)
    given = form.read(posted) if form else {}
    try:
        answer = checked_start(work, found, given)
    except InvalidAnswer as error:
        return _drawn(work, found, given, key, once, errors=error.errors)
    if process_id != SESSION_PROCESS and (wrong := _wrong_key(key)):
        return _drawn(work, found, given, key, once, wrong_key=wrong)
    return _begun_once(work, process_id, key, once, answer)


def _wrong_key(key: str) -> str:
    if not 0 < len(key) <= LONGEST_KEY:
        return WRONG_KEYS["length"]
    return "" if is_one_line(key) else WRONG_KEYS["characters"]


def _begun_once(
    work: Work, process_id: str, key: str, once: str, answer: CheckedAnswer
) -> Response:
    claimed = claim_key(work.db, work.actor.key, once, f"start {process_id}"[:100])
    instance = begin(work, process_id, key, answer)
    number = instance.business_key
    path = (
        f"/sessions/{number}"
        if process_id == SESSION_PROCESS
        else f"/start?begun={quote(number, safe='')}"
    )
    response = RedirectResponse(str(work.request.scope.get("root_path", "")) + path, 303)
    claimed.keep(response)
    return response


def _drawn(
    work: Work,
    found: Startable,
    values: dict[str, Any] | None,
    key: str,
    once: str,
    *,
    errors: Iterable[FieldError] = (),
    wrong_key: str = "",
) -> Response:
    nonce, wrong, form = new_nonce(), list(errors), form_to_start(work, found)
    drawn = form and form.render(
        values, language=work.language, errors=wrong, context=start_context(work.db), nonce=nonce
    )
    is_session = found.process_id == SESSION_PROCESS
    name = start_names(work.db, work.installation.definitions, [found])[found.process_id]
    title = translate("新建批次", work.language) if is_session else name.told(work.language)
    return staff_page(
        work, "start.html", "sessions", work.installation.clock.now(),
        status=422 if wrong or wrong_key else 200, nonce=nonce, title=title, form_html=drawn,
        process_id=found.process_id, asks_key=not is_session, key=key, once=once,
        wrong_key=translate(wrong_key, work.language) if wrong_key else "",
    )  # fmt: skip
