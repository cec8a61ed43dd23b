"""Check a set of definitions as a whole: everything that one refers to is there."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any

import orjson
from lxml import etree
from sqlalchemy.orm import Session

from engine.bundles import Member, Name, hash_of
from engine.check_memory import CheckMemory
from engine.decisions import InvalidDecisions, known_result, lint_decisions, read_model
from engine.diagrams import CheckedDiagram, Environment, prepare_diagram, read_diagram
from engine.diagrams.source import References, process_ids, references
from engine.diagrams.vocabulary import FLOW_NODES
from engine.direction_marks import check_direction
from engine.errors import DiagramError
from engine.feel.checking import Known
from engine.findings import Finding
from engine.knowledge import HostKnowledge, providers_of
from engine.posts import NAME as POSTS_NAME
from engine.posts import InvalidPosts, Posts, lint_posts, parse_posts

Checker = Callable[[str, bytes], Sequence[Finding]]
"""Checks one definition of a kind that the engine does not know: gets its key and content."""

Across = Callable[[Session, str, Mapping[Name, Member]], Iterable[Finding]]
"""Checks what changes in a scope against scopes that it is never combined with."""

_JSON_KINDS = ("form", "sheet", "vocabulary", "catalogue", "posts")


@dataclass(frozen=True)
class Host:
    """What the application around the engine offers to definitions; None: not checked."""

    checkers: Mapping[str, Checker] = field(default_factory=dict)
    service_tasks: Collection[str] | None = None
    groups: Collection[str] | None = None
    pages: Collection[str] | None = None
    functions: Mapping[str, Callable[..., Any]] | None = None
    knowledge: HostKnowledge = field(default_factory=HostKnowledge)
    across: Across | None = None
    memory: CheckMemory = field(default_factory=CheckMemory, compare=False, repr=False)


@dataclass(frozen=True)
class CheckedSet:
    """The findings about a set, and its diagrams in lowered form by key."""

    findings: tuple[Finding, ...]
    lowered: Mapping[str, bytes]

    @property
    def refused(self) -> bool:
        """Tell whether there is an error among the findings."""
        return any(one.severity == "error" for one in self.findings)


def check_set(members: Mapping[Name, Member], host: Host) -> CheckedSet:
    """Check every definition of a set against all the others."""
    findings: list[Finding] = []
    by_kind: dict[str, dict[str, Member]] = {}
    for member in members.values():
        by_kind.setdefault(member.kind, {})[member.key] = member
        findings.extend(_alone(member, host))
    decisions = _decisions(by_kind.get("decision", {}).values(), host, findings)
    environment = _environment(by_kind, decisions, host)
    if (posts := members.get(POSTS_NAME)) is not None:
        environment = _with_posts(environment, posts)
    prepared: dict[str, CheckedDiagram] = {}
    seen = _Seen(by_kind, environment, host)
    for key, member in by_kind.get("process", {}).items():
        prepared[key] = seen.prepared(key, member, environment)
        findings.extend(_about(member, prepared[key].findings))
    findings.extend(_check_doubles(prepared))
    findings.extend(_check_recursion(prepared))
    lowered = {key: one.lowered for key, one in prepared.items() if one.lowered is not None}
    return CheckedSet(tuple(findings), lowered)


def _alone(member: Member, host: Host) -> tuple[Finding, ...]:
    name = ("alone", member.kind, member.key, hash_of(member.content))
    return host.memory.get(name, lambda: tuple(check_alone(member, host)))


class _Seen:
    """What the check of each diagram looks at: itself, and what it refers to, in the end."""

    def __init__(
        self, by_kind: Mapping[str, Mapping[str, Member]], environment: Environment, host: Host
    ) -> None:
        self._memory = host.memory
        self._forms = {key: hash_of(one.content) for key, one in by_kind.get("form", {}).items()}
        self._decisions = _names_of(by_kind.get("decision", {}).values())
        self._names = hash_of(repr(_words_of(environment)).encode())
        self._owners: dict[str, Member] = {}
        for member in by_kind.get("process", {}).values():
            root = _kept_root(member, host.memory)
            self._owners.update(
                dict.fromkeys(process_ids(root) if root is not None else (), member)
            )

    def prepared(self, key: str, member: Member, environment: Environment) -> CheckedDiagram:
        """Check a diagram, unless all that it looks at was the same before."""
        name = ("diagram", key, self._names, self._decisions, self._closure(member))
        return self._memory.get(name, lambda: prepare_diagram(member.content, environment, key=key))

    def _closure(self, member: Member) -> tuple[str, ...]:
        """Name the diagram, all that it calls, and the forms that any of these refers to."""
        diagrams: dict[str, Member] = {}
        forms: set[str] = set()
        waiting = [member]
        while waiting:
            one = waiting.pop()
            if one.key in diagrams:
                continue
            diagrams[one.key] = one
            found = self._references(one)
            forms |= found.forms
            waiting += [self._owners[p] for p in found.processes if p in self._owners]
        return (
            hash_of(member.content),
            *sorted(f"{key} {hash_of(one.content)}" for key, one in diagrams.items()),
            *sorted(f"{key} {self._forms.get(key, '')}" for key in forms),
        )

    def _references(self, member: Member) -> References:
        root = _kept_root(member, self._memory)
        if root is None:
            return References()
        name = ("references", hash_of(member.content))
        return self._memory.get(name, lambda: references(root))


def _words_of(environment: Environment) -> list[object]:
    sets = (
        environment.processes,
        environment.forms,
        environment.decisions,
        environment.groups,
        environment.elements,
        environment.stages,
        environment.duties,
    )
    allowed = {key: sorted(one) for key, one in environment.duties_of_groups.items()}
    return [*(None if one is None else sorted(one) for one in sets), sorted(allowed.items())]


def _names_of(members: Iterable[Member]) -> str:
    rows = sorted(f"{one.key} {hash_of(one.content)}" for one in members)
    return hash_of("\n".join(rows).encode())


def environment_of(members: Mapping[Name, Member], host: Host) -> Environment:
    """Tell what a diagram of a set may refer to, and what is known of the variables it is given.

    What is wrong with the set is not told: `check_set` does that.
    """
    by_kind: dict[str, dict[str, Member]] = {}
    for member in members.values():
        by_kind.setdefault(member.kind, {})[member.key] = member
    files = [one.content for one in by_kind.get("decision", {}).values()]
    decisions = {key: one for file in files for key, one in _results_in(file, host, files).items()}
    environment = _environment(by_kind, decisions, host)
    posts = members.get(POSTS_NAME)
    return environment if posts is None else _with_posts(environment, posts)


def _about(member: Member, findings: Iterable[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield replace(finding, definition=f"{member.kind}/{member.key}")


def check_alone(member: Member, host: Host) -> Iterator[Finding]:
    """Check what can be told of a definition without the others."""
    yield from _about(member, _check_alone(member, host))


def _check_alone(member: Member, host: Host) -> Iterator[Finding]:
    yield from check_direction(member.content)
    if member.kind in _JSON_KINDS:
        try:
            orjson.loads(member.content)
        except orjson.JSONDecodeError as error:
            yield Finding("not_json", f"不是正确的 JSON:{error}", f"Not valid JSON: {error}")
            return
    if member.kind == "posts":
        yield from lint_posts(member.content)
    checker = host.checkers.get(member.kind)
    if checker is not None:
        yield from checker(member.key, member.content)


def _decisions(
    members: Collection[Member], host: Host, findings: list[Finding]
) -> dict[str, Known]:
    """Check the decisions; give what is known of the result of each."""
    results: dict[str, Known] = {}
    owner: dict[str, str] = {}
    files = [member.content for member in members]
    names = _names_of(members)
    for member in members:
        found, ids = host.memory.get(
            ("decision", hash_of(member.content), names), partial(_linted, member, host, files)
        )
        found = list(found)
        if ids and member.key not in ids:
            found.append(
                Finding(
                    "decision_id_differs",
                    f"文件里没有编号为“{member.key}”的决策。",
                    f"The file has no decision with the id “{member.key}”.",
                )
            )
        found.extend(_twice("decision", one, owner[one]) for one in ids if one in owner)
        findings.extend(_about(member, found))
        owner.update(dict.fromkeys(ids, member.key))
        results.update(ids)
    return results


def _linted(
    member: Member, host: Host, files: Sequence[bytes]
) -> tuple[Sequence[Finding], Mapping[str, Known]]:
    found = tuple(lint_decisions(member.content, functions=host.functions, others=files))
    return found, _results_in(member.content, host, files)


def _results_in(content: bytes, host: Host, others: Sequence[bytes]) -> Mapping[str, Known]:
    try:
        model = read_model(content, functions=host.functions, others=others)
    except InvalidDecisions:
        return {}  # `lint_decisions` reports it.
    found = {**model.decisions, **model.services}
    return {key: known_result(one) for key, one in found.items()}


def _twice(kind: str, name: str, first: str) -> Finding:
    return Finding(
        f"{kind}_twice",
        f"“{name}”已在“{first}”中定义。",
        f"“{name}” is already defined in “{first}”.",
    )


def _environment(
    by_kind: Mapping[str, Mapping[str, Member]], decisions: Mapping[str, Known], host: Host
) -> Environment:
    processes: set[str] = set()
    elements: set[str] = set()
    found = (_kept_root(one, host.memory) for one in by_kind.get("process", {}).values())
    roots = [root for root in found if root is not None]
    for root in roots:
        processes.update(process_ids(root))
        elements.update(node.get("id") or "" for node in root.iter(*FLOW_NODES))
    read = host.knowledge.form_variables
    knowledge = (
        host.knowledge
        if read is None
        else replace(
            host.knowledge,
            form_variables=lambda content: host.memory.get(
                ("form variables", hash_of(content)), lambda: read(content)
            ),
        )
    )
    providers = providers_of(
        knowledge,
        forms={key: one.content for key, one in by_kind.get("form", {}).items()},
        decisions=decisions,
        diagrams=roots,
        functions=host.functions,
    )
    return Environment(
        processes=processes,
        forms=set(by_kind.get("form", {})),
        pages=host.pages,
        decisions=set(decisions),
        service_tasks=host.service_tasks,
        service_inputs=knowledge.service_inputs,
        groups=host.groups,
        elements=elements,
        functions=host.functions,
        providers=providers,
    )


def _with_posts(environment: Environment, member: Member) -> Environment:
    try:
        posts: Posts = parse_posts(member.content)
    except InvalidPosts:
        return environment  # `_check_alone` reports it.
    return replace(
        environment,
        groups=set(posts.posts),
        duties=set(posts.duties),
        duties_of_groups=posts.duties_of_posts(),
    )


def _kept_root(member: Member, memory: CheckMemory) -> etree._Element | None:
    # Only read, never changed: `prepare_diagram` reads the diagram anew for itself.
    return memory.get(("root", hash_of(member.content)), lambda: _root(member))


def _root(member: Member) -> etree._Element | None:
    try:
        return read_diagram(member.content)
    except DiagramError:
        return None  # `prepare_diagram` reports it.


def _check_doubles(prepared: Mapping[str, CheckedDiagram]) -> Iterator[Finding]:
    owner: dict[str, str] = {}
    for key, diagram in prepared.items():
        for process_id in diagram.processes:
            if process_id in owner:
                finding = _twice("process", process_id, owner[process_id])
                yield replace(finding, definition=f"process/{key}")
            owner[process_id] = key


def _check_recursion(prepared: Mapping[str, CheckedDiagram]) -> Iterator[Finding]:
    calls = {key: diagram.references.processes for key, diagram in prepared.items()}
    for key in calls:
        seen: set[str] = set()
        waiting = list(calls[key])
        while waiting:
            called = waiting.pop()
            if called not in seen:
                seen.add(called)
                waiting.extend(calls.get(called, ()))
        if key in seen:
            yield Finding(
                "recursive_call",
                "流程直接或间接地调用自己。",
                "The process calls itself, directly or through others.",
                definition=f"process/{key}",
                severity="warning",
            )
