"""Definitions straight from sources, without publication: for tests and scenarios."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from engine.decisions import Decision, parse_decisions
from engine.diagrams import (
    CompiledDiagram,
    CompiledProcess,
    Environment,
    StartTrigger,
    compile_diagram,
    link,
    prepare_diagram,
    start_triggers,
)
from engine.diagrams.read import read_lowered
from engine.errors import DiagramError, UnknownDefinition

BUNDLE = "sources"
"""The name of the only bundle."""


class SourceDefinitions:
    """Definitions straight from sources, without publication: one bundle, checked one by one."""

    def __init__(
        self,
        sources: Path | Mapping[str, bytes],
        functions: Mapping[str, Callable[..., Any]] | None = None,
    ) -> None:
        self.functions = functions
        self._diagrams: Mapping[str, CompiledDiagram] = {}
        self._decisions: dict[str, Decision] = {}
        self._processes: dict[str, CompiledProcess] = {}
        self._starts: list[StartTrigger] = []
        contents = _contents(sources)
        tables = [content for name, content in contents.items() if name.endswith(".dmn")]
        for name, content in sorted(contents.items()):
            if name.endswith(".bpmn"):
                self._add_diagram(content)
            elif name.endswith(".dmn"):
                found = parse_decisions(content, functions=functions, others=tables)
                self._decisions.update(found)

    def _add_diagram(self, content: bytes) -> None:
        prepared = prepare_diagram(
            content, Environment(functions=self.functions, needs_people=False)
        )
        if prepared.lowered is None:
            raise DiagramError([one for one in prepared.findings if one.severity == "error"])
        compiled = compile_diagram(prepared.lowered)
        self._diagrams = {**self._diagrams, **dict.fromkeys(compiled.elements, compiled)}
        self._starts.extend(start_triggers(read_lowered(prepared.lowered)))

    def current_bundle(self, db: Any, scopes: Sequence[str]) -> str:
        """Give the only bundle."""
        return BUNDLE

    def process(self, bundle_id: str, process_id: str) -> CompiledProcess:
        """Give a process."""
        found = self._processes.get(process_id)
        if found is None:
            found = self._processes[process_id] = link(process_id, self._diagrams)
        return found

    def process_ids(self, bundle_id: str = BUNDLE) -> list[str]:
        """List the processes."""
        return sorted(self._diagrams)

    def decision(self, bundle_id: str, decision_id: str) -> Decision:
        """Give a decision."""
        try:
            return self._decisions[decision_id]
        except KeyError as error:
            raise UnknownDefinition(f"decision {decision_id}") from error

    def content(self, db: Any, bundle_id: str, kind: str, key: str) -> bytes:
        """Give nothing: sources for a test are diagrams and tables only."""
        raise UnknownDefinition(f"{kind} {key}")

    def start_events(self, bundle_id: str) -> list[StartTrigger]:
        """List the start events."""
        return self._starts


def _contents(sources: Path | Mapping[str, bytes]) -> Mapping[str, bytes]:
    if isinstance(sources, Mapping):
        return sources
    paths = [sources] if sources.is_file() else sorted(sources.rglob("*"))
    return {str(path): path.read_bytes() for path in paths if path.suffix in (".bpmn", ".dmn")}
