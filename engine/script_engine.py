"""What SpiffWorkflow calls its script engine: the hooks through which specs reach the runtime."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, cast

from sqlmodel import Session as ModelSession

from engine.context import TaskContext
from engine.decided import decided_details
from engine.diagrams.events import raise_in_scope, trigger, waiting_events
from engine.diagrams.hooks import Throwable
from engine.errors import EngineError
from engine.expressions import Names, as_of
from engine.history import HistoryKind, add_history, history_row
from engine.jobs import add_job
from engine.outbox import ThrownMessage, ThrownSignal
from engine.service_tasks import BpmnError, Continue, ServiceTask
from engine.variables import checked, checked_value

if TYPE_CHECKING:
    from engine.run import InstanceRun


class BadResult(EngineError):
    """A service task, script or decision gave something that cannot be stored."""


class Hooks:
    """The hooks of one run of an instance; see `engine.diagrams.hooks.EngineHooks`."""

    def __init__(self, run: InstanceRun) -> None:
        self.run = run

    def now(self) -> datetime:
        """Tell the business time."""
        return self.run.now

    @contextmanager
    def at(self, moment: datetime) -> Iterator[None]:
        """Let it be that moment for what is evaluated meanwhile, in expressions, too."""
        now = self.run.now
        self.run.now = moment
        try:
            with as_of(moment):
                yield
        finally:
            self.run.now = now

    def names(self, task: Any, extra: Mapping[str, Any] | None = None) -> Names:
        """Give what an expression on a task can name."""
        return Names(task.data, self.run.facts, extra, task)

    def evaluate(
        self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None
    ) -> Any:
        """Evaluate FEEL on a task's variables."""
        self.run.evaluations += 1
        return self.run.engine.expressions.evaluate(expression, self.names(task, external_context))

    def inputs(self, task: Any) -> dict[str, Any]:
        """Evaluate the element's input parameters."""
        return self._parameters(task, task.task_spec.extensions.get("inputs", ()), None)

    def _parameters(self, task: Any, rows: Any, extra: Mapping[str, Any] | None) -> dict[str, Any]:
        return {
            name: self.evaluate(task, source, extra) if is_feel else source
            for name, source, is_feel in rows
        }

    def apply_outputs(self, task: Any, result: Mapping[str, Any] | None = None) -> bool:
        """Evaluate the element's output parameters into the variables; False if it has none."""
        rows = task.task_spec.extensions.get("outputs")
        if not rows:
            return False
        task.data.update(self._parameters(task, rows, result))
        return True

    def run_service_task(self, task: Any) -> bool | None:
        """Call the registered function, or write a job that will."""
        run, extensions = self.run, task.task_spec.extensions
        run.effects += 1
        service_task = run.engine.service_tasks.get(extensions["topic"])
        inputs = self.inputs(task)
        if service_task.run == "job":
            job = add_job(
                cast(ModelSession, run.db),
                run.engine.jobs,
                service_task.name,
                partition=str(run.head.id),
                arguments=inputs,
                instance_id=run.head.id,
                task_id=run.task_id(task),
                element_id=task.task_spec.bpmn_id,
                tenant=run.head.tenant,
                max_attempts=service_task.attempts,
            )
            run.record(HistoryKind.CALLED, task, topic=service_task.name, job=str(job.id))
            return None
        return self._run_inline(task, service_task, inputs)

    def _run_inline(self, task: Any, service_task: ServiceTask, inputs: dict[str, Any]) -> bool:
        run = self.run
        mark = run.work.mark()
        try:
            with run.db.begin_nested():
                result = self.call(task, service_task, inputs)
                if isinstance(result, Continue):
                    raise BadResult(f"{service_task.name} runs inline and cannot continue")
        except Exception as error:
            run.work.back_to(mark)
            run.facts.forget()
            if isinstance(error, BpmnError) and self.catch_error(task, error):
                return True
            raise
        run.record(HistoryKind.CALLED, task, topic=service_task.name)
        self.store(task, result)
        return True

    def call(
        self, task: Any, service_task: ServiceTask, inputs: Mapping[str, Any], cursor: Any = None
    ) -> Any:
        """Call a service task's function."""
        run = self.run
        arguments: list[Any] = [run.db]
        if service_task.wants_context:
            arguments.append(self.context(task, cursor))
        result = service_task.function(*arguments, **checked(inputs))
        for context in arguments[1:]:
            self._keep_tally(context)
        run.facts.forget()
        return result

    def _keep_tally(self, context: TaskContext) -> None:
        """Write which rows decided at once: a job's run is not saved."""
        rows = [
            history_row(
                context.instance_id,
                context.now,
                HistoryKind.DECIDED,
                actor=context.actor,
                element_id=context.element_id,
                task_id=context.task_id,
                details=details,
            )
            for details in context.tally.details()
        ]
        add_history(self.run.db.connection(), rows)

    def context(self, task: Any, cursor: Any = None) -> TaskContext:
        """Tell a service task where it runs."""
        run = self.run
        return TaskContext(
            instance_id=run.head.id,
            process_id=run.head.process_id,
            business_key=run.head.business_key,
            tenant=run.head.tenant,
            bundle_id=run.head.bundle_id,
            element_id=task.task_spec.bpmn_id,
            task_id=run.task_id(task),
            actor=run.actor,
            now=run.now,
            today=run.engine.clock.today(),
            cursor=cursor,
            engine=run.engine,
            variables=MappingProxyType(task.data),
            db=run.db,
            answers=run.engine.answers,
            scopes=tuple(run.head.scopes.split(" ")),
        )

    def catch_error(self, task: Any, error: BpmnError) -> bool:
        """Leave through an error boundary event; False if none encloses the task."""
        payload = {"code": error.code, "message": error.message}
        if not raise_in_scope(task, "error", error.code, payload, own=True):
            return False
        self.run.record(HistoryKind.ERROR, task, code=error.code)
        return True

    def store(self, task: Any, result: Any) -> None:
        """Write what a service task gave into the variables.

        Raises:
            BadResult: It gave neither an object nor nothing, or what it does not say it gives.
        """
        if result is None:
            result = {}
        if not isinstance(result, Mapping):
            raise BadResult(f"{type(result).__name__} is no object")
        values = checked(result)
        extensions = task.task_spec.extensions
        undeclared = self.run.engine.service_tasks.get(extensions["topic"]).undeclared(values)
        if undeclared:
            raise BadResult(f"{extensions['topic']} does not say that it gives {undeclared}")
        variable = extensions.get("result_variable")
        if variable:
            task.data[variable] = values
        if not self.apply_outputs(task, values) and not variable:
            task.data.update(values)

    def run_decision(self, task: Any) -> bool | None:
        """Decide on the variables and the element's inputs, and keep which rows decided."""
        run, extensions = self.run, task.task_spec.extensions
        reference = extensions["decision_ref"]
        decision = run.engine.definitions.decision(run.head.bundle_id, reference)
        run.evaluations += 1
        names = self.names(task, self.inputs(task))
        expressions = run.engine.expressions
        decided = decision.evaluate(names, functions=expressions.functions)
        sources = extensions.get("inputs", ())
        details = decided_details(decision, decided, names, sources, expressions)
        rows = [str(row) for row in decided.rows]
        value = checked_value(decided.value)
        variable = extensions.get("result_variable")
        task.data[f"{variable or reference}_rows"] = rows
        if variable:
            task.data[variable] = value
        outputs = value if isinstance(value, dict) else {}
        if not self.apply_outputs(task, outputs) and not variable:
            task.data.update(outputs)
        run.record(HistoryKind.DECIDED, task, **details)
        return True

    def run_script(self, task: Any) -> bool | None:
        """Merge a FEEL context into the variables.

        Raises:
            BadResult: The script gives no context.
        """
        values = self.evaluate(task, task.task_spec.script)
        if not isinstance(values, dict):
            raise BadResult(f"the script gives {type(values).__name__}, no context")
        task.data.update(values)
        return True

    def throw(self, task: Any, kind: Throwable, name: str) -> None:
        """Queue a message or signal; an error that nothing catches fails the instance."""
        run, extensions = self.run, task.task_spec.extensions
        run.effects += 1
        if kind == "message":
            key = self.correlation_key(task, extensions.get("correlation_key"))
            message = ThrownMessage(name, key, self.inputs(task), origin=run.head)
            run.work.outbox.append(message)
            run.record(HistoryKind.MESSAGE_SENT, task, name=name, key=key, payload=message.payload)
        elif kind == "signal":
            signal = ThrownSignal(name, self.inputs(task), run.head.tenant, run.head)
            run.work.outbox.append(signal)
            run.record(HistoryKind.SIGNAL, task, name=name, thrown=True)
            self._signal_own(name, signal.payload)
        elif kind == "error":
            run.uncaught = (task, name)
        else:
            run.record(HistoryKind.ERROR, task, escalation=name)

    def _signal_own(self, name: str, payload: Mapping[str, Any]) -> None:
        """Bring a signal to those who wait for it in this instance, before anything goes on."""
        catching = [
            (task, event.event_id)
            for tree in self.run.workflow.scopes()
            for task in tree.waiting.values()
            for event in waiting_events(task)
            if event.kind == "signal" and event.name == name
        ]
        for task, event_id in catching:
            # One that caught it may have stopped another.
            if event_id in {event.event_id for event in waiting_events(task)}:
                self.run.record(HistoryKind.SIGNAL, task, name=name)
                trigger(task, event_id, payload)

    def correlation_key(self, task: Any, expression: str | None) -> str:
        """Evaluate a correlation key; the business key if the element names none.

        Raises:
            BadResult: The expression gives null.
        """
        if expression is None:
            return self.run.head.business_key
        value = self.evaluate(task, expression)
        if value is None or isinstance(value, (list, dict)):
            raise BadResult(f"the correlation key {expression} gives {value}")
        return as_key(value)

    def fail(self, task: Any, error: Exception) -> None:
        """Hold a task that could not begin to wait, and report it."""
        self.run.on_failure(task, error, hold=True)


def as_key(value: Any) -> str:
    """Write a value as text: 7, not 7.0; true, not True."""
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)
