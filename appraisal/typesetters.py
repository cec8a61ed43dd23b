"""Typesetting processes: bounded in time and memory, whatever a template makes them do.

An endless template holds a processor that nothing in the same process can take from it, and
what it fills is everybody's memory; a process can be ended.
"""

import atexit
import json
import os
import select
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import suppress
from math import ceil
from pathlib import Path
from threading import BoundedSemaphore, Lock
from typing import Any, Self

from appraisal.errors import AppraisalError

LONGEST_SECONDS = 60.0
MOST_MEMORY = 1_500_000_000
# Later documents would pay for what the typesetter keeps of earlier ones.
DOCUMENTS_A_PROCESS = 500
_PROGRAM = Path(__file__).with_name("typesetting_process.py")
# Packages would come from the network. Nobody listens there.
_NOWHERE = "http://127.0.0.1:9"


class TypesettingFailed(AppraisalError):
    """A template could not be typeset; the message says where."""


class Typesetters:
    """As many processes as there are documents at once, but no more than `most`; kept for later."""

    def __init__(
        self,
        fonts: Sequence[Path],
        *,
        most: int | None = None,
        seconds: float = LONGEST_SECONDS,
        memory: int = MOST_MEMORY,
    ) -> None:
        # The process gives up by itself later: it may have outlived us.
        self._arguments = [str(memory), str(ceil(seconds) + 5), *map(str, fonts)]
        self._seconds = seconds
        self._turns = BoundedSemaphore(most or os.cpu_count() or 1)
        self._idle: list[_Typesetter] = []
        self._lock = Lock()
        atexit.register(self.close)

    def typeset(self, wanted: Mapping[str, Any]) -> None:
        """Have a document typeset.

        Raises:
            TypesettingFailed: The template is wrong, or takes too long or too much memory.
        """
        with self._turns:
            typesetter = self._take()
            try:
                typesetter.typeset(wanted, self._seconds)
            except BaseException:
                typesetter.close()
                raise
            self._put_back(typesetter)

    def processes(self) -> list[int]:
        """Give the ids of the processes that wait for a document."""
        with self._lock:
            return [typesetter.process_id for typesetter in self._idle]

    def close(self) -> None:
        """End the processes."""
        with self._lock:
            idle, self._idle = self._idle, []
        for typesetter in idle:
            typesetter.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        atexit.unregister(self.close)

    def _take(self) -> "_Typesetter":
        with self._lock:
            while self._idle:
                typesetter = self._idle.pop()
                if typesetter.alive:
                    return typesetter
                typesetter.close()
        return _Typesetter(self._arguments)

    def _put_back(self, typesetter: "_Typesetter") -> None:
        if typesetter.documents >= DOCUMENTS_A_PROCESS:
            typesetter.close()
            return
        with self._lock:
            self._idle.append(typesetter)


class _Typesetter:
    """One process."""

    def __init__(self, arguments: Sequence[str]) -> None:
        self.documents = 0
        # One thread, no secrets of ours, and no module of this folder in place of Python's own.
        environment = {
            "PATH": os.environ.get("PATH", ""),
            "RAYON_NUM_THREADS": "1",
            **dict.fromkeys(("http_proxy", "https_proxy", "all_proxy"), _NOWHERE),
        }
        self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter and code
            [sys.executable, "-P", str(_PROGRAM), *arguments],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=environment,
        )

    @property
    def process_id(self) -> int:
        return self._process.pid

    @property
    def alive(self) -> bool:
        """Whether nobody ended it meanwhile, as a system short of memory does."""
        return self._process.poll() is None

    def typeset(self, wanted: Mapping[str, Any], seconds: float) -> None:
        assert self._process.stdin is not None
        self.documents += 1
        try:
            self._process.stdin.write(json.dumps(wanted).encode() + b"\n")
            self._process.stdin.flush()
        except BrokenPipeError:
            raise TypesettingFailed("the typesetting process has ended") from None
        answer = json.loads(self._answer(seconds))
        if "error" in answer:
            raise TypesettingFailed(answer["error"])

    def close(self) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            # What it did not read any more is lost.
            with suppress(BrokenPipeError):
                pipe.close()

    def _answer(self, seconds: float) -> bytes:
        assert self._process.stdout is not None
        # One line is told for one document, so nothing waits in a buffer.
        ready = select.poll()
        ready.register(self._process.stdout, select.POLLIN)
        if not ready.poll(seconds * 1000):
            raise TypesettingFailed(f"not typeset within {seconds:g} seconds")
        line = self._process.stdout.readline()
        if not line:
            raise TypesettingFailed("too much memory is needed")
        return line
