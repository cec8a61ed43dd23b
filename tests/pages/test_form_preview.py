"""A draft of a form as its users will see it, and what the check makes of an answer."""

import json
from typing import Any

import pytest
from fastapi.testclient import TestClient

from tests.api.small import Street
from tests.pages.conftest import browser_of

FORM: dict[str, Any] = {
    "id": "small", "schemaVersion": 19, "jc:title": "体检", "jc:title.en": "Health check",
    "components": [
        {
            "type": "number", "id": "p", "key": "pulse", "label": "脉搏",
            "properties": {"label.en": "Pulse", "jc:variable": "true"},
            "validate": {"required": True, "max": 200},
        },
        {"type": "text", "id": "t", "text": "考生{{name}}", "properties": {"text.en": "{{name}}"}},
    ],
}  # fmt: skip


@pytest.fixture
def designer(street: Street) -> TestClient:
    return browser_of(street, "process_designer")


def preview(client: TestClient, form: object, language: str = "zh-CN", **answer: str) -> Any:
    content = form if isinstance(form, str) else json.dumps(form)
    data = {"csrf_token": client.csrf, "jc-content": content, **answer}  # type: ignore[attr-defined]
    return client.post(f"/designer/form/small/preview?scope=base&language={language}", data=data)


def test_draft_is_drawn_in_the_language_asked_for(designer: TestClient) -> None:
    chinese = preview(designer, FORM)
    english = preview(designer, FORM, "en", **{"jc-context": '{"name": "赵"}'})

    assert "<h1>体检</h1>" in chinese.text and "脉搏" in chinese.text
    assert "<h1>Health check</h1>" in english.text and "Pulse" in english.text
    assert '<html lang="en">' in english.text and "赵" in english.text
    assert chinese.headers["x-frame-options"] == "SAMEORIGIN"
    assert "frame-ancestors 'self'" in chinese.headers["content-security-policy"]


@pytest.mark.parametrize(
    ("pulse", "language", "told"),
    [
        ("", "zh-CN", "必填"),
        ("201", "zh-CN", "200"),
        ("201", "en", "200"),
        ("72", "zh-CN", "检查通过"),
        ("72", "en", "It passes"),
    ],
)
def test_trial_says_what_the_check_says(
    designer: TestClient, pulse: str, language: str, told: str
) -> None:
    answered = preview(designer, FORM, language, **{"jc-tried": "1", "pulse": pulse})

    assert answered.status_code == 200
    assert told in answered.text
    assert ("&#34;pulse&#34;: 72" in answered.text) is (pulse == "72")


@pytest.mark.parametrize(
    ("form", "told"),
    [
        ({**FORM, "components": [{"type": "html", "id": "h"}]}, "不支持组件 html"),
        ("{", "JSON"),
        ("[" * 100_000, "JSON"),
        ('{"id": "x", "a": "' + "y" * 1_000_000 + '"}', "过大"),
    ],
)
def test_broken_draft_is_told_in_words(designer: TestClient, form: object, told: str) -> None:
    answered = preview(designer, form)

    assert answered.status_code == 200
    assert told in answered.text


def test_script_in_a_draft_is_text(designer: TestClient) -> None:
    hostile = "<script>alert(1)</script><img src=x onerror=alert(1)>"
    part = {**FORM["components"][0], "label": hostile, "description": hostile}
    text = {"type": "text", "id": "t", "text": f"{hostile} [x](javascript:alert(1))"}
    answered = preview(designer, {**FORM, "jc:title": hostile, "components": [part, text]})

    assert "<script>alert" not in answered.text
    assert "<img" not in answered.text
    assert 'href="javascript' not in answered.text


def test_context_that_is_no_object_is_no_data(designer: TestClient) -> None:
    for context in ("[1]", "x", "[" * 50_000, '{"a":' * 10_000):
        assert preview(designer, FORM, **{"jc-context": context}).status_code == 200
