"""Scenarios: files beside the diagrams that run them with the real service tasks, in memory.

A scenario is one path through a process:

    - name: a missing paper is supplied
      world: applied              # a given state of tasks/worlds_*.py, and what it is given
      given: {condition: 2023-3-2, lacking: [work_years_proof]}
      process: enrolment          # the folder's name, if left out
      start: {}                   # variables besides those of the world
      event: application_sent     # which start event, if there are several; payload: {…}
      leave_out: {plan_session: {}}      # called processes that are skipped: the variables they
                                  # set, or `wait` for the message left_out.<process>
      at: 2026-03-02T09:00+08:00
      steps:
        - message: review_opened  # key: the instance's, if left out; payload: {…}
        - do: first_review        # answers the user task as somebody who may
          by: reviewer            # a sign-in name or post, if it matters; of: a business key
          answer: {first_decision: supplement, supplement: [work_years_proof]}
          times: 1                # so many of them one after the other
        - refuse: second_review   # the same, but it must be refused with this code
          by: reviewer
          code: four_eyes
        - advance: P5D            # or until: 2026-03-20T17:00+08:00
        - signal: fire_alarm
      path: [application_submitted, …]   # the elements left, exactly and in order
      passes: [first_review, rejected]   # or only some of them, in order
      status: completed           # or running, cancelled, …
      data: {review_outcome: reject}     # some of the variables at the end
      facts: {enrolment.state: rejected} # what the facts say at the end
      visits: [exam_room.opened]         # elements of processes it started or called

`$name` in steps stands for what the world calls so.
"""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Any

import yaml
from sqlmodel import Session, col, select

from appraisal.organisations import Organisation
from appraisal.people import Person, posts_of
from engine.database import Database
from engine.errors import EngineError
from engine.instances import ProcessInstance
from engine.run import read_head
from engine.testing import BUNDLE, START_AT, ScriptedRun, Trace
from engine.user_tasks import UserTask
from forms import GivenFile, InvalidAnswer
from tasks import all_service_tasks
from tasks.acting import refusal
from tasks.actors import actor_of
from tasks.completion import Completion, NotAllowed, StoredAnswers
from tasks.facts import fact_providers, host_functions
from tasks.form_library import FormLibrary
from tasks.posts import PostsLibrary, attach_posts
from tasks.scenario_packs import Pack


class ScenarioFailed(EngineError):
    """A scenario went another way than it says."""


@dataclass(frozen=True)
class Scenario:
    """One path through a process, read from a file."""

    process_id: str
    name: str
    content: Mapping[str, Any] = field(repr=False)
    path: Path = field(repr=False)


@dataclass(frozen=True)
class ScenarioRun:
    """What a scenario did: `elements` of its own process, and all `visited` by process.

    `taken` has process, source and target of each flow that a token was seen to take.
    """

    elements: list[str]
    visited: list[tuple[str, str]]
    taken: set[tuple[str, str, str]]
    trace: Trace = field(repr=False)


def load_scenarios(*folders: Path) -> list[Scenario]:
    """Read every `scenarios.yaml` below the folders."""
    return [
        Scenario(str(content.get("process", path.parent.name)), content["name"], content, path)
        for folder in folders
        for path in sorted(folder.rglob("scenarios.yaml"))
        for content in yaml.safe_load(path.read_text(encoding="utf-8")) or []
    ]


def run_scenario(pack: Pack, scenario: Scenario, objects: Path) -> ScenarioRun:
    """Run one scenario in memory; `objects` is a folder for files.

    Raises:
        ScenarioFailed: It went another way than it says.
    """
    stage = Stage(pack.leaving_out(scenario.content.get("leave_out") or {}), scenario, objects)
    try:
        stage.play()
        return stage.compare()
    finally:
        stage.run.database.dispose()


class _Run(ScriptedRun):
    """A scripted run whose user tasks are completed as the product does it."""

    def __init__(self, pack: Pack, database: Database, start_at: datetime) -> None:
        super().__init__(
            pack,
            service_tasks=all_service_tasks(),
            facts=fact_providers(),
            functions=host_functions(),
            answers_port=StoredAnswers(),
            start_at=start_at,
            database=database,
        )
        self.completion = Completion(self.engine, FormLibrary(pack))  # type: ignore[arg-type]
        attach_posts(database.writer, PostsLibrary(pack))  # type: ignore[arg-type]


class Stage:
    """One scenario being played."""

    def __init__(self, pack: Pack, scenario: Scenario, objects: Path) -> None:
        content = scenario.content
        start_at = _moment(content["at"]) if "at" in content else START_AT
        database, self.world = pack.given.open(
            str(content["world"]), start_at, content.get("given") or {}, objects
        )
        self.scenario = scenario
        self.run = _Run(pack, database, start_at)

    def play(self) -> None:
        """Start the process and take every step."""
        content = self.scenario.content
        variables = {**self.world.variables, **self._named(content.get("start") or {})}
        with self.run.database.transaction() as db:
            self.run.engine.register_starts(db, BUNDLE, tenant=self.world.tenant)
            self._start_companions(db)
        self.run.run_jobs()
        with self.run.database.transaction() as db:
            started = self.run.engine.start(
                db,
                self.scenario.process_id,
                business_key=self.world.business_key,
                variables=variables,
                bundle_id=BUNDLE,
                tenant=self.world.tenant,
                start_event=content.get("event"),
                payload=self._named(content.get("payload")),
            )
        self.run.instance_id = started.id
        self.run.run_jobs()
        for number, step in enumerate(content.get("steps") or [], 1):
            try:
                self._take(self._named(step))
            except (EngineError, InvalidAnswer, LookupError) as error:
                raise self._failed(f"step {number} {dict(step)}: {error!r}") from error

    def _start_companions(self, db: Session) -> None:
        for companion in self.world.companions:
            started = self.run.engine.start(
                db,
                companion.process_id,
                business_key=companion.business_key,
                variables=companion.variables,
                bundle_id=BUNDLE,
                tenant=self.world.tenant,
            )
            companion.note(db, started.id)

    def _take(self, step: Mapping[str, Any]) -> None:
        if "do" in step:
            for _ in range(int(step.get("times", 1))):
                self._complete(step)
        elif "refuse" in step:
            self._refuse(step)
        elif "until" in step:
            self.run.advance(_moment(step["until"]) - self.run.clock.now())
        else:
            self.run.happen(step)

    def _complete(self, step: Mapping[str, Any]) -> None:
        user_task = self._ready(str(step["do"]), step.get("of"))
        with self.run.database.transaction() as db:
            actor = actor_of(db, self._person(db, user_task, step.get("by")))
            assert actor is not None
            self.run.completion.complete(db, actor, user_task.id, _answer(step.get("answer") or {}))
        self.run.run_jobs()

    def _refuse(self, step: Mapping[str, Any]) -> None:
        user_task = self._ready(str(step["refuse"]), step.get("of"))
        try:
            with self.run.database.transaction() as db:
                actor = actor_of(db, self._person(db, user_task, step.get("by")))
                assert actor is not None
                answer = _answer(step.get("answer") or {})
                self.run.completion.complete(db, actor, user_task.id, answer)
        except NotAllowed as error:
            if error.refusal != step["code"]:
                raise self._failed(f"refused with {error.refusal}") from error
        except InvalidAnswer as error:
            if step["code"] not in {one.code for one in error.errors}:
                raise
        else:
            raise self._failed(f"{step['refuse']} was not refused")

    def _ready(self, element_id: str, of: str | None) -> UserTask:
        for user_task in self.run.ready():
            if user_task.element_id == element_id and of in (None, user_task.business_key):
                return user_task
        raise self._failed(f"no user task {element_id}")

    def _person(self, db: Session, user_task: UserTask, by: str | None) -> int:
        if by is None and user_task.assignee is not None:
            return int(user_task.assignee)
        people = db.exec(
            select(Person)
            .join(Organisation, col(Organisation.id) == Person.organisation_id)
            .where(Organisation.code == self.world.tenant)
            .order_by(col(Person.id))
        ).all()
        for person in people:
            assert person.id is not None
            if by is not None:
                if by == person.sign_in_name or by in posts_of(db, person.id):
                    return person.id
            elif (actor := actor_of(db, person.id)) and refusal(db, actor, user_task) is None:
                return person.id
        raise self._failed(f"nobody may do {user_task.element_id}")

    def compare(self) -> ScenarioRun:
        """Hold what happened against what the scenario says.

        Raises:
            ScenarioFailed: Something differs.
        """
        trace = self.run.trace()
        process = self.scenario.process_id
        seen = [e for i, p, e in self.run.visited if i == trace.instance_id and p == process]
        # A job and a multi-instance activity are told of twice: when they begin and end.
        elements = [e for e, last in zip(seen, ["", *seen], strict=False) if e != last]
        for problem in self._differences(trace, elements):
            raise self._failed(problem)
        return ScenarioRun(elements, trace.visited, self.run.taken, trace)

    def _differences(self, trace: Trace, elements: Sequence[str]) -> Iterator[str]:
        content = self.scenario.content
        if trace.incidents:
            yield f"incidents: {[(i.element_id, i.message) for i in trace.incidents]}"
        if "path" in content and content["path"] != elements:
            yield f"path was [{', '.join(elements)}]"
        if trace.status != content.get("status", "completed"):
            yield f"status is {trace.status}; waits for {self.run.waits_for()}"
        if not _in_order(content.get("passes") or [], elements):
            yield f"does not pass {content['passes']}: [{', '.join(elements)}]"
        for name, value in self._named(content.get("data") or {}).items():
            if trace.data.get(name) != value:
                yield f"{name} is {trace.data.get(name)!r}, not {value!r}"
        yield from self._wrong_facts(trace, self._named(content.get("facts") or {}))
        visited = {f"{process}.{element}" for process, element in trace.visited}
        if missing := set(content.get("visits") or []) - visited:
            yield f"never visits {sorted(missing)}"

    def _wrong_facts(self, trace: Trace, wanted: Mapping[str, Any]) -> Iterator[str]:
        if not wanted:
            return
        variables = {**self.world.variables, **trace.data}
        with self.run.database.reading() as db:
            instance = db.get_one(ProcessInstance, trace.instance_id)
            head = read_head(instance)
            for name, value in wanted.items():
                fact, _, key = name.partition(".")
                found = self.run.engine.facts[fact](db, head, variables)
                found = found.get(key) if key and isinstance(found, Mapping) else found
                if found != value:
                    yield f"{name} is {found!r}, not {value!r}"

    def _named(self, value: Any) -> Any:
        if isinstance(value, str) and value.startswith("$"):
            return self.world.names[value[1:]]
        if isinstance(value, date):
            # YAML reads dates and times; an answer holds them as text.
            return value.isoformat()
        if isinstance(value, Mapping):
            return {key: self._named(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self._named(item) for item in value]
        return value

    def _failed(self, problem: str) -> ScenarioFailed:
        where = self.scenario.path.parent.name
        return ScenarioFailed(f"{where}: {self.scenario.name}: {problem}")


def _answer(answer: Mapping[str, Any]) -> dict[str, Any]:
    # `{file: name, base64: …}` or `{file: name}` stands for an uploaded file.
    return {key: _files(value) for key, value in answer.items()}


def _files(value: Any) -> Any:
    if isinstance(value, Mapping) and "file" in value:
        content = base64.b64decode(value.get("base64", "JVBERi0xLjQK"))
        return GivenFile(str(value["file"]), "application/pdf", content)
    if isinstance(value, Mapping):
        return {key: _files(item) for key, item in value.items()}
    return [_files(item) for item in value] if isinstance(value, list) else value


def _in_order(wanted: Sequence[str], elements: Sequence[str]) -> bool:
    rest = iter(elements)
    return all(element in rest for element in wanted)


def _moment(value: str | datetime) -> datetime:
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    # YAML gives a time with an offset as a naive one in UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=START_AT.tzinfo)
