"""Publishing definitions, and finding them again for instances."""

from collections.abc import Callable, Sequence
from typing import Any

import pytest
from sqlmodel import select

from engine.bundles import (
    Bundle,
    BundleMember,
    Definition,
    LoweredDiagram,
)
from engine.database import Database
from engine.decisions import parse_decisions
from engine.definitions import Definitions
from engine.diagrams import CompiledDiagram, compile_diagram
from engine.errors import UnknownBundle, UnknownDefinition, UnknownProcess
from engine.findings import Finding
from engine.publication import NewVersion
from engine.sources import Source
from tests.engine.publishing import (
    DECIDE,
    FORM,
    NOW,
    SERVE,
    TASK,
    call,
    decision,
    diagram,
    process,
    published,
    refused,
)


def test_publishing_stores_versions_and_the_lowered_form(
    database: Database, definitions: Definitions
) -> None:
    sources = [
        process("main", call("part"), DECIDE),
        process("part", FORM),
        Source("decision", "d1", decision("d1")),
        Source("form", "apply", b"{}"),
    ]

    report = published(database, definitions, *sources)

    assert report.findings == ()
    assert report.bundles == {"base": report.bundle_id}
    assert report.new_versions == (
        NewVersion("process", "main", "base", 1),
        NewVersion("process", "part", "base", 1),
        NewVersion("decision", "d1", "base", 1),
        NewVersion("form", "apply", "base", 1),
    )
    with database.transaction() as db:
        assert definitions.current_bundle(db) == report.bundle_id
        rows = db.scalars(select(Definition)).all()
        assert {(row.published_at, row.published_by) for row in rows} == {(NOW, "me")}
        assert len(db.scalars(select(BundleMember)).all()) == 4
        assert len(db.scalars(select(LoweredDiagram)).all()) == 2
        assert definitions.content(db, report.bundle_id, "form", "apply") == b"{}"
    assert definitions.process_ids(report.bundle_id) == ["main", "part"]
    assert sorted(definitions.process(report.bundle_id, "main").subprocess_specs) == [
        "main",
        "part",
    ]
    assert definitions.decision(report.bundle_id, "d1").evaluate({}).value == "yes"


def test_only_what_changed_becomes_a_version(database: Database, definitions: Definitions) -> None:
    first = published(database, definitions, process("a", TASK), process("b", TASK))

    again = published(database, definitions, process("a", TASK), process("b", TASK))
    assert (again.new_versions, again.bundle_id) == ((), first.bundle_id)
    changed = published(database, definitions, process("b", TASK, TASK))
    assert changed.new_versions == (NewVersion("process", "b", "base", 2),)
    assert changed.bundle_id != first.bundle_id
    back = published(database, definitions, process("b", TASK))
    assert back.new_versions == (NewVersion("process", "b", "base", 3),)
    assert back.bundle_id == first.bundle_id


def test_running_instances_keep_their_bundle(database: Database, definitions: Definitions) -> None:
    old = published(database, definitions, process("a", TASK)).bundle_id
    new = published(database, definitions, process("a", TASK, TASK)).bundle_id

    assert sorted(definitions.process(old, "a").elements) == ["e", "n0", "s"]
    assert sorted(definitions.process(new, "a").elements) == ["e", "n0", "n1", "s"]


def test_another_process_of_the_operating_system_loads_the_stored_form(
    database: Database, definitions: Definitions
) -> None:
    bundle_id = published(database, definitions, process("a", call("b")), process("b")).bundle_id
    with database.transaction() as db:
        marked = b'<bpmn:startEvent id="s" name="stored"'
        for row in db.scalars(select(LoweredDiagram)).all():
            row.content = row.content.replace(b'<bpmn:startEvent id="s"', marked)

    fresh = Definitions(reading=database.reading)

    assert fresh.process(bundle_id, "a").elements["s"].name == "stored"
    assert [one.process_id for one in fresh.start_events(bundle_id)] == ["a", "b"]


def test_a_process_is_known_while_another_is_being_compiled(
    database: Database, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("one", "three", "two")
    bundle_id = published(database, definitions, *(process(name, TASK) for name in names)).bundles[
        "base"
    ]
    other = Definitions(reading=database.reading)
    met: list[Any] = []

    def compiling(content: bytes) -> CompiledDiagram:
        met.append(None)
        if len(met) == 2:
            # What another thread would ask for when one diagram of three is compiled.
            met.extend(other.process(bundle_id, name) for name in names)
        return compile_diagram(content)

    monkeypatch.setattr("engine.definitions.compile_diagram", compiling)

    assert other.process(bundle_id, "two").spec.name == "two"
    asked = [found.spec.name for found in met if found is not None]
    assert asked == list(names)


def test_a_decision_is_known_while_another_is_being_parsed(
    database: Database, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    names = ("d1", "d2", "d3")
    sources = [Source("decision", name, decision(name)) for name in names]
    bundle_id = published(database, definitions, *sources).bundles["base"]
    other = Definitions(reading=database.reading)
    met: list[Any] = []

    def parsing(content: bytes, **more: Any) -> Any:
        met.append(None)
        if len(met) == 2:
            met.extend(other.decision(bundle_id, name) for name in names)
        return parse_decisions(content, **more)

    monkeypatch.setattr("engine.definitions.parse_decisions", parsing)

    assert other.decision(bundle_id, "d2") is not None
    assert [found.id for found in met if found is not None] == list(names)


def test_a_bundle_is_at_hand_even_if_others_push_it_out(
    database: Database, definitions: Definitions, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle_id = published(database, definitions, process("a")).bundle_id
    other = Definitions(reading=database.reading)

    # As if other threads loaded as many bundles between loading this one and taking it.
    monkeypatch.setattr("engine.definitions.CACHED_BUNDLES", 0)

    assert other.process_ids(bundle_id) == ["a"]


def test_unknown_names_say_so(database: Database, definitions: Definitions) -> None:
    bundle_id = published(database, definitions, process("a")).bundle_id

    with pytest.raises(UnknownProcess):
        definitions.process(bundle_id, "b")
    with pytest.raises(UnknownDefinition):
        definitions.decision(bundle_id, "d")
    with database.transaction() as db, pytest.raises(UnknownDefinition):
        definitions.content(db, bundle_id, "form", "f")
    for unreachable in (Definitions(), Definitions(reading=database.reading)):
        with pytest.raises(UnknownBundle):
            unreachable.process("0" * 64, "a")


@pytest.mark.parametrize(
    ("sources", "found"),
    [
        ([process("a", call("b"))], [("unknown_process", "process/a")]),
        ([process("a", FORM)], [("unknown_form", "process/a")]),
        ([process("a", DECIDE)], [("unknown_decision", "process/a")]),
        ([process("a", SERVE.replace("x.y", "x.z"))], [("unknown_service_task", "process/a")]),
        (
            [process("a", FORM.replace("reviewer", "nobody")), Source("form", "apply", b"{}")],
            [("unknown_group", "process/a")],
        ),
        ([Source("process", "b", diagram("a"))], [("process_id_differs", "process/b")]),
        ([Source("process", "a", b"<a/>")], [("not_bpmn", "process/a")]),
        ([Source("form", "f", b"{")], [("not_json", "form/f")]),
        ([Source("form", "f", '{"a": "\u202e"}'.encode())], [("turned_text", "form/f")]),
        ([Source("form", "f", b'{"a": "\\u2066"}')], [("turned_text", "form/f")]),
        ([Source("scenarios", "s", b'- name: "\\u202E"')], [("turned_text", "scenarios/s")]),
        (
            [Source("process", "a", diagram("a").replace(b"<bpmn:start", b"&#x202d;<bpmn:start"))],
            [("turned_text", "process/a")],
        ),
        ([Source("decision", "d", decision("other"))], [("decision_id_differs", "decision/d")]),
        (
            [
                Source("decision", "a", decision("a")),
                Source(
                    "decision",
                    "b",
                    decision("b").replace(b"</definitions>", decision("a").partition(b'"x">')[2]),
                ),
            ],
            [("decision_twice", "decision/b")],
        ),
        ([process("a"), process("a", TASK)], [("defined_twice", "process/a")]),
        ([Source("gadget", "a", b"x")], [("bad_kind", "gadget/a")]),
        ([Source("form", "../a", b"{}")], [("bad_key", "form/../a")]),
        ([Source("form", "a", b"")], [("bad_size", "form/a")]),
        (
            [
                process("a"),
                Source(
                    "process",
                    "b",
                    diagram("b").replace(
                        b"</bpmn:definitions>",
                        diagram("a")
                        .partition(b'bpmn">')[2]
                        .replace(b'"s"', b'"s2"')
                        .replace(b'"e"', b'"e2"')
                        .replace(b'"f0"', b'"f9"'),
                    ),
                ),
            ],
            [("process_twice", "process/b")],
        ),
    ],
    ids=lambda value: value[0][0] if isinstance(value[0], tuple) else "",
)
def test_nothing_is_stored_when_something_is_wrong(
    sqlite_database: Database, sources: list[Source], found: list[tuple[str, str]]
) -> None:
    definitions = Definitions(service_tasks={"x.y"}, groups={"reviewer"})

    assert refused(sqlite_database, definitions, *sources) == found
    with sqlite_database.transaction() as db:
        assert db.scalars(select(Definition)).all() == []
        assert db.scalars(select(Bundle)).all() == []


def test_removing_what_others_need_is_refused(
    sqlite_database: Database, definitions_on: Callable[[Database], Definitions]
) -> None:
    definitions = definitions_on(sqlite_database)
    published(sqlite_database, definitions, process("a", call("b")), process("b"))

    assert refused(sqlite_database, definitions, process("a", call("b")), complete=True) == [
        ("unknown_process", "process/a")
    ]
    report = published(sqlite_database, definitions, process("a"), complete=True)
    assert NewVersion("process", "b", "base", 2, withdrawn=True) in report.new_versions
    assert definitions.process_ids(report.bundle_id) == ["a"]
    again = published(sqlite_database, definitions, process("b"))
    assert again.new_versions == (NewVersion("process", "b", "base", 3),)


def test_checkers_of_the_host_see_their_kind(sqlite_database: Database) -> None:
    seen: list[tuple[str, bytes]] = []

    def check(key: str, content: bytes) -> Sequence[Finding]:
        seen.append((key, content))
        return [Finding("ugly", "丑", "ugly", severity="warning"), Finding("wrong", "错", "wrong")]

    definitions = Definitions(checkers={"form": check})

    sources = [Source("form", "f", b"{}"), Source("sheet", "s", b"{}")]
    assert refused(sqlite_database, definitions, *sources) == [("wrong", "form/f")]
    assert seen == [("f", b"{}")]


def test_check_stores_nothing(database: Database, definitions: Definitions) -> None:
    with database.transaction() as db:
        report = definitions.check(db, [process("a")])

        assert (report.refused, report.bundle_id, report.findings) == (False, None, ())
        assert db.scalars(select(Definition)).all() == []


def test_recursion_is_reported(database: Database, definitions: Definitions) -> None:
    report = published(database, definitions, process("a", call("b")), process("b", call("a")))

    assert [(one.code, one.definition) for one in report.findings] == [
        ("recursive_call", "process/a"),
        ("recursive_call", "process/b"),
    ]


def test_bundle_cache_is_bounded(
    sqlite_database: Database,
    definitions_on: Callable[[Database], Definitions],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("engine.definitions.CACHED_BUNDLES", 2)
    definitions = definitions_on(sqlite_database)
    ids = [
        published(sqlite_database, definitions, process("a", *[TASK] * count)).bundle_id
        for count in range(4)
    ]

    assert [len(definitions.process(one, "a").elements) for one in ids] == [2, 3, 4, 5]


IMPORTING = (
    b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" '
    b'namespace="m"><import name="other" namespace="x"/><decision id="d1" name="d1">'
    b'<informationRequirement><requiredDecision href="x#d2"/></informationRequirement>'
    b'<literalExpression><text>other.d2 + "!"</text></literalExpression></decision></definitions>'
)


def test_decisions_import_others_of_their_bundle(
    database: Database, definitions: Definitions
) -> None:
    importing = Source("decision", "d1", IMPORTING)
    imported = Source("decision", "d2", decision("d2"))

    assert refused(database, definitions, importing) == [
        ("dmn_import", "decision/d1"),
        ("dmn_requirement", "decision/d1"),
    ]
    bundle_id = published(database, definitions, importing, imported).bundle_id

    assert definitions.decision(bundle_id, "d1").evaluate({}).value == "yes!"
