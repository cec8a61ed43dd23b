"""Check what a diagram refers to by name: processes, forms, decisions, functions, posts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

from engine.diagrams.checking.environment import Environment, Inputs
from engine.diagrams.checking.graph import Graph, Node
from engine.diagrams.checking.report import Report
from engine.diagrams.dialect import DialectReader, read_extensions
from engine.diagrams.vocabulary import FLOW_NODES, GLOBAL_TASKS, B
from engine.work_operations import NO_OPERATION, Operation

_PAGE = "jc:"
_WHO = {"candidate_groups", "candidate_users", "assignee"}


def check_references(graph: Graph, environment: Environment, report: Report) -> None:
    """Report names of things that do not exist."""
    posted = _posted_by_lanes(graph, environment, report)
    elements = {node.get("id") for node in graph.root.iter(*FLOW_NODES)}
    for _, node in graph.nodes():
        extensions = read_extensions(node)
        check = _CHECKS.get(node.tag)
        if check is not None:
            check(node, extensions, environment, report)
        if environment.needs_people and node.tag == B + "userTask":
            _check_people(node, extensions, posted, report)
        for name in extensions.get("excludes", []):
            if name not in elements:
                _known(node, "unknown_element", name, environment.elements, report)
        _check_marks(node, extensions, environment, report)
    _check_starters(graph, environment, report)
    own = {one.get("id") or "" for one in graph.root if one.tag in GLOBAL_TASKS}
    own |= {one.get("id") or "" for one in graph.processes()}
    for _, node in graph.nodes():
        if node.tag == B + "callActivity":
            _check_call(node, own, environment, report)


def _check_starters(graph: Graph, environment: Environment, report: Report) -> None:
    for process in graph.processes():
        for group in DialectReader(process).starter_groups():
            _known(process, "unknown_group", group, environment.groups, report)


def _check_people(
    node: Node, extensions: Mapping[str, Any], posted: set[str], report: Report
) -> None:
    if not (_WHO & extensions.keys() or _is_posted(node, posted)):
        report.add(node, "nobody_may")


def _posted_by_lanes(graph: Graph, environment: Environment, report: Report) -> set[str]:
    posted: set[str] = set()
    for lane in graph.root.iter(B + "lane"):
        group = DialectReader(lane).properties().get("jc:group")
        if group:
            _known(lane, "unknown_group", group, environment.groups, report)
            posted |= {(one.text or "").strip() for one in lane.iterfind(B + "flowNodeRef")}
    return posted


def _is_posted(node: Node, posted: set[str]) -> bool:
    around = [node, *node.iterancestors(*FLOW_NODES)]
    return any(one.get("id") in posted for one in around)


def _known(node: Node, code: str, name: str, among: Collection[str] | None, report: Report) -> None:
    if among is not None and name not in among:
        report.add(node, code, name=name)


def _check_user_task(
    node: Node, extensions: dict[str, object], environment: Environment, report: Report
) -> None:
    _check_form(node, extensions, environment, report)
    if not node.get("name"):
        report.add(node, "unnamed")
    if not {"form_ref", "form_key"} & extensions.keys():
        report.add(node, "no_form")
    groups = extensions.get("candidate_groups", [])
    for group in groups if isinstance(groups, list) else []:
        _known(node, "unknown_group", group, environment.groups, report)


def _check_form(
    node: Node, extensions: dict[str, object], environment: Environment, report: Report
) -> None:
    form, key = extensions.get("form_ref"), extensions.get("form_key")
    if form:
        _known(node, "unknown_form", str(form), environment.forms, report)
    if key and not str(key).startswith(_PAGE):
        report.add(node, "bad_form_key")
    elif key:
        page = str(key).removeprefix(_PAGE)
        _known(node, "unknown_page", page, environment.pages, report)


def _check_service_task(
    node: Node, extensions: dict[str, object], environment: Environment, report: Report
) -> None:
    topic = extensions.get("topic")
    if not topic or DialectReader(node).attribute("type") != "external":
        report.add(node, "no_topic")
    else:
        _known(node, "unknown_service_task", str(topic), environment.service_tasks, report)
        _check_inputs(node, environment.service_inputs.get(str(topic)), report)


def _check_inputs(node: Node, wanted: Inputs | None, report: Report) -> None:
    if wanted is None:
        return
    given = {name for name, *_ in DialectReader(node).parameters("input")}
    for name in sorted(wanted.required - given):
        report.add(node, "service_input_missing", name=name)
    for name in sorted(set() if wanted.allowed is None else given - wanted.allowed):
        report.add(node, "service_input_unknown", name=name)


def _check_decision(
    node: Node, extensions: dict[str, object], environment: Environment, report: Report
) -> None:
    name = extensions.get("decision_ref")
    if not name:
        report.add(node, "no_decision")
    else:
        _known(node, "unknown_decision", str(name), environment.decisions, report)


_Check = Callable[[Node, dict[str, object], Environment, Report], None]
_CHECKS: dict[object, _Check] = {
    B + "userTask": _check_user_task,
    B + "startEvent": _check_form,
    B + "serviceTask": _check_service_task,
    B + "businessRuleTask": _check_decision,
}


def _check_call(node: Node, own: set[str], environment: Environment, report: Report) -> None:
    called = (node.get("calledElement") or "").strip()
    if not called:
        report.add(node, "no_called_process")
    elif called.startswith(("=", "$", "#")):
        report.add(node, "called_by_expression")
    elif called not in own:
        _known(node, "unknown_process", called, environment.processes, report)


def _check_operations(node: Node, operations: list[str], report: Report) -> None:
    # "none" stands alone: beside another it would say two things.
    known = {NO_OPERATION} if len(operations) == 1 else set()
    for name in operations:
        if name not in known | set(Operation):
            report.add(node, "bad_operation", name=name)


def _check_marks(
    node: Node, extensions: dict[str, Any], environment: Environment, report: Report
) -> None:
    stage, duty = extensions.get("stage"), extensions.get("duty")
    if stage:
        _known(node, "bad_stage", str(stage), environment.stages, report)
    if duty:
        _known(node, "bad_duty", str(duty), environment.duties, report)
        for group in extensions.get("candidate_groups", []):
            allowed = environment.duties_of_groups.get(group)
            if allowed is not None and duty not in allowed:
                report.add(node, "duty_not_of_post", name=group, duty=duty)
    _check_operations(node, extensions.get("operations", []), report)
    step = DialectReader(node).properties().get("jc:step")
    if step and not (step.isdigit() and 1 <= int(step) <= 14):
        report.add(node, "bad_step")
