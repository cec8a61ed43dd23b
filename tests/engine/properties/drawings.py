"""Random well-formed diagrams: blocks within blocks, drawn as BPMN.

A block is a tuple of its kind and its parts. `Drawing` gives ids, writes the XML, and counts how
often each element must be left when nothing optional happens. `undone` are the calls of what
compensates; `untold` are elements whose visits are told otherwise, or not at all.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from itertools import pairwise

from tests.engine.conftest import NAMESPACES, event, flows, node, service, user
from tests.engine.properties.blocks import Block

OPTIONAL = "opt"
"""Ids and names of events that may happen, or not, begin so."""


@dataclass
class Scope:
    """What is drawn in one process or sub-process."""

    nodes: str = ""
    flows: str = ""


@dataclass
class Drawing:
    """A diagram in the making; `expected` are the visits when nothing optional happens."""

    number: int = 0
    processes: list[str] = field(default_factory=list)
    roots: list[str] = field(default_factory=list)
    expected: Counter[str] = field(default_factory=Counter)
    undone: Counter[str] = field(default_factory=Counter)
    untold: set[str] = field(default_factory=set)
    certain: bool = True

    def name(self, kind: str) -> str:
        self.number += 1
        return f"{kind}_{self.number}"

    def count(self, element: str, times: int) -> str:
        if times:
            self.expected[element] += times
        return element

    def process(self, block: Block, name: str, times: int) -> None:
        """Draw a process of its own."""
        body = self.scope(block, times)
        self.processes.append(
            f'<bpmn:process id="{name}" isExecutable="true">{body}</bpmn:process>'
        )

    def scope(self, block: Block, times: int, ending: str = "") -> str:
        """Draw what lies in a process or sub-process; `ending` defines its end event."""
        scope = Scope()
        start, end = self.name("start"), self.name("end")
        first, last = self.draw(block, scope, times)
        scope.nodes += node("startEvent", self.count(start, times))
        scope.nodes += node("endEvent", self.count(end, times), ending)
        self.untold |= {end} if ending else set()
        scope.flows += f"{start}>{first} {last}>{end} "
        return scope.nodes + flows(scope.flows)

    def draw(self, block: Block, scope: Scope, times: int) -> tuple[str, str]:
        """Draw a block that is entered so often; gives its first and last element."""
        drawn = getattr(self, f"_{block[0]}")(scope, times, *block[1:])
        return drawn if isinstance(drawn, tuple) else (drawn, drawn)

    def document(self) -> dict[str, bytes]:
        body = "".join([*self.roots, *self.processes])
        text = f"<bpmn:definitions {NAMESPACES}>{body}</bpmn:definitions>"
        return {"main.bpmn": text.encode()}

    # Leaves

    def _user(self, scope: Scope, times: int) -> str:
        name = self.count(self.name("user"), times)
        scope.nodes += user(name)
        return name

    def _script(self, scope: Scope, times: int) -> str:
        name = self.count(self.name("script"), times)
        scope.nodes += node("scriptTask", name, f"<bpmn:script>{{v_{name}: 1}}</bpmn:script>")
        return name

    def _inline(self, scope: Scope, times: int) -> str:
        name = self.count(self.name("inline"), times)
        scope.nodes += service(name, "note_inline")
        return name

    def _job(self, scope: Scope, times: int) -> str:
        name = self.name("job")
        scope.nodes += service(name, "note_job")
        return name

    def _timer(self, scope: Scope, times: int) -> str:
        name = self.count(self.name("timer"), times)
        scope.nodes += event("intermediateCatchEvent", name, f"timer duration PT{self.number}H")
        return name

    def _message(self, scope: Scope, times: int) -> str:
        name = self.count(self.name("message"), times)
        scope.nodes += event("intermediateCatchEvent", name, f"message {self._root('message')}")
        return name

    def _signal(self, scope: Scope, times: int) -> str:
        name = self.count(self.name("signal"), times)
        scope.nodes += event("intermediateCatchEvent", name, f"signal {self._root('signal')}")
        return name

    def _emit(self, scope: Scope, times: int) -> str:
        name = self.count(self.name("emit"), times)
        scope.nodes += event("intermediateThrowEvent", name, f"signal {self._root('signal')}")
        return name

    def _root(self, kind: str, prefix: str = "") -> str:
        name = self.name(f"{prefix}{kind}_root")
        self.roots.append(f'<bpmn:{kind} id="{name}" name="{name}"/>')
        return name

    # Structures

    def _sequence(self, scope: Scope, times: int, parts: tuple[Block, ...]) -> tuple[str, str]:
        drawn = [self.draw(part, scope, times) for part in parts]
        for (_, last), (first, _) in pairwise(drawn):
            scope.flows += f"{last}>{first} "
        return drawn[0][0], drawn[-1][1]

    def _split(
        self, scope: Scope, times: int, kind: str, parts: tuple[Block, ...], taken: list[bool]
    ) -> tuple[str, str, list[str]]:
        opened, closed = self.name("open"), self.name("close")
        firsts = []
        for part, is_taken in zip(parts, taken, strict=True):
            first, last = self.draw(part, scope, times if is_taken else 0)
            firsts.append(first)
            scope.flows += f"{last}>{closed} "
        joined = node(kind, closed)
        scope.nodes += joined
        return opened, closed, firsts

    def _choose(
        self, scope: Scope, times: int, parts: tuple[Block, ...], which: int
    ) -> tuple[str, str]:
        which %= len(parts)
        taken = [place == which for place in range(len(parts))]
        opened, closed, firsts = self._split(scope, times, "exclusiveGateway", parts, taken)
        default = self.name("flow")
        for place, first in enumerate(firsts[:-1]):
            scope.flows += f"{opened}>{first}[{'true' if place == which else 'false'}] "
        scope.flows += f"{opened}>{firsts[-1]}:{default} "
        scope.nodes += node("exclusiveGateway", opened, default=default)
        self.count(opened, times)
        self.count(closed, times)
        return opened, closed

    def _answered(self, scope: Scope, times: int, parts: tuple[Block, ...]) -> tuple[str, str]:
        """A choice by what was answered last."""
        self.certain = False
        opened, closed, firsts = self._split(
            scope, times, "exclusiveGateway", parts, [True] * len(parts)
        )
        default = self.name("flow")
        for place, first in enumerate(firsts[:-1]):
            scope.flows += f"{opened}>{first}[x = {place}] "
        scope.flows += f"{opened}>{firsts[-1]}:{default} "
        scope.nodes += node("exclusiveGateway", opened, default=default)
        return opened, closed

    def _fork(self, scope: Scope, times: int, parts: tuple[Block, ...]) -> tuple[str, str]:
        opened, closed, firsts = self._split(
            scope, times, "parallelGateway", parts, [True] * len(parts)
        )
        scope.flows += "".join(f"{opened}>{first} " for first in firsts)
        scope.nodes += node("parallelGateway", opened)
        self.count(opened, times)
        self.count(closed, times)
        return opened, closed

    def _some(
        self, scope: Scope, times: int, parts: tuple[Block, ...], mask: int
    ) -> tuple[str, str]:
        taken = [bool(mask >> place & 1) for place in range(len(parts))]
        taken = taken if any(taken) else [True] * len(parts)
        opened, closed, firsts = self._split(scope, times, "inclusiveGateway", parts, taken)
        for first, is_taken in zip(firsts, taken, strict=True):
            scope.flows += f"{opened}>{first}[{'true' if is_taken else 'false'}] "
        scope.nodes += node("inclusiveGateway", opened)
        self.count(opened, times)
        self.count(closed, times)
        return opened, closed

    def _loop(self, scope: Scope, times: int, body: Block, rounds: int) -> tuple[str, str]:
        reset, merge, step, check = (self.name(n) for n in ("reset", "merge", "step", "check"))
        first, last = self.draw(body, scope, times * rounds)
        counter = f"c_{reset}"
        scope.nodes += node("scriptTask", reset, f"<bpmn:script>{{{counter}: 0}}</bpmn:script>")
        scope.nodes += node("exclusiveGateway", merge)
        add = f"<bpmn:script>{{{counter}: {counter} + 1}}</bpmn:script>"
        scope.nodes += node("scriptTask", step, add)
        leave, after = self.name("flow"), self.name("after")
        scope.nodes += node("exclusiveGateway", check, default=leave)
        scope.nodes += node("scriptTask", after, "<bpmn:script>{left: true}</bpmn:script>")
        scope.flows += (
            f"{reset}>{merge} {merge}>{first} {last}>{step} {step}>{check} "
            f"{check}>{merge}[{counter} < {rounds}] {check}>{after}:{leave} "
        )
        for name in (reset, after):
            self.count(name, times)
        for name in (merge, step, check):
            self.count(name, times * rounds)
        return reset, after

    def _first(self, scope: Scope, times: int, left: Block, right: Block) -> tuple[str, str]:
        """Whatever happens first: a message or a time."""
        self.certain = False
        gate, closed = self.name("gate"), self.name("close")
        message, timer = self._message(scope, 0), self._timer(scope, 0)
        for caught, block in ((message, left), (timer, right)):
            first, last = self.draw(block, scope, 0)
            scope.flows += f"{gate}>{caught} {caught}>{first} {last}>{closed} "
        scope.nodes += node("eventBasedGateway", gate) + node("exclusiveGateway", closed)
        return gate, closed

    def _sub(self, scope: Scope, times: int, inner: Block) -> str:
        name = self.count(self.name("sub"), times)
        scope.nodes += node("subProcess", name, self.scope(inner, times))
        return name

    def _call(self, scope: Scope, times: int, inner: Block) -> str:
        name, called = self.count(self.name("call"), times), self.name("called")
        self.process(inner, called, times)
        scope.nodes += node("callActivity", name, calledElement=called)
        return name

    def _guarded(
        self, scope: Scope, times: int, inner: Block, other: Block, kind: str, stops: bool
    ) -> tuple[str, str]:
        """A sub-process with a boundary event whose path joins behind it, or ends by itself."""
        name = self._sub(scope, times, inner)
        caught, closed = self.name(OPTIONAL), self.name("close")
        scope.nodes += event(
            "boundaryEvent",
            caught,
            self._optional(kind),
            attachedToRef=name,
            cancelActivity="true" if stops else "false",
        )
        first, last = self.draw(other, scope, 0)
        scope.nodes += node("exclusiveGateway", closed)
        self.count(closed, times)
        scope.flows += f"{name}>{closed} {caught}>{first} "
        if stops:
            scope.flows += f"{last}>{closed} "
        else:
            end = self.name("end")
            scope.nodes += node("endEvent", end)
            scope.flows += f"{last}>{end} "
        return name, closed

    def _handled(
        self, scope: Scope, times: int, inner: Block, other: Block, kind: str, stops: bool
    ) -> str:
        """A sub-process with an event sub-process."""
        name, handler = self.count(self.name("sub"), times), self.name(OPTIONAL)
        start, end, inside = self.name(OPTIONAL), self.name("end"), Scope()
        first, last = self.draw(other, inside, 0)
        inside.nodes += event(
            "startEvent", start, self._optional(kind), isInterrupting="true" if stops else "false"
        )
        inside.nodes += node("endEvent", end)
        inside.flows += f"{start}>{first} {last}>{end} "
        drawn = inside.nodes + flows(inside.flows)
        body = self.scope(inner, times) + node(
            "subProcess", handler, drawn, triggeredByEvent="true"
        )
        scope.nodes += node("subProcess", name, body)
        return name

    def _optional(self, kind: str) -> str:
        if kind == "message":
            return f"message {self._root('message', OPTIONAL)}"
        return f"timer duration PT{self.number}H"

    def _each(self, scope: Scope, times: int, size: int, one_by_one: bool, is_call: bool) -> str:
        """A user task or a called process for each of a few."""
        several = (
            f'<bpmn:multiInstanceLoopCharacteristics isSequential="{str(one_by_one).lower()}">'
            f"<bpmn:loopCardinality>{size}</bpmn:loopCardinality>"
            "</bpmn:multiInstanceLoopCharacteristics>"
        )
        if is_call:
            name, called = self.name("each"), self.name("called")
            self.process(("user",), called, times * size)
            scope.nodes += node("callActivity", name, several, calledElement=called)
        else:
            name = self.name("each")
            scope.nodes += user(name, several)
        self.count(name, times * size)
        return name

    def _again(self, scope: Scope, times: int, rounds: int) -> str:
        name = self.count(self.name("again"), times * rounds)
        loop = f'<bpmn:standardLoopCharacteristics loopMaximum="{rounds}"/>'
        scope.nodes += user(name, loop)
        return name

    def _any_order(self, scope: Scope, times: int, size: int, one_by_one: bool) -> str:
        name, inside = self.count(self.name("any_order"), times), Scope()
        for _ in range(size):
            self._user(inside, times)
        ordering = "Sequential" if one_by_one else "Parallel"
        scope.nodes += node("adHocSubProcess", name, inside.nodes, ordering=ordering)
        return name
