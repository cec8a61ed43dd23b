"""Many requests at once: waiting for the database must not use up the threads that free it."""

import time
from concurrent.futures import ThreadPoolExecutor

import httpx2
import pytest

from tests.api.small import Street
from tests.api.test_kills import API, server

AT_ONCE = 100


@pytest.mark.slow
def test_many_at_once_do_not_block_one_another(street: Street) -> None:
    street.client(street.own.people["reviewer"])
    cookie, csrf = street._tokens[street.own.people["reviewer"]]
    headers = {"X-CSRF-Token": csrf, "Cookie": f"jc_login={cookie}"}
    path = f"{API}/user-tasks/{street.user_task(street.own).id}"
    requests = [("POST", f"{path}/assignment"), ("GET", path), ("GET", "/readyz")]
    with server(street) as (_, base):
        limits = httpx2.Limits(max_connections=AT_ONCE)
        with (
            httpx2.Client(base_url=base, headers=headers, timeout=60, limits=limits) as client,
            ThreadPoolExecutor(AT_ONCE) as threads,
        ):
            started = time.monotonic()
            asked = [
                threads.submit(client.request, *requests[number % len(requests)])
                for number in range(2 * AT_ONCE)
            ]
            statuses = {one.result().status_code for one in asked}
            seconds = time.monotonic() - started

    assert statuses == {200}
    assert seconds < 25
