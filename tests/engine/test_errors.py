"""What is told of errors names code, never values: they may be data of a person."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from engine.database import Database
from engine.errors import UnknownProcess, describe_error

NAMES: dict[str, int] = {}


@pytest.mark.parametrize(
    ("act", "told"),
    [
        (lambda: int("王建国"), "ValueError: invalid literal for int() with base 10: '…'"),
        (lambda: NAMES["王建国"], "KeyError: '…'"),
        (lambda: NAMES["session_id"], "KeyError: 'session_id'"),
        (lambda: NAMES["11010119900307721X"], "KeyError: '…'"),
        (lambda: Decimal("a'b").sqrt(), "InvalidOperation: [<class 'decimal.ConversionSyntax'>]"),
    ],
)
def test_messages_of_python_lose_the_value(act: Callable[[], object], told: str) -> None:
    with pytest.raises(Exception) as caught:
        act()

    assert describe_error(caught.value) == told


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (UnknownProcess("no process “审核”"), "UnknownProcess: no process “审核”"),
        (LookupError("certificate S000099000001269000001"),
         "LookupError: certificate S000099000001269000001"),
        (LookupError("11010119900307721X moved"), "LookupError: … moved"),
        (LookupError("call 19900000001"), "LookupError: call …"),
        (RuntimeError("it isn't there"), "RuntimeError: it isn't there"),
        (RuntimeError("'" * 5000), f"RuntimeError: {'' * 1}" + "'" * 986),
    ],
)  # fmt: skip
def test_numbers_of_persons_are_left_out_of_any_message(error: Exception, told: str) -> None:
    assert describe_error(error) == told


def test_a_databases_message_loses_row_and_value(database: Database) -> None:
    statements = {
        "sqlite": "SELECT json_extract('王建国', '$')",
        "postgresql": "SELECT CAST('王建国' AS integer)",
    }
    with pytest.raises(DBAPIError) as caught, database.transaction() as db:
        db.execute(text(statements[db.get_bind().dialect.name]))

    told = describe_error(caught.value)

    assert "王建国" not in told
    assert told.partition(":")[0] in ("OperationalError", "InvalidTextRepresentation")
