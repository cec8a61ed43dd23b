"""Each instance knows for which chain of scopes its bundle was made."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest

from engine.bundles import Bundle, BundleHead, chain_of_bundle
from engine.database import Database
from engine.instances import ProcessInstance
from engine.testing import BUNDLE

BOTH = "base industry:gas organisation:x organisation:x~gas"


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({}, "base"),
        ({"scopes": ("organisation:x", "industry:gas")}, BOTH),
        ({"scopes": ("organisation:x",), "bundle_id": BUNDLE}, "base organisation:x"),
        ({"bundle_id": BUNDLE}, "base"),
        ({"bundle_id": BUNDLE, "tenant": "x"}, "base organisation:x"),
    ],
)
def test_start_notes_the_chain(
    stage: Callable[..., Any], draw: Any, given: dict[str, Any], expected: str
) -> None:
    played = stage(draw.document(draw.process(draw.user("a"), "s>a a>e")))

    started = played.do("start", "main", business_key="k", **given)

    assert played.rows(ProcessInstance, id=started.id)[0].scopes == expected


def test_children_have_their_parents_chain(stage: Callable[..., Any], draw: Any) -> None:
    child = draw.event("startEvent", "s2", "message paid") + draw.user("b")
    sources = draw.document(
        draw.process(
            draw.event("intermediateThrowEvent", "t", "message paid") + draw.user("a"),
            "s>t t>a a>e",
        ),
        draw.process(child + draw.node("endEvent", "e2"), "s2>b b>e2", "child"),
    )
    played = stage(sources)

    parent = played.do("start", "main", business_key="k", scopes=("organisation:x",)).id
    many = played.do("start_many", "child", [("1", {}), ("2", {})], parent_id=parent)

    found = {row.id: row for row in played.rows(ProcessInstance)}
    assert {row.scopes for row in found.values()} == {"base organisation:x"}
    assert (len(found), len(many)) == (4, 2)


@pytest.mark.parametrize(
    ("bundle", "tenant", "expected"),
    [
        ("shared", "", "base"),
        ("shared", "x", "base organisation:x"),
        ("own", "x", BOTH),
        ("own", "", BOTH),
        ("old", "x", "base organisation:x"),
        ("old", "not a scope", "base"),
        ("old", "", "base"),
    ],
)
def test_chain_of_a_bundle(database: Database, bundle: str, tenant: str, expected: str) -> None:
    heads = {"base": "shared", "base organisation:x": "shared", BOTH: "own"}
    with database.transaction() as db:
        _store(db, heads)

        assert chain_of_bundle(db, bundle, tenant) == expected


def _store(db: Any, heads: dict[str, str]) -> None:
    for bundle_id in set(heads.values()):
        now = datetime(2026, 3, 2, tzinfo=UTC)
        db.add(Bundle(id=bundle_id, compiler_version=1, manifest={}, created_at=now))
    db.flush()
    db.add_all([BundleHead(chain=chain, bundle_id=one) for chain, one in heads.items()])
    db.flush()
