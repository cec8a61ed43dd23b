"""The 22 characters of a certificate number."""

from typing import Any

import pytest

from appraisal.certificate_numbers import InvalidNumberPart, NumberPrefix, is_certificate_number

PARTS: dict[str, Any] = {
    "kind": "S",
    "body_code": "0000",
    "province_code": "41",
    "site_serial": "000123",
    "year": 2026,
    "level_code": "3",
}


@pytest.mark.parametrize(
    ("serial", "number"), [(1, "S000041000123263000001"), (999_999, "S000041000123263999999")]
)
def test_number_is_composed_of_its_seven_parts(serial: int, number: str) -> None:
    assert NumberPrefix(**PARTS).number(serial) == number
    assert len(number) == 22 and is_certificate_number(number)


@pytest.mark.parametrize("serial", [-1, 0, 1_000_000])
def test_serial_outside_six_digits_is_refused(serial: int) -> None:
    with pytest.raises(InvalidNumberPart, match="serial"):
        NumberPrefix(**PARTS).number(serial)


@pytest.mark.parametrize(
    ("part", "value"),
    [
        ("kind", "X"),
        ("kind", ""),
        ("body_code", "12345"),
        ("province_code", "4"),
        ("site_serial", "12345A"),
        ("level_code", "special"),
        ("level_code", "6"),
    ],
)
def test_wrong_part_is_refused(part: str, value: str) -> None:
    with pytest.raises(InvalidNumberPart):
        NumberPrefix(**{**PARTS, part: value})


@pytest.mark.parametrize(
    "text", ["", "S00004100012326300001", "s000041000123263000001", "S0000410001232630000011"]
)
def test_other_texts_are_no_certificate_numbers(text: str) -> None:
    assert not is_certificate_number(text)
