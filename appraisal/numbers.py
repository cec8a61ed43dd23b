"""Number ranges that give out every number once, and the patterns numbers are written in."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session
from sqlmodel import Field, SQLModel, col, select

from appraisal.errors import AppraisalError


class UnknownRange(AppraisalError):
    """No number range has this key."""


class RangeExhausted(AppraisalError):
    """A number range has fewer numbers left than were asked for."""


class InvalidPattern(AppraisalError):
    """A number pattern cannot be read."""


class PartTooLong(AppraisalError):
    """A part of a number does not fit into the width its pattern gives it."""


class NumberRange(SQLModel, table=True):
    """A run of whole numbers; `next_value` is the one to be given out next."""

    __tablename__ = "number_range"

    key: str = Field(primary_key=True, max_length=120)
    first_value: int
    next_value: int
    last_value: int


def open_range(db: Session, key: str, *, first: int = 1, last: int = 999_999) -> None:
    """Create a number range unless it exists; an existing one is left as it is."""
    insert = postgresql_insert if db.get_bind().dialect.name == "postgresql" else sqlite_insert
    db.execute(
        insert(NumberRange)
        .values(key=key, first_value=first, next_value=first, last_value=last)
        .on_conflict_do_nothing(index_elements=["key"])
    )


def take_number(db: Session, range_key: str) -> int:
    """Give out the next number of a range, in the caller's transaction.

    Raises:
        UnknownRange: No range has this key.
        RangeExhausted: Every number was given out.
    """
    return take_numbers(db, range_key, 1)[0]


def take_numbers(db: Session, range_key: str, count: int) -> range:
    """Give out `count` neighbouring numbers, all or none.

    One statement raises the counter and reads it back. It locks the row on PostgreSQL and the
    database on SQLite until the transaction ends, so two takers wait for one another; a
    rollback puts the numbers back, which keeps the range without gaps.

    Raises:
        UnknownRange: No range has this key.
        RangeExhausted: Fewer than `count` numbers are left.
    """
    if count < 1:
        return range(0)
    taken = db.execute(
        update(NumberRange)
        .where(col(NumberRange.key) == range_key)
        .where(col(NumberRange.next_value) + (count - 1) <= col(NumberRange.last_value))
        .values(next_value=col(NumberRange.next_value) + count)
        .returning(col(NumberRange.next_value))
        .execution_options(synchronize_session=False)
    ).scalar_one_or_none()
    if taken is not None:
        return range(taken - count, taken)
    known = db.scalars(select(NumberRange.key).where(NumberRange.key == range_key)).first()
    raise UnknownRange(range_key) if known is None else RangeExhausted(range_key)


_PART = re.compile(r"\{([a-z_]+):([1-9][0-9]?)\}")


@dataclass(frozen=True)
class NumberPattern:
    """A number written as literal text and named parts of fixed width, `{year:2}-{serial:4}`.

    Digits are padded with zeros on the left. A part that is too long is refused, except
    `year`, of which the last digits are taken.
    """

    text: str

    def __post_init__(self) -> None:
        rest = _PART.sub("", self.text)
        if not _PART.search(self.text) or "{" in rest or "}" in rest:
            raise InvalidPattern(self.text)

    @property
    def parts(self) -> tuple[tuple[str, int], ...]:
        """Names and widths, in order."""
        return tuple((name, int(width)) for name, width in _PART.findall(self.text))

    @property
    def length(self) -> int:
        """Characters of every number written in this pattern."""
        return len(_PART.sub("", self.text)) + sum(width for _, width in self.parts)

    def width_of(self, name: str) -> int | None:
        """Width of a part, None when the pattern has no such part."""
        return dict(self.parts).get(name)

    def write(self, values: Mapping[str, str | int]) -> str:
        """Write one number.

        Raises:
            InvalidPattern: A part of the pattern has no value.
            PartTooLong: A value is wider than its part.
        """

        def fill(match: re.Match[str]) -> str:
            name, width = match.group(1), int(match.group(2))
            if name not in values:
                raise InvalidPattern(f"{self.text}: {name}")
            digits = str(values[name]).rjust(width, "0")
            if len(digits) > width and name != "year":
                raise PartTooLong(f"{name}={digits}")
            return digits[-width:]

        return _PART.sub(fill, self.text)
