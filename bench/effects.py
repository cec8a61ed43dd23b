"""What a new version means for a thousand running instances, and moving them to it."""

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

from lxml import etree
from sqlmodel import col, select

from api.application import Installation
from bench.installations import (
    BenchSession,
    new_installation,
    new_session,
    start_all,
    take_up,
)
from engine.diagrams.vocabulary import FLOW, B
from engine.instances import ProcessInstance
from engine.migrations import Migration, MigrationStatus, MoveOutcome, items_of
from engine.moving.runs import Wish, make_migration, move_next, weigh
from engine.sources import Source
from engine.user_tasks import UserTask

_PROCESS = "enrolment"


def measure(folder: Path, size: int) -> dict[str, float]:
    """Seconds to weigh so many instances, and to move them, a transaction for each.

    They stand in different places with different pasts; `apart`: as if no two stood alike.
    """
    bench = new_session(new_installation(folder), size)
    start_all(bench)
    _scatter(bench)
    installation, tenant = bench.installation, bench.world.organisation.code
    newer = _publish_a_step(installation)
    wish = Wish({f"base organisation:{tenant}": newer, "base": newer}, _PROCESS, tenant=tenant)
    scale = 1000 / size
    figures = {
        "effect1000Seconds": _weigh(installation, wish, size) * scale,
        "effectApart1000Seconds": _weigh_apart(installation, wish, size) * scale,
        "migrate1000Seconds": _move(installation, wish) * scale,
    }
    installation.dispose()
    return figures


def _scatter(bench: BenchSession) -> None:
    """Let a quarter wait, one be reviewed, one be reviewed again, and one pay its fee."""
    count = len(bench.numbers)
    take_up(bench, count * 3 // 4)
    for number in bench.numbers[: count // 2]:
        _answer(bench, number, "first_review", {"first_decision": "pass"})
    for number in bench.numbers[: count // 4]:
        _answer(bench, number, "second_review", {"second_decision": "agree"})


def _answer(bench: BenchSession, number: str, element_id: str, variables: dict[str, Any]) -> None:
    with bench.installation.database.transaction() as db:
        query = select(UserTask).where(
            col(UserTask.business_key) == number, col(UserTask.element_id) == element_id
        )
        user_task = db.exec(query).one()
        bench.installation.engine.complete(db, user_task.id, actor="1", variables=variables)


def _publish_a_step(installation: Installation) -> str:
    with installation.database.transaction() as db:
        old = installation.definitions.current_bundle(db)
        content = installation.definitions.content(db, old, "process", _PROCESS)
        source = Source("process", _PROCESS, _with_a_step(content))
        report = installation.definitions.publish(db, [source], actor="bench")
    assert report.bundle_id is not None, report.findings
    return report.bundle_id


def _weigh(installation: Installation, wish: Wish, size: int) -> float:
    with installation.database.reading() as db:
        started = time.perf_counter()
        _, effects = weigh(db, installation.definitions, wish)
        seconds = time.perf_counter() - started
    assert len(effects) == size, (len(effects), size)
    return seconds


def _weigh_apart(installation: Installation, wish: Wish, size: int) -> float:
    """Weigh each for itself, so that nothing found about one is used for another."""
    definitions = installation.definitions
    with installation.database.reading() as db:
        query = select(ProcessInstance.id).where(ProcessInstance.process_id == _PROCESS)
        ids = db.exec(query).all()
        started = time.perf_counter()
        found = [weigh(db, definitions, replace(wish, instances=[one]))[1] for one in ids]
        seconds = time.perf_counter() - started
    assert [len(one) for one in found] == [1] * size
    return seconds


def _move(installation: Installation, wish: Wish) -> float:
    engine, definitions = installation.engine, installation.definitions
    started = time.perf_counter()
    with installation.database.transaction() as db:
        run = make_migration(engine, db, definitions, wish, dry_run=False).id
    done = False
    while not done:
        with installation.database.transaction() as db:
            move_next(engine, db, definitions, run)
            done = db.get_one(Migration, run).status == MigrationStatus.DONE
    with installation.database.reading() as db:
        outcomes = {one.outcome for one in items_of(db, run)}
    assert outcomes == {MoveOutcome.MOVED}, outcomes
    return time.perf_counter() - started


def _with_a_step(content: bytes) -> bytes:
    """Put a script before the last end event of the first process."""
    root = etree.fromstring(content)
    end = root.findall(f"{B}process/{B}endEvent")[-1].get("id")
    flow = next(one for one in root.iter(FLOW) if one.get("targetRef") == end)
    flow.set("targetRef", "bench_step")
    scope = flow.getparent()
    assert scope is not None
    step = etree.SubElement(scope, B + "scriptTask", id="bench_step", name="bench")
    etree.SubElement(step, B + "script").text = "{bench: 1}"
    etree.SubElement(scope, FLOW, id="bench_flow", sourceRef="bench_step", targetRef=str(end))
    return etree.tostring(root)
