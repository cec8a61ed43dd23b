"""How much a request's body may weigh and how long it may take."""

import asyncio

from fastapi import Request
from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from api.problems import Problem, problem_response

# JSON is read into memory whole, where it takes some fifty times its length; files are not.
LARGEST_JSON = 4_000_000
SLOWEST_BYTES_PER_SECOND = 20_000


class BodyLimits:
    """Refuses large bodies, by their stated length before any of it is read, and slow ones.

    A body has `seconds`, and the time that what has come of it takes on a slow line: whoever
    sends a byte now and then does not hold a connection for good.
    """

    def __init__(self, app: ASGIApp, *, most: int, seconds: float) -> None:
        self._app = app
        self._most = most
        self._seconds = seconds

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass a request on if it is not too large."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        request = Request(scope)
        most = min(self._most, LARGEST_JSON) if is_json(request) else self._most
        if _stated_length(request) > most:
            # The rest is not read, so the connection cannot be used again.
            problem = Problem("too-large", headers={"Connection": "close"}, limit=most)
            return await problem_response(request, problem)(scope, receive, send)
        return await self._app(scope, self._counting(receive, most), send)

    def _counting(self, receive: Receive, most: int) -> Receive:
        began, read, whole = asyncio.get_running_loop().time(), 0, False

        async def counted() -> Message:
            nonlocal read, whole
            if whole:
                return await receive()
            due = began + self._seconds + read / SLOWEST_BYTES_PER_SECOND
            # Reading the body, FastAPI lets only this kind of error through.
            try:
                async with asyncio.timeout_at(due):
                    message = await receive()
            except TimeoutError:
                raise HTTPException(408, headers={"Connection": "close"}) from None
            read += len(message.get("body", b""))
            whole = not message.get("more_body", False)
            if read > most:
                raise HTTPException(413, headers={"Connection": "close"})
            return message

        return counted


def body_problem(refused: HTTPException) -> Problem:
    """What is wrong with a body that was not read to its end."""
    name = "too-slow" if refused.status_code == 408 else "too-large"
    return Problem(name, headers=refused.headers)


def is_json(request: Request) -> bool:
    """Whether a request says that its body is JSON."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    return kind == "application/json" or kind.endswith("+json")


def _stated_length(request: Request) -> int:
    try:
        return int(request.headers.get("content-length", "0"))
    except ValueError:
        return 0
