"""The page in which forms are drawn, and what their users will see of a draft."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal

from fastapi import Depends, Path, Query, Request, Response
from starlette.datastructures import FormData

from api.definitions import require_read
from api.pages.editing import Scope, editor_page
from api.pages.templating import draw, new_nonce
from api.work import PageRouter, Posting, Reading
from engine.feel import compile_expression
from forms import CheckedAnswer, FormDefinition, FormProblem, InvalidAnswer, InvalidForm, parse_form
from forms.values import json_safe
from tasks.bindings import WRITERS

router = PageRouter()
Key = Annotated[str, Path(max_length=100)]
# Names that no field can have: keys of fields hold no hyphen.
CONTENT, CONTEXT, TRIED = "jc-content", "jc-context", "jc-tried"
_MOST_CONTEXT = 100_000


async def _posted(request: Request) -> FormData:
    return await request.form(max_part_size=2 * 1024 * 1024)


Posted = Annotated[FormData, Depends(_posted)]


@dataclass(frozen=True)
class Preview:
    """A draft as its users will see it, or why they cannot."""

    form: FormDefinition | None = None
    values: dict[str, Any] | None = None
    problems: tuple[FormProblem, ...] = ()
    refused: InvalidAnswer | None = None
    checked: CheckedAnswer | None = None

    def told(self, language: str) -> dict[str, Any] | None:
        """Tell what would be kept of the answer: as people read it, and as process variables."""
        if self.form is None or self.checked is None:
            return None
        variables = json_safe(self.checked.variables)
        return {
            "values": self.form.render_values(json_safe(self.checked.values), language=language),
            "variables": json.dumps(variables, ensure_ascii=False, indent=2, default=str),
        }


@router.get("/designer/form/{key}/edit")
def edit_form(work: Reading, key: Key, scope: Scope = "") -> Response:
    """Edit a form in a scope."""
    bindings = json.dumps(sorted(WRITERS))
    return editor_page(
        work, "form_editor.html", entry="form", key=key, scope=scope, bindings=bindings
    )


@router.post("/designer/form/{key}/preview")
def preview_form(
    work: Posting,
    key: Key,
    posted: Posted,
    scope: Scope = "",
    language: Annotated[Literal["zh-CN", "en"], Query()] = "zh-CN",
) -> Response:
    """Draw a draft as its users will see it; with an answer, say what the check makes of it.

    Shown in a frame of the editor's page, therefore the one page that may be framed.
    """
    scope = scope or work.own_scope
    require_read(work, scope)
    work.require("definition.design")
    content, context = str(posted.get(CONTENT) or ""), _context(posted.get(CONTEXT))
    preview = _preview(content, context, posted, language)
    nonce = new_nonce()
    response = draw(
        work.request,
        "form_preview.html",
        nonce=nonce,
        language=language,
        key=key,
        preview=preview,
        told=preview.told(language),
        html=_html(preview, context, language, nonce),
        hidden={CONTENT: content, CONTEXT: str(posted.get(CONTEXT) or ""), TRIED: "1"},
        csrf=work.csrf_token,
    )
    policy = response.headers["Content-Security-Policy"]
    policy = policy.replace("frame-ancestors 'none'", "frame-ancestors 'self'")
    response.headers["Content-Security-Policy"] = policy
    response.headers["X-Frame-Options"] = "SAMEORIGIN"
    return response


def _preview(content: str, context: Mapping[str, Any], posted: FormData, language: str) -> Preview:
    try:
        form = parse_form(content, compile_expression=compile_expression)
    except InvalidForm as error:
        return Preview(problems=tuple(error.problems))
    if posted.get(TRIED) is None:
        return Preview(form)
    redrawn = form.redrawn(posted)
    if redrawn is not None:
        return Preview(form, redrawn)
    answer = form.read(posted)
    try:
        checked = form.check(answer, context=context, language=language)
    except InvalidAnswer as error:
        return Preview(form, answer, refused=error)
    return Preview(form, answer, checked=checked)


def _html(preview: Preview, context: Mapping[str, Any], language: str, nonce: str) -> str:
    if preview.form is None:
        return ""
    errors = preview.refused.errors if preview.refused else ()
    return preview.form.render(
        preview.values, language=language, errors=errors, context=context, nonce=nonce
    )


def _context(given: object) -> Mapping[str, Any]:
    """Read sample data; what is none is no data."""
    if not isinstance(given, str) or len(given) > _MOST_CONTEXT:
        return {}
    try:
        found = json.loads(given)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}
