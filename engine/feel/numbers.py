"""Decimals of 34 digits (IEEE 754 decimal128), the only numbers of FEEL."""

from __future__ import annotations

import decimal
from decimal import Decimal

# Operations go through this context's methods, never through the operators of Decimal:
# those would round to the thread's own context. It is shared by threads, which is safe
# because no method reads back its flags.
DECIMALS = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emin=-6143,
    Emax=6144,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
ZERO = Decimal(0)
ONE = Decimal(1)


def is_whole(value: Decimal) -> bool:
    """Say whether the number has no fraction."""
    return value == value.to_integral_value()


def number_text(value: Decimal) -> str:
    """Write a number without superfluous zeros, with an exponent only when it is extreme."""
    if not value:
        return "0"
    if not -40 < value.adjusted() < 40:
        return str(value.normalize(DECIMALS))
    text = format(value, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
