"""Check that a definition may stand in the place of an outer scope's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.bundles import Member, Name, gives_way, resolve
from engine.diagrams import read_diagram
from engine.diagrams.source import mandatory_elements
from engine.diagrams.vocabulary import FLOW_NODES, B, local_name
from engine.errors import DiagramError
from engine.findings import Finding
from engine.posts import InvalidPosts, lost_from, parse_posts
from engine.scopes import is_for_industry, level_of
from engine.sources import BUNDLED_KINDS, KINDS, Source

MAX_CONTENT = 4 * 1024 * 1024
_KEY = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,99}")


def check_sources(sources: Iterable[Source]) -> Iterator[Finding]:
    """Report names and sizes that are not accepted, and names given twice."""
    seen: set[Name] = set()
    for source in sources:
        definition = f"{source.kind}/{source.key}"
        for finding in _check_source(source):
            yield replace(finding, definition=definition)
        if (source.kind, source.key) in seen:
            yield Finding(
                "defined_twice",
                f"“{source.key}”在这次发布里有两份。",
                f"“{source.key}” is given twice in this publication.",
                definition=definition,
            )
        seen.add((source.kind, source.key))


def _check_source(source: Source) -> Iterator[Finding]:
    if source.kind not in KINDS:
        kind = source.kind
        yield Finding("bad_kind", f"没有种类“{kind}”。", f"There is no kind “{kind}”.")
    if not _KEY.fullmatch(source.key):
        yield Finding(
            "bad_key",
            f"名称“{source.key}”只能用字母、数字和 _ . -,以字母开头。",
            f"The name “{source.key}” may have letters, digits and _ . - only.",
        )
    if not source.content or len(source.content) > MAX_CONTENT:
        yield Finding(
            "bad_size",
            "内容是空的,或超过 4 MB。",
            "The content is empty or larger than 4 MB.",
        )


def check_derivation(
    changed: Mapping[Name, Member], chain: Sequence[str], stored: Iterable[Member]
) -> Iterator[Finding]:
    """Report what replaces an outer definition without the right to, or has no effect in a chain.

    What an organisation has for an industry alone must be made from the industry's, if that has
    one; what it has for everybody leaves an industry's in force unless it was made from it, which
    is only reported. What the outer one marks mandatory must stay.
    """
    stored = [one for one in stored if one.scope in chain]
    for member in changed.values():
        about = f"{member.kind}/{member.key}"
        if member.kind not in BUNDLED_KINDS:
            continue  # Scenarios of all scopes of a chain hold together.
        for finding in _check_member(member, chain, stored):
            yield replace(finding, definition=finding.definition or about)


def _check_member(
    member: Member, chain: Sequence[str], stored: Sequence[Member]
) -> Iterator[Finding]:
    depth = chain.index(member.scope)
    same = [one for one in stored if one.name == member.name]
    yield from _check_inside(member, same, chain[depth + 1 :])
    outer = resolve(chain, [one for one in same if one.scope in chain[:depth]]).get(member.name)
    if outer is None:
        return
    if not gives_way(outer, member):
        foreign = is_for_industry(member.scope)
        yield _not_made_from(outer) if foreign else _industry_stays(outer)
        return
    if level_of(outer.scope) == "industry" and not is_for_industry(member.scope):
        yield _replaces(outer)
    yield from _check_origin(member, outer)
    yield from check_mandatory(member, outer)


def _check_inside(
    member: Member, same: Sequence[Member], inner: Sequence[str]
) -> Iterator[Finding]:
    """Say of which inner definitions this one changes the effect, or which keep it from any."""
    level = level_of(member.scope)
    is_new = not any(one.scope == member.scope for one in same)
    for one in same:
        if one.scope not in inner:
            continue
        if level == "industry" and is_new and not gives_way(member, one):
            yield _takes_over(one)
        elif level == "organisation":
            yield _has_own(one)


def left_without(
    changed: Mapping[Name, Member], chain: Sequence[str], after: Iterable[Member]
) -> list[Finding]:
    """Report inner definitions that lack what the changed outer ones mark as mandatory."""
    held = resolve(chain, [one for one in after if one.scope in chain])
    return [
        replace(finding, definition=f"{member.kind}/{member.key}")
        for name, member in changed.items()
        if (inner := held.get(name)) is not None
        and chain.index(inner.scope) > chain.index(member.scope)
        for finding in check_mandatory(inner, member)
    ]


def _industry_stays(outer: Member) -> Finding:
    return Finding(
        "industry_stays",
        f"对“{outer.scope}”的职业不起作用:该行业另有这个定义,仍按行业的执行。",
        f"It has no effect for the occupations of “{outer.scope}”: the industry has a definition"
        " of its own, which stays in force.",
        severity="warning",
    )


def _not_made_from(outer: Member) -> Finding:
    return Finding(
        "not_from_industry",
        f"“{outer.scope}”有这个定义,为该行业所作的定制必须由它改出,这一份不是。",
        f"“{outer.scope}” has this definition. What is made for that industry must be made from"
        " it, and this one is not.",
    )


def _replaces(outer: Member) -> Finding:
    return Finding(
        "industry_replaced",
        f"它由“{outer.scope}”的定义改出,发布后对该行业的职业取代行业的,对其他职业也照此执行。",
        f"It was made from the definition of “{outer.scope}”: it takes the place of that for the"
        " industry's occupations, and holds for all others, too.",
        severity="warning",
    )


def _has_own(inner: Member) -> Finding:
    return Finding(
        "own_for_industry",
        f"对“{inner.scope}”不起作用:那里另有自己的一份,仍按那一份执行。",
        f"It has no effect for “{inner.scope}”, which has a definition of its own.",
        severity="warning",
    )


def _takes_over(inner: Member) -> Finding:
    return Finding(
        "industry_takes_over",
        f"“{inner.scope}”的同名定义不是由它改出的,对该行业的职业不再起作用。",
        f"The definition of that name of “{inner.scope}” was not made from it, and has no effect"
        " any more for the industry's occupations.",
        severity="warning",
    )


def _check_origin(member: Member, outer: Member) -> Iterator[Finding]:
    scope, _, version = (member.derived_from or "").rpartition("@")
    if scope == outer.scope and version != str(outer.version):
        yield Finding(
            "outer_moved",
            f"上层定义已到第 {outer.version} 版,这里还基于第 {version} 版。",
            f"The outer definition is at version {outer.version}, yours is from {version}.",
            severity="warning",
        )


def check_mandatory(member: Member, outer: Member) -> Iterator[Finding]:
    """Report what a definition lacks that the outer one marks as mandatory."""
    if member.kind == "posts":
        yield from _check_posts(member, outer)
    if member.kind != "process":
        return
    try:
        wanted = mandatory_elements(read_diagram(outer.content))
        types = _types(outer.content)
        kept = _types(member.content)
    except DiagramError:
        return  # The check of the set reports it.
    for element_id, name in wanted.items():
        if kept.get(element_id) != types[element_id]:
            yield Finding(
                "mandatory_removed",
                f"必经环节“{name}”不能删除或改换类型。",
                f"The mandatory element “{name}” cannot be removed or changed in type.",
                element_id=element_id,
                element_name=name,
            )
    yield from _check_calls(member, outer, wanted)
    still = mandatory_elements(read_diagram(member.content))
    for element_id in wanted.keys() & kept.keys() - still.keys():
        yield Finding(
            "mandatory_unmarked",
            f"必经环节“{wanted[element_id]}”的标记不能去掉。",
            f"The element “{wanted[element_id]}” must stay marked as mandatory.",
            element_id=element_id,
            element_name=wanted[element_id],
        )


def _check_calls(member: Member, outer: Member, wanted: Mapping[str, str]) -> Iterator[Finding]:
    """Report mandatory calls that were turned to another process."""
    before, now = _callees(outer.content), _callees(member.content)
    for element_id in wanted.keys() & before.keys() & now.keys():
        if before[element_id] != now[element_id]:
            yield Finding(
                "mandatory_changed",
                f"必经环节“{wanted[element_id]}”调用的流程不能换成别的。",
                f"The mandatory element “{wanted[element_id]}” must call the same process.",
                element_id=element_id,
                element_name=wanted[element_id],
            )


def _check_posts(member: Member, outer: Member) -> Iterator[Finding]:
    try:
        yield from lost_from(parse_posts(outer.content), parse_posts(member.content))
    except InvalidPosts:
        return  # The check of the set reports it.


def _callees(content: bytes) -> dict[str, str | None]:
    calls = read_diagram(content).iter(B + "callActivity")
    return {node.get("id") or "": node.get("calledElement") for node in calls}


def _types(content: bytes) -> dict[str, str]:
    root = read_diagram(content)
    return {node.get("id") or "": local_name(node) for node in root.iter(*FLOW_NODES)}
