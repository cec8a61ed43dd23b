"""Given states for scenarios of steps 4 to 7: a session whose applications are decided."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session, col, select

from appraisal.accommodations import CONSENT_VERSION, Accommodation
from appraisal.applications import state_facts
from appraisal.calendar import WorkCalendar, local_date, local_time
from appraisal.candidates import add_candidate, candidate_by_id
from appraisal.enrolments import Enrolment, EnrolmentSubject
from appraisal.equipment import Equipment
from appraisal.numbers import NumberPattern
from appraisal.people import Person, PostAssignment, add_person
from appraisal.plans import PlanState, SessionPlan, draft_plan, plan_staff
from appraisal.room_states import RoomSitting
from appraisal.rooms import ExamRoom, Room, active_rooms, exam_rooms_of, room_business_key
from appraisal.schemes import Scheme, subject_keys
from appraisal.seating import SeatingStrategy
from appraisal.seats import to_sit
from appraisal.sessions import AppraisalSession, SessionOffer
from appraisal.staff import AssessorCard, AssignmentState, StaffAssignment, cards_of
from appraisal.supplies import Supply
from appraisal.tickets import issue_ticket, release_tickets, tickets_of
from tasks.demo_world import (
    CARER,
    COOK,
    DEMO_BODY,
    ELECTRICIAN,
    LEVELS,
    SITE,
    DemoWorld,
    build_demo_world,
)
from tasks.plan_sittings import plan_sittings
from tasks.seating import seat_subject
from tasks.worlds import World, world

TODAY = date(2026, 3, 2)
GROUPS = {ELECTRICIAN: 5, COOK: 4, CARER: 3}


@dataclass
class PlanningWorld:
    """What a scenario finds: a batch with its admitted enrolments, and who works in the body."""

    session: AppraisalSession
    demo: DemoWorld
    enrolments: list[Enrolment] = field(default_factory=list)

    @property
    def variables(self) -> dict[str, Any]:
        """Variables with which a step starts."""
        return {"session_id": self.session.id}

    def scenario(self, **names: Any) -> World:
        """The world as scenarios know it."""
        tenant = self.demo.organisation.code
        return World(tenant, self.session.number, self.variables, names)


def planning_world(
    db: Session,
    *,
    today: date = TODAY,
    groups: Mapping[str, int] | None = None,
    training_wanted: bool = False,
    kind: str = "unified",
    exam_in: int = 60,
) -> PlanningWorld:
    """A batch of the demo body with so many admitted enrolments by occupation.

    The exam lies on the first working day after `exam_in` days.
    """
    demo = build_demo_world(db, today=today)
    organisation_id = _key(demo.organisation.id)
    session = AppraisalSession(
        number=f"{demo.organisation.code}-{today.year}-001",
        organisation_id=organisation_id,
        name="示例批次",
        kind=kind,
        status="reviewing",
        site=SITE,
        exam_date=WorkCalendar().workday(today + timedelta(days=exam_in), 0),
        training_wanted=training_wanted,
        created_at=local_time(today, "09:00"),
    )
    db.add(session)
    db.flush()
    world = PlanningWorld(session, demo)
    for occupation, count in (GROUPS if groups is None else groups).items():
        _add_group(db, world, occupation, count)
    db.flush()
    return world


def _add_group(db: Session, world: PlanningWorld, occupation: str, count: int) -> None:
    scheme = world.demo.schemes[occupation]
    offer = SessionOffer(
        session_id=_key(world.session.id),
        scheme_id=_key(scheme.id),
        occupation_code=occupation,
        level_code=LEVELS[occupation],
    )
    db.add(offer)
    db.flush()
    for _ in range(count):
        world.enrolments.append(_enrol(db, world, offer, scheme))


def _enrol(db: Session, world: PlanningWorld, offer: SessionOffer, scheme: Scheme) -> Enrolment:
    number = len(world.enrolments) + 1
    session = world.session
    person = add_person(
        db,
        session.organisation_id,
        f"考生甲{number:03d}",
        f"candidate-{number:03d}",
        is_candidate=True,
    )
    candidate = add_candidate(
        db,
        person,
        id_type="passport",
        id_number=f"X{number:07d}",
        birth_date=date(1990, 1, 1),
        sex="male",
    )
    enrolment = Enrolment(
        number=f"{session.number}-{number:04d}",
        session_id=_key(session.id),
        candidate_id=_key(candidate.id),
        organisation_id=session.organisation_id,
        offer_id=_key(offer.id),
        occupation_code=offer.occupation_code,
        level_code=offer.level_code,
        state="admitted",
        fee_status="paid",
    )
    db.add(enrolment)
    db.flush()
    for subject in subject_keys(scheme, offer.level_code):
        db.add(EnrolmentSubject(enrolment_id=_key(enrolment.id), subject=subject))
    state_facts(
        db,
        _key(enrolment.id),
        _key(person.id),
        {},
        {"employer": f"来源单位{number % 4}"},
        channel="roster",
        at=session.created_at,
    )
    return enrolment


@world("applications_decided", ground=DEMO_BODY)
def applications_decided(db: Session, now: datetime, **given: Any) -> World:
    """A batch before step 4. Given: kind, training_wanted, groups, own_room, room changes."""
    made = _made(db, now, given)
    _change(db, made, given)
    return made.scenario(**_names(db, made))


@world("seats_assigned", ground=DEMO_BODY)
def seats_assigned(db: Session, now: datetime, **given: Any) -> World:
    """A batch after step 4: rooms, seats, numbers, and how many people each room needs.

    Given besides: on_site (sign-in names that serve in the session already), expired, short,
    custodian (one more, who serves on site), assessors (cards left of each occupation),
    released (tickets are out), narrow (the columns of a room), fitted (the occupations that
    a room is for), sitting (the state of each room's sitting, once started).
    """
    made = _made(db, now, given)
    seat_everybody(db, made)
    _change(db, made, given)
    if given.get("released"):
        release_tickets(db, tickets_of(db, _key(made.session.id)), at=now)
    for room in exam_rooms_of(db, _key(made.session.id)) if given.get("sitting") else ():
        _sit(db, made, room, str(given["sitting"]))
    return made.scenario(**_names(db, made))


def _sit(db: Session, made: PlanningWorld, room: ExamRoom, state: str) -> None:
    db.add(
        RoomSitting(
            organisation_id=room.organisation_id,
            session_id=room.session_id,
            room_id=_key(room.id),
            subject=room.subject,
            business_key=room_business_key(made.session.number, room.code, room.subject),
            state=state,
            starts_at=room.starts_at,
            ends_at=room.starts_at + timedelta(minutes=room.minutes),
        )
    )
    db.flush()


@world("person_drawn", ground=DEMO_BODY)
def person_drawn(db: Session, now: datetime, **given: Any) -> World:
    """A batch after step 4 in which an assessor was drawn for the practical of electricians."""
    made = _made(db, now, given)
    seat_everybody(db, made)
    card = cards_of(db, made.session.organisation_id)[0]
    room = exam_rooms_of(db, _key(made.session.id), "practical")[0]
    drawn = StaffAssignment(
        organisation_id=made.session.organisation_id,
        session_id=_key(made.session.id),
        exam_room_id=room.id,
        person_id=card.person_id,
        post="assessor",
    )
    db.add(drawn)
    db.flush()
    name = candidate_by_id(db, made.enrolments[0].candidate_id).name
    found = made.scenario(first_name=name)
    return replace(found, variables={**found.variables, "assignment_id": drawn.id})


def _made(db: Session, now: datetime, given: Mapping[str, Any]) -> PlanningWorld:
    groups = given.get("groups")
    made = planning_world(
        db,
        today=local_date(now),
        groups=dict(zip((ELECTRICIAN, COOK, CARER), groups, strict=False)) if groups else None,
        training_wanted=given.get("training_wanted") is True,
        kind=str(given.get("kind") or "unified"),
        exam_in=int(given.get("exam_in") or 60),
    )
    if given.get("own_room"):
        grant_own_room(db, made.enrolments[0])
    return made


def _names(db: Session, made: PlanningWorld) -> dict[str, Any]:
    names: dict[str, Any] = {
        f"room_{room.code}": str(room.id) for room in db.exec(select(Room)).all()
    }
    for reserved in exam_rooms_of(db, _key(made.session.id)):
        names[f"exam_room_{reserved.code}"] = str(reserved.id)
    names["enrolments"] = [enrolment.number for enrolment in made.enrolments]
    names["session"] = made.session.number
    names["exam_date"] = str(made.session.exam_date)
    return names


def _change_rooms(db: Session, given: Mapping[str, Any]) -> None:
    for code, capacity in (given.get("shrink") or {}).items():
        shrink_room(db, str(code), int(capacity))
    for code, columns in (given.get("narrow") or {}).items():
        db.exec(select(Room).where(Room.code == str(code))).one().columns = int(columns)
    for code, occupations in (given.get("fitted") or {}).items():
        db.exec(select(Room).where(Room.code == str(code))).one().occupations = list(occupations)


def _change(db: Session, made: PlanningWorld, given: Mapping[str, Any]) -> None:
    _change_rooms(db, given)
    close_rooms(db, made, *map(str, given.get("close") or ()))
    for code in given.get("expired") or ():
        expire_calibration(db, code, on=made.session.exam_date or TODAY)
    for key in given.get("short") or ():
        run_short(db, key)
    for name in given.get("on_site") or ():
        _serve(db, made, name)
    if given.get("custodian"):
        people = made.demo.people
        people["confidential3"] = add_person(
            db,
            made.session.organisation_id,
            "备用保密员",
            "confidential3",
            posts=["confidentiality_officer"],
        )
        _serve(db, made, "confidential3")
    if "assessors" in given:
        keep_assessors(db, int(given["assessors"]))
    db.flush()


def _serve(db: Session, made: PlanningWorld, sign_in_name: str) -> None:
    db.add(
        StaffAssignment(
            organisation_id=made.session.organisation_id,
            session_id=_key(made.session.id),
            person_id=_key(made.demo.people[sign_in_name].id),
            post="invigilator",
            state=AssignmentState.CONFIRMED,
        )
    )


def seat_everybody(db: Session, made: PlanningWorld) -> None:
    """Plan, seat and number a batch as step 4 does, with an accepted plan."""
    session = made.session
    session.exam_date_confirmed, session.status = True, "planned"
    plan = SessionPlan(
        organisation_id=session.organisation_id,
        session_id=_key(session.id),
        version=0,
        state=PlanState.ACCEPTED,
        exam_date=session.exam_date or TODAY,
        drafted_at=session.created_at,
    )
    rooms = active_rooms(db, session.organisation_id)
    plan.sittings, _ = plan_sittings(db, session, plan, rooms, {})
    draft_plan(db, plan)
    for subject, enrolments in to_sit(db, plan.session_id).items():
        seat_subject(db, plan.session_id, subject, enrolments, SeatingStrategy.SEQUENTIAL)
    for room in exam_rooms_of(db, plan.session_id):
        wanted = {"invigilator": 1, "assessor": 0 if room.subject == "theory" else 3}
        plan_staff(db, plan.session_id, _key(room.id), wanted, ["d6_practical"])
    pattern = NumberPattern(plan.number_pattern)
    for enrolment in made.enrolments:
        organisation = made.demo.organisation
        issue_ticket(db, enrolment, session, organisation, pattern, at=session.created_at)


def keep_assessors(db: Session, number: int) -> None:
    """Suspend all cards but so many of each occupation."""
    kept: dict[str, int] = {}
    for card in db.exec(select(AssessorCard).order_by(col(AssessorCard.id))):
        occupation = card.occupations[0]
        kept[occupation] = kept.get(occupation, 0) + 1
        card.suspended = kept[occupation] > number
        db.add(card)


def grant_own_room(db: Session, enrolment: Enrolment, *, extra_percent: int = 25) -> None:
    """Give an enrolment a room of its own and extra time."""
    db.add(
        Accommodation(
            organisation_id=enrolment.organisation_id,
            enrolment_id=_key(enrolment.id),
            kinds=["separate_room", "extra_time"],
            consent_version=CONSENT_VERSION,
            consented_at=local_time(TODAY, "10:00"),
            state="approved",
            extra_percent=extra_percent,
        )
    )


def close_rooms(db: Session, world: PlanningWorld, *codes: str) -> None:
    """Take rooms out of use."""
    for room in db.exec(select(Room).where(col(Room.code).in_(codes))):
        room.active = False
        db.add(room)


def shrink_room(db: Session, code: str, capacity: int) -> None:
    """Leave a room fewer places."""
    room = db.exec(select(Room).where(Room.code == code)).one()
    room.capacity = capacity
    db.add(room)


def expire_calibration(db: Session, code: str, *, on: date) -> None:
    """Let a device's calibration end the day before."""
    piece = db.exec(select(Equipment).where(Equipment.code == code)).one()
    piece.calibrated_until = on - timedelta(days=1)
    db.add(piece)


def run_short(db: Session, key: str) -> None:
    """Empty the stock of an item."""
    item = db.exec(select(Supply).where(Supply.key == key)).one()
    item.on_hand = 0
    db.add(item)


def staff_with_post(db: Session, world: PlanningWorld, post: str) -> list[Person]:
    """Who holds a post in the body, in the order they were added."""
    query = (
        select(Person)
        .join(PostAssignment, col(PostAssignment.person_id) == Person.id)
        .where(PostAssignment.post == post, Person.organisation_id == world.session.organisation_id)
    )
    return list(db.exec(query.order_by(col(Person.id))))


def _key(value: int | None) -> int:
    assert value is not None
    return value
