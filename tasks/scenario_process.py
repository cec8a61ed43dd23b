"""What plays scenarios in a process of its own, forked by `tasks.scenario_forks`.

Reads pickled requests from the process that wanted it, and answers each scenario with its outcome.
Ends when nobody asks any more.
"""

import gc
import os
import pickle
import random
import signal
import socket
from collections import OrderedDict
from contextlib import suppress
from typing import BinaryIO

from appraisal.typesetting import remember_documents
from tasks.given_states import GivenStates
from tasks.scenario_outcomes import play_scenario
from tasks.scenario_packs import Pack
from tasks.scenario_requests import KEPT_PACKS, NewPack, Play

KEPT_DOCUMENTS = 64_000_000
IDLE_SECONDS = 1800.0
"""So long a player waits for the next scenario: then its memory is for others again."""


def serve(connection: socket.socket, given: GivenStates) -> None:
    """Play what is asked for, one after the other; tells its process id first."""
    # Typesetting waits for processes of its own, and no two players draw the same lots.
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    random.seed()
    remember_documents(KEPT_DOCUMENTS)
    # Most of what is made here stays: looking through it again and again took a third of the time.
    gc.set_threshold(200_000, 20, 100)
    connection.settimeout(IDLE_SECONDS)
    # Who wanted it may be gone before it has answered.
    with suppress(BrokenPipeError, ConnectionResetError):
        connection.sendall(pickle.dumps(os.getpid()))
        _play_all(connection, given)


def _play_all(connection: socket.socket, given: GivenStates) -> None:
    packs: OrderedDict[str, Pack] = OrderedDict()
    requests = connection.makefile("rb")
    while (request := _next(requests)) is not None:
        if isinstance(request, NewPack):
            packs[request.name] = Pack.of(request.contents, given, request.lowered)
            while len(packs) > KEPT_PACKS:
                packs.popitem(last=False)
            continue
        # Nobody waits any longer than this, so the system ends it.
        signal.setitimer(signal.ITIMER_REAL, request.seconds)
        outcome = play_scenario(packs[request.pack], request.scenario)
        signal.setitimer(signal.ITIMER_REAL, 0)
        connection.sendall(pickle.dumps(outcome))


def _next(requests: BinaryIO) -> NewPack | Play | None:
    try:
        # Who writes here is the process that this one was forked for.
        request = pickle.load(requests)  # noqa: S301
    except (EOFError, TimeoutError):
        return None
    assert isinstance(request, NewPack | Play)
    return request
