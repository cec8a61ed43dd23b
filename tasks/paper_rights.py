"""Who may read which paper: by what it shows, not by who happens to see its number.

A paper that holds names, ID numbers or marks is for the posts that work with those, so that
marking stays blind and nobody reads results before they are published.
"""

from collections.abc import Mapping

from sqlmodel import Session, select

from appraisal.candidates import Candidate
from appraisal.certificates import Certificate
from appraisal.enrolments import Enrolment
from appraisal.papers import Paper
from appraisal.staff import StaffRoster
from appraisal.tickets import TICKET_PAPER, ticket_of
from tasks.actors import Actor

# Posts whose work is with applications and people; assessors and item officers see none,
# so that marking stays blind.
ENROLMENT_READERS = frozenset(
    [
        "director",
        "planner",
        "reviewer",
        "second_reviewer",
        "finance",
        "exam_officer",
        "site_manager",
        "score_officer",
        "score_checker",
        "complaints_officer",
        "certificate_officer",
        "issue_officer",
        "archive_officer",
        "internal_supervisor",
        "chief_invigilator",
        "invigilator",
    ]
)
RESULT_READERS = frozenset(
    [
        "director",
        "score_officer",
        "score_checker",
        "complaints_officer",
        "certificate_officer",
        "issue_officer",
        "archive_officer",
        "internal_supervisor",
    ]
)
ARCHIVE_READERS = frozenset({"archive_officer", "internal_supervisor", "director"})
# Who knows the names of those who mark before they are told.
ARRANGERS = frozenset(
    ["director", "planner", "exam_officer", "internal_supervisor", "archive_officer"]
)

_OF_STEP: Mapping[int, frozenset[str]] = {
    3: ENROLMENT_READERS,
    4: ENROLMENT_READERS,
    6: ENROLMENT_READERS | {"trainer"},
    7: ARRANGERS,
    8: ENROLMENT_READERS,
    9: ENROLMENT_READERS,
    10: RESULT_READERS,
    11: RESULT_READERS,
    12: RESULT_READERS,
    13: RESULT_READERS,
    14: ARCHIVE_READERS,
}
# What hangs on the wall, and what concerns things and not people, is for all of the staff.
_FOR_ALL_STAFF_STEPS = frozenset({1, 2, 5})
_FOR_ALL_STAFF = frozenset({"public_list", "exam_plan"})
_STAFF_NAMES_STEP = 7


def reads_paper(db: Session, actor: Actor, paper: Paper) -> bool:
    """Whether somebody may read a paper: staff by their posts, candidates their own."""
    if paper.organisation_id != actor.organisation_id:
        return False
    return _staff_reads(db, actor, paper) or _is_handed_to(db, actor, paper)


def _staff_reads(db: Session, actor: Actor, paper: Paper) -> bool:
    if not actor.is_staff:
        return False
    if paper.step in _FOR_ALL_STAFF_STEPS or paper.key in _FOR_ALL_STAFF:
        return True
    if paper.step == _STAFF_NAMES_STEP and _names_are_told(db, paper.session_id):
        return True
    return bool(actor.posts & _OF_STEP.get(paper.step, frozenset()))


def _names_are_told(db: Session, session_id: int) -> bool:
    roster = db.get(StaffRoster, session_id)
    return roster is not None and roster.unsealed_at is not None


def _is_handed_to(db: Session, actor: Actor, paper: Paper) -> bool:
    """Tell whether it is the candidate's own released ticket or issued certificate."""
    query = (
        select(Enrolment)
        .join(Candidate, Candidate.id == Enrolment.candidate_id)  # type: ignore[arg-type]
        .where(Enrolment.number == paper.subject, Candidate.person_id == actor.person_id)
    )
    enrolment = db.exec(query).first()
    if enrolment is None or enrolment.id is None:
        return False
    if paper.key == TICKET_PAPER:
        ticket = ticket_of(db, enrolment.id)
        return ticket is not None and ticket.released_at is not None
    issued = select(Certificate.id).where(
        Certificate.paper_id == paper.id, Certificate.state != "numbered"
    )
    return db.exec(issued).first() is not None
