"""Service tasks of step 11 成绩汇总与审核: collect, compare, conclude, look for oddities."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from sqlmodel import Session, col, select

from appraisal.enrolments import (
    Enrolment,
    EnrolmentSubject,
    active_enrolments,
    subjects_of,
)
from appraisal.marking import NotSettled, subject_points
from appraisal.results import (
    LineError,
    Result,
    SubjectResult,
    anomalies,
    compare_entries,
    enter_points,
    entered_points,
    read_entry_lines,
    result_of,
)
from appraisal.schemes import scheme_by_id, subject_content
from appraisal.sessions import SessionOffer, session_by_id
from engine import Continue, ServiceTasks, TaskContext
from tasks.industries import place_for

service_tasks = ServiceTasks("results")

# Enrolments concluded in one transaction.
CHUNK = 500
# Rows of a difference or an anomaly list that a task shows; the paper holds them all.
SHOWN = 50


@service_tasks.register(run="job", gives="to_enter: number")
def collect(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any] | Continue:
    """Take the settled points of every subject over into the enrolments."""
    everyone = active_enrolments(db, session_id)
    done = int(context.cursor or 0)
    for enrolment in everyone[done : done + CHUNK]:
        collect_points(db, enrolment)
    done = min(done + CHUNK, len(everyone))
    if done < len(everyone):
        return Continue(done, (done, len(everyone)))
    return {"to_enter": len(_entered_subjects(db, session_id))}


def collect_points(db: Session, enrolment: Enrolment) -> None:
    """Take one enrolment's settled points over from marking, after decisions on discipline."""
    assert enrolment.id is not None
    for subject in subjects_of(db, enrolment.id):
        _collect_subject(db, subject)
    db.flush()


def _collect_subject(db: Session, subject: EnrolmentSubject) -> None:
    if subject.state not in ("present", "void"):
        return
    try:
        settled = subject_points(db, subject.enrolment_id, subject.subject)
    except NotSettled:
        return
    subject.points = settled.points
    if settled.void:
        subject.state = "void"
    db.add(subject)


@service_tasks.register(gives="valid: boolean, errors: list")
def take_entry(
    db: Session, context: TaskContext, *, session_id: int, entry: int, element: str
) -> Mapping[str, Any]:
    """Keep what a person entered from the signed sheets, or say which lines are wrong.

    The answer of `element` holds the lines (admission number, subject, points).
    """
    answer = context.answer(element) or {}
    lines, errors = read_entry_lines(str(answer.get("lines") or ""))
    expected = _entered_subjects(db, session_id)
    points: list[tuple[int, str, Decimal | None]] = []
    for no, line in enumerate(lines, start=1):
        enrolment_id = expected.get((line.admission_number, line.subject))
        if enrolment_id is None:
            reason = "本批次没有这名到考考生的这一科目 / nobody with this number sat this subject"
            errors.append(LineError(no, f"{line.admission_number} {line.subject}: {reason}"))
        else:
            points.append((enrolment_id, line.subject, line.points))
    missing = set(expected.values()) - {enrolment_id for enrolment_id, _, _ in points}
    if missing and not errors:
        errors.append(LineError(0, f"还有 {len(missing)} 名考生没有录入 / candidates are missing"))
    if not errors:
        enter_points(
            db,
            session_id=session_id,
            entry=entry,
            points=points,
            actor=context.actor or "",
            at=context.now,
        )
    return {
        "valid": not errors,
        "errors": [f"第 {e.line} 行:{e.reason}" if e.line else e.reason for e in errors[:SHOWN]],
    }


@service_tasks.register(gives="count: number, shown")
def compare(db: Session, *, session_id: int) -> Mapping[str, Any]:
    """Compare the two entries with one another and with the points from marking."""
    by_id = _numbers(db, session_id)
    found = [
        f"{by_id[d.enrolment_id]} {d.subject}: {d.first} / {d.second}"
        for d in compare_entries(db, session_id)
    ]
    entered = entered_points(db, session_id, 1)
    found += [
        f"{by_id[enrolment_id]} {subject}: {entered.get((enrolment_id, subject))} ≠ {points}"
        for (enrolment_id, subject), points in _points_collected(db, session_id).items()
        if entered.get((enrolment_id, subject)) != points
    ]
    return {"count": len(found), "shown": found[:SHOWN]}


@service_tasks.register(gives="corrected: number, refused: number")
def correct_entries(
    db: Session, context: TaskContext, *, session_id: int, element: str
) -> Mapping[str, Any]:
    """Enter corrected lines on both sides; the first entries stay as they were."""
    answer = context.answer(element) or {}
    lines, errors = read_entry_lines(str(answer.get("lines") or ""))
    expected = _entered_subjects(db, session_id)
    points = [
        (expected[(line.admission_number, line.subject)], line.subject, line.points)
        for line in lines
        if (line.admission_number, line.subject) in expected
    ]
    for entry in (1, 2):
        enter_points(
            db,
            session_id=session_id,
            entry=entry,
            points=points,
            actor=context.actor or "",
            at=context.now,
        )
    return {"corrected": len(points), "refused": len(errors) + len(lines) - len(points)}


@service_tasks.register(run="job", gives="decided: number, passed")
def decide(db: Session, context: TaskContext, *, session_id: int) -> Mapping[str, Any] | Continue:
    """Conclude on every enrolment by the tables D12 and D13 of the batch's bundle."""
    everyone = active_enrolments(db, session_id)
    done = int(context.cursor or 0)
    for enrolment in everyone[done : done + CHUNK]:
        conclude(db, context, enrolment)
    done = min(done + CHUNK, len(everyone))
    if done < len(everyone):
        return Continue(done, (done, len(everyone)))
    outcomes = [result_of(db, e.id or 0) for e in everyone]
    passed = sum(result is not None and result.outcome == "passed" for result in outcomes)
    return {"decided": len(everyone), "passed": passed}


def conclude(db: Session, context: TaskContext, enrolment: Enrolment) -> Result:
    """Decide one enrolment subject by subject, then as a whole, and keep the deciding rows.

    The tables are those of the occupation's industry where it has some.
    """
    assert enrolment.id is not None
    session = session_by_id(db, enrolment.session_id)
    bundle_id = place_for(context, session, [enrolment.occupation_code]).bundle_id
    conclusions: dict[str, dict[str, str]] = {}
    for one in subject_results(db, enrolment):
        decided = context.decide(
            "d12_subject",
            {
                "state": one.state,
                "veto": one.veto,
                "points": one.points,
                "pass_mark": one.pass_mark,
            },
            bundle_id=bundle_id,
        )
        conclusions[one.subject] = {"result": str(decided.value["result"]), "row": decided.rows[0]}
    outcome = context.decide("d12_pass", _counts(db, enrolment, conclusions), bundle_id=bundle_id)
    resit = context.decide(
        "d13_resit",
        {"outcome": outcome.value["outcome"], "attempts": enrolment.round, "months": 0},
        bundle_id=bundle_id,
    )
    _keep_subjects(db, enrolment, conclusions)
    result = result_of(db, enrolment.id) or Result(
        session_id=enrolment.session_id,
        organisation_id=enrolment.organisation_id,
        enrolment_id=enrolment.id,
        outcome="",
        decided_at=context.now,
    )
    result.outcome = str(outcome.value["outcome"])
    result.rows = [*outcome.rows, *(c["row"] for c in conclusions.values()), *resit.rows]
    result.subjects = conclusions
    result.resit = bool(resit.value["resit"])
    years = int(resit.value["valid_years"])
    result.resit_until = _years_after(context, years) if result.resit else None
    result.decided_at = context.now
    db.add(result)
    db.flush()
    return result


def subject_results(db: Session, enrolment: Enrolment) -> list[SubjectResult]:
    """What the pass rule reads of every subject of an enrolment."""
    assert enrolment.id is not None
    offer = db.get(SessionOffer, enrolment.offer_id)
    assert offer is not None
    scheme = scheme_by_id(db, offer.scheme_id)
    return [
        SubjectResult(
            subject.subject,
            subject.state,
            subject.points,
            _pass_mark(subject_content(scheme, enrolment.level_code, subject.subject)),
            _vetoed(db, enrolment.id, subject),
        )
        for subject in subjects_of(db, enrolment.id)
    ]


@service_tasks.register(gives="count: number, shown: list, list: list")
def find_anomalies(db: Session, *, session_id: int) -> Mapping[str, Any]:
    """List what a person should look at before the results are approved."""
    numbers = _numbers(db, session_id)
    marks = {
        enrolment.id or 0: {r.subject: r for r in subject_results(db, enrolment)}
        for enrolment in active_enrolments(db, session_id)
    }
    found = anomalies(marks)
    return {
        "count": len(found),
        "shown": [f"{numbers.get(a.enrolment_id or 0, '')} {a.message_zh}" for a in found[:SHOWN]],
        "list": [asdict(a) for a in found[:SHOWN]],
    }


def _counts(
    db: Session, enrolment: Enrolment, conclusions: Mapping[str, Mapping[str, str]]
) -> dict[str, Any]:
    assert enrolment.id is not None
    results = [c["result"] for c in conclusions.values()]
    sat_now = {s.subject for s in subjects_of(db, enrolment.id) if s.state == "present"}
    return {
        "void": results.count("void"),
        "failed": results.count("failed"),
        "absent": results.count("absent"),
        "passed_now": sum(
            c["result"] == "passed" and name in sat_now for name, c in conclusions.items()
        ),
        "subjects": len(results),
    }


def _keep_subjects(
    db: Session, enrolment: Enrolment, conclusions: Mapping[str, Mapping[str, str]]
) -> None:
    assert enrolment.id is not None
    for subject in subjects_of(db, enrolment.id):
        subject.passed = conclusions[subject.subject]["result"] == "passed"
        db.add(subject)


def _pass_mark(content: Mapping[str, Any]) -> Decimal:
    return Decimal(str(content.get("pass_mark", 60)))


def _vetoed(db: Session, enrolment_id: int, subject: EnrolmentSubject) -> bool:
    if subject.state != "present":
        return False
    try:
        return subject_points(db, enrolment_id, subject.subject).vetoed
    except NotSettled:
        return False


def _years_after(context: TaskContext, years: int) -> Any:
    today = context.today
    # Counted to the end of the month, so that 29 February needs no rule of its own.
    return today.replace(year=today.year + years, day=min(today.day, 28))


def _numbers(db: Session, session_id: int) -> dict[int, str]:
    """Admission number by enrolment id, the enrolment's own number where none was given."""
    return {e.id or 0: e.admission_number or e.number for e in active_enrolments(db, session_id)}


def _entered_subjects(db: Session, session_id: int) -> dict[tuple[str, str], int]:
    """(admission number, subject) of what was sat, with the enrolment's id."""
    numbers = _numbers(db, session_id)
    return {
        (numbers[s.enrolment_id], s.subject): s.enrolment_id
        for s in _sat_subjects(db, list(numbers))
    }


def _points_collected(db: Session, session_id: int) -> dict[tuple[int, str], Decimal | None]:
    sat = _sat_subjects(db, list(_numbers(db, session_id)))
    return {(s.enrolment_id, s.subject): s.points for s in sat}


def _sat_subjects(db: Session, enrolment_ids: Sequence[int]) -> list[EnrolmentSubject]:
    return list(
        db.exec(
            select(EnrolmentSubject)
            .where(col(EnrolmentSubject.enrolment_id).in_(enrolment_ids))
            .where(EnrolmentSubject.state == "present")
            .order_by(col(EnrolmentSubject.id))
        ).all()
    )
