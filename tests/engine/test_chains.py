"""Which definition holds where: the innermost scope's, and what outer scopes insist on."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlmodel import select

from engine.bundles import (
    BundleMember,
    Definition,
    scenario_members,
)
from engine.database import Database
from engine.definitions import Definitions
from engine.errors import DiagramError
from engine.findings import Finding
from engine.publication import NewVersion
from engine.sources import Source
from tests.engine.publishing import (
    KEPT,
    NOW,
    SERVE,
    TASK,
    call,
    diagram,
    process,
    published,
    refused,
)


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
