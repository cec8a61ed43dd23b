"""What pages and API do with the people of an organisation, with rights and logins."""

from collections.abc import Sequence
from dataclasses import asdict

from api.logins import end_access, make_link, revoke_links
from api.problems import Problem
from api.resources import etag_of
from api.work import Work
from appraisal.people import Person
from appraisal.personnel_acts import ActKind
from engine.posts import Posts
from tasks.people_rights import Appointment
from tasks.personnel import (
    Office,
    add_member,
    appoint_to,
    deactivate,
    dismiss_from,
    held_posts,
    hold_organisation,
    note,
)
from tasks.post_work import Clash, clashes_among, duties_of_posts
from tasks.posts import posts_of_organisation


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
        told = [asdict(one) for one in clashes]
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
