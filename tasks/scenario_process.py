"""What plays scenarios in a process of its own: `python -m tasks.scenario_process`.

Reads pickled requests from the process that started it, and answers each scenario with its outcome.
Ends when nobody writes any more.
"""

import gc
import os
import pickle
import resource
import sys
import tempfile
from collections import OrderedDict
from pathlib import Path

from appraisal.typesetting import remember_documents
from tasks.given_states import GivenStates
from tasks.scenario_outcomes import play_scenario
from tasks.scenario_packs import Pack
from tasks.scenario_requests import KEPT_PACKS, NewPack, Play

MOST_MEMORY = 3_000_000_000
KEPT_DOCUMENTS = 64_000_000


def main() -> None:
    """Play what is asked for, one after the other."""
    # Nothing that is printed may come between the answers.
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    remember_documents(KEPT_DOCUMENTS)
    given = GivenStates()
    packs: OrderedDict[str, Pack] = OrderedDict()
    # Most of what is made here stays: looking through it again and again took a third of the time.
    gc.set_threshold(50_000, 20, 100)
    with tempfile.TemporaryDirectory(prefix="jiancheng-scenarios-") as objects:
        while (request := _next()) is not None:
            if isinstance(request, NewPack):
                packs[request.name] = Pack.of(request.contents, given, request.lowered)
                while len(packs) > KEPT_PACKS:
                    packs.popitem(last=False)
                if len(packs) == 1:
                    gc.collect()
                    gc.freeze()
                continue
            outcome = play_scenario(packs[request.pack], request.scenario, Path(objects))
            pickle.dump(outcome, answers)
            answers.flush()


def _next() -> NewPack | Play | None:
    try:
        # Who writes here is the process that started this one.
        request = pickle.load(sys.stdin.buffer)  # noqa: S301
    except EOFError:
        return None
    assert isinstance(request, NewPack | Play)
    return request


if __name__ == "__main__":
    main()
