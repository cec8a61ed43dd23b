"""Reads the cases of the DMN Technology Compatibility Kit (dmn-tck/tck, Apache-2.0).

The cases are no part of this repository. They are looked for in `../shared/dmn-tck`, a checkout
whose folders are `compliance-level-2` and `compliance-level-3`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from lxml import etree

from engine.decisions import DecisionError, read_model
from engine.decisions.document import Element, child, children, local_name
from engine.decisions.model import DecisionModel
from engine.feel import FeelLimit, Value
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time

TCK = Path(__file__).parents[4] / "shared" / "dmn-tck"
KNOWN_FAILURES = Path(__file__).with_name("tck_failures.txt")
_XSI = "{http://www.w3.org/2001/XMLSchema-instance}"
_NUMBERS = ("decimal", "double", "integer", "float", "int", "long")
_PARSERS = {
    "date": parse_date,
    "time": parse_time,
    "dateTime": parse_date_time,
    "duration": parse_duration,
    "dayTimeDuration": parse_duration,
    "yearMonthDuration": parse_duration,
}


class Untyped(str):
    """An expected value without a type: compared as text."""


@dataclass(frozen=True)
class Case:
    folder: str
    name: str
    model: DecisionModel
    element: Element

    @property
    def id(self) -> str:
        return f"{self.folder}::{self.name}"


def cases() -> Iterator[Case]:
    for folder in sorted(TCK.glob("compliance-level-*/*")):
        for file in sorted(folder.glob("*-test-*.xml")):
            root = etree.parse(file).getroot()
            path = folder / (child(root, "modelName").text or "").strip()
            model = read_model(path.read_bytes())
            for case in children(root, "testCase"):
                yield Case(folder.name, f"{file.stem}::{case.get('id')}", model, case)


def _scalar(element: Element) -> Value:
    if element.get(f"{_XSI}nil") == "true":
        return None
    kind = (element.get(f"{_XSI}type") or "").rpartition(":")[2]
    text = element.text or ""
    if kind == "string":
        return text
    if kind in _NUMBERS:
        return Decimal(text.strip())
    if kind == "boolean":
        return text.strip() == "true"
    return _PARSERS[kind](text.strip()) if kind in _PARSERS else Untyped(text.strip())


def typed_value(element: Element | None) -> Value:
    """Read an input or expected value."""
    for part in element if element is not None else ():
        name = local_name(part)
        if name == "value":
            return _scalar(part)
        if name == "list":
            nil = part.get(f"{_XSI}nil") == "true"
            return None if nil else [typed_value(item) for item in children(part, "item")]
        if name == "component":
            return {one.get("name"): typed_value(one) for one in children(element, "component")}
    return None


def agrees(expected: Value, got: Value) -> bool:
    """Compare; numbers may differ in the ninth digit, as the kit allows."""
    if isinstance(expected, Untyped):
        shown = {True: "true", False: "false"}.get(got, got) if isinstance(got, bool) else got
        return str(shown) == str(expected)
    if isinstance(expected, list):
        same = isinstance(got, list) and len(expected) == len(got)
        return same and all(map(agrees, expected, got))
    if isinstance(expected, dict):
        same = isinstance(got, dict) and expected.keys() == got.keys()
        return same and all(agrees(value, got[name]) for name, value in expected.items())
    if isinstance(expected, Decimal):
        close = isinstance(got, Decimal) and not isinstance(got, bool)
        return close and abs(got - expected) <= Decimal("1e-8") * max(1, abs(expected))
    return type(expected) is type(got) and str(expected) == str(got)


def passes(case: Case) -> bool:
    """Evaluate every decision of a case and compare."""
    context = {one.get("name"): typed_value(one) for one in children(case.element, "inputNode")}
    decisions = {decision.name: decision for decision in case.model.decisions.values()}
    for result in children(case.element, "resultNode"):
        decision = decisions.get(result.get("name", ""))
        if decision is None:
            return False
        try:
            got = decision.evaluate(context).feel_value
        except (DecisionError, FeelLimit):
            got = None
        if not agrees(typed_value(child(result, "expected")), got):
            return False
    return True
