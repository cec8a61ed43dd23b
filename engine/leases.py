"""Node leases: who is alive, so that a dead process's jobs can be taken over.

The job engine's own liveness check is a paid service; these few lines replace it.
"""

from __future__ import annotations

import os
import socket
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, func
from sqlmodel import Field, Session, SQLModel, col, select

from engine.database import Database, UtcDateTime


class NodeLease(SQLModel, table=True):
    """One process that runs jobs, and when it last said so."""

    __tablename__ = "engine_node_lease"

    executor_id: str = Field(primary_key=True)
    beat_at: datetime = Field(sa_type=UtcDateTime)
    host: str
    pid: int


@dataclass(frozen=True)
class Leases:
    """The leases of all nodes on one database, judged by the database's clock."""

    database: Database
    dead_after: timedelta = timedelta(seconds=4)

    @property
    def interval(self) -> float:
        """Seconds between two beats."""
        return self.dead_after.total_seconds() / 4

    def beat(self, executor_id: str) -> None:
        """Say that a node is alive; the first beat must precede its first job."""
        with self.database.transaction() as db:
            now = self._now(db)
            lease = db.get(NodeLease, executor_id)
            if lease is None:
                lease = NodeLease(
                    executor_id=executor_id, beat_at=now, host=socket.gethostname(), pid=os.getpid()
                )
            lease.beat_at = now
            db.add(lease)

    def dead(self) -> list[str]:
        """The nodes that have been silent for too long."""
        with self.database.reading() as db:
            limit = self._now(db) - self.dead_after
            found = db.exec(select(NodeLease.executor_id).where(col(NodeLease.beat_at) < limit))
            return list(found)

    def alive(self) -> list[NodeLease]:
        """The nodes that beat in time."""
        with self.database.reading() as db:
            limit = self._now(db) - self.dead_after
            return list(db.exec(select(NodeLease).where(col(NodeLease.beat_at) >= limit)))

    def forget(self, executor_ids: Sequence[str]) -> None:
        """Remove leases whose jobs were taken over or that ended in order."""
        with self.database.transaction() as db:
            db.execute(delete(NodeLease).where(col(NodeLease.executor_id).in_(executor_ids)))

    def _now(self, db: Session) -> datetime:
        # Nodes of one PostgreSQL may have clocks that differ; SQLite has one host.
        if self.database.is_sqlite:
            return datetime.now(UTC)
        now: datetime = db.execute(select(func.clock_timestamp())).scalar_one()
        return now
