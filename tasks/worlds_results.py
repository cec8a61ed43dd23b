"""Given states for scenarios of steps 11 to 14: a marked, concluded, listed or issued batch."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

from sqlmodel import Session

from appraisal.archive import read_catalogue
from appraisal.calendar import local_date
from appraisal.enrolments import Enrolment, subjects_of
from appraisal.marking import MarkingRules, settle
from appraisal.marks import Mark, MarkKind, Work, add_work, give_mark
from appraisal.papers import Paper, file_paper
from appraisal.publicity import open_publicity
from appraisal.results import Result
from appraisal.rooms import ExamRoom, RoomKind, active_rooms, exam_rooms_of, is_suitable
from tasks.demo_world import DEMO_BODY, ELECTRICIAN
from tasks.worlds import World, world
from tasks.worlds_planning import PlanningWorld, planning_world

CATALOGUE = Path("processes/base/archive/archive_catalogue.json")
_PRESENT = "present"
Points = dict[int, dict[str, Decimal]]


@world("marked_batch", ground=DEMO_BODY)
def marked_batch(
    db: Session,
    now: datetime,
    *,
    marks: Sequence[Mapping[str, Any]] = ({}, {}),
) -> World:
    """A batch after marking; one enrolment for each of `marks`.

    An entry gives the points or the state (absent, exempt, void) of a subject, and `veto` the
    subject with a failed veto item; what it leaves out was sat with 75 points.
    """
    found = planning_world(db, today=local_date(now), groups={ELECTRICIAN: len(marks)}, exam_in=1)
    points = {
        enrolment.id or 0: _mark(db, enrolment, given, now)
        for enrolment, given in zip(found.enrolments, marks, strict=True)
    }
    return _world(found, points)


@world("concluded_batch", ground=DEMO_BODY)
def concluded_batch(
    db: Session,
    now: datetime,
    *,
    outcomes: Sequence[str] = ("passed", "failed"),
    published: bool = False,
    corrected: int | None = None,
) -> World:
    """A batch whose results were approved; `published` tells the candidates of them.

    The marks of the enrolment `corrected` were put right after that.
    """
    found = planning_world(
        db, today=local_date(now), groups={ELECTRICIAN: len(outcomes)}, exam_in=1
    )
    for at, (enrolment, outcome) in enumerate(zip(found.enrolments, outcomes, strict=True)):
        right = outcome == "passed" or at == corrected
        _mark(db, enrolment, {} if right else {"theory": "41"}, now)
        _conclude(db, enrolment, outcome, now, published=published)
    return _world(found)


@world("listed_batch", ground=DEMO_BODY)
def listed_batch(
    db: Session,
    now: datetime,
    *,
    outcomes: Sequence[str] = ("passed", "passed"),
    closed: bool = True,
    fee: str = "paid",
    corrected: int | None = None,
) -> World:
    """A batch whose passers stand on the public list; the last one's fee may be open.

    The marks of the enrolment `corrected` were put right after the results were approved.
    """
    base = concluded_batch(db, now, outcomes=outcomes, published=True, corrected=corrected)
    enrolments: list[Enrolment] = list(base.names["enrolments"])
    publicity = open_publicity(
        db,
        session_id=enrolments[0].session_id,
        organisation_id=enrolments[0].organisation_id,
        enrolment_ids=[
            e.id or 0 for e, o in zip(enrolments, outcomes, strict=True) if o == "passed"
        ],
        opens_at=now - timedelta(days=10) if closed else now,
        closes_at=now - timedelta(days=1) if closed else now + timedelta(days=10),
        working_days=5,
    )
    publicity.closed = closed
    db.add(publicity)
    for enrolment in enrolments:
        enrolment.state = "published"
        db.add(enrolment)
    enrolments[-1].fee_status = fee
    db.flush()
    return base


@world("issued_batch", ground=DEMO_BODY)
def issued_batch(
    db: Session, now: datetime, *, lacking: Sequence[str] = (), catalogue: Path = CATALOGUE
) -> World:
    """A batch with a paper for every entry of a catalogue but those it lacks."""
    base = concluded_batch(db, now, published=True)
    enrolment: Enrolment = base.names["enrolments"][0]
    for item in read_catalogue(catalogue.read_bytes()):
        if item.title not in lacking:
            paper = Paper(
                session_id=enrolment.session_id,
                organisation_id=enrolment.organisation_id,
                key=f"item_{item.volume}_{item.no}",
                title=item.title,
                catalogue_item=item.title,
                step=item.volume,
                object_key="",
                size=0,
                created_at=now,
            )
            file_paper(db, paper, item.title.encode())
    return base


def _world(found: PlanningWorld, points: Points | None = None) -> World:
    numbers = {f"number{at}": e.number for at, e in enumerate(found.enrolments)}
    return World(
        tenant=found.demo.organisation.code,
        business_key=found.session.number,
        variables=found.variables,
        names={
            **numbers,
            "lines": _entry_lines(found, points or {}),
            "wrong_lines": _entry_lines(found, points or {}, 1),
            "enrolments": found.enrolments,
            "session_number": found.session.number,
        },
    )


def _entry_lines(found: PlanningWorld, points: Points, off_by: int = 0) -> str:
    """What people enter who copy the marks rightly, or wrongly by so many points."""
    return "\n".join(
        f"{enrolment.number} {subject} {value - off_by}"
        for enrolment in found.enrolments
        for subject, value in points.get(enrolment.id or 0, {}).items()
    )


def _mark(
    db: Session, enrolment: Enrolment, given: Mapping[str, Any], now: datetime
) -> dict[str, Decimal]:
    assert enrolment.id is not None
    found: dict[str, Decimal] = {}
    for subject in subjects_of(db, enrolment.id):
        value = str(given.get(subject.subject, "75"))
        subject.state = value if value in ("absent", "exempt") else _PRESENT
        db.add(subject)
        if subject.state != _PRESENT:
            continue
        points = Decimal(value)
        found[subject.subject] = points
        vetoes = ["veto"] if given.get("veto") == subject.subject else []
        _settle(db, enrolment, subject.subject, points, vetoes, now)
    db.flush()
    return found


def _settle(
    db: Session,
    enrolment: Enrolment,
    subject: str,
    points: Decimal,
    vetoes: list[str],
    now: datetime,
) -> None:
    assert enrolment.id is not None
    room = _room(db, enrolment, subject, now)
    work = add_work(
        db,
        Work(
            organisation_id=enrolment.organisation_id,
            session_id=enrolment.session_id,
            room_id=room.id or 0,
            enrolment_id=enrolment.id,
            subject=subject,
            blind_code=f"{enrolment.id:04d}{subject[:2]}",
            created_at=now,
        ),
    )
    assert work.id is not None
    give_mark(
        db,
        Mark(
            organisation_id=enrolment.organisation_id,
            work_id=work.id,
            part=subject,
            kind=MarkKind.RAW,
            points=points,
            vetoes=vetoes,
            marked_at=now,
        ),
    )
    settle(db, work, MarkingRules(), rows=["d11_single"], at=now)


def _room(db: Session, enrolment: Enrolment, subject: str, now: datetime) -> ExamRoom:
    found = exam_rooms_of(db, enrolment.session_id, subject)
    if found:
        return found[0]
    place = next(
        room
        for room in active_rooms(db, enrolment.organisation_id)
        if is_suitable(RoomKind(room.kind), subject) and not room.separate
    )
    room = ExamRoom(
        organisation_id=enrolment.organisation_id,
        session_id=enrolment.session_id,
        room_id=place.id or 0,
        code=place.code,
        subject=subject,
        starts_at=now,
        minutes=90,
    )
    db.add(room)
    db.flush()
    return room


def _conclude(
    db: Session, enrolment: Enrolment, outcome: str, now: datetime, *, published: bool
) -> None:
    assert enrolment.id is not None
    passed = outcome == "passed"
    for subject in subjects_of(db, enrolment.id):
        subject.passed = passed or subject.subject != "theory"
        subject.points = Decimal("75") if subject.passed else Decimal("41")
        db.add(subject)
    db.add(
        Result(
            session_id=enrolment.session_id,
            organisation_id=enrolment.organisation_id,
            enrolment_id=enrolment.id,
            outcome=outcome,
            rows=["d12_passed" if passed else "d12_partly"],
            subjects={
                s.subject: {
                    "result": "passed" if s.passed else "failed",
                    "row": "d12_subject_passed" if s.passed else "d12_subject_failed",
                }
                for s in subjects_of(db, enrolment.id)
            },
            decided_at=now,
            published_at=now if published else None,
        )
    )
    enrolment.outcome = outcome if published else ""
    db.add(enrolment)
    db.flush()
