"""Tables and forms as pictures to read: of one version, or of two beside each other."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from functools import partial

from markupsafe import Markup

from api.i18n import translate
from engine.comparison import Change, Conflict
from engine.comparison.alignment import Pair, aligned
from engine.comparison.decision_views import decision_pairs, decision_views
from engine.comparison.kinds import notation_of
from engine.comparison.marks import Drawn, Mark, MarkKind, Marks, marks_of_changes, marks_of_sides
from engine.comparison.record_views import record_pairs, record_views
from engine.comparison.table_pairs import TablePair, TablePairs
from engine.comparison.table_views import TableView
from engine.comparison.text_views import merged_papers, paper_pairs, scenario_pairs
from engine.decisions import InvalidDecisions
from engine.errors import DiagramError
from engine.feel import compile_expression
from engine.sources import SCENARIOS
from forms import FormDefinition, InvalidForm, Strip, draw_still, parse_form, part_names

RECORDS = frozenset({"sheet", "vocabulary", "catalogue", "posts"})
"""Kinds that are kept as JSON and drawn as tables."""

# How a mark is told: a sign for those who do not see colours, and words for those who hear it.
SIGNS = {
    **{"added": "＋", "removed": "－", "changed": "≠", "moved": "↕"},
    **{"ours": "●", "theirs": "○", "conflict": "!"},
}
MARK_WORDS = {
    "added": "增加",
    "removed": "删除",
    "changed": "改动",
    "moved": "移动",
    "ours": "本级的改动",
    "theirs": "上级的改动",
    "conflict": "冲突",
}
HIT_POLICIES = {
    "UNIQUE": "唯一命中（至多一行成立）",
    "FIRST": "取第一条成立的",
    "ANY": "任一命中（结果须相同）",
    "PRIORITY": "按输出优先级",
    "COLLECT": "收集全部成立的",
    "COLLECT SUM": "收集后求和",
    "COLLECT MIN": "收集后取最小",
    "COLLECT MAX": "收集后取最大",
    "COLLECT COUNT": "收集后计数",
    "RULE ORDER": "按行序全部列出",
    "OUTPUT ORDER": "按输出顺序全部列出",
}


@dataclass(frozen=True)
class Picture:
    """One version: its tables or the lines of its form."""

    tables: tuple[TableView, ...] = ()
    strips: tuple[Strip, ...] = ()


@dataclass(frozen=True)
class Sides:
    """Two versions beside each other, and the marks on them.

    `blank` are the sides (`before`, `after`) that cannot be drawn, for a form that is no form.
    """

    marks: Marks
    tables: tuple[TablePair, ...] = ()
    strips: tuple[Pair[Strip], ...] = ()
    blank: tuple[str, ...] = ()

    @property
    def links(self) -> dict[str, str]:
        """Give the place in the pictures that each sentence is about."""
        return self.marks.links

    def is_marked(self, pair: Pair[Strip]) -> bool:
        """Tell whether a line differs in anything."""
        names = [name for one in (pair.before, pair.after) if one is not None for name in one.names]
        return self._has_mark(names)

    def same_rows(self, pair: TablePair) -> list[bool]:
        """Tell of each row of a table whether nothing in it differs."""
        return [
            not self._has_mark(
                key
                for one in (row.before, row.after)
                if one is not None
                for key in (one.key, *(cell.key for cell in one.cells))
            )
            for row in pair.rows
        ]

    def _has_mark(self, names: Iterable[str]) -> bool:
        return any(name in self.marks.before or name in self.marks.after for name in names)


def badge(mark: Mark | None, language: str) -> Markup:
    """Draw a mark: sign, words for screen readers, and the way to the sentence about it."""
    if mark is None:
        return Markup()
    told = translate(MARK_WORDS[mark.kind], language)
    inside = Markup('<i aria-hidden="true">{}</i><span class="sr">{} </span>').format(
        SIGNS[mark.kind], told
    )
    if not mark.told:
        return Markup('<span class="mk {}" id="{}" title="{}">{}</span>').format(
            mark.kind, mark.anchor, told, inside
        )
    return Markup('<a class="mk {}" id="{}" href="#{}" title="{}">{}</a>').format(
        mark.kind, mark.anchor, mark.told, told, inside
    )


def picture_words(language: str) -> dict[str, object]:
    """Give what the templates of pictures need to speak a language."""
    return {
        "badge": partial(badge, language=language),
        "signs": SIGNS,
        "mark_words": {one: translate(word, language) for one, word in MARK_WORDS.items()},
        "hit_policies": {one: translate(word, language) for one, word in HIT_POLICIES.items()},
    }


def picture_of(kind: str, content: bytes | None, language: str) -> Picture | None:
    """Draw one version of a table or form; None for what has no such picture."""
    if content is None:
        return None
    if kind == "decision":
        try:
            return Picture(tables=decision_views(notation_of(kind).read(content)))
        except InvalidDecisions:
            return None  # The check of the draft says what cannot be read.
    if kind in RECORDS:
        try:
            tree = notation_of(kind).read(content)
        except DiagramError:
            return None
        return Picture(tables=record_views(tree, language))
    form = _form(content) if kind == "form" else None
    if form is None:
        return None
    return Picture(strips=draw_still(form, language=language, prefix="form"))


@dataclass(frozen=True)
class Versions:
    """What two pictures show; `origin` is what both came from, where one follows the other."""

    kind: str
    before: bytes | None
    after: bytes | None
    origin: bytes | None = None


def _table_pairs(versions: Versions, language: str) -> TablePairs | None:
    """Put what is drawn as tables beside each other; None for what is drawn otherwise."""
    kind, before, after = versions.kind, versions.before, versions.after
    if kind == "decision":
        return decision_pairs(before, after)
    if kind in RECORDS:
        return record_pairs(before, after, language)
    if kind == "paper":
        return paper_pairs(before, after, language)
    return scenario_pairs(before, after, language) if kind == SCENARIOS else None


def compared_sides(versions: Versions, changes: Sequence[Change], language: str) -> Sides | None:
    """Draw two versions with what differs; the sentences are `told-<number>`."""
    pairs = _table_pairs(versions, language)
    if pairs is not None:
        marks = marks_of_changes(changes, pairs.drawn)
        pairs.mark_rows(marks)
        return Sides(marks, tables=pairs.pairs)
    if versions.kind != "form":
        return None
    forms = _forms(versions)
    marks = marks_of_changes([_of_part(one) for one in changes], _drawn(forms))
    order = (number for number, one in enumerate(changes, 1) if _is_order(one))
    told = next((f"told-{number}" for number in order), "")
    return _form_sides(forms, versions, marks, language, ("moved", told))


@dataclass(frozen=True)
class Told:
    """What both sides changed since they were one, and what the page says of it."""

    ours: Sequence[Change]
    theirs: Sequence[Change]
    conflicts: Sequence[Conflict]
    taken: Sequence[Change]


def rebased_sides(versions: Versions, told: Told, language: str) -> Sides | None:
    """Draw our version beside the outer one, with whose each change is."""
    if versions.kind == "paper":
        texts = (versions.origin, versions.before, versions.after)
        origin, mine, other = (one or b"" for one in texts)
        pairs, marks = merged_papers(origin, mine, other, language)
        return Sides(marks, tables=pairs.pairs)
    found = _table_pairs(versions, language)
    if found is not None:
        marks = marks_of_sides(told.ours, told.theirs, told.conflicts, told.taken, found.drawn)
        return Sides(marks, tables=found.pairs)
    if versions.kind != "form":
        return None
    forms = _forms(versions)
    changes = ([_of_part(one) for one in some] for some in (told.ours, told.theirs, told.taken))
    ours, theirs, taken = changes
    conflicts = [replace(one, place=(one.element_id,)) for one in told.conflicts]
    marks = marks_of_sides(ours, theirs, conflicts, taken, _drawn(forms))
    owner: MarkKind = "ours" if any(map(_is_order, told.ours)) else "theirs"
    return _form_sides(forms, versions, marks, language, (owner, ""))


def _of_part(change: Change) -> Change:
    """Say by the name of the part where a change of a form is; empty: the form itself."""
    return replace(change, places=() if _is_order(change) else ((change.element_id,),))


def _is_order(change: Change) -> bool:
    """Tell whether it says that the form's fields stand in another order."""
    return change.part == "order" and not change.element_id


def _form(content: bytes | None) -> FormDefinition | None:
    if content is None:
        return None
    try:
        return parse_form(content, compile_expression=compile_expression)
    except InvalidForm:
        return None


_Forms = tuple[FormDefinition | None, FormDefinition | None]


def _forms(versions: Versions) -> _Forms:
    return _form(versions.before), _form(versions.after)


def _drawn(forms: _Forms) -> Drawn:
    old, new = (frozenset() if one is None else {"", *part_names(one)} for one in forms)
    return old, new


def _form_sides(
    forms: _Forms,
    versions: Versions,
    marks: Marks,
    language: str,
    moved: tuple[MarkKind, str],
) -> Sides:
    """Draw both forms; `moved` is the mark of fields in another place, and what tells of them."""
    for pair in _pairs(forms, language, Marks(_drawn(forms))):
        if pair.moved and pair.after is not None:
            marks.add(pair.after.names[:1], *moved)
    contents = (versions.before, versions.after)
    blank = tuple(
        name
        for name, form, content in zip(("before", "after"), forms, contents, strict=True)
        if form is None and content is not None
    )
    return Sides(marks, strips=_pairs(forms, language, marks), blank=blank)


def _pairs(forms: _Forms, language: str, marks: Marks) -> tuple[Pair[Strip], ...]:
    old, new = (
        _strips(form, name, found, language)
        for form, name, found in zip(
            forms, ("before", "after"), (marks.before, marks.after), strict=True
        )
    )
    return tuple(aligned(old, new, lambda one: one.names, _likeness))


def _strips(
    form: FormDefinition | None, name: str, marks: dict[str, Mark], language: str
) -> list[Strip]:
    if form is None:
        return []
    title = Markup('<h2 class="still-title">{}{}</h2>').format(
        form.title(language), badge(marks.get(""), language)
    )
    strips = draw_still(
        form,
        language=language,
        prefix=f"f-{name}",
        draw_mark=lambda part: badge(marks.get(part), language),
    )
    return [Strip(("",), 0, title), *strips]


def _likeness(first: Strip, second: Strip) -> float:
    """Lines are alike that have parts in common: what stood beside one may have gone."""
    common = len({*first.names} & {*second.names})
    return common / min(len(first.names), len(second.names))
