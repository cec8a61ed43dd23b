"""Which elements of a new version may take the place of one that is gone."""

from __future__ import annotations

from collections.abc import Callable
from difflib import SequenceMatcher
from typing import Any

from engine.moving.reasons import Proposal, name_of

_MOST = 3
_NAME, _USE, _POSITION = 2.0, 1.0, 0.5


def proposals_for(
    old: Any, old_tree: Any, new_tree: Any, kind_of: Callable[[Any], str]
) -> tuple[Proposal, ...]:
    """List new elements of the same kind, the likeliest first: by name, use and position."""
    candidates = [
        spec
        for spec in new_tree.task_specs.values()
        if getattr(spec, "bpmn_id", None)
        and spec.name == spec.bpmn_id
        and spec.name not in old_tree.task_specs
        and kind_of(spec) == kind_of(old)
    ]
    ranked = sorted(candidates, key=lambda spec: (-_likeness(old, spec), spec.name))
    return tuple(
        Proposal(str(one.bpmn_id), name_of(one), name_of(one, "en")) for one in ranked[:_MOST]
    )


def _likeness(old: Any, new: Any) -> float:
    alike = SequenceMatcher(None, name_of(old), name_of(new)).ratio() * _NAME
    for key in ("form_ref", "topic", "decision_ref"):
        value = getattr(old, "extensions", {}).get(key)
        alike += _USE * (value is not None and value == new.extensions.get(key))
    for side in ("_inputs", "_outputs"):
        alike += _POSITION * bool({*getattr(old, side)} & {*getattr(new, side)})
    return alike
