"""A migration is a record: each instance before or after, whenever it is stopped."""

from collections.abc import Callable
from uuid import UUID

from sqlalchemy import update

from engine.instances import ProcessInstance
from engine.migrations import Migration, items_of
from tests.engine.moving.changes import AB, ACB, line, users
from tests.engine.moving.grounds import Ground
from tests.engine.moving.migrating import make, undo_all, work_off

WITHOUT_A = line(users("a2", "b"), text="s>a2 a2>b b>e")


def outcomes(played: Ground, migration_id: UUID) -> list[tuple[str, str, list[str]]]:
    with played.database.reading() as db:
        return [
            (one.business_key, one.outcome, [found.get("code", "?") for found in one.findings])
            for one in items_of(db, migration_id)
        ]


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
