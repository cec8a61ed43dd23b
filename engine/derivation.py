"""Check that a definition may stand in the place of an outer scope's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from engine.bundles import Member, Name, gives_way, resolve
from engine.diagrams import read_diagram
from engine.diagrams.source import mandatory_elements
from engine.diagrams.vocabulary import FLOW_NODES, local_name
from engine.errors import DiagramError
from engine.findings import Finding
from engine.posts import InvalidPosts, lost_from, parse_posts
from engine.sources import KINDS, Source

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
    """Report what replaces an outer definition without the right to.

    What the outer one marks mandatory must stay. An industry's definition gives way only to one
    made from it: that it stays in force, and that one is derived from an older version than the
    outer scope has now, is only reported.
    """
    for member in changed.values():
        outside = chain[: chain.index(member.scope)]
        outer = resolve(chain, [one for one in stored if one.scope in outside]).get(member.name)
        if outer is None:
            continue
        definition = f"{member.kind}/{member.key}"
        if not gives_way(outer, member):
            yield replace(_industry_stays(outer), definition=definition)
            continue
        for finding in [*_check_origin(member, outer), *_check_mandatory(member, outer)]:
            yield replace(finding, definition=definition)


def _industry_stays(outer: Member) -> Finding:
    return Finding(
        "industry_stays",
        "行业另有这个定义:对该行业的职业,仍按行业的执行。",
        "The industry has a definition of its own: for its occupations that stays in force.",
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


def _check_mandatory(member: Member, outer: Member) -> Iterator[Finding]:
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
    still = mandatory_elements(read_diagram(member.content))
    for element_id in wanted.keys() & kept.keys() - still.keys():
        yield Finding(
            "mandatory_unmarked",
            f"必经环节“{wanted[element_id]}”的标记不能去掉。",
            f"The element “{wanted[element_id]}” must stay marked as mandatory.",
            element_id=element_id,
            element_name=wanted[element_id],
        )


def _check_posts(member: Member, outer: Member) -> Iterator[Finding]:
    try:
        yield from lost_from(parse_posts(outer.content), parse_posts(member.content))
    except InvalidPosts:
        return  # The check of the set reports it.


def _types(content: bytes) -> dict[str, str]:
    root = read_diagram(content)
    return {node.get("id") or "": local_name(node) for node in root.iter(*FLOW_NODES)}
