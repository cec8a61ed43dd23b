"""Recording a scenario of a real instance over HTTP; people in it are invented."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from api.definitions import require_change
from api.drafts import TextView, told_to_clients
from api.problems import Problem
from api.process_instances import InstanceId
from api.resources import Resource, Wanted
from api.work import Asking, Work, WorkRouter
from engine.instances import ProcessInstance
from tasks.scenario_recording import (
    LONGEST_NAME,
    CannotRecord,
    Recording,
    keep_recording,
    note_recording,
    record,
)

router = WorkRouter(prefix="/process-instances", tags=["definitions"])

Save = Literal["if_same", "always", "never"]


class RecordingWanted(Wanted):
    """In which scope the scenario belongs (the own one if none is named), and how it is called.

    `save`: put it into the draft only if it goes the same way, in any case, or not at all.
    """

    scope: Annotated[str | None, Field(max_length=100)] = None
    name: Annotated[str, Field(max_length=LONGEST_NAME)] = ""
    save: Save = "if_same"


class RecordingView(Resource):
    """A scenario that was recorded and played; `scenario` is its YAML.

    `departures` say where playing it leaves the way that the instance took. `saved`: it stands in
    the draft of the scenarios of `key`.
    """

    scope: str
    key: str
    name: str
    reproduces: bool
    departures: list[TextView]
    scenario: str
    saved: bool


@router.post("/{instance_id}/recording")
def record_instance(work: Asking, instance_id: InstanceId, body: RecordingWanted) -> RecordingView:
    """Record an instance as a scenario, play it, and put it into the draft."""
    scope = body.scope or work.own_scope
    made, saved = recorded(work, instance_id, scope, body.name, body.save)
    return RecordingView(
        scope=made.scope,
        key=made.key,
        name=made.name,
        reproduces=made.reproduces,
        departures=[TextView(zh=zh, en=en) for zh, en in made.departures],
        scenario=made.text,
        saved=saved,
    )


def recorded(
    work: Work, instance_id: UUID, scope: str, name: str, save: Save
) -> tuple[Recording, bool]:
    """Record an instance for whoever may; gives it, and whether it stands in the draft.

    Raises:
        Problem: Not found, forbidden, not to be recorded, or somebody else edits the scenarios.
    """
    instance = work.db.get(ProcessInstance, instance_id)
    work.require_seen("process_instance.read", instance)
    require_change(work, scope)
    work.require("process_instance.record", instance)
    installation = work.installation
    with told_to_clients(work), _told():
        made = record(
            installation.database.reading,
            installation.engine,
            installation.forms,
            installation.examiner.play,
            instance_id,
            scope,
            name,
        )
        wanted = save == "always" or (save == "if_same" and made.reproduces)
        now, actor = installation.clock.now(), work.actor.key
        # Playing took its time: only now is there something to write.
        with installation.database.transaction() as db:
            note_recording(db, made, instance_id, actor=actor, now=now)
            if wanted:
                keep_recording(db, made, actor=actor, now=now)
    return made, wanted


@contextmanager
def _told() -> Iterator[None]:
    try:
        yield
    except CannotRecord as error:
        raise Problem("not-to-record", errors=[_error(error.problem, error.problem_en)]) from error


def _error(zh: str, en: str) -> dict[str, str]:
    return {"pointer": "", "code": "not_to_record", "message": zh, "message_en": en}
