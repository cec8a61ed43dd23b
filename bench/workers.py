"""What a second process adds on PostgreSQL: the same completions by one process and by two."""

import multiprocessing
import statistics
import time
from collections.abc import Sequence
from multiprocessing.synchronize import Barrier
from typing import Any
from uuid import UUID

from bench.in_process import Completions, enrolment
from engine.memory import settle

ROUNDS = 5


def two_to_one(url: str, instances: int = 400) -> float:
    """By what two processes complete more user tasks a second than one; a median of pairs."""
    completions = enrolment(url)
    ratios = []
    for _ in range(ROUNDS):
        ids = completions.start(instances * 2)
        # In turn, so that whatever else the machine does falls on both.
        one = _per_second([ids[:instances]], url)
        two = _per_second([ids[instances::2], ids[instances + 1 :: 2]], url)
        ratios.append(two / one)
    completions.database.dispose()
    return statistics.median(ratios)


def _per_second(shares: Sequence[Sequence[UUID]], url: str) -> float:
    context = multiprocessing.get_context("spawn")
    together: Any = context.Barrier(len(shares))
    times: Any = context.Queue()
    processes = [
        context.Process(target=_complete, args=(url, share, together, times)) for share in shares
    ]
    for process in processes:
        process.start()
    spans: list[tuple[float, float]] = [times.get(timeout=120) for _ in processes]
    for process in processes:
        process.join()
    seconds = max(end for _, end in spans) - min(begin for begin, _ in spans)
    return sum(len(share) for share in shares) / seconds


def _complete(url: str, ids: Sequence[UUID], together: Barrier, times: Any) -> None:
    completions: Completions = enrolment(url)
    # The first few compile the process and fill the pool of connections.
    completions.complete(ids[:10])
    settle()
    together.wait(60)
    begin = time.time()
    completions.complete(ids[10:])
    times.put((begin, time.time()))
    completions.database.dispose()
