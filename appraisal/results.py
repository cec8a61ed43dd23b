"""Results (成绩): entry by two people, their comparison, the conclusion, and what looks odd."""

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from statistics import fmean, pstdev

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import enrolments  # noqa: F401 -- its table is referred to below
from appraisal.columns import DecimalText, UtcDateTime
from appraisal.errors import AppraisalError

MAX_POINTS = Decimal(100)
# Names under which subjects appear in sheets.
SUBJECT_NAMES = {
    "theory": "theory",
    "practical": "practical",
    "review": "review",
    "理论知识": "theory",
    "理论": "theory",
    "操作技能": "practical",
    "实操": "practical",
    "综合评审": "review",
}
# Passing marks of one occupation-level whose mean differs by more than this many standard
# deviations from the mean of all sites are shown for a look, never changed.
OUTLIER_DEVIATIONS = 2.0
# Theory and practice of one candidate further apart than this are shown for a look.
SUBJECT_GAP = Decimal(40)
HIGH_POINTS, LOW_POINTS = Decimal(98), Decimal(20)


class PointsOutOfRange(AppraisalError):
    """Points lie outside 0 to 100."""


class ResultEntry(SQLModel, table=True):
    """What one of two people entered for one subject; `entry` is 1 or 2 and rows are only added.

    A correction adds a row with a higher `turn`; the first entries stay.
    """

    __tablename__ = "result_entry"
    __table_args__ = (UniqueConstraint("enrolment_id", "subject", "entry", "turn"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    subject: str = Field(max_length=20)
    entry: int
    turn: int = 1
    points: Decimal | None = Field(default=None, sa_type=DecimalText)
    entered_by: str = Field(max_length=40)
    entered_at: datetime = Field(sa_type=UtcDateTime)


class Result(SQLModel, table=True):
    """The conclusion on one enrolment, with the ids of the table rows that decided.

    `subjects` gives the conclusion and the deciding row of each subject.
    """

    __tablename__ = "result"

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", unique=True)
    outcome: str = Field(max_length=20)
    rows: list[str] = Field(default_factory=list, sa_type=JSON)
    subjects: dict[str, dict[str, str]] = Field(default_factory=dict, sa_type=JSON)
    resit: bool = False
    resit_until: date | None = None
    decided_at: datetime = Field(sa_type=UtcDateTime)
    published_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


@dataclass(frozen=True)
class EntryLine:
    """One line of an entry sheet."""

    admission_number: str
    subject: str
    points: Decimal


@dataclass(frozen=True)
class LineError:
    """What is wrong with one line of an entry sheet; lines count from 1."""

    line: int
    reason: str


@dataclass(frozen=True)
class Difference:
    """One subject of one enrolment for which the two entries are not the same."""

    enrolment_id: int
    subject: str
    first: Decimal | None
    second: Decimal | None


@dataclass(frozen=True)
class SubjectResult:
    """What the conclusion needs to know of one subject.

    `state` is present, absent, void, exempt or passed_earlier; `veto` is a failed item that
    fails the whole subject (★否定项).
    """

    subject: str
    state: str
    points: Decimal | None
    pass_mark: Decimal
    veto: bool = False


@dataclass(frozen=True)
class Anomaly:
    """Something a person should look at before the results are approved."""

    enrolment_id: int | None
    code: str
    message_zh: str
    message_en: str


def rounded(points: Decimal) -> Decimal:
    """Points to one decimal, half up, as result lists show them."""
    return points.quantize(Decimal("0.1"), ROUND_HALF_UP)


def checked_points(value: Decimal) -> Decimal:
    """Give the points back when they lie in 0..100.

    Raises:
        PointsOutOfRange: They do not.
    """
    if not Decimal(0) <= value <= MAX_POINTS:
        raise PointsOutOfRange(str(value))
    return value


def read_entry_lines(text: str) -> tuple[list[EntryLine], list[LineError]]:
    """Read what somebody pasted from a sheet: admission number, subject, points in each line.

    Columns are parted by tab, comma or blanks; a head line and empty lines are passed over.
    Every wrong line is reported, none is guessed.
    """
    lines: list[EntryLine] = []
    errors: list[LineError] = []
    for no, raw in enumerate(text.splitlines(), start=1):
        parts = [part for part in re.split(r"[\t,,\s]+", raw.strip()) if part]
        if not parts or parts[0] in ("准考证号", "admission"):
            continue
        try:
            lines.append(_entry_line(parts))
        except (ValueError, PointsOutOfRange) as error:
            errors.append(LineError(no, str(error)))
    return lines, errors


def _entry_line(parts: Sequence[str]) -> EntryLine:
    if len(parts) != 3:
        raise ValueError("应有三列:准考证号、科目、得分 / three columns are needed")
    number, subject, points = parts
    if subject not in SUBJECT_NAMES:
        raise ValueError(f"没有这个科目 / no such subject: {subject}")
    try:
        value = Decimal(points)
    except InvalidOperation:
        raise ValueError(f"不是数 / not a number: {points}") from None
    if not value.is_finite() or not 0 <= value <= MAX_POINTS:
        raise ValueError(f"得分应在 0 到 100 之间 / points lie in 0..100: {points}")
    return EntryLine(number, SUBJECT_NAMES[subject], value)


def enter_points(
    db: Session,
    *,
    session_id: int,
    entry: int,
    points: Iterable[tuple[int, str, Decimal | None]],
    actor: str,
    at: datetime,
) -> None:
    """Keep what one person entered for (enrolment, subject); a changed value adds a turn."""
    known = _newest(db, session_id, entry)
    for enrolment_id, subject, value in points:
        last = known.get((enrolment_id, subject))
        if value is not None:
            checked_points(value)
        if last is not None and last.points == value:
            continue
        db.add(
            ResultEntry(
                session_id=session_id,
                enrolment_id=enrolment_id,
                subject=subject,
                entry=entry,
                turn=last.turn + 1 if last else 1,
                points=value,
                entered_by=actor,
                entered_at=at,
            )
        )
    db.flush()


def compare_entries(db: Session, session_id: int) -> list[Difference]:
    """Where the newest first and second entries differ, or one of them is missing.

    Source: marks are entered twice and compared (题库与成绩管理规程 登分, provincial practice).
    """
    first, second = _newest(db, session_id, 1), _newest(db, session_id, 2)
    found = []
    for key in sorted({*first, *second}):
        a, b = first.get(key), second.get(key)
        if a is None or b is None or a.points != b.points:
            found.append(
                Difference(*key, a.points if a else None, b.points if b else None),
            )
    return found


def entered_points(
    db: Session, session_id: int, entry: int
) -> dict[tuple[int, str], Decimal | None]:
    """The newest points of one of the two entries by (enrolment id, subject)."""
    return {key: row.points for key, row in _newest(db, session_id, entry).items()}


def anomalies(marks: Mapping[int, Mapping[str, SubjectResult]]) -> list[Anomaly]:
    """What looks odd in the marks of a batch, by enrolment id.

    Source: the list of one provincial platform (0 marks, abnormally high or low, theory against
    practice, one subject scored and another empty, absent but scored, cheating but scored).
    """
    found: list[Anomaly] = []
    for enrolment_id, subjects in sorted(marks.items()):
        found += _anomalies_of(enrolment_id, list(subjects.values()))
    return [*found, *_distribution(marks)]


def _anomalies_of(enrolment_id: int, results: Sequence[SubjectResult]) -> Iterable[Anomaly]:
    scored = [r for r in results if r.points is not None and r.state == "present"]
    for r in results:
        if r.points is None and r.state == "present":
            yield Anomaly(enrolment_id, "missing", "已到考但没有成绩", "present but without points")
        elif r.points is not None and r.state in ("absent", "void"):
            yield Anomaly(
                enrolment_id, "scored", "缺考或违纪却有成绩", "absent or void, yet with points"
            )
    for r in scored:
        assert r.points is not None
        if r.points == 0:
            yield Anomaly(enrolment_id, "zero", "成绩为 0 分", "0 points")
        elif r.points >= HIGH_POINTS or r.points <= LOW_POINTS:
            yield Anomaly(enrolment_id, "extreme", "成绩异常高或低", "unusually high or low points")
    values = [r.points for r in scored if r.points is not None]
    if values and max(values) - min(values) >= SUBJECT_GAP:
        yield Anomaly(enrolment_id, "gap", "科目之间分差过大", "subjects lie far apart")


def _distribution(marks: Mapping[int, Mapping[str, SubjectResult]]) -> Iterable[Anomaly]:
    by_subject: dict[str, list[tuple[int, float]]] = defaultdict(list)
    for enrolment_id, subjects in marks.items():
        for name, r in subjects.items():
            if r.points is not None and r.state == "present":
                by_subject[name].append((enrolment_id, float(r.points)))
    for _name, pairs in sorted(by_subject.items()):
        values = [value for _, value in pairs]
        if len(values) < 10 or not (spread := pstdev(values)):
            continue
        middle = fmean(values)
        for enrolment_id, value in pairs:
            if abs(value - middle) > OUTLIER_DEVIATIONS * spread:
                yield Anomaly(
                    enrolment_id,
                    "outlier",
                    "与本批次平均成绩相差两个标准差以上",
                    "more than two standard deviations from the batch's mean",
                )


def _newest(db: Session, session_id: int, entry: int) -> dict[tuple[int, str], ResultEntry]:
    rows = db.exec(
        select(ResultEntry)
        .where(ResultEntry.session_id == session_id, ResultEntry.entry == entry)
        .order_by(col(ResultEntry.turn))
    )
    return {(row.enrolment_id, row.subject): row for row in rows}


def result_of(db: Session, enrolment_id: int) -> Result | None:
    """The conclusion on an enrolment, or nothing."""
    return db.exec(select(Result).where(Result.enrolment_id == enrolment_id)).first()


def results_of(db: Session, session_id: int) -> list[Result]:
    """The conclusions of a batch by enrolment."""
    return list(
        db.exec(
            select(Result).where(Result.session_id == session_id).order_by(col(Result.enrolment_id))
        ).all()
    )
