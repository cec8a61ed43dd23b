"""How people speak of what differs in a paper or in scenarios."""

from __future__ import annotations

from dataclasses import replace

from engine.comparison.blocks import HEAD
from engine.comparison.change import Change, Subject, Words, shortened
from engine.comparison.lines import beside, line_key
from engine.comparison.tree import ROOT, TEXT, Tree


class PaperWords(Words):
    """Lines by number; a line written over is one change."""

    def changes(self, before: Tree, after: Tree) -> tuple[Change, ...]:
        """Compare line by line."""
        old, new = (
            [tree[key].values[TEXT] for key in tree[ROOT].children] for tree in (before, after)
        )
        return tuple(
            replace(
                _line(None if a is None else old[a], None if b is None else new[b], a, b),
                places=((line_key(a, b),),),
            )
            for a, b in beside(old, new)
            if a is None or b is None or old[a] != new[b]
        )


def _line(old: str | None, new: str | None, before: int | None, after: int | None) -> Change:
    number = str(((after if after is not None else before) or 0) + 1)
    zh, en = f"第 {number} 行", f"Line {number}"
    was, now = _read(old), _read(new)
    if old is None:
        message = f"增加了{zh}:{now[0]}。", f"{en} was added: {now[1]}"
        return Change("added", number, number, "line", None, new, *message)
    if new is None:
        message = f"删除了原{zh}:{was[0]}。", f"{en} was removed: {was[1]}"
        return Change("removed", number, number, "line", old, None, *message)
    message = f"{zh}由 {was[0]} 改为 {now[0]}。", f"{en} changed from {was[1]} to {now[1]}"
    return Change("changed", number, number, "line", old, new, *message)


def _read(line: str | None) -> tuple[str, str]:
    text = shortened(line or "")
    return (text, text) if text else ("空行", "an empty line")


class ScenarioWords(Words):
    """Scenarios by name."""

    def subject(self, tree: Tree, key: str, what: str, name: str) -> Subject | None:
        """Name a scenario."""
        if key == ROOT:
            return Subject("", "", "order", "场景", "the scenarios")
        if key == HEAD:
            return Subject("", "", "documentation", "开头的说明", "the heading")
        return Subject(key, key, "scenario", f"场景“{key}”", f"the scenario “{key}”")
