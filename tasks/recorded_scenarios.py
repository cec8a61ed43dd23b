"""The scenario that plays an instance again: written from what it did, with nobody real in it."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlmodel import Session

from appraisal.calendar import LOCAL
from engine.bundles import Name
from engine.history import HistoryKind
from engine.instances import InstanceStatus
from engine.user_tasks import UserTask
from forms import FormDefinition
from forms.components import DynamicList, Field
from tasks.invented_values import Inventor
from tasks.known_words import names_in
from tasks.recorded_past import Call, Past, Visit
from tasks.recorded_states import StateReader, sign_in_name

WORLD = "recorded"
MOST_DATA = 20
# What is done in one go is told without a moment of its own.
_AT_ONCE = timedelta(minutes=1)
_ENDED = (InstanceStatus.COMPLETED, InstanceStatus.CANCELLED, InstanceStatus.FAILED)
# These say what facts and tables read later, so that they do their work.
_REAL = frozenset({"supplements.take"})

FormOf = Callable[[str, str], FormDefinition | None]
KeyOf = Callable[[Visit], str | None]


class ScenarioWriter:
    """Writes the scenario of one instance.

    `form_of` finds a form by bundle and id, `key_of` the correlation key under which an
    instance waited for a message, None for its business key.
    """

    def __init__(
        self, db: Session, past: Past, inventor: Inventor, form_of: FormOf, key_of: KeyOf
    ) -> None:
        self.past, self.inventor, self.form_of, self.key_of = past, inventor, form_of, key_of
        # First of all, since it tells the inventor whose birth date is whose.
        self.given = StateReader(db, past, inventor).given()
        self.shredded = False
        self.contents: Mapping[Name, bytes] = {}
        self.mentioned: frozenset[str] = frozenset()
        self.awaited: dict[int | None, Call] = {}

    def content(self, name: str, contents: Mapping[Name, bytes]) -> dict[str, Any]:
        """Write it, keeping of what called processes gave only what the definitions use."""
        past, value = self.past, self.inventor.value
        self.contents = contents
        self.mentioned = names_in(contents, past.instance.process_id, ("form", "decision"))
        left_out = self._left_out()
        self.awaited = {
            call.ended.seq: call
            for call in past.calls
            if call.ended is not None and left_out[call.process_id] == "wait"
        }
        written: dict[str, Any] = {
            "name": name,
            "world": WORLD,
            "at": _written(past.instance.started_at),
            "given": self.given,
            "event": past.start_event,
            "payload": value(past.payload) if past.payload else None,
            "start": value(past.variables),
            "leave_out": left_out,
            "results": self._results(),
            "steps": list(self._steps()),
            "status": past.instance.status,
            "data": self._data(),
        }
        return {key: one for key, one in written.items() if one not in (None, {}, [], "")}

    def _left_out(self) -> dict[str, Any]:
        """What stands for each called process: what it gave at once, or that it is waited for."""
        found: dict[str, Any] = {}
        for call in self.past.calls:
            given = self._given_by(call) if call.at_once else "wait"
            known = found.setdefault(call.process_id, given)
            if known != given:
                found[call.process_id] = "wait"
        return found

    def _given_by(self, call: Call) -> dict[str, Any]:
        """What a called process gave, without what others wrote beside it."""
        names = self.mentioned
        if ("process", call.process_id) in self.contents:
            kinds = ("process", "form", "decision")
            names &= names_in(self.contents, call.process_id, kinds)
        return {k: self.inventor.value(v) for k, v in call.given.items() if k in names}

    def _results(self) -> dict[str, list[Any]]:
        found: dict[str, list[Any]] = {}
        for visit in self.past.of_kind(HistoryKind.CALLED):
            topic = (visit.row.details or {}).get("topic")
            if visit.info is not None and topic not in _REAL:
                found.setdefault(visit.info.id, []).append(self.inventor.value(visit.given))
        return {element: _shortened(given) for element, given in found.items()}

    def _steps(self) -> Iterator[dict[str, Any]]:
        now, fired = self.past.instance.started_at, False
        own = _sent_to_itself(self.past)
        for visit in self.past.visits:
            kind, at = visit.row.kind, visit.row.at
            fired = fired or kind == HistoryKind.TIMER
            step = self._step(visit, own)
            if step is None:
                continue
            if fired or at - now >= _AT_ONCE:
                yield {"until": _written(at)}
                now, fired = at, False
            yield step
        if fired:
            yield {"until": _written(self._last())}

    def _last(self) -> datetime:
        timers = [one.row.at for one in self.past.of_kind(HistoryKind.TIMER)]
        return max(timers)

    def _step(self, visit: Visit, own: list[str]) -> dict[str, Any] | None:
        row, details = visit.row, visit.row.details or {}
        if row.seq in self.awaited:
            return self._over(self.awaited[row.seq])
        if row.kind == HistoryKind.COMPLETED and visit.info is not None:
            return self._done(visit)
        if row.kind == HistoryKind.MESSAGE:
            if details["name"] in own:
                own.remove(details["name"])
                return None
            return self._message(visit, str(details["name"]))
        if row.kind == HistoryKind.SIGNAL and not details.get("thrown"):
            given = self.inventor.value(visit.given)
            return {"signal": details["name"], **({"payload": given} if given else {})}
        if row.kind == HistoryKind.CANCELLED:
            return {"cancel": self.inventor.text(str(details.get("reason") or "取消"))}
        return None

    def _over(self, call: Call) -> dict[str, Any]:
        step: dict[str, Any] = {"message": f"left_out.{call.process_id}"}
        given = self._given_by(call)
        return {**step, **({"payload": given} if given else {})}

    def _message(self, visit: Visit, name: str) -> dict[str, Any]:
        key = self.key_of(visit)
        step: dict[str, Any] = {"message": name}
        if key is not None and key != self.past.instance.business_key:
            step["key"] = self.inventor.text(key)
        if given := self.inventor.value(visit.given):
            step["payload"] = given
        return step

    def _done(self, visit: Visit) -> dict[str, Any]:
        row = visit.row
        assert visit.info is not None
        step: dict[str, Any] = {"do": visit.info.id}
        if row.actor and row.actor.isdigit():
            step["by"] = sign_in_name(int(row.actor))
        answer = self.past.answers.get(row.task_id, {})
        if answer is None:
            self.shredded = True
        user_task = self.past.user_tasks.get(row.task_id)
        form = None if user_task is None else self._form(user_task)
        given = self._answer(answer or {}, form)
        return {**step, **({"answer": given} if given else {})}

    def _form(self, user_task: UserTask) -> FormDefinition | None:
        if not user_task.form_ref:
            return None
        # A form can be migrated alone.
        bundle_id = user_task.form_bundle_id or self.past.instance.bundle_id
        return self.form_of(bundle_id, user_task.form_ref)

    def _answer(self, answer: Mapping[str, Any], form: FormDefinition | None) -> dict[str, Any]:
        if form is None:
            return {}
        fields = {one.key: one for one in form.fields}
        lists = {one.key: one for one in form.lists}
        found: dict[str, Any] = {}
        for key, value in answer.items():
            if key in fields:
                given = self._field(fields[key], value)
            elif key in lists:
                given = self._rows(lists[key], value)
            else:
                continue
            if given is not None:
                found[key] = given
        return found

    def _rows(self, part: DynamicList, value: Any) -> list[dict[str, Any]]:
        cells = {one.key: one for one in part.fields}
        rows = value if isinstance(value, list) else []
        return [
            {
                key: given
                for key, one in row.items()
                if key in cells and (given := self._field(cells[key], one)) is not None
            }
            for row in rows
            if isinstance(row, Mapping)
        ]

    def _field(self, part: Field, value: Any) -> Any:
        if part.from_context or value is None:
            return None
        if part.type == "filepicker":
            return [self._file(one) for one in value if isinstance(one, Mapping)]
        if part.type == "datetime" or not isinstance(value, str):
            return self.inventor.value(value)
        # An option is a word of the form or of what was offered; what was typed may be anything.
        typed = part.type in ("textfield", "textarea")
        return self.inventor.text(value, personal=typed and not _is_plain(value))

    def _file(self, value: Mapping[str, Any]) -> dict[str, str]:
        # The end of a name says what kind of file it is; the rest may name somebody.
        _, dot, ending = str(value.get("name") or "").rpartition(".")
        safe = dot and re.fullmatch(r"[A-Za-z0-9]{1,5}", ending)
        return {"file": f"示例文件.{ending.lower()}" if safe else "示例文件"}

    def _data(self) -> dict[str, Any]:
        """What is expected of the end: rows that decided, and outcomes that are plain words."""
        if self.past.instance.status not in _ENDED:
            return {}
        found: dict[str, Any] = {}
        for name, value in self.past.data.items():
            new = name not in self.past.variables
            decided = name.endswith("_rows") and name.removesuffix("_rows") in self.mentioned
            rows = decided and isinstance(value, list)
            plain = isinstance(value, bool | int | float | str)
            if name not in self.mentioned and not rows:
                continue
            if new and (rows or plain) and self.inventor.value(value) == value:
                found[name] = value
        return dict(list(found.items())[:MOST_DATA])


def _is_plain(text: str) -> bool:
    """Whether a typed text is a number or a moment, and no words."""
    return not any(sign.isalpha() for sign in text)


def _shortened(given: list[Any]) -> list[Any]:
    """Leave the repeats at the end out, since the last result holds on."""
    while len(given) > 1 and given[-1] == given[-2]:
        given.pop()
    return given


def _sent_to_itself(past: Past) -> list[str]:
    """Names of messages that the instance sent under its own key: they arrive by themselves."""
    return [
        str(details["name"])
        for visit in past.of_kind(HistoryKind.MESSAGE_SENT)
        if (details := visit.row.details or {}).get("key") == past.instance.business_key
    ]


def _written(at: datetime) -> str:
    # Rounded up, so that what was due at that second has fired.
    whole = at.replace(microsecond=0)
    return (whole if whole == at else whole + timedelta(seconds=1)).astimezone(LOCAL).isoformat()
