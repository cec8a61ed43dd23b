from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from appraisal.calendar import WorkCalendar
from appraisal.registration import register
from engine.context import InstanceHead
from engine.database import Database
from engine.feel import compile_expression, from_feel
from tasks.fact_members import fact_members, known_facts
from tasks.facts import fact_providers, highest_level, host_functions
from tests.appraisal.registration_bodies import AT, TODAY, application, attach, build

HEAD = InstanceHead(uuid4(), "x", "b", "k", "JC", None)
CLOSED = WorkCalendar({date(2026, 5, 18): False})
FUNCTIONS = host_functions(lambda key: CLOSED if key == "own" else WorkCalendar())


@pytest.mark.parametrize(
    ("expression", "value"),
    [
        ('workday(date("2026-05-15"), 1)', "2026-05-18"),
        ('workday("2026-05-15", 1)', "2026-05-18"),
        ('workday("2026-05-15", 1, "own")', "2026-05-19"),
        ('workday(date and time("2026-05-15T20:00:00Z"), 0)', "2026-05-18"),
        ('workdays between("2026-05-15", "2026-05-19")', 2),
        ('date time at("2026-05-15", "09:00")', "2026-05-15T09:00:00+08:00"),
        ("workday(null, 1)", None),
        ('workday("2026-05-15", null)', None),
        ("workday(1, 1)", None),
    ],
)
def test_working_days_are_known_to_feel(expression: str, value: object) -> None:
    assert from_feel(compile_expression(expression, functions=FUNCTIONS)({})) == value


@pytest.mark.parametrize(
    ("codes", "highest"),
    [([], ""), (["5", "3", "4"], "3"), (["special_ability"], ""), (["1", "chief"], "chief")],
)
def test_highest_level(codes: list[str], highest: str) -> None:
    assert highest_level(codes) == highest


def test_facts_of_an_enrolment_hold_nothing_personal(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)
        enrolment, _ = register(db, body.session, application(), at=AT, on=TODAY)
        variables = {"session_id": body.session.id, "enrolment_id": enrolment.id}
        facts = {
            name: provide(db, HEAD, variables)
            for name, provide in fact_providers().items()
            if name not in ("room", "offer")
        }

    # A member that the check does not know could not be written, and the reverse.
    assert {name: list(facts[name]) for name in facts} == {
        name: list(fact_members()[name]) for name in facts
    }
    assert list(facts["enrolment"]["accommodation"]) == [*fact_members()["enrolment.accommodation"]]
    assert facts["session"]["exam_date"] == body.session.exam_date
    assert facts["enrolment"]["to_sit"] == ["theory", "practical"]
    assert (facts["application"]["age"], facts["application"]["family"]) == (36, "2023")
    assert facts["catalogue"]["choices"][0]["label"] == "电工方案 v1 三级/高级工"
    written = str(facts)
    for personal in ("张三", "41990019900101", "13800000000", "示例企业"):
        assert personal not in written


def test_every_fact_tells_its_members() -> None:
    assert known_facts().keys() == fact_providers().keys()


def test_without_its_variable_a_fact_is_null(database: Database) -> None:
    with database.transaction() as db:
        assert {provide(db, HEAD, {}) for provide in fact_providers().values()} == {None}


def test_duplicates_and_records_are_facts(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)
        first, _ = register(db, body.session, application(), at=AT, on=TODAY)
        second, _ = register(db, body.session, application(2), at=AT, on=TODAY)
        second.candidate_id = first.candidate_id
        db.add(second)
        db.flush()
        application_fact = fact_providers()["application"]

        def fact(enrolment_id: int | None) -> dict[str, object]:
            found: dict[str, object] = application_fact(db, HEAD, {"enrolment_id": enrolment_id})
            return found

        # Who came first is no duplicate of who came later.
        assert (fact(first.id)["duplicate"], fact(second.id)["duplicate"]) == (False, True)


def test_session_facts_are_moments(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)
        body.session.payment_deadline_at = datetime(2026, 4, 8, 9, tzinfo=UTC)
        db.add(body.session)
        db.flush()
        session = fact_providers()["session"](db, HEAD, {"session_id": body.session.id})
        expression = compile_expression('session.payment_deadline_at + duration("PT1H")')

        value = from_feel(expression({"session": session}))

    assert datetime.fromisoformat(value) == body_deadline() + timedelta(hours=1)


def body_deadline() -> datetime:
    return datetime(2026, 4, 8, 9, tzinfo=UTC)
