"""What a designer can refer to in a scope: the definitions that hold there, drafts included."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any

import orjson
from lxml import etree
from sqlalchemy.orm import Session

from engine.bundles import Member, Name, as_member, newest, resolve
from engine.closed_sets import Host, environment_of
from engine.decisions import Decision, InvalidDecisions, parse_decisions
from engine.diagrams import Environment, known_at, read_declaration, read_diagram, read_xml
from engine.diagrams.checking.variables import PROPERTY, BadDeclaration, required_names
from engine.diagrams.dialect import DialectReader
from engine.diagrams.source import process_ids
from engine.diagrams.vocabulary import B
from engine.errors import DiagramError
from engine.feel.checking import Known
from engine.scopes import chain_of

CACHED_ENVIRONMENTS = 8


@dataclass(frozen=True, slots=True)
class Named:
    """A definition as designers choose it; `inputs` and `outputs` are names."""

    key: str
    name: Mapping[str, str]
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Variable:
    """A variable with what is known of it, for completion."""

    name: str
    type: str
    origin: str
    entries: tuple[Variable, ...] = ()


@dataclass
class DesignContext:
    """Looks at the definitions of scopes; keeps what it found out of the last sets it saw."""

    host: Host
    _environments: OrderedDict[tuple[str, ...], Environment] = field(default_factory=OrderedDict)
    _lock: Lock = field(default_factory=Lock)

    def variables(
        self, members: Mapping[Name, Member], content: bytes, element_id: str
    ) -> list[Variable]:
        """List what an expression of an element may name: variables, then facts.

        Raises:
            DiagramError: The content cannot be read.
        """
        environment = self.environment(members)
        functions: Mapping[str, Callable[..., Any]] = self.host.functions or {}
        found = known_at(read_diagram(content), element_id, environment.providers, functions)
        listed = [_variable(name, known, "variable") for name, known in sorted(found.items())]
        facts = environment.providers.facts or {}
        listed += [
            _variable(name, known, "fact") for name, known in facts.items() if name not in found
        ]
        return listed

    def environment(self, members: Mapping[Name, Member]) -> Environment:
        """Tell what the diagrams of a set may refer to."""
        name = tuple(sorted(one.sha256 for one in members.values()))
        with self._lock:
            known = self._environments.get(name)
            if known is None:
                known = self._environments[name] = environment_of(members, self.host)
            self._environments.move_to_end(name)
            while len(self._environments) > CACHED_ENVIRONMENTS:
                self._environments.popitem(last=False)
            return known


def members_in(
    db: Session, scope: str, drafts: Iterable[Member] = (), removed: Iterable[Name] = ()
) -> dict[Name, Member]:
    """Resolve what holds in a scope, its own drafts first."""
    chain = chain_of([scope])
    ours = {one.name: one for one in drafts}
    gone = {*ours, *removed}
    stored = [as_member(row) for row in newest(db, chain) if not row.withdrawn]
    kept = [one for one in stored if one.scope != scope or one.name not in gone]
    return dict(resolve(chain, [*kept, *ours.values()]))


def named_forms(members: Iterable[Member]) -> list[Named]:
    """List the forms with their titles."""
    return [_form(one) for one in _of_kind(members, "form")]


def named_processes(members: Iterable[Member]) -> list[Named]:
    """List the processes with what they need when they are called."""
    return [named for one in _of_kind(members, "process") for named in _processes(one.content)]


def named_decisions(members: Iterable[Member], host: Host) -> list[Named]:
    """List the decisions with the variables they look at and the results they give."""
    files = [one.content for one in _of_kind(members, "decision")]
    found: list[Named] = []
    for file in files:
        try:
            parsed = parse_decisions(file, functions=host.functions, others=files)
        except InvalidDecisions:
            continue  # Its own editor says why.
        found.extend(_decision(one) for one in parsed.values())
    return sorted(found, key=lambda one: one.key)


def _of_kind(members: Iterable[Member], kind: str) -> Sequence[Member]:
    return sorted((one for one in members if one.kind == kind), key=lambda one: one.key)


def _form(member: Member) -> Named:
    try:
        schema = orjson.loads(member.content)
    except orjson.JSONDecodeError:
        schema = {}
    title = schema.get("jc:title") if isinstance(schema, dict) else None
    english = schema.get("jc:title.en") if isinstance(schema, dict) else None
    return Named(member.key, _both(str(title or member.key), english))


def _processes(content: bytes) -> Iterable[Named]:
    try:
        root = read_xml(content)
    except DiagramError:
        return
    for process_id in process_ids(root):
        process = next((one for one in root if one.get("id") == process_id), None)
        if process is not None:
            english = DialectReader(process).properties().get("jc:name.en")
            name = _both(process.get("name") or process_id, english)
            yield Named(process_id, name, tuple(_needs(process)))


def _needs(process: etree._Element) -> list[str]:
    starts = process.findall(B + "startEvent")
    if len(starts) != 1:
        return []
    declared = DialectReader(starts[0]).properties().get(PROPERTY, "")
    try:
        read_declaration(declared)
    except BadDeclaration:
        return []
    return required_names(declared)


def _decision(one: Decision) -> Named:
    outputs = tuple(output.name for output in one.outputs if output.name)
    return Named(one.id, _both(one.name, None), tuple(sorted(one.names)), outputs)


def _both(zh: str, en: object) -> dict[str, str]:
    return {"zh": zh, "en": str(en) if en else zh}


def _variable(name: str, known: Known, origin: str) -> Variable:
    kinds = sorted(known.kinds or ())
    parts = known.entries or (known.item.entries if known.item is not None else None) or {}
    entries = tuple(_variable(key, one, origin) for key, one in sorted(parts.items()))
    return Variable(name, " | ".join(kinds), origin, entries)
