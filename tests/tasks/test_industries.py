"""An occupation's industry: its definitions hold for what a batch starts for it, pinned."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import orjson
import pytest
from sqlmodel import Session

import processes
from api.application import build_installation, packaged_sources
from api.settings import Settings
from appraisal.occupations import Occupation
from appraisal.organisations import Organisation
from appraisal.schemes import Scheme
from appraisal.sessions import AppraisalSession, SessionOffer
from engine import InstanceHead, LocalQueue, TaskContext
from engine.context import NewBundle
from engine.errors import UnknownDefinition
from engine.moving.blends import Blend
from engine.sources import Source
from tasks.demo_world import scheme_content
from tasks.industries import (
    default_sheets,
    industries,
    pin_industries,
    place_for,
    strangers,
    unfit,
)
from tasks.migrations import follow_session
from tasks.schemes import weight_problems

ELECTRICIAN, COOK, WELDER = "6-31-01-03", "4-03-02-01", "6-18-02-04"
NOW = datetime(2026, 3, 2, 9, tzinfo=UTC)


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    folder: Path = tmp_path_factory.mktemp("industries")
    settings = Settings(mode="test", folder=folder, database_url="")
    made = build_installation(settings, queue=lambda _: LocalQueue())
    made.prepare()
    with made.database.transaction() as db:
        for report in made.publish(db, packaged_sources(made.plugins), "li"):
            assert not report.refused, report.findings
    yield made
    made.dispose()


@pytest.fixture
def db(installation: Any) -> Iterator[Session]:
    with installation.database.transaction() as db:
        yield db
        db.rollback()


def session_of(db: Session, installation: Any) -> AppraisalSession:
    body = Organisation(code="9901", name="示例评价机构", body_code="0001")
    db.add(body)
    db.flush()
    session = AppraisalSession(number="9901-1", organisation_id=body.id or 0, name="示例批次")
    db.add(session)
    pin_industries(db, installation.definitions, session, "9901")
    return session


def context_of(db: Session, installation: Any, *scopes: str) -> TaskContext:
    chain = ["base", *scopes, "organisation:9901"]
    bundle_id = installation.definitions.current_bundle(db, chain)
    return TaskContext(
        instance_id=uuid4(),
        process_id="appraisal_session",
        business_key="9901-1",
        tenant="9901",
        bundle_id=bundle_id,
        element_id="start",
        task_id=uuid4(),
        actor=None,
        now=NOW,
        today=NOW.date(),
        cursor=None,
        engine=installation.engine,
        variables={},
        db=db,
        scopes=tuple(chain),
    )


def test_packs_say_which_occupations_they_are_for(db: Session) -> None:
    assert industries(db) == {"electrician": [ELECTRICIAN]}
    assert strangers(db, "electrician", [ELECTRICIAN, COOK, COOK]) == [COOK]
    assert strangers(db, "unknown", [ELECTRICIAN]) == [ELECTRICIAN]


@pytest.mark.parametrize(
    ("occupations", "own"),
    [
        ([ELECTRICIAN], True),
        ([ELECTRICIAN, ELECTRICIAN], True),
        ([COOK], False),
        ([ELECTRICIAN, COOK], False),
        ([], False),
    ],
)
def test_an_industry_holds_where_all_occupations_share_it(
    db: Session, installation: Any, occupations: list[str], own: bool
) -> None:
    session = session_of(db, installation)
    context = context_of(db, installation)

    place = place_for(context, session, occupations)

    assert (place.bundle_id != context.bundle_id) is own
    assert ("industry:electrician" in place.scopes) is own
    processes = installation.definitions.process_ids(place.bundle_id)
    assert ("safety_briefing" in processes) is own


def test_a_batch_of_the_industry_itself_stays_with_its_own_bundle(
    db: Session, installation: Any
) -> None:
    session = session_of(db, installation)
    context = context_of(db, installation, "industry:electrician")

    assert place_for(context, session, [ELECTRICIAN]).bundle_id == context.bundle_id


def test_a_batch_keeps_the_pack_it_started_with(db: Session, installation: Any) -> None:
    session = session_of(db, installation)
    pinned = session.industries["electrician"]["bundle"]
    scope = "industry:electrician"
    changed = Source(
        "catalogue", "industry", orjson.dumps({"occupations": [WELDER], "name": "电工"}), scope
    )

    report = installation.definitions.publish(db, [changed], scope, "li")

    assert not report.refused, report.findings
    context = context_of(db, installation)
    assert industries(db) == {"electrician": [WELDER]}
    assert place_for(context, session, [ELECTRICIAN]).bundle_id == pinned
    assert place_for(context, session, [WELDER]).bundle_id == context.bundle_id
    later = AppraisalSession(number="9901-2", organisation_id=1, name="下一批次")
    pin_industries(db, installation.definitions, later, "9901")
    assert later.industries["electrician"]["bundle"] != pinned
    assert place_for(context, later, [WELDER]).bundle_id != context.bundle_id


def test_a_batch_that_is_moved_takes_the_current_packs(db: Session, installation: Any) -> None:
    session = session_of(db, installation)
    pinned = session.industries["electrician"]["bundle"]
    context = context_of(db, installation)
    head = InstanceHead(
        uuid4(),
        "appraisal_session",
        context.bundle_id,
        session.number,
        "9901",
        None,
        scopes=" ".join(context.scopes),
    )
    note = Source("catalogue", "note", b'{"a": 1}', "base")
    with_note = installation.definitions.publish(db, [note], "base", "li")
    assert not with_note.refused, with_note.findings
    current = installation.definitions.current_bundle(db, context.scopes)

    kept = follow_session(installation.definitions, db, head, NewBundle(current))

    assert session.bundle_id == current
    moved = session.industries["electrician"]["bundle"]
    assert moved != pinned
    back = replace(head, bundle_id=current)
    follow_session(installation.definitions, db, back, NewBundle(context.bundle_id), kept)
    assert session.bundle_id == context.bundle_id
    assert session.industries["electrician"]["bundle"] == pinned


def test_a_batch_that_takes_forms_alone_takes_those_of_the_packs(
    db: Session, installation: Any
) -> None:
    session = session_of(db, installation)
    pinned = session.industries["electrician"]["bundle"]
    context = context_of(db, installation)
    head = InstanceHead(
        uuid4(),
        "appraisal_session",
        context.bundle_id,
        session.number,
        "9901",
        None,
        scopes=" ".join(context.scopes),
    )
    content = installation.definitions.content
    form = content(db, pinned, "form", "review_application")
    newer = {**orjson.loads(form), "jc:title": "新标题"}
    note = Source("catalogue", "note", b'{"a": 1}', "base")
    changed = [note, Source("form", "review_application", orjson.dumps(newer), "base")]
    report = installation.definitions.publish(db, changed, "base", "li")
    assert not report.refused, report.findings
    blend = Blend(
        db,
        installation.definitions,
        context.bundle_id,
        installation.definitions.current_bundle(db, context.scopes),
        ["form"],
    )
    blend.store(db, NOW)

    kept = follow_session(installation.definitions, db, head, NewBundle(blend.bundle_id, ("form",)))

    taken = session.industries["electrician"]["bundle"]
    assert session.bundle_id == blend.bundle_id
    assert orjson.loads(content(db, taken, "form", "review_application")) == newer
    with pytest.raises(UnknownDefinition):
        content(db, taken, "catalogue", "note")
    assert installation.definitions.process_ids(taken) == installation.definitions.process_ids(
        pinned
    )
    back = replace(head, bundle_id=blend.bundle_id)
    follow_session(installation.definitions, db, back, NewBundle(context.bundle_id), kept)
    assert session.industries["electrician"]["bundle"] == pinned


@pytest.mark.parametrize("made_from", ["base@1", None])
def test_an_organisations_own_table_leaves_the_packs_to_its_occupations(
    db: Session, installation: Any, made_from: str | None
) -> None:
    base = Path(processes.__file__).parent / "base" / "score" / "d12_veto.dmn"
    own = base.read_bytes().replace("按鉴定方案的规定".encode(), "按方案".encode())
    session = session_of(db, installation)
    table = Source("decision", "d12_veto", own, "organisation:9901", made_from)

    report = installation.definitions.publish(db, [table], "organisation:9901", "li")

    assert "industry_stays" in {one.code for one in report.findings}
    pin_industries(db, installation.definitions, session, "9901")
    place = place_for(context_of(db, installation), session, [ELECTRICIAN])
    decided = installation.definitions.decision(place.bundle_id, "d12_veto").evaluate(
        {
            "occupation": ELECTRICIAN,
            "level": "3",
            "subject": "practical",
            "kind": "safety",
            "scheme": "task_zero",
        }
    )
    assert decided.value == {"effect": "stop"}


@pytest.mark.parametrize("content", [b"{}", b"[]", b'{"occupations": "6-31-01-03"}'])
def test_a_catalogue_without_occupations_is_for_none(
    db: Session, installation: Any, content: bytes
) -> None:
    scope = "industry:electrician"
    source = Source("catalogue", "industry", content, scope)
    assert not installation.definitions.publish(db, [source], scope, "li").refused

    assert industries(db) == {"electrician": []}


@pytest.mark.parametrize(
    ("occupation", "sheets"),
    [(ELECTRICIAN, {"practical": "electrician_practical"}), (COOK, {})],
)
def test_an_industry_names_the_sheets_that_its_subjects_are_marked_on(
    db: Session, installation: Any, occupation: str, sheets: dict[str, str]
) -> None:
    session = session_of(db, installation)
    context = context_of(db, installation)

    place = place_for(context, session, [occupation])

    assert default_sheets(db, context, place) == sheets
    for key in sheets.values():
        assert context.engine.definitions.content(db, place.bundle_id, "sheet", key)


def test_an_industry_that_does_not_fit_cannot_be_offered(db: Session, installation: Any) -> None:
    session = session_of(db, installation)
    assert unfit(session, [ELECTRICIAN, COOK]) == []

    session.industries = {
        key: {**pinned, "bundle": ""} for key, pinned in session.industries.items()
    }

    assert unfit(session, [COOK, ELECTRICIAN, ELECTRICIAN]) == [ELECTRICIAN]
    context = context_of(db, installation)
    assert place_for(context, session, [ELECTRICIAN]).bundle_id == context.bundle_id


def test_no_organisation_can_leave_the_safety_steps_out(db: Session, installation: Any) -> None:
    scope = "organisation:9901"
    session_of(db, installation)
    # What the base marks by knows neither gear nor permit nor stop.
    plain = Path("processes/base/mark_practical/mark_practical.bpmn").read_bytes()
    source = Source("process", "mark_practical", plain, scope, "industry:electrician@1")

    report = installation.definitions.check(db, [source], scope)

    assert report.refused
    removed = {one.element_id for one in report.findings if one.code == "mandatory_removed"}
    assert removed == {
        "check_gear",
        "permit_power",
        "work_watched",
        "safety_stop",
        "stop_called",
        "confirm_power_off",
    }


@pytest.mark.parametrize(
    ("basic", "problems"),
    [(20, []), (22, ["/levels/3/subjects/0/weights"])],
)
def test_a_scheme_that_weighs_otherwise_than_its_industry_is_sent_back(
    db: Session, installation: Any, basic: int, problems: list[str]
) -> None:
    session = session_of(db, installation)
    db.add(Occupation(code=ELECTRICIAN, name="电工"))
    content = scheme_content(ELECTRICIAN)
    content["levels"]["3"]["subjects"][0]["weights"] = [
        {"name": "基本知识", "weight": basic},
        {"name": "专业知识", "weight": 98 - basic},
        {"name": "相关知识", "weight": 2},
    ]
    scheme = Scheme(
        organisation_id=session.organisation_id,
        key="s",
        name="电工方案",
        occupation_code=ELECTRICIAN,
        content=content,
    )
    db.add(scheme)
    db.flush()
    db.add(
        SessionOffer(
            session_id=session.id or 0,
            scheme_id=scheme.id or 0,
            occupation_code=ELECTRICIAN,
            level_code="3",
        )
    )
    db.flush()

    found = list(weight_problems(db, context_of(db, installation), session))

    assert [one.pointer for one in found] == problems
    assert all("“基本知识”的比重为 22,行业比重表为 20" in one.message for one in found)


def test_two_industries_cannot_claim_one_occupation(db: Session, installation: Any) -> None:
    claims = orjson.dumps({"name": "燃气", "occupations": ["6-31-01-99", ELECTRICIAN]})
    source = Source("catalogue", "industry", claims, "industry:gas")

    report = installation.definitions.publish(db, [source], "industry:gas", "li")

    assert report.refused
    [finding] = report.findings
    assert (finding.code, finding.definition) == ("occupation_claimed", "catalogue/industry")
    assert ELECTRICIAN in finding.message_zh
    assert "industry:electrician" in finding.message_zh
    assert industries(db) == {"electrician": [ELECTRICIAN]}
    # The same industry may go on claiming what is its own.
    again = Source("catalogue", "industry", claims, "industry:electrician")
    assert not installation.definitions.check(db, [again], "industry:electrician").refused


def test_what_a_body_changes_for_an_industry_holds_for_its_occupations_alone(
    db: Session, installation: Any
) -> None:
    pack = Path(processes.__file__).parent / "industries" / "electrician" / "mark_practical"
    own = (pack / "d12_veto.dmn").read_bytes().replace(b'"stop"', b'"fail"')
    table = Source(
        "decision", "d12_veto", own, "organisation:9901~electrician", "industry:electrician@1"
    )
    before = context_of(db, installation).bundle_id

    report = installation.definitions.publish(db, [table], table.scope, "li")

    assert report.findings == ()
    session = session_of(db, installation)
    place = place_for(context_of(db, installation), session, [ELECTRICIAN])
    assert place.scopes[-1] == table.scope
    find = installation.definitions.content
    assert find(db, place.bundle_id, "decision", "d12_veto") == own
    assert context_of(db, installation).bundle_id == before
