"""Definitions that are behind the outer ones they were made from, on both databases."""

from datetime import UTC, datetime

import pytest
from sqlmodel import Session

from engine.bundles import Definition, hash_of
from engine.comparison import compare
from engine.database import Database
from engine.drafts import read_draft, save_draft
from engine.errors import UnknownDefinition
from engine.rebases import (
    ConflictsOpen,
    Rebase,
    apply_rebase,
    merge_rebase,
    open_rebases,
    rebase_of,
)
from engine.scopes import BadScope
from engine.versions import editions_of, read_edition, split_edition
from tests.engine.comparison.drawings import chain

NOW = datetime(2026, 3, 2, 1, tzinfo=UTC)
OWN = "organisation:own"
BASE_1 = chain(due={"review": "P2D"})
BASE_2 = chain(due={"review": "P5D"}, names={"pay": "缴费"})
OURS = chain(due={"review": "P2D"}, names={"review": "初审"})


def store(
    db: Session,
    scope: str,
    version: int,
    content: bytes,
    derived_from: str | None = None,
    *,
    withdrawn: bool = False,
) -> None:
    """Store a version as published."""
    row = Definition(
        kind="process",
        key="p",
        scope=scope,
        version=version,
        content=content,
        sha256=hash_of(content),
        derived_from=derived_from,
        withdrawn=withdrawn,
        published_at=NOW,
        published_by="1",
    )
    db.add(row)
    db.flush()


def test_first_draft_is_behind_too_and_takes_the_changes_over(database: Database) -> None:
    with database.transaction() as db:
        store(db, "base", 1, BASE_1)
        save_draft(
            db, OWN, "process", "p", OURS, expected=0, actor="1", now=NOW, derived_from="base@1"
        )
        store(db, "base", 2, BASE_2)

        found = rebase_of(db, OWN, "process", "p")
        assert found == Rebase(OWN, "process", "p", "base@1", "base@2", on_draft=True)
        draft = apply_rebase(db, found, {}, actor="1", now=NOW)

        assert (draft.derived_from, draft.based_on) == ("base@2", 0)
        assert draft.content is not None and "缴费".encode() in draft.content
        assert open_rebases(db, OWN) == []


def test_definition_is_behind_once_the_outer_one_moved(database: Database) -> None:
    with database.transaction() as db:
        store(db, "base", 1, BASE_1)
        store(db, OWN, 1, OURS, "base@1")
        before = open_rebases(db, OWN)
        store(db, "base", 2, BASE_2)
        after = open_rebases(db, OWN)

    assert before == []
    assert after == [Rebase(OWN, "process", "p", "base@1", "base@2")]


def test_rebase_becomes_a_draft_of_the_newest(database: Database) -> None:
    with database.transaction() as db:
        store(db, "base", 1, BASE_1)
        store(db, OWN, 1, OURS, "base@1")
        store(db, "base", 2, BASE_2)
        rebase = rebase_of(db, OWN, "process", "p")
        told = [one.message_zh for one in merge_rebase(db, rebase).taken]
        draft = apply_rebase(db, rebase, {}, actor="7", now=NOW)
        content, origin, based_on = draft.content, draft.derived_from, draft.based_on
        left = open_rebases(db, OWN)

    assert told == [
        "“初审”的办理时限由 P2D 改为 P5D。",
        "“缴费”的名称由 pay 改为 缴费。",
    ]
    assert (origin, based_on) == ("base@2", 1)
    wanted = chain(due={"review": "P5D"}, names={"review": "初审", "pay": "缴费"})
    assert compare("process", wanted, content) == ()
    assert left == []


def test_rebase_with_a_conflict_waits_for_a_choice(database: Database) -> None:
    mine = chain(due={"review": "P3D"})
    with database.transaction() as db:
        store(db, "base", 1, BASE_1)
        store(db, OWN, 1, mine, "base@1")
        store(db, "base", 2, BASE_2)
        rebase = rebase_of(db, OWN, "process", "p")
        with pytest.raises(ConflictsOpen) as raised:
            apply_rebase(db, rebase, {}, actor="7", now=NOW)
        untouched = read_draft(db, OWN, "process", "p")
        choice = {one.id: "ours" for one in raised.value.merged.conflicts}
        draft = apply_rebase(db, rebase, choice, actor="7", now=NOW)  # type: ignore[arg-type]
        content = draft.content

    assert untouched is None
    wanted = chain(due={"review": "P3D"}, names={"pay": "缴费"})
    assert compare("process", wanted, content) == ()


def test_rebase_goes_into_the_draft_that_is_there(database: Database) -> None:
    drafted = chain(due={"review": "P2D", "sit": "P9D"}, names={"review": "初审"})
    with database.transaction() as db:
        store(db, "base", 1, BASE_1)
        store(db, OWN, 1, OURS, "base@1")
        save_draft(
            db, OWN, "process", "p", drafted,
            expected=0, actor="7", now=NOW, derived_from="base@1", based_on=1,
        )  # fmt: skip
        store(db, "base", 2, BASE_2)
        rebase = rebase_of(db, OWN, "process", "p")
        draft = apply_rebase(db, rebase, {}, actor="7", now=NOW)
        content, revision = draft.content, draft.revision

    assert (rebase.on_draft, revision) == (True, 2)
    wanted = chain(due={"review": "P5D", "sit": "P9D"}, names={"review": "初审", "pay": "缴费"})
    assert compare("process", wanted, content) == ()


def test_withdrawn_definitions_are_not_behind(database: Database) -> None:
    with database.transaction() as db:
        store(db, "base", 1, BASE_1)
        store(db, OWN, 1, OURS, "base@1")
        store(db, OWN, 2, OURS, "base@1", withdrawn=True)
        store(db, "base", 2, BASE_2)

        assert open_rebases(db, OWN) == []
        with pytest.raises(UnknownDefinition):
            rebase_of(db, OWN, "process", "p")


def test_editions_are_found_by_name(database: Database) -> None:
    with database.transaction() as db:
        store(db, "base", 1, BASE_1)
        store(db, "base", 2, BASE_2)
        save_draft(db, "base", "process", "p", OURS, expected=0, actor="7", now=NOW)
        found = {
            name: read_edition(db, "process", "p", name).content
            for name in ("base@1", "base", "base@draft")
        }
        names = [one.name for one in editions_of(db, "process", "p", ["base", OWN])]
        with pytest.raises(UnknownDefinition):
            read_edition(db, "process", "p", "base@3")

    assert found == {"base@1": BASE_1, "base": BASE_2, "base@draft": OURS}
    assert names == ["base@draft", "base@2", "base@1"]


@pytest.mark.parametrize("text", ["", "base@", "base@x", "elsewhere", "base@1@2", "base@-1"])
def test_names_of_editions_are_checked(text: str) -> None:
    with pytest.raises(BadScope):
        split_edition(text)
