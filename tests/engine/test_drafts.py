"""Drafts: saved in revisions, edited by one person at a time, nothing lost."""

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from threading import Barrier
from typing import Any

import pytest
from sqlmodel import Session

from engine.database import Database
from engine.draft_contents import DraftRefused, check_content
from engine.draft_leases import SILENT_AFTER, DraftHeld, lease_of, release_lease, take_lease
from engine.drafts import (
    Draft,
    DraftMoved,
    close_drafts,
    discard_draft,
    drafts_of,
    read_draft,
    revisions_of,
    save_draft,
)
from engine.scopes import BadScope
from engine.sources import Source

NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)
NAME = ("organisation:gas", "form", "review")


@pytest.fixture
def drafts(database: Database) -> Database:
    database.create_schema()
    return database


def save(db: Session, content: bytes | None, expected: int | None, **more: Any) -> Draft:
    given = {"actor": "li", "now": NOW, **more}
    return save_draft(db, *NAME, content, expected=expected, **given)


def test_saving_makes_revisions(drafts: Database) -> None:
    with drafts.transaction() as db:
        assert read_draft(db, *NAME) is None
        first = save(db, b'{"a": 1}', 0, derived_from="base@3", based_on=2)
        assert (first.revision, first.derived_from, first.based_on) == (1, "base@3", 2)
        assert save(db, b'{"a": 2}', 1, now=NOW + timedelta(minutes=1)).revision == 2
        assert save(db, b'{"a": 2}', 2).revision == 2  # nothing changed
        assert [one.content for one in revisions_of(db, *NAME)] == [b'{"a": 2}', b'{"a": 1}']
        draft = read_draft(db, *NAME)
        assert draft is not None
        assert draft.source() == Source("form", "review", b'{"a": 2}', NAME[0], "base@3")
        assert list(drafts_of(db, NAME[0])) == [draft]
        assert list(drafts_of(db, "base")) == []


@pytest.mark.parametrize("expected", [0, 1, 3])
def test_outdated_save_is_refused_and_loses_nothing(drafts: Database, expected: int) -> None:
    with drafts.transaction() as db:
        save(db, b'{"a": 1}', 0)
        save(db, b'{"a": 2}', 1)
        with pytest.raises(DraftMoved) as refused:
            save(db, b'{"mine": 3}', expected)
        assert refused.value.draft is not None
        assert refused.value.draft.content == b'{"a": 2}'
        assert save(db, b'{"mine": 3}', None).revision == 3


def test_draft_may_remove_the_definition(drafts: Database) -> None:
    with drafts.transaction() as db:
        draft = save(db, None, 0)
        assert draft.removes
        with pytest.raises(ValueError, match="removes"):
            draft.source()


def test_discarded_draft_stays_in_the_history(drafts: Database) -> None:
    with drafts.transaction() as db:
        save(db, b'{"a": 1}', 0)
        with pytest.raises(DraftMoved):
            discard_draft(db, *NAME, expected=2, actor="li")
        discard_draft(db, *NAME, expected=1, actor="li")
        discard_draft(db, *NAME, expected=None, actor="li")
        assert read_draft(db, *NAME) is None
        assert len(revisions_of(db, *NAME)) == 1
        # An editor that still shows revision 1 must not take the new draft for its own.
        assert save(db, b'{"b": 1}', 0).revision == 2


def test_published_drafts_are_closed(drafts: Database) -> None:
    with drafts.transaction() as db:
        draft = save(db, b'{"a": 1}', 0)
        examined = Draft(**draft.model_dump())
        close_drafts(db, [examined], lambda _: 1)
        assert read_draft(db, *NAME) is None
        again = save(db, b'{"a": 1}', 0)
        examined = Draft(**again.model_dump())
        save(db, b'{"a": 2}', again.revision)
        close_drafts(db, [examined], lambda _: 2)
        left = read_draft(db, *NAME)
        assert left is not None
        assert (left.content, left.based_on) == (b'{"a": 2}', 2)


def test_old_revisions_are_thinned_out(drafts: Database) -> None:
    with drafts.transaction() as db:
        start = NOW - timedelta(days=10)
        for number in range(48):  # every hour twice, for a day
            at = start + timedelta(minutes=30 * number)
            save(db, b'{"n": %d}' % number, None, now=at)
        day_later = start + timedelta(days=2)
        save(db, b'{"n": 100}', None, now=day_later)
        kept = [one.saved_at for one in revisions_of(db, *NAME)]
        assert len(kept) == 25
        save(db, b'{"n": 101}', None, now=NOW)
        assert len(revisions_of(db, *NAME)) == 4  # two days begun, then the two last ones


@pytest.mark.parametrize(
    ("kind", "content", "code"),
    [
        ("form", b"", "bad_size"),
        ("form", b"[" * 2000, "not_json"),
        ("form", b'{"a": }', "not_json"),
        ("form", b'"text"', "not_json"),
        ("form", b"x" * (4 * 1024 * 1024 + 1), "bad_size"),
        ("posts", b"{", "not_json"),
        ("process", b"<a/>", "not_bpmn"),
        ("process", b"<a", "not_xml"),
        ("process", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "doctype"),
        ("decision", b"<a/>", "dmn_no_dmn"),
        ("decision", b'<!DOCTYPE a [<!ENTITY b "c">]><a>&b;</a>', "dmn_doctype"),
        ("paper", b"\xff\xfe", "not_text"),
        ("scenarios", b"- name: a\n  b: [", "not_yaml"),
        ("scenarios", b"!!python/object/apply:os.system ['id']", "not_yaml"),
        ("scenarios", b"- ? [a]\n  : b", "not_yaml"),
        ("scenarios", b"- at: 2026-13-45", "not_yaml"),
        ("scenarios", b"- *nowhere", "not_yaml"),
        ("scenarios", b"- &a [x]\n- &b [*a, *a]", "yaml_alias"),
        ("scenarios", b"- {name: a, at: x, name: b}", "yaml_key_twice"),
        ("scenarios", b"- name: a\n  steps:\n  - {do: x, do: y}", "yaml_key_twice"),
        ("scenarios", b"- &a [x]\n" + b"- *a\n" * 101, "yaml_alias"),
        ("scenarios", b"[" * 70 + b"]" * 70, "too_deep"),
        ("scenarios", b"\xff\xfe\xff", "not_yaml"),
        ("tale", b"{}", "bad_kind"),
    ],
)
def test_unreadable_content_is_refused(kind: str, content: bytes, code: str) -> None:
    with pytest.raises(DraftRefused) as refused:
        check_content(kind, "review", content)
    finding = refused.value.findings[0]
    assert finding.code == code
    assert finding.definition == f"{kind}/review"
    assert finding.message_zh
    assert finding.message_en


def test_bad_names_are_refused(drafts: Database) -> None:
    with drafts.transaction() as db:
        with pytest.raises(DraftRefused):
            save_draft(db, "base", "form", "../x", b"{}", expected=0, actor="li", now=NOW)
        with pytest.raises(BadScope):
            save_draft(db, "moon", "form", "x", b"{}", expected=0, actor="li", now=NOW)


def test_one_editor_at_a_time(drafts: Database) -> None:
    with drafts.transaction() as db:
        lease = take_lease(db, *NAME, "li")
        assert lease_of(db, *NAME) == lease
        with pytest.raises(DraftHeld) as held:
            take_lease(db, *NAME, "wang")
        assert held.value.lease.holder == "li"
        with pytest.raises(DraftHeld):
            save(db, b"{}", 0, actor="wang")
        with pytest.raises(DraftHeld):
            discard_draft(db, *NAME, expected=None, actor="wang")
        assert save(db, b"{}", 0, actor="li").revision == 1
        taken = take_lease(db, *NAME, "wang", take_over=True)
        assert (taken.holder, taken.relieved) == ("wang", "li")
        with pytest.raises(DraftHeld):
            save(db, b'{"a": 1}', 1, actor="li")
        release_lease(db, *NAME, "li")  # no longer theirs
        assert lease_of(db, *NAME) is not None
        release_lease(db, *NAME, "wang")
        assert lease_of(db, *NAME) is None


def test_silent_editor_is_relieved(drafts: Database) -> None:
    with drafts.transaction() as db:
        take_lease(db, *NAME, "li", at=NOW)
        last = NOW + SILENT_AFTER
        assert lease_of(db, *NAME, at=last - timedelta(seconds=1)) is not None
        assert lease_of(db, *NAME, at=last) is None
        renewed = take_lease(db, *NAME, "li", at=NOW + timedelta(minutes=1))
        assert renewed.since == NOW
        with pytest.raises(DraftHeld):
            take_lease(db, *NAME, "wang", at=last)
        late = take_lease(db, *NAME, "wang", at=last + timedelta(minutes=1))
        assert (late.holder, late.relieved) == ("wang", None)


def test_many_who_save_at_once_lose_nothing(drafts: Database) -> None:
    """Whoever saves on an outdated revision reads the newer one and saves again."""
    writers, saves = 4, 6
    barrier = Barrier(writers)

    def write(writer: int) -> int:
        refused = 0
        barrier.wait()
        for number in range(saves):
            content = b'{"writer": %d, "number": %d}' % (writer, number)
            expected = 0
            while True:
                try:
                    with drafts.transaction() as db:
                        save(db, content, expected, actor=str(writer))
                    break
                except DraftMoved as moved:
                    refused += 1
                    expected = moved.draft.revision if moved.draft else 0
        return refused

    with ThreadPoolExecutor(writers) as pool:
        refused = sum(pool.map(write, range(writers)))
    with drafts.reading() as db:
        kept = revisions_of(db, *NAME)
    assert len({one.content for one in kept}) == writers * saves
    assert [one.revision for one in kept] == list(range(writers * saves, 0, -1))
    assert refused > 0


def test_two_who_take_over_at_once_do_not_both_edit(drafts: Database) -> None:
    barrier = Barrier(4)

    def take(holder: str) -> bool:
        barrier.wait()
        try:
            with drafts.transaction() as db:
                take_lease(db, *NAME, holder)
            return True
        except DraftHeld:
            return False

    with ThreadPoolExecutor(4) as pool:
        assert sum(pool.map(take, "abcd")) == 1


def test_scenarios_may_repeat_what_repeats_nothing_itself() -> None:
    check_content("scenarios", "review", b"- &a {x: {}}\n- *a\n- {<<: *a, y: {}}")
