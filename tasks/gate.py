"""The publish gate: what stands against a publication, what it breaks and whom it touches.

One road for page, command line and API. An examination stores nothing; it names what it examined
by a digest, so that exactly that is published or nothing is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from sqlalchemy.orm import Session
from sqlmodel import select

from engine.bundles import BundleHead, Name, bundled, hash_of, newest
from engine.chains import chains_with, name_of
from engine.database import Database
from engine.definitions import Definitions
from engine.diagrams import compile_diagram
from engine.effects import Effect, Target, assess
from engine.findings import Finding
from engine.publication import PublishReport
from engine.remedies import remedy_of
from engine.scopes import chain_of
from engine.sources import Source
from tasks.scenario_coverage import element_coverage, painting
from tasks.scenario_outcomes import Outcome
from tasks.scenario_results import ScenarioResults
from tasks.scenario_sets import scenarios_of

EFFECTS_SHOWN = 300
Progress = Callable[[int, int], None]
"""Is told how many scenarios were played, and of how many."""


@dataclass(frozen=True)
class Wanted:
    """What somebody wants to publish in a scope; `removals` give the outer ones way again."""

    scope: str
    sources: Sequence[Source]
    removals: Collection[Name] = ()


@dataclass(frozen=True)
class GateReport:
    """What an examination found, as JSON; `held` are the chains that stay with what they have."""

    digest: str
    content: Mapping[str, Any]
    held: tuple[str, ...]
    passed: bool


def digest_of(db: Session, wanted: Wanted) -> str:
    """Name what is examined: the sources, and everything that they are published beside."""
    chains = {name_of(chain): chain for chain in chains_with(db, wanted.scope)}
    heads = sorted(
        (one.chain, one.bundle_id)
        for one in db.scalars(select(BundleHead)).all()
        if one.chain in chains
    )
    scopes = {scope for chain in chains.values() for scope in chain}
    stored = sorted((one.scope, one.kind, one.key, one.version) for one in newest(db, scopes))
    given = sorted(
        (one.kind, one.key, hash_of(one.content), one.derived_from or "") for one in wanted.sources
    )
    parts = [wanted.scope, given, sorted(wanted.removals), stored, heads]
    return hash_of(orjson.dumps(parts))


class Gate:
    """Examines what is to be published, and remembers how scenarios went."""

    def __init__(self, database: Database, definitions: Definitions) -> None:
        self._database = database
        self._definitions = definitions
        self.results = ScenarioResults()

    def examine(self, wanted: Wanted, told: Progress = lambda _done, _total: None) -> GateReport:
        """Check, play the scenarios of every chain that it touches, and weigh the instances."""
        self.results.prepare()
        with self._database.reading() as db:
            digest = digest_of(db, wanted)
            checked = self._definitions.check(
                db, wanted.sources, wanted.scope, removals=wanted.removals
            )
        if checked.refused:
            return GateReport(digest, _content(checked, (), {}, {}), (), passed=False)
        own = name_of(chain_of([wanted.scope]))
        behind = {name for name, one in checked.sets.items() if one.refused}
        played = self._play(checked, [one for one in checked.sets if one not in behind], told)
        failing = {chain for chain, outcomes in played.items() if not all_pass(outcomes)}
        held = tuple(sorted(behind | (failing - {own})))
        coverage = dict(_coverage(checked, own, played.get(own, ())))
        effects = self._effects(checked, {one for one in checked.sets if one not in held})
        findings = [*_uncovered(coverage), *_failing_elsewhere(failing - {own})]
        content = _content(checked, findings, played, coverage) | {"effects": effects}
        content |= painting(_drawings(checked, own), played.get(own, ()), coverage)
        return GateReport(digest, content, held, passed=own not in failing)

    def _play(
        self, checked: PublishReport, chains: Sequence[str], told: Progress
    ) -> dict[str, list[Outcome]]:
        wanted = [
            (name, _contents(checked, name), scenarios_of(name.split(" "), checked.after))
            for name in chains
        ]
        total = sum(len(scenarios) for _, _, scenarios in wanted)
        done = 0
        played = {}
        told(0, total)
        for name, contents, scenarios in wanted:
            before = done

            def note(count: int, before: int = before) -> None:
                told(before + count, total)

            played[name] = self.results.play(contents, scenarios, note, checked.sets[name].lowered)
            done += len(scenarios)
            told(done, total)
        return played

    def _effects(self, checked: PublishReport, chains: Collection[str]) -> dict[str, Any]:
        targets = {
            name: Target.draft(bundled(name.split(" "), checked.after), checked.sets[name].lowered)
            for name in chains
        }
        with self._database.reading() as db:
            found = assess(db, self._definitions, targets)
        counts = Counter(str(one.state.value) for one in found)
        shown = [one for one in found if one.state.value != "unaffected"][:EFFECTS_SHOWN]
        return {
            "counts": dict(counts),
            "total": len(found),
            "stranded": sum(bool(one.questions) for one in found),
            "items": [
                {
                    "instanceId": str(one.instance_id),
                    "processId": one.process_id,
                    "businessKey": one.business_key,
                    "tenant": one.tenant,
                    "state": str(one.state.value),
                    "reasons": _reasons(one),
                }
                for one in shown
            ],
        }


def _reasons(effect: Effect) -> list[dict[str, str]]:
    """Say why an instance is touched as it is, and where it waits that is gone."""
    gone = [
        {
            "zh": f"它正停在“{one.name}”,新版本里没有这一环节,迁移时要指明由哪个环节接替。",
            "en": f"It is at “{one.name}”, which the new version does not have; "
            "a migration has to say what takes its place.",
        }
        for one in effect.questions
    ]
    told = [{"zh": one.zh, "en": one.en} for one in (*effect.reasons, *effect.notes)]
    return gone + told


def all_pass(outcomes: Sequence[Outcome]) -> bool:
    """Tell whether every scenario went as it says."""
    return all(one.passed for one in outcomes)


def _contents(checked: PublishReport, chain: str) -> dict[Name, bytes]:
    members = bundled(chain.split(" "), checked.after)
    return {name: member.content for name, member in members.items()}


def _coverage(
    checked: PublishReport, own: str, outcomes: Sequence[Outcome]
) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """For each changed diagram, which elements the scenarios of the scope's chain reach."""
    for kind, key in checked.changed:
        if kind == "process":
            yield from element_coverage(checked.sets[own].lowered[key], outcomes)


def _drawings(checked: PublishReport, own: str) -> dict[str, bytes]:
    """The changed diagrams as they are drawn, by process."""
    contents = _contents(checked, own)
    return {
        process_id: contents[kind, key]
        for kind, key in checked.changed
        if kind == "process" and (kind, key) in contents
        for process_id in compile_diagram(checked.sets[own].lowered[key]).elements
    }


def _uncovered(coverage: Mapping[str, Mapping[str, Mapping[str, Any]]]) -> Iterator[Finding]:
    """Warn of elements that no scenario reaches: whoever publishes decides whether that is well."""
    for process_id, elements in coverage.items():
        for element_id, one in elements.items():
            if not one["hit"]:
                zh, en = one["name"]["zh"], one["name"]["en"]
                yield Finding(
                    "uncovered",
                    f"没有场景到过“{zh}”。",
                    f"No scenario reaches “{en}”.",
                    element_id=element_id,
                    element_name=zh,
                    severity="warning",
                    definition=f"process/{process_id}",
                )


def _failing_elsewhere(chains: Collection[str]) -> Iterator[Finding]:
    for chain in sorted(chains):
        inner = chain.split(" ")[-1]
        yield Finding(
            "left_behind",
            f"“{inner}”的场景没有全部通过,暂留在原来的版本。",
            f"Scenarios of “{inner}” fail; it stays with what it has.",
            severity="warning",
            definition=inner,
        )


def _content(
    checked: PublishReport,
    findings: Sequence[Finding],
    played: Mapping[str, Sequence[Outcome]],
    coverage: Mapping[str, Any],
) -> dict[str, Any]:
    return {
        "findings": [finding_json(one) for one in (*checked.findings, *findings)],
        "changes": [
            {"kind": one.kind, "key": one.key, "sha256": one.sha256}
            for one in checked.changed.values()
        ],
        "scenarios": [
            {"chain": chain, **_outcome_json(one)}
            for chain, outcomes in played.items()
            for one in outcomes
        ],
        "coverage": coverage,
        "effects": None,
    }


def _outcome_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "key": outcome.key,
        "processId": outcome.process_id,
        "name": outcome.name,
        "said": outcome.said,
        "passed": outcome.passed,
        "problem": {"zh": outcome.problem, "en": outcome.problem_en},
        "path": list(outcome.path) if not outcome.passed else [],
    }


def finding_json(finding: Finding) -> dict[str, Any]:
    """Tell a finding with its remedy, as every road of the gate does."""
    zh, en = remedy_of(finding)
    return {
        "code": finding.code,
        "severity": finding.severity,
        "elementId": finding.element_id,
        "elementName": finding.element_name,
        "definition": finding.definition,
        "line": finding.line,
        "message": {"zh": finding.message_zh, "en": finding.message_en},
        "remedy": {"zh": zh, "en": en},
    }
