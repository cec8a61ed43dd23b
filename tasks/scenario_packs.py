"""Definitions for scenarios, straight from folders or from what is about to be published."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from copy import copy
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any, Self
from xml.sax.saxutils import escape

from sqlmodel import Session

from engine.bundles import Name, hash_of
from engine.decisions import Decision, parse_decisions
from engine.diagrams import (
    CompiledDiagram,
    CompiledProcess,
    Environment,
    StartTrigger,
    compile_diagram,
    flow_ends,
    lower,
    prepare_diagram,
    read_diagram,
    start_triggers,
)
from engine.diagrams.read import read_lowered
from engine.diagrams.vocabulary import B
from engine.errors import DiagramError, UnknownDefinition, UnknownProcess
from engine.scopes import BASE, chain_of
from engine.source_definitions import SourceDefinitions
from engine.sources import Source, load_folder
from engine.terms import NAME as TERMS
from forms import FormDefinition
from tasks.form_library import FormLibrary
from tasks.given_states import GivenStates, scenario_functions

STARTS: Name = ("process", "")
"""Stands in what a scenario has read for the start events of all processes together."""

Lowered = Mapping[str, bytes]
"""Diagrams that were checked already, as they run: by key."""


class Pack(SourceDefinitions):
    """The definitions of a chain of scopes, for scenarios: not published, one bundle.

    A diagram that cannot be published is remembered and raised when something asks for it, so
    that the scenarios of the others can run. `read` collects the definitions that were asked for.
    """

    def __init__(self, *roots: Path, scopes: Sequence[str] = (BASE,)) -> None:
        self._fill(_innermost(load_folder(*roots), chain_of(scopes)), GivenStates())

    @classmethod
    def of(
        cls,
        contents: Mapping[Name, bytes],
        given: GivenStates | None = None,
        lowered: Lowered | None = None,
    ) -> Self:
        """Make a pack of contents by kind and key; packs of one thread may share given states.

        Diagrams of which `lowered` has the lowered form are not checked again.
        """
        pack = cls.__new__(cls)
        pack._fill(contents, given or GivenStates(), lowered or {})
        return pack

    def _fill(
        self, contents: Mapping[Name, bytes], given: GivenStates, lowered: Lowered | None = None
    ) -> None:
        super().__init__({}, scenario_functions())
        self.given = given
        self.read: set[Name] = set()
        self.forms = _Forms(self)
        self._contents = dict(contents)
        self._hashes = {name: hash_of(content) for name, content in contents.items()}
        self._owners: dict[Name, str] = {}
        self._refused: dict[str, DiagramError] = {}
        self._lowered: dict[str, bytes] = {}
        self._diagrams = _Compiled(self._lowered)
        tables = tuple(content for (kind, _), content in contents.items() if kind == "decision")
        for (kind, key), content in contents.items():
            if kind == "process":
                self._take_diagram(key, content, (lowered or {}).get(key))
            elif kind == "decision":
                self._take_decisions(key, content, tables)

    def _take_diagram(self, key: str, content: bytes, lowered: bytes | None) -> None:
        try:
            runnable = _runnable(lowered or _lowered(content))
        except DiagramError as error:
            self._refused[key] = error
            return
        self._owners.update({("process", one): key for one in runnable.processes})
        self._lowered.update(dict.fromkeys(runnable.processes, runnable.lowered))
        self._starts.extend(runnable.starts)

    def _take_decisions(self, key: str, content: bytes, tables: tuple[bytes, ...]) -> None:
        # Only a file that imports others depends on them.
        found = _decisions(content, tables if b"import" in content else ())
        self._owners.update({("decision", one): key for one in found})
        self._decisions.update(found)

    def process(self, bundle_id: str, process_id: str) -> CompiledProcess:
        """Give a process; raises what stands against it."""
        if process_id in self._refused:
            raise self._refused[process_id]
        try:
            found = super().process(bundle_id, process_id)
        except UnknownProcess as error:
            raise next(iter(self._refused.values()), error) from error
        self.read.update(self._owned("process", one) for one in found.elements_by_process)
        return found

    def decision(self, bundle_id: str, decision_id: str) -> Decision:
        """Give a decision."""
        self.read.add(self._owned("decision", decision_id))
        return super().decision(bundle_id, decision_id)

    def start_events(self, bundle_id: str) -> list[StartTrigger]:
        """List the start events."""
        self.read.add(STARTS)
        return super().start_events(bundle_id)

    def content(self, db: Session | None, bundle_id: str, kind: str, key: str) -> bytes:
        """Give the source of a form, paper, sheet, catalogue, vocabulary or table of posts."""
        self.read.add((kind, key))
        try:
            return self._contents[kind, key]
        except KeyError:
            raise UnknownDefinition(f"{kind} {key}") from None

    def hash_of(self, name: Name) -> str:
        """Name the content of what a scenario has read; empty if there is none."""
        if name == STARTS:
            return _hash_of_starts(self._starts)
        return self._hashes.get(name, "")

    def _owned(self, kind: str, key: str) -> Name:
        return kind, self._owners.get((kind, key), key)

    def leaving_out(self, stubs: Mapping[str, Any]) -> "Pack":
        """The same definitions with some processes replaced by nothing.

        What stands for a process is either the variables that it sets, or `wait`: then it waits
        for the message `left_out.<process id>`.
        """
        if not stubs:
            return self
        other = copy(self)
        stand_ins = {
            process_id: _stand_in(process_id, json.dumps(given or {}, ensure_ascii=False))
            for process_id, given in stubs.items()
        }
        other._diagrams = _Compiled(self._lowered, stand_ins)
        other._processes = {}
        return other

    def flows(self, process_id: str) -> dict[str, tuple[str, str]]:
        """Source and target of each sequence flow of a diagram by its id."""
        return flow_ends(read_diagram(self._contents["process", process_id]))


class _Forms(FormLibrary):
    """Forms of a pack, of which it is noted that they were read though they are kept."""

    def __init__(self, pack: Pack) -> None:
        super().__init__(pack)  # type: ignore[arg-type]
        self._read = pack.read

    def form(self, db: Session, bundle_id: str, form_id: str) -> FormDefinition:
        # What a form says is said in the terms that held when it was kept.
        self._read |= {("form", form_id), TERMS}
        return super().form(db, bundle_id, form_id)


def _innermost(sources: Iterable[Source], chain: Sequence[str]) -> dict[Name, bytes]:
    wanted = [one for one in sources if one.scope in chain]
    wanted.sort(key=lambda one: chain.index(one.scope))
    return {(one.kind, one.key): one.content for one in wanted}


def lowered_of(contents: Mapping[Name, bytes]) -> Lowered:
    """Check the diagrams of a pack; those against which something stands are left out."""
    found = {}
    for (kind, key), content in contents.items():
        if kind == "process":
            with suppress(DiagramError):
                found[key] = _lowered(content)
    return found


def hashes_of(contents: Mapping[Name, bytes], lowered: Lowered) -> dict[Name, str]:
    """Name each content, and the start events together, as `Pack.hash_of` does."""
    starts = [start for one in lowered.values() for start in _runnable(one).starts]
    return {name: hash_of(content) for name, content in contents.items()} | {
        STARTS: _hash_of_starts(starts)
    }


def _hash_of_starts(starts: Iterable[StartTrigger]) -> str:
    return hash_of(repr(sorted(map(repr, starts))).encode())


@dataclass(frozen=True)
class _Runnable:
    """A lowered diagram, the processes in it and what starts them."""

    lowered: bytes
    processes: tuple[str, ...]
    starts: tuple[StartTrigger, ...]


class _Compiled(Mapping[str, CompiledDiagram]):
    """The diagrams of processes, each compiled when something asks for it, or what is instead."""

    def __init__(
        self, lowered: Mapping[str, bytes], instead: Mapping[str, CompiledDiagram] | None = None
    ) -> None:
        self._lowered = lowered
        self._instead = instead or {}

    def __getitem__(self, process_id: str) -> CompiledDiagram:
        return self._instead.get(process_id) or compile_diagram(self._lowered[process_id])

    def __iter__(self) -> Iterator[str]:
        return iter({**self._lowered, **self._instead})

    def __len__(self) -> int:
        return len({**self._lowered, **self._instead})


@lru_cache(maxsize=1024)
def _lowered(content: bytes) -> bytes:
    environment = Environment(functions=scenario_functions(), needs_people=False)
    prepared = prepare_diagram(content, environment)
    if prepared.lowered is None:
        raise DiagramError([one for one in prepared.findings if one.severity == "error"])
    return prepared.lowered


@lru_cache(maxsize=1024)
def _runnable(lowered: bytes) -> _Runnable:
    root = read_lowered(lowered)
    processes = tuple(one.get("id") or "" for one in root.iter(B + "process"))
    return _Runnable(lowered, processes, tuple(start_triggers(root)))


@lru_cache(maxsize=1024)
def _decisions(content: bytes, others: tuple[bytes, ...]) -> Mapping[str, Decision]:
    return parse_decisions(content, functions=scenario_functions(), others=others)


_STAND_IN = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
 targetNamespace="https://jiancheng.example/stand-in">
 <bpmn:process id="{process_id}" isExecutable="true">
  <bpmn:startEvent id="left_out"/>{middle}<bpmn:endEvent id="left"/>
  <bpmn:sequenceFlow id="into" sourceRef="left_out" targetRef="instead"/>
  <bpmn:sequenceFlow id="out" sourceRef="instead" targetRef="left"/>
 </bpmn:process>
 <bpmn:message id="awaited" name="left_out.{process_id}"/>
</bpmn:definitions>"""


@lru_cache(maxsize=1024)
def _stand_in(process_id: str, given: str) -> CompiledDiagram:
    if given == '"wait"':
        middle = '<bpmn:receiveTask id="instead" messageRef="awaited"/>'
    else:
        # JSON is FEEL, but for what XML would read as markup.
        middle = (
            '<bpmn:scriptTask id="instead"><bpmn:script>'
            f"{escape(given)}</bpmn:script></bpmn:scriptTask>"
        )
    drawn = _STAND_IN.format(process_id=process_id, middle=middle).encode()
    return compile_diagram(lower(read_diagram(drawn)))
