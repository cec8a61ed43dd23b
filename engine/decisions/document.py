"""Reading the XML of DMN, which may come from anybody."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml import etree

from engine.decisions.errors import InvalidDecisions
from engine.findings import Finding

Element = etree._Element

MAX_BYTES = 2_000_000
_MAX_ELEMENTS = 50_000
_FEEL = re.compile(r"(?i)feel|https?://www\.omg\.org/spec/(DMN/[^/]+/)?FEEL(/.*)?")
# Attributes by which editors say in which language a text is written.
_LANGUAGES = ("expressionLanguage", "scriptLanguage", "scriptFormat", "language")
# DMN 1.1 to 1.5 differ in nothing that is read here.
_NAMESPACE = re.compile(r"https?://www\.omg\.org/spec/DMN/[^/]+/(MODEL/?|dmn\.xsd|DMN\d+\.xsd)")


def refuse(
    code: str, message_zh: str, message_en: str, line: int | None = None
) -> InvalidDecisions:
    """Make the error of a file that cannot be read at all."""
    return InvalidDecisions([Finding(code, message_zh, message_en, line=line)])


def parse_document(xml: bytes) -> Element:
    """Parse a DMN file without entities, network or DTD.

    Raises:
        InvalidDecisions: It is too large, has a DOCTYPE, or is no DMN.
    """
    if len(xml) > MAX_BYTES:
        raise refuse("dmn_too_large", "决策文件过大", f"the file exceeds {MAX_BYTES} bytes")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False
    )
    try:
        root = etree.fromstring(xml, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None)
        raise refuse("dmn_no_xml", f"不是有效的 XML: {error}", f"no XML: {error}", line) from error
    if root.getroottree().docinfo.doctype:
        raise refuse("dmn_doctype", "决策文件不得含有 DOCTYPE", "a DOCTYPE is not allowed")
    if sum(1 for _ in root.iter()) > _MAX_ELEMENTS:
        raise refuse("dmn_too_large", "决策文件的元素过多", "the file has too many elements")
    name = etree.QName(root)
    if name.localname != "definitions" or not _NAMESPACE.fullmatch(name.namespace or ""):
        raise refuse("dmn_no_dmn", "不是 DMN 1.1 至 1.5 的文件", "no DMN file of 1.1 to 1.5")
    return root


def is_dmn_namespace(text: str) -> bool:
    """Say whether a text is the namespace of some version of DMN."""
    return _NAMESPACE.fullmatch(text) is not None


def identifier_of(element: Element) -> str:
    """Give the id, which DMN does not demand, else the name."""
    return element.get("id") or element.get("name") or ""


def names_in(root: Element) -> Iterator[str]:
    """Give every name that a file introduces."""
    for element in root.iter():
        for attribute in ("name", "iteratorVariable"):
            name = element.get(attribute) if isinstance(element.tag, str) else None
            if name:
                yield " ".join(name.split())


def dotted_parameters(root: Element) -> set[str]:
    """Give names of parameters that look like paths, as in `Person.Age`; known inside only."""
    inside: set[str] = set()
    around: set[str] = set()
    for element in root.iter():
        name = element.get("name") if isinstance(element.tag, str) else None
        if name and "." in name:
            is_parameter = local_name(element) in ("formalParameter", "parameter")
            (inside if is_parameter else around).add(" ".join(name.split()))
    return inside - around


def local_name(element: Element) -> str:
    """Give the tag without its namespace; empty for comments."""
    return etree.QName(element).localname if isinstance(element.tag, str) else ""


def children(element: Element, *names: str) -> list[Element]:
    """Give the children of these names in order."""
    return [child for child in element if local_name(child) in names]


def child(element: Element | None, *names: str) -> Element | None:
    """Give the first child of one of these names."""
    found = children(element, *names) if element is not None else []
    return found[0] if found else None


def text_of(element: Element | None) -> str:
    """Give the text that stands in the element's text child, without blanks around it."""
    inner = child(element, "text")
    return ("".join(inner.itertext()) if inner is not None else "").strip()


def label_of(element: Element) -> str:
    """Give what people call the element: label, else name, else id."""
    return element.get("label") or element.get("name") or element.get("id") or ""


def nearest_id(element: Element | None) -> str:
    """Give the id of the element or of the nearest one around it."""
    while element is not None:
        if element.get("id"):
            return str(element.get("id"))
        element = element.getparent()
    return ""


def foreign_language(element: Element) -> str:
    """Give the language that the element's text is said to be in, unless it is FEEL."""
    for name, value in element.attrib.items():
        is_language = etree.QName(name).localname in _LANGUAGES
        if is_language and value.strip() and not _FEEL.fullmatch(value.strip()):
            return str(value.strip())
    return ""
