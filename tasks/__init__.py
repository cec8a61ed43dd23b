"""Service tasks: the glue between a diagram and the appraisal domain."""

from engine import ServiceTasks
from tasks import (  # noqa: F401 -- they register their papers
    papers_answers,
    papers_applications,
    papers_certificates,
    papers_conduct,
    papers_exam,
    papers_marking,
    papers_notices,
    papers_planning,
    papers_resources,
    papers_results,
    papers_staff,
)
from tasks.applications import service_tasks as _applications
from tasks.archive import service_tasks as _archive
from tasks.certificate_pages import service_tasks as _certificate_pages
from tasks.certificates import service_tasks as _certificates
from tasks.check_in import service_tasks as _check_in
from tasks.comprehensive_reviews import service_tasks as _comprehensive_reviews
from tasks.conduct import service_tasks as _conduct
from tasks.conduct import supervision_tasks as _supervision
from tasks.dispatches import service_tasks as _dispatches
from tasks.enrolments import service_tasks as _enrolments
from tasks.exam_papers import service_tasks as _exam_papers
from tasks.exam_rooms import service_tasks as _exam_rooms
from tasks.fees import service_tasks as _fees
from tasks.leavings import service_tasks as _leavings
from tasks.lost_rooms import service_tasks as _lost_rooms
from tasks.migrations import service_tasks as _migrations
from tasks.notices import service_tasks as _notices
from tasks.operations import service_tasks as _operations
from tasks.papers import service_tasks as _papers
from tasks.plans import service_tasks as _plans
from tasks.publicity import service_tasks as _publicity
from tasks.resources import service_tasks as _resources
from tasks.results import service_tasks as _results
from tasks.schemes import service_tasks as _schemes
from tasks.scoring import service_tasks as _scoring
from tasks.seating import service_tasks as _seating
from tasks.sessions import service_tasks as _sessions
from tasks.sittings import service_tasks as _sittings
from tasks.staffing import service_tasks as _staffing
from tasks.supplements import service_tasks as _supplements
from tasks.training import service_tasks as _training
from tasks.works import service_tasks as _works

# One line a group: each module owns its own.
_GROUPS = (
    _applications,
    _archive,
    _certificate_pages,
    _certificates,
    _check_in,
    _comprehensive_reviews,
    _conduct,
    _dispatches,
    _enrolments,
    _exam_papers,
    _exam_rooms,
    _fees,
    _leavings,
    _lost_rooms,
    _migrations,
    _notices,
    _operations,
    _papers,
    _plans,
    _publicity,
    _resources,
    _results,
    _schemes,
    _scoring,
    _seating,
    _sessions,
    _sittings,
    _staffing,
    _supervision,
    _supplements,
    _training,
    _works,
)


def all_service_tasks() -> ServiceTasks:
    """Every service task that a diagram can call."""
    tasks = ServiceTasks()
    for group in _GROUPS:
        tasks.include(group)
    return tasks
