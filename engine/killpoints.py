"""Named places where a test installation can be made to die."""

import os
import signal
from collections import Counter
from typing import Literal

KillPoint = Literal[
    "before-commit",
    "after-commit",
    "in-job",
    "while-numbering",
    "while-rendering",
    "between-chunks",
    "while-moving",
    "while-undoing",
    "while-publishing",
]

_passed: Counter[str] = Counter()


def kill_point(name: KillPoint) -> None:
    """Die here as by kill -9, if a test asked for it.

    `JIANCHENG_KILL_AT=while-numbering:3` dies at the third passing; only where
    `JIANCHENG_MODE=test`.
    """
    wanted = os.environ.get("JIANCHENG_KILL_AT")
    if wanted is None or os.environ.get("JIANCHENG_MODE") != "test":
        return
    wanted_name, _, count = wanted.partition(":")
    if wanted_name != name:
        return
    _passed[name] += 1
    if _passed[name] >= int(count or 1):
        os.kill(os.getpid(), signal.SIGKILL)
