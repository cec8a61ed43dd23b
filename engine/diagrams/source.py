"""One diagram on its way to publication: read, checked and lowered."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException

from engine.diagrams.checking import Environment, check_diagram
from engine.diagrams.compile import compile_diagram
from engine.diagrams.dialect import read_extensions
from engine.diagrams.lowering import lower
from engine.diagrams.read import read_diagram
from engine.diagrams.vocabulary import FLOW_NODES, GLOBAL_TASKS, B
from engine.errors import DiagramError
from engine.findings import Finding


@dataclass(frozen=True, slots=True)
class References:
    """What a diagram needs, by kind: the ids."""

    processes: frozenset[str] = frozenset()
    forms: frozenset[str] = frozenset()
    decisions: frozenset[str] = frozenset()
    service_tasks: frozenset[str] = frozenset()
    groups: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class CheckedDiagram:
    """What the check made of a diagram; `lowered` is None where an error was found.

    `messages` are the names of the messages that the diagram throws or waits for.
    """

    findings: tuple[Finding, ...]
    lowered: bytes | None = None
    processes: tuple[str, ...] = ()
    references: References = field(default_factory=References)
    mandatory: Mapping[str, str] = field(default_factory=dict)


def prepare_diagram(
    content: bytes, environment: Environment | None = None, *, key: str | None = None
) -> CheckedDiagram:
    """Read, check, lower and try to compile a diagram; never raises for what is in it."""
    try:
        root = read_diagram(content)
    except DiagramError as error:
        return CheckedDiagram(error.findings)
    findings = check_diagram(root, environment, key=key)
    about = {
        "processes": tuple(process_ids(root)),
        "references": references(root),
        "mandatory": mandatory_elements(root),
    }
    if any(one.severity == "error" for one in findings):
        return CheckedDiagram(tuple(findings), None, **about)  # type: ignore[arg-type]
    lowered = lower(root)
    try:
        compile_diagram(lowered)
    except ValidationException as error:
        # The check should have found it: say what the parser says rather than fail.
        text = str(error)
        findings.append(Finding("not_compiled", f"流程图不能编译:{text}", f"Not compiled: {text}"))
        return CheckedDiagram(tuple(findings), None, **about)  # type: ignore[arg-type]
    return CheckedDiagram(tuple(findings), lowered, **about)  # type: ignore[arg-type]


def process_ids(root: etree._Element) -> list[str]:
    """List what a diagram defines: executable processes and global tasks."""
    return [
        one.get("id") or ""
        for one in root
        if one.tag in GLOBAL_TASKS
        or (one.tag == B + "process" and one.get("isExecutable") == "true")
    ]


def references(root: etree._Element) -> References:
    """Gather what a diagram refers to."""
    found: dict[str, set[str]] = {name: set() for name in References.__slots__}
    for node in root.iter(*FLOW_NODES, *GLOBAL_TASKS):
        extensions = read_extensions(node)
        called = node.get("calledElement")
        found["processes"] |= {called} if called else set()
        found["groups"] |= set(extensions.get("candidate_groups", []))
        for key, kind in (
            ("form_ref", "forms"),
            ("decision_ref", "decisions"),
            ("topic", "service_tasks"),
        ):
            if key in extensions:
                found[kind].add(extensions[key])
    found["processes"] -= set(process_ids(root))
    return References(**{name: frozenset(ids) for name, ids in found.items()})


def mandatory_elements(root: etree._Element) -> dict[str, str]:
    """List the elements that a derived definition must keep: id and name."""
    return {
        node.get("id") or "": node.get("name") or node.get("id") or ""
        for node in root.iter(*FLOW_NODES)
        if read_extensions(node).get("properties", {}).get("jc:mandatory") == "true"
    }
