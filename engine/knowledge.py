"""What is known of the variables that the definitions of a set give one another."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from lxml import etree

from engine.diagrams import Called, Inputs, Providers, called_process
from engine.diagrams.source import process_ids
from engine.feel.checking import Known


@dataclass(frozen=True)
class HostKnowledge:
    """What the application tells of what it gives to processes; None: nothing is known.

    `facts` by name, `form_variables` reads the variables that a form sets, `service_tasks` what
    is known of the result of each, `service_inputs` what each has to be given.
    """

    facts: Mapping[str, Known] | None = None
    form_variables: Callable[[bytes], Mapping[str, Known]] | None = None
    service_tasks: Mapping[str, Known] = field(default_factory=dict)
    service_inputs: Mapping[str, Inputs] = field(default_factory=dict)


def providers_of(
    host: HostKnowledge,
    *,
    forms: Mapping[str, bytes],
    decisions: Mapping[str, Known],
    diagrams: Iterable[etree._Element],
    functions: Mapping[str, Callable[..., Any]] | None,
) -> Providers:
    """Gather what the definitions of a set give; called processes are looked at when asked for."""
    read = host.form_variables
    known = Providers(
        facts=host.facts,
        forms=None if read is None else {key: read(content) for key, content in forms.items()},
        decisions=decisions,
        service_tasks=host.service_tasks,
    )
    callees = _Callees(known, functions or {})
    for root in diagrams:
        callees.roots.update(dict.fromkeys(process_ids(root), root))
    return callees.providers


class _Callees:
    """The processes of a set, each followed once."""

    def __init__(self, known: Providers, functions: Mapping[str, Callable[..., Any]]) -> None:
        self.roots: dict[str, etree._Element] = {}
        self.functions = functions
        self.providers = replace(known, process=self.find)
        self._found: dict[str, Called | None] = {}

    def find(self, process_id: str) -> Called | None:
        """Tell what a process needs and gives; None while nothing is known of it."""
        if process_id not in self._found:
            self._found[process_id] = None  # One that calls itself gives anything.
            root = self.roots.get(process_id)
            if root is not None:
                called = called_process(root, process_id, self.providers, self.functions)
                self._found[process_id] = called
        return self._found[process_id]
