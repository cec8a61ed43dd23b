"""The page of a person: their posts, their way in, and what was done with them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal
from urllib.parse import urlencode

from fastapi import Path, Response
from fastapi.responses import RedirectResponse
from starlette.datastructures import FormData

from api.administration import sign_in_address
from api.i18n import translate
from api.logins import LINK_LIFETIME
from api.pages.post_names import missed_first, named_posts, post_lines, post_name
from api.pages.posted import Posted, text_of
from api.pages.staff import staff_page
from api.pages.task_panel import Notice
from api.personnel import (
    appoint,
    clash_words,
    clashes_of,
    dismiss,
    held_person,
    new_clashes,
    new_link,
    office_of,
    seen_person,
    shut_out,
    version_of,
)
from api.problems import PROBLEMS, Problem
from api.work import PageRouter, Posting, Reading, Work
from api.wrong_names import WRONG_NAMES
from appraisal.people import Person
from appraisal.personnel_acts import acts_with
from tasks.definition_people import people_named
from tasks.personnel import (
    ADMINISTRATOR,
    LastAdministrator,
    NotActive,
    UnknownPost,
    WrongName,
    claimed_by,
    held_posts,
    reactivate,
)
from tasks.posts import posts_of_organisation

router = PageRouter()
PersonNumber = Annotated[int, Path(ge=1, le=2**31 - 1)]
ACTS_SHOWN = 50

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
    return draw_person(work, person, notices=notices)


@router.post("/people/{person_id}")
def change_person(work: Posting, person_id: PersonNumber, posted: Posted) -> Response:
    """Do what one of the buttons says, if the person is still as the page showed them."""
    person = held_person(work, person_id)
    wish = _wish(posted)
    if text_of(posted, "version") != version_of(work, person):
        text = translate("他人刚刚改过此人，下面是现在的内容。您要做的还没有做：", work.language)
        return draw_person(work, person, question=_question(work, wish, text), status=409)
    if wish.act == "link":
        if not person.active:
            return _refused(work, person, wish, Problem("person-inactive"))
        return draw_person(work, person, link=new_link(work, person))
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
            return draw_person(work, person, question=question, status=409)
        case LastAdministrator():
            kind = PROBLEMS["last-administrator"]
        case NotActive():
            kind = PROBLEMS["person-inactive"]
        case Problem() if error.name == "person-inactive":
            kind = PROBLEMS["person-inactive"]
        case WrongName():
            zh, en = WRONG_NAMES[error.field, error.code]
            question = _question(work, wish, en if english else zh, may=False)
            return draw_person(work, person, question=question, status=409)
        case UnknownPost():
            text = translate("岗位表里已没有这个岗位。", work.language)
            return draw_person(
                work, person, question=_question(work, wish, text, may=False), status=409
            )
        case _:
            raise error
    text = kind.en if english else kind.zh
    return draw_person(work, person, question=_question(work, wish, text, may=False), status=409)


def _question(
    work: Work, wish: Wish, text: str, *, may: bool = True, details: tuple[str, ...] = ()
) -> Question:
    wanted = _filled(work, translate(WANTED[wish.act], work.language), wish.post)
    return Question(text, wish, wanted, may, details)


def _wish(posted: FormData) -> Wish:
    act = text_of(posted, "act")
    for known in WANTED:
        if act == known:
            post = text_of(posted, "post")[:60] if known in ("appoint", "dismiss") else ""
            return Wish(known, post, posted.get("accepted") == "1")  # type: ignore[arg-type]
    raise Problem("malformed")


def draw_person(
    work: Work,
    person: Person,
    *,
    notices: list[Notice] | None = None,
    question: Question | None = None,
    link: str = "",
    added: bool = False,
    status: int = 200,
) -> Response:
    """Show a person; `link` is the token of a new link, which is shown this once."""
    work.db.flush()
    held = held_posts(work.db, person)
    response = staff_page(
        work,
        "person.html",
        "people",
        work.installation.clock.now(),
        person=person,
        version=version_of(work, person),
        held=named_posts(work, held),
        open_posts=missed_first(one for one in post_lines(work) if one["key"] not in held),
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


def _filled(work: Work, text: str, post: str) -> str:
    return text.replace("%(post)s", post_name(work, post) if post else "")
