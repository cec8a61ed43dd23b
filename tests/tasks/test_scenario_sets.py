"""Scenarios as definitions: an inner scope replaces, removes and adds single ones."""

from pathlib import Path

import pytest
import yaml

import processes
from engine.bundles import Member
from tasks.scenario_sets import MOST_TIMES, check_scenarios, scenarios_of

PROCESSES = Path(processes.__file__).parent
CHAIN = ("base", "industry:gas", "organisation:x")


def member(scope: str, content: str, key: str = "enrolment") -> Member:
    return Member("scenarios", key, scope, 1, content.encode(), "")


def test_an_inner_scope_replaces_removes_and_adds_by_name() -> None:
    members = [
        member("organisation:x", "[{name: b, world: own}, {name: c, removed: true}]"),
        member("base", "[{name: a, world: w}, {name: b, world: w}, {name: c, world: w}]"),
        member("industry:gas", "[{name: d, world: gas}]"),
        member("organisation:y", "[{name: a, world: another}]"),
    ]

    found = {one.name: one.content["world"] for one in scenarios_of(CHAIN, members)}

    assert found == {"a": "w", "b": "own", "d": "gas"}


def test_an_inner_scope_has_the_outer_scenarios_leave_out_more() -> None:
    members = [
        member("base", "[{name: a, world: w, leave_out: {pay: {paid: 1}}}, {name: b, world: w}]"),
        member(
            "industry:gas", "[{inherit: {leave_out: {brief: {}, pay: {}}}}, {name: b, world: g}]"
        ),
    ]

    found = {one.name: one.content.get("leave_out") for one in scenarios_of(CHAIN, members)}

    assert found == {"a": {"brief": {}, "pay": {"paid": 1}}, "b": None}


@pytest.mark.parametrize(
    "content",
    ["5", "text", "{a: 1}", "[1, [2]]", "- inherit: 5", "- inherit: {leave_out: 5}", "- name:", ""],
)
def test_what_is_no_scenario_changes_nothing(content: str) -> None:
    outer = member("base", "- {name: one, world: enrolled}")
    inner = member("organisation:x", content)

    found = scenarios_of(("base", "organisation:x"), [outer, inner])

    assert [one.name for one in found] == ["one"]
    assert not found[0].content.get("leave_out")


def test_scenarios_of_another_process_with_the_same_name_stay() -> None:
    members = [
        member("base", "[{name: a, world: w}]"),
        member("organisation:x", "[{name: a, removed: true}]", key="archive"),
    ]

    assert [one.name for one in scenarios_of(CHAIN, members)] == ["a"]


def _is_chinese(text: str | None) -> bool:
    return any("一" <= letter <= "鿿" for letter in text or "")


@pytest.mark.parametrize(
    "path", sorted(PROCESSES.rglob("scenarios.yaml")), ids=lambda p: p.parent.name
)
def test_the_packaged_scenarios_pass_the_check(path: Path) -> None:
    content = path.read_bytes()

    assert check_scenarios(path.parent.name, content) == []
    named = [one for one in yaml.safe_load(content) if "name" in one and "removed" not in one]
    # Readers of either language are told what each one is.
    assert [one["name"] for one in named if not _is_chinese(one.get("name_zh"))] == []


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        ("[{name: a, world: offered, steps: [{advance: P1D}]}]", []),
        ("[{name: a, removed: true}]", []),
        ("[{inherit: {leave_out: {archive: {}}}}]", []),
        ("[{inherit: {world: x}}]", ["bad_scenario"]),
        ("a: b", ["bad_scenario"]),
        ("[{world: offered}]", ["bad_scenario"]),
        ("[{name: a, world: nowhere}]", ["bad_scenario"]),
        ("[{name: a, world: offered, pth: []}]", ["bad_scenario"]),
        ("[{name: a, world: offered, path: b}]", ["bad_scenario"]),
        ("[{name: a, world: offered, steps: [{}]}]", ["bad_scenario"]),
        (
            f"[{{name: a, world: offered, steps: [{{do: x, times: {MOST_TIMES + 1}}}]}}]",
            ["bad_scenario"],
        ),
        ("[{name: a, removed: true}, {name: a, removed: true}]", ["scenario_twice"]),
        ("[" * 200, ["too_deep"]),
        ("[!!python/object/apply:os.system [x]", ["not_yaml"]),
    ],
)
def test_what_is_wrong_with_scenarios_is_said(content: str, codes: list[str]) -> None:
    assert [one.code for one in check_scenarios("enrolment", content.encode())] == codes
