"""Invented values in the place of real ones: for what is recorded of real instances.

Deny by default: a text is kept only if the definitions name it too, or if it is a date, a time, a
duration or a short number. The same value always becomes the same invented one, so that what was
equal stays equal. What the rules need of a person is kept and nothing else: the age in years, of a
number its length, of a file the end of its name.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Mapping
from datetime import date, timedelta
from itertools import count, product
from typing import Any

from appraisal.identity import age_on, check_digit

_SURNAMES = "赵钱孙李周吴郑王冯陈褚卫蒋沈韩杨朱秦许何吕张孔曹严华金魏陶姜"
_FIRST_NAMES = ("甲", "乙", "丙", "丁", *map("".join, product("戊己庚辛壬癸", "甲乙丙丁戊己庚辛")))
_LONGEST_NAME = 8
_MOST_PADDING = 40
_SMALL = 10_000_000
_MOMENT = re.compile(
    r"\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d{1,6})?)?(Z|[+-]\d\d:\d\d)?)?|\d\d:\d\d(:\d\d)?"
)
_DURATION = re.compile(r"-?P(?=.)(\d{1,5}[YMWD])*(T(?=.)(\d{1,6}[HMS])*)?")
_NUMBER = re.compile(r"-?\d{1,6}(\.\d{1,6})?")
_NAME_OF_A_VALUE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*")
_ID_NUMBER = re.compile(r"\d{17}[\dXx]")
_PHONE = re.compile(r"1[3-9]\d{9}")
_CODE = re.compile(r"[!-~]{1,100}")


class Inventor:
    """Gives invented values for the real ones of one instance.

    `words` are the texts that may stay. `names` are those of real people: each becomes an invented
    name, and no text that contains one stays. `on` is the day on which ages are kept.
    """

    def __init__(self, words: Collection[str], names: Collection[str], on: date) -> None:
        self._names = frozenset(one for one in names if one)
        self._words = frozenset(one for one in words if not self._mentions(one))
        self._on = on
        self._made: dict[str, str] = {}
        self._taken: set[str] = set()
        self._born: dict[date, date] = {}
        self._numbers: dict[float, int] = {}
        self._new_names = (last + first for first, last in product(_FIRST_NAMES, _SURNAMES))
        self._counter = count(1)

    def value(self, value: Any, *, personal: bool = False) -> Any:
        """Give a value in which every text that is not known is invented, in any nesting.

        `personal`: a form declares it to be about a person, so that no text of it stays.
        """
        if isinstance(value, str):
            return self.text(value, personal=personal)
        if isinstance(value, bool) or value is None:
            return value
        if isinstance(value, int | float):
            return self._number(value)
        if isinstance(value, Mapping):
            return {self.key(str(k)): self.value(v, personal=personal) for k, v in value.items()}
        if isinstance(value, list):
            return [self.value(one, personal=personal) for one in value]
        return value

    def key(self, name: str) -> str:
        """Give the name of a member; names like those of variables stay."""
        plain = _NAME_OF_A_VALUE.fullmatch(name) or name in self._words
        return name if plain and name not in self._names else self.text(name)

    def text(self, text: str, *, personal: bool = False) -> str:
        """Give a text, or the invented one that stands for it."""
        if not text.strip():
            return text
        if text in self._made:
            return self._made[text]
        if not personal and self._may_stay(text):
            return text
        made = self._made[text] = self._invented(text)
        return made

    def unnamed(self, text: str) -> str:
        """Give a text that somebody wrote for others to read, unless it names somebody."""
        return self.text(text, personal=True) if self._mentions(text) else text

    def birth_date(self, born: date) -> date:
        """Give an invented birth date of somebody of the same age."""
        if born not in self._born:
            age = age_on(born, self._on)
            # Half a year from the next birthday, so that the age stays what it is for a while.
            made = _years_before(self._on, age) - timedelta(days=183)
            self._born[born] = made if made != born else made - timedelta(days=1)
        return self._born[born]

    def name(self, name: str) -> str:
        """Give an invented name of a person."""
        if name not in self._made:
            self._made[name] = self._first(self._new_names, name)
        return self._made[name]

    def _may_stay(self, text: str) -> bool:
        if text in self._names:
            return False
        if text in self._words or _NUMBER.fullmatch(text) or _DURATION.fullmatch(text):
            return True
        return bool(_MOMENT.fullmatch(text)) and not self._is_birth_date(text)

    def _is_birth_date(self, text: str) -> bool:
        return text[:10] in {one.isoformat() for one in self._born}

    def _mentions(self, text: str) -> bool:
        """Tell whether a text contains the name of somebody."""
        return any(
            text[start : start + length] in self._names
            for length in range(2, _LONGEST_NAME + 1)
            for start in range(len(text) - length + 1)
        )

    def _invented(self, text: str) -> str:
        if text in self._names:
            return self._first(self._new_names, text)
        if self._is_birth_date(text):
            return self._born[date.fromisoformat(text[:10])].isoformat() + text[10:]
        for shape, make in self._shapes():
            if shape.fullmatch(text):
                return self._first(make(text), text)
        return self._first(self._sentences(text), text)

    def _shapes(self) -> list[tuple[re.Pattern[str], Callable[[str], Iterator[str]]]]:
        return [
            (_ID_NUMBER, self._id_numbers),
            (_PHONE, lambda _: (f"138{number:08d}" for number in self._counter)),
            (
                re.compile(r"[^@\s]+@[^@\s]+"),
                lambda _: (f"person{number}@example.invalid" for number in self._counter),
            ),
            (_CODE, self._codes),
        ]

    def _id_numbers(self, text: str) -> Iterator[str]:
        try:
            born = self.birth_date(date(int(text[6:10]), int(text[10:12]), int(text[12:14])))
        except ValueError:
            born = self._on
        for number in self._counter:
            first = f"4199{number // 1000 % 100:02d}{born:%Y%m%d}{number % 1000:03d}"
            yield first + check_digit(first)

    def _codes(self, text: str) -> Iterator[str]:
        """Codes of the same shape: letters for letters, digits for digits."""
        for number in self._counter:
            left, made = number, []
            for sign in reversed(text):
                if sign.isdigit():
                    left, digit = divmod(left, 10)
                    made.append(str(digit))
                elif sign.isalpha():
                    made.append("X" if sign.isupper() else "x")
                else:
                    made.append("-" if sign == "$" else sign)
            code = "".join(reversed(made))
            if left or not any(sign.isdigit() for sign in text):
                code = f"code{number}"
            # Whoever reads YAML must not take a number of many zeros for a small one.
            yield f"9{code[1:]}" if code.isdigit() and len(code) > 1 else code

    def _sentences(self, text: str) -> Iterator[str]:
        for number in self._counter:
            made = f"示例文字{number}"
            yield made + "示" * (min(len(text), _MOST_PADDING) - len(made))

    def _number(self, value: float) -> float:
        # Longer ones may be telephone or document numbers.
        if abs(value) < _SMALL:
            return value
        if value not in self._numbers:
            made = (_SMALL + number for number in self._counter)
            self._numbers[value] = next(one for one in made if one != value)
        return self._numbers[value]

    def _first(self, made: Iterator[str], real: str) -> str:
        """Take the first that is neither the real one nor anybody's, nor was it made before."""
        refused = (self._names, self._taken, self._made)
        found = next(one for one in made if one != real and not any(one in s for s in refused))
        self._taken.add(found)
        return found


def _years_before(day: date, years: int) -> date:
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        return day.replace(year=day.year - years, day=28)
