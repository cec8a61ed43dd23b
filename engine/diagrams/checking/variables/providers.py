"""What gives variables to a process: forms, decisions, service tasks, facts, other processes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from engine.diagrams.checking.variables.state import State
from engine.feel.checking import Known


@dataclass(frozen=True, slots=True)
class Called:
    """What a process needs when it is called (None: it does not say), and leaves at its end."""

    needs: tuple[str, ...] | None
    gives: State


@dataclass(frozen=True, slots=True)
class Providers:
    """What is known of whoever gives variables; None: nothing is known of any of the kind.

    `forms` has the variables that each form sets, `decisions` and `service_tasks` what is known
    of a result by the name under which it is called, `facts` what can be looked up anywhere.
    """

    facts: Mapping[str, Known] | None = None
    forms: Mapping[str, Mapping[str, Known]] | None = None
    decisions: Mapping[str, Known] = field(default_factory=dict)
    service_tasks: Mapping[str, Known] = field(default_factory=dict)
    process: Callable[[str], Called | None] = lambda _: None
