"""What the product tells of the variables that it gives to processes."""

import json

from engine.feel.checking import ANYTHING, BOOLEAN, NUMBER, STRING, context_of, list_of, one_of
from engine.service_tasks import ServiceTasks
from tasks.known_variables import form_variables, host_knowledge

FORM = {
    "type": "default",
    "id": "f",
    "jc:title": "表",
    "components": [
        {
            "type": "radio",
            "key": "verdict",
            "label": "结论",
            "values": [{"value": "pass", "label": "过"}, {"value": "fail", "label": "不过"}],
            "properties": {"jc:variable": "verdict"},
        },
        {
            "type": "select",
            "key": "room",
            "label": "考场",
            "valuesKey": "rooms",
            "properties": {"jc:variable": "room"},
        },
        {
            "type": "number",
            "key": "points",
            "label": "分数",
            "properties": {"jc:variable": "points"},
        },
        {
            "type": "checkbox",
            "key": "agreed",
            "label": "同意",
            "properties": {"jc:variable": "agreed"},
        },
        {"type": "textfield", "key": "remark", "label": "备注"},
        {
            "type": "dynamiclist",
            "path": "rows",
            "label": "行",
            "properties": {"jc:variable": "rows"},
            "components": [{"type": "textfield", "key": "item", "label": "项"}],
        },
    ],
}


def test_form_tells_its_variables_and_their_kinds() -> None:
    assert form_variables(json.dumps(FORM).encode()) == {
        "verdict": one_of(["pass", "fail"]),
        "room": ANYTHING,
        "points": NUMBER,
        "agreed": BOOLEAN,
        "rows": list_of(context_of({"item": STRING}, open=True)),
    }


def test_broken_form_tells_nothing() -> None:
    assert form_variables(b'{"components": 1}') == {}


def test_service_tasks_tell_what_they_declare() -> None:
    tasks = ServiceTasks("x")

    @tasks.register(gives="passed: boolean")
    def grade(db: object) -> dict[str, bool]:
        return {"passed": db is None}

    @tasks.register
    def note(db: object) -> None:
        """Return nothing."""

    @tasks.register
    def guess(db: object) -> dict[str, object]:
        return {"db": db}

    assert host_knowledge(tasks).service_tasks == {
        "x.grade": context_of({"passed": BOOLEAN}),
        "x.note": context_of({}),
    }
