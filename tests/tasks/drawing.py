"""Change a diagram as a designer does: take elements out, put others in, connect them."""

from collections.abc import Mapping
from xml.sax.saxutils import escape

from lxml import etree

_BPMN = "http://www.omg.org/spec/BPMN/20100524/MODEL"
_CAMUNDA = "http://camunda.org/schema/1.0/bpmn"
_HEAD = (
    f'<x xmlns:bpmn="{_BPMN}" xmlns:camunda="{_CAMUNDA}" '
    'xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">'
)
_NAMES = {"bpmn": _BPMN}


class Drawing:
    """A diagram that is being changed."""

    def __init__(self, content: bytes) -> None:
        self.root = etree.fromstring(content)

    def content(self) -> bytes:
        return etree.tostring(self.root, encoding="UTF-8", xml_declaration=True)

    def remove(self, *ids: str) -> None:
        """Take elements out, with the flows from and to them and all that is drawn of them."""
        gone = {*ids}
        for flow in self.root.iter(f"{{{_BPMN}}}sequenceFlow"):
            if {flow.get("sourceRef"), flow.get("targetRef")} & gone:
                gone.add(str(flow.get("id")))
        for node in list(self.root.iter(etree.Element)):
            refers = node.tag in {
                f"{{{_BPMN}}}{tag}" for tag in ("incoming", "outgoing", "flowNodeRef")
            }
            if (
                node.get("id") in gone
                or node.get("bpmnElement") in gone
                or (refers and node.text in gone)
            ):
                self._drop(node)

    def _drop(self, node: etree._Element) -> None:
        parent = node.getparent()
        if parent is not None:
            parent.remove(node)

    def add(self, beside: str, xml: str) -> None:
        """Put elements into the process or sub-process in which another lies."""
        parent = self.find(beside).getparent()
        assert parent is not None
        for node in etree.fromstring(f"{_HEAD}{xml}</x>"):
            parent.append(node)

    def connect(self, source: str, target: str, condition: str = "") -> None:
        """Draw a flow; with a condition, if one is given."""
        inner = ""
        if condition:
            inner = (
                '<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">'
                f"{escape(condition)}</bpmn:conditionExpression>"
            )
        name = f"{source}__{target}"
        flow = f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}">'
        self.add(source, f"{flow}{inner}</bpmn:sequenceFlow>")
        self._tell(source, "outgoing", name)
        self._tell(target, "incoming", name)

    def move_end(self, flow: str, target: str) -> None:
        """Lead a flow to another element."""
        drawn = self.find(flow)
        for told in self.find(str(drawn.get("targetRef"))).findall("bpmn:incoming", _NAMES):
            if told.text == flow:
                self._drop(told)
        drawn.set("targetRef", target)
        self._tell(target, "incoming", flow)

    def set(self, element: str, **attributes: str) -> None:
        """Set attributes; `camunda_x` is `camunda:x`."""
        for name, value in attributes.items():
            place, _, local = name.partition("_")
            camunda = f"{{{_CAMUNDA}}}{local}"
            self.find(element).set(camunda if place == "camunda" else name, value)

    def find(self, element: str) -> etree._Element:
        [found] = self.root.xpath("//*[@id=$id]", id=element)
        assert isinstance(found, etree._Element)
        return found

    def _tell(self, element: str, tag: str, flow: str) -> None:
        node = self.find(element)
        told = etree.SubElement(node, f"{{{_BPMN}}}{tag}")
        told.text = flow
        # The schema has them after the extensions and before what the element is made of.
        place = 0
        for index, child in enumerate(node[:-1]):
            if str(child.tag).endswith(("extensionElements", "incoming", "outgoing")):
                place = index + 1
        node.insert(place, told)


def english(name: str, **more: str) -> str:
    """The extension that names an element in English, with `jc:` properties."""
    rows = "".join(
        f'<camunda:property name="jc:{key.replace("_", ".")}" value="{value}"/>'
        for key, value in {"name_en": name, **more}.items()
    )
    return f"<camunda:properties>{rows}</camunda:properties>"


def inputs(given: Mapping[str, str]) -> str:
    """The parameters of a task."""
    rows = "".join(
        f'<camunda:inputParameter name="{key}">{escape(value)}</camunda:inputParameter>'
        for key, value in given.items()
    )
    return f"<camunda:inputOutput>{rows}</camunda:inputOutput>"
