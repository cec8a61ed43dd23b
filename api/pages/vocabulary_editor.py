"""The page in which a scope's words are changed: a table of pairs, without script."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Annotated, Any

import orjson
from fastapi import Depends, Path, Query, Request, Response
from starlette.datastructures import FormData

from api.definitions import require_change
from api.pages.editing import scope_name
from api.pages.staff import staff_page
from api.problems import Problem
from api.work import PageRouter, Posting, Reading, Work
from engine.draft_contents import DraftRefused
from engine.draft_leases import DraftHeld
from engine.drafts import DraftMoved
from engine.errors import UnknownDefinition
from engine.findings import Finding
from engine.scopes import BASE
from engine.terms import MAX_ROWS, lint_terms, read_terms
from tasks.definition_drafts import keep_draft, open_definition

router = PageRouter()
Key = Annotated[str, Path(max_length=100)]
Scope = Annotated[str, Query(max_length=100)]
COLUMNS = ("zh", "zh_as", "en", "en_as")
SAMPLE = "鉴定批次的鉴定公告，依据《职业技能鉴定规定》。"
_EMPTY_ROWS = 2


async def _posted(request: Request) -> FormData:
    return await request.form(max_fields=MAX_ROWS * len(COLUMNS) + 50)


Posted = Annotated[FormData, Depends(_posted)]


@dataclass(frozen=True)
class Sheet:
    """The table as it stands in the form."""

    rows: list[dict[str, str]]
    keep: list[str]
    revision: int
    sample: str = SAMPLE
    notice: str = ""
    findings: list[Finding] = field(default_factory=list)

    @property
    def content(self) -> bytes:
        """Write it as the definition; rows with nothing in them are left out."""
        terms = [{name: text for name, text in row.items() if text} for row in self.rows]
        kept = {"terms": [row for row in terms if row], "keep": self.keep}
        return orjson.dumps(kept, option=orjson.OPT_INDENT_2)


@router.get("/designer/vocabulary/{key}/edit")
def edit_vocabulary(work: Reading, key: Key, scope: Scope = BASE) -> Response:
    """Draw the words of a scope."""
    require_change(work, scope)
    return _page(work, key, scope, _stored(work, key, scope))


@router.post("/designer/vocabulary/{key}/edit")
def save_vocabulary(work: Posting, key: Key, posted: Posted, scope: Scope = BASE) -> Response:
    """Add a row, try the words on a sentence, or save the draft."""
    require_change(work, scope)
    _stored(work, key, scope)
    sheet = _read(posted)
    action = posted.get("action")
    if action == "add":
        sheet.rows.extend(_empty() for _ in range(_EMPTY_ROWS))
    elif action == "save":
        return _save(work, key, scope, sheet)
    return _page(work, key, scope, sheet)


def _save(work: Work, key: str, scope: str, sheet: Sheet) -> Response:
    try:
        draft = keep_draft(
            work.db, scope, "vocabulary", key, sheet.content,
            expected=sheet.revision, actor=work.actor.key, now=work.installation.clock.now(),
        )  # fmt: skip
    except (DraftMoved, DraftHeld) as error:
        notice = "held" if isinstance(error, DraftHeld) else "moved"
        return _page(work, key, scope, _changed(sheet, notice=notice), status=409)
    except DraftRefused as error:
        refused = _changed(sheet, notice="refused", findings=list(error.findings))
        return _page(work, key, scope, refused, status=422)
    revision = 0 if draft is None else draft.revision
    return _page(work, key, scope, _changed(sheet, notice="saved", revision=revision))


def _changed(sheet: Sheet, **values: Any) -> Sheet:
    return Sheet(**{**vars(sheet), **values})


def _stored(work: Work, key: str, scope: str) -> Sheet:
    """Read the draft, or what holds.

    Raises:
        Problem: not-found.
    """
    try:
        found = open_definition(work.db, scope, "vocabulary", key)
    except UnknownDefinition as error:
        raise Problem("not-found") from error
    try:
        read = orjson.loads(found.content)
        rows = [{name: str(row.get(name, "")) for name in COLUMNS} for row in read["terms"]]
        keep = [str(one) for one in read.get("keep", [])]
    except (orjson.JSONDecodeError, KeyError, TypeError, AttributeError):
        rows, keep = [], []
    return Sheet(rows, keep, found.revision)


def _read(posted: FormData) -> Sheet:
    """Read what the form says; more rows than a vocabulary may have are not read."""
    rows = []
    for number in range(MAX_ROWS + 1):
        row = {name: _text(posted, f"{name}-{number}") for name in COLUMNS}
        if f"zh-{number}" not in posted:
            break
        if any(row.values()):
            rows.append(row)
    keep = [line.strip() for line in _text(posted, "keep").splitlines() if line.strip()]
    given = _text(posted, "revision")
    revision = int(given) if given.isascii() and given.isdigit() and len(given) < 10 else 0
    return Sheet(rows, keep, revision, _text(posted, "sample")[:500] or SAMPLE)


def _text(posted: FormData, name: str) -> str:
    value = posted.get(name)
    return value.strip() if isinstance(value, str) else ""


def _empty() -> dict[str, str]:
    return dict.fromkeys(COLUMNS, "")


def _page(work: Work, key: str, scope: str, sheet: Sheet, *, status: int = 200) -> Response:
    findings = sheet.findings or list(lint_terms(sheet.content))
    terms = read_terms(sheet.content)
    rows = (
        sheet.rows
        if any(not any(row.values()) for row in sheet.rows)
        else [
            *sheet.rows,
            *(_empty() for _ in range(_EMPTY_ROWS)),
        ]
    )
    response = staff_page(
        work,
        "vocabulary_editor.html",
        "designer",
        work.installation.clock.now(),
        key=key,
        scope=scope,
        scope_name=scope_name(work, scope),
        sheet=sheet,
        rows=rows,
        findings={one.element_id: one.message(work.language) for one in findings},
        said=terms.put(sheet.sample, "zh-CN"),
        said_en=terms.put(sheet.sample, "en") if sheet.sample.isascii() else "",
        may_publish=work.may("definition.publish", scope),
    )
    response.status_code = status
    return response
