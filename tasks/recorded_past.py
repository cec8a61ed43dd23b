"""What an instance did, read from its history, its tree and its answers, to be played again.

The tree of an instance keeps every visit with what it changed. Those of finished sub-processes are
dropped: for them there are the variables with which history saw the next scope begin.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlmodel import Session, select

from appraisal.answers import Answer, read_answer
from appraisal.crypto import UnreadableValue
from engine.codec import load_state
from engine.diagrams import CompiledProcess, ElementInfo
from engine.history import HistoryKind, HistoryRow, read_history
from engine.instances import ProcessInstance
from engine.user_tasks import UserTask
from engine.workflow import COMPLETED, InstanceTask, task_number_of

_MEANT = frozenset({HistoryKind.COMPLETED, HistoryKind.CALLED, HistoryKind.DECIDED})


@dataclass(frozen=True)
class Visit:
    """One thing of the instance itself that history tells, with what it gave.

    `event` is the event that happened where a gateway waited for several; `names` are the
    variables as they were about then.
    """

    row: HistoryRow
    info: ElementInfo | None
    event: ElementInfo | None
    given: dict[str, Any]
    names: Mapping[str, Any] = field(repr=False, default_factory=dict)


@dataclass(frozen=True)
class Call:
    """A process that the instance called, and what it gave; `ended` is None while it runs."""

    process_id: str
    began: HistoryRow
    ended: HistoryRow | None
    given: dict[str, Any]

    @property
    def at_once(self) -> bool:
        """Whether it ended in the moment in which it began."""
        return self.ended is not None and self.ended.at == self.began.at


@dataclass(frozen=True)
class Past:
    """All that an instance did.

    `visits` are in order, `calls` in the order in which they began; `left` are the elements of its
    own process that it is known to have left, in order.
    """

    instance: ProcessInstance
    start_event: str | None
    variables: dict[str, Any]
    payload: Any
    visits: list[Visit]
    calls: list[Call]
    left: list[str]
    data: dict[str, Any]
    user_tasks: Mapping[Any, UserTask] = field(repr=False)
    answers: Mapping[Any, Mapping[str, Any] | None] = field(repr=False)

    def of_kind(self, kind: HistoryKind) -> list[Visit]:
        """List what history tells of that kind."""
        return [one for one in self.visits if one.row.kind == kind]

    @property
    def noted(self) -> list[str]:
        """The user tasks, service tasks and decisions that it came to, in order."""
        return [
            str(one.row.element_id)
            for one in self.visits
            if one.row.kind in _MEANT and one.info is not None
        ]


def read_past(db: Session, process: CompiledProcess, instance: ProcessInstance) -> Past:
    """Read all that an instance did; `process` is that of its bundle."""
    return _Reader(db, process, instance).past()


class _Reader:
    """Reads one instance."""

    def __init__(self, db: Session, process: CompiledProcess, instance: ProcessInstance) -> None:
        self.db, self.process, self.instance = db, process, instance
        self.workflow = load_state(instance.state or b"", process)
        self.own = process.elements_by_process[instance.process_id]
        self.tasks = {task.id: task for tree in self._own_trees() for task in tree.tasks.values()}
        self.rows = list(read_history(db, instance.id))
        self.entered = {
            task_number_of(row.task_id): row
            for row in self.rows
            if row.kind == HistoryKind.ENTERED and row.task_id
        }

    def past(self) -> Past:
        """Put it all together."""
        started = next(row for row in self.rows if row.kind == HistoryKind.STARTED)
        root = self.workflow.task_tree.internal_data
        visits = list(self._visits())
        return Past(
            instance=self.instance,
            start_event=root.get("start_event"),
            variables=dict((started.details or {}).get("variables") or {}),
            payload=root.get("start_payload"),
            visits=visits,
            calls=self._calls(),
            left=self._left(),
            data=self._data(),
            user_tasks=self._user_tasks(),
            answers=self._answers(),
        )

    def _own_trees(self) -> list[Any]:
        """The trees of the instance's own process, without those of what it calls."""
        own = self.instance.process_id
        scopes = self.workflow.subprocesses.values()
        return [self.workflow, *(one for one in scopes if _process_of(one) == own)]

    def _visits(self) -> Iterator[Visit]:
        open_calls: list[str] = []
        for row in self.rows:
            if row.kind == HistoryKind.ENTERED and self._is_call(row):
                open_calls.append(str(row.element_id))
            elif row.kind == HistoryKind.LEFT and row.element_id in open_calls:
                open_calls.remove(str(row.element_id))
            if row.element_id is not None and not self._is_own(row, open_calls):
                continue
            info = self.own.get(row.element_id or "")
            event = self._event(row) or info
            yield Visit(row, info, event, self._given(row, event), self._names(row))

    def _is_call(self, row: HistoryRow) -> bool:
        info = self.own.get(row.element_id or "")
        return info is not None and info.type == "callActivity"

    def _is_own(self, row: HistoryRow, open_calls: Sequence[str]) -> bool:
        number = task_number_of(row.task_id) if row.task_id else 0
        if number in self.tasks:
            return True
        if row.element_id not in self.own:
            return False
        others = self.process.elements_by_process.items()
        shared = any(row.element_id in one for key, one in others if key != self.own_id)
        return not (shared and open_calls)

    @property
    def own_id(self) -> str:
        """The id of the instance's process."""
        return self.instance.process_id

    def _given(self, row: HistoryRow, info: ElementInfo | None) -> dict[str, Any]:
        """What a visit wrote into the variables."""
        if row.kind not in (HistoryKind.CALLED, HistoryKind.MESSAGE, HistoryKind.SIGNAL):
            return {}
        task = self._task(row)
        variable = None if info is None else info.extensions.get("result_variable")
        if task is not None and not variable:
            return _changed(task)
        seen = self._names(row)
        return dict(_mapping(seen.get(variable))) if variable else {}

    def _names(self, row: HistoryRow) -> Mapping[str, Any]:
        task = self._task(row)
        return self._later(row) if task is None else task.data

    def _task(self, row: HistoryRow) -> InstanceTask | None:
        return self.tasks.get(task_number_of(row.task_id)) if row.task_id else None

    def _event(self, row: HistoryRow) -> ElementInfo | None:
        """The event behind a gateway that waited for several."""
        task = self._task(row)
        waits = self.own.get(row.element_id or "")
        if row.kind != HistoryKind.MESSAGE or task is None or waits is None:
            return None
        if waits.type != "eventBasedGateway":
            return None
        ids = [getattr(child.task_spec, "bpmn_id", None) or "" for child in task.children]
        found = [self.own[one] for one in ids if one in self.own]
        return next((one for one in found if one.type == "intermediateCatchEvent"), None)

    def _later(self, row: HistoryRow) -> Mapping[str, Any]:
        """The variables as they were seen next, by an own scope that began or at the end."""
        for other in self.rows:
            own = other.element_id in self.own or other.element_id not in self.process.elements
            if other.kind == HistoryKind.ENTERED and own and (other.seq or 0) > (row.seq or 0):
                return _mapping((other.details or {}).get("variables"))
        return self._data()

    def _calls(self) -> list[Call]:
        """The processes that it called itself, in the order in which they began."""
        over = {
            task_number_of(row.task_id): row
            for row in self.rows
            if row.kind == HistoryKind.LEFT and row.task_id
        }
        found = ((number, row, self._called(row)) for number, row in self.entered.items())
        return [
            Call(called, row, over.get(number), self._result(number, row, over.get(number)))
            for number, row, called in found
            if called is not None
        ]

    def _called(self, row: HistoryRow) -> str | None:
        info = self.own.get(row.element_id or "")
        if info is None or info.type != "callActivity":
            return None
        # Two processes may use one id; only this one's own calls are meant.
        specs = [self.process.spec, *self._own_specs()]
        found = [s.task_specs.get(str(row.element_id)) for s in specs]
        found += [s.task_specs.get(f"{row.element_id} [child]") for s in specs]
        return next((str(one.spec) for one in reversed(found) if hasattr(one, "spec")), None)

    def _own_specs(self) -> list[Any]:
        names = self.process.subprocess_specs.items()
        return [spec for name, spec in names if name.split("/")[0] == self.own_id]

    def _result(self, number: int, row: HistoryRow, ended: HistoryRow | None) -> dict[str, Any]:
        if ended is None:
            return {}
        before = _mapping((row.details or {}).get("variables"))
        task = self.tasks.get(number)
        after = self._seen_after(row, ended) if task is None else task.data
        return {k: v for k, v in after.items() if k not in before or before[k] != v}

    def _seen_after(self, row: HistoryRow, ended: HistoryRow) -> Mapping[str, Any]:
        for other in self.rows:
            later = (other.seq or 0) > (row.seq or 0) and other.at >= ended.at
            if later and other.kind == HistoryKind.ENTERED and other.element_id in self.own:
                return _mapping((other.details or {}).get("variables"))
        return self._data()

    def _left(self) -> list[str]:
        ids = [
            (task.last_state_change, getattr(task.task_spec, "bpmn_id", None))
            for task in self.tasks.values()
            if task._state == COMPLETED
        ]
        return [str(one) for _, one in sorted(ids, key=lambda pair: pair[0]) if one in self.own]

    def _data(self) -> dict[str, Any]:
        if self.workflow.data:
            return dict(self.workflow.data)
        last = max(self.tasks.values(), key=lambda task: task.last_state_change)
        return dict(last.data)

    def _user_tasks(self) -> dict[Any, UserTask]:
        query = select(UserTask).where(UserTask.instance_id == self.instance.id)
        return {one.id: one for one in self.db.exec(query)}

    def _answers(self) -> dict[Any, Mapping[str, Any] | None]:
        query = select(Answer).where(Answer.instance_id == self.instance.id)
        return {one.user_task_id: self._answer(one) for one in self.db.exec(query)}

    def _answer(self, answer: Answer) -> Mapping[str, Any] | None:
        try:
            return read_answer(self.db, answer)
        except UnreadableValue:
            # The person's key is gone, and with it what was answered.
            return None


def _process_of(scope: Any) -> str:
    return str(scope.spec.name).split("/")[0]


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _changed(task: InstanceTask) -> dict[str, Any]:
    before = task.parent.data if task.parent is not None else {}
    return {k: v for k, v in task.data.items() if k not in before or before[k] != v}
