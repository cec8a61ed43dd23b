"""A difference in the words of both languages."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

from engine.comparison.difference import Difference, differences
from engine.comparison.tree import Record, Tree, ancestors

ChangeKind = Literal["added", "removed", "changed", "moved"]
_LONG = 200


@dataclass(frozen=True, slots=True)
class Change:
    """One difference between two versions of a definition.

    `element_id` is what an editor can go to: an element of a diagram, a rule, a field. `part` says
    what of it: `element`, `name`, `flow`, `lane`, `property`, `condition`, `layout` and so on.
    """

    kind: ChangeKind
    element_id: str
    element_name: str
    part: str
    before: str | None
    after: str | None
    message_zh: str
    message_en: str
    places: tuple[tuple[str, ...], ...] = field(default=(), compare=False)

    @property
    def is_meant(self) -> bool:
        """Whether it changes what the definition does or says, not only where that is drawn."""
        return self.kind != "moved"

    def message(self, language: str) -> str:
        """Give the sentence in the reader's language."""
        return self.message_zh if language.startswith("zh") else self.message_en


@dataclass(frozen=True, slots=True)
class Subject:
    """What a difference is about: `“初审”的办理时限`, `the due date of “First review”`."""

    element_id: str
    element_name: str
    part: str
    zh: str
    en: str


@dataclass(frozen=True, slots=True)
class Shown:
    """A value in the words of both languages."""

    zh: str
    en: str


class Words:
    """How one kind of definition is spoken of, for one comparison. Kinds derive from this."""

    def subject(self, tree: Tree, key: str, what: str, name: str) -> Subject | None:
        """Name what differs; None where it says nothing to people or follows from others."""
        raise NotImplementedError

    def shown(self, tree: Tree, key: str, what: str, name: str, value: str) -> Shown:
        """Write a value as people read it."""
        text = shortened(value)
        return Shown(text, text)

    def changes(self, before: Tree, after: Tree) -> tuple[Change, ...]:
        """Put the differences of two trees into words; the same sentence is said once."""
        found: dict[Change, list[tuple[str, ...]]] = {}
        for one in differences(before, after):
            change = _change(one, before, after, self)
            if change is not None:
                tree = before if one.what == "removed" else after
                place = (one.key, *ancestors(tree, one.key))
                found.setdefault(change, []).append(place)
        return tuple(replace(change, places=tuple(places)) for change, places in found.items())

    def whole(self, record: Record, tree: Tree) -> str | None:
        """Write something added or removed as one value, where it is one."""
        return None


def shortened(text: str) -> str:
    """Cut what is too long for a sentence."""
    flat = " ".join(text.split())
    return flat if len(flat) <= _LONG else flat[: _LONG - 1] + "…"


def _change(one: Difference, before: Tree, after: Tree, words: Words) -> Change | None:
    tree = before if one.what == "removed" else after
    subject = words.subject(tree, one.key, one.what, one.name)
    if subject is None:
        return None
    if one.what in ("added", "removed"):
        whole = words.whole(tree[one.key], tree)
        was, now = (whole, None) if one.what == "removed" else (None, whole)
    else:
        was, now = one.before, one.after
    old = None if was is None else words.shown(before, one.key, one.what, one.name, was)
    new = None if now is None else words.shown(after, one.key, one.what, one.name, now)
    zh, en = _SENTENCES[one.what](subject, old, new)
    kind = _kind(one, subject)
    return Change(
        kind, subject.element_id, subject.element_name, subject.part, was, now, zh, capital(en)
    )


def _kind(one: Difference, subject: Subject) -> ChangeKind:
    if subject.part == "layout" or one.what in ("parent", "order"):
        return "moved"
    is_whole = one.what in ("added", "removed") and subject.part in WHOLE
    if is_whole:
        return "added" if one.what == "added" else "removed"
    return "changed"


WHOLE = frozenset(
    {"element", "flow", "lane", "rule", "column", "decision", "field", "item", "scenario", "line"}
)
"""Parts that come and go as things of their own; the rest are qualities of one."""

_Pair = tuple[str, str]


def capital(text: str) -> str:
    """Begin a sentence with a capital letter."""
    return text[:1].upper() + text[1:]


def _added(subject: Subject, old: Shown | None, new: Shown | None) -> _Pair:
    if new is None:
        return f"增加了{subject.zh}。", f"{subject.en} was added."
    return f"增加了{subject.zh}:{new.zh}。", f"{subject.en} was added: {new.en}."


def _removed(subject: Subject, old: Shown | None, new: Shown | None) -> _Pair:
    if old is None:
        return f"删除了{subject.zh}。", f"{subject.en} was removed."
    return f"去掉了{subject.zh}(原为 {old.zh})。", f"{subject.en} was removed (it was {old.en})."


def _value(subject: Subject, old: Shown | None, new: Shown | None) -> _Pair:
    if subject.part in ("layout", "scenario"):
        return f"{subject.zh}有改动。", f"{subject.en} was changed."
    if old is None and new is not None:
        return f"{subject.zh}定为 {new.zh}(原来没有)。", f"{subject.en} was set to {new.en}."
    if new is None:
        return _removed(subject, old, new)
    assert old is not None
    return (
        f"{subject.zh}由 {old.zh} 改为 {new.zh}。",
        f"{subject.en} changed from {old.en} to {new.en}.",
    )


def _parent(subject: Subject, old: Shown | None, new: Shown | None) -> _Pair:
    assert old is not None
    assert new is not None
    return (
        f"{subject.zh}由{old.zh}移到{new.zh}。",
        f"{subject.en} moved from {old.en} to {new.en}.",
    )


def _order(subject: Subject, old: Shown | None, new: Shown | None) -> _Pair:
    return f"{subject.zh}的次序有改变。", f"the order of {subject.en} changed."


_SENTENCES: Mapping[str, Callable[[Subject, Shown | None, Shown | None], _Pair]] = {
    "added": _added,
    "removed": _removed,
    "value": _value,
    "tag": _value,
    "parent": _parent,
    "order": _order,
}
