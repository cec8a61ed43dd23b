"""Health and measures of an application, for those who run it."""

from dataclasses import dataclass, field

from fastapi import Request, Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Histogram
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.exposition import generate_latest
from prometheus_client.registry import Collector
from sqlalchemy import func
from sqlmodel import col, select

from api.application import Installation
from api.problems import Problem
from api.resources import Resource
from api.work import WorkRouter, installation_of
from engine.bundles import Bundle
from engine.incidents import Incident
from engine.jobs import OPEN, Job
from engine.timers import Timer
from engine.user_tasks import UserTask, UserTaskStatus

router = WorkRouter(tags=["health"])


class Health(Resource):
    """Whether a process is well."""

    status: str


@dataclass(frozen=True)
class Meters:
    """The measures of one application; a registry of its own, since several may share a process."""

    registry: CollectorRegistry = field(default_factory=CollectorRegistry)
    requests: Counter = field(init=False)
    seconds: Histogram = field(init=False)

    def __post_init__(self) -> None:
        labels = ["method", "route"]
        requests = Counter(
            "jiancheng_requests", "Requests answered", [*labels, "status"], registry=self.registry
        )
        seconds = Histogram(
            "jiancheng_request_seconds", "Time to answer", labels, registry=self.registry
        )
        object.__setattr__(self, "requests", requests)
        object.__setattr__(self, "seconds", seconds)


class _Waiting(Collector):
    """Counts what waits in the database when somebody asks."""

    def __init__(self, installation: Installation) -> None:
        self._database = installation.database
        self._clock = installation.clock

    def describe(self) -> list[Metric]:
        """Nothing is known before somebody asks."""
        return []

    def collect(self) -> list[Metric]:
        """Count jobs, due timers, open incidents and user tasks."""
        queries = {
            "jobs_open": select(func.count()).where(col(Job.status).in_(OPEN)),
            "timers_due": select(func.count()).where(col(Timer.due_at) <= self._clock.now()),
            "incidents_open": select(func.count()).where(col(Incident.resolved_at).is_(None)),
            "user_tasks_ready": select(func.count()).where(
                UserTask.status == UserTaskStatus.READY.value
            ),
        }
        with self._database.reading() as db:
            return [
                GaugeMetricFamily(f"jiancheng_{name}", "", value=db.exec(query).one())
                for name, query in queries.items()
            ]


def watch(installation: Installation, meters: Meters) -> None:
    """Let a registry count what waits in the database."""
    meters.registry.register(_Waiting(installation))


@router.get("/livez")
async def live() -> Health:
    """Say that the process runs."""
    return Health(status="ok")


@router.get("/readyz")
def ready(request: Request) -> Health:
    """Say whether the database answers and definitions are published."""
    installation = installation_of(request)
    try:
        with installation.database.reading() as db:
            published = db.exec(select(Bundle.id).limit(1)).first() is not None
    except Exception as error:  # the edge: any reason makes the process unready
        raise Problem("unavailable") from error
    if not published:
        raise Problem("unavailable", detail="jiancheng migrate")
    return Health(status="ok")


@router.get("/metrics", include_in_schema=False)
def metrics(request: Request) -> Response:
    """Measures in the format of Prometheus."""
    meters: Meters = request.app.state.meters
    return Response(generate_latest(meters.registry), media_type=CONTENT_TYPE_LATEST)
