"""Instances that a released version left waiting go on to the ends that it would have given."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from api.migration import differences, upgrade
from engine.dbos_jobs import create_job_tables
from tests.released.house import HERE, House, unpack

RELEASES = sorted(path.name.removesuffix(".tar.xz") for path in HERE.glob("*.tar.xz"))


def expected(name: str) -> dict[str, Any]:
    read: dict[str, Any] = json.loads((HERE / f"{name}.json").read_text(encoding="utf-8"))
    return read


@pytest.fixture(params=RELEASES)
def left(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[tuple[House, dict[str, Any]]]:
    house = unpack(request.param, tmp_path)
    upgrade(house.database)
    create_job_tables(house.database)
    yield house, expected(request.param)
    house.database.dispose()


def test_there_is_a_release_with_instances_in_many_places() -> None:
    assert RELEASES == ["0.1.0"]
    waiting = expected("0.1.0")["waiting"]
    assert {kind: len(rows) > 0 for kind, rows in waiting.items()} == dict.fromkeys(
        ("user_task", "timer", "subscription", "job", "incident"), True
    )


@pytest.mark.slow
def test_migrated_tables_are_the_declared_ones(left: tuple[House, dict[str, Any]]) -> None:
    house, _ = left

    assert differences(house.database) == []


@pytest.mark.slow
def test_derived_rows_are_what_the_states_say(left: tuple[House, dict[str, Any]]) -> None:
    house, release = left

    with house.database.transaction() as db:
        assert house.engine.rebuild_rows(db) == 0

    assert house.waiting() == release["waiting"]


@pytest.mark.slow
def test_everything_goes_on_to_its_end(left: tuple[House, dict[str, Any]]) -> None:
    house, release = left

    house.rest()

    assert house.waiting() == release["left"]
    for now, then in zip(house.picture(), release["ended"], strict=True):
        assert now == then
    assert {one["status"] for one in release["ended"]} == {"completed"}
