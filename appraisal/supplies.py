"""Supplies (考务用品): what a session needs of each item, and what is short."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import ROUND_CEILING, Decimal
from enum import StrEnum

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, select

from appraisal import organisations, sessions  # noqa: F401 -- tables referred to below
from appraisal.columns import DecimalText, UtcDateTime
from appraisal.errors import AppraisalError

RESERVE = Decimal("1.1")
"""A tenth more than the quota.

Source: domain research on step 5 (quantity = candidates x quota x 1.1).
"""


class UnknownSupply(AppraisalError):
    """The organisation keeps no such item."""


class SupplyBasis(StrEnum):
    """What a quota is counted by."""

    CANDIDATE = "candidate"
    ROOM = "room"
    SESSION = "session"


class Supply(SQLModel, table=True):
    """An item in stock; `quota` pieces for each candidate, room or session of a subject.

    An empty subject counts all of them.
    """

    __tablename__ = "supply"
    __table_args__ = (UniqueConstraint("organisation_id", "key"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    key: str = Field(max_length=40)
    name: str = Field(max_length=100)
    unit: str = Field(default="份", max_length=20)
    basis: str = Field(default=SupplyBasis.CANDIDATE, max_length=20)
    subject: str = Field(default="", max_length=20)
    quota: Decimal = Field(sa_type=DecimalText)
    on_hand: int = Field(default=0, ge=0)


class SupplyNeed(SQLModel, table=True):
    """What a session needs of an item, as last counted."""

    __tablename__ = "supply_need"
    __table_args__ = (UniqueConstraint("session_id", "supply_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id")
    supply_id: int = Field(foreign_key="supply.id")
    needed: int
    on_hand: int
    counted_at: datetime = Field(sa_type=UtcDateTime)


@dataclass(frozen=True)
class Shortage:
    """An item of which there is less than the session needs."""

    key: str
    name: str
    unit: str
    needed: int
    on_hand: int

    @property
    def missing(self) -> int:
        """How many have to be bought or borrowed."""
        return self.needed - self.on_hand


def required_quantity(count: int, quota: Decimal, reserve: Decimal = RESERVE) -> int:
    """Pieces needed for so many candidates (rooms, sessions), a begun piece counted whole.

    Source: domain research on step 5 (quantity = candidates x quota x 1.1).
    """
    return int((count * quota * reserve).to_integral_value(rounding=ROUND_CEILING))


def supplies_of(db: Session, organisation_id: int) -> list[Supply]:
    """The items of an organisation by key."""
    query = select(Supply).where(Supply.organisation_id == organisation_id).order_by(Supply.key)
    return list(db.exec(query))


def count_supplies(
    db: Session,
    organisation_id: int,
    session_id: int,
    counts: Mapping[tuple[SupplyBasis, str], int],
    *,
    at: datetime,
) -> list[Shortage]:
    """Work out what a session needs and return what is short.

    `counts` says how many candidates and rooms there are by basis and subject, subject ""
    counting all.
    """
    query = select(SupplyNeed).where(SupplyNeed.session_id == session_id)
    known = {need.supply_id: need for need in db.exec(query)}
    short = []
    for item in supplies_of(db, organisation_id):
        assert item.id is not None
        basis = SupplyBasis(item.basis)
        count = 1 if basis is SupplyBasis.SESSION else counts.get((basis, item.subject), 0)
        needed = required_quantity(count, item.quota)
        need = known.get(item.id) or SupplyNeed(
            session_id=session_id, supply_id=item.id, needed=needed, on_hand=0, counted_at=at
        )
        need.needed, need.on_hand, need.counted_at = needed, item.on_hand, at
        db.add(need)
        if needed > item.on_hand:
            short.append(Shortage(item.key, item.name, item.unit, needed, item.on_hand))
    db.flush()
    return short


def needs_of(db: Session, session_id: int) -> list[tuple[SupplyNeed, Supply]]:
    """What a session needs, by item."""
    query = (
        select(SupplyNeed, Supply)
        .join(Supply, Supply.id == SupplyNeed.supply_id)  # type: ignore[arg-type]
        .where(SupplyNeed.session_id == session_id)
        .order_by(Supply.key)
    )
    return [(need, item) for need, item in db.exec(query)]


def replenish(db: Session, organisation_id: int, key: str, quantity: int) -> None:
    """Add bought or borrowed pieces to the stock.

    Raises:
        UnknownSupply: There is no such item, or the quantity is not above zero.
    """
    query = select(Supply).where(Supply.organisation_id == organisation_id, Supply.key == key)
    item = db.exec(query).one_or_none()
    if item is None or quantity < 1:
        raise UnknownSupply(f"{key}: {quantity}")
    item.on_hand += quantity
    db.add(item)
    db.flush()
