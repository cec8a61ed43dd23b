"""Who may act on a user task: posts, four eyes, duties that exclude, conflicts of interest."""

from enum import StrEnum

from sqlalchemy import bindparam, select
from sqlmodel import Session

from appraisal.conflicts import conflicts_with
from engine.history import HISTORY, HistoryKind
from engine.instances import INSTANCE
from engine.user_tasks import UserTask
from tasks.actors import Actor
from tasks.duties import duties_of
from tasks.involvement import (
    Matter,
    Place,
    concerned_enrolments,
    matter_of,
    person_of_enrolment,
)
from tasks.posts import posts_of_bundle

_DID_ONE_OF = (
    select(HISTORY.c.seq)
    .where(
        HISTORY.c.instance_id == bindparam("b_instance"),
        HISTORY.c.kind == HistoryKind.COMPLETED.value,
        HISTORY.c.actor == bindparam("b_actor"),
        HISTORY.c.element_id.in_(bindparam("b_elements", expanding=True)),
    )
    .limit(1)
)


_BUNDLE = select(INSTANCE.c.bundle_id).where(INSTANCE.c.id == bindparam("b_instance"))


class Refusal(StrEnum):
    """Why somebody may not act on a user task."""

    OTHER_ORGANISATION = "other_organisation"
    NOT_YOUR_POST = "not_your_post"
    NOT_YOUR_TASK = "not_your_task"
    OUT_OF_SCOPE = "out_of_scope"
    FOUR_EYES = "four_eyes"
    EXCLUSIVE_DUTY = "exclusive_duty"
    CONFLICT_OF_INTEREST = "conflict_of_interest"


def may_act(db: Session, actor: Actor, user_task: UserTask) -> bool:
    """Whether somebody may claim and complete a user task."""
    return refusal(db, actor, user_task) is None


def refusal(
    db: Session, actor: Actor, user_task: UserTask, *, matter: Matter | None = None
) -> Refusal | None:
    """Why somebody may not act on a user task; None when they may.

    `matter` is the user task as it was just read for this actor, if it was.
    """
    if found := reach_refusal(db, actor, user_task):
        return found
    excluded = user_task.excluded_elements()
    if excluded and _did_one_of(db, actor, user_task, excluded):
        return Refusal.FOUR_EYES
    if _is_own_work(actor, user_task):
        return None
    matter = matter or matter_of(db, user_task)
    return None if matter.place is None else _involvement_refusal(db, actor, matter, matter.place)


def reach_refusal(db: Session, actor: Actor, user_task: UserTask) -> Refusal | None:
    """Why a user task is not in somebody's reach at all, be it to work on or to see."""
    if user_task.tenant != actor.tenant:
        return Refusal.OTHER_ORGANISATION
    if actor.processes and user_task.process_id not in actor.processes:
        return Refusal.OUT_OF_SCOPE
    if user_task.assignee is not None and user_task.assignee != actor.key:
        return Refusal.NOT_YOUR_TASK
    groups = set(user_task.groups())
    if groups & (actor.posts - {"candidate"}) or actor.key in user_task.people():
        return None
    if "candidate" in groups and _is_the_candidate(db, actor, user_task):
        return None
    if not groups and user_task.assignee == actor.key:
        return None
    return Refusal.NOT_YOUR_POST


def _is_the_candidate(db: Session, actor: Actor, user_task: UserTask) -> bool:
    if not actor.is_candidate:
        return False
    if user_task.assignee is not None:
        return user_task.assignee == actor.key
    return person_of_enrolment(db, user_task.business_key) == actor.person_id


def _is_own_work(actor: Actor, user_task: UserTask) -> bool:
    # What candidates do for themselves decides about nobody.
    groups = user_task.groups()
    return "candidate" in groups or (actor.is_candidate and not groups)


def _did_one_of(db: Session, actor: Actor, user_task: UserTask, elements: list[str]) -> bool:
    given = {
        "b_instance": user_task.instance_id,
        "b_actor": actor.key,
        "b_elements": elements,
    }
    return db.connection().execute(_DID_ONE_OF, given).first() is not None


def _involvement_refusal(db: Session, actor: Actor, matter: Matter, place: Place) -> Refusal | None:
    duty, standing = matter.user_task.duty, matter.standing
    if duty is not None:
        done = standing.duties if standing else duties_of(db, place.session_id, actor.person_id)
        if done and posts_of_bundle(db, _bundle_of(db, matter)).excluding(duty, done) is not None:
            return Refusal.EXCLUSIVE_DUTY
    if _is_conflicted(db, actor, matter, place):
        return Refusal.CONFLICT_OF_INTEREST
    return None


def _bundle_of(db: Session, matter: Matter) -> str:
    """Find the bundle whose duties hold: that of the instance, whatever was published since."""
    if matter.held is not None:
        return matter.held.instance.bundle_id
    found = db.connection().execute(_BUNDLE, {"b_instance": matter.user_task.instance_id})
    return str(found.scalar_one())


def _is_conflicted(db: Session, actor: Actor, matter: Matter, place: Place) -> bool:
    if matter.user_task.duty == "issue":
        # Who decides on certificates decides on all of the batch.
        return bool(conflicts_with(db, actor.person_id, place.session_id))
    concerned = concerned_enrolments(db, matter.user_task, place)
    if matter.standing is not None and concerned == [place.enrolment_id]:
        return matter.standing.in_conflict or place.candidate_person_id == actor.person_id
    return bool(concerned and conflicts_with(db, actor.person_id, place.session_id, concerned))
