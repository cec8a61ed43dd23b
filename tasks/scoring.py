"""Service tasks of step 10 考评打分: recording marks, comparing, deliberating, settling."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from sqlmodel import Session

from appraisal.aggregation import PointsOutOfRange, VetoEffect, half_up
from appraisal.deliberations import (
    AssessmentReport,
    call_deliberation,
    deliberations_of,
    rounds_of,
    write_report,
)
from appraisal.marking import compare, settle, sheet_points
from appraisal.marks import (
    Mark,
    MarkedTwice,
    NotTheAuthor,
    Work,
    change_mark,
    give_mark,
    marks_of,
    standing_marks,
    work_by_id,
    works_of,
)
from appraisal.score_sheets import (
    MissingCriterion,
    ScoreSheet,
    SheetMarks,
    UnknownCriterion,
    VetoItem,
    parse_marks,
    task_points,
)
from appraisal.sessions import session_by_id
from appraisal.staff import card_of
from engine import BpmnError, ServiceTasks, TaskContext
from tasks.exam_rooms import actor_id, reach
from tasks.marking_tables import decided_rules, scheme_rules
from tasks.works import sheet_key, sheet_of, veto_choices

service_tasks = ServiceTasks("marking")

REFUSED = "mark_refused"
_PARTS = {"theory": ("theory",), "practical": ("practical",), "review": ("thesis", "defence")}


@service_tasks.register
def record_sheet(db: Session, context: TaskContext, *, work_id: int, element: str) -> None:
    """Keep one assessor's marks on the score sheet, with the photos of the work piece.

    Raises:
        BpmnError: `mark_refused` when marks are out of bounds, missing, or given before.
    """
    work = work_by_id(db, work_id)
    answer = context.answer(element) or {}
    _give(db, context, work, work.subject, answer)
    photos = [str(file["sha256"]) for file in answer.get("photos") or []]
    if new := [key for key in photos if key not in work.photos]:
        work.photos = [*work.photos, *new]
        db.add(work)


@service_tasks.register
def record_script(db: Session, context: TaskContext, *, work_id: int, element: str) -> None:
    """Keep one marker's points for a script.

    Raises:
        BpmnError: `mark_refused` when points are out of bounds or the same person marks twice.
    """
    _give(db, context, work_by_id(db, work_id), "theory", context.answer(element) or {})


@service_tasks.register
def record_part(
    db: Session, context: TaskContext, *, work_id: int, part: str, element: str
) -> None:
    """Keep one reviewer's marks for the thesis or the defence.

    Raises:
        BpmnError: `mark_refused` when marks are out of bounds, missing, or given before.
    """
    _give(db, context, work_by_id(db, work_id), part, context.answer(element) or {})


def _give(
    db: Session, context: TaskContext, work: Work, part: str, answer: Mapping[str, Any]
) -> None:
    sheet = sheet_of(db, context, sheet_key(db, work, part))
    person = actor_id(context)
    card = card_of(db, person) if person is not None else None
    try:
        marks = _read(db, context, work, sheet, answer)
        give_mark(
            db,
            Mark(
                organisation_id=work.organisation_id,
                work_id=_id(work.id),
                part=part,
                kind="raw",
                marker_id=person,
                card_number=card.number if card else "",
                points=_worth(db, context, work, part, sheet, marks),
                details=_details(sheet, marks, answer),
                vetoes=list(marks.vetoes),
                marked_at=context.now,
            ),
        )
    except (MissingCriterion, PointsOutOfRange, UnknownCriterion) as error:
        raise BpmnError(REFUSED, f"分数不完整或超出配分:{error}") from error
    except MarkedTwice as error:
        raise BpmnError(REFUSED, "同一人不得重复评分") from error


def _read(
    db: Session,
    context: TaskContext,
    work: Work,
    sheet: ScoreSheet,
    answer: Mapping[str, Any],
) -> SheetMarks:
    vetoes = [str(key) for key in answer.get("vetoes") or []]
    met = [sheet.vetoes[key] for key in vetoes if key in sheet.vetoes]
    effects = decided_rules(db, context, work, met).effects if met else {}
    rows = answer.get("items") or []
    if VetoEffect.STOP in effects.values():
        # What the candidate did not come to stays empty.
        rows = [row for row in rows if row.get("points") is not None]
    return replace(parse_marks(rows, vetoes), effects=effects)


def _worth(
    db: Session,
    context: TaskContext,
    work: Work,
    part: str,
    sheet: ScoreSheet,
    marks: SheetMarks,
) -> Decimal:
    # Thesis and defence count as many points as their sheets have; all else is of 100.
    if part in ("thesis", "defence"):
        return half_up(sum((task.points for task in task_points(sheet, marks)), Decimal(0)))
    return sheet_points(sheet, marks, scheme_rules(db, work))


def _details(sheet: ScoreSheet, marks: SheetMarks, answer: Mapping[str, Any]) -> dict[str, Any]:
    details: dict[str, Any] = {
        "points": {key: format(points, "f") for key, points in marks.points.items()},
        # The words of the sheet as it was: a later version may say something else.
        "names": {key: sheet.criteria[key].name for key in marks.points},
        "veto_facts": {key: sheet.vetoes[key].fact for key in marks.vetoes},
        "facts": {
            str(row["criterion"]): str(row["deduction"])
            for row in answer.get("items") or []
            if row.get("deduction")
        },
    }
    if answer.get("minutes_used") is not None:
        details["minutes_used"] = int(answer["minutes_used"])
    if answer.get("remark"):
        details["remark"] = str(answer["remark"])
    return details


@service_tasks.register(
    name="compare", gives="subject, markers, spread: number, limit: number, vetoes_differ, round"
)
def compare_marks(db: Session, *, work_id: int) -> Mapping[str, Any]:
    """How far the standing marks lie apart, for table D11."""
    work = work_by_id(db, work_id)
    found = compare(marks_of(db, work_id))
    return {
        "subject": work.subject,
        "markers": found.markers,
        "spread": float(found.spread),
        "limit": float(scheme_rules(db, work).spread_limit),
        "vetoes_differ": found.vetoes_differ,
        "round": rounds_of(db, work_id),
    }


@service_tasks.register(name="settle", gives="mark_id, vetoed: boolean")
def settle_points(
    db: Session, context: TaskContext, *, work_id: int, rows: Sequence[str]
) -> Mapping[str, Any]:
    """Settle the points by the scheme, with the rows of table D11 that decided."""
    work = work_by_id(db, work_id)
    rules = decided_rules(db, context, work, _ticked(db, context, work))
    agreed = settle(db, work, rules, rows=rows, at=context.now)
    return {"mark_id": agreed.id, "vetoed": bool(agreed.vetoes)}


def _ticked(db: Session, context: TaskContext, work: Work) -> list[VetoItem]:
    """The veto items that somebody ticked on the sheet of a work."""
    ticked = {key for mark in standing_marks(marks_of(db, _id(work.id))) for key in mark.vetoes}
    if not ticked:
        return []
    vetoes = [
        veto
        for part in _PARTS[work.subject]
        for veto in sheet_of(db, context, sheet_key(db, work, part)).vetoes.values()
    ]
    return [veto for veto in vetoes if veto.key in ticked]


@service_tasks.register(name="reach")
def count_marked(db: Session, context: TaskContext, *, work_id: int) -> None:
    """Count the work's enrolment and subject as marked."""
    work = work_by_id(db, work_id)
    reach(db, context, work.session_id, "marked", [(work.enrolment_id, work.subject)])


@service_tasks.register(gives="round, question, authors: list, items: list, veto_items: list")
def note_deliberation(db: Session, context: TaskContext, *, work_id: int) -> Mapping[str, Any]:
    """Begin a round of 合议: who is asked, about what."""
    work = work_by_id(db, work_id)
    answer = context.answer("deliberate") or {}
    round_ = call_deliberation(
        db,
        work,
        evidence=str(answer.get("evidence") or ""),
        question=str(answer.get("question") or ""),
        called_by=actor_id(context),
        at=context.now,
    )
    standing = standing_marks(marks_of(db, work_id))
    authors = dict.fromkeys(mark.marker_id for mark in standing if mark.marker_id is not None)
    sheets = [sheet_of(db, context, sheet_key(db, work, part)) for part in _PARTS[work.subject]]
    return {
        "round": round_.round,
        "question": round_.question,
        "authors": list(authors),
        "items": [row for sheet in sheets for row in sheet.rows()],
        "veto_items": [choice for sheet in sheets for choice in veto_choices(sheet)],
    }


@service_tasks.register
def record_reconsidered(db: Session, context: TaskContext, *, work_id: int) -> None:
    """Let an author stand by the own marks or change them, with a reason.

    Raises:
        BpmnError: `mark_refused` when the reason is missing or marks are out of bounds.
    """
    answer = context.answer("reconsider") or {}
    if answer.get("decision") != "change":
        return
    work = work_by_id(db, work_id)
    person = actor_id(context)
    own = [mark for mark in standing_marks(marks_of(db, work_id)) if mark.marker_id == person]
    if person is None or not own:
        raise BpmnError(REFUSED, "只有评分人本人可以修改评分")
    try:
        for mark in own:
            _change(db, context, work, mark, person, answer)
    except (MissingCriterion, PointsOutOfRange, UnknownCriterion) as error:
        raise BpmnError(REFUSED, f"分数不完整或超出配分:{error}") from error
    except NotTheAuthor as error:
        raise BpmnError(REFUSED, "修改评分须由本人说明理由") from error


def _change(
    db: Session,
    context: TaskContext,
    work: Work,
    mark: Mark,
    person: int,
    answer: Mapping[str, Any],
) -> None:
    sheet = sheet_of(db, context, sheet_key(db, work, mark.part))
    rows = [row for row in answer.get("items") or [] if row.get("criterion") in sheet.criteria]
    vetoes = [key for key in answer.get("vetoes") or [] if key in sheet.vetoes]
    marks = _read(db, context, work, sheet, {"items": rows, "vetoes": vetoes})
    change_mark(
        db,
        _id(mark.id),
        author_id=person,
        points=_worth(db, context, work, mark.part, sheet, marks),
        details=_details(sheet, marks, {"items": rows}),
        vetoes=vetoes,
        reason=str(answer.get("reason") or ""),
        at=context.now,
    )


@service_tasks.register(gives="subjects: list")
def summary(db: Session, *, session_id: int) -> Mapping[str, Any]:
    """What the panel leader's report starts from: works, deliberations and vetoes by subject."""
    by_subject: dict[str, dict[str, int]] = {}
    deliberated = {found.work_id for found in deliberations_of(db, session_id)}
    for work in works_of(db, session_id):
        counted = by_subject.setdefault(
            work.subject, {"works": 0, "third_marks": 0, "deliberated": 0, "vetoed": 0}
        )
        marks = marks_of(db, _id(work.id))
        standing = standing_marks(marks)
        counted["works"] += 1
        counted["third_marks"] += work.subject == "theory" and len(standing) == 3
        counted["deliberated"] += work.id in deliberated
        counted["vetoed"] += any(mark.vetoes for mark in marks if mark.kind == "agreed")
    return {"subjects": [{"subject": key, **value} for key, value in sorted(by_subject.items())]}


@service_tasks.register
def record_report(db: Session, context: TaskContext, *, session_id: int) -> None:
    """Keep the panel leader's assessment report (考评报告)."""
    answer = context.answer("write_assessment_report") or {}
    write_report(
        db,
        AssessmentReport(
            organisation_id=session_by_id(db, session_id).organisation_id,
            session_id=session_id,
            conduct=str(answer.get("conduct") or ""),
            quality=str(answer.get("quality") or ""),
            differences=str(answer.get("differences") or ""),
            suggestions=str(answer.get("suggestions") or ""),
            written_by=actor_id(context),
            written_at=context.now,
        ),
    )


def _id(value: int | None) -> int:
    if value is None:
        raise NotTheAuthor("not stored")
    return value
