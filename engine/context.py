"""What a service task may know about where it runs."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Protocol
from uuid import UUID

from sqlalchemy.orm import Session

from engine.decided import Tally
from engine.decisions import DecisionResult
from engine.diagrams.compile import CompiledProcess
from engine.diagrams.starts import StartTrigger
from engine.scopes import BASE
from engine.service_tasks import BpmnError, Continue, Json

if TYPE_CHECKING:
    from engine.runtime import ProcessEngine

__all__ = [
    "AnswerPort",
    "BpmnError",
    "Continue",
    "DefinitionSource",
    "FactProvider",
    "InstanceHead",
    "TaskContext",
]


class DefinitionSource(Protocol):
    """Where processes and decisions come from; `engine.definitions.Definitions` is one."""

    def current_bundle(self, db: Session, scopes: Sequence[str]) -> str:
        """Give the bundle that new instances of these scopes start with."""

    def process(self, bundle_id: str, process_id: str) -> CompiledProcess:
        """Give a process of a bundle, or raise `UnknownProcess`."""

    def decision(self, bundle_id: str, decision_id: str) -> Any:
        """Give a decision of a bundle."""

    def content(self, db: Session, bundle_id: str, kind: str, key: str) -> bytes:
        """Give the source of a form, paper, sheet or catalogue of a bundle."""

    def start_events(self, bundle_id: str) -> Sequence[StartTrigger]:
        """List the start events of a bundle's processes."""


class AnswerPort(Protocol):
    """Where the host keeps what people answered; the engine never stores answers itself."""

    def last_answer(
        self, db: Session, instance_id: UUID, element_id: str
    ) -> Mapping[str, Any] | None:
        """Give the newest answer to that element in that instance, decrypted."""


@dataclass(frozen=True, slots=True)
class InstanceHead:
    """The identity of a running instance, without its state.

    `scopes` is the chain whose definitions it uses, from outside in: `base organisation:x`.
    """

    id: UUID
    process_id: str
    bundle_id: str
    business_key: str
    tenant: str
    parent_id: UUID | None
    scopes: str = BASE


Observer = Callable[[InstanceHead, Any], None]
"""Told of each step of an instance, with its task."""


@dataclass(frozen=True, slots=True)
class NewBundle:
    """What an instance was moved to; `parts` are what alone it took of a newer bundle."""

    bundle_id: str
    parts: tuple[str, ...] = ()


Follower = Callable[[Session, InstanceHead, NewBundle, Any], Any]
"""Told of an instance, as it was, that another bundle is now its own.

What it gives is kept, and it is told that if the move is undone.
"""

FactProvider = Callable[[Session, InstanceHead, Mapping[str, Any]], Json]
"""Looks one fact up: gets the instance and its process variables, gives JSON.

It is called when an expression first reads the fact's name, once for each step of an instance.
"""


@dataclass(frozen=True)
class TaskContext:
    """Who called a service task, from where, and at what business time.

    `scopes` is the chain of scopes of the instance's bundle, from outside in. `today` is the local
    date in Asia/Shanghai. `cursor` is what the last `Continue` held, for a job
    that is called again.
    """

    instance_id: UUID
    process_id: str
    business_key: str
    tenant: str
    bundle_id: str
    element_id: str
    task_id: UUID
    actor: str | None
    now: datetime
    today: date
    cursor: Json | None
    engine: ProcessEngine
    variables: Mapping[str, Any] = field(repr=False)
    db: Session = field(repr=False)
    answers: AnswerPort | None = field(default=None, repr=False)
    tally: Tally = field(default_factory=Tally, repr=False)
    scopes: tuple[str, ...] = (BASE,)

    def decide(
        self, decision_id: str, facts: Mapping[str, Any], *, bundle_id: str | None = None
    ) -> DecisionResult:
        """Ask a decision of the instance's own bundle; history keeps which rows decided.

        `bundle_id`: that of another bundle, for what has definitions of its own.

        Raises:
            UnknownDefinition: The bundle has no such decision.
        """
        decision = self.engine.definitions.decision(bundle_id or self.bundle_id, decision_id)
        result: DecisionResult = decision.evaluate(facts)
        self.tally.add(decision_id, result)
        return result

    def answer(self, element_id: str) -> dict[str, Any] | None:
        """Give the last stored answer of that element in this instance."""
        if self.answers is None:
            return None
        found = self.answers.last_answer(self.db, self.instance_id, element_id)
        return None if found is None else dict(found)
