"""Definitions for scenarios, straight from folders."""

from pathlib import Path
from typing import Any

from sqlmodel import Session

from engine.decisions import parse_decisions
from engine.errors import DiagramError, UnknownDefinition, UnknownProcess
from engine.sources import Source, load_folder
from engine.testing import SourceDefinitions
from tasks.facts import host_functions


class Pack(SourceDefinitions):
    """The definitions of some folders, for scenarios: not published, one bundle.

    A diagram that cannot be published is remembered and raised when something asks for it, so
    that the scenarios of the others can run.
    """

    def __init__(self, *roots: Path) -> None:
        self._sources: dict[tuple[str, str], Source] = {}
        self._refused: dict[str, DiagramError] = {}
        super().__init__({}, host_functions())
        for source in load_folder(*roots):
            self._sources[source.kind, source.key] = source
        self._add_sources()

    def _add_sources(self) -> None:
        for source in self._sources.values():
            if source.kind == "process":
                try:
                    self._add_diagram(source.content)
                except DiagramError as error:
                    self._refused[source.key] = error
            elif source.kind == "decision":
                self._decisions.update(parse_decisions(source.content, functions=self.functions))

    def process(self, bundle_id: str, process_id: str) -> Any:
        """Give a process; raises what stands against it."""
        if process_id in self._refused:
            raise self._refused[process_id]
        try:
            return super().process(bundle_id, process_id)
        except UnknownProcess as error:
            raise next(iter(self._refused.values()), error) from error

    def content(self, db: Session, bundle_id: str, kind: str, key: str) -> bytes:
        """Give the source of a form, paper, sheet or catalogue."""
        source = self._sources.get((kind, key))
        if source is None:
            raise UnknownDefinition(f"{kind} {key}")
        return source.content
