"""Carry the changes of an outer definition over to one that was made from it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from engine.comparison.blocks import line_tree
from engine.comparison.change import Change, Shown, Subject, Words, capital
from engine.comparison.kinds import Notation, notation_of
from engine.comparison.line_merging import merge_lines
from engine.comparison.merging import Choose, Clash, Side, TreeMerge
from engine.comparison.processes import LANES, D
from engine.comparison.settling import settle_diagram
from engine.comparison.tree import ROOT, TEXT, Tree, ancestors

_REFERENCES = frozenset({"sourceRef", "targetRef", "attachedToRef", "default", LANES})


@dataclass(frozen=True, slots=True)
class Conflict:
    """Where both sides changed one thing differently. `id` names it in choices.

    `about` is that thing, the message a whole sentence. None as a value: it is not there on that
    side. `place` is the key of the thing, and those of what it lies in.
    """

    id: str
    element_id: str
    element_name: str
    part: str
    base: str | None
    ours: str | None
    theirs: str | None
    about_zh: str
    about_en: str
    message_zh: str
    message_en: str
    place: tuple[str, ...] = ()

    def about(self, language: str) -> str:
        """Name what it is about in the reader's language."""
        return self.about_zh if language.startswith("zh") else self.about_en

    def message(self, language: str) -> str:
        """Give the sentence in the reader's language."""
        return self.message_zh if language.startswith("zh") else self.message_en


@dataclass(frozen=True, slots=True)
class Merge:
    """What became of three versions.

    `content` is None while a conflict is open; `proposal` is it with our side in open conflicts.
    `taken` says what our version gets by it.
    """

    content: bytes | None
    conflicts: tuple[Conflict, ...]
    taken: tuple[Change, ...]
    proposal: bytes


def merge(
    kind: str,
    base: bytes,
    ours: bytes,
    theirs: bytes,
    choices: Mapping[str, Side] | None = None,
) -> Merge:
    """Merge what two sides made of one version, by the identity of the things in it.

    What only one side changed is taken, equal changes once. Else it is a conflict, unless
    `choices` says which side holds. What is only drawn elsewhere is no conflict: ours holds.

    Raises:
        DiagramError: A version cannot be read.
        InvalidDecisions: A version cannot be read, and is a decision.
    """
    chosen = choices or {}
    if kind == "paper":
        return _merge_texts(base, ours, theirs, chosen)
    notation = notation_of(kind)
    words = notation.words()
    trees = [notation.read(one) for one in (base, ours, theirs)]
    old, mine, other = trees
    merged = TreeMerge(
        old,
        mine,
        other,
        choose=_choice(words, trees, chosen),
        references=_REFERENCES if kind == "process" else frozenset(),
    ).run()
    if kind == "process":
        settle_diagram(merged.tree, mine, other)
    conflicts = [_conflict(one, trees, words) for one in merged.clashes.values()]
    return _merged(notation, mine, merged.tree, [one for one in conflicts if one is not None])


def _merged(notation: Notation, ours: Tree, tree: Tree, conflicts: list[Conflict]) -> Merge:
    taken = notation.words().changes(ours, tree)
    content = notation.write(tree, ours)
    return Merge(None if conflicts else content, tuple(conflicts), taken, content)


def _choice(words: Words, trees: list[Tree], choices: Mapping[str, Side]) -> Choose:
    """Decide by the choices; what says nothing to people, by itself."""

    def choose(clash: Clash) -> Side | None:
        if clash.id in choices:
            return choices[clash.id]
        subject = _subject(clash, trees, words)
        if subject is not None and subject.part != "layout" and not _is_drawing(clash, trees):
            return None
        return "theirs" if clash.ours == "removed" else "ours"

    return choose


def _is_drawing(clash: Clash, trees: list[Tree]) -> bool:
    return any(clash.key in tree and tree[clash.key].tag.startswith(D) for tree in trees)


def _subject(clash: Clash, trees: list[Tree], words: Words) -> Subject | None:
    _, ours, theirs = trees
    tree = ours if clash.key in ours else theirs
    return words.subject(tree, clash.key, clash.what, clash.name)


def _conflict(clash: Clash, trees: list[Tree], words: Words) -> Conflict | None:
    subject = _subject(clash, trees, words)
    if subject is None:
        return None
    zh, en = _told(clash, subject, trees, words)
    is_order = clash.what == "order"
    tree = next(one for one in (*trees[1:], trees[0]) if clash.key in one)
    base, ours, theirs = (
        None if is_order else one for one in (clash.base, clash.ours, clash.theirs)
    )
    return Conflict(
        id=clash.id,
        element_id=subject.element_id,
        element_name=subject.element_name,
        part=subject.part,
        base=base,
        ours=ours,
        theirs=theirs,
        about_zh=subject.zh,
        about_en=capital(subject.en),
        message_zh=zh,
        message_en=capital(en),
        place=(clash.key, *ancestors(tree, clash.key)),
    )


def _told(clash: Clash, subject: Subject, trees: list[Tree], words: Words) -> tuple[str, str]:
    if clash.what == "removed":
        zh = (
            ("本级删除了", "上级有改动")
            if clash.ours == "removed"
            else ("上级删除了", "本级有改动")
        )
        en = ("removed here", "changed outside")
        if clash.ours != "removed":
            en = ("removed outside", "changed here")
        return f"{subject.zh}:{zh[0]},{zh[1]}。", f"{subject.en}: {en[0]}, but {en[1]}."
    if clash.what == "order":
        return (
            f"{subject.zh}的次序两边都改了。",
            f"{subject.en}: both sides changed the order.",
        )
    _, ours, theirs = trees
    mine = _shown(clash, clash.ours, ours, words)
    other = _shown(clash, clash.theirs, theirs, words)
    return (
        f"{subject.zh}:本级改为 {mine.zh},上级改为 {other.zh}。",
        f"{subject.en}: {mine.en} here, {other.en} outside.",
    )


def _shown(clash: Clash, value: str | None, tree: Tree, words: Words) -> Shown:
    if value is None:
        return Shown("空", "nothing")
    return words.shown(tree, clash.key, clash.what, clash.name, value)


def _merge_texts(base: bytes, ours: bytes, theirs: bytes, choices: Mapping[str, Side]) -> Merge:
    notation = notation_of("paper")
    trees = [line_tree(one) for one in (base, ours, theirs)]
    old, mine, other = ([tree[key].values[TEXT] for key in tree[ROOT].children] for tree in trees)
    lines, clashes = merge_lines(old, mine, other, choices)
    conflicts = [
        Conflict(
            one.id,
            one.key,
            one.key,
            "line",
            *(one.base, one.ours, one.theirs),
            f"原第 {one.key} 行起",
            f"From former line {one.key} on",
            f"原第 {one.key} 行起,两边的文字不同。",
            f"From former line {one.key} on, the two texts differ.",
        )
        for one in clashes
    ]
    tree = line_tree(("\n".join(lines) + "\n").encode() if lines else b"")
    return _merged(notation, trees[1], tree, conflicts)
