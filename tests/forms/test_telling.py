"""An answer told as text: labels and values as people read them."""

from engine.feel import compile_expression
from forms import parse_form
from forms.telling import ToldList

FORM = {
    "type": "default",
    "id": "check",
    "schemaVersion": 19,
    "jc:title": "检查",
    "jc:title.en": "Check",
    "components": [
        {"type": "text", "id": "t", "text": "说明", "properties": {"text.en": "Note"}},
        {
            "type": "radio",
            "id": "f_ok",
            "key": "ok",
            "label": "结论",
            "properties": {
                "label.en": "Conclusion",
                "values.yes.en": "Good",
                "values.no.en": "Bad",
            },
            "values": [{"value": "yes", "label": "合格"}, {"value": "no", "label": "不合格"}],
        },
        {
            "type": "textfield",
            "id": "f_why",
            "key": "why",
            "label": "原因",
            "properties": {"label.en": "Reason"},
            "conditional": {"hide": '=ok != "no"'},
        },
        {
            "type": "dynamiclist",
            "id": "l_rows",
            "path": "rows",
            "label": "器具",
            "properties": {"label.en": "Tools"},
            "components": [
                {
                    "type": "textfield",
                    "id": "r_name",
                    "key": "name",
                    "label": "名称",
                    "properties": {"label.en": "Name"},
                },
                {
                    "type": "checkbox",
                    "id": "r_sound",
                    "key": "sound",
                    "label": "完好",
                    "properties": {"label.en": "Sound"},
                },
            ],
        },
    ],
}


def test_labels_and_values_are_told_in_both_languages() -> None:
    form = parse_form(FORM, compile_expression=compile_expression)
    answer = {"ok": "no", "why": "破损", "rows": [{"name": "验电器", "sound": True}]}

    told = form.tell(answer)

    assert told.facts == (("结论", "不合格"), ("原因", "破损"))
    assert told.lists == (ToldList("器具", ("名称", "完好"), (("验电器", "是"),)),)
    assert form.tell(answer, language="en").facts == (("Conclusion", "Bad"), ("Reason", "破损"))


def test_what_was_hidden_is_left_out() -> None:
    form = parse_form(FORM, compile_expression=compile_expression)

    assert form.tell({"ok": "yes", "rows": []}).facts == (("结论", "合格"),)
