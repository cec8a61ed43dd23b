"""The kinds of value that the built-in functions give.

Source: DMN 1.5, section 10.3.4. Functions that are not listed may give anything.
"""

from __future__ import annotations

from engine.feel.checking.known import (
    ANYTHING,
    BOOLEAN,
    DATE,
    DATE_TIME,
    MONTHS,
    NUMBER,
    STRING,
    TIME,
    Known,
    context_of,
    list_of,
    of_kind,
    range_of,
)

_GROUPS: tuple[tuple[Known, str], ...] = (
    (
        NUMBER,
        "number|string length|count|decimal|floor|ceiling|round up|round down"
        "|round half up|round half down|modulo|sqrt|log|exp|product|median|stddev"
        "|day of year|week of year",
    ),
    (
        STRING,
        "string|substring|upper case|lower case|substring before|substring after|replace"
        "|string join|day of week|month of year",
    ),
    (
        BOOLEAN,
        "not|is|contains|starts with|ends with|matches|list contains|all|any|and|or|odd|even"
        "|before|after|meets|met by|overlaps|overlaps before|overlaps after|finishes"
        "|finished by|includes|during|starts|started by|coincides",
    ),
    (DATE, "date|today"),
    (TIME, "time"),
    (DATE_TIME, "date and time|now"),
    (MONTHS, "years and months duration"),
    (of_kind("years and months duration", "days and time duration"), "duration"),
    (range_of(), "range"),
    (list_of(STRING), "split"),
    (list_of(NUMBER), "index of|mode"),
    (list_of(context_of({"key": STRING, "value": ANYTHING})), "get entries"),
    (list_of(), "append|concatenate|union|flatten|list replace|insert before"),
    (of_kind("context"), "context|context put|context merge"),
)
RESULTS: dict[str, Known] = {name: known for known, names in _GROUPS for name in names.split("|")}
# These give a list of the items of their first argument.
SAME_LIST = frozenset({"sublist", "remove", "reverse", "distinct values", "sort"})
# These give one of the items, or something of their kind.
ITEM_OF = frozenset({"min", "max", "sum", "mean"})
