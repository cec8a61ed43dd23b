"""Check one definition among the others of its chain while it is being drawn.

What the publish check finds about this definition, in a fraction of the time: what the others
give is worked out once for each set of others and kept.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from threading import RLock

from engine.bundles import Member, Name, bundled
from engine.closed_sets import Host, check_alone, environment_of
from engine.decisions import lint_decisions
from engine.derivation import check_derivation, check_sources
from engine.diagrams import Environment, prepare_diagram, read_diagram
from engine.diagrams.source import process_ids
from engine.diagrams.vocabulary import FLOW_NODES
from engine.errors import DiagramError
from engine.findings import Finding
from engine.sources import Source

_KEPT = 8


class SingleChecks:
    """The checks of single definitions of one installation; of several threads, one at a time."""

    def __init__(self, host: Host) -> None:
        self.host = host
        self._environments: OrderedDict[tuple[tuple[Name, str], ...], Environment] = OrderedDict()
        self._lock = RLock()

    def check(
        self, changed: Member, chain: Sequence[str], stored: Sequence[Member]
    ) -> list[Finding]:
        """Say what stands against publishing a definition.

        `stored` are the current definitions of all scopes of the chain, that of `changed` too.
        Findings about other definitions, which it may break, are the publication's to find.
        """
        about = f"{changed.kind}/{changed.key}"
        found: dict[Finding, None] = dict.fromkeys(
            check_sources([Source(changed.kind, changed.key, changed.content, changed.scope)])
        )
        if found:
            return list(found)
        found.update(dict.fromkeys(check_derivation({changed.name: changed}, chain, stored)))
        members = bundled(chain, stored)
        members.pop(changed.name, None)
        with self._lock:
            found.update(dict.fromkeys(self._inside(changed, members)))
        return [replace(one, definition=one.definition or about) for one in found]

    def environment(self, changed: Member, members: Mapping[Name, Member]) -> Environment:
        """Give what a diagram may refer to: of the other members, and of itself."""
        known = self._others(members)
        if changed.kind != "process":
            return known
        try:
            root = read_diagram(changed.content)
        except DiagramError:
            return known
        own = {node.get("id") or "" for node in root.iter(*FLOW_NODES)}
        return replace(
            known,
            processes={*(known.processes or ()), *process_ids(root)},
            elements={*(known.elements or ()), *own},
        )

    def _inside(self, changed: Member, members: Mapping[Name, Member]) -> list[Finding]:
        found = list(check_alone(changed, self.host))
        if changed.kind == "decision":
            files = [one.content for one in members.values() if one.kind == "decision"]
            found += lint_decisions(
                changed.content,
                functions=self.host.functions,
                others=[*files, changed.content],
            )
        elif changed.kind == "process":
            environment = self.environment(changed, members)
            found += prepare_diagram(changed.content, environment, key=changed.key).findings
        return found

    def _others(self, members: Mapping[Name, Member]) -> Environment:
        name = tuple((one.name, one.sha256) for one in members.values())
        known = self._environments.get(name)
        if known is None:
            known = self._environments[name] = environment_of(members, self.host)
        self._environments.move_to_end(name)
        while len(self._environments) > _KEPT:
            self._environments.popitem(last=False)
        return known
