"""Statements that run at every step of an instance: compiled once, then handed to the driver.

SQLAlchemy's way from a Core statement to the driver and back costs ten times what the driver
itself takes; what is left here is the text and the conversion of values.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Connection, Table
from sqlalchemy.engine import Dialect
from sqlalchemy.exc import DBAPIError
from sqlalchemy.sql import ClauseElement

Row = Mapping[str, Any]
Convert = Callable[[Any], Any]


class Cursor(Protocol):
    """What the driver says of a statement that was run."""

    @property
    def rowcount(self) -> int:
        """How many rows it wrote."""


@dataclass(frozen=True, slots=True)
class _Compiled:
    """A statement's text in one dialect, and how values get in and out."""

    text: str
    prepare: Callable[[Row], Any]
    converters: tuple[Convert | None, ...]


class Statement:
    """A statement with the parameters of its `bindparam`s or columns."""

    def __init__(self, clause: ClauseElement, columns: Sequence[str] | None = None) -> None:
        self._clause = clause
        self._columns = columns
        self._compiled: dict[str, _Compiled] = {}

    @classmethod
    def insert(cls, table: Table, *, without: Sequence[str] = ()) -> Statement:
        """Insert whole rows; every column must be given, but those left out."""
        names = [column.name for column in table.columns if column.name not in without]
        return cls(table.insert(), names)

    def __call__(self, connection: Connection, rows: Row | Sequence[Row]) -> Cursor:
        """Run it for one row or for each of several."""
        compiled = self._for(connection.dialect)
        if isinstance(rows, Mapping):
            rows = (rows,)
        given = [compiled.prepare(row) for row in rows]
        many = len(given) != 1
        cursor: Cursor = _run(connection, compiled.text, given if many else given[0], many=many)
        return cursor

    def rows(self, connection: Connection, given: Row) -> list[tuple[Any, ...]]:
        """Run it and give the rows that it selects or returns."""
        compiled = self._for(connection.dialect)
        found = _run(connection, compiled.text, compiled.prepare(given)).fetchall()
        converters = compiled.converters
        return [
            tuple(
                [
                    value if convert is None else convert(value)
                    for value, convert in zip(row, converters, strict=True)
                ]
            )
            for row in found
        ]

    def _for(self, dialect: Dialect) -> _Compiled:
        found = self._compiled.get(dialect.name)
        if found is None:
            found = self._compiled[dialect.name] = self._compile(dialect)
        return found

    def _compile(self, dialect: Dialect) -> _Compiled:
        compiled: Any = self._clause.compile(dialect=dialect, column_keys=self._columns)
        fixed = {name: bind.value for name, bind in compiled.binds.items() if not bind.required}
        names = tuple(compiled.positiontup if compiled.positional else compiled.params)
        processors = compiled._bind_processors
        ordered = _preparing([(name, processors.get(name)) for name in names], fixed)
        prepare = ordered if compiled.positional else _by_name(names, ordered)
        return _Compiled(str(compiled), prepare, _converters(self._clause, dialect))


def write_all(
    connection: Connection, batch: Sequence[tuple[Statement, Sequence[Row]]]
) -> list[Cursor]:
    """Run several statements in their order, on PostgreSQL without waiting for each."""
    if len(batch) < 2 or connection.dialect.name == "sqlite":
        return [statement(connection, rows) for statement, rows in batch]
    driver: Any = connection.connection.dbapi_connection
    try:
        with driver.pipeline():
            return [statement(connection, rows) for statement, rows in batch]
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, "", error) from error


def _preparing(
    columns: Sequence[tuple[str, Convert | None]], fixed: Row
) -> Callable[[Row], list[Any]]:
    def prepare(row: Row) -> list[Any]:
        given = {**fixed, **row} if fixed else row
        return [
            given[name] if process is None else process(given[name]) for name, process in columns
        ]

    return prepare


def _by_name(
    names: Sequence[str], prepare: Callable[[Row], list[Any]]
) -> Callable[[Row], dict[str, Any]]:
    return lambda row: dict(zip(names, prepare(row), strict=True))


def _converters(clause: Any, dialect: Dialect) -> tuple[Convert | None, ...]:
    columns = getattr(clause, "exported_columns", ())
    return tuple(
        column.type.dialect_impl(dialect).result_processor(dialect, None) for column in columns
    )


def _run(connection: Connection, text: str, given: Any, *, many: bool = False) -> Any:
    if not connection.in_transaction():
        connection.begin()
    return run_text(connection, text, given, many=many)


def run_text(connection: Connection, text: str, given: Any = (), *, many: bool = False) -> Any:
    """Hand a text with its converted values to the driver and give the cursor."""
    driver: Any = connection.connection.dbapi_connection
    cursor = driver.cursor()
    try:
        (cursor.executemany if many else cursor.execute)(text, given)
    except connection.dialect.loaded_dbapi.Error as error:
        raise _translated(connection, text, error) from error
    return cursor


def _translated(connection: Connection, text: str, error: Any) -> BaseException:
    """Give SQLAlchemy's error for the driver's, without the parameters: they may be of persons."""
    dialect: Any = connection.dialect
    gone = dialect.is_disconnect(error, connection.connection.dbapi_connection, None)
    if gone:
        connection.invalidate(error)
    translated: BaseException = DBAPIError.instance(
        text,
        None,
        error,
        dialect.loaded_dbapi.Error,
        hide_parameters=True,
        connection_invalidated=gone,
        dialect=dialect,
    )
    return translated
