"""Write what another vendor's extension says in the designers' own dialect."""

from __future__ import annotations

from collections.abc import Sequence

import orjson
from lxml import etree

from engine.diagrams.importing.juel import is_foreign, to_feel
from engine.diagrams.importing.notes import Notes
from engine.diagrams.vocabulary import B, C, children, event_definitions, tags

LITERAL_OR_FEEL = frozenset({"assignee", "dueDate", "followUpDate", "priority"})
"""Attributes that are expressions here, but text with expressions in it elsewhere."""

LISTS = frozenset({"candidateUsers", "candidateGroups"})
_TIMED = frozenset({"dueDate", "followUpDate"})
_EXTENSION_FIRST = tags("documentation")


class Carrier:
    """Sets attributes and extension elements of one vendor, each with a note."""

    def __init__(self, vendor: str, notes: Notes) -> None:
        self.vendor = vendor
        self.notes = notes
        self.carried = 0

    def attribute(self, node: etree._Element, what: str, name: str, value: str) -> None:
        """Set a `camunda:` attribute unless the element has it already."""
        value = value.strip()
        if not value or node.get(C + name):
            return
        text = self.written(node, name, value)
        if text is not None:
            node.set(C + name, text)
            self.note(node, what, f"camunda:{name}={text}")

    def written(self, node: etree._Element, name: str, value: str) -> str | None:
        """Say a value of an attribute in FEEL, as that attribute wants it; None if impossible."""
        feel = self.expression(node, value)
        if feel is None:
            return None
        is_expression = value.startswith("=") or feel != value
        if name in LITERAL_OR_FEEL:
            plain = is_expression or value.isdigit() or name in _TIMED
            return feel if plain else orjson.dumps(value).decode()
        if is_expression and name == "candidateGroups":
            self.notes.add("expression_left", node, old=value)
            return None
        return f"= {feel}" if is_expression and name == "candidateUsers" else feel

    def expression(self, node: etree._Element, value: str) -> str | None:
        """Give an expression of another engine as FEEL, with a note either way."""
        if value.startswith("="):
            return value[1:].strip()
        if not is_foreign(value):
            return value
        feel = to_feel(value)
        if feel is None:
            self.notes.add("expression_left", node, old=value)
        else:
            self.notes.add("expression_translated", node, old=value, new=feel)
        return feel

    def child(self, node: etree._Element, tag: str) -> etree._Element:
        """Give the `camunda:` element of the extensions, made if need be."""
        extension = self.extension(node)
        found = extension.find(C + tag)
        return etree.SubElement(extension, C + tag) if found is None else found

    def passing(self, node: etree._Element, tag: str, source: str, target: str) -> None:
        """Append what a call activity passes `in` or takes `out`, unless it does so already."""
        extension = self.extension(node)
        if any(one.get("target") == target for one in extension.iterfind(C + tag)):
            return
        made = etree.SubElement(extension, C + tag)
        made.set("sourceExpression", source)
        made.set("target", target)
        self.note(node, f"{tag} {target}", f"camunda:{tag}")

    def extension(self, node: etree._Element) -> etree._Element:
        """Give the extension elements of a node, made where the schema wants them."""
        found = node.find(B + "extensionElements")
        if found is None:
            found = etree.Element(B + "extensionElements")
            node.insert(len(children(node, _EXTENSION_FIRST)), found)
        return found

    def property(self, node: etree._Element, what: str, name: str, value: str) -> None:
        """Set a property unless the element has one of that name."""
        listed = self.child(node, "properties")
        if any(one.get("name") == name for one in listed):
            return
        made = etree.SubElement(listed, C + "property")
        made.set("name", name)
        made.set("value", value)
        self.note(node, what, f"{name}={value}")

    def parameter(self, node: etree._Element, direction: str, name: str, text: str) -> None:
        """Append an input or output parameter."""
        listed = self.child(node, "inputOutput")
        if any(one.get("name") == name for one in listed.iterfind(f"{C}{direction}Parameter")):
            return
        made = etree.SubElement(listed, f"{C}{direction}Parameter")
        made.set("name", name)
        made.text = text
        self.note(node, f"{direction} {name}", f"camunda:{direction}Parameter {name}")

    def topic(self, node: etree._Element, what: str, name: str) -> None:
        """Make a task call a service task; sending tasks and the like keep their kind."""
        if node.tag == B + "serviceTask":
            self.attribute(node, what, "type", "external")
            self.attribute(node, what, "topic", name)

    def note(self, node: etree._Element, what: str, become: str) -> None:
        """Say what became of an extension."""
        self.carried += 1
        self.notes.add("carried_over", node, vendor=self.vendor, what=what, become=become)

    def code(self, node: etree._Element, what: str) -> None:
        """Say that something is a program and was not carried over."""
        self.carried += 1
        self.notes.add("code_ignored", node, what=f"{self.vendor}:{what}")


def events_with(root: etree._Element, reference: str, name: str) -> Sequence[etree._Element]:
    """List the events and tasks that refer to a message or the like by id."""
    found = []
    for definition in root.iter():
        if not isinstance(definition.tag, str) or definition.get(reference) != name:
            continue
        parent = definition.getparent()
        is_task = definition.tag in (B + "receiveTask", B + "sendTask")
        if is_task:
            found.append(definition)
        elif parent is not None and definition in event_definitions(parent):
            found.append(parent)
    return found
