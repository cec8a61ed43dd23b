"""Scenarios: files beside the diagrams that run them with the real service tasks, in memory.

A scenario is one path through a process:

    - name: a missing paper is supplied
      world: applied              # a given state of tasks/worlds_*.py, and what it is given
      given: {condition: 2023-3-2, lacking: [work_years_proof]}
      process: enrolment          # the folder's name, if left out
      start: {}                   # variables besides those of the world
      event: application_sent     # which start event, if there are several; payload: {…}
      leave_out: {plan_session: {}}      # called processes that are skipped: the variables they
                                  # set, or `wait` for the message left_out.<process>, which
                                  # may bring them
      results: {charge: [{fee: "320.00"}]}   # what service tasks give instead of working, by
                                  # element, one call after the other; {throws: code} is an error
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
        - cancel: 场地停用        # ends the instance, with a reason
      path: [application_submitted, …]   # the elements left, exactly and in order
      passes: [first_review, rejected]   # or only some of them, in order
      status: completed           # or running, cancelled, …
      data: {review_outcome: reject}     # some of the variables at the end
      facts: {enrolment.state: rejected} # what the facts say at the end
      visits: [exam_room.opened]         # elements of processes it started or called

An inner scope's file replaces the outer scope's scenarios of the same name. The others hold there,
too; where its diagrams have something more, an entry without a name leaves that out of them:

    - inherit: {leave_out: {safety_briefing: {}}}

`$name` in steps stands for what the world calls so.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

from sqlalchemy import bindparam
from sqlmodel import Session, col, select

from appraisal.organisations import Organisation
from appraisal.people import Person, PostAssignment
from engine.database import Database
from engine.diagrams import ElementInfo
from engine.errors import EngineError
from engine.instance_rows import read_head
from engine.instances import ProcessInstance
from engine.scripted_runs import START_AT, ScriptedRun, Trace
from engine.service_tasks import ServiceTasks
from engine.source_definitions import BUNDLE
from engine.user_tasks import UserTask
from forms import InvalidAnswer
from tasks.acting import refusal
from tasks.actors import actor_of
from tasks.completion import Completion, NotAllowed, StoredAnswers
from tasks.definition_names import name_in
from tasks.facts import fact_providers
from tasks.given_results import giving, results_of
from tasks.plugins import installed_service_tasks, load_plugins
from tasks.posts import PostsLibrary, attach_posts
from tasks.scenario_differences import differences
from tasks.scenario_names import ElementNames
from tasks.scenario_packs import Pack
from tasks.scenario_values import answer_of, moment_of

_PEOPLE = (
    select(Person.id, Person.sign_in_name)
    .join(Organisation, col(Organisation.id) == Person.organisation_id)
    .where(Organisation.code == bindparam("b_tenant"))
    .order_by(col(Person.id))
    .execution_options(prepared=True)
)
_HOLDERS = (
    select(PostAssignment.person_id)
    .where(PostAssignment.post == bindparam("b_post"))
    .execution_options(prepared=True)
)


class ScenarioFailed(EngineError):
    """A scenario went another way than it says; `run` is how far it went."""

    def __init__(self, where: str, problem: str, problem_en: str) -> None:
        super().__init__(f"{where}: {problem_en}")
        self.problem = problem
        self.problem_en = problem_en
        self.run: ScenarioRun | None = None


@dataclass(frozen=True)
class Scenario:
    """One path through a process, read from a file."""

    process_id: str
    name: str
    content: Mapping[str, Any] = field(repr=False)
    path: Path = field(repr=False)

    @property
    def name_zh(self) -> str:
        """What Chinese readers are told it is called; `name` stands for one that says nothing."""
        return str(self.content.get("name_zh") or self.name)

    @property
    def key(self) -> str:
        """The key of the definition that has it: its file lies in a folder of that name."""
        return self.path.parent.name


@dataclass(frozen=True)
class ScenarioRun:
    """What a scenario did: `elements` of its own process, and all `visited` by process.

    `taken` has process, source and target of each flow that a token was seen to take.
    """

    elements: list[str]
    visited: list[tuple[str, str]]
    taken: set[tuple[str, str, str]]
    trace: Trace = field(repr=False)


def run_scenario(pack: Pack, scenario: Scenario) -> ScenarioRun:
    """Run one scenario in memory.

    Raises:
        ScenarioFailed: It went another way than it says.
    """
    pack.read.clear()
    stage = Stage(pack.leaving_out(scenario.content.get("leave_out") or {}), scenario)
    try:
        stage.play()
        return stage.compare()
    except ScenarioFailed as error:
        error.run = stage.told() if stage.started else None
        raise


class _Run(ScriptedRun):
    """A scripted run whose user tasks are completed as the product does it."""

    def __init__(
        self, pack: Pack, database: Database, start_at: datetime, results: Mapping[str, list[Any]]
    ) -> None:
        super().__init__(
            pack,
            service_tasks=giving(known_service_tasks(), results),
            facts=fact_providers(),
            answers_port=StoredAnswers(),
            start_at=start_at,
            database=database,
            clock=pack.given.clock,
            expressions=pack.given.expressions,
        )
        self.completion = Completion(self.engine, pack.forms)
        attach_posts(database.writer, PostsLibrary(pack))  # type: ignore[arg-type]


@cache
def known_service_tasks() -> ServiceTasks:
    """The service tasks that scenarios call: the product's own and those of plug-ins."""
    return installed_service_tasks(load_plugins())


class Stage:
    """One scenario being played."""

    def __init__(self, pack: Pack, scenario: Scenario) -> None:
        content = scenario.content
        start_at = moment_of(content["at"]) if "at" in content else START_AT
        database, self.world = pack.given.open(
            str(content["world"]), start_at, content.get("given") or {}
        )
        self.pack = pack
        self.scenario = scenario
        self.started = False
        self.run = _Run(pack, database, start_at, self.named(results_of(content)))

    def play(self) -> None:
        """Start the process and take every step."""
        content = self.scenario.content
        variables = {**self.world.variables, **self.named(content.get("start") or {})}
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
                payload=self.named(content.get("payload")),
            )
        self.run.instance_id = started.id
        self.started = True
        self.run.run_jobs()
        for number, step in enumerate(content.get("steps") or [], 1):
            try:
                self._take(self.named(step))
            except ScenarioFailed as error:
                zh, en = error.problem, error.problem_en
                raise self._failed(f"第 {number} 步:{zh}", f"step {number}: {en}") from error
            except (EngineError, InvalidAnswer, LookupError) as error:
                raise self._failed(
                    f"第 {number} 步 {dict(step)} 没有成功:{error!r}",
                    f"step {number} {dict(step)}: {error!r}",
                ) from error

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
            self.run.advance(moment_of(step["until"]) - self.run.clock.now())
        elif "cancel" in step:
            self._cancel(str(step["cancel"]))
        else:
            self.run.happen(step)

    def _complete(self, step: Mapping[str, Any]) -> None:
        user_task = self._ready(str(step["do"]), step.get("of"))
        with self.run.database.transaction() as db:
            actor = actor_of(db, self._person(db, user_task, step.get("by")))
            assert actor is not None
            self.run.completion.complete(
                db, actor, user_task.id, answer_of(step.get("answer") or {})
            )
        self.run.run_jobs()

    def _cancel(self, reason: str) -> None:
        with self.run.database.transaction() as db:
            self.run.engine.cancel(db, self.run.instance_id, actor="tester", reason=reason)
        self.run.run_jobs()

    def _refuse(self, step: Mapping[str, Any]) -> None:
        user_task = self._ready(str(step["refuse"]), step.get("of"))
        try:
            with self.run.database.transaction() as db:
                actor = actor_of(db, self._person(db, user_task, step.get("by")))
                assert actor is not None
                answer = answer_of(step.get("answer") or {})
                self.run.completion.complete(db, actor, user_task.id, answer)
        except NotAllowed as error:
            if error.refusal != step["code"]:
                raise self._failed(
                    f"拒绝的原因是 {error.refusal},场景要 {step['code']}",
                    f"refused with {error.refusal}, not {step['code']}",
                ) from error
        except InvalidAnswer as error:
            if step["code"] not in {one.code for one in error.errors}:
                raise
        else:
            raise self._failed(
                f"“{self._name(step['refuse'])[0]}”没有被拒绝",
                f"{step['refuse']} was not refused",
            )

    def _ready(self, element_id: str, of: str | None) -> UserTask:
        for user_task in self.run.ready():
            if user_task.element_id == element_id and of in (None, user_task.business_key):
                return user_task
        names = ElementNames(self._elements())
        (zh, en), (waits_zh, waits_en) = names.of(element_id), names.waits(self.run.waiting())
        raise self._failed(
            f"没有待办“{zh}”;还在等待:{waits_zh}", f"no user task “{en}”; waits for {waits_en}"
        )

    def _person(self, db: Session, user_task: UserTask, by: str | None) -> int:
        if by is None and user_task.assignee is not None:
            return int(user_task.assignee)
        people = db.exec(_PEOPLE, params={"b_tenant": self.world.tenant}).all()
        holders = db.exec(_HOLDERS, params={"b_post": by}).all() if by else ()
        for person_id, sign_in_name in people:
            assert person_id is not None
            if by is not None:
                if by == sign_in_name or person_id in holders:
                    return person_id
            elif (actor := actor_of(db, person_id)) and refusal(db, actor, user_task) is None:
                return person_id
        raise self._failed(
            f"没有人可以办理“{user_task.name}”",
            f"nobody may do {user_task.element_id}",
        )

    def compare(self) -> ScenarioRun:
        """Hold what happened against what the scenario says.

        Raises:
            ScenarioFailed: Something differs.
        """
        told = self.told()
        wanted = self.named(dict(self.scenario.content))
        facts = dict(self._facts(told.trace, wanted.get("facts") or {}))
        names = ElementNames(self._elements())
        for problem in differences(wanted, told, names, facts, told.trace.waiting, self._place):
            raise self._failed(*problem)
        return told

    def told(self) -> ScenarioRun:
        """Tell what happened so far."""
        trace = self.run.trace()
        process = self.scenario.process_id
        seen = [e for i, p, e in self.run.visited if i == trace.instance_id and p == process]
        # A job and a multi-instance activity are told of twice: when they begin and end.
        elements = [e for e, last in zip(seen, ["", *seen], strict=False) if e != last]
        return ScenarioRun(elements, trace.visited, self.run.taken, trace)

    def _facts(self, trace: Trace, wanted: Iterable[str]) -> Iterator[tuple[str, Any]]:
        if not wanted:
            return
        variables = {**self.world.variables, **trace.data}
        with self.run.database.reading() as db:
            instance = db.get_one(ProcessInstance, trace.instance_id)
            head = read_head(instance)
            for name in wanted:
                fact, _, key = name.partition(".")
                found = self.run.engine.facts[fact](db, head, variables)
                yield name, found.get(key) if key and isinstance(found, Mapping) else found

    def named(self, value: Any) -> Any:
        """Fill in what the world calls `$name`, and write dates as text."""
        if isinstance(value, str) and value.startswith("$"):
            return self.world.names[value[1:]]
        if isinstance(value, date):
            # YAML reads dates and times; an answer holds them as text.
            return value.isoformat()
        if isinstance(value, Mapping):
            return {key: self.named(item) for key, item in value.items()}
        if isinstance(value, list):
            return [self.named(item) for item in value]
        return value

    def _elements(self) -> Mapping[str, ElementInfo]:
        process = self.pack.process(BUNDLE, self.scenario.process_id)
        return process.elements

    def _place(self, visit: str) -> tuple[str, str]:
        """How an element of any process, `process.element`, is called; an unknown one so."""
        process_id, _, element_id = visit.partition(".")
        try:
            process = self.pack.process(BUNDLE, process_id)
            content = self.pack.content(None, BUNDLE, "process", process_id)
        except EngineError:
            return visit, visit
        own = process.elements_by_process[process_id]
        if element_id not in own:
            return visit, visit
        name, (zh, en) = name_in("process", process_id, content), ElementNames(own).of(element_id)
        return f"流程“{name.zh}”的“{zh}”", f"“{en}” of the process “{name.en}”"

    def _name(self, element_id: str) -> tuple[str, str]:
        return ElementNames(self._elements()).of(element_id)

    def _failed(self, problem: str, problem_en: str) -> ScenarioFailed:
        where = f"{self.scenario.process_id}: {self.scenario.name}"
        return ScenarioFailed(where, problem, problem_en)
