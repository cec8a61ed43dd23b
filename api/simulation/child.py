"""The application as a child of a simulation: `python -m api.simulation.child serve …`.

It ends with whoever started it, however that one ended: nothing is left behind that would go on
serving a demo which the next one removes.
"""

import os
import signal
import sys
from threading import Thread

from api.cli import main


def end_with_parent() -> None:
    """Wait until the other end of standard input is closed, then end as an operator does."""
    sys.stdin.buffer.read()
    os.kill(os.getpid(), signal.SIGTERM)


def run() -> None:
    """Run the command line for as long as the parent lives."""
    Thread(target=end_with_parent, daemon=True).start()
    main()


if __name__ == "__main__":
    run()
