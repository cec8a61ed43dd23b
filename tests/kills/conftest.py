"""One prepared installation; batches are worked on copies of it, and once without any kill."""

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from tests.kills.batches import Worked, work
from tests.kills.grounds import Ground
from tests.kills.reaper import Reaper
from tests.postgresql import PostgresqlServer


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """Where the installations lie."""
    made = Path(tempfile.mkdtemp(prefix="jc-kills-"))
    yield made
    shutil.rmtree(made, ignore_errors=True)


@pytest.fixture(scope="module")
def prepared(folder: Path) -> Ground:
    """What the others are copies of; it is never served."""
    return Ground.make(folder / "prepared")


@pytest.fixture(scope="module")
def calm(prepared: Ground, folder: Path) -> Worked:
    """The batch as it ends when nothing dies; what it comes to depends on no database."""
    ground = prepared.copy(folder / "calm")
    return work(ground, Reaper(ground, [], []))


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)])
def ground(request: pytest.FixtureRequest, prepared: Ground, folder: Path) -> Iterator[Ground]:
    """A fresh installation on each database, with the keys of the calm one."""
    if request.param == "sqlite":
        yield prepared.copy(folder / "sqlite")
        return
    server: PostgresqlServer = request.getfixturevalue("postgresql_server")
    url = server.url.set(database=f"kills_{uuid4().hex[:12]}")
    server.run(f"CREATE DATABASE {url.database}")
    yield Ground.make(folder / "postgresql", url, keys=prepared.folder / "keys")
    server.drop(url)
