"""A process, its form, table, posts, terms and scenario, in which every name is hostile."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

from tests.pages.designing import drawn

# Markup, script, quotes, Jinja, FEEL and Typst.
EVIL = (
    "<script>hurt()</script><img src=x onerror=hurt()>\"'&amp;{{ 7*7 }}{% raw %}${hurt()}"
    " #panic() javascript:hurt()"
)
LONG = EVIL + "长" * 2_500 + "W" * 2_500
# As long as a name may be, without a place to break it.
FULL = (EVIL + "W" * 200)[:200]
# What is drawn and never published: too long, and with a sign that turns what follows.
REFUSED = LONG + "\u202edne"
SEEN = "<script>hurt()</script><img src=x onerror=hurt()>"

_TASK = (
    '<bpmn:{tag} id="{id}" name={name} {more}><bpmn:extensionElements><camunda:properties>'
    '<camunda:property name="jc:name.en" value={name} />{properties}</camunda:properties>{inner}'
    "</bpmn:extensionElements></bpmn:{tag}>"
)
_PAPER = {
    "element": "first", "session_id": "= session_id", "paper": "opinion",
    "title": EVIL, "title_en": EVIL, "template": "paper",
}  # fmt: skip


def _task(tag: str, name: str, label: str, more: str, properties: str = "", inner: str = "") -> str:
    return _TASK.format(
        tag=tag, id=name, name=quoteattr(label), more=more, properties=properties, inner=inner
    )


def diagram(first: str) -> str:
    """The small process with hostile names, the first task called so.

    A table decides on the answer, which becomes a paper.
    """
    given = "".join(
        f'<camunda:inputParameter name="{name}">{escape(text)}</camunda:inputParameter>'
        for name, text in _PAPER.items()
    )
    done_by = 'camunda:formRef="small_form" camunda:candidateGroups="reviewer,planner"'
    begins = '<camunda:property name="jc:variables" value="session_id: number" />'
    basis = f'<camunda:property name="jc:basis" value={quoteattr(EVIL)} />'
    parts = [
        _task("startEvent", "begun", EVIL, "", begins),
        _task("userTask", "first", first, done_by, basis),
        _task(
            "businessRuleTask", "second", EVIL, 'camunda:decisionRef="hostile"'
            ' camunda:resultVariable="verdict"',
        ),
        _task(
            "serviceTask", "answered", EVIL,
            'camunda:type="external" camunda:topic="papers.file_answer"',
            inner=f"<camunda:inputOutput>{given}</camunda:inputOutput>",
        ),
        f'<bpmn:endEvent id="done" name={quoteattr(EVIL)} />',
    ]  # fmt: skip
    flows = "".join(
        f'<bpmn:sequenceFlow id="{name}" sourceRef="{source}" targetRef="{target}"'
        f" name={quoteattr(EVIL)} />"
        for name, source, target in (
            ("a", "begun", "first"), ("b", "first", "second"), ("c", "second", "answered"),
            ("e", "answered", "done"),
        )
    )  # fmt: skip
    documentation = f"<bpmn:documentation>{escape(EVIL)}</bpmn:documentation>"
    return drawn(
        '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions'
        ' xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"'
        ' xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="jc">'
        f'<bpmn:process id="small_review" name={quoteattr(EVIL)} isExecutable="true">'
        f"{documentation}{''.join(parts)}{flows}</bpmn:process></bpmn:definitions>"
    )


def form() -> str:
    """The form, all its texts hostile; the value of a choice too."""
    texts = {"label": EVIL, "description": EVIL, "properties": {"label.en": EVIL}}
    points = {"jc:variable": "points", "label.en": EVIL, "description.en": EVIL}
    return json.dumps(
        {
            "id": "small_form", "type": "default", "schemaVersion": 19,
            "jc:title": EVIL, "jc:title.en": EVIL,
            "components": [
                {"id": "f_text", "type": "text", "text": EVIL, "properties": {"text.en": EVIL}},
                {
                    **texts, "id": "f_points", "type": "number", "key": "points",
                    "properties": points, "validate": {"required": True},
                },
                {
                    **texts, "id": "f_one", "type": "select", "key": "one",
                    "values": [
                        {"value": EVIL, "label": EVIL}, {"value": "long", "label": LONG},
                    ],
                    "properties": {"label.en": EVIL, "values.long.en": EVIL},
                },
                {**texts, "id": "f_long", "type": "textfield", "key": "long", "label": LONG},
            ],
        },
        ensure_ascii=False,
    )  # fmt: skip


def decision() -> str:
    """A table whose name, columns, cells and remarks are hostile."""
    text = escape(json.dumps(EVIL, ensure_ascii=False))
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="t" name="t"'
        f' namespace="x"><decision id="hostile" name={quoteattr(EVIL)}>'
        f"<description>{escape(EVIL)}</description>"
        f'<decisionTable id="dt" hitPolicy="FIRST"><input id="i" label={quoteattr(EVIL)}>'
        '<inputExpression id="ie" typeRef="number"><text>points</text></inputExpression></input>'
        f'<output id="o" name="said" label={quoteattr(EVIL)} typeRef="string" />'
        '<annotation name="en"/>'
        f'<rule id="r"><description>{escape(EVIL)}</description>'
        '<inputEntry id="r1"><text>-</text></inputEntry>'
        f'<outputEntry id="r2"><text>{text}</text></outputEntry>'
        f"<annotationEntry><text>{escape(EVIL)}</text></annotationEntry></rule>"
        "</decisionTable></decision></definitions>"
    )


def posts() -> str:
    """The packaged posts; the reviewer's and a duty's names are hostile."""
    content = json.loads(Path("processes/base/posts.json").read_text("utf-8"))
    for one in (*content["posts"], *content["duties"][:1]):
        if one["key"] == "reviewer" or one is content["duties"][0]:
            one |= {"name": EVIL, "name_en": EVIL}
    return json.dumps(content, ensure_ascii=False)


def vocabulary() -> str:
    """Terms that put hostile words in the place of the product's."""
    terms: list[dict[str, Any]] = [{"zh": "审核", "zh_as": SEEN, "en": "office", "en_as": SEEN}]
    return json.dumps({"terms": terms, "keep": [SEEN]}, ensure_ascii=False)


SCENARIO = f"""
- name: {json.dumps(EVIL, ensure_ascii=False)}
  name_zh: {json.dumps(EVIL, ensure_ascii=False)}
  description: {json.dumps(EVIL, ensure_ascii=False)}
  world: opened
  start: {{session_id: 1}}
  steps:
    - do: first
      by: reviewer
      answer: {{points: 80}}
  passes: [first, second]
"""


def contents(first: str) -> dict[tuple[str, str], str]:
    """All of it, by kind and key; the first task of the process is called so."""
    papers = Path("processes/base/papers")
    return {
        ("process", "small_review"): diagram(first),
        ("form", "small_form"): form(),
        ("decision", "hostile"): decision(),
        ("posts", "posts"): posts(),
        ("vocabulary", "vocabulary"): vocabulary(),
        ("scenarios", "small_review"): SCENARIO,
        ("paper", "paper"): (papers / "paper.typ").read_text("utf-8"),
        ("paper", "lib"): (papers / "lib.typ").read_text("utf-8"),
    }
