"""The sittings of a plan: which rooms, rounds and times the subjects of a session need."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from sqlmodel import Session

from appraisal.calendar import local_time
from appraisal.enrolments import Enrolment
from appraisal.plans import SessionPlan, forget_staff
from appraisal.room_filling import Sitter
from appraisal.rooms import Room, is_suitable, release_rooms, reserve_room, room_by_id, space_of
from appraisal.rooms import RoomKind as Kind
from appraisal.schemes import UnknownScheme, scheme_by_id, subject_content
from appraisal.seating import SeatingStrategy
from appraisal.seats import to_sit, unseat
from appraisal.sessions import AppraisalSession, offers_of
from tasks.seating import SUBJECT_NAMES, assign_subject, sitters_of

# Local times at which the subjects begin unless the plan says otherwise.
STARTS = {"theory": "09:00", "practical": "13:30", "review": "09:00"}
# Between the end of one subject and the start of the next, in minutes.
BREAK = 30
# Shifts at the stations of a room that a plan tries before it calls the places too few.
MOST_ROUNDS = 8


def plan_sittings(
    db: Session,
    session: AppraisalSession,
    plan: SessionPlan,
    rooms: Sequence[Room],
    answer: Mapping[str, Any],
) -> tuple[dict[str, dict[str, Any]], list[str]]:
    """Find rooms, rounds and times of every subject and reserve them.

    Gives the sittings as `SessionPlan.sittings` holds them, and what stands in the way.
    """
    session_id = session.id or 0
    sittings: dict[str, dict[str, Any]] = {}
    problems: list[str] = []
    kept: list[int] = []
    _release_everything(db, session_id)
    for subject, enrolments in _in_order(to_sit(db, session_id)):
        form, minutes = _form_of(db, session, subject)
        sitters = sitters_of(db, enrolments, minutes, with_origin=False)
        suitable = [room for room in rooms if is_suitable(Kind(room.kind), subject)]
        wished = int(answer.get(f"{subject}_rounds") or 0)
        used, rounds, unseated = _try_rooms(sitters, suitable, subject, wished, plan.strategy)
        if unseated:
            problems.append(f"{SUBJECT_NAMES[subject]}还差 {unseated} 个座位")
            continue
        starts = _start_of(answer, subject, sittings)
        places = {}
        for room_id, candidates in used.items():
            exam_room = reserve_room(
                db,
                session,
                room_by_id(db, room_id),
                subject=subject,
                starts_at=local_time(plan.exam_date, starts),
                minutes=minutes,
                rounds=rounds,
            )
            kept.append(exam_room.id or 0)
            places[str(exam_room.id)] = -(-candidates // rounds)
        sittings[subject] = {
            "starts": starts,
            "minutes": minutes,
            "rounds": rounds,
            "form": form,
            "rooms": places,
        }
    release_rooms(db, session_id, keep=kept)
    return sittings, [*problems, *_clashes(sittings)]


def _in_order(wanted: Mapping[str, list[Enrolment]]) -> list[tuple[str, list[Enrolment]]]:
    return [(subject, wanted[subject]) for subject in SUBJECT_NAMES if subject in wanted]


def _window(sitting: Mapping[str, Any]) -> tuple[int, int]:
    """From when to when a subject sits with all its rounds, in minutes of the day."""
    hours, minutes = str(sitting["starts"]).split(":")
    begins = int(hours) * 60 + int(minutes)
    return begins, begins + sitting["minutes"] * sitting["rounds"]


def _start_of(
    answer: Mapping[str, Any], subject: str, sittings: Mapping[str, Mapping[str, Any]]
) -> str:
    """The start as answered; by default the usual one, or a break after the subject before."""
    given = answer.get(f"{subject}_starts")
    if given:
        return str(given)[:5]
    hours, minutes = STARTS[subject].split(":")
    ends = [_window(sitting)[1] + BREAK for sitting in sittings.values()]
    # What would begin after midnight is refused with the day that is too full.
    begins = min(max([int(hours) * 60 + int(minutes), *ends]), 24 * 60 - 1)
    return f"{begins // 60:02d}:{begins % 60:02d}"


def _clashes(sittings: Mapping[str, Mapping[str, Any]]) -> list[str]:
    """Subjects of one day that overlap, or that run past the day's end."""
    windows = sorted((*_window(sitting), subject) for subject, sitting in sittings.items())
    found = [
        f"{SUBJECT_NAMES[one[2]]}与{SUBJECT_NAMES[other[2]]}时间重叠"
        for one, other in pairwise(windows)
        if other[0] < one[1]
    ]
    late = [SUBJECT_NAMES[subject] for _, ends, subject in windows if ends > 24 * 60]
    return found + [f"{name}当天排不完,请增加考场" for name in late]


def _release_everything(db: Session, session_id: int) -> None:
    """Let the rooms of an earlier version go; a plan is drafted before anybody is assigned."""
    unseat(
        db, [enrolment.id or 0 for group in to_sit(db, session_id).values() for enrolment in group]
    )
    forget_staff(db, session_id)
    release_rooms(db, session_id, keep=())


def _form_of(db: Session, session: AppraisalSession, subject: str) -> tuple[str, int]:
    """Form and time of a subject: the longest of the session's offers that have it."""
    found = []
    for offer in offers_of(db, session.id or 0):
        try:
            content = subject_content(scheme_by_id(db, offer.scheme_id), offer.level_code, subject)
        except UnknownScheme:
            continue
        found.append((str(content.get("form") or "paper"), int(content.get("minutes") or 60)))
    return max(found, key=lambda one: one[1], default=("paper", 60))


def _try_rooms(
    sitters: Sequence[Sitter], rooms: Sequence[Room], subject: str, wished: int, strategy: str
) -> tuple[dict[int, int], int, int]:
    """The rooms a subject fills with the fewest rounds: (candidates by room, rounds, unseated)."""
    stations = subject in ("practical", "review")
    most = wished or (MOST_ROUNDS if stations else 1)
    counts: dict[int, int] = {}
    unseated = len(sitters)
    for rounds in range(wished or 1, most + 1):
        spaces = [space_of(room.id or 0, room, rounds=rounds) for room in rooms]
        found = assign_subject(sitters, spaces, subject, SeatingStrategy(strategy))
        unseated = len(found.unseated)
        counts = {}
        for place in found.places:
            counts[place.room_id] = counts.get(place.room_id, 0) + 1
        if not unseated:
            return counts, rounds, 0
    return counts, most, unseated


def room_classes(sittings: Mapping[str, Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Each different (subject, form, candidates at once) among the rooms, for table D6."""
    classes = {
        (subject, sitting["form"], candidates)
        for subject, sitting in sittings.items()
        for candidates in sitting["rooms"].values()
    }
    return [
        {"subject": subject, "form": form, "candidates": candidates}
        for subject, form, candidates in sorted(classes)
    ]
