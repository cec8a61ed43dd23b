"""Build task specs from a lowered diagram.

A subclass of SpiffWorkflow's plain BPMN parser: neither its DMN nor its Python expressions nor its
`spiffworkflow:` extensions are ever read. Only lowered diagrams may come here (see `lower`).
"""

from __future__ import annotations

from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.parser.BpmnParser import BpmnParser
from SpiffWorkflow.bpmn.parser.ProcessParser import ProcessParser
from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from engine.diagrams import joins, specs
from engine.diagrams.dialect import DialectReader, read_extensions
from engine.diagrams.events import (
    Event,
    MessageEvent,
    ScopedEvent,
    SeveralEvents,
    SignalEvent,
    TerminateEvent,
    TimerEvent,
)
from engine.diagrams.loops import Loop, MultiInstance
from engine.diagrams.vocabulary import (
    DRAWN_ID,
    ORIGIN,
    B,
    C,
    event_definitions,
    local_name,
    strip_equals,
    text_of,
)

_TIMER_FORMS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}


class ElementParser(TaskParser):
    """Parses one flow node."""

    @property
    def bpmn_attributes(self) -> dict[str, Any]:
        """Give what every spec takes; data associations are drawings only."""
        return {
            "description": local_name(self.node),
            "lane": self.lane,
            "bpmn_name": self.node.get("name"),
        }

    def parse_node(self) -> Any:
        """Parse the node and what follows it; give a renamed element its drawn id back."""
        parsed = super().parse_node()
        drawn = self.node.get(DRAWN_ID)
        if drawn:
            for name in (self.bpmn_id, f"{self.bpmn_id} [child]"):
                if name in self.spec.task_specs:
                    self.spec.task_specs[name].bpmn_id = drawn
        return parsed

    def get_position(self, node: Any = None) -> dict[str, float]:
        """Keep flows in the order of the file: stock code sorts them from top to bottom."""
        return {"x": 0.0, "y": 0.0}

    def parse_extensions(self, node: Any = None) -> dict[str, Any]:
        """Read the dialect."""
        extensions = read_extensions(self.node)
        groups = self.process_parser.parser.lane_groups
        nodes = [self.node, *self.node.iterancestors(B + "subProcess")]
        found = [groups[node.get("id")] for node in nodes if node.get("id") in groups]
        if found:
            extensions["lane_group"] = found[0]
            if self.node.tag == B + "userTask" and "assignee" not in extensions:
                extensions.setdefault("candidate_groups", [found[0]])
        return extensions

    def parse_condition(self, sequence_flow: Any) -> str | None:
        """Read the condition of a flow as FEEL."""
        text = text_of(sequence_flow, "conditionExpression")
        return strip_equals(text) if text else None

    def _add_loop_task(self, loop_characteristics: Any) -> None:
        maximum = loop_characteristics.get("loopMaximum")
        condition = text_of(loop_characteristics, "loopCondition")
        self._repeat(
            Loop,
            maximum=int(maximum) if maximum else None,
            condition=strip_equals(condition) if condition else None,
            test_before=loop_characteristics.get("testBefore") == "true",
        )

    def _add_multiinstance_task(self, loop_characteristics: Any) -> None:
        properties = DialectReader(self.node).properties()
        output = properties.get("jc:outputElement")
        sources = {
            "collection": loop_characteristics.get(C + "collection"),
            "cardinality": text_of(loop_characteristics, "loopCardinality"),
            "condition": text_of(loop_characteristics, "completionCondition"),
            "output_element": output,
        }
        self._repeat(
            MultiInstance,
            sequential=loop_characteristics.get("isSequential") == "true",
            element_variable=loop_characteristics.get(C + "elementVariable"),
            output_collection=properties.get("jc:outputCollection"),
            **{name: strip_equals(text) if text else None for name, text in sources.items()},
        )

    def _repeat(self, spec_class: Any, **options: Any) -> None:
        once: Any = self.spec.task_specs.pop(self.bpmn_id)
        self.task: Any = spec_class(
            self.spec, once.name, lane=self.lane, bpmn_name=once.bpmn_name, **options
        )
        self._copy_task_attrs(once)
        self.task.bind()


class GatewayParser(ElementParser):
    """Parses a gateway without conditions."""

    def handles_multiple_outgoing(self) -> bool:
        """Allow a fork."""
        return True


class ConditionalGatewayParser(GatewayParser):
    """Parses a gateway with conditions."""

    def connect_outgoing(
        self, outgoing_task: Any, sequence_flow_node: Any, is_default: bool
    ) -> None:
        """Connect a flow; the check has made sure that it has a condition or is the default."""
        condition = None if is_default else self.parse_condition(sequence_flow_node)
        self.task.connect_outgoing_if(condition, outgoing_task)


class EventBasedGatewayParser(GatewayParser):
    """Parses an event-based gateway."""

    def create_task(self) -> Any:
        """Begin with no events; each connected one adds its own."""
        event = SeveralEvents([], event_id=self.bpmn_id)
        return self.spec_class(
            self.spec, self.bpmn_id, event_definition=event, **self.bpmn_attributes
        )


class ScriptParser(ElementParser):
    """Parses a script task."""

    def create_task(self) -> Any:
        """Take the FEEL context."""
        script = strip_equals(text_of(self.node, "script") or "")
        return self.spec_class(self.spec, self.bpmn_id, script, **self.bpmn_attributes)


class CallParser(ElementParser):
    """Parses a call activity."""

    def create_task(self) -> Any:
        """Name the called process."""
        called = self.node.get("calledElement")
        return self.spec_class(
            self.spec, self.bpmn_id, subworkflow_spec=called, **self.bpmn_attributes
        )


class SubProcessParser(ElementParser):
    """Parses an embedded sub-process."""

    def create_task(self) -> Any:
        """Give the sub-process a spec of its own, under a name that no other process uses."""
        inner = self.process_parser.parser.create_scope(self.node, self.process_parser, self.lane)
        return self.spec_class(
            self.spec, self.bpmn_id, subworkflow_spec=inner, **self.bpmn_attributes
        )


class EventParser(ElementParser):
    """Parses an event, or a task that sends or receives."""

    def create_task(self) -> Any:
        """Build the event definition, and connect start and end as SpiffWorkflow wants it."""
        options = self.bpmn_attributes
        if self.node.tag == B + "boundaryEvent":
            options["cancel_activity"] = self.node.get("cancelActivity", "true") == "true"
        task = self.spec_class(
            self.spec, self.bpmn_id, event_definition=self.definition(), **options
        )
        if self.node.tag == B + "startEvent":
            self.spec.start.connect(task)
        elif self.node.tag == B + "endEvent":
            task.connect(self.spec.end)
        return task

    def handles_multiple_outgoing(self) -> bool:
        """Allow no fork: lowering has put a gateway there."""
        return False

    def definition(self) -> Any:
        """Build what the event waits for or throws."""
        event_id = self.node.get(ORIGIN) or self.node.get(DRAWN_ID) or self.bpmn_id
        extensions = self.parse_extensions()
        nodes = event_definitions(self.node)
        if not nodes and self.node.get("messageRef"):
            nodes = [self.node]
        found: list[Any] = []
        for number, node in enumerate(nodes, start=1):
            key = event_id if number == 1 else f"{event_id}#{number}"
            found.append(self.single(node, key, extensions))
        if not found:
            return NoneEventDefinition(description="none")
        if len(found) == 1:
            return found[0]
        parallel = self.node.get("parallelMultiple") == "true"
        return SeveralEvents(found, event_id=event_id, parallel=parallel)

    def single(self, node: Any, event_id: str, extensions: dict[str, Any]) -> Any:
        """Build one event definition."""
        kind = local_name(node).removesuffix("EventDefinition")
        parser = self.process_parser.parser
        if kind == "timer":
            return self.timer(node, event_id, extensions)
        if kind == "terminate":
            return TerminateEvent(description="terminate")
        if kind in ("error", "escalation", "cancel"):
            reference = node.get(f"{kind}Ref")
            code = parser.named[kind].get(reference) if reference else None
            return ScopedEvent(kind, code, event_id=event_id, extensions=extensions)
        made: type[Event] = SignalEvent if kind == "signal" else MessageEvent
        reference = node.get("signalRef" if kind == "signal" else "messageRef")
        name = parser.named["signal" if kind == "signal" else "message"].get(reference)
        return made(name or "", event_id=event_id, extensions=extensions)

    def timer(self, node: Any, event_id: str, extensions: dict[str, Any]) -> TimerEvent:
        """Build a timer."""
        for tag, form in _TIMER_FORMS.items():
            text = text_of(node, tag)
            if text:
                return TimerEvent(
                    form, strip_equals(text), event_id=event_id, extensions=extensions
                )
        raise ValueError(f"timer {event_id} says no time")


class ScopeParser(ProcessParser):
    """Parses a process or a sub-process."""

    spec_name: str | None = None

    @property
    def bpmn_id(self) -> str:
        """Name the spec: the process id, for a sub-process `<process id>/<its id>`."""
        return self.spec_name or str(self.node.get("id"))

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
        B + "boundaryEvent": (EventParser, specs.BoundaryEvent),
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
        B + "exclusiveGateway": (ConditionalGatewayParser, joins.ExclusiveGateway),
        B + "inclusiveGateway": (ConditionalGatewayParser, joins.InclusiveGateway),
        B + "parallelGateway": (GatewayParser, joins.ParallelGateway),
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
