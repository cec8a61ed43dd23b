"""Trees of instances that this process has just saved, to spare reading them again."""

from __future__ import annotations

from collections import OrderedDict
from threading import Lock
from uuid import UUID

from engine.codec import fingerprint
from engine.workflow import InstanceWorkflow

Stamp = tuple[int, bytes]


class LiveTrees:
    """Recently saved trees, each good only for the very state it was saved as.

    A tree is taken out while it is used, so that a failed transaction leaves nothing behind, and
    comes back after the save. Should that be rolled back, or another process be faster, version or
    checksum differ from the database's and the tree is dropped.
    """

    def __init__(self, size: int) -> None:
        self.size = size
        self._trees: OrderedDict[UUID, tuple[Stamp, InstanceWorkflow]] = OrderedDict()
        self._lock = Lock()

    def take(self, instance_id: UUID, version: int, state: bytes) -> InstanceWorkflow | None:
        """Take out the tree of exactly this state."""
        with self._lock:
            found = self._trees.pop(instance_id, None)
        if found is None or found[0] != (version, fingerprint(state)):
            return None
        return found[1]

    def put(
        self, instance_id: UUID, version: int, state: bytes, workflow: InstanceWorkflow
    ) -> None:
        """Keep a tree that was saved as this state."""
        if self.size == 0:
            return
        with self._lock:
            self._trees[instance_id] = ((version, fingerprint(state)), workflow)
            while len(self._trees) > self.size:
                self._trees.popitem(last=False)
