"""Definitions of processes, decisions, forms and papers: publish them, and find them for instances.

An instance is pinned to a bundle, a closed set of immutable versions. What its diagrams were
lowered to is stored with it, so a newer compiler never changes a running instance.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import chain
from threading import RLock
from typing import Any

from sqlalchemy.orm import Session

from engine.bundles import (
    Bundle,
    BundleHead,
    Name,
    as_member,
    bundled,
    lowered_of,
    member_of,
    members_of,
    newest,
)
from engine.chains import name_of
from engine.closed_sets import Across, Checker, Host, check_set
from engine.decisions import Decision, parse_decisions
from engine.decisions.descriptions import Texts, rule_descriptions
from engine.diagrams import (
    CompiledDiagram,
    CompiledProcess,
    StartTrigger,
    compile_diagram,
    link,
    start_triggers,
)
from engine.diagrams.read import read_lowered
from engine.diagrams.renaming import renamed
from engine.errors import DiagramError, UnknownBundle, UnknownDefinition
from engine.knowledge import HostKnowledge
from engine.publication import Publication, PublishReport, move_head
from engine.scopes import BASE, chain_of
from engine.single_checks import SingleChecks
from engine.sources import Source, load_folder
from engine.terms import NAME as TERMS
from engine.terms import PLAIN, Terms, read_terms

CACHED_BUNDLES = 32

Reading = Callable[[], AbstractContextManager[Session]]


@dataclass(frozen=True)
class _LoadedBundle:
    """What the process keeps of a bundle: its diagrams and decisions, compiled when asked for.

    Each table is filled at once, under the lock: a thread that found half of one took a process
    for unknown that another thread was just compiling.
    """

    diagrams: tuple[bytes, ...]
    decisions: tuple[bytes, ...]
    terms: Terms = PLAIN
    processes: dict[str, CompiledProcess] = field(default_factory=dict)
    by_process: dict[str, CompiledDiagram] = field(default_factory=dict)
    by_decision: dict[str, Decision] = field(default_factory=dict)
    row_texts: dict[str, Texts] = field(default_factory=dict)
    starts: list[StartTrigger] = field(default_factory=list)
    lock: AbstractContextManager[bool] = field(default_factory=RLock)


class Definitions:
    """The definitions of one installation.

    `checkers` check the kinds that the engine does not know (forms, papers). `service_tasks`,
    `groups` and `pages` are the names that diagrams may use, `functions` the host's FEEL functions,
    `knowledge` what is known of the variables that the host gives. `across` checks what changes
    in a scope against scopes beside it.
    `reading` opens a session to look a bundle up that this process has not seen yet.
    """

    def __init__(
        self,
        *,
        checkers: Mapping[str, Checker] | None = None,
        service_tasks: Collection[str] | None = None,
        groups: Collection[str] | None = None,
        pages: Collection[str] | None = None,
        functions: Mapping[str, Callable[..., Any]] | None = None,
        knowledge: HostKnowledge | None = None,
        across: Across | None = None,
        reading: Reading | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        known = knowledge or HostKnowledge()
        self.host = Host(
            dict(checkers or {}), service_tasks, groups, pages, functions, known, across
        )
        self.reading = reading
        self.now = now
        self.single_checks = SingleChecks(self.host)
        self._loaded: OrderedDict[str, _LoadedBundle] = OrderedDict()
        self._lock = RLock()

    load_folder = staticmethod(load_folder)

    def publish(
        self,
        db: Session,
        sources: Sequence[Source],
        scope: str = BASE,
        actor: str = "",
        *,
        complete: bool = False,
        removals: Collection[Name] = (),
        held: Collection[str] = (),
    ) -> PublishReport:
        """Publish definitions in a scope, unless something stands against it.

        Checks the whole set that results, for every chain of scopes in use. Stores only what
        changed. A chain of an inner scope that no longer fits stays with its old bundle and is
        reported. `complete`: what the scope has besides the sources is withdrawn; `removals` are
        in any case, and the outer scope's definitions hold again. Chains that are `held` stay with
        what they have.
        """
        publication = self._publication(db, scope, actor, complete, removals)
        publication.held = held
        report = publication.run(sources)
        for bundle_id in report.bundles.values():
            self.load(db, bundle_id)
        return report

    def check(
        self,
        db: Session,
        sources: Sequence[Source],
        scope: str = BASE,
        *,
        complete: bool = False,
        removals: Collection[Name] = (),
    ) -> PublishReport:
        """Say what a publication would find, and store nothing."""
        return self._publication(db, scope, "", complete, removals).run(sources, dry=True)

    def _publication(
        self, db: Session, scope: str, actor: str, complete: bool, removals: Collection[Name]
    ) -> Publication:
        return Publication(db, self.host, scope, actor, self.now(), complete, removals)

    def current_bundle(self, db: Session, scopes: Sequence[str] = (BASE,)) -> str:
        """Give the bundle that new instances of these scopes start with.

        Raises:
            DiagramError: These scopes were never combined before, and do not fit together.
        """
        chain = chain_of(scopes)
        head = db.get(BundleHead, name_of(chain))
        if head is not None:
            return head.bundle_id
        stored = [as_member(row) for row in newest(db, chain) if not row.withdrawn]
        members = bundled(chain, stored)
        checked = check_set(members, self.host)
        if checked.refused:
            raise DiagramError([one for one in checked.findings if one.severity == "error"])
        return move_head(db, chain, members, checked, self.now())

    def process(self, bundle_id: str, process_id: str) -> CompiledProcess:
        """Give a process of a bundle, compiled, with all that it calls. Shared; never change it.

        Raises:
            UnknownProcess: The bundle has no such process.
            UnknownBundle: There is no such bundle.
        """
        bundle = self._bundle(bundle_id)
        found = bundle.processes.get(process_id)
        if found is None:
            found = link(process_id, self._diagrams(bundle))
            bundle.processes[process_id] = found
        return found

    def process_ids(self, bundle_id: str) -> list[str]:
        """List the processes of a bundle."""
        return sorted(self._diagrams(self._bundle(bundle_id)))

    def decision(self, bundle_id: str, decision_id: str) -> Decision:
        """Give a decision of a bundle.

        Raises:
            UnknownDefinition: The bundle has no such decision.
        """
        bundle = self._bundle(bundle_id)
        if not bundle.by_decision:
            with bundle.lock:
                bundle.by_decision.update(self._parsed(bundle))
        try:
            return bundle.by_decision[decision_id]
        except KeyError as error:
            raise UnknownDefinition(f"decision {decision_id} in {bundle_id}") from error

    def row_texts(self, bundle_id: str) -> Mapping[str, Texts]:
        """Give what the authors of a bundle's tables say of their rows, by rule and language."""
        bundle = self._bundle(bundle_id)
        if not bundle.row_texts:
            texts = [rule_descriptions(content) for content in bundle.decisions]
            bundle.row_texts.update(
                {key: _said(value, bundle.terms) for one in texts for key, value in one.items()}
            )
        return bundle.row_texts

    def start_events(self, bundle_id: str) -> list[StartTrigger]:
        """List all start events of a bundle's processes."""
        bundle = self._bundle(bundle_id)
        with bundle.lock:
            if not bundle.starts:
                read = (start_triggers(read_lowered(content)) for content in bundle.diagrams)
                bundle.starts.extend(chain.from_iterable(read))
        return list(bundle.starts)

    def content(self, db: Session, bundle_id: str, kind: str, key: str) -> bytes:
        """Read the source of a definition of a bundle.

        Raises:
            UnknownDefinition: The bundle has no such definition.
        """
        member = member_of(db, bundle_id, kind, key)
        if member is None:
            raise UnknownDefinition(f"{kind} {key} in {bundle_id}")
        return member.content

    def load(self, db: Session, bundle_id: str) -> None:
        """Bring a bundle into this process.

        Raises:
            UnknownBundle: There is no such bundle.
        """
        self._keep(db, bundle_id)

    def _keep(self, db: Session, bundle_id: str) -> _LoadedBundle:
        with self._lock:
            found = self._loaded.get(bundle_id)
            if found is None:
                found = self._loaded[bundle_id] = _load(db, bundle_id)
            self._loaded.move_to_end(bundle_id)
            while len(self._loaded) > CACHED_BUNDLES:
                self._loaded.popitem(last=False)
            return found

    def _bundle(self, bundle_id: str) -> _LoadedBundle:
        with self._lock:
            found = self._loaded.get(bundle_id)
            if found is not None:
                self._loaded.move_to_end(bundle_id)
                return found
        if self.reading is None:
            raise UnknownBundle(bundle_id)
        # Not looked up again: others may have pushed it out by then.
        with self.reading() as db:
            return self._keep(db, bundle_id)

    def _diagrams(self, bundle: _LoadedBundle) -> Mapping[str, CompiledDiagram]:
        if not bundle.by_process:
            with bundle.lock:
                bundle.by_process.update(bundle.by_process or _compiled(bundle))
        return bundle.by_process

    def _parsed(self, bundle: _LoadedBundle) -> Mapping[str, Decision]:
        if bundle.by_decision:
            return bundle.by_decision
        functions, others = self.host.functions, bundle.decisions
        parsed = [parse_decisions(one, functions=functions, others=others) for one in others]
        return {key: decision for one in parsed for key, decision in one.items()}


def _compiled(bundle: _LoadedBundle) -> Mapping[str, CompiledDiagram]:
    compiled = [compile_diagram(renamed(one, bundle.terms)) for one in bundle.diagrams]
    return {process_id: one for one in compiled for process_id in one.elements}


def _said(texts: Texts, terms: Terms) -> Texts:
    return {language: terms.put(text, language) for language, text in texts.items()}


def _load(db: Session, bundle_id: str) -> _LoadedBundle:
    bundle = db.get(Bundle, bundle_id)
    if bundle is None:
        raise UnknownBundle(bundle_id)
    processes = members_of(db, bundle_id, ["process"])
    lowered = lowered_of(db, bundle, [one.sha256 for one in processes])
    decisions = members_of(db, bundle_id, ["decision"])
    return _LoadedBundle(
        tuple(lowered[one.sha256] for one in processes),
        tuple(one.content for one in decisions),
        _terms(db, bundle_id),
    )


def _terms(db: Session, bundle_id: str) -> Terms:
    member = member_of(db, bundle_id, *TERMS)
    return PLAIN if member is None else read_terms(member.content)
