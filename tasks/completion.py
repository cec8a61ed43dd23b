"""Complete a user task: rights, form, answer, bindings, then the process goes on."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from sqlalchemy import orm
from sqlmodel import Session

from appraisal.answers import ANSWER, last_answer, seal_answer
from appraisal.objects import objects_of
from engine.errors import EngineError, UserTaskNotReady
from engine.instances import get_instance
from engine.runtime import ProcessEngine
from engine.statements import Statement
from engine.user_tasks import UserTask, UserTaskStatus
from forms import CheckedAnswer, FormDefinition
from tasks.acting import Refusal, refusal
from tasks.actors import Actor
from tasks.bindings import write_bindings
from tasks.duties import record_duty
from tasks.form_library import FormLibrary
from tasks.involvement import Matter, read_matter

_INSERT_ANSWER = Statement.insert(ANSWER, without=("id",))


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
        """The form of a user task in the version it was opened with."""
        if user_task.form_ref is None:
            return None
        bundle_id = user_task.form_bundle_id
        bundle_id = bundle_id or get_instance(db, user_task.instance_id).bundle_id
        return self.forms.form(db, bundle_id, user_task.form_ref)

    def complete(
        self,
        db: Session,
        actor: Actor,
        user_task_id: UUID,
        answer: Mapping[str, Any],
        *,
        language: str = "zh-CN",
        matter: Matter | None = None,
    ) -> UserTask:
        """Complete a user task with an answer that fits its form.

        `matter` is the user task as it was just read in this transaction, if it was.

        Raises:
            UserTaskNotReady: Somebody completed it before, or it is gone.
            NotAllowed: The actor may not.
            InvalidAnswer: The answer does not fit; nothing is kept.
        """
        matter = matter or read_matter(db, user_task_id, actor.person_id)
        user_task = matter.user_task
        if user_task.status != UserTaskStatus.READY:
            raise UserTaskNotReady(
                user_task_id, user_task.status, user_task.completed_by, user_task.completed_at
            )
        if why := refusal(db, actor, user_task, matter=matter):
            raise NotAllowed(user_task_id, why)
        checked = self._check(db, matter, answer, language)
        digests = self._keep(db, actor, matter, checked)
        write_bindings(db, actor, user_task, checked.bindings)
        return self.engine.complete(
            db,
            user_task_id,
            actor=actor.key,
            variables=checked.variables,
            digests=digests,
            held=matter.held,
        )

    def _check(
        self, db: Session, matter: Matter, answer: Mapping[str, Any], language: str
    ) -> CheckedAnswer:
        form = self.form_of(db, matter.user_task)
        if form is None:
            # Without a form there is nothing to answer, only to confirm.
            return CheckedAnswer({}, {}, {}, {})
        return form.check(answer, context=matter.user_task.context, language=language)

    def _keep(
        self, db: Session, actor: Actor, matter: Matter, checked: CheckedAnswer
    ) -> dict[str, str]:
        for files in checked.files.values():
            for file in files:
                # The answer names a file by its SHA-256, which is its key in the store.
                objects_of(db).put(file.content)
        user_task, place, now = matter.user_task, matter.place, self.engine.clock.now()
        if place is not None and user_task.duty is not None and not _did_before(matter):
            record_duty(db, place.session_id, actor.person_id, user_task.duty, at=now)
        # What is answered about a candidate is encrypted for the candidate, so that
        # shredding that person's key makes it unreadable, whoever wrote it.
        candidate = None if place is None else place.candidate_person_id
        answer = seal_answer(
            db,
            instance_id=user_task.instance_id,
            user_task_id=user_task.id,
            element_id=user_task.element_id,
            person_id=candidate or actor.person_id,
            values=checked.values,
            at=now,
            key=matter.key,
        )
        _INSERT_ANSWER(db.connection(), answer)
        # The salt stays behind: with it in the history, short values could be guessed.
        digests: dict[str, str] = answer["digests"]
        return digests


def _did_before(matter: Matter) -> bool:
    return matter.standing is not None and matter.user_task.duty in matter.standing.duties
