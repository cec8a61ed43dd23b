"""The web application: routes, guards, and what runs beside them."""

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import cache
from importlib import import_module
from importlib.util import find_spec
from typing import Any

from fastapi import APIRouter, FastAPI, Request, Response
from starlette.concurrency import run_in_threadpool
from starlette.routing import BaseRoute

from api import (
    certificates,
    clock,
    comparisons,
    definitions,
    designer,
    draft_trials,
    drafts,
    enrolments,
    health,
    histories,
    incidents,
    messages,
    migrations,
    operations,
    people,
    process_instances,
    publications,
    recordings,
    records,
    rosters,
    scenarios,
    scope_files,
    sessions,
    sign_in,
    trials,
    user_tasks,
)
from api.application import Installation, build_installation
from api.body_limits import BodyLimits
from api.guards import Measures, SecurityHeaders, StrictRequests, Surprises
from api.health import Meters, watch
from api.idempotency import Replayed
from api.problems import PROBLEMS, add_problem_handlers
from api.settings import Settings

API = "/api/v1"
ROUTERS = (
    sign_in.router,
    user_tasks.router,
    process_instances.router,
    histories.router,
    recordings.router,
    messages.router,
    sessions.router,
    rosters.router,
    enrolments.router,
    certificates.router,
    records.router,
    incidents.router,
    operations.router,
    people.router,
    migrations.router,
    clock.router,
    trials.router,
    draft_trials.router,
    designer.router,
    scenarios.router,
    comparisons.router,
    definitions.router,
    drafts.router,
    scope_files.router,
    publications.router,
)


def create_app(
    settings: Settings | None = None, *, installation: Installation | None = None
) -> FastAPI:
    """Build the application; it may be mounted below any path of another one.

    Nothing is started here: the lifespan runs jobs and timers if the settings say so. A
    host that mounts this runs `jiancheng worker` beside, since mounted lifespans do not run.
    """
    installation = installation or build_installation(settings or Settings())
    app = FastAPI(
        title="鉴程 Jiancheng",
        version="1",
        lifespan=_lifespan,
        openapi_url=f"{API}/openapi.json",
        docs_url=None,
        redoc_url=None,
        # The redirect would lead to whatever host the request names.
        redirect_slashes=False,
        responses=_error_responses(),
    )
    app.state.installation = installation
    app.state.meters = Meters()
    watch(installation, app.state.meters)
    add_problem_handlers(app)
    app.add_exception_handler(Replayed, _replay)
    app.router.routes.extend(_api_routes())
    _add_pages(app)
    _add_guards(app, installation.settings)
    return app


@cache
def _api_routes() -> tuple[BaseRoute, ...]:
    """The routes beside the pages; made once, since that takes longer than all else here."""
    made = FastAPI(openapi_url=None, responses=_error_responses())
    made.include_router(api_router())
    made.include_router(health.router)
    return tuple(made.routes)


def api_router() -> APIRouter:
    """All routes of the JSON API."""
    router = APIRouter(prefix=API)
    for part in ROUTERS:
        router.include_router(part)
    return router


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    installation: Installation = app.state.installation
    async with AsyncExitStack() as running:
        running.callback(installation.dispose)
        if installation.settings.worker:
            worker, poller = installation.worker(), installation.poller()
            await run_in_threadpool(worker.start)
            running.push_async_callback(run_in_threadpool, worker.stop)
            poller.start()
            running.push_async_callback(run_in_threadpool, poller.stop)
        yield


def _add_pages(app: FastAPI) -> None:
    # The pages are a front door like the API; an installation without them still works.
    if find_spec("api.pages.routes") is not None:
        import_module("api.pages.routes").add_pages(app)


def _add_guards(app: FastAPI, settings: Settings) -> None:
    meters: Meters = app.state.meters
    app.add_middleware(StrictRequests)
    app.add_middleware(BodyLimits, most=settings.upload_bytes, seconds=settings.body_seconds)
    app.add_middleware(Surprises)
    app.add_middleware(SecurityHeaders, https=settings.secure_cookies)
    app.add_middleware(
        Measures, routes=app.routes, requests=meters.requests, seconds=meters.seconds
    )


def _replay(_: Request, error: Exception) -> Response:
    assert isinstance(error, Replayed)
    return error.response


def _error_responses() -> dict[int | str, dict[str, Any]]:
    statuses = sorted({kind.status for kind in PROBLEMS.values()})
    schema = {
        "type": "object",
        "required": ["type", "title", "status"],
        "properties": {
            "type": {"type": "string"},
            "title": {"type": "string"},
            "status": {"type": "integer"},
            "detail": {"type": "string"},
            "instance": {"type": "string"},
            "errors": {
                "type": "array",
                "items": {
                    "type": "object",
                    "required": ["pointer", "code", "message"],
                    "properties": {
                        name: {"type": "string"} for name in ("pointer", "code", "message")
                    },
                },
            },
        },
    }
    content = {"application/problem+json": {"schema": schema}}
    return {status: {"description": _titles(status), "content": content} for status in statuses}


def _titles(status: int) -> str:
    return "; ".join(kind.en for kind in PROBLEMS.values() if kind.status == status)
