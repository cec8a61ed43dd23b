"""The installation that commands work on: the one that the environment describes."""

from collections.abc import Iterator
from contextlib import contextmanager

from api.application import Installation, build_installation
from api.command_errors import MIGRATE_FIRST, leave, settings, told
from api.logs import configure_logs
from api.migration import is_current


@contextmanager
def installed() -> Iterator[Installation]:
    """The installation that the environment describes."""
    found = settings()
    configure_logs(found)
    with told():
        installation = build_installation(found)
        try:
            yield installation
        finally:
            installation.dispose()


def require_current() -> None:
    """Leave with 2 when the database is not of this version."""
    with installed() as installation:
        current = is_current(installation.database)
    if not current:
        leave(*MIGRATE_FIRST)
