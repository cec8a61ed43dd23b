"""A process that works a migration off, or undoes it, to be killed on the way.

It gets the address, the migration's id, and `undo` if that is wanted.
"""

import sys
from uuid import UUID

from engine.database import create_database
from tests.engine.moving.grounds import Ground
from tests.engine.moving.migrating import undo_all, work_off


def main(url: str, migration_id: UUID, *, undoes: bool) -> None:
    played = Ground(create_database(url))
    (undo_all if undoes else work_off)(played, migration_id)


if __name__ == "__main__":
    main(sys.argv[1], UUID(sys.argv[2]), undoes="undo" in sys.argv[3:])
