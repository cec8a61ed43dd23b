"""Scenarios as definitions: read from YAML, checked, and merged along a chain of scopes."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any, Protocol

from engine.draft_contents import DraftRefused, check_content
from engine.findings import Finding
from engine.sources import SCENARIOS
from engine.yaml_texts import read_yaml
from tasks.scenarios import Scenario
from tasks.worlds import import_worlds, world_names

MOST_SCENARIOS = 500
MOST_STEPS = 500
MOST_TIMES = 1000
_VERBS = ("do", "refuse", "message", "signal", "advance", "until", "cancel")
_LISTS = ("steps", "path", "passes", "visits")
_CONTEXTS = ("given", "start", "payload", "leave_out", "results", "data", "facts")
_OTHERS = ("name", "name_zh", "world", "process", "event", "at", "status", "removed", "description")
_KNOWN = frozenset((*_LISTS, *_CONTEXTS, *_OTHERS))


def check_scenarios(key: str, content: bytes) -> list[Finding]:
    """Say what is wrong with the scenarios of a process."""
    try:
        check_content(SCENARIOS, key, content)
    except DraftRefused as error:
        return list(error.findings)
    found = read_yaml(content)
    if not isinstance(found, list) or len(found) > MOST_SCENARIOS:
        zh = f"最外层应是场景的列表,最多 {MOST_SCENARIOS} 个"
        return [_bad("", zh, f"This is a list of scenarios, {MOST_SCENARIOS} at most")]
    import_worlds()
    findings = [one for scenario in found for one in _check(scenario)]
    names = [one["name"] for one in found if isinstance(one, Mapping) and "name" in one]
    for name in sorted({str(one) for one in names if names.count(one) > 1}):
        findings.append(
            Finding(
                "scenario_twice",
                f"有两个场景都叫“{name}”。",
                f"Two scenarios are called “{name}”.",
                element_name=name,
            )
        )
    return findings


def _check(scenario: Any) -> Iterator[Finding]:
    if isinstance(scenario, Mapping) and "inherit" in scenario:
        yield from _check_inherit(scenario)
        return
    if not isinstance(scenario, Mapping) or not str(scenario.get("name") or "").strip():
        yield _bad("", "每个场景都要有名称", "Each scenario needs a name")
        return
    name = str(scenario["name"])[:200]
    yield from _check_members(name, scenario)
    if scenario.get("removed"):
        return
    if str(scenario.get("world")) not in world_names():
        world = scenario.get("world")
        yield _bad(name, f"没有初始状态“{world}”", f"There is no given state “{world}”")
    if isinstance(scenario.get("steps") or [], list):
        yield from _check_steps(name, scenario.get("steps") or [])


def _check_inherit(entry: Mapping[str, Any]) -> Iterator[Finding]:
    said = entry["inherit"]
    known = isinstance(said, Mapping) and isinstance(said.get("leave_out"), Mapping)
    if not known or set(entry) != {"inherit"} or set(said) != {"leave_out"}:
        zh = "inherit 只写 leave_out,不和别的写在一起"
        yield _bad("", zh, "An entry `inherit` has leave_out, and nothing else")


def _check_members(name: str, scenario: Mapping[str, Any]) -> Iterator[Finding]:
    for wrong in sorted(map(str, set(scenario) - _KNOWN)):
        yield _bad(name, f"没有“{wrong}”这一项", f"There is no member “{wrong}”")
    for member in _LISTS:
        if not isinstance(scenario.get(member) or [], list):
            yield _bad(name, f"{member} 应是列表", f"{member} is a list")
    for member in _CONTEXTS:
        if not isinstance(scenario.get(member) or {}, Mapping):
            yield _bad(name, f"{member} 应是“名称: 值”", f"{member} has names and values")


def _check_steps(name: str, steps: Sequence[Any]) -> Iterator[Finding]:
    if len(steps) > MOST_STEPS:
        yield _bad(name, f"步骤超过 {MOST_STEPS} 个", f"There are more than {MOST_STEPS} steps")
    for number, step in enumerate(steps, 1):
        verbs = [verb for verb in _VERBS if isinstance(step, Mapping) and verb in step]
        if len(verbs) != 1:
            said = ", ".join(_VERBS)
            yield _bad(
                name, f"第 {number} 步应有 {said} 之一", f"Step {number} needs one of {said}"
            )
        elif not str(step.get("times", 1)).isdigit() or int(step.get("times", 1)) > MOST_TIMES:
            yield _bad(
                name,
                f"第 {number} 步的 times 应是 1 到 {MOST_TIMES}",
                f"In step {number}, times is a number up to {MOST_TIMES}",
            )


def _bad(name: str, zh: str, en: str) -> Finding:
    about_zh, about_en = (f"场景“{name}”:", f"Scenario “{name}”: ") if name else ("", "")
    return Finding("bad_scenario", f"{about_zh}{zh}。", f"{about_en}{en}.", element_name=name)


def read_scenarios(key: str, content: bytes, scope: str = "base") -> list[Scenario]:
    """Read the scenarios of a process that were checked; removed ones are among them.

    Raises:
        DraftRefused: The YAML cannot be read, or has aliases or too many levels.
    """
    path = Path(scope.replace(":", "/")) / key / "scenarios.yaml"
    return [
        Scenario(str(one.get("process") or key), str(one["name"]), one, path)
        for one in _entries(key, content)
        if one.get("name")
    ]


# Every chain of scopes has the base's; reading them took longer than all else of a gate.
@lru_cache(maxsize=1024)
def _entries(key: str, content: bytes) -> tuple[Mapping[str, Any], ...]:
    check_content(SCENARIOS, key, content)
    # A draft may hold any YAML; what is no scenario is the check's to tell.
    found = read_yaml(content)
    return (
        tuple(one for one in found if isinstance(one, Mapping)) if isinstance(found, list) else ()
    )


def load_scenarios(*folders: Path) -> list[Scenario]:
    """Read every `scenarios.yaml` below the folders, however they are laid out."""
    paths = [path for folder in folders for path in sorted(folder.rglob("scenarios.yaml"))]
    found = [one for path in paths for one in read_scenarios(path.parent.name, path.read_bytes())]
    return [one for one in found if not one.content.get("removed")]


class Defined(Protocol):
    """A definition of a scope, published or as it lies in a folder."""

    @property
    def kind(self) -> str:
        """What it is."""

    @property
    def key(self) -> str:
        """The name it has in its kind."""

    @property
    def scope(self) -> str:
        """Whose it is."""

    @property
    def content(self) -> bytes:
        """Its source."""


def scenarios_beside(chain: Sequence[str], members: Sequence[Defined]) -> list[Scenario]:
    """Give those scenarios of a chain whose process has some in the innermost scope."""
    own = {one.key for one in members if (one.kind, one.scope) == (SCENARIOS, chain[-1])}
    return [one for one in scenarios_of(chain, members) if one.key in own]


def scenarios_of(chain: Sequence[str], members: Iterable[Defined]) -> list[Scenario]:
    """Give the scenarios that hold for a chain: an inner scope's replace the outer's by name.

    One that says `removed: true` only takes the outer one away. An entry without a name,
    `inherit: {leave_out: …}`, adds to what the outer ones leave out. What cannot be read is left
    out: the check has told of it.
    """
    wanted = [one for one in members if one.kind == SCENARIOS and one.scope in chain]
    found: dict[tuple[str, str], Scenario] = {}
    for member in sorted(wanted, key=lambda one: chain.index(one.scope)):
        try:
            own = read_scenarios(member.key, member.content, member.scope)
        except DraftRefused:
            continue
        found.update(_left_out(member, found))
        found.update({(member.key, one.name): one for one in own})
    return [one for _, one in sorted(found.items()) if not one.content.get("removed")]


def _left_out(
    member: Defined, outer: Mapping[tuple[str, str], Scenario]
) -> dict[tuple[str, str], Scenario]:
    """Give the outer scenarios of the same process with what this scope has them leave out."""
    more: dict[str, Any] = {}
    for entry in _entries(member.key, member.content):
        said = entry.get("inherit")
        left_out = said.get("leave_out") if isinstance(said, Mapping) else None
        more |= left_out if isinstance(left_out, Mapping) else {}
    if not more:
        return {}
    return {
        name: replace(
            one,
            content={**one.content, "leave_out": {**more, **(one.content.get("leave_out") or {})}},
        )
        for name, one in outer.items()
        if name[0] == member.key
    }
