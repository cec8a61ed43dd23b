"""One PostgreSQL server for all tests, and the databases that it lends them."""

from collections import defaultdict
from dataclasses import dataclass, field
from uuid import uuid4

import psycopg
from psycopg.sql import SQL, Identifier
from sqlalchemy import create_engine, text
from sqlalchemy.engine import URL
from sqlmodel import SQLModel

from engine.database import create_database

Tables = frozenset[str]
# What changes when a test changes tables themselves: the youngest transaction in the catalogues.
_SHAPE = """
    SELECT greatest(
        (SELECT max(xmin::text::bigint) FROM pg_class),
        (SELECT max(xmin::text::bigint) FROM pg_attribute),
        (SELECT max(xmin::text::bigint) FROM pg_constraint),
        (SELECT max(xmin::text::bigint) FROM pg_proc),
        (SELECT max(xmin::text::bigint) FROM pg_namespace)
    ), (SELECT count(*) FROM pg_class), (SELECT count(*) FROM pg_namespace)
"""
_OTHERS_END = """
    SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid()
"""
_COUNTED = """
    SELECT schemaname, sequencename FROM pg_sequences WHERE last_value IS NOT NULL
"""


@dataclass
class PostgresqlServer:
    """One server for the whole test session; databases are copies of a template."""

    url: URL
    _templates: dict[Tables, str] = field(default_factory=dict)
    _shapes: dict[str, tuple[int, ...]] = field(default_factory=dict)
    _empty: dict[Tables, list[URL]] = field(default_factory=lambda: defaultdict(list))

    def run(self, statement: str) -> None:
        """Carry a statement out, outside all databases of tests."""
        engine = create_engine(self.url, isolation_level="AUTOCOMMIT")
        with engine.connect() as connection:
            connection.execute(text(statement))
        engine.dispose()

    def create(self) -> URL:
        """A new database with the tables of all imported modules."""
        name = f"t_{uuid4().hex[:12]}"
        self.run(f"CREATE DATABASE {name} TEMPLATE {self._template()} STRATEGY FILE_COPY")
        return self.url.set(database=name)

    def drop(self, url: URL) -> None:
        """Remove a database, whoever is connected."""
        self.run(f"DROP DATABASE {url.database} WITH (FORCE)")

    def lend(self) -> URL:
        """An empty database with the tables of all imported modules, used before or new.

        A copy of a template takes half a second, as long as many tests; emptying takes a
        fiftieth of that.
        """
        empty = self._empty[frozenset(SQLModel.metadata.tables)]
        if empty:
            return empty.pop()
        url = self.create()
        with _connection(url) as connection:
            self._shapes[str(url)] = _shape(connection)
        return url

    def take_back(self, url: URL, tables: Tables) -> None:
        """Empty a database that was lent; one whose tables are no longer the same is removed."""
        with _connection(url) as connection:
            connection.execute(_OTHERS_END)
            same = _shape(connection) == self._shapes[str(url)]
            if same:
                _empty(connection, sorted(tables))
        if same:
            self._empty[tables].append(url)
        else:
            self.drop(url)

    def _template(self) -> str:
        tables = frozenset(SQLModel.metadata.tables)
        if tables not in self._templates:
            name = f"template_{uuid4().hex[:12]}"
            self.run(f"CREATE DATABASE {name}")
            database = create_database(self.url.set(database=name))
            database.create_schema()
            database.dispose()
            self._templates[tables] = name
        return self._templates[tables]


def _connection(url: URL) -> psycopg.Connection:
    address = url.set(drivername="postgresql").render_as_string(hide_password=False)
    return psycopg.connect(address, autocommit=True)


def _shape(connection: psycopg.Connection) -> tuple[int, ...]:
    found = connection.execute(_SHAPE).fetchone()
    assert found is not None
    return found


def _empty(connection: psycopg.Connection, tables: list[str]) -> None:
    """Take out every row and begin every sequence anew; only tables with rows are written to."""
    look = SQL(" UNION ALL ").join(
        SQL("SELECT {} WHERE EXISTS (SELECT 1 FROM {})").format(name, Identifier(name))
        for name in tables
    )
    with connection.transaction():
        # Rows go in any order: no foreign key is looked at while they do.
        connection.execute("SET LOCAL session_replication_role = replica")
        for (name,) in connection.execute(look).fetchall():
            connection.execute(SQL("DELETE FROM {}").format(Identifier(name)))
        for names in connection.execute(_COUNTED).fetchall():
            sequence = SQL("{}.{}").format(*map(Identifier, names)).as_string(connection)
            connection.execute("SELECT setval(%s, 1, false)", (sequence,))
