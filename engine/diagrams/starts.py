"""What begins instances of a process: a person or the host, a message, a signal, a timer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from lxml import etree

from engine.diagrams.dialect import DialectReader, read_extensions
from engine.diagrams.vocabulary import B, event_definitions, local_name, strip_equals, text_of

_TIMERS = {"timeDate": "date", "timeDuration": "duration", "timeCycle": "cycle"}
_REFERENCES = {"message": "messageRef", "signal": "signalRef"}


@dataclass(frozen=True, slots=True)
class StartTrigger:
    """One way to begin a process.

    `kind` is none, message, signal or timer. `name` is the message or signal name; a timer has its
    `form` (date, duration, cycle) and `expression` instead. `element_id` goes to `choose_start`.
    `groups` are the posts that the process says may start it by hand.
    """

    process_id: str
    element_id: str
    kind: str
    name: str = ""
    form: str = ""
    expression: str = ""
    form_ref: str | None = None
    correlation_key: str | None = None
    result_variable: str | None = None
    groups: tuple[str, ...] = ()


def start_triggers(root: etree._Element) -> list[StartTrigger]:
    """List the start events of every process of a lowered diagram."""
    found: list[StartTrigger] = []
    for process in root.iterfind(B + "process"):
        for start in process.iterfind(B + "startEvent"):
            found.extend(_triggers(root, process, start))
    return found


def _triggers(
    root: etree._Element, process: etree._Element, start: etree._Element
) -> list[StartTrigger]:
    extensions = read_extensions(start)
    common: dict[str, Any] = {
        "form_ref": extensions.get("form_ref"),
        "correlation_key": extensions.get("correlation_key"),
        "result_variable": extensions.get("result_variable"),
    }
    process_id, element_id = process.get("id") or "", start.get("id") or ""
    definitions = event_definitions(start)
    if not definitions:
        groups = DialectReader(process).starter_groups()
        return [StartTrigger(process_id, element_id, "none", groups=groups, **common)]
    found = []
    for definition in definitions:
        kind = local_name(definition).removesuffix("EventDefinition")
        about = _timer(definition) if kind == "timer" else _named(root, definition, kind)
        found.append(StartTrigger(process_id, element_id, kind, **{**common, **about}))
    return found


def _timer(definition: etree._Element) -> dict[str, str]:
    for tag, form in _TIMERS.items():
        text = text_of(definition, tag)
        if text:
            return {"form": form, "expression": strip_equals(text)}
    return {}


def _named(root: etree._Element, definition: etree._Element, kind: str) -> dict[str, str]:
    wanted = definition.get(_REFERENCES[kind])
    for one in root.iterfind(B + kind):
        if one.get("id") == wanted:
            return {"name": one.get("name") or ""}
    return {}
