"""A database of a released version with instances that wait in many places, and how they end.

Made by the code of that version, from a checkout of it (the working tree stays as it is):

    git worktree add /tmp/released v0.1.0
    PYTHONPATH=/tmp/released python tests/released/house.py 0.1.0

writes `0.1.0.tar.xz` (database, files, keys) and `0.1.0.json` (what that code itself made of the
rest). The test opens a copy with today's code and holds the rest against that. All people are
invented, the keys open nothing else.
"""

from __future__ import annotations

import json
import sys
import tarfile
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from typing import Any

from sqlmodel import col, select

import forms
import processes
from api.migration import load_tables
from appraisal.crypto import Keyring, attach_keyring
from appraisal.enrolments import Enrolment
from appraisal.objects import ObjectStore, attach_objects
from engine.clock import FrozenClock
from engine.database import create_database
from engine.definitions import Definitions
from engine.incidents import Incident
from engine.instances import ProcessInstance
from engine.jobs import Job, LocalQueue
from engine.runtime import ProcessEngine
from engine.service_tasks import ServiceTasks
from engine.sources import Source, load_folder
from engine.subscriptions import Subscription
from engine.timers import Timer
from engine.user_tasks import UserTask, UserTaskStatus
from tasks import all_service_tasks
from tasks.completion import StoredAnswers
from tasks.facts import fact_providers, host_functions
from tasks.worlds import World, import_worlds, make_world

HERE = Path(__file__).parent
DATABASE, KEYRING, OBJECTS = "jiancheng.sqlite", "keyring", "objects"
OPENED = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
LEFT = OPENED + timedelta(days=1)
STEPS = (
    "define_scheme", "publish_notice", "plan_session", "prepare_resources", "train_candidates",
    "assign_staff", "check_in", "conduct_exam", "score", "consolidate_results",
    "publish_results", "issue_certificates", "archive",
)  # fmt: skip
"""Steps of a batch that are left out: only the third is worked."""

STAND_IN = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL">
 <bpmn:process id="{process_id}" isExecutable="true"><bpmn:startEvent id="left_out"/>
 <bpmn:endEvent id="left"/><bpmn:sequenceFlow id="f" sourceRef="left_out" targetRef="left"/>
 </bpmn:process></bpmn:definitions>"""

Step = Sequence[Any]

STARTED: Sequence[tuple[str, str, Mapping[str, Any]]] = (
    ("waits", "waits-1", {"amount": 1}),
    ("waits", "waits-2", {"amount": 10}),
    ("waits", "waits-held", {"amount": 100}),
    ("rounds", "rounds-1", {"people": ["li", "wang", "zhao"]}),
    ("rounds", "rounds-2", {"people": ["li", "wang"]}),
    ("rounds", "rounds-3", {"people": ["li", "wang"]}),
    ("rounds", "rounds-4", {"people": ["li", "wang", "zhao"]}),
    ("called", "called-1", {}),
    ("guarded", "guarded-1", {"points": 0}),
    ("guarded", "guarded-2", {"points": 0}),
    ("guarded", "guarded-3", {"points": 0}),
    ("choices", "choice-1", {"n": 0}),
    ("choices", "choice-2", {"n": 0}),
    ("choices", "choice-3", {"n": 2}),
    ("services", "services-1", {"room": "r1", "right": True}),
    ("services", "services-2", {"room": "r2", "right": False}),
)
BEFORE: Sequence[Step] = (
    ("answer", "waits-2", "done_early", {}),
    ("message", "paid", "waits-2", {"fee": 30}),
    ("answer", "rounds-2", "one_by_one", {"by": 1}),
    *[("answer", "rounds-3", "one_by_one", {})] * 2,
    ("answer", "rounds-3", "all_at_once", {"by": 2}),
    *[("answer", "rounds-4", "one_by_one", {})] * 3,
    *[("answer", "rounds-4", "all_at_once", {})] * 3,
    ("answer", "rounds-4", "again", {"wanted": True}),
    ("answer", "rounds-4", "again", {"wanted": False}),
    ("answer", "rounds-4", "work", {"worked": 1}),
    ("message", "moved", "guarded-2", {}),
    ("answer", "guarded-3", "inside", {"points": 59}),
    ("message", "paid", "choice-3", {}),
    ("answer", "choice-3", "a", {}),
    ("advance", 1),
    ("suspend", "waits-held"),
    ("answer", "$1", "first_review", {"first_decision": "pass"}),
    ("answer", "$1", "second_review", {"second_decision": "agree"}),
    ("answer", "$2", "first_review", {"first_decision": "reject", "reason": "年限不足"}),
)
AFTER: Sequence[Step] = (
    ("jobs",),
    ("retry", "services-2", {"right": True}),
    ("jobs",),
    ("message", "paid", "waits-1", {"fee": 10}),
    ("signal", "closing", {"closed": True}),
    ("resume", "waits-held"),
    ("answer", "rounds-1", "one_by_one", {"n": 1}),
    ("answer", "guarded-2", "help", {"helped": True}),
    ("answer", "guarded-2", "inside", {"points": 60}),
    ("answer", "guarded-3", "resit", {}),
    ("message", "moved", "called-1", {}),
    ("answer", "choice-3", "b", {}),
    ("advance", 2),
    ("message", "moved", "rounds-4", {}),
    ("answer", "rounds-4", "work", {"worked": 3}),
    ("answer", "rounds-3", "all_at_once", {"by": 3}),
    ("answer", "rounds-3", "again", {"wanted": False}),
    *[("answer", "rounds-3", "work", {})] * 2,
    ("answer", "rounds-2", "one_by_one", {"by": 2}),
    *[("answer", "rounds-2", "all_at_once", {})] * 2,
    ("answer", "rounds-2", "again", {"wanted": True}),
    ("answer", "rounds-2", "again", {"wanted": True}),
    ("answer", "rounds-2", "again", {"wanted": True}),
    *[("answer", "rounds-2", "work", {})] * 2,
    *[("answer", "rounds-1", "one_by_one", {"n": 2})] * 2,
    *[("answer", "rounds-1", "all_at_once", {})] * 3,
    ("answer", "rounds-1", "again", {"wanted": False}),
    *[("answer", "rounds-1", "work", {})] * 3,
    ("answer", "waits-1", "ask", {"answer": "yes"}),
    ("answer", "waits-1", "done_early", {}),
    ("answer", "waits-2", "ask", {"answer": "no"}),
    ("advance", 4),
    ("answer", "waits-1", "last", {}),
    ("answer", "waits-2", "last", {}),
    ("answer", "waits-held", "ask", {"answer": "late"}),
    ("answer", "waits-held", "done_early", {}),
    ("message", "paid", "waits-held", {}),
    ("signal", "closing", {}),
    ("answer", "waits-held", "last", {}),
    ("answer", "$2", "second_review", {"second_decision": "agree"}),
    ("answer", "$3", "first_review", {"first_decision": "pass"}),
    ("answer", "$3", "second_review", {"second_decision": "agree"}),
    ("message", "ticket_released", "$1", {"admission_number": "2600010101"}),
    ("message", "marks_published", "$1", {"outcome": "passed", "resit": False}),
    ("message", "certificate_issued", "$1", {"certificate_number": "S000099000001263000001"}),
    ("message", "ticket_released", "$3", {"admission_number": "2600010102"}),
    ("message", "marks_published", "$3", {"outcome": "failed", "resit": False}),
    ("message", "enrolment_closed", "$3", {}),
    ("answer", "choice-2", "a", {}),
    ("answer", "choice-2", "b", {}),
    ("jobs",),
    ("message", "milestone.seated", "$session", {}),
    ("jobs",),
    ("advance", 5),
    ("answer", "guarded-1", "settle", {}),
    ("jobs",),
)  # fmt: skip


def released_tasks() -> ServiceTasks:
    """The product's service tasks, and two of this file's own."""
    group = ServiceTasks("released")

    @group.register(run="job")
    def print(db: Any, *, room: str) -> dict[str, Any]:
        return {"file": f"{room}.pdf"}

    @group.register()
    def check(db: Any, *, right: bool) -> dict[str, Any]:
        if not right:
            raise LookupError("not right")
        return {"checked": True}

    tasks = all_service_tasks()
    tasks.include(group)
    return tasks


class House:
    """An installation in a folder whose time stands still."""

    def __init__(self, folder: Path, now: datetime) -> None:
        load_tables()
        self.database = create_database(f"sqlite:///{folder / DATABASE}")
        keyring = Keyring.load((folder / KEYRING).read_text())
        for engine in (self.database.writer, self.database.reader):
            attach_keyring(engine, keyring)
            attach_objects(engine, ObjectStore(folder / OBJECTS))
        self.clock = FrozenClock(now)
        self.queue = LocalQueue()
        functions = host_functions()
        definitions = Definitions(
            functions=functions, reading=self.database.reading, now=self.clock.now
        )
        self.definitions = definitions
        self.elements: dict[str, list[str]] = {}
        self.engine = ProcessEngine(
            definitions,
            released_tasks(),
            clock=self.clock,
            jobs=self.queue,
            facts=fact_providers(),
            functions=functions,
            answers=StoredAnswers(),
            observer=self._observe,
        )
        self.names: dict[str, str] = {}

    def _observe(self, head: Any, task: Any) -> None:
        element = getattr(task.task_spec, "bpmn_id", None)
        # Not what the compiler adds; and a repeated activity once for each thing it does.
        if element and "__" not in element:
            found = self.elements.setdefault(head.business_key, [])
            if found[-1:] != [element]:
                found.append(element)

    def play(self, steps: Sequence[Step]) -> None:
        """Take every step, in a transaction each."""
        for number, (kind, *rest) in enumerate(steps):
            try:
                getattr(self, kind)(*(self.names.get(str(one), one) if isinstance(one, str) else one
                                      for one in rest))  # fmt: skip
            except Exception as error:
                raise RuntimeError(f"step {number}: {kind} {rest}") from error

    def answer(self, key: str, element: str, variables: Mapping[str, Any]) -> None:
        """Answer the oldest ready user task of an element."""
        with self.database.transaction() as db:
            query = (
                select(UserTask.id)
                .where(col(UserTask.business_key) == key, col(UserTask.element_id) == element)
                .where(col(UserTask.status) == UserTaskStatus.READY)
                .order_by(col(UserTask.created_at), col(UserTask.id))
            )
            found = db.exec(query).first()
            if found is None:
                raise LookupError(f"{element} of {key}")
            self.engine.complete(db, found, actor="1", variables=variables)

    def message(self, name: str, key: str, payload: Mapping[str, Any]) -> None:
        """Send a message."""
        with self.database.transaction() as db:
            self.engine.correlate(db, name, key, payload)

    def signal(self, name: str, payload: Mapping[str, Any]) -> None:
        """Send a signal to all."""
        with self.database.transaction() as db:
            self.engine.signal(db, name, payload)

    def advance(self, days: int) -> None:
        """Let days go by; timers fire one by one."""
        goal = self.clock.now() + timedelta(days=days)
        while True:
            with self.database.reading() as db:
                query = select(Timer).where(col(Timer.due_at) <= goal)
                timer = db.exec(query.order_by(col(Timer.due_at), col(Timer.element_id))).first()
            if timer is None:
                break
            self._move_to(timer.due_at)
            with self.database.transaction() as db:
                self.engine.fire_timer(db, timer.id)
        self._move_to(goal)

    def _move_to(self, moment: datetime) -> None:
        if moment > self.clock.now():
            self.clock.advance(None, moment - self.clock.now())  # type: ignore[arg-type]

    def jobs(self) -> None:
        """Run the jobs that wait."""
        self.queue.run_pending(self.database, self.engine)

    def suspend(self, key: str) -> None:
        """Put an instance on hold."""
        with self.database.transaction() as db:
            self.engine.suspend(db, self._instance(db, key), actor="1", reason="test")

    def resume(self, key: str) -> None:
        """Go on with an instance."""
        with self.database.transaction() as db:
            self.engine.resume(db, self._instance(db, key), actor="1")

    def retry(self, key: str, variables: Mapping[str, Any]) -> None:
        """Try again what failed."""
        with self.database.transaction() as db:
            own = col(Incident.instance_id) == self._instance(db, key)
            incident = db.exec(select(Incident).where(own)).one()
            self.engine.retry_incident(db, incident.id, actor="1", variables=variables)

    def _instance(self, db: Any, key: str) -> Any:
        query = select(ProcessInstance.id).where(col(ProcessInstance.business_key) == key)
        return db.exec(query).one()

    def know_names(self) -> None:
        """Look up what `$1` and `$session` stand for."""
        with self.database.reading() as db:
            numbers = db.exec(select(Enrolment.number).order_by(col(Enrolment.number))).all()
            batch = col(ProcessInstance.process_id) == "appraisal_session"
            session = db.exec(select(ProcessInstance.business_key).where(batch)).one()
        self.names = {f"${place}": number for place, number in enumerate(numbers, 1)}
        self.names["$session"] = session

    def rest(self) -> None:
        """Take the steps that end every instance."""
        self.know_names()
        self.play(AFTER)

    def picture(self) -> list[dict[str, Any]]:
        """What every instance came to, and which elements it left since this house was opened."""
        with self.database.reading() as db:
            query = select(ProcessInstance).order_by(col(ProcessInstance.business_key))
            found = [
                {
                    "process": one.process_id,
                    "key": one.business_key,
                    "status": str(one.status),
                    "elements": self.elements.get(one.business_key, []),
                    "data": self.engine.read_variables(db, one.id),
                }
                for one in db.exec(query)
            ]
        return json.loads(json.dumps(sorted(found, key=lambda one: (one["key"], one["process"]))))  # type: ignore[no-any-return]

    def waiting(self) -> dict[str, list[str]]:
        """What everything waits for, by kind."""
        tables = {
            "user_task": select(UserTask.element_id, UserTask.status).where(
                col(UserTask.status).in_([UserTaskStatus.READY, UserTaskStatus.SUSPENDED])
            ),
            "timer": select(Timer.element_id, Timer.due_at),
            "subscription": select(Subscription.name, Subscription.correlation_key),
            "job": select(Job.topic, Job.status),
            "incident": select(Incident.element_id, Incident.resolution),
        }
        with self.database.reading() as db:
            return {
                name: sorted(" ".join(map(str, row)) for row in db.exec(query))
                for name, query in tables.items()
            }


def sources() -> Iterator[Source]:
    """The base pack with all steps but the third left out, and the diagrams beside this file."""
    packs = Path(processes.__file__).parent, Path(forms.__file__).parent / "definitions"
    for source in load_folder(*packs):
        if source.kind == "process" and source.key in STEPS:
            content = STAND_IN.format(process_id=source.key).encode()
            yield Source(source.kind, source.key, content, source.scope)
        elif source.scope == "base":
            yield source
    for path in sorted((HERE / "diagrams").glob("*.bpmn")):
        yield Source("process", path.stem, path.read_bytes())


def make(folder: Path) -> None:
    """Fill a folder with a database whose instances wait."""
    (folder / KEYRING).write_text(Keyring.generate().dump())
    import_worlds()
    house = House(folder, OPENED)
    house.database.dispose()
    _migrate(folder)
    house = House(folder, OPENED)
    with house.database.transaction() as db:
        report = house.definitions.publish(db, list(sources()), actor="released")
        assert not report.refused, [one for one in report.findings if one.severity == "error"]
        bundle = report.bundle_id
        world = make_world(db, "applied", OPENED, {"applicants": 3, "minimum": 1})
    _start(house, world, bundle)
    house.jobs()
    _start_own(house, bundle)
    house.know_names()
    house.play(BEFORE)
    house.database.dispose()


def _migrate(folder: Path) -> None:
    from api.migration import upgrade

    database = create_database(f"sqlite:///{folder / DATABASE}")
    upgrade(database)
    database.dispose()


def _start(house: House, world: World, bundle: str | None) -> None:
    from appraisal.schemes import Scheme

    with house.database.transaction() as db:
        for scheme in db.exec(select(Scheme)):
            scheme.content = {**scheme.content, "fee": {"mode": "none"}}
            db.add(scheme)
        house.engine.start(
            db,
            "appraisal_session",
            business_key=world.business_key,
            variables=world.variables,
            bundle_id=bundle,
            tenant=world.tenant,
        )


def _start_own(house: House, bundle: str | None) -> None:
    for process_id, key, variables in STARTED:
        with house.database.transaction() as db:
            house.engine.start(
                db, process_id, business_key=key, variables=variables, bundle_id=bundle
            )


def unpack(name: str, folder: Path) -> House:
    """Open a copy of what was made."""
    with tarfile.open(HERE / f"{name}.tar.xz") as archive:
        # Python 3.11.2, Debian 12's own, has no argument for the filter.
        archive.extraction_filter = getattr(tarfile, "data_filter", None)
        archive.extractall(folder)
    return House(folder, LEFT)


def main(name: str) -> None:
    """Make the files of a version."""
    assert version("jiancheng"), "run it with the dependencies of the product"
    with tempfile.TemporaryDirectory() as made, tempfile.TemporaryDirectory() as copied:
        make(Path(made))
        with tarfile.open(HERE / f"{name}.tar.xz", "w:xz", preset=9) as archive:
            for path in sorted(Path(made).iterdir()):
                archive.add(path, path.name)
        house = unpack(name, Path(copied))
        waiting = house.waiting()
        house.rest()
        facts = {"waiting": waiting, "ended": house.picture(), "left": house.waiting()}
        house.database.dispose()
    text = json.dumps(facts, ensure_ascii=False, indent=1, sort_keys=True)
    (HERE / f"{name}.json").write_text(text + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
