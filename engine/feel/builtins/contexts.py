"""Functions on contexts, and the few on any value."""

from __future__ import annotations

from engine.feel.builtins.arguments import texts
from engine.feel.builtins.registry import builtin
from engine.feel.comparison import equal
from engine.feel.scope import Run
from engine.feel.temporal import DateTime, Time
from engine.feel.values import Value, kind_of


@builtin("get value", "m: context, key: string")
def get_value(run: Run, context: dict[str, Value], key: str) -> Value:
    """Give an entry, or null."""
    return context.get(key)


@builtin("get entries", "m: context")
def get_entries(run: Run, context: dict[str, Value]) -> Value:
    """List the entries as contexts of key and value."""
    run.spend(len(context) * 2)
    return [{"key": key, "value": value} for key, value in context.items()]


@builtin("context", "entries: list")
def context_of_entries(run: Run, entries: list[Value]) -> Value:
    """Make a context of a list of keys and values; null when a key repeats."""
    result: dict[str, Value] = {}
    for entry in entries:
        if not isinstance(entry, dict) or "value" not in entry:
            return None
        key = entry.get("key")
        if not isinstance(key, str) or key in result:
            return None
        result[key] = entry["value"]
    return result


@builtin("context put", "context: context, key: string, value: any")
def context_put(run: Run, context: dict[str, Value], key: str, value: Value) -> Value:
    """Set an entry in a copy."""
    run.check_context(context)
    return {**context, key: value}


@builtin("context put", "context: context, keys: list, value: any")
def context_put_path(run: Run, context: dict[str, Value], keys: list[Value], value: Value) -> Value:
    """Set an entry of an entry, making contexts on the way."""
    if not keys or len(texts(keys)) != len(keys):
        return None
    run.spend_on(keys)
    copy = dict(context)
    place = copy
    for key in keys[:-1]:
        below = place.get(key)
        if below is not None and not isinstance(below, dict):
            return None
        run.check_context(below or {})
        place[key] = dict(below or {})
        place = place[key]
    place[keys[-1]] = value
    return copy


@builtin("context merge", "contexts: list")
def context_merge(run: Run, contexts: list[Value]) -> Value:
    """Join contexts; the last of equal keys wins."""
    result: dict[str, Value] = {}
    for context in contexts:
        if not isinstance(context, dict):
            return None
        run.check_context(context)
        result.update(context)
    return result


@builtin("not", "negand: any")
def negation(run: Run, value: Value) -> Value:
    """Give the opposite of a boolean."""
    return not value if isinstance(value, bool) else None


@builtin("is", "value1?: any, value2?: any")
def is_same(run: Run, one: Value = None, other: Value = None) -> Value:
    """Say whether two values are the same, times with their zones."""
    if kind_of(one) != kind_of(other):
        return False
    if isinstance(one, Time | DateTime):
        return str(one) == str(other) or _same_clock(one, other)
    return equal(one, other, run)


def _same_clock(one: Time | DateTime, other: Time | DateTime) -> bool:
    zones = [
        value.time.zone if isinstance(value, DateTime) else value.zone for value in (one, other)
    ]
    return one == other and zones[0] == zones[1] and one.offset() == other.offset()
