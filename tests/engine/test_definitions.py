"""Publishing definitions, and finding them again for instances."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import Any

import pytest
from sqlmodel import select

from engine.bundles import (
    Bundle,
    BundleMember,
    Definition,
    LoweredDiagram,
    scenario_members,
)
from engine.database import Database
from engine.decisions import parse_decisions
from engine.definitions import Definitions
from engine.diagrams import CompiledDiagram, compile_diagram
from engine.errors import DiagramError, UnknownBundle, UnknownDefinition, UnknownProcess
from engine.findings import Finding
from engine.publication import NewVersion
from engine.sources import Source

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
HEAD = (
    '<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn">'
)
MANDATORY = (
    "<bpmn:extensionElements><camunda:properties>"
    '<camunda:property name="jc:mandatory" value="true"/>'
    "</camunda:properties></bpmn:extensionElements>"
)


def diagram(key: str, *middle: str) -> bytes:
    """Draw a process with elements one after the other."""
    ids = ["s", *(f"n{number}" for number in range(len(middle))), "e"]
    nodes = "".join(text.format(id=ids[index + 1]) for index, text in enumerate(middle))
    edges = "".join(
        f'<bpmn:sequenceFlow id="f{index}" sourceRef="{ids[index]}" targetRef="{ids[index + 1]}"/>'
        for index in range(len(ids) - 1)
    )
    process = f'<bpmn:process id="{key}" isExecutable="true"><bpmn:startEvent id="s"/>'
    process += f'{nodes}<bpmn:endEvent id="e"/>{edges}</bpmn:process>'
    return f"{HEAD}{process}</bpmn:definitions>".encode()


TASK = '<bpmn:task id="{id}" name="做"/>'
KEPT = '<bpmn:task id="{id}" name="必经">' + MANDATORY + "</bpmn:task>"
FORM = (
    '<bpmn:userTask id="{id}" name="填" camunda:candidateGroups="reviewer" '
    'camunda:formRef="apply"/>'
)
DECIDE = '<bpmn:businessRuleTask id="{id}" camunda:decisionRef="d1" camunda:resultVariable="r"/>'
SERVE = '<bpmn:serviceTask id="{id}" camunda:type="external" camunda:topic="x.y"/>'


def call(name: str) -> str:
    return f'<bpmn:callActivity id="{{id}}" calledElement="{name}"/>'


def decision(key: str, output: str = '"yes"') -> bytes:
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="x" name="x" '
        f'namespace="x"><decision id="{key}" name="{key}"><variable name="{key}"/>'
        f"<literalExpression><text>{output}</text></literalExpression></decision></definitions>"
    ).encode()


def process(key: str, *middle: str, **more: Any) -> Source:
    return Source("process", key, diagram(key, *middle), **more)


@pytest.fixture
def definitions(database: Database) -> Definitions:
    return Definitions(
        service_tasks={"x.y"},
        groups={"reviewer"},
        pages=(),
        reading=database.reading,
        now=lambda: NOW,
    )


def published(database: Database, definitions: Definitions, *sources: Source, **more: Any) -> Any:
    with database.transaction() as db:
        report = definitions.publish(db, sources, more.pop("scope", "base"), "me", **more)
    assert not report.refused, report.findings
    return report


def refused(
    database: Database, definitions: Definitions, *sources: Source, **more: Any
) -> Sequence[tuple[str, str]]:
    with database.transaction() as db:
        report = definitions.publish(db, sources, more.pop("scope", "base"), "me", **more)
        assert (report.bundle_id, report.new_versions, report.refused) == (None, (), True)
    return sorted(
        {(one.code, one.definition) for one in report.findings if one.severity == "error"}
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


@pytest.fixture
def definitions_on() -> Callable[[Database], Definitions]:
    return lambda database: Definitions(reading=database.reading, now=lambda: NOW)


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


def test_the_innermost_scope_wins(database: Database, definitions: Definitions) -> None:
    base = published(database, definitions, process("a", TASK), process("b", TASK))
    gas = published(
        database,
        definitions,
        process("a", TASK, TASK, derived_from="base@1"),
        scope="industry:gas",
    )
    own = published(
        database, definitions, process("b", derived_from="base@1"), scope="organisation:o"
    )

    with database.transaction() as db:
        chain = ["organisation:o", "industry:gas"]
        all_three = definitions.current_bundle(db, chain)
        assert definitions.current_bundle(db) == base.bundle_id
        assert definitions.current_bundle(db, ["industry:gas"]) == gas.bundle_id
        assert definitions.current_bundle(db, ["organisation:o"]) == own.bundle_id
        assert definitions.current_bundle(db, chain) == all_three

    def sizes(bundle_id: str) -> list[int]:
        return [len(definitions.process(bundle_id, key).elements) for key in "ab"]

    assert [sizes(one) for one in (base.bundle_id, gas.bundle_id, own.bundle_id, all_three)] == [
        [3, 3],
        [4, 3],
        [3, 2],
        [4, 2],
    ]


def test_base_moves_inner_scopes_along_unless_they_break(
    database: Database, definitions: Definitions
) -> None:
    published(database, definitions, process("a", TASK), process("b", TASK))
    published(database, definitions, process("c", call("b")), scope="organisation:needs_b")
    other = published(database, definitions, process("c", call("a")), scope="organisation:other")

    moved = published(database, definitions, process("a", TASK, TASK), complete=True)

    assert [(one.code, one.definition, one.severity) for one in moved.findings] == [
        ("left_behind", "organisation:needs_b", "warning")
    ]
    assert sorted(moved.bundles) == ["base", "base organisation:other"]
    with database.transaction() as db:
        kept = definitions.current_bundle(db, ["organisation:needs_b"])
        new = definitions.current_bundle(db, ["organisation:other"])
    assert definitions.process_ids(kept) == ["a", "b", "c"]
    assert new != other.bundle_id
    assert definitions.process_ids(new) == ["a", "c"]


def test_an_industry_gives_way_only_to_what_is_made_from_it(
    database: Database, definitions: Definitions
) -> None:
    published(database, definitions, process("a", TASK))
    published(database, definitions, process("a", TASK, TASK), scope="industry:gas")
    chain = ["industry:gas", "organisation:o"]
    with database.transaction() as db:
        packs = definitions.current_bundle(db, chain)

    for number, origin in enumerate((None, "base@1", "industry:water@1"), 1):
        mine = process("a", *[TASK] * (number + 2), derived_from=origin)
        report = published(database, definitions, mine, scope="organisation:o")
        assert [(one.code, one.severity) for one in report.findings] == [
            ("industry_stays", "warning")
        ]
        with database.transaction() as db:
            assert definitions.current_bundle(db, chain) == packs
            assert definitions.current_bundle(db, ["organisation:o"]) == report.bundle_id
    mine = process("a", derived_from="industry:gas@1")
    report = published(database, definitions, mine, scope="organisation:o")
    assert report.findings == ()
    with database.transaction() as db:
        assert definitions.current_bundle(db, chain) == report.bundle_id
    published(database, definitions, process("a", TASK, TASK, TASK), scope="industry:gas")
    late = process("a", TASK, derived_from="industry:gas@1")
    report = published(database, definitions, late, scope="organisation:o")
    assert [(one.code, one.severity) for one in report.findings] == [("outer_moved", "warning")]


def test_a_pack_is_made_from_the_base_it_comes_with(
    database: Database, definitions: Definitions
) -> None:
    pack = {"scope": "industry:gas", "complete": True}
    published(database, definitions, process("a", TASK), process("b", TASK))
    published(database, definitions, process("a", TASK, TASK), process("own"), **pack)
    published(database, definitions, process("a", CALL_B := call("b"), TASK))
    # The same files again keep what they were made from; changed ones are made from the new base.
    published(database, definitions, process("a", TASK, TASK), process("own"), **pack)
    with database.transaction() as db:
        rows = db.scalars(select(Definition).where(Definition.scope == "industry:gas")).all()
        assert {row.key: row.derived_from for row in rows} == {"a": "base@1", "own": None}
    published(database, definitions, process("a", CALL_B, TASK, TASK), process("own"), **pack)
    with database.transaction() as db:
        rows = db.scalars(select(Definition).where(Definition.scope == "industry:gas")).all()
        origins = {row.derived_from for row in rows if row.key == "a"}
        assert origins == {"base@1", "base@2"}


@pytest.mark.parametrize(
    ("middle", "found"),
    [
        ((KEPT, TASK), []),
        ((KEPT,), []),
        ((), ["mandatory_removed"]),
        ((TASK,), ["mandatory_unmarked"]),
        ((SERVE,), ["mandatory_removed", "mandatory_unmarked"]),
    ],
)
def test_what_the_outer_scope_marks_mandatory_stays(
    sqlite_database: Database,
    definitions_on: Callable[[Database], Definitions],
    middle: tuple[str, ...],
    found: list[str],
) -> None:
    definitions = definitions_on(sqlite_database)
    published(sqlite_database, definitions, process("a", KEPT))

    with sqlite_database.transaction() as db:
        mine = process("a", *middle, derived_from="base@1")
        report = definitions.publish(db, [mine], "organisation:o", "me")

    assert sorted({one.code for one in report.findings}) == found


def test_a_new_combination_that_does_not_fit_is_refused(
    database: Database, definitions: Definitions
) -> None:
    published(database, definitions, process("a", TASK))
    published(database, definitions, process("g"), process("a", call("g")), scope="industry:gas")
    published(
        database,
        definitions,
        Source("process", "h", diagram("h", call("k"))),
        process("k"),
        scope="organisation:o",
    )
    published(database, definitions, process("k2"), scope="industry:wind")
    with database.transaction() as db:
        db.add(
            Definition(
                kind="process",
                key="w",
                scope="industry:wind",
                version=1,
                sha256="0" * 64,
                content=diagram("w", call("gone")),
                published_at=NOW,
                published_by="somebody",
            )
        )

    with database.transaction() as db, pytest.raises(DiagramError, match="no process “gone”"):
        definitions.current_bundle(db, ["industry:wind", "organisation:o"])


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


def scenarios(content: bytes, **more: Any) -> Source:
    return Source("scenarios", "main", content, **more)


def test_scenarios_are_versioned_and_change_no_bundle(
    database: Database, definitions: Definitions
) -> None:
    main = process("main", TASK)
    before = published(database, definitions, main)

    report = published(database, definitions, scenarios(b"- name: a"))

    assert report.bundles == before.bundles
    assert report.new_versions == (NewVersion("scenarios", "main", "base", 1),)
    with database.transaction() as db:
        members = db.scalars(select(BundleMember.kind)).all()
    assert "scenarios" not in members


def test_scenarios_hold_for_a_chain_like_other_definitions(
    database: Database, definitions: Definitions
) -> None:
    published(database, definitions, process("main", TASK), scenarios(b"- name: a"))
    published(database, definitions, scenarios(b"- name: b"), scope="organisation:o")

    with database.transaction() as db:
        outer = scenario_members(db, ["base"])
        inner = scenario_members(db, ["base", "organisation:o"])

    assert {key: one.content for key, one in outer.items()} == {"main": b"- name: a"}
    assert {key: one.content for key, one in inner.items()} == {"main": b"- name: b"}


def test_the_host_checks_scenarios_that_are_new(database: Database) -> None:
    checked = Definitions(
        checkers={"scenarios": lambda key, content: [Finding("bad_yaml", "坏", f"bad {key}")]},
        now=lambda: NOW,
    )

    assert refused(database, checked, process("main", TASK), scenarios(b"[")) == [
        ("bad_yaml", "scenarios/main")
    ]


def test_removal_gives_the_outer_definition_its_place_back(
    database: Database, definitions: Definitions
) -> None:
    published(database, definitions, process("main", TASK), process("other", TASK))
    mine = process("main", TASK, TASK, derived_from="base@1")
    published(database, definitions, mine, process("own", TASK), scope="organisation:o")

    with database.transaction() as db:
        checked = definitions.check(db, [], "organisation:o", removals=[("process", "main")])
        report = definitions.publish(
            db, [], "organisation:o", "me", removals=[("process", "main"), ("process", "other")]
        )

    assert not checked.refused
    assert report.new_versions == (NewVersion("process", "main", "organisation:o", 2, True),)
    assert report.bundle_id is not None
    assert definitions.process_ids(report.bundle_id) == ["main", "other", "own"]
    with database.transaction() as db:
        content = definitions.content(db, report.bundle_id, "process", "main")
    assert content == diagram("main", TASK)


def test_what_others_need_cannot_be_removed(database: Database, definitions: Definitions) -> None:
    published(database, definitions, process("main", call("part")), process("part", TASK))

    with database.transaction() as db:
        report = definitions.publish(db, [], "base", "me", removals=[("process", "part")])

    assert report.refused
    assert ("unknown_process", "process/main") in {
        (one.code, one.definition) for one in report.findings
    }
