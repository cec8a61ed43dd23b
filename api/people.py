"""The people of an organisation over HTTP: who is there, their posts, their way in."""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import Field

from api.drafts import TextView
from api.logins import LINK_LIFETIME, end_access, make_link, revoke_links
from api.problems import Problem
from api.records import NewLink
from api.resources import Cursor, Limit, Page, Resource, Wanted, etag_of, require_match
from api.sessions import number_of
from api.work import Posting, Reading, Work, WorkRouter
from appraisal.people import Person
from appraisal.personnel_acts import ActKind, PersonnelAct, acts_with
from engine.posts import Posts
from tasks.personnel import (
    Office,
    PeopleFilter,
    add_member,
    appoint_to,
    deactivate,
    dismiss_from,
    held_posts,
    hold_organisation,
    holders_by_post,
    list_people,
    note,
    posts_by_person,
    posts_to_hold,
    reactivate,
)
from tasks.post_work import Clash, clashes_among, duties_of_posts, waiting_work
from tasks.posts import posts_of_organisation
from tasks.rights import Appointment

router = WorkRouter(tags=["people"])

PersonId = Annotated[int, Path(ge=1, le=2**31 - 1, description="id of the person")]
PostKey = Annotated[str, Path(max_length=60, description="key of the post")]


class ExclusionView(Resource):
    """Two posts whose duties nobody may do both within one batch, and what that rests on."""

    posts: list[str]
    duties: list[str]
    basis: str


class PersonSummary(Resource):
    """Somebody who works in the organisation; `posts` are keys of its posts."""

    id: int
    name: str
    sign_in_name: str
    active: bool
    posts: list[str]


class PersonView(PersonSummary):
    """A person, and which of their posts exclude one another."""

    exclusions: list[ExclusionView]


class PersonChanged(PersonView):
    """A person after a change; `released` user tasks that they had went back to their posts."""

    released: int


class NewPerson(Wanted):
    """Somebody new; no password is ever made for them, they sign in by a link first."""

    name: Annotated[str, Field(max_length=200)]
    sign_in_name: Annotated[str, Field(max_length=200)]
    posts: Annotated[list[str], Field(default_factory=list, max_length=50)]
    accept_exclusions: bool = False


class ActView(Resource):
    """What was done with a person; `actor` None: from the machine's command line."""

    id: int
    kind: ActKind
    post: str
    actor: int | None
    at: datetime


class WaitingView(Resource):
    """User tasks of one name that nobody can take until somebody holds the post."""

    name: TextView
    count: int


class PostView(Resource):
    """A post of the organisation as its definitions have it now, and how many hold it."""

    key: str
    name: TextView
    holders: int
    waiting: list[WaitingView]


@router.get("/posts")
def list_posts(work: Reading) -> Page[PostView]:
    """List the posts that people can hold; what waits for those that nobody holds."""
    work.require("person.list")
    return Page(items=post_views(work))


@router.get("/people")
def list_staff(
    work: Reading,
    q: Annotated[str, Query(max_length=60, description="in the name or sign-in name")] = "",
    post: Annotated[str, Query(max_length=60)] = "",
    active: bool | None = None,
    cursor: Cursor = "",
    limit: Limit = 50,
) -> Page[PersonSummary]:
    """List who works in the organisation, in the order they came; no candidates, no systems."""
    work.require("person.list")
    wanted = PeopleFilter(q.strip(), post, active)
    after = number_of(cursor) if cursor else 0
    found = list_people(work.db, work.actor.organisation_id, wanted, after=after, limit=limit + 1)
    held = posts_by_person(work.db, found)
    items = [_summary(one, held[one.id or 0]) for one in found[:limit]]
    return Page(items=items, next=str(found[limit - 1].id) if len(found) > limit else None)


@router.post("/people", status_code=201, response_model=PersonView)
def add_person(work: Posting, body: NewPerson) -> Response:
    """Add somebody with posts. They sign in by a link, which is asked for next."""
    person = added(work, body.name, body.sign_in_name, body.posts, accepted=body.accept_exclusions)
    headers = {"ETag": version_of(work, person), "Location": f"{work.request.url.path}/{person.id}"}
    return work.reply(_view(work, person), 201, headers)


@router.get("/people/{person_id}")
def read_person(work: Reading, person_id: PersonId, response: Response) -> PersonView:
    """Read a person."""
    person = seen_person(work, person_id)
    response.headers["ETag"] = version_of(work, person)
    return _view(work, person)


@router.get("/people/{person_id}/acts")
def list_acts(
    work: Reading, person_id: PersonId, cursor: Cursor = "", limit: Limit = 50
) -> Page[ActView]:
    """List what was done with a person, newest first."""
    seen_person(work, person_id)
    before = number_of(cursor) if cursor else None
    found = acts_with(work.db, person_id, before=before, limit=limit + 1)
    items = [_act(one) for one in found[:limit]]
    return Page(items=items, next=str(items[-1].id) if len(found) > limit else None)


@router.put("/people/{person_id}/posts/{post}", response_model=PersonChanged)
def put_post(
    work: Posting,
    request: Request,
    person_id: PersonId,
    post: PostKey,
    accept_exclusions: Annotated[bool, Query(alias="acceptExclusions")] = False,
) -> Response:
    """Appoint a person to a post; posts that exclude one another only when that is accepted."""
    person = _person_to_change(work, request, person_id)
    appoint(work, person, post, accepted=accept_exclusions)
    return _changed(work, person)


@router.delete("/people/{person_id}/posts/{post}", response_model=PersonChanged)
def delete_post(work: Posting, request: Request, person_id: PersonId, post: PostKey) -> Response:
    """Take a post from a person; user tasks claimed by it go back."""
    person = _person_to_change(work, request, person_id)
    return _changed(work, person, dismiss(work, person, post))


@router.post("/people/{person_id}/deactivation", response_model=PersonChanged)
def deactivate_person(work: Posting, request: Request, person_id: PersonId) -> Response:
    """Let a person act no more: every login and link ends, claimed user tasks go back."""
    person = _person_to_change(work, request, person_id)
    return _changed(work, person, shut_out(work, person))


@router.post("/people/{person_id}/reactivation", response_model=PersonChanged)
def reactivate_person(work: Posting, request: Request, person_id: PersonId) -> Response:
    """Let a person act again, with the posts they had; they sign in by their password or a link."""
    person = _person_to_change(work, request, person_id)
    reactivate(work.db, office_of(work), person)
    return _changed(work, person)


@router.post("/people/{person_id}/sign-in-links", status_code=201, response_model=NewLink)
def make_person_link(work: Posting, request: Request, person_id: PersonId) -> Response:
    """Make a link with which a person signs in once; those made before work no more."""
    person = _person_to_change(work, request, person_id)
    hours = int(LINK_LIFETIME.total_seconds() // 3600)
    return work.reply(NewLink(link=new_link(work, person), lifetime_hours=hours), 201, secret=True)


def office_of(work: Work) -> Office:
    """The organisation of whoever acts, for changing its people."""
    actor = work.actor
    now = work.installation.clock.now()
    return Office(actor.organisation_id, actor.tenant, actor.person_id, now)


def seen_person(work: Work, person_id: int) -> Person:
    """A person that the actor may see.

    Raises:
        Problem: forbidden, or not-found.
    """
    work.require("person.list")
    person = work.db.get(Person, person_id)
    work.require_seen("person.read", person)
    assert person is not None
    return person


def held_person(work: Work, person_id: int) -> Person:
    """A person whom the actor changes now: nobody else does until this is over.

    Raises:
        Problem: forbidden, or not-found.
    """
    work.require("person.add")
    hold_organisation(work.db, work.actor.organisation_id)
    person = work.db.get(Person, person_id, populate_existing=True)
    work.require_seen("person.read", person)
    work.require("person.change", person)
    assert person is not None
    return person


def version_of(work: Work, person: Person) -> str:
    """The entity tag of a person with their posts."""
    posts = sorted(held_posts(work.db, person))
    return etag_of("person", person.id, person.name, person.sign_in_name, person.active, posts)


def added(
    work: Work, name: str, sign_in_name: str, posts: Sequence[str], *, accepted: bool
) -> Person:
    """Add somebody with posts.

    Raises:
        Problem: forbidden, or posts-exclude.
        WrongName: A name does not do.
        UnknownPost: There is no such post.
    """
    work.require("person.add")
    hold_organisation(work.db, work.actor.organisation_id)
    person = add_member(work.db, office_of(work), name, sign_in_name)
    for post in posts:
        appoint(work, person, post, accepted=accepted)
    return person


def appoint(work: Work, person: Person, post: str, *, accepted: bool) -> None:
    """Appoint a person to a post.

    Raises:
        Problem: forbidden, or posts-exclude unless that is accepted.
        UnknownPost: There is no such post.
        NotActive: The person was deactivated.
    """
    work.require("person.appoint", Appointment(person, post))
    if not accepted and (clashes := new_clashes(work, person, post)):
        told = [_exclusion(one).model_dump(by_alias=True) for one in clashes]
        detail = "; ".join(clash_words(work, clashes))
        raise Problem("posts-exclude", detail=detail, exclusions=told)
    appoint_to(work.db, office_of(work), person, post)


def dismiss(work: Work, person: Person, post: str) -> int:
    """Take a post from a person; gives how many user tasks went back.

    Raises:
        Problem: forbidden.
        LastAdministrator: Nobody else manages the organisation.
    """
    work.require("person.appoint", Appointment(person, post))
    return dismiss_from(work.db, work.installation.engine, office_of(work), person, post)


def shut_out(work: Work, person: Person) -> int:
    """Deactivate a person and end their logins; gives how many user tasks went back.

    Raises:
        LastAdministrator: Nobody else manages the organisation.
    """
    assert person.id is not None
    released = deactivate(work.db, work.installation.engine, office_of(work), person)
    end_access(work.db, person.id)
    return released


def new_link(work: Work, person: Person) -> str:
    """A token that signs a person in once, in the place of those made before.

    Raises:
        Problem: person-inactive.
    """
    assert person.id is not None
    if not person.active:
        raise Problem("person-inactive")
    revoke_links(work.db, person.id)
    note(work.db, office_of(work), person, ActKind.LINK_MADE)
    return make_link(work.db, person.id)


def clashes_of(work: Work, held: Sequence[str] | set[str]) -> list[Clash]:
    """Which of some posts exclude one another now."""
    posts = posts_of_organisation(work.db, work.actor.tenant)
    definitions = work.installation.definitions
    duties = duties_of_posts(work.db, definitions, work.actor.tenant, posts)
    return clashes_among(posts, duties, held)


def new_clashes(work: Work, person: Person, post: str) -> list[Clash]:
    """What a post would exclude of those that a person holds."""
    found = clashes_of(work, {*held_posts(work.db, person), post})
    return [one for one in found if post in one.posts]


def clash_words(work: Work, clashes: Sequence[Clash]) -> list[str]:
    """Say of posts in the reader's language why they exclude one another, once for each pair."""
    posts = posts_of_organisation(work.db, work.actor.tenant)
    english = work.language == "en"
    return [_words(one, posts, english=english) for one in clashes]


def _words(clash: Clash, posts: Posts, *, english: bool) -> str:
    language = "en" if english else "zh-CN"
    one, other = (posts.post_name(key, language) for key in clash.posts)
    did, done = (posts.duty_name(key, language) for key in clash.duties)
    basis = clash.basis and (f" ({clash.basis})" if english else f"（{clash.basis}）")
    if english:
        return f"{one} ({did}) and {other} ({done}): nobody does both within one batch{basis}"
    return f"{one}（{did}）与{other}（{done}）：同一批次内不能由一人兼做{basis}"


def post_views(work: Work) -> list[PostView]:
    """The posts that people can hold, in the order of their table, with what waits for them."""
    tenant, organisation_id = work.actor.tenant, work.actor.organisation_id
    posts = posts_of_organisation(work.db, tenant)
    keys, held = posts_to_hold(work.db, tenant), holders_by_post(work.db, organisation_id)
    waiting = waiting_work(work.db, tenant, [key for key in keys if key not in held])
    return [
        PostView(
            key=key,
            name=TextView(zh=posts.posts[key].name, en=posts.posts[key].name_en),
            holders=held.get(key, 0),
            waiting=[
                WaitingView(name=TextView(zh=one.name, en=one.name_en), count=one.count)
                for one in waiting
                if one.post == key
            ],
        )
        for key in keys
    ]


def _person_to_change(work: Work, request: Request, person_id: int) -> Person:
    person = held_person(work, person_id)
    require_match(request, version_of(work, person))
    return person


def _changed(work: Work, person: Person, released: int = 0) -> Response:
    work.db.flush()
    view = PersonChanged(**_view(work, person).model_dump(), released=released)
    return work.reply(view, headers={"ETag": version_of(work, person)})


def _summary(person: Person, posts: set[str]) -> PersonSummary:
    return PersonSummary(
        id=person.id or 0,
        name=person.name,
        sign_in_name=person.sign_in_name,
        active=person.active,
        posts=sorted(posts),
    )


def _view(work: Work, person: Person) -> PersonView:
    held = held_posts(work.db, person)
    exclusions = [_exclusion(one) for one in clashes_of(work, held)]
    return PersonView(**_summary(person, held).model_dump(), exclusions=exclusions)


def _exclusion(clash: Clash) -> ExclusionView:
    return ExclusionView(posts=list(clash.posts), duties=list(clash.duties), basis=clash.basis)


def _act(act: PersonnelAct) -> ActView:
    return ActView(
        id=act.id or 0, kind=ActKind(act.kind), post=act.post, actor=act.actor_id, at=act.at
    )
