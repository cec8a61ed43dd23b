"""A scope as files: out and in again without a change, and nothing strange let in."""

from datetime import UTC, datetime
from typing import Any

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.bundles import Definition
from engine.database import Database, create_database
from engine.draft_contents import DraftRefused
from engine.draft_leases import DraftHeld, take_lease
from engine.drafts import drafts_of, read_draft
from engine.scope_files import MANIFEST, Intake, path_of, read_scope, take_in, write_scope
from engine.sources import KINDS, Source

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
GAS = "organisation:gas"
DIAGRAM = (
    b'<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" '
    b'targetNamespace="x">\r\n  <bpmn:process id="enrolment"/>\t\n</bpmn:definitions>\n'
)
DMN = b'<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="x"/>'
CONTENTS = {
    "process": DIAGRAM,
    "decision": DMN,
    "scenarios": "- name: 一\n".encode(),
    "paper": "= 通知\n".encode(),
}


@pytest.fixture
def database(database: Database) -> Database:
    database.create_schema()
    return database


def publish(database: Database, *sources: Source, version: int = 1, **more: Any) -> None:
    with database.transaction() as db:
        for source in sources:
            row = Definition(
                kind=source.kind,
                key=source.key,
                scope=source.scope,
                version=version,
                content=source.content,
                sha256="0" * 64,
                derived_from=source.derived_from,
                published_at=NOW,
                published_by="li",
                **more,
            )
            db.add(row)


def everything(scope: str = GAS) -> list[Source]:
    return [
        Source(kind, f"{kind}_one", CONTENTS.get(kind, b'{ "a" : 1 }\n'), scope, "base@2")
        for kind in KINDS
    ]


@pytest.mark.parametrize("scope", [GAS, "organisation:gas~electrician", "industry:electrician"])
def test_out_and_in_again_changes_nothing(database: Database, scope: str) -> None:
    publish(database, *everything(scope))
    publish(database, Source("form", "base_form", b"{}", "base"))
    publish(database, Source("form", "gone", b"{}", scope), withdrawn=True)
    with database.transaction() as db:
        files = write_scope(db, scope)
        assert sorted(files) == sorted([MANIFEST, *(path_of(k, f"{k}_one") for k in KINDS)])
        assert orjson.loads(files[MANIFEST])["definitions"]["forms/form_one.json"] == {
            "derivedFrom": "base@2"
        }
        by_name = sorted(everything(scope), key=lambda one: path_of(one.kind, one.key))
        assert read_scope(files, scope) == by_name
        done = take_in(db, scope, files, actor="li", now=NOW, mirror=True)
        assert {one.action for one in done} == {"same"}
        assert list(drafts_of(db, scope)) == []
        # Into an installation that has nothing yet: the same bytes again.
        take_in(db, "organisation:new", files, actor="li", now=NOW)
        for source in everything():
            draft = read_draft(db, "organisation:new", source.kind, source.key)
            assert draft is not None
            assert (draft.content, draft.derived_from) == (source.content, "base@2")


def test_changes_become_drafts(database: Database) -> None:
    publish(database, Source("form", "a", b"{}", GAS, "base@1"), Source("form", "b", b"{}", GAS))
    files = {"forms/a.json": b'{"x": 1}', "forms/c.json": b"{}"}
    with database.transaction() as db:
        assert take_in(db, GAS, files, actor="li", now=NOW) == [
            Intake("form", "a", "changed"),
            Intake("form", "c", "new"),
        ]
        draft = read_draft(db, GAS, "form", "a")
        assert draft is not None
        assert (draft.derived_from, draft.based_on) == ("base@1", 1)
        assert read_draft(db, GAS, "form", "b") is None
        done = take_in(db, GAS, files, actor="li", now=NOW, mirror=True)
        assert done[-1] == Intake("form", "b", "removed")
        removal = read_draft(db, GAS, "form", "b")
        assert removal is not None
        assert removal.removes


@pytest.mark.parametrize(
    ("path", "content", "code"),
    [
        ("../forms/a.json", b"{}", "unknown_place"),
        ("forms/a.bpmn", b"{}", "unknown_place"),
        ("forms/a", b"{}", "unknown_place"),
        ("a.json", b"{}", "unknown_place"),
        ("forms/../a.json", b"{}", "bad_key"),
        ("forms/x/a.json", b"{}", "bad_key"),
        ("forms/.json", b"{}", "bad_key"),
        ("forms/a.json", b"{", "not_json"),
        ("processes/a.bpmn", b"<!DOCTYPE a><a/>", "doctype"),
        (MANIFEST, b"[]", "bad_manifest"),
        (MANIFEST, b'{"format": 2, "definitions": {}}', "bad_manifest"),
        (
            MANIFEST,
            b'{"format": 1, "definitions": {"forms/a.json": {"derivedFrom": "moon@1"}}}',
            "bad_manifest",
        ),
        (
            MANIFEST,
            b'{"format": 1, "definitions": {"forms/a.json": {"derivedFrom": "base@x"}}}',
            "bad_manifest",
        ),
    ],
)
def test_strange_files_change_nothing(
    database: Database, path: str, content: bytes, code: str
) -> None:
    files = {"forms/good.json": b"{}", path: content}
    with database.transaction() as db:
        with pytest.raises(DraftRefused) as refused:
            take_in(db, GAS, files, actor="li", now=NOW)
        assert [one.code for one in refused.value.findings] == [code]
        assert refused.value.findings[0].definition == path
        assert list(drafts_of(db, GAS)) == []


def test_industry_of_others_is_no_origin(database: Database) -> None:
    manifest = {
        "format": 1,
        "scope": "organisation:oil",
        "definitions": {
            "forms/a.json": {"derivedFrom": "industry:oil@3"},
            "forms/b.json": {"derivedFrom": "base@3"},
        },
    }
    files = {
        MANIFEST: orjson.dumps(manifest),
        "forms/a.json": b"{}",
        "forms/b.json": b"{}",
    }
    assert [one.derived_from for one in read_scope(files, GAS)] == [None, "base@3"]
    own = read_scope(files, "organisation:oil")
    assert [one.derived_from for one in own] == ["industry:oil@3", "base@3"]


def test_edited_definitions_are_not_overwritten(database: Database) -> None:
    with database.transaction() as db:
        take_lease(db, GAS, "form", "a", "wang")
    with database.transaction() as db, pytest.raises(DraftHeld):
        take_in(db, GAS, {"forms/a.json": b"{}"}, actor="li", now=NOW)


@settings(deadline=None, max_examples=20)
@given(
    st.dictionaries(
        st.from_regex(r"[A-Za-z][A-Za-z0-9_.-]{0,20}", fullmatch=True),
        st.text().map(lambda text: orjson.dumps({"text": text})),
        max_size=5,
    )
)
def test_any_keys_and_contents_come_back(contents: dict[str, bytes]) -> None:
    database = create_database("sqlite://")
    database.create_schema()
    sources = [Source("form", key, content, GAS) for key, content in contents.items()]
    publish(database, *sources)
    with database.transaction() as db:
        assert sorted(read_scope(write_scope(db, GAS), GAS), key=lambda s: s.key) == sorted(
            sources, key=lambda s: s.key
        )
    database.dispose()
