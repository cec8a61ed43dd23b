"""The rules a value must satisfy once it has the right type."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from forms.components import CHOOSING, Field, choices_of
from forms.values import Refused

PATTERN_SECONDS = 0.1
CHECKS = ("cn-id", "phone", "email")


class PatternRefused(Refused):
    """The value does not match the field's pattern, which may have a sentence of its own."""

    def __init__(self) -> None:
        super().__init__("pattern")


def check_value(part: Field, value: Any, scope: Mapping[str, object]) -> Any:
    """Check one converted value against its field; gives it back, choices as the form has them.

    Raises:
        Refused: A rule is broken.
    """
    if value is None or value is False:
        if part.rules.required:
            raise Refused("consent" if part.type == "checkbox" else "required")
        return value
    if part.type in CHOOSING:
        return _check_choice(part, value, scope)
    if isinstance(value, Decimal):
        _check_number(part, value)
    elif isinstance(value, str) and part.type != "datetime":
        _check_text(part, value)
    return value


def _check_choice(part: Field, value: Any, scope: Mapping[str, object]) -> Any:
    """Map what was given to the list's own values, so that "12" may stand for 12."""
    known = {str(choice): choice for choice, _label in choices_of(part, scope, "zh-CN")}
    given = value if isinstance(value, list) else [value]
    if any(str(item) not in known for item in given):
        raise Refused("choice")
    found = [known[str(item)] for item in given]
    return found if isinstance(value, list) else found[0]


def _check_number(part: Field, value: Decimal) -> None:
    rules = part.rules
    exponent = value.normalize().as_tuple().exponent
    digits = -exponent if isinstance(exponent, int) and exponent < 0 else 0
    if part.decimal_digits is not None and digits > part.decimal_digits:
        raise Refused(
            "decimal_digits" if part.decimal_digits else "integer", limit=part.decimal_digits
        )
    if rules.minimum is not None and value < rules.minimum:
        raise Refused("min", limit=format(rules.minimum, "f"))
    if rules.maximum is not None and value > rules.maximum:
        raise Refused("max", limit=format(rules.maximum, "f"))


def _check_text(part: Field, value: str) -> None:
    rules = part.rules
    if rules.min_length is not None and len(value) < rules.min_length:
        raise Refused("min_length", limit=rules.min_length)
    if rules.pattern is not None:
        try:
            matches = rules.pattern.search(value, timeout=PATTERN_SECONDS)
        except TimeoutError as error:
            raise PatternRefused from error
        if not matches:
            raise PatternRefused
    if rules.check == "cn-id":
        check_id_number(value)
    elif rules.check == "phone" and not _is_phone(value):
        raise Refused("phone")
    elif rules.check == "email" and not _is_email(value):
        raise Refused("email")


def check_id_number(value: str) -> None:
    """Check the form, birth date and check digit of an ID number.

    Address codes are not checked: they change, and demonstration data uses invented ones.

    Source: GB 11643-1999, section 4
    """
    if not re.fullmatch(r"\d{17}[\dX]", value, re.ASCII):
        raise Refused("cn_id_format")
    try:
        date(int(value[6:10]), int(value[10:12]), int(value[12:14]))
    except ValueError as error:
        raise Refused("cn_id_date") from error
    weights = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
    total = sum(int(digit) * weight for digit, weight in zip(value[:17], weights, strict=True))
    if "10X98765432"[total % 11] != value[17]:
        raise Refused("cn_id_check")


def _is_phone(value: str) -> bool:
    """A mainland mobile number, or a fixed line with its area code."""
    plain = re.sub(r"[ -]", "", value)
    return bool(re.fullmatch(r"(\+?86)?1[3-9]\d{9}|0\d{9,11}", plain, re.ASCII))


def _is_email(value: str) -> bool:
    return bool(re.fullmatch(r"[^@\s]{1,64}@[^@\s.]+(\.[^@\s.]+)+", value))
