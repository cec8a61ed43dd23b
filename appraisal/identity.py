"""Identity documents: their numbers checked and read, never guessed."""

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from appraisal.errors import AppraisalError


class InvalidIdNumber(AppraisalError):
    """The number cannot belong to a document of this type; `code` says what is wrong."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code

    def message(self, language: str = "zh-CN") -> str:
        """The sentence for the person who typed the number."""
        chinese, english = _MESSAGES[self.code]
        return chinese if language.startswith("zh") else english


_MESSAGES = {
    "unknown_type": ("证件类型不在名单内", "This type of document is not accepted"),
    "length": ("证件号码的位数不对", "The number has the wrong length"),
    "characters": (
        "证件号码含有不允许的字符",
        "The number contains characters that are not allowed",
    ),
    "region": ("证件号码的地址码无效", "The region code of the number is not valid"),
    "birth_date": ("证件号码中的出生日期无效", "The birth date in the number is not valid"),
    "check_digit": ("证件号码校验码错误", "The check digit of the number is wrong"),
}

ID_TYPES = {
    "resident_id": ("居民身份证", "Resident identity card"),
    "residence_permit": ("港澳台居民居住证", "Residence permit for Hong Kong, Macao and Taiwan"),
    "foreign_permanent": ("外国人永久居留身份证", "Foreign permanent resident ID card"),
    "hk_macao_pass": ("港澳居民来往内地通行证", "Mainland travel permit, Hong Kong and Macao"),
    "taiwan_pass": ("台湾居民来往大陆通行证", "Mainland travel permit, Taiwan"),
    "passport": ("护照", "Passport"),
    "officer": ("军官证", "Officer's card"),
}

# Source: GB/T 2260 (first two digits of the region code).
_PROVINCES = frozenset(
    str(code)
    for codes in ((11, 15), (21, 23), (31, 37), (41, 46), (50, 54), (61, 65), (71, 71), (81, 83))
    for code in range(codes[0], codes[1] + 1)
)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)


@dataclass(frozen=True)
class IdentityNumber:
    """A checked number: normalised, with what the document type lets us read from it.

    Birth date and sex are None and "" where the type does not carry them.
    """

    id_type: str
    number: str
    birth_date: date | None = None
    sex: str = ""


def check_digit(first17: str) -> str:
    """The last character of an 18-digit number.

    Source: GB 11643-1999 (ISO 7064 MOD 11-2).
    """
    total = sum(int(digit) * weight for digit, weight in zip(first17, _WEIGHTS, strict=True))
    return "10X98765432"[total % 11]


def read_id_type(text: str) -> str:
    """The key for what a registration sheet writes; empty text means a resident identity card.

    Raises:
        InvalidIdNumber: The type is not in the list.
    """
    wanted = text.strip()
    if wanted in ("", "身份证", "二代身份证"):
        return "resident_id"
    for key, names in ID_TYPES.items():
        if wanted in (key, *names):
            return key
    raise InvalidIdNumber("unknown_type")


def read_id_number(id_type: str, text: str, *, today: date) -> IdentityNumber:
    """Check a number and bring it into its normal form (upper case, 15 digits to 18).

    Raises:
        InvalidIdNumber: It cannot be a number of this type.
    """
    number = _plain(text)
    if id_type not in _READERS:
        raise InvalidIdNumber("unknown_type")
    return _READERS[id_type](id_type, number, today)


def normal_number(text: str) -> str:
    """What a number of unknown type looks like after it was read: for comparing, never for use."""
    number = _plain(text)
    return _to_18(number) if len(number) == 15 and number.isdigit() else number


def _plain(text: str) -> str:
    # Full-width digits and stray blanks come from spreadsheets and input methods.
    return re.sub(r"[\s-]", "", unicodedata.normalize("NFKC", text)).upper()


def _to_18(number: str) -> str:
    # The old numbers lack the century, always 19, and the check digit.
    number = number[:6] + "19" + number[6:]
    return number + check_digit(number)


def age_on(birth_date: date, day: date) -> int:
    """Completed years of age; born on 29 February one turns older on 1 March."""
    return day.year - birth_date.year - ((day.month, day.day) < (birth_date.month, birth_date.day))


def _resident(id_type: str, number: str, today: date) -> IdentityNumber:
    if len(number) == 15 and number.isdigit() and id_type == "resident_id":
        number = _to_18(number)
    if len(number) != 18:
        raise InvalidIdNumber("length")
    if not re.fullmatch(r"[0-9]{17}[0-9X]", number):
        raise InvalidIdNumber("characters")
    _check_region(id_type, number)
    birth_date = _birth_date(number[6:14], today)
    if check_digit(number[:17]) != number[17]:
        raise InvalidIdNumber("check_digit")
    return IdentityNumber(id_type, number, birth_date, "男" if int(number[16]) % 2 else "女")


def _check_region(id_type: str, number: str) -> None:
    if id_type == "residence_permit":
        valid = number[:6] in ("810000", "820000", "830000")
    elif id_type == "foreign_permanent":
        valid = number[0] == "9"
    else:
        valid = number[:2] in _PROVINCES
    if not valid:
        raise InvalidIdNumber("region")


def _birth_date(digits: str, today: date) -> date:
    try:
        born = date(int(digits[:4]), int(digits[4:6]), int(digits[6:]))
    except ValueError:
        raise InvalidIdNumber("birth_date") from None
    if born.year < 1900 or born > today:
        raise InvalidIdNumber("birth_date")
    return born


def _foreign_permanent(id_type: str, number: str, today: date) -> IdentityNumber:
    # Cards before 2023-12 have three letters and twelve digits.
    if re.fullmatch(r"[A-Z]{3}[0-9]{12}", number):
        return IdentityNumber(id_type, number)
    return _resident(id_type, number, today)


def _shaped(pattern: str) -> Callable[[str, str, date], IdentityNumber]:
    def read(id_type: str, number: str, today: date) -> IdentityNumber:
        if not re.fullmatch(pattern, number):
            raise InvalidIdNumber("characters")
        return IdentityNumber(id_type, number)

    return read


# Source: domain facts 5.3; the shapes of travel permits and passports are the printed ones.
_READERS: dict[str, Callable[[str, str, date], IdentityNumber]] = {
    "resident_id": _resident,
    "residence_permit": _resident,
    "foreign_permanent": _foreign_permanent,
    "hk_macao_pass": _shaped(r"[HM](?:[0-9]{8}|[0-9]{10})"),
    "taiwan_pass": _shaped(r"[0-9]{8}"),
    "passport": _shaped(r"[A-Z0-9]{5,15}"),
    "officer": _shaped(r"[一-鿿A-Z0-9]{4,20}"),
}
