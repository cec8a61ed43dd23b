"""An upgrade brings new packaged definitions and leaves alone what people published."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from engine.database import Database
from engine.definitions import Definitions
from engine.drafts import discard_draft, read_draft
from engine.packaged import packaged_changes
from engine.sources import Source
from tests.engine.publishing import TASK, diagram

NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
FIRST = diagram("main", TASK, '<bpmn:task id="{id}" name="叫"/>')
PEOPLES = FIRST.replace(b'id="n0" name="\xe5\x81\x9a"', b'id="n0" name="our own"')
SECOND = FIRST.replace(b'id="n1" name="\xe5\x8f\xab"', b'id="n1" name="new"')
Upgrade = Callable[..., list[str]]


@pytest.fixture
def definitions(database: Database) -> Definitions:
    return Definitions(reading=database.reading, now=lambda: NOW)


@pytest.fixture
def upgrade(database: Database, definitions: Definitions) -> Upgrade:
    """Publishes a package; gives the codes of what was left to people."""

    def run(*contents: bytes) -> list[str]:
        sources = [Source("process", "main", content) for content in contents]
        with database.transaction() as db:
            changes = packaged_changes(db, "base", sources, actor="migrate", now=NOW)
            report = definitions.publish(
                db, changes.sources, "base", "migrate", removals=changes.removals
            )
        assert not report.refused, report.findings
        return [one.code for one in changes.kept]

    return run


def people_publish(database: Database, definitions: Definitions, content: bytes) -> None:
    with database.transaction() as db:
        report = definitions.publish(db, [Source("process", "main", content)], "base", "7")
    assert not report.refused


def current(database: Database, definitions: Definitions) -> bytes:
    with database.transaction() as db:
        bundle = definitions.current_bundle(db)
        return definitions.content(db, bundle, "process", "main")


def test_what_nobody_changed_follows_the_package(
    database: Database, definitions: Definitions, upgrade: Upgrade
) -> None:
    assert [upgrade(FIRST), upgrade(SECOND)] == [[], []]

    assert current(database, definitions) == SECOND


def test_what_people_changed_stays_when_the_package_is_the_same(
    database: Database, definitions: Definitions, upgrade: Upgrade
) -> None:
    upgrade(FIRST)
    people_publish(database, definitions, PEOPLES)

    assert upgrade(FIRST) == []
    assert current(database, definitions) == PEOPLES


def test_new_package_comes_to_people_as_a_draft_once(
    database: Database, definitions: Definitions, upgrade: Upgrade
) -> None:
    upgrade(FIRST)
    people_publish(database, definitions, PEOPLES)

    assert upgrade(SECOND) == ["package_moved"]

    assert current(database, definitions) == PEOPLES
    with database.transaction() as db:
        draft = read_draft(db, "base", "process", "main")
        assert draft is not None and draft.content is not None
        assert b'name="our own"' in draft.content and b'name="new"' in draft.content
        assert draft.based_on == 2
        discard_draft(db, "base", "process", "main", expected=None, actor="7")
    assert upgrade(SECOND) == ["package_moved"]
    with database.transaction() as db:
        assert read_draft(db, "base", "process", "main") is None


def test_where_both_changed_the_same_the_draft_has_what_people_chose(
    database: Database, definitions: Definitions, upgrade: Upgrade
) -> None:
    upgrade(FIRST)
    people_publish(database, definitions, PEOPLES)

    upgrade(SECOND.replace(b'id="n0" name="\xe5\x81\x9a"', b'id="n0" name="theirs"'))

    with database.transaction() as db:
        draft = read_draft(db, "base", "process", "main")
    assert draft is not None and draft.content is not None
    assert b'name="our own"' in draft.content and b'name="new"' in draft.content


def test_what_the_package_drops_is_withdrawn_unless_people_changed_it(
    database: Database, definitions: Definitions, upgrade: Upgrade
) -> None:
    upgrade(FIRST)
    people_publish(database, definitions, PEOPLES)
    with database.transaction() as db:
        mine = Source("process", "added", diagram("added", TASK))
        packaged = Source("process", "dropped", diagram("dropped", TASK))
        definitions.publish(db, [mine], "base", "7")
        definitions.publish(db, [packaged], "base", "migrate")

    upgrade()

    with database.transaction() as db:
        assert definitions.process_ids(definitions.current_bundle(db)) == ["added", "main"]
