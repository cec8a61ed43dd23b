"""Draw pages: templates in the reader's language, under a strict content security policy."""

from __future__ import annotations

import hashlib
import re
import secrets
from functools import lru_cache, partial
from importlib.resources import files
from typing import Any

from fastapi import Request, Response
from fastapi.responses import HTMLResponse
from jinja2 import Environment, PackageLoader, pass_context
from jinja2.runtime import Context
from markupsafe import Markup, escape

from api.i18n import say, translate
from api.languages import Language, language_of
from api.pages import wording
from api.work import Work
from appraisal.levels import level_name

_CSP = (
    "default-src 'self'; script-src 'self'; style-src 'self' 'nonce-{nonce}'; "
    "img-src 'self' data: blob:; font-src 'self'; connect-src 'self'; object-src 'none'; "
    "base-uri 'none'; form-action 'self'; frame-ancestors 'none'"
)
_PLACE = re.compile(r"%(?:\((\w+)\)s)?")
PRODUCT = {"zh-CN": "鉴程", "en": "Jiancheng"}


def phrase(text: str, language: str) -> Markup:
    """Give a text of the pages in the reader's words, fit to stand in HTML and to be filled in.

    What an organisation says instead is text, whatever it looks like: Jinja takes what this gives
    for markup. Only the places that the text itself has are filled in.
    """
    places = set(_PLACE.findall(text)) - {""}
    said = str(escape(translate(text, language)))
    filled = _PLACE.sub(lambda at: at[0] if at[1] in places else f"%{at[0]}", said)
    return Markup(filled)  # noqa: S704 -- escaped before


@lru_cache(maxsize=2)
def environment(language: str) -> Environment:
    """Make the templates' environment of a language."""
    env = Environment(
        loader=PackageLoader("api"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.i18n"],
    )
    env.install_gettext_callables(  # type: ignore[attr-defined]
        partial(phrase, language=language),
        lambda one, many, n: phrase(one if n == 1 else many, language),
        newstyle=True,
    )
    env.globals.update(
        icon=icon,
        language=language,
        product=PRODUCT[language],
        level_name=partial(level_name, language=language),
    )
    for name in wording.FILTERS:
        env.filters[name] = partial(getattr(wording, name), language=language)
    env.filters["dots"] = dots
    env.filters["said"] = partial(say, language=language)
    return env


@pass_context
def icon(context: Context, name: str) -> Markup:
    """Refer to one of the drawings in `static/icons.svg`."""
    source = f"{context['root']}/static/icons.svg?v={_version('icons.svg')}#{name}"
    return Markup('<svg class="i" aria-hidden="true"><use href="{}"/></svg>').format(source)


def dots(parts: Any) -> Markup:
    """Join what there is of some texts with drawn dots."""
    return Markup('<i class="sep"></i>').join(str(part) for part in parts if part)


@lru_cache(maxsize=64)
def _version(name: str) -> str:
    """Name the content of a static file, so that browsers may keep it for good."""
    content = files("api").joinpath("static", name).read_bytes()
    return hashlib.sha256(content).hexdigest()[:10]


def draw(
    request: Request,
    template: str,
    *,
    status: int = 200,
    nonce: str = "",
    language: Language | None = None,
    **values: Any,
) -> Response:
    """Draw a template to a response, in the reader's language unless another is asked for."""
    nonce = nonce or new_nonce()
    root = request.scope.get("root_path", "")
    html = (
        environment(language or language_of(request))
        .get_template(template)
        .render(
            request=request,
            root=root,
            nonce=nonce,
            asset=lambda name: f"{root}/static/{name}?v={_version(name)}",
            path=request.url.path,
            **values,
        )
    )
    headers = {"Content-Security-Policy": _CSP.format(nonce=nonce), "Cache-Control": "no-store"}
    return HTMLResponse(html, status, headers)


def draw_editor(work: Work, template: str, *, entry: str, **values: Any) -> Response:
    """Draw a page around an editor that is built from `web/src/<entry>/index.js`.

    Where the editors are not built the page says how to build them. The tools set style
    attributes in what they write as HTML, so these pages allow them; scripts stay ours alone.
    """
    values["publishes"] = work.may("definition.publish", values.get("scope"))
    return for_tools(draw_for(work, template, entry=entry if is_built(entry) else None, **values))


def for_tools(response: Response) -> Response:
    """Let the tools on a page set the style attributes that they write."""
    policy = response.headers["Content-Security-Policy"]
    response.headers["Content-Security-Policy"] = f"{policy}; style-src-attr 'unsafe-inline'"
    return response


def is_built(entry: str) -> bool:
    """Tell whether an editor has been built."""
    return files("api").joinpath("static", "built", f"{entry}.js").is_file()


def draw_for(work: Work, template: str, **values: Any) -> Response:
    """Draw a page of somebody signed in."""
    return draw(work.request, template, actor=work.actor, csrf=work.csrf_token, **values)


def new_nonce() -> str:
    """Make the nonce under which a page may carry style rules."""
    return secrets.token_urlsafe(12)
