"""What every request and response passes: strict JSON, headers, a request id, measures."""

import time
from collections.abc import MutableMapping, Sequence
from typing import Any
from uuid import uuid4

import structlog
from fastapi import Request, Response
from fastapi.routing import iter_route_contexts
from prometheus_client import Counter, Histogram
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.body_limits import body_problem, is_json
from api.languages import language_of
from api.problems import Problem, problem_response, unexpected_response
from api.strict_json import MESSAGES, BadJson, check_json

CONTENT_SECURITY_POLICY = (
    "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; "
    "font-src 'self'; connect-src 'self'; object-src 'none'; base-uri 'none'; "
    "form-action 'self'; frame-ancestors 'none'"
)
HEADERS = {
    "content-security-policy": CONTENT_SECURITY_POLICY,
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
}
_READ_AT_ONCE = 65_536


class StrictRequests:
    """Refuses what no database can store, and JSON that two readers could understand differently.

    Stands inside `BodyLimits`, since a JSON body is looked at whole.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it can be taken."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = Request(scope)
        messages: list[Message] = []
        try:
            _check_address(scope)
            if is_json(request):
                messages = await _whole_body(receive)
                await _check_json(b"".join(one.get("body", b"") for one in messages))
        except BadJson as bad:
            return await _malformed(request, bad)(scope, receive, send)
        except HTTPException as refused:
            return await problem_response(request, body_problem(refused))(scope, receive, send)

        async def again() -> Message:
            return messages.pop(0) if messages else await receive()

        return await self._app(scope, again, send)


def _check_address(scope: Scope) -> None:
    if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
        raise BadJson("characters")


async def _check_json(body: bytes) -> None:
    # A large body is read in a thread: other requests must not wait for it.
    if len(body) > _READ_AT_ONCE:
        await run_in_threadpool(check_json, body)
    elif body:
        check_json(body)


async def _whole_body(receive: Receive) -> list[Message]:
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


def _malformed(request: Request, bad: BadJson) -> Response:
    message = MESSAGES[bad.code][language_of(request) == "en"]
    error = {"pointer": bad.pointer, "code": bad.code, "message": message}
    return problem_response(request, Problem("malformed", errors=[error]))


class SecurityHeaders:
    """Gives every response the headers that keep browsers careful."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self._app = app
        headers = {**HEADERS}
        if https:
            headers["strict-transport-security"] = "max-age=31536000; includeSubDomains"
        self._headers = [(name.encode(), value.encode()) for name, value in headers.items()]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on; what the endpoint set itself stays."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)

        async def send_with_headers(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                present = {name.lower() for name, _ in message["headers"]}
                message["headers"] = [
                    *message["headers"],
                    *(header for header in self._headers if header[0] not in present),
                ]
            await send(message)

        return await self._app(scope, receive, send_with_headers)


class Surprises:
    """Answers an error that nobody expected, inside the other guards.

    The framework answers it outside of them, where the response got none of their headers. It
    is raised again, so that the server tells the operator.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        begun = False

        async def noting_send(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            await self._app(scope, receive, noting_send)
        except Exception as error:
            if not begun:
                response = unexpected_response(Request(scope), error)
                await response(scope, receive, send)
            raise


class Measures:
    """Counts and times requests by route, and gives each an id for the log."""

    def __init__(
        self, app: ASGIApp, *, routes: Sequence[BaseRoute], requests: Counter, seconds: Histogram
    ) -> None:
        self._app = app
        # The matched route knows only its own part of the path, not the routers around it.
        self._paths = {
            id(context.original_route): context.path or "other"
            for context in iter_route_contexts(routes)
        }
        self._requests = requests
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on and note how it ended."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        started, status = time.perf_counter(), 500
        request_id = uuid4().hex

        async def noting_send(message: MutableMapping[str, Any]) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                message["headers"] = [
                    *message["headers"], (b"x-request-id", request_id.encode())
                ]  # fmt: skip
            await send(message)

        try:
            with structlog.contextvars.bound_contextvars(request=request_id):
                await self._app(scope, receive, noting_send)
        finally:
            # The route's pattern, not the path: paths hold ids without end.
            route = self._paths.get(id(scope.get("route")), "other")
            seconds = time.perf_counter() - started
            self._requests.labels(scope["method"], route, str(status)).inc()
            self._seconds.labels(scope["method"], route).observe(seconds)
