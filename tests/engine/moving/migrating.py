"""Migrations of a ground: ordered, worked off, undone, each instance in a transaction."""

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple
from uuid import UUID

from engine.migrations import Migration
from engine.moving.reasons import ENDED
from engine.moving.runs import Wish, make_migration, move_next, undo_next
from tests.engine.moving.changes import AB, ACB, BESIDE, WITH_TIMER, handled
from tests.engine.moving.grounds import FORM, Ground


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


def undo_all(played: Ground, migration_id: UUID) -> None:
    after: int | None = -1
    while after is not None:
        with played.database.transaction() as db:
            done = undo_next(played.engine, db, migration_id, after, "wang")
            after = None if done is None else done[0]


class Kind(NamedTuple):
    """What is published first and then, what happens before the move, and what is wished."""

    old: dict[str, bytes]
    new: dict[str, bytes]
    wish: Mapping[str, Any] = MappingProxyType({})
    before: Callable[[Ground], None] = lambda _: None
    form: bytes = FORM


INSTANCES = 3


def begin_handling(played: Ground) -> None:
    for number in range(INSTANCES):
        played.do("correlate", "paid", str(number))


NEW_TIMER = Kind(AB, WITH_TIMER)
FORMS_ALONE = Kind(AB, ACB, {"parts": ["form"], "new_forms": True}, form=FORM + b"\n")
ENDS = Kind(handled("", BESIDE), handled(""), {"mapping": {"handler": ENDED}}, begin_handling)


def ordered(played: Ground, kind: Kind) -> tuple[UUID, dict[UUID, Any]]:
    """Begin instances and order their migration; gives its id, and what each is before it."""
    played.publish(kind.old)
    instances = [played.begin(key=str(number)) for number in range(INSTANCES)]
    kind.before(played)
    before = {one: played.kept(one) for one in instances}
    return make(played, played.publish(kind.new, kind.form), **kind.wish), before
