"""A demo is worked or served by one process at a time."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from api.simulation.errors import CannotSimulate


class DemoInUse(CannotSimulate):
    """Another process works or serves this demo."""


@contextmanager
def sole_use(folder: Path, address: str) -> Iterator[None]:
    """Keep a demo from everybody else; whoever asks meanwhile is told the address.

    The system gives it up when the process ends, however it ends.

    Raises:
        DemoInUse: It is taken.
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    # Beside the folder, which is removed when a demo begins anew.
    with folder.with_name(f"{folder.name}.lock").open("a+", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            holder = file.read().strip()
            raise DemoInUse(
                f"演示环境 {folder} 正在使用中({holder})。请先在那里按 Ctrl-C 结束。",
                f"The demo {folder} is in use ({holder}). End it with Ctrl-C, then try again.",
            ) from None
        file.truncate(0)
        file.write(f"PID {os.getpid()}, {address}")
        file.flush()
        yield
