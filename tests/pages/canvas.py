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

    def near(self, element: str) -> None:
        """Look at a step where it can be read; it is chosen, too."""
        self.show(element)

    def place_of(self, element: str) -> tuple[float, float]:
        """The middle of a shape, or of a flow's first piece, in the window."""
        x, y = self.page.evaluate(
            "(id) => { const canvas = jcDesigner.modeler.get('canvas');"
            " const one = jcDesigner.modeler.get('elementRegistry').get(id);"
            " const [a, b] = one.waypoints"
            " ?? [one, { x: one.x + one.width, y: one.y + one.height }];"
            " const seen = canvas.viewbox(), box = canvas.getContainer().getBoundingClientRect();"
            " return [box.x + ((a.x + b.x) / 2 - seen.x) * seen.scale,"
            " box.y + ((a.y + b.y) / 2 - seen.y) * seen.scale]; }",
            element,
        )
        return x, y

    def connect(self, source: str, target: str, *, whole: bool = False) -> str:
        """Draw a flow with the mouse, in the whole diagram if it is long; gives its id."""
        before = self.flows(source)
        self.page.locator("[data-part=show-drawing]").click()
        if whole:
            self.page.get_by_role("button", name="适合窗口").click()
        else:
            self.near(source)
        self.choose(source)
        self.page.locator(".djs-context-pad [data-action=connect]").first.click()
        x, y = self.place_of(target)
        self.page.mouse.move(x - 4, y, steps=6)
        self.page.mouse.move(x, y, steps=3)
        self.page.mouse.click(x, y)
        [made] = set(self.flows(source)) - set(before)
        return made

    def lead(self, flow: str, target: str) -> None:
        """Take the end of a flow and drop it on another step, in the whole diagram."""
        self.page.locator("[data-part=show-drawing]").click()
        self.page.get_by_role("button", name="适合窗口").click()
        self.choose(flow)
        x, y = self.end_of(flow)
        to_x, to_y = self.place_of(target)
        self.page.mouse.move(x, y)
        self.page.mouse.down()
        self.page.mouse.move(to_x - 4, to_y, steps=8)
        self.page.mouse.move(to_x, to_y, steps=3)
        self.page.mouse.up()
        assert self._id("get(id).target.id", flow) == target

    def end_of(self, flow: str) -> tuple[float, float]:
        """Where a flow ends, in the window."""
        x, y = self.page.evaluate(
            "(id) => { const canvas = jcDesigner.modeler.get('canvas');"
            " const end = jcDesigner.modeler.get('elementRegistry').get(id).waypoints.at(-1);"
            " const seen = canvas.viewbox(), box = canvas.getContainer().getBoundingClientRect();"
            " return [box.x + (end.x - seen.x) * seen.scale,"
            " box.y + (end.y - seen.y) * seen.scale]; }",
            flow,
        )
        return x, y

    def remove(self, *elements: str) -> None:
        """Delete steps in the step table."""
        self.steps()
        for element in elements:
            self.row(element).get_by_role("button", name="移除").click()

    def drop_gateway(self, flow: str, *, near: str) -> None:
        """Put a gateway from the palette onto a flow."""
        self.near(near)
        self.page.locator(".djs-palette [data-action='create.exclusive-gateway']").click()
        x, y = self.place_of(flow)
        self.page.mouse.move(x - 4, y, steps=6)
        self.page.mouse.move(x, y, steps=3)
        self.page.mouse.click(x, y)

    def turn_into(self, kind: str) -> None:
        """Make the chosen element another kind of element."""
        self.page.locator(".djs-context-pad [data-action=replace]").click()
        self.page.locator(f".djs-popup [data-id=replace-with-{kind}]").click()

    def append_end(self, element: str) -> str:
        """Let the process end behind a step; gives the id of the end."""
        self.near(element)
        self.choose(element)
        self.page.locator(".djs-context-pad [data-action='append.end-event']").click()
        self.page.keyboard.press("Escape")
        return self._id("get(id).outgoing.at(-1).target.id", element)

    def rename(self, element: str, name: str, english: str) -> None:
        """Name a step in both languages."""
        self.steps()
        field = self.row(element).get_by_label("名称")
        field.fill(name)
        field.blur()
        self.page.locator("[data-part=show-drawing]").click()
        self.choose(element)
        self.say_in_english(english)

    def source_of(self, element: str) -> str:
        """The step before another one."""
        return self._id("get(id).incoming[0].source.id", element)

    def reminder_of(self, element: str) -> str:
        """The service task that reminds of a step."""
        return self._id(
            "get(id).attachers.find((one) => one.outgoing[0].target.incoming.length === 3)"
            ".outgoing[0].target.id",
            element,
        )

    def _id(self, path: str, element: str) -> str:
        found: str = self.page.evaluate(
            "(id) => { const registry = jcDesigner.modeler.get('elementRegistry');"
            " const get = (one) => registry.get(one);"
            " const one = jcDesigner.modeler.get('selection').get()[0] ?? {};"
            f" return {path}; }}",
            element,
        )
        return found

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
        """Click a flow or shape where nothing hides it."""
        self.page.locator("[data-part=show-drawing]").click()
        for bring in (lambda: None, self.leave, lambda: self._bring(element), self.leave):
            bring()
            # What the mouse did just before may still choose what it drew.
            self.page.wait_for_timeout(100)
            if self._is_chosen(element):
                return
            if place := self._free_place(element):
                self.page.mouse.click(*place)
        self.page.wait_for_timeout(100)
        assert self._is_chosen(element), f"{element} cannot be clicked"

    def leave(self) -> None:
        """Click an empty place of the drawing: nothing is chosen, no pad hides anything."""
        place = self.page.evaluate(
            "() => { const canvas = jcDesigner.modeler.get('canvas');"
            " const box = canvas.getContainer().getBoundingClientRect();"
            " for (let y = box.bottom - 40; y > box.top; y -= 30)"
            " for (let x = box.left + 90; x < box.right - 40; x += 30) {"
            " const at = document.elementFromPoint(x, y);"
            " if (at?.closest('svg') && !at.closest('.djs-shape, .djs-connection'))"
            " return [x, y]; } return null; }"
        )
        assert place is not None, "the drawing has no empty place to click"
        self.page.mouse.click(*place)

    def _bring(self, element: str) -> None:
        """Bring a shape, or the step that a flow begins at, to where it can be seen."""
        self.show(str(self._id("(get(id).source ?? get(id)).id", element)))

    def _is_chosen(self, element: str) -> bool:
        return self._id("one.id ?? ''", element) == element

    def _free_place(self, element: str) -> tuple[float, float] | None:
        """Where a click reaches an element, in the window: reads, and changes nothing."""
        found: list[float] | None = self.page.evaluate(
            "(id) => { const canvas = jcDesigner.modeler.get('canvas');"
            " const one = jcDesigner.modeler.get('elementRegistry').get(id);"
            " const seen = canvas.viewbox(), box = canvas.getContainer().getBoundingClientRect();"
            " const points = one.waypoints ? one.waypoints.slice(1).flatMap((to, at) =>"
            " [0.5, 0.3, 0.7, 0.15, 0.85].map((part) => ({"
            " x: one.waypoints[at].x + part * (to.x - one.waypoints[at].x),"
            " y: one.waypoints[at].y + part * (to.y - one.waypoints[at].y) })))"
            " : [0.5, 0.25, 0.75].flatMap((across) => [0.5, 0.2, 0.8].map((down) => ({"
            " x: one.x + across * one.width, y: one.y + down * one.height })));"
            " for (const point of points) {"
            " const x = box.x + (point.x - seen.x) * seen.scale;"
            " const y = box.y + (point.y - seen.y) * seen.scale;"
            " const at = document.elementFromPoint(x, y)?.closest('.djs-element');"
            " if (at?.dataset.elementId === id) return [x, y]; } return null; }",
            element,
        )
        return (found[0], found[1]) if found else None

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
        """Wait until all is saved and the check has nothing against the drawing."""
        state = self.page.locator("[data-part=state]")
        expect(state).to_have_attribute("data-state", "saved", timeout=30_000)
        problems = self.page.locator("[data-part=toggle-problems]")
        try:
            expect(problems).not_to_have_attribute("data-worst", "error", timeout=30_000)
        except AssertionError:
            problems.click()
            found = self.page.locator("[data-part=list] li.error").all_inner_texts()
            raise AssertionError(found) from None
