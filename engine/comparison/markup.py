"""XML as a tree of records, and back in one fixed spelling."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import deepcopy
from xml.sax.saxutils import escape

from lxml import etree

from engine.comparison.tree import ROOT, TEXT, Keys, Record, Tree, add

XSI_TYPE = "{http://www.w3.org/2001/XMLSchema-instance}type"
OPAQUE = "#xml"
"""The value that holds an element as it is: text and elements are mixed in it."""

_XML = "http://www.w3.org/XML/1998/namespace"
NAMESPACE = "xmlns:"
"""Values of the root with this in front are prefixes that values may use."""

Identify = Callable[[etree._Element, Record], str]
"""Gives the key of an element from itself and the record that it lies in."""

_FIRST = (
    *("id", "name", "label", "sourceRef", "targetRef", "bpmnElement", "x", "y"),
    *("width", "height"),
    *("formRef", "candidateGroups", "resultVariable", "type", "topic"),
)


def tree_of(root: etree._Element, identify: Identify) -> Tree:
    """Read an element with all that lies in it. Comments are left out."""
    tree: Tree = {}
    top = add(tree, Record(ROOT, ROOT, str(root.tag), _values(root)))
    for prefix, uri in root.nsmap.items():
        top.values[NAMESPACE + (prefix or "")] = uri
    _read(tree, Keys(tree), root, top, identify)
    return tree


def _read(
    tree: Tree, keys: Keys, element: etree._Element, record: Record, identify: Identify
) -> None:
    if _is_mixed(element):
        record.values = {OPAQUE: _as_it_is(element)}
        return
    for child in element.iterchildren(etree.Element):
        key = keys.free(identify(child, record))
        inner = add(tree, Record(key, record.key, str(child.tag), _values(child)))
        _read(tree, keys, child, inner, identify)


def _is_mixed(element: etree._Element) -> bool:
    inner = list(element.iterchildren(etree.Element))
    texts = [element.text, *(one.tail for one in inner)] if inner else []
    return any(text and text.strip() for text in texts)


def _as_it_is(element: etree._Element) -> str:
    alone = deepcopy(element)
    alone.tail = None
    # Exclusive: only the namespaces it uses, so that writing it again gives the same.
    return etree.tostring(alone, method="c14n", exclusive=True).decode()


def _values(element: etree._Element) -> dict[str, str]:
    values = {str(name): str(value) for name, value in element.attrib.items()}
    if XSI_TYPE in values:
        prefix, _, name = values[XSI_TYPE].rpartition(":")
        values[XSI_TYPE] = f"{{{element.nsmap.get(prefix or None) or ''}}}{name}"
    if element.text and element.text.strip() and len(element) == 0:
        values[TEXT] = element.text
    return values


def write_tree(tree: Mapping[str, Record], prefixes: Mapping[str, str]) -> bytes:
    """Write a tree as XML: fixed prefixes by namespace, indented, attributes in a fixed order."""
    return _Writer(tree, prefixes).write()


class _Writer:
    def __init__(self, tree: Mapping[str, Record], prefixes: Mapping[str, str]) -> None:
        self.tree = tree
        self.prefixes = {**prefixes, _XML: "xml"}
        self.lines: list[str] = []

    def write(self) -> bytes:
        declared = self._declared()
        self.lines.append('<?xml version="1.0" encoding="UTF-8"?>')
        self._element(self.tree[ROOT], 0, "".join(f" {one}" for one in declared))
        return ("\n".join(self.lines) + "\n").encode()

    def _declared(self) -> list[str]:
        """Settle the prefixes: fixed ones first, then the document's own."""
        root, used = self.tree[ROOT], list(dict.fromkeys(self._used()))
        fixed = list(self.prefixes)
        own = {
            name.removeprefix(NAMESPACE): uri
            for name, uri in root.values.items()
            if name.startswith(NAMESPACE)
        }
        chosen = {uri: self.prefixes[uri] for uri in used if uri in self.prefixes}
        for prefix, uri in sorted(own.items()):
            wanted = uri in used and uri not in self.prefixes
            if prefix and prefix not in chosen.values() and (wanted or self._is_named(prefix)):
                chosen.setdefault(uri, prefix)
        for uri in used:
            if uri not in chosen:
                chosen[uri] = _free_prefix(chosen.values())
        self.prefixes = chosen
        order = [*fixed, *used, *chosen]
        pairs = sorted(chosen.items(), key=lambda pair: order.index(pair[0]))
        return [_declaration(prefix, uri) for uri, prefix in pairs if uri != _XML]

    def _used(self) -> Iterator[str]:
        for record in self.tree.values():
            names = [record.tag, *record.values]
            if XSI_TYPE in record.values:
                names.append(record.values[XSI_TYPE])
            yield from (name[1:].split("}")[0] for name in names if name.startswith("{"))

    def _is_named(self, prefix: str) -> bool:
        """Tell whether some value may be a name with this prefix, such as `xsd:string`."""
        start = prefix + ":"
        return any(
            value.startswith(start)
            for record in self.tree.values()
            for name, value in record.values.items()
            if not name.startswith(NAMESPACE)
        )

    def _name(self, clark: str) -> str:
        if not clark.startswith("{"):
            return clark
        uri, _, name = clark[1:].partition("}")
        prefix = self.prefixes.get(uri, "")
        return f"{prefix}:{name}" if prefix else name

    def _attributes(self, record: Record) -> str:
        names = [name for name in record.values if not name.startswith(("#", NAMESPACE))]
        names.sort(key=_attribute_order)
        return "".join(f' {self._name(name)}="{self._value(record, name)}"' for name in names)

    def _value(self, record: Record, name: str) -> str:
        value = record.values[name]
        if name == XSI_TYPE:
            value = self._name(value)
        return escape(value, {'"': "&quot;", "\n": "&#10;", "\t": "&#9;", "\r": "&#13;"})

    def _element(self, record: Record, depth: int, declared: str = "") -> None:
        indent = "  " * depth
        if OPAQUE in record.values:
            self.lines.append(indent + record.values[OPAQUE])
            return
        name = self._name(record.tag)
        head = f"{indent}<{name}{declared}{self._attributes(record)}"
        text = record.values.get(TEXT)
        if record.children:
            self.lines.append(head + ">")
            for child in record.children:
                self._element(self.tree[child], depth + 1)
            self.lines.append(f"{indent}</{name}>")
        elif text is None:
            self.lines.append(head + " />")
        else:
            self.lines.append(f"{head}>{escape(text, {chr(13): '&#13;'})}</{name}>")


def _attribute_order(name: str) -> tuple[bool, int, str]:
    local = name.rpartition("}")[2]
    known = _FIRST.index(local) if local in _FIRST else len(_FIRST)
    return name.startswith("{"), known, name


def _declaration(prefix: str, uri: str) -> str:
    name = f"xmlns:{prefix}" if prefix else "xmlns"
    return f'{name}="{escape(uri, {chr(34): "&quot;"})}"'


def _free_prefix(taken: Iterable[str]) -> str:
    known = set(taken)
    number = 1
    while f"ns{number}" in known:
        number += 1
    return f"ns{number}"
