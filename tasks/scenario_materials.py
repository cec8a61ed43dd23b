"""What whoever writes a scenario can name: elements, the forms of tasks, messages, states."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml import etree

from engine.bundles import Name
from engine.diagrams import flow_ends, read_diagram, said_names
from engine.diagrams.dialect import read_extensions
from engine.diagrams.naming import Words
from engine.diagrams.vocabulary import FLOW_NODES, B, local_name
from engine.errors import DiagramError
from engine.feel import compile_expression
from forms import FormDefinition, InvalidForm, parse_form

CACHED = 1024
"""So many contents are kept as they were read: pages ask for the same ones again and again."""


@dataclass(frozen=True)
class Element:
    """A drawn element as a scenario names it.

    `form` is the key of a user task's form, `calls` the process that it calls; `message` and
    `signal` are what it waits for.
    """

    process_id: str
    id: str
    name: Words
    kind: str
    form: str = ""
    calls: str = ""
    message: str = ""
    signal: str = ""


@dataclass(frozen=True)
class Drawn:
    """A diagram as it is drawn, with the ends of its flows by their ids."""

    content: bytes
    root: etree._Element
    ends: Mapping[str, tuple[str, str]]

    @classmethod
    def of(cls, contents: Mapping[Name, bytes], key: str) -> Drawn | None:
        """Take a diagram out of definitions; None: there is none, or it cannot be read."""
        content = contents.get(("process", key))
        try:
            root = None if content is None else read_diagram(content)
        except DiagramError:
            return None
        return None if content is None or root is None else cls(content, root, flow_ends(root))


def elements_of(contents: Mapping[Name, bytes]) -> Iterator[Element]:
    """List the elements of all diagrams that can be read, in the order of their files."""
    for (kind, _), content in sorted(contents.items()):
        if kind == "process":
            yield from _elements_in(content)


@lru_cache(maxsize=CACHED)
def _elements_in(content: bytes) -> tuple[Element, ...]:
    try:
        return tuple(_elements(read_diagram(content)))
    except DiagramError:
        return ()  # Its own editor says why.


def _elements(root: etree._Element) -> Iterator[Element]:
    events = {
        one.get("id") or "": one.get("name") or "" for one in root.iter(B + "message", B + "signal")
    }
    for process in root.iter(B + "process"):
        names = said_names(process)
        for node in process.iter(*FLOW_NODES):
            yield _element(node, process.get("id") or "", names, events)


def _element(
    node: etree._Element,
    process_id: str,
    names: Mapping[str, Words],
    events: Mapping[str, str],
) -> Element:
    element_id = node.get("id") or ""
    return Element(
        process_id,
        element_id,
        names[element_id],
        local_name(node),
        form=str(read_extensions(node).get("form_ref") or ""),
        calls=node.get("calledElement") or "",
        message=events.get(_awaited(node, "message"), ""),
        signal=events.get(_awaited(node, "signal"), ""),
    )


def _awaited(node: etree._Element, kind: str) -> str:
    if local_name(node) == "receiveTask":
        return node.get(f"{kind}Ref") or ""
    if local_name(node) in ("endEvent", "intermediateThrowEvent", "sendTask"):
        return ""
    found = node.find(f"{B}{kind}EventDefinition")
    return "" if found is None else found.get(f"{kind}Ref") or ""


def forms_of(contents: Mapping[Name, bytes], keys: set[str]) -> dict[str, FormDefinition]:
    """Read the forms of these keys; those that are not there or cannot be read are left out."""
    contained = {key: contents[("form", key)] for key in sorted(keys) if ("form", key) in contents}
    found = {key: _form(content) for key, content in contained.items()}
    return {key: form for key, form in found.items() if form is not None}


@lru_cache(maxsize=CACHED)
def _form(content: bytes) -> FormDefinition | None:
    try:
        return parse_form(content, compile_expression=compile_expression)
    except InvalidForm:
        return None  # Its own editor says why.
