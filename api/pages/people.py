"""The people of an organisation: who holds which post, added and changed by its administrators."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any
from urllib.parse import urlencode

from fastapi import Query, Response

from api.pages.person import draw_person
from api.pages.post_names import missed_first, named_posts, post_lines, post_name
from api.pages.posted import Posted, text_of
from api.pages.staff import staff_page
from api.personnel import (
    added,
    clash_words,
    clashes_of,
    new_link,
)
from api.problems import Problem
from api.work import PageRouter, Posting, Reading, Work
from api.wrong_names import WRONG_NAMES
from tasks.personnel import (
    PeopleFilter,
    UnknownPost,
    WrongName,
    list_people,
    posts_by_person,
)

router = PageRouter()
PEOPLE_SHOWN = 50


@router.get("/people")
def read_people(
    work: Reading,
    q: Annotated[str, Query(max_length=60)] = "",
    post: Annotated[str, Query(max_length=60)] = "",
    state: Annotated[str, Query(pattern="^(active|inactive|)$")] = "",
    after: Annotated[int, Query(ge=0, le=10**15)] = 0,
) -> Response:
    """List who works in the organisation, beside its posts and what waits for them."""
    work.require("person.list")
    wanted = PeopleFilter(q.strip(), post, {"active": True, "inactive": False}.get(state))
    found = list_people(
        work.db, work.actor.organisation_id, wanted, after=after, limit=PEOPLE_SHOWN + 1
    )
    held = posts_by_person(work.db, found[:PEOPLE_SHOWN])
    kept = {key: value for key, value in (("q", q), ("post", post), ("state", state)) if value}
    following = found[PEOPLE_SHOWN - 1].id if len(found) > PEOPLE_SHOWN else 0
    return staff_page(
        work,
        "people.html",
        "people",
        work.installation.clock.now(),
        people=[(one, named_posts(work, held[one.id or 0])) for one in found[:PEOPLE_SHOWN]],
        posts=missed_first(post_lines(work)),
        text=q,
        post=post,
        post_name=post_name(work, post) if post else "",
        state=state,
        next_query=urlencode({**kept, "after": following}) if following else "",
        query_without=lambda key: urlencode({k: v for k, v in kept.items() if k != key}),
        query_with=lambda **more: urlencode({**kept, **more}),
    )


@router.get("/people/new")
def ask_for_person(work: Reading, post: Annotated[str, Query(max_length=60)] = "") -> Response:
    """Ask for somebody new."""
    work.require("person.add")
    return _asked(work, {"posts": [post]})


@router.post("/people/new")
def add_person(work: Posting, posted: Posted) -> Response:
    """Add somebody with posts and show the link that they sign in with."""
    work.require("person.add")
    name, sign_in_name = text_of(posted, "name"), text_of(posted, "sign_in_name")
    posts = [str(one)[:60] for one in posted.getlist("post")]
    given = {"name": name, "sign_in_name": sign_in_name, "posts": posts}
    accepted = posted.get("accepted") == "1"
    # Of somebody who is not added with all posts nothing is kept.
    nested = work.db.begin_nested()
    try:
        person = added(work, name, sign_in_name, posts, accepted=accepted)
    except WrongName as wrong:
        nested.rollback()
        return _asked(work, given, wrong=wrong)
    except (Problem, UnknownPost) as refused:
        nested.rollback()
        if isinstance(refused, Problem) and refused.name != "posts-exclude":
            raise
        clashes = clash_words(work, clashes_of(work, posts))
        return _asked(work, given, gone=isinstance(refused, UnknownPost), clashes=clashes)
    nested.commit()
    return draw_person(work, person, link=new_link(work, person), added=True)


def _asked(
    work: Work,
    given: Mapping[str, Any],
    *,
    wrong: WrongName | None = None,
    gone: bool = False,
    clashes: list[str] | None = None,
) -> Response:
    errors = {}
    if wrong is not None:
        errors[wrong.field] = WRONG_NAMES[wrong.field, wrong.code][work.language == "en"]
    response = staff_page(
        work,
        "new_person.html",
        "people",
        work.installation.clock.now(),
        given=given,
        errors=errors,
        gone=gone,
        clashes=clashes or [],
        posts=post_lines(work),
    )
    response.status_code = 422 if errors or gone else 409 if clashes else 200
    return response
