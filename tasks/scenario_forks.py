"""What players of scenarios are forked from: `python -m tasks.scenario_forks`.

It imports everything and makes an empty database once. Whoever started it sends the end of a
connection for each player that is wanted. Ends when that process does, or wants nothing for long.
"""

import gc
import os
import resource
import signal
import socket
import sys

from tasks.given_states import GivenStates
from tasks.scenario_process import serve
from tasks.scenarios import known_service_tasks

MOST_MEMORY = 3_000_000_000
IDLE_SECONDS = 3600.0


def main() -> None:
    """Fork a player for every connection that is sent."""
    wanted = socket.socket(fileno=int(sys.argv[1]))
    wanted.settimeout(IDLE_SECONDS)
    # Nothing that is printed goes anywhere but to the log.
    os.dup2(2, 1)
    resource.setrlimit(resource.RLIMIT_DATA, (MOST_MEMORY, MOST_MEMORY))
    # Who started this ends it, by being gone; the system takes away players that have ended.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    given = GivenStates()
    given.prepare()
    known_service_tasks()
    # Most of what is made until here stays. No player looks through it, so all share it.
    gc.collect()
    gc.freeze()
    while (connection := _next(wanted)) is not None:
        if os.fork() == 0:
            wanted.close()
            serve(connection, given)
            return
        connection.close()


def _next(wanted: socket.socket) -> socket.socket | None:
    try:
        said, ends, _, _ = socket.recv_fds(wanted, 1, 1)
    except TimeoutError:
        return None
    return socket.socket(fileno=ends[0]) if said else None


if __name__ == "__main__":
    main()
