"""What of a diagram its scenarios reach: every element and every flow should be."""

from collections import Counter
from collections.abc import Collection, Mapping, Sequence

from engine.source_definitions import BUNDLE
from tasks.scenario_packs import Pack
from tasks.scenarios import ScenarioRun

Flow = tuple[str, str, str]
"""Process, source and target of a flow that a token took."""


def unreached(pack: Pack, process_id: str, runs: Sequence[ScenarioRun]) -> set[str]:
    """The elements of a process that none of the runs left."""
    elements = pack.process(BUNDLE, process_id).elements_by_process[process_id]
    return set(elements) - _left(process_id, runs)


def untaken(pack: Pack, process_id: str, runs: Sequence[ScenarioRun]) -> set[str]:
    """The sequence flows of a diagram that no token took in any of the runs."""
    flows = pack.flows(process_id)
    taken = {flow for run in runs for flow in run.taken}
    return set(flows) - set(taken_flows(process_id, flows, _left(process_id, runs), taken))


def taken_flows(
    process_id: str,
    flows: Mapping[str, tuple[str, str]],
    left: Collection[str],
    taken: Collection[Flow],
) -> list[str]:
    """The ids of the flows that were taken, of `flows` with their ends; `left` are elements."""
    ways_out = Counter(source for source, _ in flows.values())
    return [
        flow
        for flow, ends in flows.items()
        # A token that left an element with one way out took it, though at a join it is merged.
        if (process_id, *ends) in taken or (ways_out[ends[0]] == 1 and ends[0] in left)
    ]


def _left(process_id: str, runs: Sequence[ScenarioRun]) -> set[str]:
    return {element for run in runs for process, element in run.visited if process == process_id}
