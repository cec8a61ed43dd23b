"""Certificate numbers (证书编号): 22 characters, composed of the body's parts and a serial.

Source: 职业技能等级证书编码规则, as reprinted at jmdrkj.cn/209234.html: one letter and 21 digits
(Y 用人单位, S 社会培训评价组织; body code; province; site serial; year; level; serial). The
number has no check digit, so only the register proves it.
"""

import re
from dataclasses import dataclass

from appraisal.errors import AppraisalError

MAX_SERIAL = 999_999
# Digit 16 of the number exists for the five levels only.
LEVEL_DIGITS = {"5": "5", "4": "4", "3": "3", "2": "2", "1": "1"}
_FORM = re.compile(r"[YS]\d{21}")


class InvalidNumberPart(AppraisalError):
    """A part of a certificate number does not have the form that the rule asks for."""


@dataclass(frozen=True)
class NumberPrefix:
    """The first 16 characters: who issues, where, in which year, at which level."""

    kind: str
    body_code: str
    province_code: str
    site_serial: str
    year: int
    level_code: str

    def __post_init__(self) -> None:
        parts = (
            (self.kind, r"[YS]"),
            (self.body_code, r"\d{4}"),
            (self.province_code, r"\d{2}"),
            (self.site_serial, r"\d{6}"),
            (self.level_code, r"[1-5]"),
        )
        for value, form in parts:
            if re.fullmatch(form, value) is None:
                raise InvalidNumberPart(f"{value!r} is not {form}")

    @property
    def text(self) -> str:
        """The 16 characters; also the key of the number range."""
        return (
            f"{self.kind}{self.body_code}{self.province_code}{self.site_serial}"
            f"{self.year % 100:02d}{LEVEL_DIGITS[self.level_code]}"
        )

    def number(self, serial: int) -> str:
        """The whole number for a serial of 1 to 999999.

        Raises:
            InvalidNumberPart: The serial does not fit six digits.
        """
        if not 1 <= serial <= MAX_SERIAL:
            raise InvalidNumberPart(f"serial {serial} is outside 1..{MAX_SERIAL}")
        return f"{self.text}{serial:06d}"


def is_certificate_number(text: str) -> bool:
    """Whether a text has the form of a certificate number; says nothing of its existence."""
    return _FORM.fullmatch(text) is not None
