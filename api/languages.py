"""The language of an answer: zh-CN or en."""

from functools import lru_cache
from typing import Literal

from fastapi import Request

Language = Literal["zh-CN", "en"]
COOKIE = "jc_language"


def language_of(request: Request) -> Language:
    """The reader's language: chosen on a page, else what the browser or client prefers."""
    chosen = request.cookies.get(COOKIE)
    if chosen in ("zh-CN", "en"):
        return "en" if chosen == "en" else "zh-CN"
    installation = request.app.state.installation
    return preferred(request.headers.get("accept-language", ""), installation.settings.language)


@lru_cache(maxsize=256)
def preferred(header: str, fallback: Language) -> Language:
    """Choose by an Accept-Language header.

    >>> preferred("en-GB,en;q=0.9,zh;q=0.5", "zh-CN"), preferred("fr", "zh-CN")
    ('en', 'zh-CN')
    """
    wanted = []
    for place, part in enumerate(header[:200].split(",")):
        tag, _, parameters = part.strip().partition(";")
        wanted.append((-_quality(parameters), place, tag.lower()))
    for quality, _, tag in sorted(wanted):
        if quality < 0 and tag.split("-")[0] in ("zh", "en"):
            return "en" if tag.startswith("en") else "zh-CN"
    return fallback


def _quality(parameters: str) -> float:
    try:
        return float(parameters.strip().removeprefix("q=") or 1)
    except ValueError:
        return 0.0
