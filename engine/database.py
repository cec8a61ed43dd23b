"""The database: engines, transactions and column types."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from time import monotonic
from typing import Any

import orjson
from sqlalchemy import (
    Connection,
    DateTime,
    Dialect,
    Engine,
    StaticPool,
    String,
    Text,
    TypeDecorator,
    create_engine,
    event,
    make_url,
    text,
)
from sqlalchemy.engine import URL
from sqlalchemy.exc import DisconnectionError
from sqlmodel import Session, SQLModel

from engine.errors import EngineError
from engine.statements import run_text
from engine.unit_of_work import UnitOfWork

BUSY_TIMEOUT_MS = 30_000
# The product has more statements than the 500 that SQLAlchemy remembers by default, and compiling
# one anew costs several times its execution.
REMEMBERED_STATEMENTS = 3000
TRUSTED_SECONDS = 1.0
# SQLite writes its log back into the file after so many pages, in the request that is just being
# committed, and waits for the disk. The default of 1000 is some forty completed user tasks.
LOG_PAGES = 4000
_WITHOUT_ZONE = len("2026-03-02 01:00:00.000000")


class UnsupportedDatabase(EngineError):
    """The database address names neither SQLite nor PostgreSQL."""


class NaiveTime(EngineError):
    """A time without a zone was about to be stored."""


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC time; SQLite, which knows no zones, stores it without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[datetime | None], Any] | None:
        """Write SQLite's text at once: every step of an instance writes several times."""
        return _sqlite_text if dialect.name == "sqlite" else super().bind_processor(dialect)

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise NaiveTime(value.isoformat())
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give the zone back."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


def _sqlite_text(value: datetime | None) -> str | None:
    if value is None:
        return None
    if value.tzinfo is None:
        raise NaiveTime(value.isoformat())
    return value.astimezone(UTC).isoformat(" ", "microseconds")[:_WITHOUT_ZONE]


class DecimalText(TypeDecorator[Decimal]):
    """An exact decimal stored as text: SQLite would make it a binary float."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> str | None:
        """Write without exponent."""
        return None if value is None else f"{Decimal(value):f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Read exactly what was written."""
        return None if value is None else Decimal(value)


class JsonText(TypeDecorator[Any]):
    """JSON stored as text, so that the order of keys survives on PostgreSQL too."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Any, dialect: Dialect) -> str | None:
        """Serialise; None is the SQL null."""
        return None if value is None else orjson.dumps(value).decode()

    def process_result_value(self, value: str | None, dialect: Dialect) -> Any:
        """Parse what was written."""
        return None if value is None else orjson.loads(value)


@dataclass(frozen=True)
class Database:
    """The engines of one installation.

    `writer` begins each transaction with the write lock on SQLite, `reader`
    refuses to write, and `jobs` belongs to the job engine alone.
    """

    url: URL
    writer: Engine
    reader: Engine
    jobs: Engine
    schema: str | None = None

    @property
    def is_sqlite(self) -> bool:
        """Whether this is SQLite, which has one writer at a time."""
        return self.url.get_backend_name() == "sqlite"

    @contextmanager
    def transaction(self) -> Iterator[Session]:
        """One unit of work: committed at the end or, on an error, not at all."""
        with UnitOfWork(self.writer, expire_on_commit=False) as db, db.begin():
            yield db

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """A consistent view that refuses to write."""
        with UnitOfWork(self.reader, expire_on_commit=False) as db, db.begin():
            yield db

    def create_schema(self) -> None:
        """Create every missing table of the modules that are imported."""
        self.create_namespace()
        with self.writer.begin() as connection:
            SQLModel.metadata.create_all(connection)

    def create_namespace(self) -> None:
        """Create the PostgreSQL schema this installation was given, if any."""
        if self.schema is None:
            return
        with self.writer.begin() as connection:
            name = connection.dialect.identifier_preparer.quote(self.schema)
            connection.execute(text(f"CREATE SCHEMA IF NOT EXISTS {name}"))

    def dispose(self) -> None:
        """Close every connection."""
        for engine in (self.writer, self.reader, self.jobs):
            engine.dispose()


def create_database(url: str | URL, *, schema: str | None = None) -> Database:
    """Open a database by its address; nothing is connected yet.

    `schema` (PostgreSQL only) keeps all tables out of the way of a host
    application. An SQLite address without a file lives in one connection, which
    is for single-threaded runs only.

    Raises:
        UnsupportedDatabase: Neither SQLite nor PostgreSQL.
    """
    address = make_url(url)
    backend = address.get_backend_name()
    if backend in ("postgresql", "postgres"):
        return _postgresql(address.set(drivername="postgresql+psycopg"), schema)
    if backend != "sqlite" or schema is not None:
        raise UnsupportedDatabase(f"{backend}, schema {schema}")
    if address.database in (None, "", ":memory:"):
        memory = _sqlite_engine(address, begin="BEGIN IMMEDIATE", poolclass=StaticPool)
        return Database(address, memory, memory, memory)
    Path(str(address.database)).parent.mkdir(parents=True, exist_ok=True)
    # One pooled write connection: threads of this process then queue on a
    # condition variable, in order, instead of sleeping in SQLite's busy handler.
    writer = _sqlite_engine(
        address, begin="BEGIN IMMEDIATE", pool_size=1, max_overflow=0, pool_timeout=120
    )
    reader = _sqlite_engine(address, begin="BEGIN", query_only=True, pool_size=10, max_overflow=20)
    # DBOS opens its write transactions itself and expects the driver's own handling.
    jobs = _sqlite_engine(address, begin=None, pool_size=4, max_overflow=8)
    return Database(address, writer, reader, jobs)


def _postgresql(address: URL, schema: str | None) -> Database:
    options: dict[str, Any] = {
        "isolation_level": "READ COMMITTED",
        "pool_size": 10,
        "max_overflow": 30,
        "hide_parameters": True,
        "query_cache_size": REMEMBERED_STATEMENTS,
    }
    if schema is not None:
        options["connect_args"] = {"options": f"-csearch_path={schema}"}
    writer = create_engine(address, **options)
    reader = writer.execution_options(postgresql_readonly=True)
    jobs = create_engine(address, **(options | {"pool_size": 5}))
    for engine in (writer, jobs):
        _ask_rested(engine)
    return Database(address, writer, reader, jobs, schema)


def _ask_rested(engine: Engine) -> None:
    """Ask a connection whether it still lives, unless it did a moment ago.

    SQLAlchemy's `pool_pre_ping` asks each time, a round trip in every request.
    """

    def on_checkin(_: Any, record: Any) -> None:
        record.info["rests_since"] = monotonic()

    def on_checkout(connection: Any, record: Any, _: Any) -> None:
        if monotonic() - record.info.get("rests_since", monotonic()) < TRUSTED_SECONDS:
            return
        try:
            engine.dialect.do_ping(connection)
        except engine.dialect.loaded_dbapi.Error as error:
            raise DisconnectionError(str(error)) from error

    event.listen(engine, "checkin", on_checkin)
    event.listen(engine, "checkout", on_checkout)


def _sqlite_engine(
    address: URL, *, begin: str | None, query_only: bool = False, **pool: Any
) -> Engine:
    # The driver's own transaction handling issued one number twice and broke
    # savepoints, so where `begin` is given it is switched off (None is autocommit)
    # and SQLAlchemy's `begin` event opens each transaction.
    level = None if begin else "IMMEDIATE"
    # Parameters may be data of persons, and errors end up in logs and incidents.
    engine = create_engine(
        address,
        connect_args={"check_same_thread": False, "isolation_level": level},
        hide_parameters=True,
        query_cache_size=REMEMBERED_STATEMENTS,
        **pool,
    )

    def on_connect(connection: Any, _: Any) -> None:
        cursor = connection.cursor()
        cursor.execute("PRAGMA journal_mode=WAL")
        cursor.execute("PRAGMA synchronous=FULL")
        cursor.execute(f"PRAGMA wal_autocheckpoint={LOG_PAGES}")
        cursor.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")
        cursor.execute("PRAGMA foreign_keys=ON")
        cursor.execute("PRAGMA cache_size=-16000")
        if query_only:
            cursor.execute("PRAGMA query_only=ON")
        cursor.close()

    def on_begin(connection: Connection) -> None:
        run_text(connection, str(begin))

    event.listen(engine, "connect", on_connect)
    if begin:
        event.listen(engine, "begin", on_begin)
    return engine
