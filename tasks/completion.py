"""Complete a user task: rights, form, answer, bindings, then the process goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import orm
from sqlmodel import Session, select

from appraisal.answers import last_answer, store_answer
from appraisal.candidates import Candidate
from appraisal.enrolments import Enrolment
from appraisal.objects import objects_of
from engine.errors import EngineError, UserTaskNotReady
from engine.instances import ProcessInstance
from engine.runtime import ProcessEngine
from engine.user_tasks import UserTask, UserTaskStatus, get_user_task
from forms import CheckedAnswer, FormDefinition
from tasks.acting import Refusal, refusal
from tasks.actors import Actor
from tasks.bindings import write_bindings
from tasks.duties import record_duty
from tasks.form_library import FormLibrary
from tasks.involvement import place_of


class NotAllowed(EngineError):
    """The actor may not work on this user task; `refusal` says why."""

    def __init__(self, user_task_id: UUID, why: Refusal) -> None:
        super().__init__(f"user task {user_task_id}: {why}")
        self.refusal = why


class StoredAnswers:
    """Gives the engine what people answered, from the encrypted table."""

    def last_answer(
        self, db: orm.Session, instance_id: UUID, element_id: str
    ) -> Mapping[str, Any] | None:
        """The newest answer to an element in an instance, decrypted."""
        assert isinstance(db, Session)
        return last_answer(db, instance_id, element_id)


@dataclass(frozen=True)
class Completion:
    """Completes user tasks with one engine and its forms."""

    engine: ProcessEngine
    forms: FormLibrary

    def form_of(self, db: Session, user_task: UserTask) -> FormDefinition | None:
        """The form of a user task as its instance's bundle holds it."""
        if user_task.form_ref is None:
            return None
        bundle_id = db.exec(
            select(ProcessInstance.bundle_id).where(ProcessInstance.id == user_task.instance_id)
        ).one()
        return self.forms.form(db, bundle_id, user_task.form_ref)

    def complete(
        self,
        db: Session,
        actor: Actor,
        user_task_id: UUID,
        answer: Mapping[str, Any],
        *,
        language: str = "zh-CN",
    ) -> UserTask:
        """Complete a user task with an answer that fits its form.

        Raises:
            UserTaskNotReady: Somebody completed it before, or it is gone.
            NotAllowed: The actor may not.
            InvalidAnswer: The answer does not fit; nothing is kept.
        """
        user_task = get_user_task(db, user_task_id)
        if user_task.status != UserTaskStatus.READY:
            raise UserTaskNotReady(user_task_id, user_task.status, user_task.completed_by)
        if why := refusal(db, actor, user_task):
            raise NotAllowed(user_task_id, why)
        checked = self._check(db, user_task, answer, language)
        digests = self._keep(db, actor, user_task, checked)
        write_bindings(db, actor, user_task, checked.bindings)
        return self.engine.complete(
            db, user_task_id, actor=actor.key, variables=checked.variables, digests=digests
        )

    def _check(
        self, db: Session, user_task: UserTask, answer: Mapping[str, Any], language: str
    ) -> CheckedAnswer:
        form = self.form_of(db, user_task)
        if form is None:
            # Without a form there is nothing to answer, only to confirm.
            return CheckedAnswer({}, {}, {}, {})
        return form.check(answer, context=user_task.context, language=language)

    def _keep(
        self, db: Session, actor: Actor, user_task: UserTask, checked: CheckedAnswer
    ) -> dict[str, str]:
        for files in checked.files.values():
            for file in files:
                # The answer names a file by its SHA-256, which is its key in the store.
                objects_of(db).put(file.content)
        place = place_of(db, user_task.business_key, user_task.instance_id)
        if place is not None and user_task.duty is not None:
            now = self.engine.clock.now()
            record_duty(db, place.session_id, actor.person_id, user_task.duty, at=now)
        enrolment_id = None if place is None else place.enrolment_id
        kept = store_answer(
            db,
            instance_id=user_task.instance_id,
            user_task_id=user_task.id,
            element_id=user_task.element_id,
            person_id=_whose(db, enrolment_id) or actor.person_id,
            values=checked.values,
            at=self.engine.clock.now(),
        )
        # The salt stays behind: with it in the history, short values could be guessed.
        return kept.digests


def _whose(db: Session, enrolment_id: int | None) -> int | None:
    # What is answered about a candidate is encrypted for the candidate, so that
    # shredding that person's key makes it unreadable, whoever wrote it.
    if enrolment_id is None:
        return None
    return db.exec(
        select(Candidate.person_id)
        .join(Enrolment, Enrolment.candidate_id == Candidate.id)  # type: ignore[arg-type]
        .where(Enrolment.id == enrolment_id)
    ).first()
