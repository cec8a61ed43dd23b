"""Whenever a migration or its undoing is killed, each instance is before or after."""

import os
import signal
import subprocess
import sys
from pathlib import Path
from uuid import UUID

import pytest

from engine.database import Database
from engine.migrations import MigrationItem
from tests.engine.moving.grounds import Ground
from tests.engine.moving.migrating import (
    ENDS,
    FORMS_ALONE,
    INSTANCES,
    NEW_TIMER,
    Kind,
    ordered,
    undo_all,
    work_off,
)

ROOT = Path(__file__).parents[3]


KILLS = {
    "at the first": (NEW_TIMER, "while-moving:1"),
    "at the last": (NEW_TIMER, "while-moving:3"),
    "forms alone": (FORMS_ALONE, "while-moving:2"),
    "a handling ends": (ENDS, "while-moving:2"),
    "forms come back": (FORMS_ALONE, "while-undoing:2"),
    "a handling comes back": (ENDS, "while-undoing:2"),
}
# How many are done by then, of which nothing may be lost.
KILLED_AT = {"while-moving:1": 0, "while-moving:2": 1, "while-moving:3": 2, "while-undoing:2": 1}
STORED_OTHERWISE = ["forms alone", "a handling ends", "a handling comes back"]


@pytest.mark.parametrize(("kind", "point"), KILLS.values(), ids=KILLS)
def test_killed_in_the_middle_each_is_before_or_after(
    sqlite_database: Database, kind: Kind, point: str
) -> None:
    kill(sqlite_database, kind, point)


@pytest.mark.parametrize(
    ("kind", "point"), [KILLS[one] for one in STORED_OTHERWISE], ids=STORED_OTHERWISE
)
def test_killed_on_postgresql_each_is_before_or_after(
    postgresql_database: Database, kind: Kind, point: str
) -> None:
    kill(postgresql_database, kind, point)


def kill(database: Database, kind: Kind, point: str) -> None:
    played = Ground(database)
    run, before = ordered(played, kind)
    undoes = point.startswith("while-undoing")
    if undoes:
        work_off(played, run)
    after = {one: played.kept(one) for one in before}

    die(database, run, point, undoes=undoes)

    stands = {one: played.kept(one) for one in before}
    moved = {row.instance_id for row in played.rows(MigrationItem) if row.outcome == "moved"}
    done = KILLED_AT[point]
    assert len(moved) == (INSTANCES - done if undoes else done)
    assert {one: stands[one] for one in before if one not in moved} == {
        one: was for one, was in before.items() if one not in moved
    }
    if undoes:
        assert {one: stands[one] for one in moved} == {one: after[one] for one in moved}
    else:
        work_off(played, run)
        assert {one: played.kept(one) for one in moved} == {one: stands[one] for one in moved}
    undo_all(played, run)
    assert {one: played.kept(one) for one in before} == before
    assert played.do("rebuild_rows") == 0


def die(database: Database, migration_id: UUID, point: str, *, undoes: bool) -> None:
    url = database.writer.url.render_as_string(hide_password=False)
    database.dispose()
    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.moving.mover", url, str(migration_id)]
        + ["undo"] * undoes,
        env={**os.environ, "JIANCHENG_KILL_AT": point, "JIANCHENG_MODE": "test"},
        cwd=ROOT,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL
