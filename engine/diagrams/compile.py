"""From a lowered diagram to what the runtime runs: specs, and facts about each drawn element."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.specs.mixins import ParallelGatewayMixin, SubWorkflowTaskMixin

from engine.diagrams.ad_hoc import AdHocSubProcess
from engine.diagrams.conditional_events import conditional_events
from engine.diagrams.dialect import read_extensions
from engine.diagrams.naming import said_names
from engine.diagrams.parser import DiagramParser
from engine.diagrams.read import read_lowered
from engine.diagrams.vocabulary import DRAWN_ID, FLOW_NODES, SYNTHETIC, B, local_name
from engine.errors import UnknownProcess

CACHED_DIAGRAMS = 512


@dataclass(frozen=True, slots=True)
class ElementInfo:
    """What is known of one drawn element without any instance."""

    id: str
    name: str
    name_en: str
    type: str
    process_id: str
    stage: str | None = None
    step: int | None = None
    lane: str | None = None
    extensions: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class CompiledDiagram:
    """One lowered file: its specs by name (sub-processes too) and its elements by process."""

    specs: Mapping[str, Any]
    elements: Mapping[str, Mapping[str, ElementInfo]]


@dataclass(frozen=True, slots=True)
class CompiledProcess:
    """A process with everything it calls; shared by all instances and never changed.

    `spec` and `subprocess_specs` go to `BpmnWorkflow`. `elements` holds the drawn elements of the
    process and of all it calls; where two processes use one id, `element` tells them apart.
    `has_conditions`: something in it waits for the variables to change.
    """

    process_id: str
    spec: Any
    subprocess_specs: Mapping[str, Any]
    elements: Mapping[str, ElementInfo]
    elements_by_process: Mapping[str, Mapping[str, ElementInfo]]
    has_conditions: bool = False

    def element(self, spec_name: str, element_id: str) -> ElementInfo | None:
        """Find an element by the name of the spec it lies in (`task.workflow.spec.name`)."""
        return self.elements_by_process.get(spec_name.split("/")[0], {}).get(element_id)


@lru_cache(maxsize=CACHED_DIAGRAMS)
def compile_diagram(lowered: bytes) -> CompiledDiagram:
    """Parse one lowered diagram; cached in the process by content."""
    root = read_lowered(lowered)
    specs = DiagramParser(root).specs()
    for spec in specs.values():
        _make_joins_lazy(spec)
    elements = {
        process.get("id") or "": MappingProxyType(dict(_elements(process)))
        for process in root.iter(B + "process")
    }
    return CompiledDiagram(MappingProxyType(specs), MappingProxyType(elements))


def link(process_id: str, diagrams: Mapping[str, CompiledDiagram]) -> CompiledProcess:
    """Gather a process and all that it calls. `diagrams` holds one for every process id.

    Raises:
        UnknownProcess: The process, or one that it calls, is not there.
    """
    specs: dict[str, Any] = {}
    waiting = [process_id]
    while waiting:
        name = waiting.pop()
        owner = name.split("/")[0]
        if owner not in diagrams:
            raise UnknownProcess(f"no process {owner}")
        spec = specs[name] = diagrams[owner].specs[name]
        called = [
            task_spec.spec
            for task_spec in spec.task_specs.values()
            if isinstance(task_spec, SubWorkflowTaskMixin)
        ]
        called += spec.detached
        waiting.extend(one for one in called if one not in specs)
    owners = [process_id, *sorted({name.split("/")[0] for name in specs} - {process_id})]
    by_process = {owner: diagrams[owner].elements[owner] for owner in owners}
    merged: dict[str, ElementInfo] = {}
    for owner in reversed(owners):
        merged.update(by_process[owner])
    return CompiledProcess(
        process_id,
        specs[process_id],
        MappingProxyType(specs),
        MappingProxyType(merged),
        MappingProxyType(by_process),
        any(_looks_again(one) for spec in specs.values() for one in spec.task_specs.values()),
    )


def _looks_again(task_spec: Any) -> bool:
    if isinstance(task_spec, AdHocSubProcess):
        return task_spec.condition is not None
    return bool(conditional_events(task_spec))


def _make_joins_lazy(spec: Any) -> None:
    for gateway in spec.task_specs.values():
        if isinstance(gateway, ParallelGatewayMixin) and len(gateway.inputs) > 1:
            gateway.lazy = not _reaches_itself(gateway)


def _reaches_itself(task_spec: Any) -> bool:
    seen: set[Any] = set()
    waiting = list(task_spec.outputs)
    while waiting:
        current = waiting.pop()
        if current is task_spec:
            return True
        if current not in seen:
            seen.add(current)
            waiting.extend(current.outputs)
    return False


def _elements(process: etree._Element) -> Iterator[tuple[str, ElementInfo]]:
    process_id = process.get("id") or ""
    lanes = {
        (reference.text or "").strip(): lane.get("name")
        for lane in process.iter(B + "lane")
        for reference in lane.iterfind(B + "flowNodeRef")
    }
    names = said_names(process)
    for node in process.iter(*FLOW_NODES):
        element_id = node.get(DRAWN_ID) or node.get("id") or ""
        if SYNTHETIC in element_id:
            continue
        extensions = read_extensions(node)
        name, name_en = names[element_id]
        yield (
            element_id,
            ElementInfo(
                id=element_id,
                name=name,
                name_en=name_en,
                type=local_name(node),
                process_id=process_id,
                stage=extensions.get("stage"),
                step=extensions.get("step"),
                lane=lanes.get(element_id),
                extensions=MappingProxyType(extensions),
            ),
        )
