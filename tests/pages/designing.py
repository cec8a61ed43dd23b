"""The process designer as a person uses it, with a small process drawn in it."""

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page, expect

from tests.api.small import DIAGRAM

PATH = "/designer/process/small_review/edit"
SCOPE = "organisation:OWN"
# The small diagram as it is drawn: without a drawing nothing could be shown.
SHAPES = {
    "begun": (160, 180, 36, 36),
    "first": (260, 158, 100, 80),
    "second": (440, 158, 100, 80),
    "answered": (620, 180, 36, 36),
    "done": (740, 180, 36, 36),
}
FLOWS = {
    "a": ("begun", "first"),
    "b": ("first", "second"),
    "c": ("second", "answered"),
    "e": ("answered", "done"),
}


def drawn(diagram: str = DIAGRAM) -> str:
    """A diagram with places for its shapes and flows."""
    parts = [
        f'<bpmndi:BPMNShape id="{name}_di" bpmnElement="{name}">'
        f'<dc:Bounds x="{x}" y="{y}" width="{w}" height="{h}" /></bpmndi:BPMNShape>'
        for name, (x, y, w, h) in SHAPES.items()
    ]
    for name, (source, target) in FLOWS.items():
        (x, _, w, _), (to, _, _, _) = SHAPES[source], SHAPES[target]
        parts.append(
            f'<bpmndi:BPMNEdge id="{name}_di" bpmnElement="{name}">'
            f'<di:waypoint x="{x + w}" y="198" /><di:waypoint x="{to}" y="198" />'
            "</bpmndi:BPMNEdge>"
        )
    plane = f'<bpmndi:BPMNPlane id="p" bpmnElement="small_review">{"".join(parts)}'
    drawing = f'<bpmndi:BPMNDiagram id="g">{plane}</bpmndi:BPMNPlane></bpmndi:BPMNDiagram>'
    spaces = (
        '<bpmn:definitions xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI"'
        ' xmlns:dc="http://www.omg.org/spec/DD/20100524/DC"'
        ' xmlns:di="http://www.omg.org/spec/DD/20100524/DI"'
    )
    closed = diagram.replace("</bpmn:definitions>", f"{drawing}</bpmn:definitions>")
    return closed.replace("<bpmn:definitions", spaces, 1)


class Board:
    """The page as a person uses it."""

    def __init__(self, page: Page, address: str) -> None:
        self.page = page
        self.address = address

    def open(self, scope: str = SCOPE) -> None:
        self.page.goto(f"{self.address}{PATH}?scope={scope}")
        self.page.locator("#editor[data-ready]").wait_for(timeout=20_000)

    def part(self, name: str) -> Any:
        return self.page.locator(f"[data-part={name}]")

    def take_in(self, content: str, name: str = "other.bpmn") -> None:
        file = {"name": name, "mimeType": "application/xml", "buffer": content.encode()}
        self.part("import-file").set_input_files(file)

    def shape(self, element: str) -> Any:
        return self.page.locator(f'.djs-element[data-element-id="{element}"]').first

    def is_saved(self, text: str, *, gone: str = "\0") -> None:
        """Wait until the server has a text in the draft, and no longer another one."""
        for _ in range(150):
            if text in self.draft() and gone not in self.draft():
                break
            self.page.wait_for_timeout(100)
        assert text in self.draft() and gone not in self.draft()
        expect(self.part("state")).to_have_attribute("data-state", "saved", timeout=15_000)

    def change(self, element: str, name: str) -> None:
        """Give an element another name, and wait until it is saved."""
        self.run(f"get('modeling').updateLabel(element('{element}'), '{name}');")
        self.is_saved(name)

    def draft(self) -> str:
        """What the server has."""
        address = f"{self.address}/api/v1/drafts/process/small_review?scope={SCOPE}"
        content: str = self.page.request.get(address).json()["content"]
        return content

    def run(self, script: str) -> Any:
        """Let the drawing tool do something; `element` finds one by its id."""
        return self.page.evaluate(
            "() => { const get = (name) => jcDesigner.modeler.get(name);"
            f" const element = (id) => get('elementRegistry').get(id); {script} }}"
        )


def save(board: Board, content: str) -> None:
    """Save a draft as the page does, whatever there was."""
    request = board.page.request
    csrf = request.get(f"{board.address}/api/v1/me").json()["csrfToken"]
    saved = request.put(
        f"{board.address}/api/v1/drafts/process/small_review?scope={SCOPE}",
        data={"content": content},
        headers={"X-CSRF-Token": csrf, "If-Match": "*"},
    )
    assert saved.ok, saved.text()


def violations(page: Page) -> list[str]:
    """What axe finds against WCAG 2.2 AA; the drawing tool's own parts are left out."""
    page.evaluate(AXE_SCRIPT)
    result = page.evaluate(
        "() => axe.run({exclude: ['.djs-container', '.bio-properties-panel-header']},"
        " {runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']})"
    )
    return [
        f"{one['id']}: {node['html'][:120]}"
        for one in result["violations"]
        for node in one["nodes"]
    ]
