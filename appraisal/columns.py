"""Column types of the domain tables: aware UTC times and exact decimals on every database."""

from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import DateTime, Dialect, String, Table, TypeDecorator
from sqlmodel import SQLModel

# What fits in a JSON column.
Json = None | bool | int | float | str | list[Any] | dict[str, Any]


class UtcDateTime(TypeDecorator[datetime]):
    """An aware time, kept in UTC. SQLite has no time zones: there it is written without one."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse a naive time and turn any other into UTC."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Give back an aware time in UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class DecimalText(TypeDecorator[Decimal]):
    """A decimal kept as text, so that 59.50 stays 59.50 and never becomes a binary float."""

    impl = String(40)
    cache_ok = True

    def process_bind_param(self, value: Decimal | int | None, dialect: Dialect) -> str | None:
        """Write the digits without an exponent."""
        if value is None:
            return None
        if isinstance(value, float) or not (number := Decimal(value)).is_finite():
            raise ValueError("marks and money are finite decimals, never floats")
        return format(number, "f")

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:
        """Read the digits back."""
        return None if value is None else Decimal(value)


def table_of(model: type[SQLModel]) -> Table:
    """The table of a model, for statements that bypass the object mapper."""
    found: Table = model.__table__  # type: ignore[attr-defined]
    return found
