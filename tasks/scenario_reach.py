"""What of a diagram its scenarios reach: every element and every flow should be."""

from collections import Counter
from collections.abc import Sequence

from engine.testing import BUNDLE
from tasks.scenario_packs import Pack
from tasks.scenarios import ScenarioRun


def unreached(pack: Pack, process_id: str, runs: Sequence[ScenarioRun]) -> set[str]:
    """The elements of a process that none of the runs left."""
    elements = pack.process(BUNDLE, process_id).elements_by_process[process_id]
    return set(elements) - _left(process_id, runs)


def untaken(pack: Pack, process_id: str, runs: Sequence[ScenarioRun]) -> set[str]:
    """The sequence flows of a diagram that no token took in any of the runs."""
    flows = pack.flows(process_id)
    ways_out = Counter(source for source, _ in flows.values())
    left = _left(process_id, runs)
    taken = {
        (source, target)
        for run in runs
        for process, source, target in run.taken
        if process == process_id
    }
    return {
        flow
        for flow, ends in flows.items()
        # A token that left an element with one way out took it, though at a join it is merged.
        if ends not in taken and not (ways_out[ends[0]] == 1 and ends[0] in left)
    }


def _left(process_id: str, runs: Sequence[ScenarioRun]) -> set[str]:
    return {element for run in runs for process, element in run.visited if process == process_id}
