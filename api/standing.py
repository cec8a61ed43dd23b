"""Run jobs and timers until told to stop."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType

import structlog

from api.application import Installation

log = structlog.get_logger(__name__)


@contextmanager
def running(installation: Installation) -> Iterator[None]:
    """Run jobs and timers meanwhile."""
    with installation.worker() as worker, installation.poller():
        log.info("worker runs", node=worker.executor_id)
        yield


def stand_by(installation: Installation) -> None:
    """Run jobs and timers until SIGTERM or SIGINT."""
    told = threading.Event()

    def stop(_: int, __: FrameType | None) -> None:
        told.set()

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    with running(installation):
        told.wait()
