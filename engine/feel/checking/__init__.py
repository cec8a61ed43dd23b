"""The static check: what is wrong with an expression before anything is evaluated.

The caller tells which names are known where the expression stands, and what is known of each:

    known = {
        "total": NUMBER,
        "state": STRING,
        "exam_date": DATE,
        "subjects": list_of(context_of({"name": STRING, "points": NUMBER})),
        "session": context_of({"id": NUMBER}, open=True),   # may have other entries
        "answer": ANYTHING,                                 # nothing is known of it
    }
    findings = check_expression("totl >= 60 and state = 5", known, expects="boolean")

Each `Finding` has a code, line, column, the part of the source, a sentence in Chinese and in
English, and the name that was probably meant. The check is conservative: where something is not
known there is no finding, and null is always taken for possible. `known_of_type` makes what is
known from a type of FEEL (`TypeParser`, item definitions), `known_of_value` from an example, and
`either` joins what different roads to one place bring, `known_of_expression` tells what an
expression gives. `check_unary_tests` checks the cell of a
decision table. Codes are listed in `findings.SENTENCES`.
"""

from __future__ import annotations

from engine.feel.checking.check import check_expression, check_unary_tests, known_of_expression
from engine.feel.checking.findings import Finding
from engine.feel.checking.known import (
    ANYTHING,
    BOOLEAN,
    DATE,
    DATE_TIME,
    DAYS,
    MONTHS,
    NOTHING,
    NUMBER,
    STRING,
    TIME,
    Known,
    context_of,
    either,
    function_of,
    known_of_type,
    known_of_value,
    list_of,
    of_kind,
    one_of,
    range_of,
)
from engine.feel.spelling import closest

__all__ = [
    "ANYTHING",
    "BOOLEAN",
    "DATE",
    "DATE_TIME",
    "DAYS",
    "MONTHS",
    "NOTHING",
    "NUMBER",
    "STRING",
    "TIME",
    "Finding",
    "Known",
    "check_expression",
    "check_unary_tests",
    "closest",
    "context_of",
    "either",
    "function_of",
    "known_of_expression",
    "known_of_type",
    "known_of_value",
    "list_of",
    "of_kind",
    "one_of",
    "range_of",
]
