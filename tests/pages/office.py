"""An office with the packaged definitions and running batches, for changes made in a browser."""

import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.testclient import TestClient
from playwright.sync_api import Locator, Page, expect
from sqlmodel import Session, col, select

from api.application import Installation
from api.logins import make_link
from appraisal.candidates import Candidate
from appraisal.enrolments import Enrolment
from appraisal.people import Person
from appraisal.sessions import session_by_number
from engine.instances import ProcessInstance
from engine.user_tasks import UserTask
from tasks.demo_world import BODY_CODE
from tasks.worlds import World, WorldMaker, make_world

SCOPE = f"organisation:{BODY_CODE}"
EXAMINED_WITHIN = 180_000


@dataclass
class Office:
    """The demo's body: its people act over HTTP, its batches are made as scenarios make them."""

    installation: Installation
    app: FastAPI
    people: Mapping[str, int]
    _clients: dict[str, TestClient] = field(default_factory=dict)

    def begin(self, process_id: str, world: str | WorldMaker, **given: Any) -> str:
        """Start a process in a new given state, on the newest bundle; gives its business key."""
        with self.installation.database.transaction() as db:
            now = self.installation.clock.now()
            made: World = (
                make_world(db, world, now, given)
                if isinstance(world, str)
                else world(db, now, **given)
            )
            key = _make_room(db, made.business_key)
            self.installation.engine.start(
                db,
                process_id,
                business_key=key,
                variables=made.variables,
                tenant=BODY_CODE,
                scopes=["base", SCOPE],
            )
        self.run_jobs()
        return key

    def client(self, role: str) -> TestClient:
        """Somebody by the name they sign in with."""
        if role not in self._clients:
            client = TestClient(self.app)
            with self.installation.database.transaction() as db:
                link = make_link(db, self.people[role])
            answer = client.post("/api/v1/logins", json={"link": link})
            client.headers["X-CSRF-Token"] = answer.json()["csrfToken"]
            self._clients[role] = client
        return self._clients[role]

    def answer(self, key: str, element: str, role: str, **answer: Any) -> None:
        """Somebody does a user task."""
        done = self.client(role).post(
            f"/api/v1/user-tasks/{self.user_task(key, element).id}/completion",
            json={"answer": answer},
        )
        assert done.status_code == 200, done.text
        self.run_jobs()

    def user_task(self, key: str, element: str) -> UserTask:
        """What waits there for somebody."""
        return next(one for one in self.open_tasks(key) if one.element_id == element)

    def waits_at(self, key: str) -> list[str]:
        """The elements of the user tasks that are open."""
        return sorted(one.element_id for one in self.open_tasks(key))

    def open_tasks(self, key: str) -> Sequence[UserTask]:
        """The open user tasks of a business key."""
        query = select(UserTask).where(UserTask.business_key == key, UserTask.status == "ready")
        with self.installation.database.reading() as db:
            return db.exec(query).all()

    def variables(self, key: str, process_id: str) -> Mapping[str, Any]:
        """The variables of an instance."""
        with self.installation.database.reading() as db:
            instance = db.exec(
                select(ProcessInstance)
                .where(ProcessInstance.business_key == key)
                .where(ProcessInstance.process_id == process_id)
            ).one()
            return self.installation.engine.read_variables(db, instance.id)

    def bundles(self, process_id: str) -> dict[str, str]:
        """The bundle of each instance of a process, by business key."""
        query = select(ProcessInstance).where(col(ProcessInstance.process_id) == process_id)
        with self.installation.database.reading() as db:
            return {one.business_key: one.bundle_id for one in db.exec(query).all()}

    def run_jobs(self) -> None:
        """Work off what waits, timers that are due included."""
        installation = self.installation
        installation.queue.run_pending(  # type: ignore[attr-defined]
            installation.database, installation.engine
        )

    def later(self, **by: float) -> None:
        """Let time go by; timers fire."""
        with self.installation.database.transaction() as db:
            self.installation.clock.advance(db, timedelta(**by))
        poller = self.installation.poller()
        while poller.poll():
            self.run_jobs()


def _make_room(db: Session, number: str) -> str:
    """Number the batch of a given state anew, so that the next one finds the names free."""
    session = session_by_number(db, number)
    session.number = f"{number[:-3]}{900 + (session.id or 0)}"
    db.add(session)
    for enrolment in db.exec(select(Enrolment).where(Enrolment.session_id == session.id)).all():
        enrolment.number = enrolment.number.replace(number, session.number)
        candidate = db.get_one(Candidate, enrolment.candidate_id)
        candidate.id_number_index = f"{session.id}-{candidate.id_number_index[:50]}"
        person = db.get_one(Person, candidate.person_id)
        person.sign_in_name = f"{person.sign_in_name}-{session.id}"
        for row in (enrolment, candidate, person):
            db.add(row)
    db.flush()
    return session.number


class Desk:
    """What a designer sees of the office."""

    def __init__(self, page: Page, address: str, pictures: str) -> None:
        self.page = page
        self.address = address
        self.pictures = pictures
        self._taken = 0

    def go(self, path: str) -> None:
        """Open a page of the designer."""
        self.page.goto(f"{self.address}/designer/{path}{'&' if '?' in path else '?'}scope={SCOPE}")

    def picture(self, name: str, of: Locator | None = None) -> None:
        """Take a picture for docs/howto, if JIANCHENG_HOWTO_PICTURES names the folder."""
        if folder := os.environ.get("JIANCHENG_HOWTO_PICTURES"):
            path = Path(folder) / f"{self.pictures}-{name}.png"
            (of or self.page).screenshot(path=path)

    def content(self, kind: str, key: str) -> str:
        """What holds in the scope: the draft, else what is published."""
        where = f"{self.address}/api/v1/drafts/{kind}/{key}?scope={SCOPE}"
        found: str = self.page.request.get(where).json()["content"]
        return found

    def holds(self, kind: str, key: str, *texts: str) -> None:
        """Wait until the server has texts in the draft."""
        for _ in range(200):
            content = self.content(kind, key)
            if all(text in content for text in texts):
                return
            self.page.wait_for_timeout(100)
        raise AssertionError(f"not saved: {[one for one in texts if one not in content]}")

    def write(self, kind: str, key: str, content: str) -> None:
        """Save a draft as files are taken in."""
        request = self.page.request
        csrf = request.get(f"{self.address}/api/v1/me").json()["csrfToken"]
        saved = request.put(
            f"{self.address}/api/v1/drafts/{kind}/{key}?scope={SCOPE}",
            data={"content": content},
            headers={"X-CSRF-Token": csrf, "If-Match": "*"},
        )
        assert saved.ok, saved.text()

    def tell(self, process_id: str, scenarios: str) -> None:
        """Write the scope's scenarios of a process on their page, and wait until it kept them."""
        self.go(f"scenarios/{process_id}/edit")
        self.page.get_by_role("tab", name="YAML").click()
        self.page.get_by_label("本范围全部场景的 YAML").fill(scenarios)
        self.page.get_by_role("tab", name="场景").click()
        self.holds("scenarios", process_id, scenarios)
        expect(self.page.locator("#state")).to_have_attribute("data-name", "saved", timeout=20_000)

    def play_all(self) -> None:
        """Play the scenarios that hold here on their page, which is open: all of them pass."""
        self.page.get_by_role("button", name="全部走一遍").click()
        told = self.page.locator(".sc-result")
        expect(told).to_contain_text("个场景全部通过", timeout=EXAMINED_WITHIN)

    def examine(self) -> None:
        """Have all drafts examined at the gate's page, and wait for what it finds."""
        self.go("publish")
        self.picture("drafts")
        self.page.get_by_role("button", name="检查", exact=True).click()
        expect(self.page.get_by_role("heading", name="检查结果")).to_be_visible(
            timeout=EXAMINED_WITHIN
        )

    def publish(self, basis: str, *, left_behind: int = 0) -> None:
        """Take all drafts through the gate: what was examined is published on a basis.

        So many chains stay with what they have; their scenarios may fail.
        """
        self.examine()
        assert self.page.locator(".pub-chain.held").count() == left_behind
        failed = self.page.locator(".pub-chain:not(.held) .bad").all_inner_texts()
        errors = self.page.locator(".pub-finding.error").all_inner_texts()
        assert not errors + failed, "\n".join(errors + failed)
        self.page.get_by_label("依据文号").fill(basis)
        self.picture("examined")
        for stays in self.page.locator("[name=leaves_behind]").all():
            stays.check()
        self.page.locator("button[value=publish]").click()
        expect(self.page.get_by_role("heading", name="已发布的版本")).to_be_visible()
        expect(self.page.get_by_text(f"依据文号: {basis}")).to_be_visible()
        self.picture("published")

    def rehearse(self, process_id: str, basis: str) -> None:
        """Try out what moving the running instances of a process would do."""
        self.page.goto(f"{self.address}/designer/migrations?process={process_id}")
        self.page.get_by_label("依据文号").fill(basis)
        self.page.get_by_role("button", name="试运行").click()
        expect(self.page.get_by_role("heading", name="试运行报告")).to_be_visible()
        self.picture("rehearsed")

    def move(self, office: Office, count: int) -> None:
        """Do what was tried out."""
        self.page.get_by_role("button", name=f"迁移 {count} 个").click()
        expect(self.page.get_by_role("status")).to_contain_text("等待开始")
        office.run_jobs()
        expect(self.page.get_by_role("status")).to_contain_text("已完成", timeout=20_000)
        self.picture("moved")
