"""Occupations (职业) and their trades (工种/职业方向)."""

from sqlmodel import Field, Session, SQLModel, select

from appraisal.errors import AppraisalError


class UnknownOccupation(AppraisalError):
    """There is no occupation or trade with this code or name."""


class Occupation(SQLModel, table=True):
    """An occupation of the national catalogue."""

    __tablename__ = "occupation"

    code: str = Field(primary_key=True, max_length=40)
    name: str = Field(max_length=100, index=True)


class Trade(SQLModel, table=True):
    """A direction within an occupation."""

    __tablename__ = "trade"

    code: str = Field(primary_key=True, max_length=40)
    occupation_code: str = Field(foreign_key="occupation.code", index=True)
    name: str = Field(max_length=100)


def occupation_name(db: Session, code: str) -> str:
    """The name of an occupation; an unknown code stands for itself."""
    occupation = db.get(Occupation, code)
    return code if occupation is None else occupation.name


def trade_name(db: Session, code: str) -> str:
    """The name of a trade, empty when there is none."""
    trade = db.get(Trade, code) if code else None
    return "" if trade is None else trade.name


def find_occupation(db: Session, text: str) -> tuple[str, str]:
    """Find occupation and trade codes for what a registration sheet says.

    The sheet writes an occupation's name or code, or a trade's ("养老护理员(失智照护)",
    "养老护理员/失智照护"); the trade's code is empty when none is named.

    Raises:
        UnknownOccupation: Nothing matches.
    """
    wanted = text.strip().replace("（", "(").replace("）", ")")
    occupation = db.exec(
        select(Occupation).where((Occupation.code == wanted) | (Occupation.name == wanted))
    ).first()
    if occupation is not None:
        return occupation.code, ""
    for trade in db.exec(select(Trade)).all():
        name = occupation_name(db, trade.occupation_code)
        if wanted in (trade.code, trade.name, f"{name}({trade.name})", f"{name}/{trade.name}"):
            return trade.occupation_code, trade.code
    raise UnknownOccupation(text)
