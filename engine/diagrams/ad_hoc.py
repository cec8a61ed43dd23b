"""Ad-hoc sub-processes: activities without an order, until a condition says enough."""

from __future__ import annotations

from typing import Any

from engine.diagrams.specs import SubProcess


class AdHocSubProcess(SubProcess):
    """Runs its activities side by side; `lowering.ad_hoc` has connected them.

    `condition` is looked at whenever one of them is done. `cancel_remaining`: what is left then
    is cancelled, else only what nobody has begun.
    """

    def __init__(
        self,
        wf_spec: Any,
        bpmn_id: str,
        *,
        condition: str | None = None,
        cancel_remaining: bool = True,
        **kwargs: Any,
    ) -> None:
        super().__init__(wf_spec, bpmn_id, **kwargs)
        self.condition = condition
        self.cancel_remaining = cancel_remaining
