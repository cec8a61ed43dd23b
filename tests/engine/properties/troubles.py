"""Drawings in which something goes wrong: errors, escalations, compensation, cancellation."""

from __future__ import annotations

from tests.engine.conftest import event, flows, node, service
from tests.engine.properties.blocks import Block
from tests.engine.properties.drawings import OPTIONAL, Drawing, Scope


class TroubledDrawing(Drawing):
    """Draws the blocks that throw, catch and undo, besides all others."""

    def _undone(self, scope: Scope, times: int, is_user: bool) -> tuple[str, str]:
        """Something done, then compensated: what undoes it runs once for each time."""
        done, throw = self._undoable(scope, times, is_user), self.name("compensate")
        definition = f'<bpmn:compensateEventDefinition activityRef="{done}"/>'
        scope.nodes += node("intermediateThrowEvent", throw, definition)
        scope.flows += f"{done}>{throw} "
        self.untold.add(throw)
        return done, throw

    def _undoable(self, scope: Scope, times: int, is_user: bool) -> str:
        done = self._user(scope, times) if is_user else self._inline(scope, times)
        caught, undo = self.name("undo_of"), self.name("undo")
        scope.nodes += event("boundaryEvent", caught, "compensate", attachedToRef=done)
        scope.nodes += service(undo, "note_inline", isForCompensation="true")
        scope.nodes += f'<bpmn:association id="a_{undo}" sourceRef="{caught}" targetRef="{undo}"/>'
        self.undone[undo] += times
        self.untold |= {caught, undo}
        return done

    def _failed(self, scope: Scope, times: int, inner: Block, other: Block) -> tuple[str, str]:
        """A sub-process that ends with an error, and the way on from there."""
        return self._thrown(scope, times, inner, other, "error", "true")

    def _escalated(
        self, scope: Scope, times: int, inner: Block, other: Block, stops: bool
    ) -> tuple[str, str]:
        stopping = "true" if stops else "false"
        return self._thrown(scope, times, inner, other, "escalation", stopping)

    def _thrown(
        self, scope: Scope, times: int, inner: Block, other: Block, kind: str, stops: str
    ) -> tuple[str, str]:
        code, name, caught = self.name("code"), self.name("sub"), self.name("caught")
        self.roots.append(f'<bpmn:{kind} id="{code}" name="{code}" {kind}Code="{code}"/>')
        definition = f'<bpmn:{kind}EventDefinition {kind}Ref="{code}"/>'
        scope.nodes += node("subProcess", name, self.scope(inner, times, definition))
        return self._caught(scope, times, name, caught, other, f"{kind} {code}", stops)

    def _caught(
        self,
        scope: Scope,
        times: int,
        name: str,
        caught: str,
        other: Block,
        definition: str,
        stops: str,
    ) -> tuple[str, str]:
        """What is certain to be caught, and the way on from there; both ways lead on."""
        closed, end = self.name("close"), self.name("end")
        boundary = {"attachedToRef": name, "cancelActivity": stops}
        scope.nodes += event("boundaryEvent", caught, definition, **boundary)
        scope.nodes += node("exclusiveGateway", self.count(closed, times))
        if stops == "false":
            scope.nodes += node("endEvent", end)
        first, last = self.draw(other, scope, times)
        scope.flows += f"{name}>{closed} {caught}>{first} "
        scope.flows += f"{last}>{closed if stops == 'true' else end} "
        self.untold |= {name, caught, end}
        return name, closed

    def _cancelled(self, scope: Scope, times: int, other: Block) -> tuple[str, str]:
        """A transaction that is cancelled: what was done in it is undone."""
        name, inside = self.name("transaction"), Scope()
        start, end = self.name("start"), self.name("end")
        first = self._undoable(inside, times, True)
        second = self._undoable(inside, times, False)
        inside.nodes += node("startEvent", self.count(start, times))
        inside.nodes += event("endEvent", end, "cancel")
        inside.flows += f"{start}>{first} {first}>{second} {second}>{end} "
        scope.nodes += node("transaction", name, inside.nodes + flows(inside.flows))
        self.untold.add(end)
        return self._caught(scope, times, name, self.name("caught"), other, "cancel", "true")

    def _noticed(self, scope: Scope, times: int, other: Block, stops: bool) -> tuple[str, str]:
        """A sub-process of a user task, watched by a condition on the data."""
        self.certain = False
        name = self._sub(scope, times, ("sequence", (("user",), ("user",))))
        caught, closed, end = self.name(OPTIONAL), self.name("close"), self.name("end")
        condition = "<bpmn:condition>x = 1</bpmn:condition>"
        definition = (
            f"<bpmn:conditionalEventDefinition>{condition}</bpmn:conditionalEventDefinition>"
        )
        boundary = {"attachedToRef": name, "cancelActivity": "true" if stops else "false"}
        scope.nodes += node("boundaryEvent", caught, definition, **boundary)
        scope.nodes += node("exclusiveGateway", closed) + ("" if stops else node("endEvent", end))
        first, last = self.draw(other, scope, 0)
        scope.flows += f"{name}>{closed} {caught}>{first} {last}>{closed if stops else end} "
        return name, closed


def drawing_of(block: Block) -> Drawing:
    """Draw a block as the process `main`."""
    drawing = TroubledDrawing()
    drawing.process(block, "main", 1)
    return drawing
