"""A session on the eve of its exam: one room with its candidates and staff, for scenarios."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlmodel import Session

from appraisal.calendar import local_time
from appraisal.candidates import add_candidate
from appraisal.enrolments import Enrolment, EnrolmentSubject
from appraisal.occupations import Occupation
from appraisal.organisations import Organisation
from appraisal.people import Person, add_person
from appraisal.rooms import ExamRoom, Room, room_business_key
from appraisal.schemes import Scheme
from appraisal.seats import Seat
from appraisal.sessions import AppraisalSession, SessionOffer
from appraisal.staff import AssessorCard, AssignmentState, StaffAssignment

EXAM_DATE = date(2026, 5, 23)
STARTS_AT = local_time(EXAM_DATE, "09:00")

_STAFF = {
    "chief_invigilator": 1,
    "invigilator": 2,
    "internal_supervisor": 1,
    "assessor": 3,
}
_OFFICE = ("exam_officer", "score_officer", "director", "panel_leader", "site_manager")
_ROOM_KINDS = {"theory": "theory", "practical": "practical", "review": "review"}
_FORMS = {"theory": "paper", "practical": "practical", "review": "thesis_defence"}


@dataclass
class ExamWorld:
    """What a scenario finds: one room of one session with its candidates and staff."""

    session: AppraisalSession
    room: ExamRoom
    scheme: Scheme
    enrolments: list[Enrolment]
    people: dict[str, list[Person]] = field(default_factory=dict)

    @property
    def business_key(self) -> str:
        """Business key of the room's instance."""
        return room_business_key(self.session.number, self.room.code, self.room.subject)

    @property
    def variables(self) -> dict[str, Any]:
        """Variables with which the room's instance starts."""
        return {
            "room_id": self.room.id,
            "session_id": self.session.id,
            "subject": self.room.subject,
        }

    def person(self, post: str, number: int = 0) -> int:
        """Id of somebody at a post."""
        return saved(self.people[post][number].id)


def exam_world(
    db: Session,
    *,
    subject: str = "theory",
    form: str | None = None,
    candidates: int = 3,
    scheme: Mapping[str, Any] | None = None,
    exam_date: date = EXAM_DATE,
) -> ExamWorld:
    """Make a session with one room in which so many candidates sit one subject."""
    organisation = Organisation(code="9900", name="示例职业技能评价中心", body_code="0000")
    db.add(organisation)
    db.add(Occupation(code="6-31-01-03", name="电工"))
    db.flush()
    session = AppraisalSession(
        number="9900-2026-001",
        organisation_id=saved(organisation.id),
        name="示例批次",
        exam_date=exam_date,
        exam_date_confirmed=True,
    )
    content = _scheme_content(subject, form or _FORMS[subject], scheme or {})
    rules = Scheme(
        organisation_id=saved(organisation.id),
        key="electrician",
        name="电工",
        occupation_code="6-31-01-03",
        content=content,
        status="approved",
    )
    db.add_all([session, rules])
    db.flush()
    room = _room(db, session, subject, local_time(exam_date, "09:00"))
    world = ExamWorld(session, room, rules, [])
    world.enrolments += _candidates(db, world, subject, candidates)
    world.people |= _staff(db, room)
    return world


def _scheme_content(subject: str, form: str, more: Mapping[str, Any]) -> dict[str, Any]:
    about: dict[str, Any] = {
        "key": subject,
        "name": subject,
        "form": form,
        "minutes": 90,
        "pass_mark": 60,
        "weights": [{"name": "全部", "weight": 100}],
    }
    return {"levels": {"2": {"subjects": [about | dict(more)]}}}


def _room(db: Session, session: AppraisalSession, subject: str, starts_at: datetime) -> ExamRoom:
    place = Room(
        organisation_id=session.organisation_id,
        code="R01",
        name="第一考场",
        kind=_ROOM_KINDS[subject],
        capacity=30,
    )
    db.add(place)
    db.flush()
    room = ExamRoom(
        organisation_id=session.organisation_id,
        session_id=saved(session.id),
        room_id=saved(place.id),
        code=place.code,
        subject=subject,
        starts_at=starts_at,
        minutes=90,
    )
    db.add(room)
    db.flush()
    return room


def _candidates(db: Session, world: ExamWorld, subject: str, count: int) -> Sequence[Enrolment]:
    offer = SessionOffer(
        session_id=saved(world.session.id),
        scheme_id=saved(world.scheme.id),
        occupation_code="6-31-01-03",
        level_code="2",
    )
    db.add(offer)
    db.flush()
    return [_enrol(db, world, saved(offer.id), subject, number) for number in range(1, count + 1)]


def _enrol(db: Session, world: ExamWorld, offer_id: int, subject: str, number: int) -> Enrolment:
    organisation_id = world.session.organisation_id
    person = add_person(
        db, organisation_id, f"考生{number:02d}", f"candidate-{number:02d}", is_candidate=True
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
        number=f"{world.session.number}-{number:04d}",
        session_id=saved(world.session.id),
        candidate_id=saved(candidate.id),
        organisation_id=organisation_id,
        offer_id=offer_id,
        occupation_code="6-31-01-03",
        level_code="2",
        state="ticketed",
        admission_number=f"2699000010{number:03d}",
    )
    db.add(enrolment)
    db.flush()
    db.add(EnrolmentSubject(enrolment_id=saved(enrolment.id), subject=subject))
    db.add(
        Seat(
            organisation_id=organisation_id,
            session_id=saved(world.session.id),
            exam_room_id=saved(world.room.id),
            enrolment_id=saved(enrolment.id),
            subject=subject,
            number=number,
            row=1,
            column=number,
        )
    )
    db.flush()
    return enrolment


def _staff(db: Session, room: ExamRoom) -> dict[str, list[Person]]:
    people: dict[str, list[Person]] = {
        post: [add_person(db, room.organisation_id, post, post, posts=[post])] for post in _OFFICE
    }
    for post, count in _STAFF.items():
        people[post] = [
            add_person(db, room.organisation_id, f"{post}-{n}", f"{post}-{n}", posts=[post])
            for n in range(1, count + 1)
        ]
        for position, person in enumerate(people[post]):
            db.add(
                StaffAssignment(
                    organisation_id=room.organisation_id,
                    session_id=room.session_id,
                    exam_room_id=room.id,
                    person_id=saved(person.id),
                    post=post,
                    leader=position == 0,
                    state=AssignmentState.CONFIRMED,
                    position=position,
                )
            )
    for position, person in enumerate(people["assessor"], start=1):
        db.add(
            AssessorCard(
                organisation_id=room.organisation_id,
                person_id=saved(person.id),
                number=f"2614001{position:04d}",
                rank="senior",
                occupations=["6-31-01-03"],
                valid_from=EXAM_DATE - timedelta(days=365),
                valid_to=EXAM_DATE + timedelta(days=365),
            )
        )
    db.flush()
    return people


def saved(key: int | None) -> int:
    """The id of a stored row."""
    assert key is not None
    return key
