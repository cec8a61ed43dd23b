"""The process designer as a person uses it: the step table, the drawing and the panel."""

from playwright.sync_api import Locator, expect

from tests.pages.office import Desk

PANEL = "#bio-properties-panel-"


class Canvas:
    """One process open in the designer."""

    def __init__(self, desk: Desk, process_id: str) -> None:
        self.desk = desk
        self.page = desk.page
        self.process_id = process_id
        desk.go(f"process/{process_id}/edit")
        self.page.locator("#editor[data-ready]").wait_for(timeout=60_000)

    def steps(self) -> None:
        """Show the step table."""
        self.page.locator("[data-part=show-steps]").click()

    def row(self, element: str) -> Locator:
        """A step's row in the step table."""
        return self.page.locator(f".jc-steps [data-element={element}]")

    def add_after(self, element: str, kind: str, name: str) -> str:
        """Add a step behind another one; gives its id."""
        self.row(element).get_by_label("在后面加").select_option(f"bpmn:{kind}")
        added = self.page.locator(".jc-steps tr:focus-within")
        added.get_by_label("名称").fill(name)
        added.get_by_label("名称").blur()
        made = self.page.locator(".jc-steps tr", has=self.page.get_by_label(f"名称: {name}"))
        return str(made.get_attribute("data-element"))

    def shape(self, element: str) -> Locator:
        """A shape or flow of the drawing."""
        return self.page.locator(f'.djs-element[data-element-id="{element}"]').first

    def show(self, element: str) -> None:
        """Go from the step table to a step's shape in the drawing, and choose it."""
        self.steps()
        self.row(element).get_by_role("button", name="在图中显示").click()
        self.page.locator(".bio-properties-panel").wait_for()

    def connect(self, source: str, target: str) -> str:
        """Draw a flow with the mouse; gives its id."""
        before = self.flows(source)
        self.show(source)
        self.page.locator(".djs-context-pad [data-action=connect]").first.click()
        box = self.shape(target).locator(".djs-hit").first.bounding_box()
        assert box is not None
        self.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2, steps=6)
        self.page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
        [made] = set(self.flows(source)) - set(before)
        return made

    def flows(self, source: str) -> list[str]:
        """The flows that leave a step."""
        found: list[str] = self.page.evaluate(
            "(id) => jcDesigner.modeler.get('elementRegistry').get(id).outgoing.map((f) => f.id)",
            source,
        )
        return found

    def flow(self, source: str, target: str) -> str:
        """The flow between two steps."""
        found: str = self.page.evaluate(
            "([from, to]) => jcDesigner.modeler.get('elementRegistry').get(from).outgoing"
            ".find((f) => f.target.id === to).id",
            [source, target],
        )
        return found

    def choose(self, element: str) -> None:
        """Choose a flow or shape; one that others hide is chosen as the search does it."""
        self.page.evaluate(
            "(id) => { const get = (name) => jcDesigner.modeler.get(name);"
            " get('selection').select(get('elementRegistry').get(id)); }",
            element,
        )

    def field(self, name: str) -> Locator:
        """A field of the panel."""
        return self.page.locator(f"{PANEL}{name}")

    def fill(self, name: str, text: str) -> None:
        """Fill in a field of the panel."""
        self.field(name).fill(text)
        self.field(name).blur()

    def feel(self, name: str, text: str) -> None:
        """Write an expression into a field of the panel."""
        box = self.page.locator(f"[data-entry-id={name}] [contenteditable=true]")
        box.click()
        self.page.keyboard.insert_text(text)
        expect(box).to_contain_text(text)
        box.blur()

    def open_group(self, name: str) -> None:
        """Open a group of the panel that is closed at first."""
        header = self.page.locator(
            f"[data-group-id='group-{name}'] .bio-properties-panel-group-header"
        )
        if "open" not in str(header.get_attribute("class")).split():
            header.click()

    def say_in_english(self, text: str) -> None:
        """Name the chosen element in English."""
        self.open_group("jc-place")
        self.fill("jc-name-en", text)

    def has_no_errors(self) -> None:
        """Wait until the check has nothing against the drawing."""
        problems = self.page.locator("[data-part=toggle-problems]")
        try:
            expect(problems).not_to_have_attribute("data-worst", "error", timeout=30_000)
        except AssertionError:
            problems.click()
            found = self.page.locator("[data-part=list] li.error").all_inner_texts()
            raise AssertionError(found) from None
