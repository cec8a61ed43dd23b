"""Processes that play scenarios side by side, whatever a scenario does to the one that plays it."""

import atexit
import json
import os
import pickle
import select
import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from threading import Lock, Thread
from typing import Self

import orjson

from engine.bundles import Name, hash_of
from tasks.scenario_outcomes import Outcome
from tasks.scenario_packs import Lowered
from tasks.scenario_requests import KEPT_PACKS, NewPack, Play
from tasks.scenarios import Scenario

LONGEST_SECONDS = 60.0
MOST_PROCESSES = 4

Told = Callable[[int, Outcome], None]
"""Is told the number of a scenario and how it went, in no order and from several threads."""


class ScenarioWorkers:
    """As many processes as there are processors, four at most; they start when first needed.

    They are told the definitions once and then single scenarios. One that plays too long is ended.
    Threads that want scenarios played wait for one another.
    """

    def __init__(self, processes: int | None = None, *, seconds: float = LONGEST_SECONDS) -> None:
        self._count = processes or min(os.cpu_count() or 1, MOST_PROCESSES)
        self._seconds = seconds
        self._workers: list[_Worker] = []
        self._lock = Lock()
        atexit.register(self.close)

    def play(
        self,
        packs: Mapping[str, Mapping[Name, bytes]],
        wanted: Sequence[tuple[str, Scenario]],
        told: Told = lambda _number, _outcome: None,
        lowered: Mapping[str, Lowered] | None = None,
    ) -> list[Outcome]:
        """Play scenarios, each with the definitions of the pack named; the outcomes in order.

        Diagrams of a pack that were checked already are `lowered`, by the pack's name. What `told`
        raises ends the work of its thread, and is raised here.
        """
        outcomes: dict[int, Outcome] = {}
        errors: list[Exception] = []
        checked = lowered or {}
        new = {one: NewPack(one, dict(packs[one]), checked.get(one, {})) for one in packs}

        def note(number: int, outcome: Outcome) -> None:
            outcomes[number] = outcome
            told(number, outcome)

        with self._lock:
            groups = _groups(wanted)
            threads = []
            for place in range(min(self._count, len(groups))):
                if place == len(self._workers):
                    self._workers.append(_Worker(self._seconds))
                worker = self._workers[place]
                work = (groups, new, wanted, note, errors)
                threads.append(Thread(target=worker.work, args=work))
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
        if errors:
            raise errors[0]
        return [outcomes[number] for number in range(len(wanted))]

    def close(self) -> None:
        """End the processes."""
        workers, self._workers = self._workers, []
        for worker in workers:
            worker.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        atexit.unregister(self.close)


def pack_name(contents: Mapping[Name, bytes]) -> str:
    """Name a set of definitions by what is in it."""
    rows = sorted((kind, key, hash_of(content)) for (kind, key), content in contents.items())
    return hash_of(orjson.dumps(rows))


def _groups(wanted: Sequence[tuple[str, Scenario]]) -> list[list[int]]:
    """Put together what begins alike, the largest last: given states are made once a process."""
    groups: dict[str, list[int]] = {}
    for number, (_, scenario) in enumerate(wanted):
        content = scenario.content
        given = [content.get("world"), content.get("at"), content.get("given")]
        groups.setdefault(json.dumps(given, sort_keys=True, default=str), []).append(number)
    return sorted(groups.values(), key=len)


def _taken(groups: list[list[int]]) -> list[int] | None:
    """Take the next group; None when another thread took the last."""
    with suppress(IndexError):
        return groups.pop()
    return None


class _Worker:
    """One process, started anew when it was lost."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._process: subprocess.Popen[bytes] | None = None
        self._packs: list[str] = []

    def work(
        self,
        groups: list[list[int]],
        packs: Mapping[str, NewPack],
        wanted: Sequence[tuple[str, Scenario]],
        note: Told,
        errors: list[Exception],
    ) -> None:
        """Take groups until none is left; what goes wrong beside scenarios goes into `errors`."""
        try:
            while not errors and (group := _taken(groups)) is not None:
                for number in group:
                    pack, scenario = wanted[number]
                    note(number, self._play(packs[pack], scenario))
        except Exception as error:
            errors.append(error)

    def close(self) -> None:
        if self._process is None:
            return
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(BrokenPipeError):
                pipe.close()
        self._process, self._packs = None, []

    def _play(self, pack: NewPack, scenario: Scenario) -> Outcome:
        """Play a scenario; once more in a new process if the first was lost, as by memory."""
        for _ in range(2):
            try:
                return self._asked(pack, scenario)
            except TimeoutError:
                self.close()
                return Outcome(
                    scenario.process_id,
                    scenario.name,
                    f"{self._seconds:g} 秒内没有跑完。",
                    f"It did not end within {self._seconds:g} seconds.",
                )
            except (OSError, EOFError, pickle.UnpicklingError):
                self.close()
        return Outcome(
            scenario.process_id,
            scenario.name,
            "跑这个场景的进程意外结束。",
            "The process that played it ended.",
        )

    def _asked(self, pack: NewPack, scenario: Scenario) -> Outcome:
        process = self._process or self._started()
        if pack.name not in self._packs:
            self._send(process, [pack])
            self._packs = [*self._packs, pack.name][-KEPT_PACKS:]
        self._send(process, [Play(pack.name, scenario)])
        return self._answer(process)

    def _started(self) -> subprocess.Popen[bytes]:
        environment = {**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))}
        self._process = subprocess.Popen(
            [sys.executable, "-P", "-m", "tasks.scenario_process"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            env=environment,
        )
        return self._process

    def _send(self, process: subprocess.Popen[bytes], requests: Iterable[NewPack | Play]) -> None:
        assert process.stdin is not None
        for request in requests:
            pickle.dump(request, process.stdin)
        process.stdin.flush()

    def _answer(self, process: subprocess.Popen[bytes]) -> Outcome:
        assert process.stdout is not None
        # One answer comes for one request, so nothing waits in a buffer.
        ready = select.poll()
        ready.register(process.stdout, select.POLLIN)
        if not ready.poll(self._seconds * 1000):
            raise TimeoutError
        outcome = pickle.load(process.stdout)  # noqa: S301 -- what our own process says
        assert isinstance(outcome, Outcome)
        return outcome
