"""Functions on numbers."""

from __future__ import annotations

import decimal
from decimal import Decimal

from engine.feel.arithmetic import floor_modulo
from engine.feel.builtins.arguments import whole
from engine.feel.builtins.registry import builtin
from engine.feel.errors import NotDefined
from engine.feel.numbers import DECIMALS, ZERO
from engine.feel.scope import Run
from engine.feel.temporal import DayDuration, MonthDuration
from engine.feel.values import Value

# Source: DMN 1.5, table 76: the scale of decimal128.
_MIN_SCALE, _MAX_SCALE = -6111, 6176
# Beyond this e**n overflows decimal128.
_MAX_EXPONENT = 14_150
_QUANTIZING_DIGITS = 12_500


def _rounded(number: Decimal, scale: Decimal, rounding: str) -> Value:
    places = whole(scale)
    if not _MIN_SCALE <= places <= _MAX_SCALE:
        raise NotDefined
    exponent = number.as_tuple().exponent
    if isinstance(exponent, int) and places >= 0 and places >= -exponent:
        return number
    wide = decimal.Context(prec=_QUANTIZING_DIGITS, rounding=rounding, Emin=-99_999, Emax=99_999)
    return DECIMALS.plus(number.quantize(Decimal(1).scaleb(-places, wide), context=wide))


@builtin("decimal", "n: number, scale: number")
def to_scale(run: Run, number: Decimal, scale: Decimal) -> Value:
    """Round half to even; a fraction of the scale is cut off."""
    return _rounded(number, Decimal(int(scale)), decimal.ROUND_HALF_EVEN)


@builtin("floor", "n: number, scale?: number")
def floor(run: Run, number: Decimal, scale: Decimal = ZERO) -> Value:
    """Round down."""
    return _rounded(number, scale, decimal.ROUND_FLOOR)


@builtin("ceiling", "n: number, scale?: number")
def ceiling(run: Run, number: Decimal, scale: Decimal = ZERO) -> Value:
    """Round up."""
    return _rounded(number, scale, decimal.ROUND_CEILING)


@builtin("round up", "n: number, scale?: number")
def round_up(run: Run, number: Decimal, scale: Decimal = ZERO) -> Value:
    """Round away from zero."""
    return _rounded(number, scale, decimal.ROUND_UP)


@builtin("round down", "n: number, scale?: number")
def round_down(run: Run, number: Decimal, scale: Decimal = ZERO) -> Value:
    """Round towards zero."""
    return _rounded(number, scale, decimal.ROUND_DOWN)


@builtin("round half up", "n: number, scale?: number")
def round_half_up(run: Run, number: Decimal, scale: Decimal = ZERO) -> Value:
    """Round to the nearest, a half away from zero."""
    return _rounded(number, scale, decimal.ROUND_HALF_UP)


@builtin("round half down", "n: number, scale?: number")
def round_half_down(run: Run, number: Decimal, scale: Decimal = ZERO) -> Value:
    """Round to the nearest, a half towards zero."""
    return _rounded(number, scale, decimal.ROUND_HALF_DOWN)


@builtin("abs", "n: any")
def absolute(run: Run, value: Value) -> Value:
    """Drop the sign of a number or duration."""
    if isinstance(value, Decimal):
        return value.copy_abs()
    if isinstance(value, MonthDuration):
        return MonthDuration(abs(value.amount))
    return DayDuration(value.amount.copy_abs()) if isinstance(value, DayDuration) else None


@builtin("modulo", "dividend: number, divisor: number")
def modulo(run: Run, dividend: Decimal, divisor: Decimal) -> Value:
    """Give the remainder with the sign of the divisor."""
    return floor_modulo(dividend, divisor)


@builtin("sqrt", "number: number")
def square_root(run: Run, number: Decimal) -> Value:
    """Give the square root; null for a negative number."""
    return DECIMALS.sqrt(number) if number >= 0 else None


@builtin("log", "number: number")
def logarithm(run: Run, number: Decimal) -> Value:
    """Give the natural logarithm; null unless the number is positive."""
    return DECIMALS.ln(number) if number > 0 else None


@builtin("exp", "number: number")
def exponential(run: Run, number: Decimal) -> Value:
    """Raise e to a number; null beyond decimal128, zero below it."""
    if number < -_MAX_EXPONENT:
        return ZERO
    return DECIMALS.exp(number) if number <= _MAX_EXPONENT else None


@builtin("odd", "number: number")
def odd(run: Run, number: Decimal) -> Value:
    """Say whether a whole number is odd."""
    return whole(number) % 2 == 1


@builtin("even", "number: number")
def even(run: Run, number: Decimal) -> Value:
    """Say whether a whole number is even."""
    return whole(number) % 2 == 0
