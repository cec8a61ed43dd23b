"""Marking: blind codes, comparing independent marks, and settling the points of a subject."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlmodel import Session, select

from appraisal.aggregation import (
    DROP_MINIMUM,
    AggregationMethod,
    IncompleteMarks,
    VetoEffect,
    aggregate,
    half_up,
    mean,
    practical_points,
    review_points,
    spread,
    third_mark_points,
)
from appraisal.crypto import keyring_of
from appraisal.errors import AppraisalError
from appraisal.irregularities import Sanction, sanctioned_points, violations_of, voided_subjects
from appraisal.marks import Mark, MarkKind, Work, marks_of, raw_marks, standing_marks
from appraisal.score_sheets import ScoreSheet, SheetMarks, task_points

# Where a scheme sets no limit. Source: none of the standards read gives one; both are defaults
# that a scheme overrides by `spread_limit` of the subject.
DEFAULT_SPREAD_LIMITS: Mapping[str, Decimal] = {
    "theory": Decimal(5),
    "practical": Decimal(10),
    "review": Decimal(10),
}


class NotSettled(AppraisalError):
    """The subject has no settled points yet."""


@dataclass(frozen=True)
class MarkingRules:
    """What the scheme says about marking one subject, and what tables made of it.

    `effects` are those of the veto items of the sheet by key; one that is not there has
    `veto_effect`. `rows` are the rows of the tables that decided.
    """

    method: AggregationMethod = AggregationMethod.MEAN
    veto_effect: VetoEffect = VetoEffect.FAIL
    spread_limit: Decimal = Decimal(10)
    markers: int = 2
    minimum: int = DROP_MINIMUM
    effects: Mapping[str, VetoEffect] = field(default_factory=dict)
    rows: tuple[str, ...] = ()

    def effect_of(self, veto: str) -> VetoEffect:
        """What a veto item does."""
        return self.effects.get(veto, self.veto_effect)


@dataclass(frozen=True)
class Comparison:
    """How far independent marks of one work lie apart; `parts` gives it for each part."""

    markers: int
    spread: Decimal
    parts: Mapping[str, Decimal]
    vetoes_differ: bool


@dataclass(frozen=True)
class SubjectPoints:
    """Points of one subject of one enrolment, with the three marks kept apart.

    `raw` and `re_marked` are means for show; `agreed` is what was settled; `points` is `agreed`
    after decisions on discipline. `vetoed` and `void` fail the subject whatever the points.
    """

    raw: Decimal
    re_marked: Decimal | None
    agreed: Decimal
    points: Decimal
    vetoed: bool
    void: bool
    vetoes: tuple[str, ...] = ()
    rows: tuple[str, ...] = ()


def marking_rules(subject: Mapping[str, Any], scheme: Mapping[str, Any]) -> MarkingRules:
    """Read the rules from a scheme's subject; what the subject leaves out the scheme may give."""
    key = str(subject.get("key", ""))
    limit = subject.get("spread_limit", DEFAULT_SPREAD_LIMITS.get(key, Decimal(10)))
    return MarkingRules(
        AggregationMethod(subject.get("aggregation") or scheme.get("aggregation") or "mean"),
        VetoEffect(subject.get("veto_effect") or scheme.get("veto_effect") or "fail"),
        Decimal(str(limit)),
        int(subject.get("markers", 2)),
    )


def blind_code(db: Session, session_number: str, enrolment_id: int, subject: str) -> str:
    """The code (保密号) that stands for a candidate on scripts: eight letters and digits.

    It is derived with the secret index key: nobody can compute it from outside, and numbering the
    same scripts again gives the same codes.
    """
    for attempt in range(100):
        about = f"{session_number}\x00{enrolment_id}\x00{subject}\x00{attempt}"
        digest = hashlib.sha256(keyring_of(db).blind_index("blind_code", about).encode()).digest()
        code = base64.b32encode(digest)[:8].decode()
        query = select(Work.enrolment_id, Work.subject).where(Work.blind_code == code)
        if all(found == (enrolment_id, subject) for found in db.exec(query)):
            return code
    raise NotSettled(f"no free blind code for enrolment {enrolment_id}")


def draw_order(db: Session, about: str, members: Sequence[int]) -> list[int]:
    """Draw a random order: unpredictable outside, and the same when drawn again for proof."""
    ring = keyring_of(db)
    return sorted(members, key=lambda member: ring.blind_index("draw", f"{about}\x00{member}"))


def sheet_points(sheet: ScoreSheet, marks: SheetMarks, rules: MarkingRules) -> Decimal:
    """What one assessor's marks on a score sheet are worth, of 100."""
    return practical_points(task_points(sheet, marks), rules.veto_effect)


def compare(marks: Sequence[Mark]) -> Comparison:
    """Compare the standing marks of one work.

    Of three marks of a script the third counts against the nearer one, as in the points.

    Raises:
        IncompleteMarks: There are none.
    """
    standing = standing_marks(marks)
    by_part: dict[str, list[Decimal]] = {}
    for mark in standing:
        by_part.setdefault(mark.part, []).append(mark.points)
    if not by_part:
        raise IncompleteMarks("no marks to compare")
    parts = {
        part: min(abs(points[2] - other) for other in points[:2])
        if part == "theory" and len(points) == 3
        else spread(points)
        for part, points in by_part.items()
    }
    vetoes = {frozenset(mark.vetoes) for mark in standing}
    markers = max(len(points) for points in by_part.values())
    return Comparison(markers, max(parts.values()), parts, len(vetoes) > 1)


def combined_points(subject: str, marks: Sequence[Mark], rules: MarkingRules) -> Decimal:
    """The points of a subject from the standing marks of its work.

    Theory: a machine mark alone, the mean of two, or the third mark with the nearer one.
    Practical: the panel's marks by the scheme's method. Review: thesis plus defence.
    """
    standing = standing_marks(marks)
    if subject == "review":
        thesis = [mark.points for mark in standing if mark.part == "thesis"]
        defence = [mark.points for mark in standing if mark.part == "defence"]
        return review_points(thesis, defence, rules.method, minimum=rules.minimum)
    points = [mark.points for mark in standing]
    if subject == "theory" and len(points) == 3:
        return third_mark_points(points[0], points[1], points[2])
    return aggregate(points, rules.method, minimum=rules.minimum)


def agreed_vetoes(marks: Sequence[Mark]) -> list[str]:
    """The veto items that more than half of the standing markers met.

    Source: domain report S10 (否定项: 勾选+事实); the majority is this product's reading, members
    who differ are called to 合议 by table D11.
    """
    standing = standing_marks(marks)
    counted = {
        key: sum(key in mark.vetoes for mark in standing)
        for mark in standing
        for key in mark.vetoes
    }
    return sorted(key for key, count in counted.items() if count * 2 > len(standing))


def settle(
    db: Session,
    work: Work,
    rules: MarkingRules,
    *,
    rows: Sequence[str],
    at: datetime,
    settled_by: int | None = None,
) -> Mark:
    """Settle a work: add the agreed mark with what it was made of.

    Settling again adds a mark only when something changed.
    """
    marks = marks_of(db, _id(work.id))
    standing = standing_marks(marks)
    points = combined_points(work.subject, marks, rules)
    vetoes = agreed_vetoes(marks)
    details: dict[str, Any] = {
        "method": rules.method.value,
        "marks": [mark.id for mark in standing],
        "rows": list(rows),
    }
    if vetoes and rules.effects:
        details["effects"] = {key: rules.effect_of(key).value for key in vetoes}
    if rules.rows:
        details["rule_rows"] = list(rules.rows)
    last = next((mark for mark in reversed(marks) if mark.kind == MarkKind.AGREED), None)
    if last is not None and (last.points, last.vetoes, last.details) == (points, vetoes, details):
        return last
    agreed = Mark(
        organisation_id=work.organisation_id,
        work_id=_id(work.id),
        part=work.subject,
        kind=MarkKind.AGREED,
        marker_id=settled_by,
        points=points,
        vetoes=vetoes,
        details=details,
        replaces_id=None if last is None else last.id,
        marked_at=at,
    )
    db.add(agreed)
    db.flush()
    return agreed


def subject_points(db: Session, enrolment_id: int, subject: str) -> SubjectPoints:
    """The points of one subject of one enrolment, after decisions on discipline.

    Raises:
        NotSettled: Nothing was marked, or the marks are not settled.
    """
    query = select(Work).where(Work.enrolment_id == enrolment_id, Work.subject == subject)
    work = db.exec(query).one_or_none()
    if work is None:
        raise NotSettled(f"enrolment {enrolment_id}, {subject}")
    marks = marks_of(db, _id(work.id))
    agreed = next((mark for mark in reversed(marks) if mark.kind == MarkKind.AGREED), None)
    if agreed is None:
        raise NotSettled(f"enrolment {enrolment_id}, {subject}")
    decided = [
        violation
        for violation in violations_of(db, work.session_id, enrolment_id=enrolment_id)
        if violation.sanction is not None
    ]
    own = [Sanction(v.sanction) for v in decided if v.subject == subject and v.sanction]
    raw, changed = _shown_means(subject, marks)
    return SubjectPoints(
        raw=raw,
        re_marked=changed,
        agreed=agreed.points,
        points=sanctioned_points(agreed.points, subject, own),
        vetoed=_fails(agreed),
        void=any(subject in voided_subjects(violation, [subject]) for violation in decided),
        vetoes=tuple(agreed.vetoes),
        rows=tuple(agreed.details.get("rows", ())),
    )


def _fails(agreed: Mark) -> bool:
    # Marks of before tables decided effects have none: there every veto item fails.
    effects = agreed.details.get("effects", {})
    return any(effects.get(key) != VetoEffect.RECORD for key in agreed.vetoes)


def _shown_means(subject: str, marks: Sequence[Mark]) -> tuple[Decimal, Decimal | None]:
    parts = ("thesis", "defence") if subject == "review" else (None,)
    raw = [mean([mark.points for mark in raw_marks(marks, part)]) for part in parts]
    if not any(mark.kind == MarkKind.RE_MARKED for mark in marks):
        return half_up(sum(raw, Decimal(0))), None
    changed = [mean([mark.points for mark in standing_marks(marks, part)]) for part in parts]
    return half_up(sum(raw, Decimal(0))), half_up(sum(changed, Decimal(0)))


def _id(value: int | None) -> int:
    if value is None:
        raise NotSettled("the work is not stored")
    return value
