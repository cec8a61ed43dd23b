"""Processes that play scenarios, all forked from one that has imported everything."""

from __future__ import annotations

import atexit
import os
import pickle
import select
import socket
import subprocess
import sys
from collections.abc import Iterable
from contextlib import suppress
from functools import cache
from threading import Lock
from typing import Any, Self

from tasks.scenario_outcomes import Outcome
from tasks.scenario_requests import KEPT_PACKS, NewPack, Play
from tasks.scenarios import Scenario

START_SECONDS = 120.0
MOST_IDLE = 4
GRACE_SECONDS = 2.0
"""A player that takes too long ends itself so much later: whoever waits for it says so first."""


class PlayerLost(Exception):
    """The process that played has ended."""


class Player:
    """One process; what it has made of packs and given states stays with it.

    `begun` are the given states that it has made, as whoever uses it names them.
    """

    def __init__(self, connection: socket.socket) -> None:
        self.begun: set[str] = set()
        self._connection = connection
        self._answers = connection.makefile("rb")
        self._packs: list[str] = []
        self._process_id = 0

    @property
    def process_id(self) -> int:
        """The id of its process, which may have to be waited for.

        Raises:
            PlayerLost: It never began.
        """
        if not self._process_id:
            self._process_id = int(self._answer(START_SECONDS))
        return self._process_id

    def play(self, pack: NewPack, scenario: Scenario, seconds: float) -> Outcome:
        """Play a scenario with the definitions of a pack.

        Raises:
            PlayerLost: The process has ended, as by memory.
            TimeoutError: The scenario has not ended within so many seconds.
        """
        assert self.process_id
        if pack.name not in self._packs:
            self._send([pack])
            self._packs = [*self._packs, pack.name][-KEPT_PACKS:]
        self._send([Play(pack.name, scenario, seconds + GRACE_SECONDS)])
        outcome = self._answer(seconds)
        assert isinstance(outcome, Outcome)
        return outcome

    @property
    def alive(self) -> bool:
        """Whether its process has not ended meanwhile, as one does for which nobody has work."""
        try:
            return bool(self._connection.recv(1, socket.MSG_PEEK | socket.MSG_DONTWAIT))
        except BlockingIOError:
            return True
        except OSError:
            return False

    def close(self) -> None:
        """Let the process end."""
        self._answers.close()
        self._connection.close()

    def _send(self, requests: Iterable[NewPack | Play]) -> None:
        try:
            for request in requests:
                self._connection.sendall(pickle.dumps(request))
        except OSError as error:
            raise PlayerLost from error

    def _answer(self, seconds: float) -> Any:
        # One answer comes for one request, so nothing waits in a buffer.
        ready = select.poll()
        ready.register(self._connection, select.POLLIN)
        if not ready.poll(seconds * 1000):
            raise TimeoutError
        try:
            return pickle.load(self._answers)  # noqa: S301 -- what our own process says
        except (OSError, EOFError, pickle.UnpicklingError) as error:
            raise PlayerLost from error


class Players:
    """Players that wait for work, and the process that more of them are forked from.

    It starts when the first is wanted, and anew when it was lost or would import something else.
    """

    def __init__(self) -> None:
        self._lock = Lock()
        self._idle: list[Player] = []
        self._process: subprocess.Popen[bytes] | None = None
        self._wanted: socket.socket | None = None
        self._imports: list[str] = []
        atexit.register(self.close)

    @property
    def waiting(self) -> int:
        """So many players have no work."""
        with self._lock:
            return len(self._idle)

    def prepare(self, count: int) -> None:
        """Have so many players ready soon; nobody waits for them."""
        with self._lock:
            self._start()
            while len(self._idle) < count:
                self._idle.append(self._forked())

    def take(self) -> Player:
        """Give a player for one's own use, the one that was put back last."""
        with self._lock:
            self._start()
            while self._idle:
                player = self._idle.pop()
                if player.alive:
                    return player
                player.close()
            return self._forked()

    def put_back(self, player: Player) -> None:
        """Keep a player for whoever comes next, unless enough wait."""
        with self._lock:
            if len(self._idle) < MOST_IDLE:
                self._idle.append(player)
            else:
                player.close()

    def close(self) -> None:
        """End all processes that nobody uses."""
        with self._lock:
            self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()
        atexit.unregister(self.close)

    def _start(self) -> None:
        if self._process is not None and self._imports == sys.path:
            return
        self._end()
        self._imports = list(sys.path)
        self._wanted, theirs = socket.socketpair()
        with theirs:
            self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter and code
                [sys.executable, "-P", "-m", "tasks.scenario_forks", str(theirs.fileno())],
                stdin=subprocess.DEVNULL,
                pass_fds=[theirs.fileno()],
                env={**os.environ, "PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            )

    def _end(self) -> None:
        for player in self._idle:
            player.close()
        self._idle.clear()
        if self._process is not None and self._wanted is not None:
            self._wanted.close()
            self._process.kill()
            self._process.wait()
        self._process = self._wanted = None

    def _forked(self) -> Player:
        ours, theirs = socket.socketpair()
        with theirs:
            for _ in range(2):
                assert self._wanted is not None
                with suppress(OSError):
                    socket.send_fds(self._wanted, [b"+"], [theirs.fileno()])
                    break
                # It was lost, as a system short of memory does, or has gone for being idle.
                self._end()
                self._start()
        return Player(ours)


@cache
def shared_players() -> Players:
    """The players of this process: whoever wants scenarios played uses them in turn."""
    return Players()
