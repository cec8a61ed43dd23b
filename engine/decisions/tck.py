"""Runs cases of the DMN Technology Compatibility Kit: `python -m engine.decisions.tck FOLDER`.

A folder holds models (`*.dmn`) and, beside them, above or below, their cases (XML whose root is
`testCases`). What cannot be read is a failed case. The cases are no part of the product. The last
line printed is `N passed, N failed`.
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
    """One case: the folder it lies in, its file and id, and its model if that can be read.

    A file of cases that cannot be read is one case without an element.
    """

    folder: str
    name: str
    model: DecisionModel | None
    element: Element | None

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
    """Give the cases of a folder and of those below it, or of a file, in the order of names."""
    for file in [folder] if folder.is_file() else sorted(folder.rglob("*.xml")):
        root = _parse(file)
        if root is not None and local_name(root) == "testCases":
            name = (getattr(child(root, "modelName"), "text", "") or "").strip()
            model = _model(file, name, folder)
            for case in children(root, "testCase"):
                yield Case(file.parent.name, f"{file.stem}::{case.get('id')}", model, case)
        elif root is None and "-test" in file.stem:
            yield Case(file.parent.name, file.stem, None, None)


def _parse(file: Path) -> Element | None:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        return etree.fromstring(file.read_bytes(), parser)
    except (OSError, etree.XMLSyntaxError):
        return None


def _model(file: Path, name: str, top: Path) -> DecisionModel | None:
    found = _find_model(file.parent, name, top)
    try:
        beside = (one for one in sorted(file.parent.rglob("*.dmn")) if one != found)
        others = [one.read_bytes() for one in beside]
        return None if found is None else read_model(found.read_bytes(), others=others)
    except (OSError, InvalidDecisions):
        return None


def _find_model(folder: Path, name: str, top: Path) -> Path | None:
    """Find the model a file of cases names: beside it, below, or in a folder above up to the top.

    Without a name the only model beside the file is meant.
    """
    if not name:
        beside = list(folder.glob("*.dmn"))
        return beside[0] if len(beside) == 1 else None
    if (folder / name).is_file():
        return folder / name
    bare = Path(name.replace("\\", "/")).name
    above = [one for one in folder.parents if one.is_relative_to(top)]
    below = sorted(folder.rglob(bare))
    found = (one for one in (*below, *(one / bare for one in above)) if one.is_file())
    return next(found, None)


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
    if case.element is None:
        return Verdict(case.id, False, "the file of cases cannot be read")
    if case.model is None:
        return Verdict(case.id, False, "the model cannot be read")
    try:
        reason = _reason(case, case.model, case.element)
    except Exception as error:  # the edge: one case must not end the run
        reason = f"{type(error).__name__}: {error}"
    return Verdict(case.id, not reason, reason)


def _reason(case: Case, model: DecisionModel, element: Element) -> str:
    context = _context(model, element)
    for result in children(element, "resultNode"):
        reason = _difference(case, result, context)
        if reason:
            return f"{result.get('name')}: {reason}"
    return ""


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
    assert case.model is not None
    assert case.element is not None
    name, model = result.get("name", ""), case.model
    invocable = case.element.get("invocableName")
    # A service may have the name of a decision.
    wanted = model.services if result.get("type") == "decisionService" else {}
    found = {one.name: one for one in (*model.invocables.values(), *wanted.values())}
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
    if not options.folder.exists():
        parser.error(f"there is no folder {options.folder}")
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
