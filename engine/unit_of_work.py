"""The session of one unit of work, which takes the short way for what is read all the time.

SQLAlchemy's way from a key or a select to an object costs ten to twenty times what the database
takes. Here the text is made once and what the driver gives becomes objects of the session.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from itertools import accumulate
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, inspect, select
from sqlalchemy.engine import IteratorResult, Result
from sqlalchemy.engine.result import SimpleResultMetaData
from sqlalchemy.orm import Mapper
from sqlalchemy.orm.attributes import instance_state
from sqlmodel import Session
from sqlmodel.sql.expression import SelectOfScalar

from engine.statements import Row, Statement

PREPARED = "prepared"
"""The execution option of a select that is made once and run by `exec` with its parameters.

`_OF = select(Post).where(Post.person_id == bindparam("b_person")).execution_options(prepared=True)`
and then `db.exec(_OF, params={"b_person": 5})`. It selects whole models or columns, none of them by
an outer join, and knows no `in_`.
"""

_KEY = "b_key"
_SIMPLE = frozenset({"with_for_update", "populate_existing"})
_Made = Callable[[Session, Sequence[tuple[Any, ...]]], list[tuple[Any, ...]]]


class UnitOfWork(Session):
    """A session that reads single rows by key, and prepared selects, without the object mapper.

    What it gives is the session's own as ever: changes of it are written, and asked again it is
    the same object.
    """

    def get(self, entity: Any, ident: Any, **options: Any) -> Any:
        """Give the object with a key, None if there is none; see SQLAlchemy's `Session.get`."""
        locking = options.get("with_for_update") or False
        others = any(value for name, value in options.items() if name not in _SIMPLE)
        plain = isinstance(ident, int | str | UUID) and isinstance(locking, bool) and not others
        # What the session has already is for SQLAlchemy to give, or to read again.
        if not plain or (entity, (ident,), None) in self.identity_map:
            return super().get(entity, ident, **options)
        prepared = _by_key(entity, locking=locking)
        if prepared is None:
            return super().get(entity, ident, **options)
        found = prepared.run(self, {_KEY: ident})
        return found[0][0] if found else None

    def exec(self, statement: Any, *, params: Any = None, **options: Any) -> Any:
        """Run a statement; see SQLModel's `Session.exec`."""
        if not statement.get_execution_options().get(PREPARED):
            return super().exec(statement, params=params, **options)
        prepared = _prepared(statement)
        rows = prepared.run(self, params or {})
        result: Result[Any] = IteratorResult(prepared.shape, iter(rows))
        return result.scalars() if isinstance(statement, SelectOfScalar) else result


class _Prepared:
    """A select and what becomes of its rows."""

    def __init__(self, clause: Any, made: _Made | None, names: Sequence[str]) -> None:
        self._statement = Statement(clause)
        self._made = made
        self.shape = SimpleResultMetaData(names)

    def run(self, db: Session, given: Row) -> list[tuple[Any, ...]]:
        """Give its rows: tuples of values, or of one object."""
        if db.autoflush:
            # What bypasses the object mapper does not see what it still holds back.
            db.flush()
        rows = self._statement.rows(db.connection(), given)
        return rows if self._made is None else self._made(db, rows)


@cache
def _by_key(model: Any, *, locking: bool) -> _Prepared | None:
    """The row of a table by its key, if that is one column; locked against others if asked."""
    mapper: Mapper[Any] = inspect(model)
    if len(mapper.primary_key) != 1:
        return None
    [key] = mapper.primary_key
    clause = select(*mapper.local_table.c).where(key == bindparam(_KEY))
    clause = clause.with_for_update() if locking else clause
    return _Prepared(clause, _objects(mapper), [model.__name__])


@cache
def _prepared(statement: Any) -> _Prepared:
    """What a select gives: each a model, of which all columns are read, or one column."""
    described = statement.column_descriptions
    names = [one["name"] for one in described]
    models = [one["entity"] if one["expr"] is one["entity"] else None for one in described]
    if not any(models):
        return _Prepared(statement, None, names)
    mappers: list[Mapper[Any] | None] = [inspect(one) if one else None for one in models]
    columns = [
        [one["expr"]] if mapper is None else list(mapper.local_table.c)
        for one, mapper in zip(described, mappers, strict=True)
    ]
    flat = statement.with_only_columns(*(column for part in columns for column in part))
    makers = [_objects(mapper) if mapper else None for mapper in mappers]
    return _Prepared(flat, _tuples(makers, [len(part) for part in columns]), names)


def _tuples(makers: Sequence[_Made | None], widths: Sequence[int]) -> _Made:
    """Cut rows into what each of several models or columns gets of them."""
    if len(makers) == 1 and makers[0] is not None:
        return makers[0]
    ends = list(accumulate(widths))
    parts = [
        (made, slice(end - width, end))
        for made, end, width in zip(makers, ends, widths, strict=True)
    ]

    def made_of(db: Session, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        columns = [
            [row[part] for row in rows] if made is None else made(db, [row[part] for row in rows])
            for made, part in parts
        ]
        return [tuple([one[0] for one in row]) for row in zip(*columns, strict=True)]

    return made_of


def _objects(mapper: Mapper[Any]) -> _Made:
    """Make what the session has not got yet of rows that have all columns of a table."""
    # Nothing else may have made the mappers ready when the first row is read by its key.
    mapper.registry.configure(cascade=True)
    model = mapper.class_
    columns: list[Any] = list(mapper.local_table.c)
    names = [mapper.get_property_by_column(one).key for one in columns]
    places = [columns.index(one) for one in mapper.primary_key]

    def made(db: Session, rows: Sequence[tuple[Any, ...]]) -> list[tuple[Any, ...]]:
        return [(one(db, row),) for row in rows]

    def one(db: Session, row: tuple[Any, ...]) -> Any:
        key = (model, tuple([row[place] for place in places]), None)
        known = db.identity_map.get(key)
        if known is not None:
            return known
        instance = mapper.class_manager.new_instance()
        # As SQLAlchemy's own loading does it (2.0, `loading._instance`): to make the object
        # detached and add it to the session costs as much as the select.
        state = instance_state(instance)
        state.dict.update(zip(names, row, strict=True))
        state.key, state.session_id = key, db.hash_key
        db.identity_map._add_unpresent(state, key)
        return instance

    return made
