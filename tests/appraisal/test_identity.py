from datetime import date

import pytest

from appraisal.identity import (
    IdentityNumber,
    InvalidIdNumber,
    age_on,
    check_digit,
    read_id_number,
    read_id_type,
)

TODAY = date(2026, 5, 1)


@pytest.mark.parametrize(
    ("first17", "digit"),
    [
        ("11010519491231002", "X"),
        ("44052418800101001", "4"),
        ("44030119900101123", "4"),
    ],
)
def test_check_digit_follows_the_standard(first17: str, digit: str) -> None:
    assert check_digit(first17) == digit


@pytest.mark.parametrize(
    ("id_type", "text", "expected"),
    [
        (
            "resident_id",
            "11010519491231002x",
            IdentityNumber("resident_id", "11010519491231002X", date(1949, 12, 31), "女"),
        ),
        (
            "resident_id",
            " 1101 0519 4912 3100 2X ",
            IdentityNumber("resident_id", "11010519491231002X", date(1949, 12, 31), "女"),
        ),
        (
            "resident_id",
            "１１０１０５１９４９１２３１００２Ｘ",
            IdentityNumber("resident_id", "11010519491231002X", date(1949, 12, 31), "女"),
        ),
        (
            "resident_id",
            "110105491231002",
            IdentityNumber("resident_id", "11010519491231002X", date(1949, 12, 31), "女"),
        ),
        (
            "residence_permit",
            "810000199408230021",
            IdentityNumber("residence_permit", "810000199408230021", date(1994, 8, 23), "女"),
        ),
        ("hk_macao_pass", "h12345678", IdentityNumber("hk_macao_pass", "H12345678")),
        ("hk_macao_pass", "M1234567890", IdentityNumber("hk_macao_pass", "M1234567890")),
        ("taiwan_pass", "12345678", IdentityNumber("taiwan_pass", "12345678")),
        ("passport", "E12345678", IdentityNumber("passport", "E12345678")),
        ("officer", "军字第123456号", IdentityNumber("officer", "军字第123456号")),
        (
            "foreign_permanent",
            "ABC123456789012",
            IdentityNumber("foreign_permanent", "ABC123456789012"),
        ),
    ],
)
def test_number_is_normalised_and_read(id_type: str, text: str, expected: IdentityNumber) -> None:
    assert read_id_number(id_type, text, today=TODAY) == expected


@pytest.mark.parametrize(
    ("id_type", "text", "code"),
    [
        ("resident_id", "110105194912310021", "check_digit"),
        ("resident_id", "1101051949123100", "length"),
        ("resident_id", "", "length"),
        ("resident_id", "11010519491231A02X", "characters"),
        ("resident_id", "X1010519491231002X", "characters"),
        ("resident_id", "990105194912310020", "region"),
        ("resident_id", "110105194902300020", "birth_date"),
        ("resident_id", "110105202605020020", "birth_date"),
        ("resident_id", "110105189912310020", "birth_date"),
        ("residence_permit", "11010519491231002X", "region"),
        ("residence_permit", "110105491231002", "length"),
        ("hk_macao_pass", "H1234567", "characters"),
        ("taiwan_pass", "1234567", "characters"),
        ("foreign_permanent", "AB123456789012", "length"),
        ("library_card", "1", "unknown_type"),
    ],
)
def test_wrong_number_is_refused_with_its_reason(id_type: str, text: str, code: str) -> None:
    with pytest.raises(InvalidIdNumber) as refused:
        read_id_number(id_type, text, today=TODAY)

    assert refused.value.code == code
    assert refused.value.message() != refused.value.message("en")


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("", "resident_id"),
        ("居民身份证", "resident_id"),
        ("护照", "passport"),
        ("passport", "passport"),
    ],
)
def test_document_type_is_found_by_name(text: str, key: str) -> None:
    assert read_id_type(text) == key


@pytest.mark.parametrize(
    ("born", "on", "age"),
    [
        (date(2010, 5, 2), TODAY, 15),
        (date(2010, 5, 1), TODAY, 16),
        (date(2008, 2, 29), date(2026, 2, 28), 17),
        (date(2008, 2, 29), date(2026, 3, 1), 18),
    ],
)
def test_age_counts_completed_years(born: date, on: date, age: int) -> None:
    assert age_on(born, on) == age
