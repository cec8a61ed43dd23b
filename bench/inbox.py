"""The inbox page of a reviewer with very many open user tasks and finished instances."""

from __future__ import annotations

import time
from collections.abc import Mapping
from pathlib import Path

import httpx2
from sqlalchemy import Connection, Table, text

from bench.installations import BenchSession, new_installation, new_session, start_all, take_up
from bench.over_http import p95_ms, serving, sign_in
from engine.instances import INSTANCE
from engine.user_tasks import USER_TASK

OPEN, FINISHED, REAL, PEOPLE = 100_000, 1_000_000, 100, 50
CLAIMABLE = "?view=claimable"
NARROWED = (
    f"{CLAIMABLE}&due=week",
    f"{CLAIMABLE}&step=3",
    f"{CLAIMABLE}&session={{number}}",
    f"{CLAIMABLE}&q={{number}}",
    "?view=overdue",
    "?view=mine",
    "?view=done",
)
"""Views, filters and searches that find a page full, or nothing because nothing is there."""
RARE = f"{CLAIMABLE}&q={{number}}-last"
"""What can only be found by looking at every open user task."""
_SERIES = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < :count) "
_AT = "strftime('%Y-%m-%d %H:%M:%f000', {})"
_NEW_ID = "lower(hex(randomblob(16)))"


def measure(folder: Path, *, scale: float = 1, rounds: int = 40) -> dict[str, float]:
    """The 95th percentile of the page of claimable user tasks, and its size.

    On SQLite, over HTTP. Beside it the slowest other view or filter, and a search for one of all.
    """
    bench, link = _filled(folder, int(OPEN * scale), int(FINISHED * scale))
    with serving(folder) as client:
        sign_in(client, link)

        def page(query: str) -> tuple[float, int]:
            return _page(client, query.format(number=bench.session.number), rounds)

        plain, size = page(CLAIMABLE)
        return {
            "inboxP95Ms": plain,
            "inboxNarrowedP95Ms": max(page(query)[0] for query in NARROWED),
            "inboxRareSearchP95Ms": page(RARE)[0],
            "inboxKiB": size / 1024,
        }


def _page(client: httpx2.Client, query: str, rounds: int) -> tuple[float, int]:
    client.get(f"/inbox{query}")
    times, size = [], 0
    for _ in range(rounds):
        started = time.perf_counter()
        reply = client.get(f"/inbox{query}").raise_for_status()
        times.append(time.perf_counter() - started)
        size = max(size, len(reply.content))
    return p95_ms(times), size


def _filled(folder: Path, tasks: int, finished: int) -> tuple[BenchSession, str]:
    """Let real enrolments reach their review, then copy their rows by SQL."""
    bench = new_session(new_installation(folder), REAL)
    start_all(bench)
    take_up(bench, REAL)
    with bench.installation.database.writer.begin() as connection:
        _copy_open(connection, tasks // REAL)
        _add_finished(connection, finished)
    link = bench.link("reviewer")
    bench.installation.dispose()
    return bench, link


def _copy_open(connection: Connection, times: int) -> None:
    """Make each ready user task so many, half of them with a limit and a key of their own."""
    at = _AT.format("u.created_at, '-30 days', (n.i * 60) || ' minutes'")
    changed = {
        "id": _NEW_ID,
        "created_at": at,
        "due_at": f"CASE WHEN n.i % 2 THEN {at} END",
        # Nobody's enrolment: looking for the last one must pass all others.
        "business_key": "u.business_key || CASE WHEN n.i = :count THEN '-last' ELSE '' END",
    }
    source = f"FROM n, {USER_TASK.name} u WHERE u.status = 'ready'"
    connection.execute(text(_copy(USER_TASK, changed, source)), {"count": times})
    connection.execute(
        text(
            "INSERT INTO engine_user_task_group (user_task_id, group_key, tenant, due_at,"
            " created_at) SELECT u.id, g.value, u.tenant, u.due_at, u.created_at"
            " FROM engine_user_task u, json_each(u.candidate_groups) g WHERE u.status = 'ready'"
            " AND u.id NOT IN (SELECT user_task_id FROM engine_user_task_group)"
        )
    )


def _add_finished(connection: Connection, count: int) -> None:
    """Add finished instances with a user task each; no page reads their states, which stay out."""
    number, key = "printf('%032x', n.i)", "'done-' || n.i"
    instance = {
        "id": number,
        "status": "'completed'",
        "state": "NULL",
        "business_key": key,
        "ended_at": "u.started_at",
    }
    done = {
        "id": _NEW_ID,
        "instance_id": number,
        "status": "'completed'",
        "business_key": key,
        "completed_at": _AT.format("u.created_at, '-' || n.i || ' minutes'"),
        "completed_by": f"CAST(n.i % {PEOPLE} AS TEXT)",
    }
    for table, changed in ((INSTANCE, instance), (USER_TASK, done)):
        source = f"FROM n, (SELECT * FROM {table.name} LIMIT 1) u"
        connection.execute(text(_copy(table, changed, source)), {"count": count})


def _copy(table: Table, changed: Mapping[str, str], source: str) -> str:
    names = table.c.keys()
    values = ", ".join(changed.get(name, f"u.{name}") for name in names)
    return f"INSERT INTO {table.name} ({', '.join(names)}) {_SERIES}SELECT {values} {source}"
