"""Build the specs of a lowered diagram.

A subclass of SpiffWorkflow's plain BPMN parser: neither its DMN nor its Python expressions nor its
`spiffworkflow:` extensions are ever read. Only lowered diagrams may come here (see `lowering`).
"""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit, StartEventJoin, StartEventSplit

from engine.diagrams import ad_hoc, joins, specs
from engine.diagrams.boundary_events import BoundaryEvent, BoundaryEventJoin
from engine.diagrams.data import data_names
from engine.diagrams.dialect import DialectReader
from engine.diagrams.element_parsers import (
    AdHocParser,
    CallParser,
    ComplexGatewayParser,
    ConditionalGatewayParser,
    ElementParser,
    EventBasedGatewayParser,
    EventParser,
    ScriptParser,
    SubProcessParser,
)
from engine.diagrams.vocabulary import DETACHED, FLOW_NODES, B, children


class ScopeParser(ProcessParser):
    """Parses a process or a sub-process."""

    spec_name: str | None = None

    @property
    def bpmn_id(self) -> str:
        """Name the spec: the process id, for a sub-process `<process id>/<its id>`."""
        return self.spec_name or str(self.node.get("id"))

    def entry_of(self, element_id: str) -> Any:
        """Find the spec that a flow to an element leads to."""
        specs_by_name = self.spec.task_specs
        split = specs_by_name.get(f"{element_id}.BoundaryEventSplit")
        return split or specs_by_name[element_id]

    def add_tasks(self) -> None:
        """Make all specs, then connect them.

        Replaces a recursion along the flows, which ends with an error after some 300 elements.
        """
        made = []
        for node in children(self.node, FLOW_NODES):
            if node.get(DETACHED):
                self._detach(node)
                continue
            parser_class, spec_class = self.parser._get_parser_class(node.tag)
            parser = parser_class(self, spec_class, node, self.nsmap, lane=self.lane)
            parser.make()
            made.append(parser)
        hosts = [parser for parser in made if self.get_boundary_events(parser.bpmn_id)]
        for parser in hosts:
            self._guard(parser.task)
        for parser in made:
            parser.connect()
        for parser in hosts:
            self._attach(parser.bpmn_id)
        self._choose_between_starts()

    def _detach(self, node: Any) -> None:
        """Parse what undoes an activity or the scope; it is run when an event asks for it."""
        name = self.parser.create_scope(node, self, None)
        self.spec.detached = [*self.spec.detached, name]
        if node.get(DETACHED) == "scope":
            self.spec.compensation = name

    def _guard(self, task: Any) -> None:
        """Put the split before an activity and the join behind it that its events need."""
        split = BoundaryEventSplit(self.spec, f"{task.name}.BoundaryEventSplit", lane=task.lane)
        join = BoundaryEventJoin(
            self.spec,
            f"{task.name}.BoundaryEventJoin",
            lane=task.lane,
            split_task=split.name,
            cancel=True,
        )
        split.connect(task)
        task.connect(join)

    def _attach(self, element_id: str) -> None:
        specs_by_name = self.spec.task_specs
        for node in self.get_boundary_events(element_id):
            event = specs_by_name[node.get("id")]
            specs_by_name[f"{element_id}.BoundaryEventSplit"].connect(event)
            event.connect(specs_by_name[f"{element_id}.BoundaryEventJoin"])

    def _choose_between_starts(self) -> None:
        starts = self.spec.start.outputs
        if len(starts) < 2:
            return
        split = StartEventSplit(self.spec, "StartEventSplit")
        join = StartEventJoin(
            self.spec, "StartEventJoin", split_task=split.name, threshold=1, cancel=True
        )
        for start in starts:
            start.inputs = [split]
            start.connect(join)
        split.outputs = starts
        split.inputs = [self.spec.start]
        self.spec.start.outputs = [split]

    def create_spec(self) -> joins.ProcessSpec:
        """Begin an empty spec."""
        return joins.ProcessSpec(
            name=self.bpmn_id, description=self.get_name(), filename=self.filename
        )


class DiagramParser(BpmnParser):
    """Parses one lowered diagram."""

    PROCESS_PARSER_CLASS = ScopeParser
    OVERRIDE_PARSER_CLASSES: dict[str, Any] = {  # noqa: RUF012 -- SpiffWorkflow's way to extend
        B + "startEvent": (EventParser, specs.StartEvent),
        B + "endEvent": (EventParser, specs.EndEvent),
        B + "boundaryEvent": (EventParser, BoundaryEvent),
        B + "intermediateCatchEvent": (EventParser, specs.CatchEvent),
        B + "intermediateThrowEvent": (EventParser, specs.ThrowEvent),
        B + "sendTask": (EventParser, specs.SendTask),
        B + "receiveTask": (EventParser, specs.ReceiveTask),
        B + "task": (ElementParser, specs.AbstractTask),
        B + "userTask": (ElementParser, specs.UserTask),
        B + "manualTask": (ElementParser, specs.ManualTask),
        B + "serviceTask": (ElementParser, specs.ServiceTask),
        B + "businessRuleTask": (ElementParser, specs.BusinessRuleTask),
        B + "scriptTask": (ScriptParser, specs.ScriptTask),
        B + "callActivity": (CallParser, specs.CallActivity),
        B + "subProcess": (SubProcessParser, specs.SubProcess),
        B + "transaction": (SubProcessParser, specs.SubProcess),
        B + "adHocSubProcess": (AdHocParser, ad_hoc.AdHocSubProcess),
        B + "exclusiveGateway": (ConditionalGatewayParser, joins.ExclusiveGateway),
        B + "inclusiveGateway": (ConditionalGatewayParser, joins.InclusiveGateway),
        B + "parallelGateway": (ElementParser, joins.ParallelGateway),
        B + "complexGateway": (ComplexGatewayParser, joins.ComplexGateway),
        B + "eventBasedGateway": (EventBasedGatewayParser, specs.EventBasedGateway),
    }

    def __init__(self, root: etree._Element) -> None:
        super().__init__()
        self.named = {
            "message": _names(root, "message", "name"),
            "signal": _names(root, "signal", "name"),
            "error": _names(root, "error", "errorCode"),
            "escalation": _names(root, "escalation", "escalationCode"),
            "cancel": {},
        }
        self.lane_groups = _lane_groups(root)
        self.data_names = data_names(root)
        self._add_diagram_indexes(root)
        self._add_processes(root)

    def _get_parser_class(self, tag: str) -> Any:
        """Know our own classes only."""
        return self.OVERRIDE_PARSER_CLASSES.get(tag, (None, None))

    def create_scope(self, node: Any, parent: Any, lane: str | None) -> str:
        """Begin the parser of a sub-process, and name its spec."""
        parser = self.PROCESS_PARSER_CLASS(self, node, self.namespaces, {}, lane=lane)
        parser.spec_name = f"{parent.bpmn_id.split('/')[0]}/{node.get('id')}"
        parser.parent = parent
        self.process_parsers[parser.spec_name] = parser
        return str(parser.spec_name)

    def specs(self) -> dict[str, Any]:
        """Parse everything: specs by name, those of sub-processes included."""
        for process_id in list(self.process_parsers):
            self.get_spec(process_id)
        done: set[str] = set()
        while waiting := set(self.process_parsers) - done:
            for name in sorted(waiting):
                self.get_spec(name)
                done.add(name)
        return {name: parser.spec for name, parser in self.process_parsers.items()}


def _names(root: etree._Element, tag: str, attribute: str) -> dict[str, str]:
    return {
        one.get("id") or "": one.get(attribute) or one.get("name") or ""
        for one in root.iterfind(B + tag)
    }


def _lane_groups(root: etree._Element) -> dict[str, str]:
    groups: dict[str, str] = {}
    for lane in root.iter(B + "lane"):
        group = DialectReader(lane).properties().get("jc:group")
        for reference in lane.iterfind(B + "flowNodeRef"):
            if group and reference.text:
                groups[reference.text.strip()] = group
    return groups
