"""What every request and response passes: size limits, headers, a request id, measures."""

import time
from collections.abc import MutableMapping, Sequence
from typing import Any
from uuid import uuid4

import structlog
from fastapi import Request, Response
from fastapi.routing import iter_route_contexts
from prometheus_client import Counter, Histogram
from starlette.exceptions import HTTPException
from starlette.routing import BaseRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.languages import language_of
from api.problems import Problem, problem_response
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
log = structlog.get_logger(__name__)


class SizeLimit:
    """Refuses large bodies: by their stated length before any of it is read, else as they grow."""

    def __init__(self, app: ASGIApp, limit: int) -> None:
        self._app = app
        self._limit = limit

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it is not too large."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = Request(scope)
        if _stated_length(request) > self._limit:
            # The rest is not read, so the connection cannot be used again.
            problem = Problem("too-large", headers={"Connection": "close"}, limit=self._limit)
            refusal = problem_response(request, problem)
            return await refusal(scope, receive, send)
        return await self._app(scope, self._counting(receive), send)

    def _counting(self, receive: Receive) -> Receive:
        read = 0

        async def counted() -> Message:
            nonlocal read
            message = await receive()
            read += len(message.get("body", b""))
            if read > self._limit:
                # Reading the body, FastAPI lets only this kind of error through.
                raise HTTPException(413)
            return message

        return counted


class StrictRequests:
    """Refuses what no database can store, and JSON that two readers could understand differently.

    Stands inside `SizeLimit`, since a JSON body is looked at whole.
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
            if _is_json(request):
                messages = await _whole_body(receive)
                if body := b"".join(one.get("body", b"") for one in messages):
                    check_json(body)
        except BadJson as bad:
            return await _malformed(request, bad)(scope, receive, send)
        except HTTPException:
            return await problem_response(request, Problem("too-large"))(scope, receive, send)

        async def again() -> Message:
            return messages.pop(0) if messages else await receive()

        return await self._app(scope, again, send)


def _check_address(scope: Scope) -> None:
    if "\x00" in scope["path"] or b"%00" in scope.get("query_string", b""):
        raise BadJson("characters")


def _is_json(request: Request) -> bool:
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


async def _whole_body(receive: Receive) -> list[Message]:
    messages = [await receive()]
    while messages[-1].get("more_body", False):
        messages.append(await receive())
    return messages


def _malformed(request: Request, bad: BadJson) -> Response:
    message = MESSAGES[bad.code][language_of(request) == "en"]
    error = {"pointer": bad.pointer, "code": bad.code, "message": message}
    return problem_response(request, Problem("malformed", errors=[error]))


def _stated_length(request: Request) -> int:
    try:
        return int(request.headers.get("content-length", "0"))
    except ValueError:
        return 0


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
