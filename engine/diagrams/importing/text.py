"""The text of a file drawn elsewhere: its encoding, stray characters, missing namespaces."""

from __future__ import annotations

import codecs
import re

from lxml import etree

from engine.diagrams.importing.notes import Notes
from engine.diagrams.read import read_xml
from engine.diagrams.vocabulary import BPMN_NS, CAMUNDA_NS
from engine.errors import DiagramError

KNOWN_PREFIXES = {
    "bpmn": BPMN_NS,
    "bpmn2": BPMN_NS,
    "semantic": BPMN_NS,
    "model": BPMN_NS,
    "bpmndi": "http://www.omg.org/spec/BPMN/20100524/DI",
    "dc": "http://www.omg.org/spec/DD/20100524/DC",
    "omgdc": "http://www.omg.org/spec/DD/20100524/DC",
    "di": "http://www.omg.org/spec/DD/20100524/DI",
    "omgdi": "http://www.omg.org/spec/DD/20100524/DI",
    "xsi": "http://www.w3.org/2001/XMLSchema-instance",
    "xsd": "http://www.w3.org/2001/XMLSchema",
    "camunda": CAMUNDA_NS,
    "zeebe": "http://camunda.org/schema/zeebe/1.0",
    "modeler": "http://camunda.org/schema/modeler/1.0",
    "flowable": "http://flowable.org/bpmn",
    "activiti": "http://activiti.org/bpmn",
    "signavio": "http://www.signavio.com",
    "spiffworkflow": "http://spiffworkflow.org/bpmn/schema/1.0/core",
    "color": "http://www.omg.org/spec/BPMN/non-normative/color/1.0",
    "bioc": "http://bpmn.io/schema/bpmn/biocolor/1.0",
}
_BOMS = (
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_DECLARED = re.compile(rb"""^[^<]*<\?xml[^>]*?encoding\s*=\s*["']([\w.-]+)["']""")
_HIGH = re.compile(rb"[\x80-\xff]+")
_FORBIDDEN = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
_PREFIX = re.compile(r"[<\s/]([A-Za-z_][\w.-]*):[A-Za-z_][\w.-]*(?=[\s=/>])")
_OPENING = re.compile(r"<(?![?!/])[^\s/>]+")
_MOST_PREFIXES = 100


def parse_leniently(content: bytes, notes: Notes) -> etree._Element:
    """Parse XML; mend its encoding, forbidden characters and undeclared prefixes if need be.

    Raises:
        DiagramError: As `read_xml`, when none of that helps.
    """
    try:
        return read_xml(content)
    except DiagramError as error:
        if error.findings[0].code != "not_xml":
            raise
        mended = _mended(content, notes)
        if mended is None:
            raise
        try:
            return read_xml(mended)
        except DiagramError as again:
            # The line and the reason of the file as it was given, unless safety is the reason.
            raise (error if again.findings[0].code == "not_xml" else again) from again


def _mended(content: bytes, notes: Notes) -> bytes | None:
    decoded = _decoded(content)
    if decoded is None:
        return None
    text, encoding = decoded
    if not _is_as_declared(content, encoding):
        notes.add("encoding_mended", encoding=encoding)
    text = text.lstrip("\ufeff \t\r\n")
    if _FORBIDDEN.search(text):
        notes.add("characters_removed")
        text = _FORBIDDEN.sub("", text)
    body = _DECLARATION.sub("", text, count=1)
    return _declare_prefixes(body, notes).encode("utf-8", "replace")


def _decoded(content: bytes) -> tuple[str, str] | None:
    """Decode by the byte order mark, the declaration, and what Chinese tools write."""
    for bom, encoding in _BOMS:
        if content.startswith(bom):
            return _try(content, encoding)
    declared = _DECLARED.match(content[:400])
    wanted = declared.group(1).decode("ascii") if declared else "utf-8"
    if content[:4].count(0) >= 2:
        wanted = "utf-16-le" if content[1:2] == b"\0" else "utf-16-be"
    chinese = wanted.lower().startswith("gb") or not _has_accents(content)
    local = "gb18030" if chinese else "cp1252"
    for encoding in (wanted, "utf-8", local, "latin-1"):
        found = _try(content, encoding)
        if found is not None:
            return found
    return None


def _has_accents(content: bytes) -> bool:
    """Tell accented letters, which mostly stand alone, from Chinese, whose bytes come in pairs."""
    lengths = [len(run) for run in _HIGH.findall(content)]
    return sum(length % 2 for length in lengths) * 2 > len(lengths)


def _try(content: bytes, encoding: str) -> tuple[str, str] | None:
    try:
        text = content.decode(encoding)
    except (UnicodeError, LookupError):
        return None
    # Text of one-byte letters read as UTF-16 decodes too, into anything but markup.
    return (text, encoding) if "<" in text[:400] else None


def _is_as_declared(content: bytes, encoding: str) -> bool:
    declared = _DECLARED.match(content[:400])
    if declared is None:
        return encoding.startswith("utf-8")
    try:
        said = codecs.lookup(declared.group(1).decode("ascii")).name
    except LookupError:
        return False
    return said.startswith(codecs.lookup(encoding).name.removesuffix("-sig"))


def _declare_prefixes(text: str, notes: Notes) -> str:
    used = set(_PREFIX.findall(text)) - {"xml", "xmlns"}
    missing = sorted(prefix for prefix in used if f"xmlns:{prefix}" not in text)[:_MOST_PREFIXES]
    opening = _OPENING.search(text)
    if not missing or opening is None:
        return text
    for prefix in missing:
        notes.add("prefix_mended", prefix=prefix)
    added = "".join(
        f' xmlns:{prefix}="{KNOWN_PREFIXES.get(prefix, f"urn:undeclared:{prefix}")}"'
        for prefix in missing
    )
    return f"{text[: opening.end()]}{added}{text[opening.end() :]}"
