"""An engine over stored bundles, and the tables of what it keeps of an instance."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from sqlalchemy import select

from engine.database import Database
from engine.definitions import Definitions
from engine.effects import Effect, Target, Weighing, assess
from engine.instances import ProcessInstance
from engine.knowledge import HostKnowledge
from engine.moving.moves import Order, move, undo
from engine.runtime import ProcessEngine
from engine.sources import Source
from engine.subscriptions import Subscription
from engine.testing import simple_service_tasks
from engine.timers import Timer
from engine.user_tasks import UserTask, UserTaskGroup
from tests.engine.conftest import Stage

DERIVED = (UserTask, UserTaskGroup, Timer, Subscription)
FORM = b'{"schemaVersion":16,"type":"default","id":"f","components":[]}'


class Ground(Stage):
    """A stage whose definitions are published, one version after the other."""

    def __init__(
        self, database: Database, tasks: Any = None, knowledge: HostKnowledge | None = None
    ) -> None:
        super().__init__(database, {}, tasks)
        self.definitions = Definitions(  # type: ignore[assignment]
            reading=database.reading, now=self.clock.now, knowledge=knowledge
        )
        self.engine = ProcessEngine(
            self.definitions,
            simple_service_tasks(tasks),
            clock=self.clock,
            jobs=self.queue,
        )

    def publish(
        self,
        document: Mapping[str, bytes],
        form: bytes = FORM,
        extra: Sequence[Source] = (),
        **more: bytes,
    ) -> str:
        """Publish a diagram as `main` with the form `f`, sheets and others; gives the bundle."""
        sources = [Source("process", "main", document["main.bpmn"]), Source("form", "f", form)]
        sources += [Source("sheet", key, content) for key, content in more.items()]
        sources += extra
        with self.database.transaction() as db:
            report = self.definitions.publish(db, sources)  # type: ignore[attr-defined]
        errors = [one.message_en for one in report.findings if one.severity == "error"]
        assert errors == []
        return str(report.bundle_id)

    def begin(self, variables: Mapping[str, Any] = {}, key: str = "k") -> UUID:
        """Start an instance on the current bundle."""
        with self.database.transaction() as db:
            return self.engine.start(db, "main", business_key=key, variables=variables).id

    def weigh(self, bundle_id: str, mapping: Mapping[str, str] = {}, **more: Any) -> list[Effect]:
        """Say what a stored bundle means for all instances of the base."""
        with self.database.reading() as db:
            target = Target.stored(db, self.definitions, bundle_id)  # type: ignore[arg-type]
            return list(assess(db, self.definitions, {"base": target}, mapping=mapping, **more))  # type: ignore[arg-type]

    def kept(self, instance_id: UUID) -> dict[str, Any]:
        """Give everything that is kept of an instance, but its version and history."""
        with self.database.reading() as db:
            instance = db.get_one(ProcessInstance, instance_id)
            found: dict[str, Any] = {
                "state": instance.state,
                "bundle": instance.bundle_id,
                "status": instance.status,
            }
            ids = select(UserTask.id).where(UserTask.instance_id == instance_id)  # type: ignore[call-overload]
            for table in DERIVED:
                rows: Any = table.__table__  # type: ignore[attr-defined]
                own = (
                    rows.c.user_task_id.in_(ids)
                    if table is UserTaskGroup
                    else rows.c.instance_id == instance_id
                )
                listed = db.connection().execute(select(rows).where(own)).mappings()
                found[table.__name__] = sorted(str(sorted(row.items())) for row in listed)
        return found

    def move(self, instance_id: UUID, bundle_id: str, **order: Any) -> Any:
        """Move an instance to a stored bundle, or to `parts` of it."""
        parts = order.pop("parts", ())
        with self.database.transaction() as db:
            weighing = Weighing(
                db,
                self.definitions,  # type: ignore[arg-type]
                order.get("mapping", {}),
                new_forms=order.get("new_forms", False),
                parts=parts,
            )
            given = Order(actor="wang", **order)
            target = weighing.side(bundle_id)
            return move(self.engine, db, instance_id, target, given, weighing)

    def undo(self, instance_id: UUID, moved: Any) -> None:
        """Undo a move."""
        with self.database.transaction() as db:
            undo(self.engine, db, instance_id, moved, actor="wang")

    def finish(self, instance_id: UUID) -> list[str]:
        """Answer whatever is ready until it ends; gives the elements in order."""
        done = []
        while ready := self.ready(instance_id):
            element = min(ready)
            self.complete(element)
            self.run_jobs()
            done.append(element)
        return done
