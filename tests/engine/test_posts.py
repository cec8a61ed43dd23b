"""Posts, duties and exclusions as a definition."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from engine.database import Database
from engine.definitions import Definitions
from engine.posts import InvalidPosts, lint_posts, parse_posts
from engine.sources import Source

PACKAGED = Path("processes/base/posts.json").read_bytes()
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
)


def table(**parts: Any) -> dict[str, Any]:
    return {
        "posts": [{"key": "finance", "name": "财务岗", "name_en": "Finance"}],
        "duties": [
            {"key": "review", "name": "审核", "name_en": "Review"},
            {"key": "money", "name": "收费", "name_en": "Money"},
        ],
        "exclusions": [{"duties": ["review", "money"], "basis": "规程", "mandatory": True}],
        **parts,
    }


def source(scope: str = "base", **parts: Any) -> Source:
    return Source("posts", "posts", json.dumps(table(**parts)).encode(), scope)


def work(group: str, duty: str) -> Source:
    task = (
        f'<bpmn:userTask id="t" name="办" camunda:candidateGroups="{group}"><bpmn:'
        "extensionElements><camunda:properties>"
        f'<camunda:property name="jc:duty" value="{duty}"/></camunda:properties>'
        "</bpmn:extensionElements></bpmn:userTask>"
    )
    flow = '<bpmn:sequenceFlow id="{}" sourceRef="{}" targetRef="{}"/>'.format
    content = (
        f'{HEAD}<bpmn:process id="p" isExecutable="true"><bpmn:startEvent id="s"/>{task}'
        f'<bpmn:endEvent id="e"/>{flow("f", "s", "t")}{flow("g", "t", "e")}</bpmn:process>'
        "</bpmn:definitions>"
    )
    return Source("process", "p", content.encode())


def test_finding_says_by_names_which_row_is_meant() -> None:
    content = table(
        posts=[{"key": "finance", "name": "财务岗", "name_en": "Finance", "duties": ["cash"]}],
        exclusions=[{"duties": ["review", "money", "cash"]}, {"duties": ["money"]}],
    )

    found = list(lint_posts(json.dumps(content).encode()))

    assert [(one.message_zh, one.message_en) for one in found] == [
        ("“财务岗”:没有职责“cash”。", "“Finance”: There is no duty “cash”."),
        ("“审核、收费”:没有职责“cash”。", "“Review, Money”: There is no duty “cash”."),
        ("“收费”:至少选两项职责。", "“Money”: Choose two duties at least."),
    ]


@pytest.mark.parametrize(
    ("duty", "done", "by"),
    [
        ("marks", {"review"}, "review"),
        ("review", {"review"}, None),
        ("issue", {"assess", "train"}, "assess"),
        ("assess", {"issue"}, "issue"),
        ("train", {"assess"}, None),
        ("unheard_of", {"review"}, None),
    ],
)
def test_packaged_exclusions(duty: str, done: set[str], by: str | None) -> None:
    assert parse_posts(PACKAGED).excluding(duty, frozenset(done)) == by


def test_post_is_named_in_both_languages_and_an_unknown_one_by_its_key() -> None:
    posts = parse_posts(PACKAGED)

    assert [posts.post_name("planner"), posts.post_name("planner", "en")] == ["计划岗", "Planner"]
    assert posts.post_name("gone") == "gone"


@pytest.mark.parametrize(
    ("change", "place"),
    [
        (lambda one: one["posts"][0].update(key="Finance"), "/posts/0/key"),
        (lambda one: one["posts"][0].update(key="a" * 61), "/posts/0/key"),
        (lambda one: one["duties"].append({**one["duties"][0], "key": "a" * 21}), "/duties/2/key"),
        (lambda one: one["posts"].append(dict(one["posts"][0])), "/posts/1/key"),
        (lambda one: one["posts"][0].update(name=" "), "/posts/0/name"),
        (lambda one: one["posts"][0].update(name="长" * 201), "/posts/0/name"),
        (lambda one: one["duties"][1].pop("name_en"), "/duties/1/name_en"),
        (lambda one: one["posts"][0].update(duties=["fly"]), "/posts/0/duties"),
        (lambda one: one["exclusions"][0].update(duties=["money"]), "/exclusions/0/duties"),
        (lambda one: one["exclusions"][0].update(duties="money"), "/exclusions/0/duties"),
        (lambda one: one["exclusions"][0].update(basis=3), "/exclusions/0/basis"),
        (lambda one: one["exclusions"].append("x"), "/exclusions/1"),
        (lambda one: one.update(posts=[{}] * 501), "/posts"),
        (lambda one: one.pop("duties"), ""),
    ],
)
def test_mistakes_are_found_at_their_place(
    change: Callable[[dict[str, Any]], Any], place: str
) -> None:
    rows = table()
    change(rows)

    found = list(lint_posts(json.dumps(rows).encode()))

    assert [one.element_id for one in found] == [place]
    with pytest.raises(InvalidPosts):
        parse_posts(json.dumps(rows).encode())


def test_what_is_no_json_is_refused() -> None:
    assert [one.code for one in lint_posts(b"{")] == ["not_json"]


@pytest.mark.parametrize(
    ("group", "duty", "posts", "codes"),
    [
        ("finance", "money", {}, []),
        ("assessor", "money", {}, ["unknown_group"]),
        ("finance", "assess", {}, ["bad_duty"]),
        ("finance", "money", {"duties": ["money"]}, []),
        ("finance", "money", {"duties": ["review"]}, ["duty_not_of_post"]),
        ("finance", "money", {"duties": []}, ["duty_not_of_post"]),
    ],
)
def test_diagrams_may_use_the_posts_and_duties_of_their_set(
    database: Database, group: str, duty: str, posts: dict[str, Any], codes: list[str]
) -> None:
    definitions = Definitions(groups={"assessor"}, reading=database.reading)
    given = [{"key": "finance", "name": "财务岗", "name_en": "Finance", **posts}]

    with database.transaction() as db:
        report = definitions.check(db, [source(posts=given), work(group, duty)])

    assert [one.code for one in report.findings if one.severity == "error"] == codes


def test_organisation_adds_a_post_of_its_own(database: Database) -> None:
    definitions = Definitions(groups=(), reading=database.reading)
    more = [*table()["posts"], {"key": "nurse", "name": "校医", "name_en": "Nurse"}]

    with database.transaction() as db:
        definitions.publish(db, [source()])
        report = definitions.publish(
            db,
            [source(posts=more), work("nurse", "review")],
            "organisation:a",
        )
        refused = definitions.check(db, [work("nurse", "review")])

    assert not report.refused
    assert [one.code for one in refused.findings if one.severity == "error"] == ["unknown_group"]


@pytest.mark.parametrize(
    ("exclusions", "codes"),
    [
        ([{"duties": ["review", "money"], "mandatory": True}], []),
        ([], ["mandatory_removed"]),
        ([{"duties": ["review", "money"]}], ["mandatory_removed"]),
        ([{"duties": ["review", "marks"], "mandatory": True}], ["mandatory_removed"]),
        ([{"duties": ["review", "money", "marks"], "mandatory": True}], []),
    ],
)
def test_mandatory_exclusion_cannot_be_dropped(
    database: Database, exclusions: list[dict[str, Any]], codes: list[str]
) -> None:
    definitions = Definitions(groups=(), reading=database.reading)
    duties = [*table()["duties"], {"key": "marks", "name": "成绩", "name_en": "Marks"}]

    with database.transaction() as db:
        definitions.publish(db, [source()])
        report = definitions.check(
            db, [source(duties=duties, exclusions=exclusions)], "organisation:a"
        )

    assert [one.code for one in report.findings if one.severity == "error"] == codes


@pytest.mark.parametrize("part", ["posts", "duties"])
def test_mandatory_post_or_duty_cannot_be_dropped(database: Database, part: str) -> None:
    definitions = Definitions(groups=(), reading=database.reading)
    kept = {"key": "kept", "name": "必设", "name_en": "Kept", "mandatory": True}
    rows = [*table()[part], kept]

    with database.transaction() as db:
        definitions.publish(db, [source(**{part: rows})])
        report = definitions.check(db, [source()], "organisation:a")

    assert [(one.code, "必设" in one.message_zh) for one in report.findings] == [
        ("mandatory_removed", True)
    ]
