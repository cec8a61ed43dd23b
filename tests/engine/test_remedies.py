"""Every finding that a check can make comes with what to do about it."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import api
import engine
import forms
import tasks
from engine.diagrams.checking.catalogue import MESSAGES
from engine.findings import Finding
from engine.remedies import REMEDIES, remedy_of

# What is wrong with a request is no finding.
_ELSEWHERE = {"request_errors.py"}
_MAKERS = {"Finding", "FormProblem", "_problem", "_refuse", "refuse"}
_COMPUTED = {"decision_twice", "process_twice", "syntax"}


def codes_in_source() -> Iterator[str]:
    yield from MESSAGES
    yield from _COMPUTED
    for package in (engine, forms, tasks, api):
        for path in sorted(Path(str(package.__file__)).parent.rglob("*.py")):
            # What the checker of FEEL alone says is told in the words of diagrams and tables.
            if "feel" not in path.parts and path.name not in _ELSEWHERE:
                yield from codes_of(ast.parse(path.read_text(encoding="utf-8")))


def codes_of(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and getattr(node.target, "id", "") == "_MESSAGES":
            assert isinstance(node.value, ast.Dict)
            yield from (str(key.value) for key in node.value.keys if isinstance(key, ast.Constant))
        if isinstance(node, ast.Call) and getattr(node.func, "id", "") in _MAKERS:
            yield from code_of(node)


def code_of(call: ast.Call) -> Iterator[str]:
    # A form's problem names its component first.
    first = 1 if getattr(call.func, "id", "") in ("_problem", "FormProblem") else 0
    given = call.args[first : first + 1] + [k.value for k in call.keywords if k.arg == "code"]
    for one in given:
        if isinstance(one, ast.Constant) and isinstance(one.value, str):
            yield one.value


@pytest.mark.parametrize("code", sorted(set(codes_in_source())))
def test_each_finding_has_a_remedy(code: str) -> None:
    zh, en = REMEDIES[code]

    assert zh.endswith("。")
    assert en.endswith(".")
    assert not any("\u4e00" <= one <= "\u9fff" for one in en)


@pytest.mark.parametrize("code", ["dmn_overlap", "unknown_form", "not_a_form", "bad_posts"])
def test_the_codes_are_found_in_the_source(code: str) -> None:
    # Else the test above could pass because it looked nowhere.
    assert code in set(codes_in_source())


def test_a_form_has_its_own_remedy_where_diagrams_use_the_same_code() -> None:
    about_form = Finding("misplaced", "", "", definition="form/review")
    about_diagram = Finding("misplaced", "", "", definition="process/review")

    assert remedy_of(about_form)[1] == "Move it to the custom properties."
    assert (
        remedy_of(about_diagram)[1] == "Drag the element to the process itself, or draw it again."
    )


def test_a_code_that_nobody_knows_still_has_words() -> None:
    assert remedy_of(Finding("of_a_plug_in", "", ""))[1].endswith("check again.")
