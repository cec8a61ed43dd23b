"""Take in a diagram drawn elsewhere: it becomes a draft, and says what is missing to publish it.

The drawing itself is kept byte for byte; everything is mended in a copy.
"""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from engine.diagrams.checking import Environment
from engine.diagrams.importing.expressions import translate_expressions
from engine.diagrams.importing.identifiers import repair_identifiers
from engine.diagrams.importing.layout import DC_NS, DI_NS, WAY_NS, lay_out
from engine.diagrams.importing.notes import NOTES, Notes
from engine.diagrams.importing.parts import prepare_processes
from engine.diagrams.importing.text import parse_leniently
from engine.diagrams.importing.vendors import carry_over
from engine.diagrams.read import read_diagram
from engine.diagrams.source import prepare_diagram, process_ids
from engine.diagrams.vocabulary import BPMN_NS, CAMUNDA_NS
from engine.errors import DiagramError
from engine.findings import Finding

__all__ = ["NOTES", "Draft", "import_diagram", "with_drawing"]

_OLDER = frozenset(
    {
        "",
        "http://schema.omg.org/spec/BPMN/2.0",
        "http://www.omg.org/spec/BPMN/20100501/MODEL",
        "http://www.omg.org/spec/BPMN/20091004/MODEL",
    }
)
_NAMESPACES = {"camunda": CAMUNDA_NS, "bpmndi": DI_NS, "dc": DC_NS, "di": WAY_NS}


@dataclass(frozen=True, slots=True)
class Draft:
    """A diagram that was drawn elsewhere.

    `original` are the bytes as given, `content` the mended copy to work on. `notes` say what was
    mended, carried over or has no meaning here; `findings` what the publish check says of the copy.
    """

    original: bytes
    content: bytes
    processes: tuple[str, ...]
    notes: tuple[Finding, ...]
    findings: tuple[Finding, ...]

    @property
    def publishable(self) -> bool:
        """Tell whether nothing stands against publishing it as it is."""
        return not any(one.severity == "error" for one in self.findings)


def import_diagram(content: bytes, environment: Environment | None = None) -> Draft:
    """Make a draft of any BPMN 2.0 file.

    Raises:
        DiagramError: It is no XML, no BPMN, has a DOCTYPE, or is larger than is accepted.
    """
    notes = Notes()
    root = _definitions(parse_leniently(content, notes), notes)
    repair_identifiers(root, notes)
    prepare_processes(root, notes)
    carry_over(root, notes)
    translate_expressions(root, notes)
    lay_out(root, notes)
    written = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    checked = prepare_diagram(written, environment)
    return Draft(content, written, tuple(process_ids(root)), notes.listed(), checked.findings)


def with_drawing(content: bytes) -> bytes:
    """Give a diagram a plain drawing where it has none; others stay as they are.

    Raises:
        DiagramError: It cannot be read.
    """
    if b"BPMNShape" in content:
        return content
    root = read_diagram(content)
    lay_out(root, Notes())
    return etree.tostring(root, encoding="utf-8", xml_declaration=True)


def _definitions(root: etree._Element, notes: Notes) -> etree._Element:
    """Find the definitions, move them into the namespace of BPMN 2.0 and name ours in them."""
    found = next((one for one in root.iter() if _is_definitions(one)), None)
    if found is None:
        raise DiagramError(
            [
                Finding(
                    "not_bpmn",
                    "文件不是 BPMN 2.0 流程图。",
                    "The file is not a BPMN 2.0 diagram.",
                    line=root.sourceline,
                )
            ]
        )
    namespace = etree.QName(found).namespace or ""
    if namespace != BPMN_NS:
        notes.add("namespace_mended")
        for node in found.iter():
            if isinstance(node.tag, str) and (etree.QName(node).namespace or "") == namespace:
                node.tag = f"{{{BPMN_NS}}}{etree.QName(node).localname}"
    return _renewed(found)


def _is_definitions(node: etree._Element) -> bool:
    if not isinstance(node.tag, str):
        return False
    name = etree.QName(node)
    return name.localname == "definitions" and (name.namespace or "") in {BPMN_NS, *_OLDER}


def _renewed(root: etree._Element) -> etree._Element:
    """A root cannot be given more prefixes, so its content moves into a new one."""
    declared = dict(root.nsmap)
    known = set(declared.values())
    for prefix, namespace in _NAMESPACES.items():
        if namespace not in known and prefix not in declared:
            declared[prefix] = namespace
    if BPMN_NS not in known:
        declared["bpmn" if "bpmn" not in declared else "bpmn20"] = BPMN_NS
    made = etree.Element(root.tag, nsmap=declared)
    for name, value in root.attrib.items():
        made.set(str(name), str(value))
    made.text = root.text
    for child in list(root):
        made.append(child)
    return made
