"""States of instances as bytes: only what an instance adds to its bundle, nothing of the diagrams.

Layout of format 1: one byte format number, eight bytes checksum (BLAKE2b), then JSON. A task is a
short row; its variables are written as what changed against its parent. Only JSON goes in, and no
key of the data means anything here, so that a form field may be called `typename`.
"""

from __future__ import annotations

from collections.abc import Mapping
from hashlib import blake2b
from typing import Any, Protocol

import orjson
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent

from engine.diagrams.gone import Gone
from engine.errors import BadState, InvalidVariables
from engine.workflow import FINISHED, WAITING, InstanceTask, InstanceWorkflow, ScopeWorkflow

FORMAT = 1
CHECKSUM_BYTES = 8
HEADER_BYTES = 1 + CHECKSUM_BYTES


class Specs(Protocol):
    """The compiled process a state belongs to."""

    @property
    def spec(self) -> Any:
        """The process itself."""

    @property
    def subprocess_specs(self) -> Mapping[str, Any]:
        """What it calls and contains, by name."""


def dump_state(workflow: InstanceWorkflow) -> bytes:
    """Write an instance.

    Raises:
        InvalidVariables: Its variables hold something that is not JSON.
    """
    document = _dump_tree(workflow)
    document["n"] = workflow.numbers
    document["k"] = workflow.ticks
    if workflow.subprocesses:
        document["s"] = [
            [number, scope.spec.name, _dump_tree(scope)]
            for number, scope in workflow.subprocesses.items()
        ]
    return state_of(document)


def state_of(document: Mapping[str, Any]) -> bytes:
    """Write the plain form of a state, as `document_of` reads it.

    Raises:
        InvalidVariables: There is something in it that is not JSON.
    """
    try:
        body = orjson.dumps(document)
    except TypeError as error:
        raise InvalidVariables(str(error)) from error
    return bytes([FORMAT]) + _checksum(body) + body


def document_of(state: bytes) -> dict[str, Any]:
    """Read the plain form of a state, without the specs it belongs to.

    Raises:
        BadState: Damaged, or of a later format.
    """
    if not state or state[0] not in _READERS:
        raise BadState(f"unknown format {state[0] if state else None}")
    body = state[HEADER_BYTES:]
    if _checksum(body) != state[1:HEADER_BYTES]:
        raise BadState("the checksum does not match")
    try:
        document: dict[str, Any] = orjson.loads(body)
    except ValueError as error:
        raise BadState(str(error)) from error
    return document


def load_state(state: bytes, specs: Specs, script_engine: Any = None) -> InstanceWorkflow:
    """Read an instance back, with the specs of its bundle.

    Raises:
        BadState: Damaged, of a later format, or of another process.
    """
    document = document_of(state)
    try:
        return _READERS[state[0]](document, specs, script_engine)
    except (KeyError, ValueError, TypeError) as error:
        raise BadState(f"{type(error).__name__}: {error}") from error


def fingerprint(state: bytes) -> bytes:
    """Give the bytes that tell two states of an instance apart."""
    return state[:HEADER_BYTES]


def _checksum(body: bytes) -> bytes:
    return blake2b(body, digest_size=CHECKSUM_BYTES).digest()


def _dump_tree(tree: Any) -> dict[str, Any]:
    document: dict[str, Any] = {"t": [_dump_task(task) for task in tree.tasks.values()]}
    if tree.last_task is not None:
        document["l"] = tree.last_task.id
    if tree.completed:
        document["c"] = 1
    if not tree.success:
        document["f"] = 1
    if tree.data:
        document["d"] = tree.data
    return document


def _dump_task(task: Any) -> list[Any]:
    row = [task.id, task._parent, task._state, task.task_spec.name, task.last_state_change]
    more: dict[str, Any] = {}
    if task.triggered:
        more["g"] = 1
    if task.internal_data:
        more["i"] = task.internal_data
    _dump_data(task, more)
    if more:
        row.append(more)
    return row


def _dump_data(task: Any, more: dict[str, Any]) -> None:
    data = task.data
    parent = task.parent
    inherited = parent.data if parent is not None else _NOTHING
    if data is inherited:
        return
    if not data:
        if inherited:
            more["e"] = 1
        return
    changed = {
        name: value
        for name, value in data.items()
        if name not in inherited or not _same(inherited[name], value)
    }
    if changed:
        more["u"] = changed
    if len(data) - len(changed) < len(inherited):
        gone = [name for name in inherited if name not in data]
        if gone:
            more["x"] = gone


_NOTHING: dict[str, Any] = {}
_SCALARS = (str, int, float, bool, type(None))


def _same(left: Any, right: Any) -> bool:
    """Tell whether two JSON values are written alike: 1, 1.0 and true are three values."""
    if left is right:
        return True
    if type(left) is not type(right):
        return False
    if isinstance(left, _SCALARS):
        return bool(left == right)
    return orjson.dumps(left) == orjson.dumps(right)


def _load_first(document: dict[str, Any], specs: Specs, script_engine: Any) -> InstanceWorkflow:
    workflow = InstanceWorkflow(specs.spec, specs.subprocess_specs, script_engine)
    _load_tree(workflow, document)
    for number, name, inner in document.get("s", ()):
        owner = workflow.find_task(number)
        if owner is None:
            raise BadState(f"scope {number} hangs on no task")
        scope = ScopeWorkflow(specs.subprocess_specs[name], number, workflow)
        _load_tree(scope, inner)
        workflow.subprocesses[number] = scope
        scope.completed_event.connect(owner.task_spec._on_subworkflow_completed, owner)
    workflow.numbers = document["n"]
    workflow.ticks = document["k"]
    return workflow


_READERS = {1: _load_first}


def _load_tree(tree: Any, document: dict[str, Any]) -> None:
    specs, tasks = tree.spec.task_specs, tree.tasks
    for number, parent, state, name, changed, *rest in document["t"]:
        spec = specs.get(name) or _gone(name, state)
        task = _load_task(tree, number, tasks.get(parent), state, spec)
        task.last_state_change = changed
        _load_more(task, rest[0] if rest else _NOTHING)
    tree.task_tree = next(iter(tasks.values()))
    tree.last_task = tasks.get(document.get("l"))
    tree.completed = "c" in document
    tree.success = "f" not in document
    tree.data = document.get("d", {})


def _gone(name: str, state: int) -> Gone:
    """Stand in for an element that the instance has left and its diagram has no more."""
    if not state & FINISHED:
        raise BadState(f"it is at {name}, which its diagram does not have")
    return Gone(name)


def _load_task(tree: Any, number: int, parent: Any, state: int, spec: Any) -> InstanceTask:
    task = InstanceTask.__new__(InstanceTask)
    task.id, task.workflow, task._parent = number, tree, None if parent is None else parent.id
    task._children, task._state, task.triggered = [], state, False
    task.task_spec, task.thread_id = spec, 0
    tree.tasks[number] = task
    task._index(state)
    if parent is not None:
        parent._children.append(number)
    if state == WAITING and isinstance(spec, CatchingEvent):
        tree.top_workflow.event_manager.add_task(task)
    return task


def _load_more(task: InstanceTask, more: dict[str, Any]) -> None:
    task.triggered = "g" in more
    task.internal_data = more.get("i", {})
    parent = task.parent
    if parent is None or "e" in more:
        task.data = more.get("u", {})
        return
    task.data = dict(parent.data)
    for name in more.get("x", ()):
        task.data.pop(name, None)
    task.data.update(more.get("u", _NOTHING))
