"""Read the XML of a diagram without trusting it."""

from __future__ import annotations

from dataclasses import dataclass

from lxml import etree

from engine.diagrams.canonical import make_canonical
from engine.diagrams.vocabulary import B
from engine.errors import DiagramError
from engine.findings import Finding


@dataclass(frozen=True, slots=True)
class ReadLimits:
    """How much XML is accepted."""

    size: int = 2 * 1024 * 1024
    elements: int = 20_000
    depth: int = 64


def _refuse(code: str, zh: str, en: str, line: int | None = None) -> DiagramError:
    return DiagramError([Finding(code, zh, en, line=line)])


def _parser() -> etree.XMLParser:
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )


class _Gauge:
    """A parser target that measures without building a tree, and stops early."""

    def __init__(self, limits: ReadLimits) -> None:
        self.limits = limits
        self.elements = 0
        self.depth = 0

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """Count an element."""
        self.elements += 1
        self.depth += 1
        if self.elements > self.limits.elements:
            most = self.limits.elements
            raise _refuse(
                "too_many_elements",
                f"文件的元素超过 {most} 个,不能接受。",
                f"The file has more than {most} elements.",
            )
        if self.depth > self.limits.depth:
            most = self.limits.depth
            raise _refuse(
                "too_deep",
                f"元素嵌套超过 {most} 层,不能接受。",
                f"Elements are nested more than {most} levels deep.",
            )

    def end(self, tag: str) -> None:
        """Leave an element."""
        self.depth -= 1

    def doctype(self, name: str, public: str | None, system: str | None) -> None:
        """Refuse a document type: entities are of no use to a diagram."""
        raise _refuse(
            "doctype",
            "文件含有 DOCTYPE 声明,出于安全不能接受。",
            "The file has a DOCTYPE declaration; it is refused for safety.",
        )

    def close(self) -> None:
        """Build nothing."""


def read_xml(content: bytes, limits: ReadLimits | None = None) -> etree._Element:
    """Parse XML after measuring it: size first, then depth, number of elements and DOCTYPE.

    Raises:
        DiagramError: It is too large, too deep, has a DOCTYPE, or is no XML.
    """
    limits = limits or ReadLimits()
    if len(content) > limits.size:
        megabytes = limits.size // (1024 * 1024)
        raise _refuse(
            "too_large",
            f"文件超过 {megabytes} MB,不能接受。",
            f"The file is larger than {megabytes} MB.",
        )
    gauge: etree.XMLParser = etree.XMLParser(  # type: ignore[call-overload]
        target=_Gauge(limits), resolve_entities=False, no_network=True, huge_tree=False
    )
    try:
        etree.fromstring(content, gauge)
        return etree.fromstring(content, _parser())
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise _refuse(
            "not_xml",
            f"文件不是正确的 XML(第 {line or '?'} 行)。",
            f"The file is not well-formed XML (line {line or '?'}).",
            line,
        ) from error


def read_diagram(content: bytes, limits: ReadLimits | None = None) -> etree._Element:
    """Parse a BPMN file; what may be spelled in several ways is spelled in one.

    Raises:
        DiagramError: As `read_xml`, or it is no BPMN 2.0.
    """
    root = read_xml(content, limits)
    if root.tag != B + "definitions":
        raise _refuse(
            "not_bpmn",
            "文件不是 BPMN 2.0 流程图。",
            "The file is not a BPMN 2.0 diagram.",
            root.sourceline,
        )
    make_canonical(root)
    return root


def read_lowered(content: bytes) -> etree._Element:
    """Parse a stored lowered diagram, which is larger than its source at most by a factor."""
    return read_diagram(content, ReadLimits(size=16 * 1024 * 1024, elements=200_000, depth=256))
