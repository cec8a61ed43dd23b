"""A process with a form of every field type, and the whole database as one value."""

import json
from functools import cache
from typing import Any

from sqlalchemy import inspect

from engine.database import Database
from engine.sources import Source

# Signing in is how the tests begin; it is looked at where it is the subject.
_LEFT_OUT = {"login", "sign_in_link"}

FIELDS: dict[str, dict[str, Any]] = {
    "line": {"type": "textfield"},
    "lines": {"type": "textarea"},
    "points": {"type": "number", "validate": {"min": 0, "max": 100}},
    "day": {"type": "datetime", "subtype": "date"},
    "hour": {"type": "datetime", "subtype": "time"},
    "moment": {"type": "datetime", "subtype": "datetime"},
    "one": {"type": "select", "values": [{"value": "a", "label": "甲"}]},
    "either": {"type": "radio", "values": [{"value": "a", "label": "甲"}]},
    "agreed": {"type": "checkbox"},
    "some": {"type": "checklist", "values": [{"value": "a", "label": "甲"}]},
    "file": {"type": "filepicker"},
}
LIST = "rows"

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="jc">
  <bpmn:process id="all_fields" name="各种字段" isExecutable="true">
    <bpmn:startEvent id="begun" name="开始"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="begun" targetRef="fill" />
    <bpmn:userTask id="fill" name="填写" camunda:formRef="all_fields_form"
        camunda:candidateGroups="reviewer">
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="b" sourceRef="fill" targetRef="done" />
    <bpmn:endEvent id="done" name="结束"><bpmn:incoming>b</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>
"""


def form(label: str = "标题") -> dict[str, Any]:
    """The form; `label` stands before every field."""
    parts: list[dict[str, Any]] = [
        {
            "id": f"f_{key}",
            "key": key,
            "label": f"{label}{key}",
            "properties": {"label.en": f"{label}{key}"},
            **more,
        }
        for key, more in FIELDS.items()
    ]
    rows = {
        "id": "f_rows",
        "type": "dynamiclist",
        "path": LIST,
        "key": LIST,
        "label": f"{label}{LIST}",
        "properties": {"label.en": f"{label}{LIST}"},
        "components": [
            {
                "id": "f_cell",
                "type": "number",
                "key": "cell",
                "label": f"{label}cell",
                "properties": {"label.en": f"{label}cell"},
            }
        ],
    }
    return {
        "id": "all_fields_form",
        "type": "default",
        "schemaVersion": 19,
        "jc:title": f"{label}各种字段",
        "jc:title.en": f"{label} all fields",
        "components": [*parts, rows],
    }


def sources() -> list[Source]:
    """The process and its form."""
    content = json.dumps(form(), ensure_ascii=False).encode()
    return [
        Source("process", "all_fields", DIAGRAM.encode()),
        Source("form", "all_fields_form", content),
    ]


def whole(database: Database) -> dict[str, list[str]]:
    """Every row of every table, whoever made the table."""
    with database.reader.connect() as connection:
        return {
            name: sorted(map(repr, connection.exec_driver_sql(f'SELECT * FROM "{name}"')))
            for name in _tables(database)
        }


@cache
def _tables(database: Database) -> list[str]:
    return [name for name in inspect(database.reader).get_table_names() if name not in _LEFT_OUT]
