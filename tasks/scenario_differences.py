"""What went differently from what a scenario says, in the words of both languages."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import zip_longest
from json import dumps
from typing import Any, Protocol

from engine.scripted_runs import Trace, Wait
from tasks.scenario_names import ElementNames, status_zh

Words = tuple[str, str]
"""A sentence in Chinese and in English."""


class Told(Protocol):
    """What happened in a scenario."""

    @property
    def elements(self) -> list[str]:
        """The elements of its own process, in order."""

    @property
    def trace(self) -> Trace:
        """All that happened."""


def differences(
    wanted: Mapping[str, Any],
    told: Told,
    names: ElementNames,
    facts: Mapping[str, Any],
    waiting: Sequence[Wait],
    place: Callable[[str], Words],
) -> Iterator[Words]:
    """Give each thing that is not as wanted; `wanted` is the scenario's content, names filled in.

    `facts` are what those that it names say at the end; `place` calls an element of any process,
    written as `process.element`, by its name.
    """
    trace = told.trace
    for incident in trace.incidents:
        zh, en = names.of(incident.element_id or "")
        yield (
            f"“{zh}”出了异常:{incident.message}",
            f"incidents: at “{en}”: {incident.message}",
        )
    yield from _way(wanted, told, names, waiting)
    yield from _values(trace.data, wanted.get("data") or {})
    yield from _values(facts, wanted.get("facts") or {})
    visited = {f"{process}.{element}" for process, element in trace.visited}
    if left := sorted(set(wanted.get("visits") or []) - visited):
        places = [place(one) for one in left]
        yield (
            f"没有到过{'、'.join(zh for zh, _ in places)}",
            f"never visits {', '.join(en for _, en in places)}",
        )


def _way(
    wanted: Mapping[str, Any], told: Told, names: ElementNames, waiting: Sequence[Wait]
) -> Iterator[Words]:
    if "path" in wanted and list(wanted["path"]) != told.elements:
        yield first_difference(wanted["path"], told.elements, names)
    status = wanted.get("status", "completed")
    if told.trace.status != status:
        waits_zh, waits_en = names.waits(waiting)
        yield (
            f"最后{status_zh(told.trace.status)},场景要的是{status_zh(status)};还在等待:{waits_zh}",
            f"status is {told.trace.status}, not {status}; waits for {waits_en}",
        )
    if (missing := _out_of_order(wanted.get("passes") or [], told.elements)) is not None:
        zh, en = names.of(missing)
        yield (
            f"没有按顺序经过“{zh}”。走过:{names.path_zh(told.elements)}",
            f"does not pass “{en}” in its turn: {names.path_en(told.elements)}",
        )


def _values(found: Mapping[str, Any], wanted: Mapping[str, Any]) -> Iterator[Words]:
    for name, value in wanted.items():
        if found.get(name) != value:
            yield (
                f"{name} 是 {_shown(found.get(name))},场景要 {_shown(value)}",
                f"{name} is {_shown(found.get(name))}, not {_shown(value)}",
            )


def _shown(value: Any) -> str:
    """A value as designers write it: `null` and `true`, not as Python does."""
    return dumps(value, ensure_ascii=False, default=str)


def first_difference(expected: Sequence[str], taken: Sequence[str], names: ElementNames) -> Words:
    """Say where two paths part, and how each goes on."""
    pairs = enumerate(zip_longest(expected, taken), 1)
    place, (wanted, found) = next((n, pair) for n, pair in pairs if pair[0] != pair[1])
    wanted_zh, wanted_en = names.of(wanted) if wanted else ("结束", "the end")
    found_zh, found_en = names.of(found) if found else ("到此为止", "stops there")
    before = names.of(expected[place - 2]) if place > 1 else ("开始", "the start")
    return (
        f"路径从第 {place} 步起不同:“{before[0]}”之后应到“{wanted_zh}”,"
        f"实际到“{found_zh}”。实际路径:{names.path_zh(taken)}",
        f"path was different from step {place} on: after “{before[1]}” comes “{found_en}”, "
        f"not “{wanted_en}”. Path taken: {names.path_en(taken)}",
    )


def _out_of_order(wanted: Sequence[str], elements: Sequence[str]) -> str | None:
    rest = iter(elements)
    return next((element for element in wanted if element not in rest), None)
