"""The people of an organisation: who holds which post, added and changed by its administrators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Path, Query, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.administration import sign_in_address
from api.i18n import say, translate
from api.logins import LINK_LIFETIME
from api.pages.posted import Posted
from api.pages.staff import staff_page
from api.pages.task_panel import Notice
from api.people import (
    added,
    appoint,
    clash_words,
    clashes_of,
    dismiss,
    held_person,
    new_clashes,
    new_link,
    office_of,
    post_views,
    seen_person,
    shut_out,
    version_of,
)
from api.problems import PROBLEMS, WRONG_NAMES, Problem
from api.work import PageRouter, Posting, Reading, Work
from appraisal.people import Person
from appraisal.personnel_acts import acts_with
from engine.posts import Posts
from tasks.definition_people import people_named
from tasks.personnel import (
    ADMINISTRATOR,
    LastAdministrator,
    NotActive,
    PeopleFilter,
    UnknownPost,
    WrongName,
    claimed_by,
    held_posts,
    list_people,
    posts_by_person,
    posts_to_hold,
    reactivate,
)
from tasks.posts import posts_of_organisation

router = PageRouter()
PersonNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
PEOPLE_SHOWN = 50
ACTS_SHOWN = 50
KINDS_NAMED = 3
_LONGEST = 200

Act = Literal["appoint", "dismiss", "deactivate", "reactivate", "link"]
# What a button does, as its question says it again.
WANTED = {
    "appoint": "任命为“%(post)s”",
    "dismiss": "免去“%(post)s”",
    "deactivate": "停用此人",
    "reactivate": "恢复此人",
    "link": "生成新的登录链接",
}
DONE = {
    "appoint": "已任命为“%(post)s”。",
    "dismiss": "已免去“%(post)s”。",
    "deactivate": "已停用，此人已退出所有设备。",
    "reactivate": "已恢复，原来的岗位仍然有效。",
}
NOTED = {
    "added": "添加了此人",
    "appointed": "任命此人为“%(post)s”",
    "dismissed": "免去此人的“%(post)s”",
    "deactivated": "停用了此人",
    "reactivated": "恢复了此人",
    "link_made": "生成了登录链接",
}


@dataclass(frozen=True)
class Wish:
    """What somebody wants to do with a person; `accepted` although posts exclude one another."""

    act: Act
    post: str = ""
    accepted: bool = False


@dataclass(frozen=True)
class Question:
    """What was not done yet, and why; a button beside it does it all the same if it `may`."""

    text: str
    wish: Wish
    wanted: str
    may: bool = True
    details: tuple[str, ...] = ()


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
        people=[(one, _tags(work, held[one.id or 0])) for one in found[:PEOPLE_SHOWN]],
        posts=_missed_first(_post_lines(work)),
        text=q,
        post=post,
        post_name=_post_name(work, post) if post else "",
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
    name, sign_in_name = _text(posted, "name"), _text(posted, "sign_in_name")
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
    return _drawn(work, person, link=new_link(work, person), added=True)


@router.get("/people/{person_id}")
def read_person(work: Reading, person_id: PersonNumber) -> Response:
    """Show a person with their posts, their way in, and what was done with them."""
    person = seen_person(work, person_id)
    params = work.request.query_params
    done, post, released = params.get("done", ""), params.get("post", ""), params.get("released")
    notices = []
    if done in DONE and (not post or post in posts_of_organisation_keys(work)):
        text = translate(DONE[done], work.language)
        notices.append(Notice(_filled(work, text, post)))
    if released and released.isdecimal() and len(released) < 10:
        text = translate("%(n)s 项已认领的任务已退回岗位。", work.language)
        notices.append(Notice(text.replace("%(n)s", str(int(released))), "", "info"))
    return _drawn(work, person, notices=notices)


@router.post("/people/{person_id}")
def change_person(work: Posting, person_id: PersonNumber, posted: Posted) -> Response:
    """Do what one of the buttons says, if the person is still as the page showed them."""
    person = held_person(work, person_id)
    wish = _wish(posted)
    if _text(posted, "version") != version_of(work, person):
        text = translate("他人刚刚改过此人，下面是现在的内容。您要做的还没有做：", work.language)
        return _drawn(work, person, question=_question(work, wish, text), status=409)
    if wish.act == "link":
        if not person.active:
            return _refused(work, person, wish, Problem("person-inactive"))
        return _drawn(work, person, link=new_link(work, person))
    try:
        released = _do(work, person, wish)
    except (Problem, LastAdministrator, NotActive, UnknownPost, WrongName) as refused:
        return _refused(work, person, wish, refused)
    return _done(work, person, wish, released)


def posts_of_organisation_keys(work: Work) -> set[str]:
    """The keys of the posts that the organisation has now."""
    return set(posts_of_organisation(work.db, work.actor.tenant).posts)


def _do(work: Work, person: Person, wish: Wish) -> int:
    """Do it; gives how many claimed user tasks went back to their posts."""
    match wish.act:
        case "appoint":
            appoint(work, person, wish.post, accepted=wish.accepted)
        case "dismiss":
            return dismiss(work, person, wish.post)
        case "deactivate":
            return shut_out(work, person)
        case _:
            reactivate(work.db, office_of(work), person)
    return 0


def _done(work: Work, person: Person, wish: Wish, released: int) -> Response:
    root = str(work.request.scope.get("root_path", ""))
    own = person.id == work.actor.person_id
    if own and (not person.active or ADMINISTRATOR not in held_posts(work.db, person)):
        # Who gave up managing people cannot see this page any more.
        return RedirectResponse(f"{root}/", 303)
    told = {"done": wish.act, "post": wish.post, "released": released or ""}
    query = urlencode({key: value for key, value in told.items() if value})
    return RedirectResponse(f"{root}/people/{person.id}?{query}", 303)


def _refused(work: Work, person: Person, wish: Wish, error: Exception) -> Response:
    """Say in words why something was not done; where that is enough, offer to do it knowingly."""
    english = work.language == "en"
    match error:
        case Problem() if error.name == "posts-exclude":
            text = translate("这些岗位的职责互斥：", work.language)
            details = tuple(clash_words(work, new_clashes(work, person, wish.post)))
            knowingly = Wish(wish.act, wish.post, accepted=True)
            question = _question(work, knowingly, text, details=details)
            return _drawn(work, person, question=question, status=409)
        case LastAdministrator():
            kind = PROBLEMS["last-administrator"]
        case NotActive():
            kind = PROBLEMS["person-inactive"]
        case Problem() if error.name == "person-inactive":
            kind = PROBLEMS["person-inactive"]
        case WrongName():
            zh, en = WRONG_NAMES[error.field, error.code]
            question = _question(work, wish, en if english else zh, may=False)
            return _drawn(work, person, question=question, status=409)
        case UnknownPost():
            text = translate("岗位表里已没有这个岗位。", work.language)
            return _drawn(work, person, question=_question(work, wish, text, may=False), status=409)
        case _:
            raise error
    text = kind.en if english else kind.zh
    return _drawn(work, person, question=_question(work, wish, text, may=False), status=409)


def _question(
    work: Work, wish: Wish, text: str, *, may: bool = True, details: tuple[str, ...] = ()
) -> Question:
    wanted = _filled(work, translate(WANTED[wish.act], work.language), wish.post)
    return Question(text, wish, wanted, may, details)


def _wish(posted: FormData) -> Wish:
    act = _text(posted, "act")
    for known in WANTED:
        if act == known:
            post = _text(posted, "post")[:60] if known in ("appoint", "dismiss") else ""
            return Wish(known, post, posted.get("accepted") == "1")  # type: ignore[arg-type]
    raise Problem("malformed")


def _drawn(
    work: Work,
    person: Person,
    *,
    notices: list[Notice] | None = None,
    question: Question | None = None,
    link: str = "",
    added: bool = False,
    status: int = 200,
) -> Response:
    work.db.flush()
    held = held_posts(work.db, person)
    response = staff_page(
        work,
        "person.html",
        "people",
        work.installation.clock.now(),
        person=person,
        version=version_of(work, person),
        held=_tags(work, held),
        open_posts=_missed_first(one for one in _post_lines(work) if one["key"] not in held),
        clashes=clash_words(work, clashes_of(work, held)),
        claimed=len(claimed_by(work.db, person)),
        log=_log(work, person),
        notices=notices or [],
        question=question,
        link=sign_in_address(work.installation, link) if link else "",
        link_days=LINK_LIFETIME.days,
        added=added,
    )
    response.status_code = status
    return response


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
        posts=_post_lines(work),
    )
    response.status_code = 422 if errors or gone else 409 if clashes else 200
    return response


def _log(work: Work, person: Person) -> list[dict[str, Any]]:
    assert person.id is not None
    acts = acts_with(work.db, person.id, limit=ACTS_SHOWN)
    keys = {str(one.actor_id) for one in acts if one.actor_id is not None}
    names = people_named(work.db, work.actor, keys)
    return [
        {
            "at": one.at,
            "actor": names.get(str(one.actor_id), ""),
            "text": _filled(work, translate(NOTED[one.kind], work.language), one.post),
        }
        for one in acts
    ]


def _tags(work: Work, held: set[str]) -> list[dict[str, Any]]:
    """Name posts in the order of their table; those that it has no more come last."""
    known = [*posts_to_hold(work.db, work.actor.tenant)]
    order = [key for key in known if key in held] + sorted(held - set(known))
    return [{"key": key, "name": _post_name(work, key), "known": key in known} for key in order]


def _post_lines(work: Work) -> list[dict[str, Any]]:
    """The posts in the order of their table, with who holds them and what waits for nobody."""
    english = work.language == "en"
    return [
        {
            "key": one.key,
            "name": _post_name(work, one.key),
            "holders": one.holders,
            "count": sum(kind.count for kind in one.waiting),
            "kinds": [
                (say(kind.name.en if english else kind.name.zh, work.language), kind.count)
                for kind in one.waiting[:KINDS_NAMED]
            ],
        }
        for one in post_views(work)
    ]


def _missed_first(lines: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return sorted(lines, key=lambda one: (-one["count"], one["holders"] > 0))


def _post_name(work: Work, key: str) -> str:
    posts: Posts = posts_of_organisation(work.db, work.actor.tenant)
    return say(posts.post_name(key, work.language), work.language)


def _filled(work: Work, text: str, post: str) -> str:
    return text.replace("%(post)s", _post_name(work, post) if post else "")


def _text(posted: FormData, name: str) -> str:
    return str(posted.get(name) or "").strip()[:_LONGEST]
