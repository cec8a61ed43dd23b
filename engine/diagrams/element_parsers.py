"""Build the task spec of one element of a lowered diagram."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.parser.TaskParser import TaskParser
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition

from engine.diagrams.compensation import CompensateEvent
from engine.diagrams.conditional_events import ConditionalEvent
from engine.diagrams.data import data_associations
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
from engine.diagrams.joins import QuantityJoin
from engine.diagrams.loops import Behavior, Loop, MultiInstance
from engine.diagrams.vocabulary import (
    BEHAVIOR,
    COMPENSATED_BY,
    DRAWN_ID,
    HANDLES,
    ORIGIN,
    REPEATS,
    THRESHOLD,
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
        """Give what every spec takes."""
        return {
            "description": local_name(self.node),
            "lane": self.lane,
            "bpmn_name": self.node.get("name"),
        }

    def make(self) -> Any:
        """Make the spec, with what repeats it; nothing is connected yet."""
        self.task: Any = self.create_task()
        self.task.extensions = self.parse_extensions()
        self._read_internal()
        loop = self.node.find(B + "standardLoopCharacteristics")
        several = self.node.find(B + "multiInstanceLoopCharacteristics")
        if loop is not None:
            self._add_loop_task(loop)
        elif several is not None:
            self._add_multiinstance_task(several)
        drawn = self.node.get(DRAWN_ID)
        if drawn:
            for name in (self.bpmn_id, f"{self.bpmn_id} [child]"):
                if name in self.spec.task_specs:
                    self.spec.task_specs[name].bpmn_id = drawn
        return self.task

    def _read_internal(self) -> None:
        """Read what the lowering has noted on the element, and its data associations."""
        owner = self.process_parser.bpmn_id.split("/")[0]
        handler = self.node.get(COMPENSATED_BY)
        if handler:
            self.task.compensated_by = f"{owner}/{handler}"
        names = self.process_parser.parser.data_names
        for tag in ("data_in", "data_out"):
            pairs = data_associations(self.node, tag, names)
            # What has a tree of its own is given them when that is planted.
            own = tag.replace("data", "associations")
            if pairs:
                setattr(self.task, own if hasattr(self.task, own) else tag, pairs)

    def connect(self) -> None:
        """Connect the spec with what follows, in the order of the file."""
        flows = self.process_parser.get_outgoing_sequence_flows(self.bpmn_id)
        for flow in flows:
            target = self.process_parser.entry_of(flow.get("targetRef"))
            only = len(flows) == 1 and self.parse_condition(flow) is None
            is_default = only or flow.get("id") == self.node.get("default")
            self.connect_outgoing(target, flow, is_default)

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
            behaviors=self._behaviors(loop_characteristics),
            **{name: strip_equals(text) if text else None for name, text in sources.items()},
        )

    def _behaviors(self, several: Any) -> list[Behavior]:
        extensions = self.task.extensions
        return [
            Behavior(
                one.get("when") or "each",
                strip_equals(one.get("condition") or "") or None,
                build_event(
                    definition, f"{self.bpmn_id}__throws", extensions, self.process_parser.parser
                ),
            )
            for one in several.iterfind(BEHAVIOR)
            for definition in event_definitions(one)
        ]

    def _repeat(self, spec_class: Any, **options: Any) -> None:
        once: Any = self.spec.task_specs.pop(self.bpmn_id)
        self.task = spec_class(
            self.spec, once.name, lane=self.lane, bpmn_name=once.bpmn_name, **options
        )
        self._copy_task_attrs(once)
        self.task.bind()


class ConditionalGatewayParser(ElementParser):
    """Parses a gateway with conditions."""

    def connect_outgoing(
        self, outgoing_task: Any, sequence_flow_node: Any, is_default: bool
    ) -> None:
        """Connect a flow; the check has made sure that it has a condition or is the default."""
        condition = None if is_default else self.parse_condition(sequence_flow_node)
        self.task.connect_outgoing_if(condition, outgoing_task)


class ComplexGatewayParser(ConditionalGatewayParser):
    """Parses a complex gateway, or the count of tokens before an activity."""

    def create_task(self) -> Any:
        """Choose between the two."""
        threshold = self.node.get(THRESHOLD)
        if threshold:
            self.spec_class = QuantityJoin
        task = super().create_task()
        if threshold:
            task.threshold = int(threshold)
        else:
            text = text_of(self.node, "activationCondition")
            task.activation = strip_equals(text) if text else None
        return task

    def connect_outgoing(
        self, outgoing_task: Any, sequence_flow_node: Any, is_default: bool
    ) -> None:
        """Connect a flow; the one behind a count has no condition."""
        if isinstance(self.task, QuantityJoin):
            self.task.connect(outgoing_task)
        else:
            super().connect_outgoing(outgoing_task, sequence_flow_node, is_default)


class EventBasedGatewayParser(ElementParser):
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
        task = self.spec_class(
            self.spec, self.bpmn_id, subworkflow_spec=inner, **self.bpmn_attributes, **self.options
        )
        if self.node.get(HANDLES):
            task.handles = self.node.get(HANDLES)
        return task

    @property
    def options(self) -> dict[str, Any]:
        """Give what the kind of sub-process needs besides."""
        return {}


class AdHocParser(SubProcessParser):
    """Parses an ad-hoc sub-process."""

    @property
    def options(self) -> dict[str, Any]:
        """Read when it is done."""
        condition = text_of(self.node, "completionCondition")
        return {
            "condition": strip_equals(condition) if condition else None,
            "cancel_remaining": self.node.get("cancelRemainingInstances") != "false",
        }


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
        if self.node.get(REPEATS):
            task.repeats = True
        if self.node.tag == B + "startEvent":
            self.spec.start.connect(task)
        elif self.node.tag == B + "endEvent":
            task.connect(self.spec.end)
        return task

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
            found.append(build_event(node, key, extensions, self.process_parser.parser))
        if not found:
            return NoneEventDefinition(description="none")
        if len(found) == 1:
            return found[0]
        parallel = self.node.get("parallelMultiple") == "true"
        return SeveralEvents(found, event_id=event_id, parallel=parallel)


def build_event(node: Any, event_id: str, extensions: dict[str, Any], parser: Any) -> Any:
    """Build one event definition; `parser` knows what the references name."""
    kind = local_name(node).removesuffix("EventDefinition")
    if kind == "timer":
        return _timer(node, event_id, extensions)
    if kind == "terminate":
        return TerminateEvent(description="terminate")
    if kind == "compensate":
        return CompensateEvent(node.get("activityRef"))
    if kind == "conditional":
        condition = strip_equals(text_of(node, "condition") or "")
        return ConditionalEvent(condition, event_id=event_id, extensions=extensions)
    if kind in ("error", "escalation", "cancel"):
        reference = node.get(f"{kind}Ref")
        code = parser.named[kind].get(reference) if reference else None
        return ScopedEvent(kind, code, event_id=event_id, extensions=extensions)
    made: type[Event] = SignalEvent if kind == "signal" else MessageEvent
    reference = node.get("signalRef" if kind == "signal" else "messageRef")
    name = parser.named["signal" if kind == "signal" else "message"].get(reference)
    return made(name or "", event_id=event_id, extensions=extensions)


def _timer(node: Any, event_id: str, extensions: dict[str, Any]) -> TimerEvent:
    for tag, form in _TIMER_FORMS.items():
        text = text_of(node, tag)
        if text:
            return TimerEvent(form, strip_equals(text), event_id=event_id, extensions=extensions)
    raise ValueError(f"timer {event_id} says no time")
