"""The posts of an organisation as the pages of its people name them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from api.i18n import say
from api.people import post_views
from api.work import Work
from engine.posts import Posts
from tasks.personnel import (
    posts_to_hold,
)
from tasks.posts import posts_of_organisation

KINDS_NAMED = 3


def named_posts(work: Work, held: set[str]) -> list[dict[str, Any]]:
    """Name posts in the order of their table; those that it has no more come last."""
    known = [*posts_to_hold(work.db, work.actor.tenant)]
    order = [key for key in known if key in held] + sorted(held - set(known))
    return [{"key": key, "name": post_name(work, key), "known": key in known} for key in order]


def post_lines(work: Work) -> list[dict[str, Any]]:
    """The posts in the order of their table, with who holds them and what waits for nobody."""
    english = work.language == "en"
    return [
        {
            "key": one.key,
            "name": post_name(work, one.key),
            "holders": one.holders,
            "count": sum(kind.count for kind in one.waiting),
            "kinds": [
                (say(kind.name.en if english else kind.name.zh, work.language), kind.count)
                for kind in one.waiting[:KINDS_NAMED]
            ],
        }
        for one in post_views(work)
    ]


def missed_first(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Put the posts first that work waits for, then those that nobody holds."""
    return sorted(lines, key=lambda one: (-one["count"], one["holders"] > 0))


def post_name(work: Work, key: str) -> str:
    """Name a post in the reader's language; one that is gone keeps its key."""
    posts: Posts = posts_of_organisation(work.db, work.actor.tenant)
    return say(posts.post_name(key, work.language), work.language)
