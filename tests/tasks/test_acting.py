"""Who may act on a user task, and why not."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlmodel import Session

from appraisal.candidates import Candidate, add_candidate
from appraisal.conflicts import ConflictKind, register_conflict
from appraisal.crypto import Keyring, attach_keyring
from appraisal.enrolments import Enrolment
from appraisal.occupations import Occupation
from appraisal.organisations import Organisation
from appraisal.people import add_person, person_by_id
from appraisal.schemes import Scheme
from appraisal.sessions import SessionOffer, create_session
from engine.database import Database
from engine.errors import UnknownDefinition
from engine.history import HistoryKind, HistoryRow
from engine.instances import ProcessInstance
from engine.user_tasks import UserTask
from tasks.acting import Refusal, may_act, refusal
from tasks.actors import Actor, actor_of
from tasks.duties import duties_of, record_duty
from tasks.involvement import Place, place_of
from tasks.posts import PostsLibrary, attach_posts
from tasks.rights import ACTIONS, may

NOW = datetime(2026, 3, 2, tzinfo=UTC)


class Given:
    """A batch with one candidate, in the open transaction."""

    def __init__(self, db: Session) -> None:
        self.db = db
        organisation = Organisation(code="A", name="甲")
        db.add(organisation)
        db.add(Occupation(code="6-31-01-03", name="钳工"))
        db.flush()
        assert organisation.id is not None
        self.organisation_id = organisation.id
        self.session = create_session(db, organisation, "批次", created_at=NOW)
        person = add_person(db, organisation.id, "赵", "zhao", is_candidate=True)
        candidate = add_candidate(
            db, person, id_type="resident_id", id_number="11010119900307721X",
            birth_date=date(1990, 3, 7), sex="male",
        )  # fmt: skip
        self.candidate, self.enrolment = candidate, self._enrolment(candidate)
        self.candidate_actor = self.actor_of(person.id)
        self.instance = self.start(self.enrolment.number)

    def _enrolment(self, candidate: Candidate) -> Enrolment:
        scheme = Scheme(
            organisation_id=self.organisation_id, key="fitter", version=1,
            occupation_code="6-31-01-03", content={}, status="approved",
        )  # fmt: skip
        self.db.add(scheme)
        self.db.flush()
        offer = SessionOffer(
            session_id=self.session.id, scheme_id=scheme.id, occupation_code="6-31-01-03",
            level_code="4",
        )  # fmt: skip
        self.db.add(offer)
        self.db.flush()
        enrolment = Enrolment(
            number=f"{self.session.number}-1", session_id=self.session.id,
            candidate_id=candidate.id, organisation_id=self.organisation_id, offer_id=offer.id,
            occupation_code="6-31-01-03", level_code="4",
        )  # fmt: skip
        self.db.add(enrolment)
        self.db.flush()
        return enrolment

    def start(self, business_key: str, parent_id: UUID | None = None) -> ProcessInstance:
        instance = ProcessInstance(
            process_id="p", bundle_id="b", business_key=business_key, tenant="A",
            parent_id=parent_id, started_at=NOW,
        )  # fmt: skip
        self.db.add(instance)
        self.db.flush()
        return instance

    def person(self, *posts: str) -> Actor:
        person = add_person(
            self.db, self.organisation_id, "员工", f"p{uuid4().hex[:8]}", posts=posts
        )
        return self.actor_of(person.id)

    def actor_of(self, person_id: int | None) -> Actor:
        assert person_id is not None
        actor = actor_of(self.db, person_id)
        assert actor is not None
        return actor

    def task(self, *groups: str, instance: ProcessInstance | None = None, **more: Any) -> UserTask:
        of = instance or self.instance
        listed = ",".join(f'"{group}"' for group in groups)
        return UserTask(**{
            "id": uuid4(), "instance_id": of.id, "process_id": "p", "tenant": "A",
            "business_key": of.business_key, "element_id": "act", "created_at": NOW,
            "candidate_groups": f"[{listed}]", "excludes": "[]", "context": {}, "status": "ready",
        } | more)  # fmt: skip

    def did(self, actor: Actor, element_id: str, instance: ProcessInstance | None = None) -> None:
        self.db.add(
            HistoryRow(
                instance_id=(instance or self.instance).id, at=NOW, actor=actor.key,
                kind=HistoryKind.COMPLETED, element_id=element_id,
            )
        )  # fmt: skip
        self.db.flush()


@pytest.fixture
def given(sqlite_database: Database, tmp_path: Path) -> Iterator[Given]:
    attach_keyring(sqlite_database.writer, Keyring.generate())
    with sqlite_database.transaction() as db:
        yield Given(db)


def test_post_of_the_own_organisation_may(given: Given) -> None:
    reviewer, task = given.person("reviewer"), given.task("reviewer", "director")

    assert may_act(given.db, reviewer, task)
    assert refusal(given.db, given.person("finance"), task) is Refusal.NOT_YOUR_POST
    elsewhere = replace(reviewer, tenant="B")
    assert refusal(given.db, elsewhere, task) is Refusal.OTHER_ORGANISATION


def test_task_of_a_person_is_only_theirs(given: Given) -> None:
    one, other = given.person("assessor"), given.person("assessor")
    task = given.task("assessor", assignee=one.key)

    assert refusal(given.db, one, task) is None
    assert refusal(given.db, other, task) is Refusal.NOT_YOUR_TASK


def test_named_person_may_whatever_the_post(given: Given) -> None:
    one, other = given.person("finance"), given.person("finance")
    task = given.task("assessor", f"person:{one.key}")

    assert refusal(given.db, one, task) is None
    assert refusal(given.db, other, task) is Refusal.NOT_YOUR_POST
    assert refusal(given.db, replace(one, tenant="B"), task) is Refusal.OTHER_ORGANISATION


def test_task_without_post_and_person_is_nobodys(given: Given) -> None:
    assert refusal(given.db, given.person("director"), given.task()) is Refusal.NOT_YOUR_POST


def test_candidate_acts_on_the_own_enrolment_only(given: Given) -> None:
    own = given.task("candidate")
    other = given.task("candidate", instance=given.start("another"))
    assigned = given.task(assignee=given.candidate_actor.key)

    assert refusal(given.db, given.candidate_actor, own) is None
    assert refusal(given.db, given.candidate_actor, assigned) is None
    assert refusal(given.db, given.candidate_actor, other) is Refusal.NOT_YOUR_POST
    assert refusal(given.db, given.person("candidate"), own) is Refusal.NOT_YOUR_POST


def test_four_eyes_look_at_this_instance_only(given: Given) -> None:
    actor, elsewhere = given.person("reviewer"), given.start("another")
    given.did(actor, "first", elsewhere)
    task = given.task("reviewer", excludes='["first", "other"]')
    assert refusal(given.db, actor, task) is None

    given.did(actor, "first")

    assert refusal(given.db, actor, task) is Refusal.FOUR_EYES
    assert refusal(given.db, given.person("reviewer"), task) is None


@pytest.mark.parametrize(
    ("done", "duty", "excluded"),
    [
        ("review", "review", False),
        ("review", "money", True),
        ("review", "marks", True),
        ("money", "review", True),
        ("money", "marks", True),
        ("marks", "review", True),
        ("marks", "assess", False),
        ("train", "issue", True),
        ("assess", "issue", True),
        ("issue", "assess", True),
        ("issue", "train", True),
        ("review", "issue", False),
        ("items", "issue", False),
    ],
)
def test_duties_exclude_one_another(given: Given, done: str, duty: str, excluded: bool) -> None:
    actor = given.person("reviewer")
    assert given.session.id is not None
    record_duty(given.db, given.session.id, actor.person_id, done, at=NOW)
    record_duty(given.db, given.session.id, actor.person_id, done, at=NOW)

    expected = Refusal.EXCLUSIVE_DUTY if excluded else None
    assert refusal(given.db, actor, given.task("reviewer", duty=duty)) is expected
    assert duties_of(given.db, given.session.id, actor.person_id) == {done}


class _Bundles:
    """Two bundles: in one of them nothing excludes anything."""

    def content(self, db: Any, bundle_id: str, kind: str, key: str) -> bytes:
        assert (kind, key) == ("posts", "posts")
        if bundle_id != "free":
            raise UnknownDefinition(bundle_id)
        return b'{"posts": [], "duties": [], "exclusions": []}'


def test_exclusions_are_those_of_the_bundle(given: Given) -> None:
    attach_posts(given.db.get_bind(), PostsLibrary(_Bundles()))  # type: ignore[arg-type]
    actor, task = given.person("finance"), given.task("finance", duty="money")
    assert given.session.id is not None
    record_duty(given.db, given.session.id, actor.person_id, "review", at=NOW)

    assert refusal(given.db, actor, task) is Refusal.EXCLUSIVE_DUTY
    given.instance.bundle_id = "free"
    given.db.flush()
    assert refusal(given.db, actor, task) is None


def test_duties_of_another_batch_do_not_count(given: Given) -> None:
    actor = given.person("finance")
    organisation = given.db.get_one(Organisation, given.organisation_id)
    other = create_session(given.db, organisation, "另一批次", created_at=NOW)
    assert other.id is not None
    record_duty(given.db, other.id, actor.person_id, "review", at=NOW)

    assert refusal(given.db, actor, given.task("finance", duty="money")) is None


@pytest.mark.parametrize("context", [{}, {"work": "B-7"}])
def test_conflicted_assessor_stays_away(given: Given, context: dict[str, Any]) -> None:
    actor = given.person("assessor")
    assert given.candidate.id is not None
    register_conflict(
        given.db, given.organisation_id, actor.person_id, given.candidate.id,
        ConflictKind.RELATIVE, at=NOW,
    )  # fmt: skip
    task = given.task("assessor", duty="assess", context=context)

    assert refusal(given.db, actor, task) is Refusal.CONFLICT_OF_INTEREST
    assert refusal(given.db, given.person("assessor"), task) is None


def test_enrolment_named_in_the_context_counts(given: Given) -> None:
    actor = given.person("assessor")
    assert given.candidate.id is not None
    register_conflict(
        given.db, given.organisation_id, actor.person_id, given.candidate.id,
        ConflictKind.SAME_EMPLOYER, at=NOW, session_id=given.session.id,
    )  # fmt: skip
    session_instance = given.start(given.session.number)
    room = given.start("room-1", parent_id=session_instance.id)

    about = given.task("assessor", instance=room, context={"enrolment_ids": [given.enrolment.id]})
    about_all = given.task("issue_officer", instance=session_instance, duty="issue")
    about_none = given.task("assessor", instance=room)

    assert refusal(given.db, actor, about) is Refusal.CONFLICT_OF_INTEREST
    assert refusal(given.db, replace(actor, posts=frozenset({"issue_officer"})), about_all) is (
        Refusal.CONFLICT_OF_INTEREST
    )
    assert refusal(given.db, actor, about_none) is None


def test_staff_never_decide_about_themselves(given: Given) -> None:
    both = replace(given.candidate_actor, posts=frozenset({"reviewer", "candidate"}))

    assert refusal(given.db, both, given.task("reviewer")) is Refusal.CONFLICT_OF_INTEREST


def test_place_is_found_through_the_parents(given: Given) -> None:
    session_instance = given.start(given.session.number)
    room = given.start("room-1", parent_id=session_instance.id)
    work = given.start("work-1", parent_id=room.id)
    assert given.session.id is not None

    assert place_of(given.db, "work-1", work.id) == Place(given.session.id)
    assert place_of(given.db, given.enrolment.number, None) == Place(
        given.session.id,
        given.enrolment.id,
        given.candidate.id,
        given.candidate_actor.person_id,
    )
    assert place_of(given.db, "nothing", None) is None


def test_system_needs_scope_process_and_post(given: Given) -> None:
    person = given.person("reviewer")
    client = replace(person, kind="client", scopes=frozenset({"user-tasks:read"}))
    task = given.task("reviewer")

    assert may(given.db, client, "user_task.read", task)
    assert not may(given.db, client, "user_task.work", task)
    working = replace(client, scopes=frozenset({"user-tasks:work"}))
    assert may(given.db, working, "user_task.work", task)
    limited = replace(working, processes=frozenset({"other"}))
    assert refusal(given.db, limited, task) is Refusal.OUT_OF_SCOPE


def test_unknown_action_and_nobody_are_refused(given: Given) -> None:
    assert not may(given.db, given.person("director"), "everything", None)
    assert not may(given.db, None, "session.list", None)
    assert not [name for name in ACTIONS if may(given.db, None, name, None)]


def test_inactive_person_is_nobody(given: Given) -> None:
    actor = given.person("director")
    person_by_id(given.db, actor.person_id).active = False
    given.db.flush()

    assert actor_of(given.db, actor.person_id) is None
