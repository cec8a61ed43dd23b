"""Draws of staff: who is in the pool, the seed, and what a draw leaves vacant."""

from typing import Any

from sqlmodel import Session, select

from appraisal.crypto import keyring_of
from appraisal.panels import draw_panel, panel_size
from appraisal.people import holders_of, person_by_sign_in_name, posts_of
from appraisal.plans import PlannedStaff, planned_staff
from appraisal.rooms import ExamRoom, exam_room_by_id
from appraisal.sessions import AppraisalSession
from appraisal.staff import (
    AssignmentState,
    StaffAssignment,
    StaffDraw,
    assignments_of,
    busy_people,
    cards_of,
)
from engine import TaskContext
from tasks.dispatches import judge, room_facts

# Posts of which a session needs one, without a room.
SESSION_POSTS = ("chief_invigilator", "internal_supervisor")


def fill_session_post(
    db: Session, context: TaskContext, session: AppraisalSession, post: str, named: str
) -> None:
    """Fill a post without a room: with who was named for it, else by a draw."""
    session_id = session.id or 0
    taken = {one.person_id for one in assignments_of(db, session_id)}
    if assignments_of(db, session_id, post=post):
        return
    wanted = person_by_sign_in_name(db, named) if named else None
    if wanted is not None and wanted.id is not None:
        pool = [wanted.id] if post in posts_of(db, wanted.id, session.organisation_id) else []
    else:
        holders = holders_of(db, post, session.organisation_id)
        pool = [person.id for person in holders if person.id is not None]
    declined = _gone(db, session_id, None, post)
    pool = [one for one in pool if one not in taken | declined]
    _keep_draw(db, context, session, None, post, pool, {}, wanted=1, stand_by=0)


def _gone(db: Session, session_id: int, exam_room_id: int | None, post: str) -> set[int]:
    query = select(StaffAssignment.person_id).where(
        StaffAssignment.session_id == session_id,
        StaffAssignment.exam_room_id == exam_room_id,
        StaffAssignment.post == post,
    )
    return set(db.exec(query))


def fill_room(
    db: Session,
    context: TaskContext,
    session: AppraisalSession,
    planned: PlannedStaff,
    stand_by: int,
) -> None:
    """Draw the vacant places of a post in a room among those whom table D7 allows."""
    room = exam_room_by_id(db, planned.exam_room_id)
    here = assignments_of(db, room.session_id, exam_room_id=room.id, post=planned.post)
    vacant = places_wanted(planned) - len(here)
    if vacant <= 0:
        return
    if planned.post == "assessor":
        people = [card.person_id for card in cards_of(db, session.organisation_id)]
    else:
        holders = holders_of(db, planned.post, session.organisation_id)
        people = [person.id for person in holders if person.id is not None]
    busy, facts = busy_people(db, room), room_facts(db, session, room)
    pool, left_out = [], {}
    for person_id in people:
        if person_id in busy:
            left_out[str(person_id)] = "busy"
            continue
        verdict = judge(db, context, facts, planned.post, person_id)
        if verdict.allowed:
            pool.append(person_id)
        else:
            left_out[str(person_id)] = ",".join(verdict.rows)
    _keep_draw(
        db, context, session, room, planned.post, pool, left_out, wanted=vacant, stand_by=stand_by
    )


def places_wanted(planned: PlannedStaff) -> int:
    """People a place needs; assessors always an odd number of three or more."""
    if planned.post == "assessor" and planned.number:
        return panel_size(planned.number)
    return planned.number


def _keep_draw(
    db: Session,
    context: TaskContext,
    session: AppraisalSession,
    room: ExamRoom | None,
    post: str,
    pool: list[int],
    left_out: dict[str, str],
    *,
    wanted: int,
    stand_by: int,
) -> None:
    seed = _seed(db, session, room, post)
    serving = {one.person_id for one in assignments_of(db, session.id or 0)}
    fresh = sorted(set(pool) - serving)
    again = sorted(set(pool) & serving)
    drawing = StaffDraw(
        session_id=session.id or 0,
        exam_room_id=room.id if room else None,
        post=post,
        seed=seed,
        pool=fresh,
        again=again,
        left_out=left_out,
        wanted=wanted,
        drawn_at=context.now,
    )
    db.add(drawing)
    db.flush()
    members, reserve = draw_panel(seed, fresh, again, wanted, stand_by)
    states = [AssignmentState.DRAWN] * len(members) + [AssignmentState.STAND_BY] * len(reserve)
    for position, (person_id, state) in enumerate(
        zip(members + reserve, states, strict=True), start=1
    ):
        db.add(
            StaffAssignment(
                organisation_id=session.organisation_id,
                session_id=session.id or 0,
                exam_room_id=room.id if room else None,
                person_id=person_id,
                post=post,
                state=state,
                draw_id=drawing.id,
                position=position,
            )
        )
    db.flush()


def _seed(db: Session, session: AppraisalSession, room: ExamRoom | None, post: str) -> str:
    """The seed of the next draw for these places.

    It comes from the installation's secret, so nobody can foresee it, and from how many draws
    there were, so nobody can repeat a draw until the outcome suits.
    """
    room_id = room.id if room else None
    query = select(StaffDraw.id).where(
        StaffDraw.session_id == session.id,
        StaffDraw.exam_room_id == room_id,
        StaffDraw.post == post,
    )
    turn = len(db.exec(query).all())
    place = f"{session.number}:{room.code if room else '-'}:{post}:{turn}"
    return keyring_of(db).blind_index("staff_draw", place)


def _vacancies(db: Session, session_id: int) -> int:
    vacant = sum(
        max(
            0,
            places_wanted(planned)
            - len(
                assignments_of(db, session_id, exam_room_id=planned.exam_room_id, post=planned.post)
            ),
        )
        for planned in planned_staff(db, session_id)
    )
    missing = sum(not assignments_of(db, session_id, post=post) for post in SESSION_POSTS)
    return vacant + missing


def staffing_state(db: Session, session_id: int) -> dict[str, Any]:
    """How far the staff is complete: to be asked, vacant, assigned."""
    pending = assignments_of(db, session_id, states=[AssignmentState.DRAWN])
    vacant = _vacancies(db, session_id)
    return {
        "pending": len(pending),
        "vacant": vacant,
        "complete": not vacant,
        "assigned": len(assignments_of(db, session_id)),
        "problem": f"还缺 {vacant} 人" if vacant else "",
    }
