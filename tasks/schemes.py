"""Service tasks of step 1 确定鉴定项目和标准: choose, check, approve."""

from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from appraisal.enrolments import Enrolment
from appraisal.scheme_rules import SUBJECTS, SchemeProblem, check_range, check_scheme
from appraisal.schemes import Scheme, approve_scheme, scheme_by_id
from appraisal.sessions import AppraisalSession, SessionOffer, offers_of, session_by_id
from engine import ServiceTasks, TaskContext
from tasks.industries import place_for, strangers, unfit
from tasks.weight_tables import WeightTable, weight_tables

service_tasks = ServiceTasks("schemes")


@service_tasks.register(gives="")
def take_choice(
    db: Session, context: TaskContext, *, session_id: int, element: str
) -> Mapping[str, Any]:
    """Keep the schemes and levels that were chosen, and the provisional exam date.

    The answer of `element` holds `offers` ("<scheme id>:<level code>"), `exam_date` and
    `training_wanted`.
    """
    answer = context.answer(element) or {}
    session = session_by_id(db, session_id)
    if answer.get("exam_date"):
        session.exam_date = date.fromisoformat(str(answer["exam_date"])[:10])
    if "training_wanted" in answer:
        session.training_wanted = bool(answer["training_wanted"])
    db.add(session)
    wanted = [str(choice).partition(":") for choice in answer.get("offers") or []]
    _set_offers(db, session, [(int(scheme), level) for scheme, _, level in wanted])
    return {}


@service_tasks.register(gives="valid: boolean, problems: list, problems_en: list")
def check(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any]:
    """Check every scheme of the batch and the registered range, today and on the exam date."""
    session = session_by_id(db, session_id)
    problems = [
        *session_problems(db, session, today=context.today),
        *weight_problems(db, context, session),
    ]
    return {
        "valid": not problems,
        "problems": [problem.message for problem in problems],
        "problems_en": [problem.message_en for problem in problems],
    }


@service_tasks.register(gives="")
def approve(
    db: Session, context: TaskContext, *, session_id: int, filing_required: bool = False
) -> Mapping[str, Any]:
    """Approve the schemes; whether the plan is filed with the superior body is decided by D1."""
    session = session_by_id(db, session_id)
    for scheme in _schemes(db, session_id):
        approve_scheme(db, scheme)
    session.filing_required = filing_required
    session.status = "defined"
    db.add(session)
    db.flush()
    return {}


def session_problems(
    db: Session, session: AppraisalSession, *, today: date
) -> Iterable[SchemeProblem]:
    """What keeps a batch from being held as it is defined."""
    assert session.id is not None
    offers = offers_of(db, session.id)
    if not offers:
        yield SchemeProblem("/offers", "没有选择鉴定项目", "Nothing was chosen")
    if session.exam_date is None or session.exam_date <= today:
        yield SchemeProblem(
            "/exam_date", "鉴定日期须在今天之后", "The exam date must lie after today"
        )
    if session.industry:
        for code in strangers(db, session.industry, (one.occupation_code for one in offers)):
            yield SchemeProblem(
                "/offers",
                f"职业 {code} 不属于本批次所用的行业方案,请另立批次",
                f"Occupation {code} is not of the batch's industry; hold it in another batch",
            )
    for code in unfit(session, (one.occupation_code for one in offers)):
        yield SchemeProblem(
            "/offers",
            f"职业 {code} 的行业定义与本机构的定义不合,请先由流程设计员处理",
            f"The industry of occupation {code} does not fit your definitions; a designer must"
            " put that right first",
        )
    days = [today] if session.exam_date is None else [today, session.exam_date]
    for scheme in _schemes(db, session.id):
        yield from check_scheme(scheme.content)
        levels = [offer.level_code for offer in offers if offer.scheme_id == scheme.id]
        yield from check_range(db, scheme, levels, days=days, site=session.site)


def weight_problems(
    db: Session, context: TaskContext, session: AppraisalSession
) -> Iterable[SchemeProblem]:
    """Where a scheme weighs a subject otherwise than the table of its occupation's industry."""
    assert session.id is not None
    offers = offers_of(db, session.id)
    for scheme in _schemes(db, session.id):
        place = place_for(context, session, [scheme.occupation_code])
        levels = {offer.level_code for offer in offers if offer.scheme_id == scheme.id}
        for table in weight_tables(db, context.engine.definitions, place.bundle_id):
            if table.occupation == scheme.occupation_code and table.level in levels:
                yield from _against(scheme, table)


def _against(scheme: Scheme, table: WeightTable) -> Iterable[SchemeProblem]:
    subjects = scheme.content["levels"][table.level]["subjects"]
    for position, subject in enumerate(subjects):
        if subject.get("key") != table.subject:
            continue
        if (found := table.difference(subject.get("weights", []))) is not None:
            zh, en = SUBJECTS[table.subject]
            yield SchemeProblem(
                f"/levels/{table.level}/subjects/{position}/weights",
                f"{zh}“{found.name}”的比重为 {_weight(found.stated)},行业比重表为"
                f" {_weight(found.wanted)},请使用与比重表一致的方案版本",
                f"{en}: “{found.name}” weighs {_weight(found.stated)}, in the industry's table"
                f" {_weight(found.wanted)}; use a version of the scheme that agrees with it",
            )


def _weight(value: Decimal | None) -> str:
    return "—" if value is None else f"{value:f}"


def _set_offers(db: Session, session: AppraisalSession, wanted: list[tuple[int, str]]) -> None:
    assert session.id is not None
    known = {(offer.scheme_id, offer.level_code): offer for offer in offers_of(db, session.id)}
    for key, offer in known.items():
        # Chosen again differently before anybody could apply.
        if key not in wanted and not _has_enrolments(db, offer):
            db.delete(offer)
    for scheme_id, level_code in wanted:
        if (scheme_id, level_code) in known:
            continue
        scheme = scheme_by_id(db, scheme_id)
        db.add(
            SessionOffer(
                session_id=session.id,
                scheme_id=scheme_id,
                occupation_code=scheme.occupation_code,
                trade_code=scheme.trade_code,
                level_code=level_code,
            )
        )
    db.flush()


def _has_enrolments(db: Session, offer: SessionOffer) -> bool:
    return db.exec(select(Enrolment.id).where(Enrolment.offer_id == offer.id)).first() is not None


def _schemes(db: Session, session_id: int) -> list[Scheme]:
    ids = {offer.scheme_id for offer in offers_of(db, session_id)}
    return list(db.exec(select(Scheme).where(col(Scheme.id).in_(ids)).order_by(col(Scheme.id))))
