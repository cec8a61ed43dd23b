"""What an organisation has beside an industry's: where it holds, and what the gate says of it."""

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from engine.bundles import Member, member_of
from engine.database import Database
from engine.definitions import Definitions
from engine.publication import PublishReport
from engine.sources import Source
from tests.engine.publishing import KEPT, TASK, decision, process, published

GAS, OWN, OWN_FOR_GAS = "industry:gas", "organisation:o", "organisation:o~gas"
CHAIN = [GAS, OWN]
NOW = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)


@pytest.fixture
def definitions(database: Database) -> Definitions:
    made = Definitions(reading=database.reading, now=lambda: NOW)
    published(database, made, process("a", TASK))
    published(database, made, process("a", KEPT, TASK), scope=GAS)
    return made


def told(report: PublishReport) -> list[tuple[str, str]]:
    return [(one.code, one.severity) for one in report.findings]


def held(database: Database, definitions: Definitions, scopes: Sequence[str]) -> Member:
    with database.transaction() as db:
        found = member_of(db, definitions.current_bundle(db, scopes), "process", "a")
    assert found is not None
    return found


@pytest.mark.parametrize("origin", [None, "base@1", "industry:water@1"])
def test_what_is_for_everybody_leaves_the_industrys_in_force(
    database: Database, definitions: Definitions, origin: str | None
) -> None:
    report = published(
        database, definitions, process("a", TASK, TASK, derived_from=origin), scope=OWN
    )

    assert told(report) == [("industry_stays", "warning")]
    assert GAS in report.findings[0].message_zh
    assert held(database, definitions, [OWN]).scope == OWN
    assert held(database, definitions, CHAIN).scope == GAS


def test_what_was_made_from_the_industrys_takes_its_place_everywhere(
    database: Database, definitions: Definitions
) -> None:
    mine = process("a", KEPT, derived_from=f"{GAS}@1")
    report = published(database, definitions, mine, scope=OWN)

    assert told(report) == [("industry_replaced", "warning")]
    assert {held(database, definitions, one).scope for one in ([OWN], CHAIN)} == {OWN}
    published(database, definitions, process("a", KEPT, TASK, TASK), scope=GAS)
    late = process("a", KEPT, TASK, derived_from=f"{GAS}@1")
    report = published(database, definitions, late, scope=OWN)
    assert ("outer_moved", "warning") in told(report)


def test_what_is_for_the_industry_alone_is_made_from_it_and_keeps_its_steps(
    database: Database, definitions: Definitions
) -> None:
    def checked(*middle: str, origin: str | None) -> list[tuple[str, str]]:
        with database.transaction() as db:
            mine = process("a", *middle, derived_from=origin)
            return told(definitions.check(db, [mine], OWN_FOR_GAS))

    for origin in (None, "base@1", "organisation:o@1"):
        assert checked(KEPT, origin=origin) == [("not_from_industry", "error")]
    assert checked(TASK, origin=f"{GAS}@1") == [("mandatory_unmarked", "error")]
    assert checked(origin=f"{GAS}@1") == [("mandatory_removed", "error")]

    mine = process("a", KEPT, derived_from=f"{GAS}@1")
    report = published(database, definitions, mine, scope=OWN_FOR_GAS)

    assert report.findings == ()
    assert list(report.bundles) == [f"base {GAS} {OWN} {OWN_FOR_GAS}"]
    assert held(database, definitions, CHAIN).scope == OWN_FOR_GAS
    assert held(database, definitions, [OWN]).scope == "base"
    # What is for everybody has no effect there, and it is said.
    report = published(
        database, definitions, process("a", TASK, TASK, derived_from="base@1"), scope=OWN
    )
    assert [(one.code, one.message_en.count(OWN_FOR_GAS)) for one in report.findings] == [
        ("own_for_industry", 1),
        ("industry_stays", 0),
    ]
    assert held(database, definitions, CHAIN).scope == OWN_FOR_GAS


def test_a_mandatory_call_goes_where_it_went(database: Database, definitions: Definitions) -> None:
    kept = KEPT.replace("<bpmn:task ", '<bpmn:callActivity calledElement="{callee}" ')
    kept = kept.replace("</bpmn:task>", "</bpmn:callActivity>")
    one, other = (kept.replace("{callee}", name) for name in ("briefing", "nothing"))
    pack = [process("a", one), process("briefing", TASK), process("nothing")]
    published(database, definitions, *pack, scope=GAS)

    with database.transaction() as db:
        mine = process("a", other, derived_from=f"{GAS}@2")
        report = definitions.check(db, [mine], OWN_FOR_GAS)

    assert told(report) == [("mandatory_changed", "error")]


def test_every_chain_that_can_begin_is_checked_before_it_does(
    database: Database, definitions: Definitions
) -> None:
    published(database, definitions, Source("decision", "g", decision("g")), scope=GAS)
    # Nobody has begun with both so far: the organisation's file has the pack's decision, too.
    both = decision("d").replace(
        b"</definitions>",
        b'<decision id="g" name="g"><variable name="g"/><literalExpression><text>1</text>'
        b"</literalExpression></decision></definitions>",
    )

    report = published(database, definitions, Source("decision", "d", both), scope=OWN)

    [finding] = report.findings
    assert (finding.code, finding.definition) == ("left_behind", OWN_FOR_GAS)
    assert "already defined" in finding.message_en
    # It stays with what held before.
    with database.transaction() as db:
        bundle = definitions.current_bundle(db, CHAIN)
        assert member_of(db, bundle, "decision", "d") is None
        assert member_of(db, bundle, "decision", "g") is not None


def test_an_industry_that_requires_more_leaves_behind_who_lacks_it(
    database: Database, definitions: Definitions
) -> None:
    mine = process("a", KEPT, derived_from=f"{GAS}@1")
    published(database, definitions, mine, scope=OWN_FOR_GAS)
    before = held(database, definitions, CHAIN)

    report = published(database, definitions, process("a", KEPT, TASK, KEPT), scope=GAS)

    assert [(one.code, one.definition) for one in report.findings] == [("left_behind", OWN_FOR_GAS)]
    assert "mandatory" in report.findings[0].message_en
    assert held(database, definitions, CHAIN) == before


def test_an_industry_says_whose_change_it_takes_over(
    database: Database, definitions: Definitions
) -> None:
    published(database, definitions, process("x", TASK))
    published(database, definitions, process("x", derived_from="base@1"), scope=OWN)

    report = published(database, definitions, process("x", TASK, TASK), scope=GAS)

    assert [(one.code, one.message_en.count(OWN)) for one in report.findings] == [
        ("industry_takes_over", 1)
    ]
