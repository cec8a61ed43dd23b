"""The one place that says who may do what to which object; pages and API both ask here.

An action that has no rule is forbidden, and so is an object of another organisation.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session, col, select

from appraisal.candidates import Candidate
from appraisal.certificates import Certificate
from appraisal.enrolments import Enrolment
from appraisal.organisations import Organisation
from appraisal.results import Result
from appraisal.sessions import AppraisalSession
from engine.incidents import Incident
from engine.instances import ProcessInstance
from engine.jobs import Job
from engine.migrations import Migration
from engine.scopes import is_scope, level_of, organisation_of
from engine.user_tasks import UserTask
from tasks.acting import Refusal, may_act, reach_refusal, refusal
from tasks.actors import OPERATORS, Actor
from tasks.involvement import person_of_enrolment, place_of
from tasks.paper_rights import ARCHIVE_READERS, ENROLMENT_READERS, RESULT_READERS, reads_paper
from tasks.people_rights import appoints, changes_person, manages_people, reads_person
from tasks.publications import PublicationRow

__all__ = ["ACTIONS", "Actor", "Refusal", "may", "may_act", "refusal"]

SESSION_STARTERS = frozenset({"standards_officer", "planner", "director"})
ROSTER_IMPORTERS = frozenset({"planner", "exam_officer", "standards_officer"})
MIGRATORS = frozenset({"administrator", "director"})
# What people besides operators may report by message, by the message's name.
REPORTERS = {"room_lost": frozenset({"exam_officer", "site_manager"})}
# Who codes the scripts never marks one: the duties exclude one another.
CODE_READERS = frozenset({"confidentiality_officer"})
DESIGNER = "process_designer"
# Who confirms publications and moves instances reads what these are about.
DEFINITION_READERS = MIGRATORS | {DESIGNER}
# Who may be the second person that confirms a publication.
PUBLISHERS = frozenset({DESIGNER, "director"})
UNMASKERS = frozenset({"reviewer", "second_reviewer", "certificate_officer"})

# What is marked and added up there is nobody's to see before it is published.
SEALED_STAGES = ("marking", "consolidation")
UNSEALED = ("published", "archived")

Rule = Callable[[Session, Actor, Any], bool]


@dataclass(frozen=True)
class StartOf:
    """A process that somebody wants to start in an organisation.

    `posts`: whom its diagram lets start it by hand.
    """

    process_id: str
    tenant: str
    posts: frozenset[str] = frozenset()


@dataclass(frozen=True)
class MessageTo:
    """A message that somebody wants to send to a correlation key."""

    name: str
    key: str


def may(db: Session, actor: Actor | None, action: str, thing: Any = None) -> bool:
    """Whether somebody may do something to an object.

    Nobody (None) may do nothing here: what is open to all never asks.
    """
    rule = ACTIONS.get(action)
    if actor is None or rule is None or not has_scope(actor, action):
        return False
    return rule.allows(db, actor, thing)


def has_scope(actor: Actor, action: str) -> bool:
    """Whether an action was granted at all; scopes are for systems, people have posts."""
    wanted = {ACTIONS[action].scope, ACTIONS[action].wider}
    return actor.kind == "person" or bool(wanted & set(actor.scopes))


@dataclass(frozen=True)
class Action:
    """A rule, and the scope a system needs besides; without one no system may do it.

    `wider` is a scope that includes it.
    """

    allows: Rule
    scope: str | None = None
    wider: str | None = None


def _reads_user_task(db: Session, actor: Actor, user_task: UserTask) -> bool:
    if user_task.tenant != actor.tenant:
        return False
    return user_task.completed_by == actor.key or reach_refusal(db, actor, user_task) is None


def _works_on_user_task(db: Session, actor: Actor, user_task: UserTask) -> bool:
    return may_act(db, actor, user_task)


def _reads_instance(db: Session, actor: Actor, instance: ProcessInstance) -> bool:
    if instance.tenant != actor.tenant:
        return False
    if actor.kind == "client":
        return not actor.processes or instance.process_id in actor.processes
    if actor.is_staff:
        return True
    return person_of_enrolment(db, instance.business_key) == actor.person_id


def _explains_instance(db: Session, actor: Actor, instance: ProcessInstance) -> bool:
    """Whether somebody may read why tables decided: marking stays blind, results stay sealed."""
    if not _reads_instance(db, actor, instance):
        return False
    return actor.kind == "client" or bool(actor.posts & RESULT_READERS)


def _records_instance(db: Session, actor: Actor, instance: ProcessInstance) -> bool:
    """Whether somebody may make a scenario of an instance: not of marking while it is sealed.

    People in a scenario are invented, but who asks knows whose instance it was.
    """
    if not _reads_instance(db, actor, instance) or not _reads_definitions(db, actor, None):
        return False
    if actor.kind == "client" or actor.posts & RESULT_READERS:
        return True
    marking = select(UserTask.id).where(
        UserTask.instance_id == instance.id, col(UserTask.stage).in_(SEALED_STAGES)
    )
    if db.exec(marking).first() is None:
        return True
    place = place_of(db, instance.business_key, instance.id)
    session = None if place is None else db.get(AppraisalSession, place.session_id)
    return session is not None and session.status in UNSEALED


def _cancels_instance(db: Session, actor: Actor, instance: ProcessInstance) -> bool:
    if not _reads_instance(db, actor, instance):
        return False
    return actor.kind == "client" or "director" in actor.posts


def _starts_process(_: Session, actor: Actor, start: StartOf) -> bool:
    if start.tenant != actor.tenant:
        return False
    if actor.kind == "client":
        return not actor.processes or start.process_id in actor.processes
    # Who may open batches where a diagram does not say so, as those of before cannot.
    usual = SESSION_STARTERS if start.process_id == "appraisal_session" else OPERATORS
    return bool(actor.posts & (start.posts or usual))


def _sends_message(db: Session, actor: Actor, message: MessageTo) -> bool:
    reporters = OPERATORS | REPORTERS.get(message.name, frozenset())
    if actor.kind == "person" and not actor.posts & reporters:
        return False
    place = place_of(db, message.key, None)
    if place is not None:
        session = db.get(AppraisalSession, place.session_id)
        return session is not None and session.organisation_id == actor.organisation_id
    tenants = db.exec(
        select(ProcessInstance.tenant).where(ProcessInstance.business_key == message.key).distinct()
    ).all()
    return list(tenants) == [actor.tenant]


def _reads_session(db: Session, actor: Actor, session: AppraisalSession) -> bool:
    if session.organisation_id != actor.organisation_id:
        return False
    return actor.kind == "client" or actor.is_staff or _takes_part(db, actor, session)


def _takes_part(db: Session, actor: Actor, session: AppraisalSession) -> bool:
    query = (
        select(Enrolment.id)
        .join(Candidate, Candidate.id == Enrolment.candidate_id)  # type: ignore[arg-type]
        .where(Enrolment.session_id == session.id, Candidate.person_id == actor.person_id)
    )
    return db.exec(query).first() is not None


def _imports_roster(_: Session, actor: Actor, session: AppraisalSession) -> bool:
    if session.organisation_id != actor.organisation_id:
        return False
    return actor.kind == "client" or bool(actor.posts & ROSTER_IMPORTERS)


def _reads_enrolment(db: Session, actor: Actor, enrolment: Enrolment) -> bool:
    if enrolment.organisation_id != actor.organisation_id:
        return False
    if actor.kind == "client" or actor.posts & ENROLMENT_READERS:
        return True
    return _is_own(db, actor, enrolment)


def _lists_enrolments(_: Session, actor: Actor, session: AppraisalSession) -> bool:
    if session.organisation_id != actor.organisation_id:
        return False
    return actor.kind == "client" or bool(actor.posts & ENROLMENT_READERS)


def _reads_result(db: Session, actor: Actor, result: Result) -> bool:
    if result.organisation_id != actor.organisation_id:
        return False
    if actor.kind == "client" or actor.posts & RESULT_READERS:
        return True
    enrolment = db.get(Enrolment, result.enrolment_id)
    return (
        enrolment is not None and result.published_at is not None and _is_own(db, actor, enrolment)
    )


def _lists_results(_: Session, actor: Actor, session: AppraisalSession) -> bool:
    if session.organisation_id != actor.organisation_id:
        return False
    return actor.kind == "client" or bool(actor.posts & RESULT_READERS)


def _reads_certificate(db: Session, actor: Actor, certificate: Certificate) -> bool:
    if certificate.organisation_id != actor.organisation_id:
        return False
    if actor.kind == "client" or actor.posts & RESULT_READERS:
        return True
    candidate = db.get(Candidate, certificate.candidate_id)
    return candidate is not None and candidate.person_id == actor.person_id


def _reads_script_codes(_: Session, actor: Actor, session: AppraisalSession) -> bool:
    own = session.organisation_id == actor.organisation_id
    return own and bool(actor.posts & CODE_READERS)


def _reads_archive(_: Session, actor: Actor, session: AppraisalSession) -> bool:
    own = session.organisation_id == actor.organisation_id
    return own and bool(actor.posts & ARCHIVE_READERS)


def _is_own(db: Session, actor: Actor, enrolment: Enrolment) -> bool:
    candidate = db.get(Candidate, enrolment.candidate_id)
    return candidate is not None and candidate.person_id == actor.person_id


def _unmasks(_: Session, actor: Actor, candidate: Candidate) -> bool:
    if candidate.organisation_id != actor.organisation_id:
        return False
    return bool(actor.posts & UNMASKERS) or candidate.person_id == actor.person_id


def _reads_incident(_: Session, actor: Actor, incident: Incident) -> bool:
    if incident.tenant != actor.tenant:
        return False
    return actor.kind == "client" or bool(actor.posts & (OPERATORS | {"director"}))


def _works_on_incident(_: Session, actor: Actor, incident: Incident) -> bool:
    if incident.tenant != actor.tenant:
        return False
    return actor.kind == "client" or bool(actor.posts & OPERATORS)


def _lists_incidents(_: Session, actor: Actor, __: object) -> bool:
    return actor.kind == "client" or bool(actor.posts & (OPERATORS | {"director"}))


def _is_operator(_: Session, actor: Actor, organisation: Organisation | None) -> bool:
    own = organisation is None or organisation.id == actor.organisation_id
    return own and bool(actor.posts & OPERATORS)


def _reads_operation(_: Session, actor: Actor, job: Job) -> bool:
    return job.tenant == actor.tenant and bool(actor.posts & OPERATORS)


def _reads_definitions(_: Session, actor: Actor, scope: str | None) -> bool:
    """Whether somebody may look at the definitions of a scope; None: at any."""
    if actor.kind == "person" and not actor.posts & DEFINITION_READERS:
        return False
    return scope is None or (
        is_scope(scope)
        and (level_of(scope) != "organisation" or organisation_of(scope) == actor.tenant)
    )


def _changes_definitions(db: Session, actor: Actor, scope: str | None) -> bool:
    """Whether somebody may change the definitions of a scope; None: of any.

    Those that hold for everybody are changed only by the designers of an organisation that keeps
    them.
    """
    if not _reads_definitions(db, actor, scope):
        return False
    if actor.kind == "person" and DESIGNER not in actor.posts:
        return False
    if scope is None or level_of(scope) == "organisation":
        return True
    organisation = db.get(Organisation, actor.organisation_id)
    return organisation is not None and organisation.keeps_base


def _reads_migration(_: Session, actor: Actor, migration: Migration) -> bool:
    return migration.tenant == actor.tenant and _rehearses(_, actor, migration)


def _rehearses(_: Session, actor: Actor, __: object) -> bool:
    """Whether somebody may look what a new version means for what runs."""
    return actor.kind == "client" or bool(actor.posts & (MIGRATORS | {"process_designer"}))


def _migrates(_: Session, actor: Actor, migration: Migration | None) -> bool:
    own = migration is None or migration.tenant == actor.tenant
    return own and (actor.kind == "client" or bool(actor.posts & MIGRATORS))


def _reads_publication(_: Session, actor: Actor, row: PublicationRow) -> bool:
    if row.tenant != actor.tenant:
        return False
    return actor.kind == "client" or bool(actor.posts & PUBLISHERS)


def _anybody(_: Session, __: Actor, ___: object) -> bool:
    return True


ACTIONS: dict[str, Action] = {
    "user_task.list": Action(_anybody, "user-tasks:read"),
    "user_task.read": Action(_reads_user_task, "user-tasks:read"),
    "user_task.work": Action(_works_on_user_task, "user-tasks:work"),
    "process_instance.read": Action(_reads_instance, "process-instances:read"),
    "process_instance.explain": Action(_explains_instance, "process-instances:read"),
    "process_instance.record": Action(_records_instance, "design"),
    "process_instance.start": Action(_starts_process, "process-instances:start"),
    "process_instance.cancel": Action(_cancels_instance, "process-instances:cancel"),
    "message.send": Action(_sends_message, "messages:send"),
    "session.list": Action(_anybody, "sessions:read"),
    "session.read": Action(_reads_session, "sessions:read"),
    "roster.import": Action(_imports_roster, "rosters:import"),
    "enrolment.list": Action(_lists_enrolments, "enrolments:read"),
    "enrolment.read": Action(_reads_enrolment, "enrolments:read"),
    "result.list": Action(_lists_results, "results:read"),
    "result.read": Action(_reads_result, "results:read"),
    "paper.read": Action(reads_paper),
    "certificate.read": Action(_reads_certificate, "results:read"),
    "script_codes.read": Action(_reads_script_codes),
    "archive.read": Action(_reads_archive),
    "candidate.unmask": Action(_unmasks),
    "incident.list": Action(_lists_incidents, "incidents:read"),
    "incident.read": Action(_reads_incident, "incidents:read"),
    "incident.work": Action(_works_on_incident, "incidents:work"),
    "operation.order": Action(_is_operator),
    "operation.read": Action(_reads_operation),
    "clock.read": Action(_anybody),
    "clock.move": Action(_is_operator),
    "person.administer": Action(_is_operator),
    "person.list": Action(manages_people, "people:read", "people:manage"),
    "person.read": Action(reads_person, "people:read", "people:manage"),
    "person.add": Action(manages_people, "people:manage"),
    "person.change": Action(changes_person, "people:manage"),
    "person.appoint": Action(appoints, "people:manage"),
    "definition.read": Action(_reads_definitions, "design"),
    "definition.design": Action(_changes_definitions, "design"),
    "definition.publish": Action(_changes_definitions, "publish"),
    "migration.read": Action(_reads_migration, "migrations:read", "migrations:run"),
    "migration.rehearse": Action(_rehearses, "migrations:read", "migrations:run"),
    "migration.run": Action(_migrates, "migrations:run"),
    "publication.read": Action(_reads_publication, "publish"),
}
