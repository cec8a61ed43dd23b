"""Runs cases of the DMN Technology Compatibility Kit: `python -m engine.decisions.tck FOLDER`.

A folder holds models (`*.dmn`) and, beside them or below, their cases (`*-test-*.xml`). The
cases are no part of the product. The last line printed is `N passed, N failed`.
Source: https://github.com/dmn-tck/tck, TestCases/testCases.xsd.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path

from lxml import etree

from engine.decisions.decision import Decision
from engine.decisions.document import Element, child, children, local_name
from engine.decisions.errors import DecisionError, InvalidDecisions
from engine.decisions.lint import read_model
from engine.decisions.model import DecisionModel
from engine.feel import FeelLimit, Value
from engine.feel.temporal_text import parse_date, parse_date_time, parse_duration, parse_time

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
    """A value of a case without a type: compared as text."""


@dataclass(frozen=True)
class Case:
    """One case: the folder it lies in, its file and id, and its model if that can be read."""

    folder: str
    name: str
    model: DecisionModel | None
    element: Element

    @property
    def id(self) -> str:
        """Name the case among all of the kit."""
        return f"{self.folder}::{self.name}"


@dataclass(frozen=True)
class Verdict:
    """Whether a case passed and, when it did not, why."""

    case: str
    passed: bool
    reason: str = ""


def cases(folder: Path) -> Iterator[Case]:
    """Give the cases of a folder and of those below it, in the order of their names."""
    for file in sorted(folder.rglob("*-test-*.xml")):
        root = _parse(file)
        if root is None or local_name(root) != "testCases":
            continue
        model = _model(file.parent, (getattr(child(root, "modelName"), "text", "") or "").strip())
        for case in children(root, "testCase"):
            yield Case(file.parent.name, f"{file.stem}::{case.get('id')}", model, case)


def _parse(file: Path) -> Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(file.read_bytes(), parser)
    except etree.XMLSyntaxError:
        return None


def _model(folder: Path, name: str) -> DecisionModel | None:
    others = [file.read_bytes() for file in sorted(folder.glob("*.dmn")) if file.name != name]
    try:
        return read_model((folder / name).read_bytes(), others=others)
    except (OSError, InvalidDecisions):
        return None


def _scalar(element: Element) -> Value:
    if element.get(f"{_XSI}nil") == "true":
        return None
    kind = (element.get(f"{_XSI}type") or "").rpartition(":")[2]
    text = element.text or ""
    if kind == "string":
        return text
    if kind in _NUMBERS:
        return _number(text.strip())
    if kind == "boolean":
        return text.strip() in ("true", "1")
    return _PARSERS[kind](text.strip()) if kind in _PARSERS else Untyped(text.strip())


def _number(text: str) -> Value:
    try:
        return Decimal(text)
    except InvalidOperation:
        return None


def typed_value(element: Element | None) -> Value:
    """Read an input or expected value."""
    if element is None:
        return None
    for part in element:
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
        return _shown(got) == str(expected)
    if isinstance(expected, list):
        same = isinstance(got, list) and len(expected) == len(got)
        return same and all(map(agrees, expected, got))
    if isinstance(expected, dict):
        same = isinstance(got, dict) and expected.keys() == got.keys()
        return same and all(agrees(value, got[name]) for name, value in expected.items())
    if isinstance(expected, Decimal):
        allowed = Decimal("1e-8") * max(Decimal(1), abs(expected))
        return isinstance(got, Decimal) and abs(got - expected) <= allowed
    return type(expected) is type(got) and str(expected) == str(got)


def _shown(value: Value) -> str:
    return {True: "true", False: "false"}[value] if isinstance(value, bool) else str(value)


def judge(case: Case) -> Verdict:
    """Evaluate what a case asks for and compare every result."""
    if case.model is None:
        return Verdict(case.id, False, "the model cannot be read")
    context = _context(case.model, case.element)
    for result in children(case.element, "resultNode"):
        reason = _difference(case, result, context)
        if reason:
            return Verdict(case.id, False, f"{result.get('name')}: {reason}")
    return Verdict(case.id, True)


def _context(model: DecisionModel, case: Element) -> dict[str, Value]:
    """Give the inputs by name; those of an imported model under the import's name, too."""
    given: dict[str, Value] = {}
    for node in children(case, "inputNode"):
        given[node.get("name", "")] = typed_value(node)
    return given


def _difference(case: Case, result: Element, context: Mapping[str, Value]) -> str:
    decision, part = _asked(case, result)
    if decision is None:
        return "the model has no such decision"
    expected = typed_value(child(result, "expected"))
    error = ""
    try:
        got = decision.evaluate(context).feel_value
    except (DecisionError, FeelLimit) as caught:
        got, error = None, f" ({caught})"
    if part and isinstance(got, dict):
        got = got.get(part)
    return "" if agrees(expected, got) else f"expected {expected!r}, got {got!r}{error}"


def _asked(case: Case, result: Element) -> tuple[Decision | None, str]:
    """Give what to evaluate, and which part of its value is compared."""
    model = case.model
    name = result.get("name", "")
    invocable = case.element.get("invocableName")
    found = {one.name: one for one in (model.invocables if model else {}).values()}
    if not invocable:
        return found.get(name), ""
    asked = found.get(invocable)
    several = asked is not None and len(asked.outputs) > 1 and name != invocable
    return asked, name if several else ""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run a folder; 1 when it has no case, else 0: some cases are meant to fail."""
    parser = argparse.ArgumentParser(prog="python -m engine.decisions.tck", description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--json", action="store_true", help="one JSON object for each case")
    options = parser.parse_args(arguments)
    passed = failed = 0
    for case in cases(options.folder):
        verdict = judge(case)
        passed, failed = passed + verdict.passed, failed + (not verdict.passed)
        _print(verdict, as_json=options.json)
    sys.stdout.write(f"{passed} passed, {failed} failed\n")
    return 0 if passed + failed else 1


def _print(verdict: Verdict, *, as_json: bool) -> None:
    if as_json:
        shown = {"case": verdict.case, "passed": verdict.passed, "reason": verdict.reason}
        sys.stdout.write(json.dumps(shown, ensure_ascii=False) + "\n")
    elif not verdict.passed:
        sys.stdout.write(f"FAILED {verdict.case}: {verdict.reason}\n")


if __name__ == "__main__":
    sys.exit(main())
