"""One person at a browser, or one system: signs in and calls the API over HTTP."""

import time
from collections.abc import Callable, Iterator, Mapping
from typing import Any
from uuid import uuid4

from httpx2 import Client, Response, TransportError

from api.simulation.errors import CannotSimulate

API = "/api/v1"
# How long somebody waits for an application that was ended and starts again.
PATIENCE_SECONDS = 60.0
_PAUSE_SECONDS = 0.1


class Refused(CannotSimulate):
    """The application refused a request; `problem` is what it said."""

    def __init__(self, where: str, status: int, problem: Mapping[str, Any]) -> None:
        super().__init__(f"{where}: {status} {problem.get('type', '')} {problem}")
        self.status = status
        self.problem = problem

    @property
    def code(self) -> str:
        """The last part of the problem's type."""
        return str(self.problem.get("type", "")).rpartition(":")[2]


class Unreachable(CannotSimulate):
    """The application has not answered for longer than anybody waits."""


class Visitor:
    """An HTTP client with the login of one person, or the token of one system.

    Every change carries an idempotency key and is sent again when the connection breaks, so
    that it counts once however often the application is ended meanwhile.
    """

    def __init__(
        self,
        address: Callable[[], str],
        *,
        token: str = "",
        patience: float = PATIENCE_SECONDS,
    ) -> None:
        self._address = address
        self._patience = patience
        self._client = Client(timeout=60, headers={"Accept-Language": "zh-CN"}, trust_env=False)
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        self.me: Mapping[str, Any] = {}

    def sign_in(self, link: str) -> None:
        """Sign in with the token of a one-time link."""
        answer = self._send("POST", "/logins", json={"link": link}, headers={})
        self.me = answer.json()
        self._headers = {"X-CSRF-Token": str(self.me["csrfToken"])}

    def get(self, path: str, **params: Any) -> Any:
        """Read a resource."""
        return self._send("GET", path, params=params, headers=self._headers).json()

    def read(self, path: str) -> bytes:
        """Read a file."""
        return self._send("GET", path, headers=self._headers).content

    def items(self, path: str, **params: Any) -> Iterator[dict[str, Any]]:
        """Read a list page by page."""
        cursor = ""
        while True:
            page = self.get(path, limit=100, **params, **({"cursor": cursor} if cursor else {}))
            yield from page["items"]
            cursor = page.get("next") or ""
            if not cursor:
                return

    def post(self, path: str, json: Any = None, **more: Any) -> Any:
        """Change something; gives the answer."""
        headers = {**self._headers, "Idempotency-Key": str(uuid4())}
        answer = self._send("POST", path, json=json, headers=headers, **more)
        return answer.json() if answer.content else None

    def ping(self, path: str) -> Response:
        """Read something that lies beside the API, such as the measures."""
        return self._patiently(lambda: self._client.get(f"{self._address()}{path}"))

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _send(self, method: str, path: str, **more: Any) -> Response:
        response = self._patiently(
            lambda: self._client.request(method, f"{self._address()}{API}{path}", **more)
        )
        if response.is_success:
            return response
        kind = response.headers.get("content-type", "")
        problem = response.json() if "json" in kind else {"detail": response.text[:500]}
        raise Refused(f"{method} {path}", response.status_code, problem)

    def _patiently(self, send: Callable[[], Response]) -> Response:
        until = time.monotonic() + self._patience
        while True:
            try:
                response = send()
            except TransportError as error:
                if time.monotonic() > until:
                    raise Unreachable(f"{self._address()}: {error}") from error
            else:
                # Busy, or somebody changed the same thing at this moment: nothing was done.
                if not _is_passing(response) or time.monotonic() > until:
                    return response
            time.sleep(_PAUSE_SECONDS)


def _is_passing(response: Response) -> bool:
    if response.status_code == 503:
        return True
    return response.status_code == 409 and b":changed-meanwhile" in response.content
