"""The people of an organisation over HTTP: who is there, their posts, their way in."""

from datetime import datetime
from typing import Annotated

from fastapi import Path, Query, Request, Response
from pydantic import Field

from api.drafts import TextView
from api.logins import LINK_LIFETIME
from api.personnel import (
    added,
    appoint,
    clashes_of,
    dismiss,
    held_person,
    new_link,
    office_of,
    seen_person,
    shut_out,
    version_of,
)
from api.records import NewLink
from api.resources import Cursor, Limit, Page, Resource, Wanted, require_match
from api.sessions import number_of
from api.work import Posting, Reading, Work, WorkRouter
from appraisal.people import Person
from appraisal.personnel_acts import ActKind, PersonnelAct, acts_with
from tasks.personnel import (
    PeopleFilter,
    held_posts,
    holders_by_post,
    list_people,
    posts_by_person,
    posts_to_hold,
    reactivate,
)
from tasks.post_work import Clash, waiting_work
from tasks.posts import posts_of_organisation

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
