"""The application as a process that dies again and again, at seeded moments and named points."""

import random
import signal
import threading
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import Any

from api.simulation.server import DidNotStart, Server
from tests.kills.grounds import Ground

POINTS = (
    "before-commit:4",
    "after-commit:3",
    "in-job:2",
    "between-chunks:1",
    "while-rendering:2",
    "while-numbering:2",
)
PLAIN, IN_TWOS = "api.simulation.child", "tests.kills.in_twos"
_LOOKS_EVERY_SECONDS = 0.01
_WAITS_AT_MOST_SECONDS = 0.4


class Reaper:
    """Serves an installation and kills it as the batch goes on.

    `moments` are counts of completed user tasks. The process dies a seeded while after each,
    and of itself at the next named point that is still missing. `module` serves.
    """

    def __init__(
        self,
        ground: Ground,
        moments: Sequence[int],
        points: Sequence[str],
        *,
        module: str = PLAIN,
    ) -> None:
        self._ground = ground
        self._module = module
        self._moments = list(moments)
        self._points = list(points)
        self._random = random.Random(20261122)
        self._completed = 0
        self._stopping = threading.Event()
        self._failure: BaseException | None = None
        self._server = Server({**ground.environment}, self._log, module=self._module)
        self._port = int(self._server.address.rpartition(":")[2])
        self._thread = threading.Thread(target=self._watch, name="reaper", daemon=True)
        self.kills = 0
        self.passed: list[str] = []

    @property
    def _log(self) -> Path:
        return self._ground.folder / "server.log"

    def address(self) -> str:
        """Where the application listens, whenever it lives."""
        if self._failure is not None:
            raise self._failure
        return self._server.address

    def told(self, _: Mapping[str, Any]) -> None:
        """Count a completed user task."""
        self._completed += 1

    def __enter__(self) -> "Reaper":
        self._start()
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._stopping.set()
        self._thread.join()
        self._server.stop()

    def _watch(self) -> None:
        try:
            while not self._stopping.wait(_LOOKS_EVERY_SECONDS):
                if not self._server.is_running():
                    self._note_point()
                    self._start()
                elif self._moments and self._completed >= self._moments[0]:
                    time.sleep(self._random.uniform(0, _WAITS_AT_MOST_SECONDS))
                    self._kill()
        except BaseException as error:  # told to the driver at its next request
            self._failure = error

    def _kill(self) -> None:
        # It may have died at a point meanwhile; it is then killed once it lives again.
        if self._server.is_running():
            self._server.kill()
            self._moments.pop(0)
            self.kills += 1
            self._start()

    def _start(self) -> None:
        # A repeated job may reach its point before the application is ready.
        while True:
            armed = {"JIANCHENG_KILL_AT": self._points[0]} if self._points else {}
            environment = {**self._ground.environment, **armed}
            self._server = Server(environment, self._log, port=self._port, module=self._module)
            try:
                self._server.start()
            except DidNotStart:
                self._note_point()
            else:
                return

    def _note_point(self) -> None:
        process = self._server._process
        assert process is not None
        status = process.wait()
        assert status == -signal.SIGKILL, (status, self._log.read_text(encoding="utf-8")[-3000:])
        assert self._points, "it was killed by somebody else"
        self.passed.append(self._points.pop(0))
        # It is dead; this lets go of what is left of it here.
        self._server.kill()
