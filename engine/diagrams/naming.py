"""What people call the elements of a diagram: their names, else where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

from engine.diagrams.dialect import read_extensions
from engine.diagrams.vocabulary import (
    DRAWN_ID,
    FLOW,
    FLOW_NODES,
    GATEWAYS,
    SYNTHETIC,
    local_name,
)

Words = tuple[str, str]
"""The same in Chinese and in English."""

_KINDS: Mapping[str, Words] = {
    "startEvent": ("开始", "start"),
    "endEvent": ("结束", "end"),
    "boundaryEvent": ("附着事件", "attached event"),
    "intermediateCatchEvent": ("等待的事件", "awaited event"),
    "intermediateThrowEvent": ("发出的事件", "thrown event"),
    "subProcess": ("子流程", "sub-process"),
    "callActivity": ("调用的流程", "called process"),
}
_BRANCH: Words = ("分支", "branch")
_MERGE: Words = ("汇合", "merge")
_STEP: Words = ("环节", "step")


@dataclass(frozen=True)
class _Ground:
    """Named elements by id, and the elements before and after each."""

    named: Mapping[str, Words]
    before: dict[str, list[str]] = field(default_factory=dict)
    after: dict[str, list[str]] = field(default_factory=dict)

    def near(self, element_id: str, ways: Mapping[str, list[str]]) -> Words | None:
        """Find the nearest element with a name along flows in one direction."""
        seen = {element_id}
        waiting = list(ways.get(element_id, ()))
        while waiting:
            one = waiting.pop(0)
            if one in self.named:
                return self.named[one]
            if one not in seen:
                seen.add(one)
                waiting.extend(ways.get(one, ()))
        return None


def said_names(root: etree._Element) -> dict[str, Words]:
    """Say what each drawn element below a node is called, by the id it was drawn with.

    One without a name is described by the nearest element that has one, such as
    「“报名审核”之后的分支」, for ids mean nothing to people.
    """
    nodes = list(root.iter(*FLOW_NODES))
    ground = _Ground({_key(one): found for one in nodes if (found := _own_name(one))})
    for source, target in flow_ends(root).values():
        ground.after.setdefault(source, []).append(target)
        ground.before.setdefault(target, []).append(source)
    return {
        _drawn(one): ground.named.get(_key(one)) or _described(one, ground)
        for one in nodes
        if SYNTHETIC not in _drawn(one)
    }


def said_flows(root: etree._Element, names: Mapping[str, Words]) -> dict[str, Words]:
    """Say what each sequence flow is called: from where to where, and on what condition."""
    return {flow.get("id") or "": _flow(flow, names) for flow in root.iter(FLOW)}


def flow_ends(root: etree._Element) -> dict[str, tuple[str, str]]:
    """Give source and target of each sequence flow, by its id."""
    return {
        flow.get("id") or "": (flow.get("sourceRef") or "", flow.get("targetRef") or "")
        for flow in root.iter(FLOW)
    }


def _flow(flow: etree._Element, names: Mapping[str, Words]) -> Words:
    ends = [flow.get(end) or "" for end in ("sourceRef", "targetRef")]
    (source_zh, source_en), (target_zh, target_en) = (names.get(one, (one, one)) for one in ends)
    label = flow.get("name") or ""
    label_en = _english(flow) or label
    return (
        f"{source_zh} → {target_zh}" + (f"({label})" if label else ""),
        f"{source_en} → {target_en}" + (f" ({label_en})" if label else ""),
    )


def _own_name(node: etree._Element) -> Words | None:
    name = node.get("name")
    if not name or SYNTHETIC in _drawn(node):
        return None
    return name, _english(node) or name


def _english(node: etree._Element) -> str:
    return str(read_extensions(node).get("name_en") or "")


def _described(node: etree._Element, ground: _Ground) -> Words:
    zh, en = _kind(node, ground)
    before, after = (ground.near(_key(node), one) for one in (ground.before, ground.after))
    merges = len(ground.before.get(_key(node), ())) > 1
    if after and (merges or not before):
        return f"“{after[0]}”之前的{zh}", f"{en} before “{after[1]}”"
    if before:
        return f"“{before[0]}”之后的{zh}", f"{en} after “{before[1]}”"
    return f"没有名称的{zh}", f"{en} without a name"


def _kind(node: etree._Element, ground: _Ground) -> Words:
    if node.tag in GATEWAYS:
        return _MERGE if len(ground.after.get(_key(node), ())) < 2 else _BRANCH
    return _KINDS.get(local_name(node), _STEP)


def _drawn(node: etree._Element) -> str:
    return node.get(DRAWN_ID) or node.get("id") or ""


def _key(node: etree._Element) -> str:
    return node.get("id") or ""
