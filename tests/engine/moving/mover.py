"""A process that works a migration off, to be killed on the way: address and id of it."""

import sys
from uuid import UUID

from engine.database import create_database
from engine.migrations import Migration
from engine.moving.runs import move_next
from tests.engine.moving.grounds import Ground


def main(url: str, migration_id: UUID) -> None:
    played = Ground(create_database(url))
    while True:
        with played.database.transaction() as db:
            move_next(played.engine, db, played.definitions, migration_id)  # type: ignore[arg-type]
            if db.get_one(Migration, migration_id).status == "done":
                return


if __name__ == "__main__":
    main(sys.argv[1], UUID(sys.argv[2]))
