"""Recording: a real instance becomes a scenario with invented people, played before it is offered.

Nothing is stored by writing and playing one; whoever wants it puts it into the draft of the
scenarios of its process, where it is edited and published like any other.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from pathlib import Path
from typing import Any

import yaml
from sqlmodel import Session

from appraisal.calendar import local_date
from engine.bundles import Name, hash_of, members_of
from engine.drafts import Draft
from engine.errors import EngineError, UnknownDefinition
from engine.expressions import Facts, Names
from engine.history import HistoryKind, add_history, history_row
from engine.instance_rows import read_head
from engine.instances import ProcessInstance
from engine.runtime import ProcessEngine
from engine.script_engine import as_key
from engine.sources import BUNDLED_KINDS, SCENARIOS
from engine.yaml_texts import read_yaml
from forms import FormDefinition
from tasks.definition_drafts import keep_draft
from tasks.form_library import FormLibrary
from tasks.invented_values import Inventor
from tasks.known_words import words_of
from tasks.recorded_past import Past, Visit, read_past
from tasks.recorded_scenarios import ScenarioWriter
from tasks.recorded_states import age_day, real_names
from tasks.scenario_differences import Words
from tasks.scenario_drafts import contents_for, members_with_drafts, own_scenarios
from tasks.scenario_names import ElementNames
from tasks.scenario_outcomes import Outcome
from tasks.scenarios import Scenario

LONGEST_NAME = 120
MOST_TEXT = 500_000
_TOLD_APART = frozenset({"userTask", "serviceTask", "businessRuleTask", "callActivity"})

Play = Callable[[Mapping[Name, bytes], Sequence[Scenario]], list[Outcome]]
"""Plays scenarios with definitions that need not be published."""


class CannotRecord(EngineError):
    """An instance cannot be recorded; the message says why in both languages."""

    def __init__(self, problem: str, problem_en: str) -> None:
        super().__init__(problem_en)
        self.problem, self.problem_en = problem, problem_en


@dataclass(frozen=True)
class Written:
    """A scenario as it was written, and what it is held against when it was played."""

    scenario: Scenario
    contents: Mapping[Name, bytes] = field(repr=False)
    past: Past = field(repr=False)
    names: ElementNames = field(repr=False)
    types: Mapping[str, str] = field(repr=False)
    changed: bool = False
    shredded: bool = False


@dataclass(frozen=True)
class Recording:
    """A scenario that was recorded and played.

    `departures` say in Chinese and English where playing it leaves the way that the instance took;
    none: it goes the same way.
    """

    scope: str
    key: str
    name: str
    content: Mapping[str, Any] = field(repr=False)
    departures: Sequence[Words] = ()

    @property
    def reproduces(self) -> bool:
        """Whether it goes the way that the instance took."""
        return not self.departures

    @property
    def text(self) -> str:
        """The scenario as YAML, as it will stand in the draft."""
        return _dumped([self.content])


def record(
    reading: Callable[[], Any],
    engine: ProcessEngine,
    forms: FormLibrary,
    play: Play,
    instance_id: Any,
    scope: str,
    name: str = "",
) -> Recording:
    """Write the scenario of an instance and play it, with no transaction open meanwhile.

    `reading` opens a session. Without a `name` it gets one that is free in the scope.

    Raises:
        CannotRecord: The scope has no such process, or too much happened.
    """
    with reading() as db:
        written = write_scenario(db, engine, forms, instance_id, scope, name)
    outcome = play(written.contents, [written.scenario])[0]
    return judged(written, outcome, scope)


def write_scenario(
    db: Session,
    engine: ProcessEngine,
    forms: FormLibrary,
    instance_id: Any,
    scope: str,
    name: str,
) -> Written:
    """Write the scenario of an instance for a scope; see `record`."""
    instance = db.get_one(ProcessInstance, instance_id)
    process = engine.definitions.process(instance.bundle_id, instance.process_id)
    members = members_with_drafts(db, scope)
    contents = contents_for(members, scope)
    key = _owner(contents, instance.process_id)
    past = read_past(db, process, instance)
    stored = {
        (one.kind, one.key): one.content
        for one in members_of(db, instance.bundle_id, BUNDLED_KINDS)
    }
    names = real_names(db, instance.tenant)
    inventor = Inventor(words_of(stored) | words_of(contents), names, age_day(db, past))
    writer = ScenarioWriter(db, past, inventor, partial(_form, db, forms), _Keys(db, engine, past))
    elements = process.elements_by_process[instance.process_id]
    title = _free_name(db, scope, key, inventor, name or _proposed(past, key))
    content = writer.content(title, {**stored, **contents})
    if key != instance.process_id:
        content["process"] = instance.process_id
    return Written(
        Scenario(instance.process_id, title, content, _path(scope, key)),
        contents,
        past,
        ElementNames(elements),
        {one.id: one.type for one in elements.values()},
        hash_of(stored.get(("process", key), b"")) != hash_of(contents["process", key]),
        writer.shredded,
    )


def judged(written: Written, outcome: Outcome, scope: str) -> Recording:
    """Hold how a scenario went against what the instance did."""
    content = dict(written.scenario.content)
    departures = list(_departures(written, outcome))
    if departures:
        content["passes"] = _in_order(written)
    else:
        content["path"] = list(outcome.path)
    if len(_dumped([content])) > MOST_TEXT:
        raise CannotRecord(
            "这个实例经过的内容太多,写不成一个场景。", "Too much happened in it for one scenario."
        )
    return Recording(scope, written.scenario.key, written.scenario.name, content, tuple(departures))


def keep_recording(db: Session, recording: Recording, *, actor: str, now: datetime) -> Draft | None:
    """Put a recording into the draft of its scope's scenarios, behind what is there.

    None: the same recording is there already.

    Raises:
        DraftHeld: Somebody else is editing them.
        DraftRefused: What is there cannot be read.
    """
    scope, key = recording.scope, recording.key
    own = own_scenarios(db, scope, key)
    found = read_yaml(own.text) if own.text.strip() else []
    entries = found if isinstance(found, list) else []
    if any(_but_name(one) == _but_name(recording.content) for one in entries):
        return None
    # Kept as it was written, with comments; only the new one is added.
    text = own.text.rstrip("\n") + "\n" if entries else ""
    text += _dumped([{**recording.content, "name": _unused(entries, recording.name)}])
    return keep_draft(
        db, scope, SCENARIOS, key, text.encode(),
        expected=own.revision, actor=actor, now=now,
    )  # fmt: skip


def note_recording(
    db: Session, recording: Recording, instance_id: Any, *, actor: str, now: datetime
) -> None:
    """Tell in the instance's history who made a scenario of it, and where it belongs."""
    details = {
        "scope": recording.scope,
        "scenarios": recording.key,
        "name": recording.name,
        "reproduces": recording.reproduces,
    }
    row = history_row(instance_id, now, HistoryKind.RECORDED, actor=actor, details=details)
    add_history(db.connection(), [row])


def _departures(written: Written, outcome: Outcome) -> Iterator[Words]:
    found = list(_differences(written, outcome))
    yield from found
    if found and written.changed:
        yield (
            "流程的定义在这个实例开始之后改过,或者所选范围的定义与它不同。",
            "The definition was changed after this instance began, or differs in this scope.",
        )
    if found and written.shredded:
        yield (
            "有人的个人数据已按规定销毁,其填写的内容读不出来。",
            "Personal data of somebody was destroyed as the rules want: answers are unreadable.",
        )


def _differences(written: Written, outcome: Outcome) -> Iterator[Words]:
    if outcome.problem:
        yield outcome.problem, outcome.problem_en
    taken = Counter(outcome.path)
    seen: Counter[str] = Counter()
    before = ""
    for element in written.past.noted:
        seen[element] += element != before
        before = element
        if seen[element] > taken[element]:
            zh, en = written.names.of(element)
            yield f"没有走到“{zh}”,或次数不够。", f"It does not come to “{en}”, or not as often."
            break
    been = [*written.past.left, *(str(one.began.element_id) for one in written.past.calls)]
    if missing := next((one for one in been if one not in taken), None):
        zh, en = written.names.of(missing)
        yield f"没有经过“{zh}”。", f"It does not pass “{en}”."
    known = {*been, *written.past.noted, *_entered(written.past)}
    for element in outcome.path:
        if element not in known and written.types.get(element) in _TOLD_APART:
            zh, en = written.names.of(element)
            yield f"多走了“{zh}”。", f"It goes through “{en}”, too."
            break


def _entered(past: Past) -> Iterator[str]:
    for visit in past.of_kind(HistoryKind.ENTERED):
        yield str(visit.row.element_id)


def _in_order(written: Written) -> list[str]:
    """What people did, in order: what a scenario that departs still is to come to."""
    done = written.past.of_kind(HistoryKind.COMPLETED)
    return [str(one.row.element_id) for one in done if one.info is not None]


class _Keys:
    """Finds the correlation keys under which an instance waited."""

    def __init__(self, db: Session, engine: ProcessEngine, past: Past) -> None:
        self.engine = engine
        head = read_head(past.instance)
        providers = engine.facts
        self.facts = Facts({name: partial(providers[name], db, head) for name in providers})

    def __call__(self, visit: Visit) -> str | None:
        """Give the key of a message that arrived, None for the instance's own."""
        expression = None if visit.event is None else visit.event.extensions.get("correlation_key")
        if expression is None:
            return None
        try:
            found = self.engine.expressions.evaluate(expression, Names(visit.names, self.facts))
        except EngineError:
            return None
        return None if found is None else as_key(found)


def _form(db: Session, forms: FormLibrary, bundle_id: str, form_id: str) -> FormDefinition | None:
    try:
        return forms.form(db, bundle_id, form_id)
    except UnknownDefinition:
        return None


def _owner(contents: Mapping[Name, bytes], process_id: str) -> str:
    """Find the definition that a process lies in."""
    if ("process", process_id) in contents:
        return process_id
    wanted = f'id="{process_id}"'.encode()
    for (kind, key), content in sorted(contents.items()):
        if kind == "process" and wanted in content:
            return key
    raise CannotRecord(
        f"所选范围没有流程“{process_id}”。", f"There is no process “{process_id}” in this scope."
    )


def _proposed(past: Past, key: str) -> str:
    return f"录自 {key} {local_date(past.instance.started_at)}"


def _free_name(db: Session, scope: str, key: str, inventor: Inventor, wanted: str) -> str:
    # A name that somebody gave it may name a person, too.
    safe = wanted.strip()[:LONGEST_NAME]
    found = read_yaml(own_scenarios(db, scope, key).text or "[]")
    return _unused(found if isinstance(found, list) else [], inventor.unnamed(safe))


def _but_name(entry: Any) -> Any:
    if not isinstance(entry, Mapping):
        return entry
    # As YAML will read it.
    plain = read_yaml(_dumped([entry]))[0]
    return {key: value for key, value in plain.items() if key != "name"}


def _unused(entries: Sequence[Any], wanted: str) -> str:
    taken = {str(one.get("name")) for one in entries if isinstance(one, Mapping)}
    numbered = (wanted if n == 1 else f"{wanted} ({n})" for n in range(1, len(taken) + 2))
    return next(one for one in numbered if one not in taken)


def _path(scope: str, key: str) -> Path:
    return Path(scope.replace(":", "/")) / key / "scenarios.yaml"


def _dumped(entries: Sequence[Mapping[str, Any]]) -> str:
    return yaml.safe_dump(
        list(entries), allow_unicode=True, sort_keys=False, width=100, default_flow_style=None
    )
