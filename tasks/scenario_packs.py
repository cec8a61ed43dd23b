"""Definitions for scenarios, straight from folders."""

import json
from collections.abc import Mapping
from copy import copy
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from sqlmodel import Session

from engine.decisions import parse_decisions
from engine.diagrams import compile_diagram, lower, read_diagram
from engine.errors import DiagramError, UnknownDefinition, UnknownProcess
from engine.sources import Source, load_folder
from engine.testing import SourceDefinitions
from tasks.facts import host_functions
from tasks.given_states import GivenStates


class Pack(SourceDefinitions):
    """The definitions of some folders, for scenarios: not published, one bundle.

    A diagram that cannot be published is remembered and raised when something asks for it, so
    that the scenarios of the others can run.
    """

    def __init__(self, *roots: Path) -> None:
        self._sources: dict[tuple[str, str], Source] = {}
        self._refused: dict[str, DiagramError] = {}
        self.given = GivenStates()
        super().__init__({}, host_functions())
        for source in load_folder(*roots):
            self._sources[source.kind, source.key] = source
        self._add_sources()

    def _add_sources(self) -> None:
        sources = self._sources.values()
        tables = [source.content for source in sources if source.kind == "decision"]
        for source in sources:
            if source.kind == "process":
                try:
                    self._add_diagram(source.content)
                except DiagramError as error:
                    self._refused[source.key] = error
            elif source.kind == "decision":
                found = parse_decisions(source.content, functions=self.functions, others=tables)
                self._decisions.update(found)

    def process(self, bundle_id: str, process_id: str) -> Any:
        """Give a process; raises what stands against it."""
        if process_id in self._refused:
            raise self._refused[process_id]
        try:
            return super().process(bundle_id, process_id)
        except UnknownProcess as error:
            raise next(iter(self._refused.values()), error) from error

    def leaving_out(self, stubs: Mapping[str, Any]) -> "Pack":
        """The same definitions with some processes replaced by nothing.

        What stands for a process is either the variables that it sets, or `wait`: then it waits
        for the message `left_out.<process id>`.
        """
        if not stubs:
            return self
        other = copy(self)
        stand_ins = {
            process_id: compile_diagram(lower(read_diagram(_stand_in(process_id, given))))
            for process_id, given in stubs.items()
        }
        other._diagrams = {**self._diagrams, **stand_ins}
        other._processes = {}
        return other

    def flows(self, process_id: str) -> dict[str, tuple[str, str]]:
        """Source and target of each sequence flow of a diagram by its id."""
        root = read_diagram(self._sources["process", process_id].content)
        return {
            str(flow.get("id")): (str(flow.get("sourceRef")), str(flow.get("targetRef")))
            for flow in root.iter("{*}sequenceFlow")
        }

    def content(self, db: Session, bundle_id: str, kind: str, key: str) -> bytes:
        """Give the source of a form, paper, sheet or catalogue."""
        source = self._sources.get((kind, key))
        if source is None:
            raise UnknownDefinition(f"{kind} {key}")
        return source.content


_STAND_IN = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 targetNamespace="https://jiancheng.example/stand-in">
 <bpmn:process id="{process_id}" isExecutable="true">
  <bpmn:startEvent id="left_out"/>{middle}<bpmn:endEvent id="left"/>
  <bpmn:sequenceFlow id="into" sourceRef="left_out" targetRef="instead"/>
  <bpmn:sequenceFlow id="out" sourceRef="instead" targetRef="left"/>
 </bpmn:process>
 <bpmn:message id="awaited" name="left_out.{process_id}"/>
</bpmn:definitions>"""


def _stand_in(process_id: str, given: Any) -> bytes:
    if given == "wait":
        middle = '<bpmn:receiveTask id="instead" messageRef="awaited"/>'
    else:
        # JSON is FEEL, but for what XML would read as markup.
        context = escape(json.dumps(given or {}, ensure_ascii=False))
        middle = (
            f'<bpmn:scriptTask id="instead"><bpmn:script>{context}</bpmn:script></bpmn:scriptTask>'
        )
    return _STAND_IN.format(process_id=process_id, middle=middle).encode()
