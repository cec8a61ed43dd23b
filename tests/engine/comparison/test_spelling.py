"""One fixed spelling of every definition: it means the same, and shows only what people changed."""

import re
from pathlib import Path

import pytest
from lxml import etree

from engine.comparison import canonical, compare
from engine.diagrams.lowering import lower
from engine.diagrams.read import read_diagram
from engine.sources import load_folder
from tests.engine.comparison.drawings import DIAGRAM, changed

ROOT = Path(__file__).parents[3]
SOURCES = load_folder(ROOT / "processes", ROOT / "forms" / "definitions")
BY_NAME = {(one.kind, one.key): one.content.decode() for one in SOURCES}


@pytest.mark.parametrize("source", SOURCES, ids=lambda one: f"{one.kind}/{one.key}")
def test_fixed_spelling_is_stable_and_means_the_same(source) -> None:  # type: ignore[no-untyped-def]
    written = canonical(source.kind, source.content)

    assert canonical(source.kind, written) == written
    assert compare(source.kind, source.content, written) == ()


@pytest.mark.parametrize("key", [one.key for one in SOURCES if one.kind == "process"])
def test_fixed_spelling_compiles_to_the_same(key: str) -> None:
    content = BY_NAME["process", key].encode()

    before, after = (
        etree.canonicalize(lower(read_diagram(one)).decode(), strip_text=True)
        for one in (content, canonical("process", content))
    )

    assert before == after


def test_fixed_spelling_undoes_what_an_editor_reordered() -> None:
    """The editor wrote a moved node last, its flows anew, and `x` as a fraction."""
    node = re.search(r"<bpmn:userTask id=.*?</bpmn:userTask>", DIAGRAM, re.DOTALL)
    assert node is not None
    reordered = changed(
        DIAGRAM.replace(node[0], ""), ("</bpmn:process>", node[0] + "</bpmn:process>")
    )
    moved = changed(reordered, ('x="10.0"', 'x="60.0"'))
    before = canonical("process", DIAGRAM.encode())

    after = canonical("process", moved.encode(), like=before)

    different = [
        (old, new)
        for old, new in zip(before.splitlines(), after.splitlines(), strict=True)
        if old != new
    ]
    assert different == [
        (
            b'        <dc:Bounds x="10" y="20" width="100" height="80" />',
            b'        <dc:Bounds x="60" y="20" width="100" height="80" />',
        )
    ]


def test_fixed_spelling_keeps_foreign_markup_and_prefixes() -> None:
    text = (
        '<b:definitions xmlns:b="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:o="urn:other" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" id="d">'
        '<b:process id="p"><b:extensionElements><o:note o:by="x">a <o:b>bold</o:b> word</o:note>'
        '</b:extensionElements><b:sequenceFlow id="f" sourceRef="a" targetRef="c">'
        '<b:conditionExpression xsi:type="b:tFormalExpression">a &lt; 1</b:conditionExpression>'
        "</b:sequenceFlow></b:process></b:definitions>"
    )

    written = canonical("process", text.encode()).decode()

    assert written == (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
        'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xmlns:o="urn:other" id="d">\n'
        '  <bpmn:process id="p">\n'
        "    <bpmn:extensionElements>\n"
        '      <o:note xmlns:o="urn:other" o:by="x">a <o:b>bold</o:b> word</o:note>\n'
        "    </bpmn:extensionElements>\n"
        '    <bpmn:sequenceFlow id="f" sourceRef="a" targetRef="c">\n'
        '      <bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">a &lt; 1'
        "</bpmn:conditionExpression>\n"
        "    </bpmn:sequenceFlow>\n"
        "  </bpmn:process>\n"
        "</bpmn:definitions>\n"
    )
    assert canonical("process", written.encode()).decode() == written
