"""Errors as people see them in a browser."""

from __future__ import annotations

import re
from urllib.parse import quote

from fastapi import Request, Response
from fastapi.responses import RedirectResponse

from api.i18n import translate
from api.languages import language_of
from api.pages.templating import draw

_TEXTS = {
    403: "您的岗位没有这项权限。如果需要，请联系管理员。",
    404: "这个页面不存在，或者您无权查看。",
    408: "网络太慢，内容没有及时传完，请重试。",
    409: "其他人刚刚处理过，请返回后重新查看。",
    413: "上传的文件太大，请压缩后再试。",
    422: "提交的内容有误，请返回检查。",
    429: "操作太频繁，请稍等一会儿再试。",
    503: "系统暂时繁忙，您填写的内容没有保存，请返回后重试。",
}
_FALLBACK = "出了点问题，您可以返回重试。如果一直这样，请联系管理员。"


def wants_page(request: Request) -> bool:
    """Tell whether a browser asked for a page, not a client for data."""
    below = request.scope.get("root_path", "")
    path = request.url.path.removeprefix(below)
    accepts = request.headers.get("accept", "")
    return "text/html" in accepts and not path.startswith("/api/")


def error_page(request: Request, status: int, title: str, detail: str = "") -> Response:
    """Draw the page of an error; who is not signed in is led to the sign-in page."""
    root = request.scope.get("root_path", "")
    if status == 401:
        asked = request.url.path if request.method == "GET" else _page_of(request.url.path)
        if asked and request.url.query:
            asked += f"?{request.url.query}"
        return RedirectResponse(f"{root}/sign-in?next={quote(asked)}", 303)
    language = language_of(request)
    text = detail or translate(_TEXTS.get(status, _FALLBACK), language)
    return draw(
        request, "error.html", status=status, code=status, title=title, text=text, here=f"{root}/"
    )


def _page_of(path: str) -> str:
    """Give the page from which a form was sent, so that nobody has to look for it again."""
    found = re.match(r"(.*/inbox/[^/]+|.*/me/enrolments/[^/]+)(/[^/]+)?$", path)
    return found[1] if found else ""
