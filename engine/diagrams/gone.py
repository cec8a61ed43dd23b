"""What stands in a tree for elements that an instance visited and its diagram has no more."""

from __future__ import annotations

from typing import Any


class Gone:
    """The spec of an element that was taken out of the diagram after an instance had left it.

    Such a visit is only looked at: by joins for where branches came from, by people for what
    happened. Nothing leads to it or on from it.
    """

    manual = False
    bpmn_name: str | None = None
    lane: str | None = None

    def __init__(self, name: str) -> None:
        self.name = name
        self.bpmn_id = name
        self.extensions: dict[str, Any] = {}
        self.inputs: list[Any] = []
        self.outputs: list[Any] = []

    def _on_cancel(self, my_task: Any) -> None:
        """Leave alone what has ended."""
