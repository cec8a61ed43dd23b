"""Both editors speak one language at a time: no tool's English in Chinese, and the reverse."""

from __future__ import annotations

import re
from typing import Any

import pytest
from playwright.sync_api import Browser, Page

from tests.api.small import Street
from tests.pages import test_decision_editor as decisions
from tests.pages import test_form_editor as forms

pytestmark = [pytest.mark.browser, pytest.mark.usefixtures("editors")]
# Words that stay English in Chinese: names of formats, and what designers wrote themselves.
TECHNICAL = {"FEEL", "JSON", "EN", "English", "DMN"}
# The mark of the tools' makers, which their licence wants as it is.
MARK = "Powered by bpmn.io"
CHINESE = re.compile("[㐀-鿿]")
VISIBLE = """skip => {
  const found = [];
  const shown = element => element && element.checkVisibility({visibilityProperty: true});
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const node = walk.currentNode, parent = node.parentElement;
    if (!node.data.trim() || !shown(parent) || parent.closest(skip)) continue;
    found.push(node.data.trim());
  }
  for (const element of document.querySelectorAll('[title], [placeholder], [aria-label]')) {
    if (!shown(element) || element.closest(skip)) continue;
    for (const name of ['title', 'placeholder', 'aria-label']) {
      const text = element.getAttribute(name);
      if (text) found.push(text);
    }
  }
  return found;
}"""
# What people wrote, and the language switch, which names each language in itself.
CONTENT = (
    "script, style, .lang, .skip, #name, .muted, .mono, .no-i18n, .ed-views, datalist, "
    ".dmn-js-parent .tjs-container tbody, .decision-table-name, .input-label, .output-label, "
    ".dmn-decision-table-container .title, .djs-element, .dmn-definitions, .ed-grid, "
    ".fjs-element, .bio-properties-panel-header-label, .cm-editor, [data-entry-id^='values.'], "
    "[contenteditable], iframe"
)


def texts(page: Page, content: str = CONTENT) -> set[str]:
    return set(page.evaluate(VISIBLE, content))


def wrong(found: set[str], language: str) -> set[str]:
    """The texts of the other language."""
    if language == "en":
        return {one for one in found if CHINESE.search(one)}
    words = {one: set(re.findall("[A-Za-z]{2,}", one)) - TECHNICAL for one in found - {MARK}}
    return {one for one, left in words.items() if left and not CHINESE.search(one)}


def decision_texts(page: Page, language: str) -> set[str]:
    """Go through the decision editor."""
    found = texts(page)
    page.locator('td[data-element-id="d5_enough_i3"]').click(button="right")
    found |= texts(page)
    page.keyboard.press("Escape")
    page.locator(".input-cell.header, th.input-cell").first.dblclick()
    found |= texts(page)
    page.keyboard.press("Escape")
    for view in range(2):
        page.locator(".ed-views button").nth(view).click()
        page.wait_for_timeout(200)
        found |= texts(page)
    page.locator(".ed-tabs .r button").last.click()
    found |= texts(page)
    page.locator("#tab-check").click()
    page.wait_for_timeout(600)
    return found | texts(page)


def form_texts(page: Page, language: str) -> set[str]:
    """Go through the form editor: each kind of component, each part, one dialog."""
    found = texts(page)
    for kind in ("text", "radio", "checklist", "textfield", "textarea"):
        page.locator(f".fjs-element[data-field-type={kind}]").first.click()
        page.wait_for_timeout(100)
        closed = page.locator(".bio-properties-panel-group-header:not(.open)")
        while closed.count():
            closed.first.click()
        found |= texts(page)
    for part in ("fields", "preview", "check"):
        page.locator(f"#tab-{part}").click()
        page.wait_for_timeout(400)
        found |= texts(page)
    page.locator("#tab-fields").click()
    page.locator(".form-fields .acts button").nth(12).click()
    return found | texts(page)


@pytest.mark.parametrize("language", ["zh-CN", "en"])
@pytest.mark.parametrize(("editor", "walk"), [(decisions, decision_texts), (forms, form_texts)])
def test_editor_speaks_one_language(
    browser: Browser, street: Street, address: str, language: str, editor: Any, walk: Any
) -> None:
    scope = editor.given(street)
    page, complaints = editor.opened(browser, street, address, scope, language)
    page.locator(".ed-tabs").first.wait_for()
    page.wait_for_timeout(500)

    found = walk(page, language)

    assert len(found) > 40
    assert wrong(found, language) == set()
    assert page.evaluate("[...jcEditor.missing]") == []
    assert complaints == []


def test_words_that_would_be_found() -> None:
    assert wrong({"Hit policy:", "FEEL", "命中 first", "-"}, "zh-CN") == {"Hit policy:"}
    assert wrong({"Hit policy:", "命中策略"}, "en") == {"命中策略"}
