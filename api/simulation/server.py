"""The application as a process of its own, which can be ended and started again."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType

from httpx2 import Client, TransportError

from api.simulation.errors import CannotSimulate

STARTS_WITHIN_SECONDS = 60.0
_CHILD = "api.simulation.child"


class DidNotStart(CannotSimulate):
    """The application ended, or never answered."""


class Server:
    """`jiancheng serve` on a free port of this machine, with its log in a file.

    `module` is what runs it.
    """

    def __init__(
        self, environment: Mapping[str, str], log: Path, *, port: int = 0, module: str = _CHILD
    ) -> None:
        self._environment = dict(environment)
        self._module = module
        self._log = log
        self._port = port or _free_port()
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where it listens; the same after it was started again."""
        return f"http://127.0.0.1:{self._port}"

    @property
    def process_id(self) -> int:
        """The id of the running process."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> None:
        """Start it and wait until it is ready.

        Raises:
            DidNotStart: See the log.
        """
        self._log.parent.mkdir(parents=True, exist_ok=True)
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 -- our own interpreter and code
                [sys.executable, "-m", self._module, "serve", "--port", str(self._port)],
                env={**os.environ, **self._environment},
                # Nothing is ever written: that it is closed tells the child that we are gone.
                stdin=subprocess.PIPE,
                stdout=log,
                stderr=log,
            )
        self._await_ready()

    def stop(self) -> None:
        """End it as an operator does."""
        if self._process is not None and self._process.poll() is None:
            self._process.terminate()
            try:
                self._process.wait(20)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._let_go()

    def kill(self) -> None:
        """End it at once, as a power cut does."""
        if self._process is not None:
            self._process.kill()
        self._let_go()

    def _let_go(self) -> None:
        if self._process is not None:
            self._process.wait()
            assert self._process.stdin is not None
            self._process.stdin.close()

    def is_running(self) -> bool:
        """Whether the process is there."""
        return self._process is not None and self._process.poll() is None

    def __enter__(self) -> "Server":
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def _await_ready(self) -> None:
        until = time.monotonic() + STARTS_WITHIN_SECONDS
        with Client(timeout=5, trust_env=False) as client:
            while self.is_running() and time.monotonic() < until:
                try:
                    if client.get(f"{self.address}/readyz").is_success:
                        return
                except TransportError:
                    pass
                time.sleep(0.05)
        self.kill()
        raise DidNotStart(
            f"程序没有启动起来,日志在 {self._log},末尾是:",
            f"The application did not start; {self._log} ends with:",
            _tail(self._log),
        )


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _tail(log: Path) -> str:
    return log.read_text(encoding="utf-8", errors="replace")[-2000:]
