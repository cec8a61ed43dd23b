"""How many scenarios reach each element and each flow of a diagram, as the gate reports it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from lxml import etree

from engine.diagrams import (
    compile_diagram,
    flow_ends,
    read_diagram,
    said_flows,
    said_names,
)
from tasks.scenario_outcomes import Outcome
from tasks.scenario_reach import taken_flows

Ends = Mapping[str, tuple[str, str]]


def element_coverage(
    lowered: bytes, outcomes: Sequence[Outcome]
) -> Iterator[tuple[str, dict[str, dict[str, Any]]]]:
    """For each process of a diagram: name and number of scenarios of each element, by its id."""
    reached = Counter(one for outcome in outcomes for one in outcome.visited)
    for process_id, elements in compile_diagram(lowered).elements.items():
        yield (
            process_id,
            {
                one.id: _reached(one.name, one.name_en, reached[f"{process_id}.{one.id}"])
                for one in elements.values()
            },
        )


def painting(
    drawings: Mapping[str, bytes],
    outcomes: Sequence[Outcome],
    coverage: Mapping[str, Mapping[str, Any]],
) -> dict[str, Any]:
    """What is painted on diagrams besides `coverage`: their `flows`, and scenarios' `walks`.

    `drawings` are the diagrams by process; `coverage` has the elements of each.
    """
    roots = {process_id: read_diagram(content) for process_id, content in drawings.items()}
    return {
        "flows": {
            process_id: _flow_coverage(root, process_id, outcomes, coverage[process_id])
            for process_id, root in roots.items()
        },
        "walks": [
            walk_of(one, flow_ends(roots[one.process_id]))
            for one in outcomes
            if one.process_id in roots
        ],
    }


def drawn_coverage(
    root: etree._Element, process_id: str, outcomes: Sequence[Outcome]
) -> tuple[dict[str, dict[str, Any]], dict[str, dict[str, Any]]]:
    """Name and number of scenarios of each element and of each flow of a process, as drawn."""
    reached = Counter(one for outcome in outcomes for one in outcome.visited)
    processes = [one for one in root.iter("{*}process") if one.get("id") == process_id]
    elements = {
        id_: _reached(*words, reached[f"{process_id}.{id_}"])
        for process in processes
        for id_, words in said_names(process).items()
    }
    return elements, _flow_coverage(root, process_id, outcomes, elements)


def walk_of(outcome: Outcome, ends: Ends) -> dict[str, Any]:
    """The way of a scenario through its diagram, whose flows have these ends."""
    return {
        "processId": outcome.process_id,
        "key": outcome.key,
        "name": outcome.name,
        "said": outcome.said,
        "passed": outcome.passed,
        "problem": {"zh": outcome.problem, "en": outcome.problem_en},
        "path": list(outcome.path),
        "expected": list(outcome.expected),
        "flows": _flows_of(ends, outcome.process_id, outcome),
        "waiting": list(outcome.waiting),
    }


def _flow_coverage(
    root: etree._Element,
    process_id: str,
    outcomes: Sequence[Outcome],
    elements: Mapping[str, Any],
) -> dict[str, dict[str, Any]]:
    ends = flow_ends(root)
    taken = Counter(flow for one in outcomes for flow in _flows_of(ends, process_id, one))
    known = {id_: (one["name"]["zh"], one["name"]["en"]) for id_, one in elements.items()}
    return {
        flow: _reached(*words, taken[flow])
        for flow, words in said_flows(root, {**said_names(root), **known}).items()
        # Those of other processes in the same file are told with theirs.
        if ends[flow][0] in known
    }


def _flows_of(ends: Ends, process_id: str, outcome: Outcome) -> list[str]:
    mark = f"{process_id}."
    left = {one.removeprefix(mark) for one in outcome.visited if one.startswith(mark)}
    return taken_flows(process_id, ends, left, set(outcome.taken))


def _reached(zh: str, en: str, count: int) -> dict[str, Any]:
    return {"name": {"zh": zh, "en": en}, "hit": count > 0, "reached": count}
