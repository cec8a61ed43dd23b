"""What of forms and papers is said in other terms, and what stays."""

import json

from engine.terms import PLAIN, Terms
from tasks.form_library import form_in
from tasks.paper_terms import ENTERED, paper_in

TERMS = Terms(zh=(("鉴定", "认定"),), en=(("appraisal", "recognition"),))


def test_texts_of_forms_are_said_and_keys_values_and_expressions_stay() -> None:
    form = {
        "id": "鉴定",
        "jc:title": "鉴定方案",
        "jc:title.en": "Appraisal scheme",
        "components": [
            {
                "key": "鉴定",
                "type": "radio",
                "label": "鉴定类型",
                "properties": {"label.en": "Kind of appraisal", "jc:bind": "鉴定"},
                "values": [{"value": "鉴定", "label": "鉴定"}],
                "conditional": {"hide": '=kind = "鉴定"'},
            },
            {"type": "text", "text": "{{鉴定}}的鉴定"},
            {"type": "text", "text": '="鉴定"'},
        ],
    }

    said = json.loads(form_in(TERMS, json.dumps(form).encode()))

    assert said == {
        "id": "鉴定",
        "jc:title": "认定方案",
        "jc:title.en": "Recognition scheme",
        "components": [
            {
                "key": "鉴定",
                "type": "radio",
                "label": "认定类型",
                "properties": {"label.en": "Kind of recognition", "jc:bind": "鉴定"},
                "values": [{"value": "鉴定", "label": "认定"}],
                "conditional": {"hide": '=kind = "鉴定"'},
            },
            {"type": "text", "text": "{{鉴定}}的认定"},
            {"type": "text", "text": '="鉴定"'},
        ],
    }
    assert form_in(PLAIN, b"{}") == b"{}"


def test_words_of_papers_are_said_and_data_stay() -> None:
    data = {
        "subtitle": "鉴定公告(1号)",
        "sections": [
            {
                "heading": "鉴定员",
                "facts": [["鉴定类型", "职业技能鉴定"]],
                "tables": [{"title": "鉴定项目", "head": ["鉴定"], "rows": [["鉴定"]]}],
                "notes": ["不计入鉴定成绩。"],
                "signatures": [["鉴定人", "张鉴定"]],
            },
            {ENTERED: True, "paragraphs": ["申请人写的鉴定"], "facts": [["鉴定", "鉴定"]]},
        ],
    }

    assert paper_in(TERMS, data) == {
        "subtitle": "鉴定公告(1号)",
        "sections": [
            {
                "heading": "鉴定员",
                "facts": [["认定类型", "职业技能鉴定"]],
                "tables": [{"title": "认定项目", "head": ["认定"], "rows": [["鉴定"]]}],
                "notes": ["不计入认定成绩。"],
                "signatures": [["认定人", "张鉴定"]],
            },
            {ENTERED: True, "paragraphs": ["申请人写的鉴定"], "facts": [["认定", "鉴定"]]},
        ],
    }
