"""Constructs of BPMN drawn in a line or two, and run as the product runs them.

An element whose id is `t1`, `t2` and so on is a script task that stands for work; a case names the
ones that must have run. After every step the state is written and read back.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.codec import dump_state, load_state
from engine.testing import ScriptedRun, SourceDefinitions

NAMESPACES = (
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" '
    'xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn"'
)
ROOTS = (
    '<signal id="S1" name="one"/><signal id="S2" name="two"/>'
    '<error id="E1" errorCode="late"/><escalation id="X1" escalationCode="help"/>'
    '<message id="M1" name="call"/>'
    '<signalEventDefinition id="SD" signalRef="S1"/><errorEventDefinition id="ED" errorRef="E1"/>'
    '<timerEventDefinition id="TD"><timeDuration>PT2S</timeDuration></timerEventDefinition>'
)
_FLOW = re.compile(r"(\w+)>(\w+)(?:\[([^\]]*)\])?(?:#(\w+))?")
_UNNAMED = re.compile(r"<(/?)(?![\w]*:|\?|!)([a-zA-Z])")


def flows(text: str) -> str:
    """Write flows such as `a>b`, `a>c[x > 1]` with a condition, `a>d#f` with an id."""
    written = []
    for number, match in enumerate(_FLOW.finditer(text)):
        source, target, condition, name = match.groups()
        escaped = (condition or "").replace("&", "&amp;").replace("<", "&lt;")
        inner = f"<conditionExpression>{escaped}</conditionExpression>" if condition else ""
        flow_id = name or f"f{number}_{source}_{target}"
        written.append(
            f'<sequenceFlow id="{flow_id}" sourceRef="{source}" targetRef="{target}">'
            f"{inner}</sequenceFlow>"
        )
    return "".join(written)


def node(tag: str, name: str, inner: str = "", more: str = "") -> str:
    """Write an element."""
    return f'<{tag} id="{name}" {more}>{inner}</{tag}>'


def work(name: str, inner: str = "", more: str = "", script: str = "{}") -> str:
    """Write a script task."""
    return node("scriptTask", name, f"{inner}<script>{script}</script>", more)


def user(name: str, inner: str = "") -> str:
    """Write a user task."""
    more = f'name="{name}" camunda:candidateGroups="reviewer" camunda:formRef="f"'
    return node("userTask", name, inner, more)


def start(name: str = "s", event: str = "", more: str = "") -> str:
    """Write a start event."""
    return node("startEvent", name, event, more)


def end(name: str = "e", event: str = "") -> str:
    """Write an end event."""
    return node("endEvent", name, event)


def throw(name: str, event: str) -> str:
    """Write an intermediate throw event."""
    return node("intermediateThrowEvent", name, event)


def catch(name: str, event: str, more: str = "") -> str:
    """Write an intermediate catch event."""
    return node("intermediateCatchEvent", name, event, more)


def boundary(name: str, host: str, event: str, *, interrupts: bool = True) -> str:
    """Write a boundary event."""
    more = f'attachedToRef="{host}" cancelActivity="{str(interrupts).lower()}"'
    return node("boundaryEvent", name, event, more)


def gateway(kind: str, name: str, more: str = "", inner: str = "") -> str:
    """Write a gateway."""
    return node(f"{kind}Gateway", name, inner, more)


def scope(
    name: str, nodes: str, text: str, *, tag: str = "subProcess", more: str = "", inner: str = ""
) -> str:
    """Write a sub-process."""
    return node(tag, name, inner + nodes + flows(text), more)


def around(name: str, work_name: str, *, more: str = "", inner: str = "") -> str:
    """Write a sub-process with one piece of work in it."""
    nodes = start(f"{name}s") + work(work_name) + end(f"{name}e")
    text = f"{name}s>{work_name} {work_name}>{name}e"
    return scope(name, nodes, text, more=more, inner=inner)


def handler(name: str, event: str, work_name: str, *, interrupts: bool = True) -> str:
    """Write an event sub-process with one piece of work in it."""
    begin = start(f"{name}s", event, f'isInterrupting="{str(interrupts).lower()}"')
    nodes = begin + work(work_name) + end(f"{name}e")
    text = f"{name}s>{work_name} {work_name}>{name}e"
    return scope(name, nodes, text, more='triggeredByEvent="true"')


def called(name: str, nodes: str, text: str) -> str:
    """Write a further process of the file."""
    return f'<process id="{name}" isExecutable="true">{nodes}{flows(text)}</process>'


def signal(name: str = "S1") -> str:
    """Write a signal definition."""
    return f'<signalEventDefinition signalRef="{name}"/>'


def condition(text: str) -> str:
    """Write a conditional definition."""
    escaped = text.replace("<", "&lt;")
    return (
        f"<conditionalEventDefinition><condition>{escaped}</condition></conditionalEventDefinition>"
    )


def timer(kind: str, text: str) -> str:
    """Write a timer definition: `Duration`, `Date` or `Cycle`."""
    return f"<timerEventDefinition><time{kind}>{text}</time{kind}></timerEventDefinition>"


def referred(name: str) -> str:
    """Refer to a definition of the file's root."""
    return f"<eventDefinitionRef>{name}</eventDefinitionRef>"


ERROR = '<errorEventDefinition errorRef="E1"/>'
ESCALATION = '<escalationEventDefinition escalationRef="X1"/>'
MESSAGE = '<messageEventDefinition messageRef="M1"/>'
TERMINATE = "<terminateEventDefinition/>"
CANCEL = "<cancelEventDefinition/>"
COMPENSATE = "<compensateEventDefinition/>"
SE = start() + end()


def undone(host: str, by: str, script: str = "{}") -> str:
    """Attach work to an activity that undoes it."""
    return (
        boundary(f"b_{host}", host, COMPENSATE)
        + work(by, more='isForCompensation="true"', script=script)
        + f'<association id="as_{host}" sourceRef="b_{host}" targetRef="{by}"/>'
    )


@dataclass(frozen=True)
class Case:
    """A process, what it is given, and what must come of it.

    `worked` are the numbers of the work that ran, in any order unless `ordered`; `beside` names a
    process that is started first and waits.
    """

    name: str
    nodes: str
    flow_text: str
    worked: str
    variables: Mapping[str, Any] = field(default_factory=dict)
    status: str = "completed"
    more: str = ""
    beside: str = ""
    advance: str = ""
    ordered: bool = False

    def xml(self) -> bytes:
        """Write the file."""
        body = ROOTS + called("main", self.nodes, self.flow_text) + self.more
        named = _UNNAMED.sub(r"<\1b:\2", body)
        return f'<b:definitions {NAMESPACES} id="d">{named}</b:definitions>'.encode()


class CheckedRun(ScriptedRun):
    """A run whose state is written and read back after each step."""

    def _observe(self, head: Any, task: Any) -> None:
        super()._observe(head, task)
        top = task.workflow.top_workflow
        state = dump_state(top)
        process = self.engine.definitions.process("sources", head.process_id)
        assert dump_state(load_state(state, process)) == state


def run_case(case: Case) -> tuple[str, list[str]]:
    """Run a case and give its status with the work that was done."""
    run = CheckedRun(SourceDefinitions({"case.bpmn": case.xml()}))
    try:
        if case.beside:
            with run.database.transaction() as db:
                run.engine.start(db, case.beside, business_key="test", bundle_id="sources")
        run.start("main", "test", case.variables)
        if case.advance:
            run.happen({"advance": case.advance})
        trace = run.trace()
    finally:
        run.database.dispose()
    done = [element[1:] for _, element in trace.visited if re.fullmatch(r"t\d+", element)]
    stuck = trace.status == "running" and trace.incidents
    return ("incident" if stuck else trace.status), done if case.ordered else sorted(done)


def expected(case: Case) -> tuple[str, list[str]]:
    """Give what a case should come to."""
    worked = case.worked.split()
    return case.status, worked if case.ordered else sorted(worked)
