"""A migration is a record: each instance before or after, whenever it is stopped."""

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from engine.database import Database
from engine.instances import ProcessInstance
from engine.migrations import Migration, MigrationItem, items_of
from engine.moving.runs import Wish, make_migration, move_next, undo_next
from engine.timers import Timer
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import AB, ACB, line, users
from tests.engine.moving.grounds import Ground

WITHOUT_A = line(users("a2", "b"), text="s>a2 a2>b b>e")
ROOT = Path(__file__).parents[3]


def make(played: Ground, bundle_id: str, *, dry_run: bool = False, **wish: Any) -> UUID:
    with played.database.transaction() as db:
        wanted = Wish({"base": bundle_id}, "main", actor="wang", **wish)
        made = make_migration(played.engine, db, played.definitions, wanted, dry_run=dry_run)  # type: ignore[arg-type]
        return made.id


def work_off(played: Ground, migration_id: UUID, most: int = 100) -> None:
    for _ in range(most):
        with played.database.transaction() as db:
            done, total = move_next(played.engine, db, played.definitions, migration_id)  # type: ignore[arg-type]
            finished = db.get_one(Migration, migration_id).status == "done"
        if finished:
            return
    assert done <= total


def outcomes(played: Ground, migration_id: UUID) -> list[tuple[str, str, list[str]]]:
    with played.database.reading() as db:
        return [
            (one.business_key, one.outcome, [found.get("code", "?") for found in one.findings])
            for one in items_of(db, migration_id)
        ]


def undo_all(played: Ground, migration_id: UUID) -> None:
    after: int | None = -1
    while after is not None:
        with played.database.transaction() as db:
            done = undo_next(played.engine, db, migration_id, after, "wang")
            after = None if done is None else done[0]


def two(ground: Callable[..., Ground]) -> tuple[Ground, UUID, UUID]:
    played = ground()
    played.publish(AB)
    first, second = played.begin(key="1"), played.begin(key="2")
    with played.database.transaction() as db:
        held = played.rows(ProcessInstance, business_key="2")[0].id
        assert held == second
        ready = [one for one in played.ready(second).values()]
        played.engine.complete(db, ready[0], actor="li")
    return played, first, second


def test_a_dry_run_tells_and_changes_nothing(ground: Callable[..., Ground]) -> None:
    played, first, second = two(ground)
    bundle = played.publish(WITHOUT_A)
    before = played.kept(first), played.kept(second)

    told = make(played, bundle, dry_run=True)
    mapped = make(played, bundle, dry_run=True, mapping={"a": "a2"})

    assert outcomes(played, told) == [("1", "refused", ["?"]), ("2", "would_move", [])]
    assert outcomes(played, mapped) == [("1", "would_move", []), ("2", "would_move", [])]
    assert (played.kept(first), played.kept(second)) == before


def test_a_run_moves_each_and_tells(ground: Callable[..., Ground]) -> None:
    played, first, second = two(ground)
    bundle = played.publish(WITHOUT_A)

    run = make(played, bundle)
    work_off(played, run)
    again = make(played, bundle, instances=[first, second])

    assert outcomes(played, run) == [("1", "refused", ["?"]), ("2", "moved", [])]
    assert outcomes(played, again) == [("1", "refused", ["?"]), ("2", "already", [])]
    assert played.finish(second) == ["b"]


def test_who_ends_or_moves_meanwhile_is_told_so(ground: Callable[..., Ground]) -> None:
    played, first, second = two(ground)
    bundle = played.publish(ACB)
    run, other = make(played, bundle), make(played, bundle)
    played.do("cancel", first, actor="li", reason="x")
    work_off(played, other)
    work_off(played, run)

    assert outcomes(played, other) == [("1", "refused", ["ended"]), ("2", "moved", [])]
    assert outcomes(played, run) == [("1", "refused", ["ended"]), ("2", "already", [])]
    assert played.rows(ProcessInstance, id=second)[0].bundle_id == bundle


def test_undo_leaves_those_that_went_on(ground: Callable[..., Ground]) -> None:
    played, first, second = two(ground)
    bundle = played.publish(ACB)
    before = played.kept(second)
    run = make(played, bundle)
    work_off(played, run)
    with played.database.transaction() as db:
        played.engine.complete(db, played.ready(first)["a"], actor="li")

    undo_all(played, run)
    undo_all(played, run)

    assert outcomes(played, run) == [("1", "moved", ["acted"]), ("2", "undone", [])]
    assert played.kept(second) == before
    assert played.finish(first) == ["c", "b"]
    assert played.rows(Migration, id=run)[0].status == "undone"


def test_one_that_fails_stops_no_other(ground: Callable[..., Ground]) -> None:
    played, first, second = two(ground)
    bundle = played.publish(ACB)
    run = make(played, bundle)
    with played.database.transaction() as db:
        broken = update(ProcessInstance).where(ProcessInstance.id == first)  # type: ignore[arg-type]
        db.execute(broken.values(state=b"\x01nonsense"))

    work_off(played, run)

    assert outcomes(played, run) == [("1", "failed", ["failed"]), ("2", "moved", [])]
    assert played.rows(ProcessInstance, id=second)[0].bundle_id == bundle


@pytest.mark.parametrize("point", ["while-moving:1", "while-moving:3"])
def test_killed_in_the_middle_each_is_before_or_after(database: Database, point: str) -> None:
    played = Ground(database)
    played.publish(AB)
    instances = [played.begin(key=str(number)) for number in range(5)]
    first = played.rows(ProcessInstance)[0].bundle_id
    bundle = played.publish(line(users("a", "b"), D.event(
        "boundaryEvent", "late", "timer duration P1D", attachedToRef="a"),
        text="s>a a>b b>e late>b"))  # fmt: skip
    run = make(played, bundle)
    url = database.writer.url.render_as_string(hide_password=False)
    played.database.dispose()

    done = subprocess.run(
        [sys.executable, "-m", "tests.engine.moving.mover", url, str(run)],
        env={**os.environ, "JIANCHENG_KILL_AT": point, "JIANCHENG_MODE": "test"},
        cwd=ROOT,
        check=False,
    )

    assert done.returncode == -signal.SIGKILL
    stands = [
        (row.bundle_id, len(played.rows(Timer, instance_id=row.id)))
        for row in played.rows(ProcessInstance)
    ]
    assert set(stands) <= {(first, 0), (bundle, 1)}
    items = {one.instance_id: one.outcome for one in played.rows(MigrationItem)}
    for one in instances:
        now = played.rows(ProcessInstance, id=one)[0].bundle_id
        assert (now == bundle) == (items[one] == "moved")
    work_off(played, run)
    assert {row.bundle_id for row in played.rows(ProcessInstance)} == {bundle}
    assert played.do("rebuild_rows") == 0
