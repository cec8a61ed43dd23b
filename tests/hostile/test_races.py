"""Two people at one user task, through the real server and threads of their own."""

import threading
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import uvicorn
from httpx2 import Client
from sqlmodel import select

from api.logins import make_link
from appraisal.answers import last_answer
from engine.history import HistoryRow
from engine.user_tasks import UserTask
from tests.api.small import Street

API = "/api/v1"


@pytest.fixture(scope="module")
def address(street: Street) -> Iterator[str]:
    """The application behind a socket."""
    config = uvicorn.Config(street.app, port=0, log_config=None, lifespan="off")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        threading.Event().wait(0.01)
    yield f"http://127.0.0.1:{server.servers[0].sockets[0].getsockname()[1]}"
    server.should_exit = True
    thread.join()


def signed_in(street: Street, address: str, role: str) -> Client:
    with street.installation.database.transaction() as db:
        link = make_link(db, street.own.people[role])
    client = Client(base_url=address, trust_env=False)
    me = client.post(f"{API}/logins", json={"link": link}).raise_for_status().json()
    client.headers["X-CSRF-Token"] = me["csrfToken"]
    return client


ROLES = ("reviewer", "other_reviewer")


def new_task(street: Street, turn: int) -> UserTask:
    with street.installation.database.transaction() as db:
        instance = street.installation.engine.start(
            db, "small_review", business_key=f"race-{turn}", tenant="OWN"
        ).id
        return db.exec(select(UserTask).where(UserTask.instance_id == instance)).one()


def complete_at_once(clients: dict[str, Client], task: UserTask) -> dict[str, Any]:
    """Everybody answers with points of their own; gives the responses."""
    together = threading.Barrier(len(clients))
    answers: dict[str, Any] = {}

    def complete(role: str) -> None:
        together.wait()
        answers[role] = clients[role].post(
            f"{API}/user-tasks/{task.id}/completion", json={"answer": answer_of(role)}
        )

    threads = [threading.Thread(target=complete, args=(role,)) for role in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def answer_of(role: str) -> dict[str, Any]:
    return {"points": 60 + ROLES.index(role), "remark": role}


@pytest.mark.parametrize("turn", range(5))
def test_of_two_at_once_one_wins_and_the_other_is_told(
    street: Street, address: str, turn: int
) -> None:
    clients = {role: signed_in(street, address, role) for role in ROLES}
    task = new_task(street, turn)

    answers = complete_at_once(clients, task)

    statuses = {role: one.status_code for role, one in answers.items()}
    assert sorted(statuses.values()) == [200, 409], [one.text for one in answers.values()]
    winner = min(statuses, key=statuses.__getitem__)
    [loser] = {*ROLES} - {winner}
    problem = answers[loser].json()
    assert problem["completedBy"] == str(street.own.people[winner])
    assert datetime.fromisoformat(problem["completedAt"]) <= datetime.now(UTC)
    with street.installation.database.reading() as db:
        assert last_answer(db, task.instance_id, "first") == answer_of(winner)
        completed = select(HistoryRow.actor).where(
            HistoryRow.instance_id == task.instance_id, HistoryRow.kind == "completed"
        )
        assert db.exec(completed).all() == [str(street.own.people[winner])]
    for client in clients.values():
        client.close()


@pytest.mark.parametrize("turn", range(5, 8))
def test_one_key_sent_at_once_has_one_effect(street: Street, address: str, turn: int) -> None:
    clients = [signed_in(street, address, "reviewer") for _ in range(4)]
    task = new_task(street, turn)
    together = threading.Barrier(4)
    answers: list[Any] = []

    def complete(client: Client) -> None:
        together.wait()
        answers.append(
            client.post(
                f"{API}/user-tasks/{task.id}/completion",
                json={"answer": answer_of("reviewer")},
                headers={"Idempotency-Key": f"turn {turn}"},
            )
        )

    threads = [threading.Thread(target=complete, args=(client,)) for client in clients]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    for client in clients:
        client.close()

    assert [one.status_code for one in answers] == [200] * 4, [one.text for one in answers]
    assert len({one.content for one in answers}) == 1
    assert sum("idempotent-replayed" not in one.headers for one in answers) == 1
    with street.installation.database.reading() as db:
        completed = select(HistoryRow.actor).where(
            HistoryRow.instance_id == task.instance_id, HistoryRow.kind == "completed"
        )
        assert db.exec(completed).all() == [str(street.own.people["reviewer"])]
