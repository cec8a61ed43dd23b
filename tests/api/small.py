"""A small process with forms, two organisations with people, and a client that signs them in."""

import json
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID, uuid4

from fastapi import FastAPI
from fastapi.testclient import TestClient
from sqlmodel import Session, select

from api.application import Installation
from api.clients import add_client
from api.logins import make_link
from appraisal.candidates import Candidate, add_candidate
from appraisal.enrolments import Enrolment
from appraisal.occupations import Occupation
from appraisal.organisations import Organisation
from appraisal.people import add_person
from appraisal.schemes import Scheme
from appraisal.sessions import AppraisalSession, SessionOffer, create_session
from engine.sources import Source
from engine.user_tasks import UserTask

DIAGRAM = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="jc">
  <bpmn:process id="small_review" name="小流程" isExecutable="true">
    <bpmn:startEvent id="begun" name="开始"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="begun" targetRef="first" />
    <bpmn:userTask id="first" name="初审" camunda:formRef="small_form"
        camunda:candidateGroups="reviewer">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="jc:duty" value="review" />
        <camunda:property name="jc:name.en" value="First review" />
      </camunda:properties></bpmn:extensionElements>
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="b" sourceRef="first" targetRef="second" />
    <bpmn:userTask id="second" name="复审" camunda:formRef="small_form"
        camunda:candidateGroups="reviewer,second_reviewer">
      <bpmn:extensionElements><camunda:properties>
        <camunda:property name="jc:excludes" value="first" />
      </camunda:properties></bpmn:extensionElements>
      <bpmn:incoming>b</bpmn:incoming><bpmn:outgoing>c</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="c" sourceRef="second" targetRef="answered" />
    <bpmn:intermediateCatchEvent id="answered" name="答复">
      <bpmn:incoming>c</bpmn:incoming><bpmn:outgoing>e</bpmn:outgoing>
      <bpmn:messageEventDefinition id="m" messageRef="reply" />
    </bpmn:intermediateCatchEvent>
    <bpmn:sequenceFlow id="e" sourceRef="answered" targetRef="done" />
    <bpmn:endEvent id="done" name="结束"><bpmn:incoming>e</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
  <bpmn:message id="reply" name="small_reply" />
</bpmn:definitions>
"""

FORM = {
    "id": "small_form",
    "type": "default",
    "schemaVersion": 19,
    "jc:title": "意见",
    "jc:title.en": "Opinion",
    "components": [
        {
            "id": "f_points",
            "type": "number",
            "key": "points",
            "label": "分数",
            "validate": {"required": True, "min": 0, "max": 100},
            "properties": {"jc:variable": "points", "label.en": "Points"},
        },
        {
            "id": "f_remark",
            "type": "textfield",
            "key": "remark",
            "label": "备注",
            "properties": {"jc:personal": "true", "label.en": "Remark"},
        },
    ],
}


def sources() -> list[Source]:
    form = json.dumps(FORM, ensure_ascii=False).encode()
    return [
        Source("process", "small_review", DIAGRAM.encode()),
        Source("form", "small_form", form),
    ]


@dataclass
class House:
    """One organisation with a person for each post, a batch, an enrolment and an instance."""

    organisation_id: int
    code: str
    session_number: str
    session_id: int
    enrolment_number: str
    people: dict[str, int] = field(default_factory=dict)
    instance_id: UUID = field(default_factory=uuid4)
    client_token: str = ""
    ids: dict[str, Any] = field(default_factory=dict)


ROLES = (
    "reviewer",
    "second_reviewer",
    "director",
    "planner",
    "finance",
    "assessor",
    "score_officer",
    "certificate_officer",
    "issue_officer",
    "administrator",
    "process_designer",
    "confidentiality_officer",
    "archive_officer",
)


def build_house(installation: Installation, code: str) -> House:
    """Furnish an organisation and start an instance for its enrolment."""
    with installation.database.transaction() as db:
        organisation = Organisation(code=code, name=f"机构{code}")
        db.add(organisation)
        db.flush()
        assert organisation.id is not None
        session, enrolment = _batch(db, organisation)
        assert session.id is not None
        house = House(organisation.id, code, session.number, session.id, enrolment.number)
        for role in ROLES:
            person = add_person(db, organisation.id, f"{role}甲", f"{code}-{role}", posts=[role])
            assert person.id is not None
            house.people[role] = person.id
        other = add_person(db, organisation.id, "初审乙", f"{code}-reviewer-2", posts=["reviewer"])
        assert other.id is not None
        house.people["other_reviewer"] = other.id
        candidate = db.exec(
            select(Enrolment.candidate_id).where(Enrolment.number == enrolment.number)
        ).one()
        house.people["candidate"] = _person_of(db, candidate)
        _, house.client_token = add_client(
            db, organisation.id, f"系统{code}", ["user-tasks:read", "process-instances:read",
            "messages:send", "sessions:read", "enrolments:read", "results:read", "incidents:read"],
        )  # fmt: skip
        house.instance_id = installation.engine.start(
            db, "small_review", business_key=enrolment.number, tenant=code
        ).id
    return house


def _batch(db: Session, organisation: Organisation) -> tuple[AppraisalSession, Enrolment]:
    assert organisation.id is not None
    at = datetime(2026, 1, 5, tzinfo=UTC)
    session = create_session(db, organisation, "2026 年第一批", created_at=at)
    db.merge(Occupation(code="6-31-01-03", name="钳工"))
    scheme = Scheme(
        organisation_id=organisation.id, key="fitter", version=1, occupation_code="6-31-01-03",
        trade_code="", content={}, status="approved",
    )  # fmt: skip
    db.add(scheme)
    db.flush()
    assert session.id is not None
    assert scheme.id is not None
    offer = SessionOffer(
        session_id=session.id, scheme_id=scheme.id, occupation_code="6-31-01-03", level_code="4"
    )
    db.add(offer)
    db.flush()
    person = add_person(
        db, organisation.id, "赵考生", f"{organisation.code}-candidate", is_candidate=True
    )
    candidate = add_candidate(
        db, person, id_type="resident_id", id_number="11010119900307721X",
        birth_date=date(1990, 3, 7), sex="male",
    )  # fmt: skip
    assert offer.id is not None
    assert candidate.id is not None
    enrolment = Enrolment(
        number=f"{session.number}-00001", session_id=session.id, candidate_id=candidate.id,
        organisation_id=organisation.id, offer_id=offer.id, occupation_code="6-31-01-03",
        level_code="4",
    )  # fmt: skip
    db.add(enrolment)
    db.flush()
    return session, enrolment


def _person_of(db: Session, candidate_id: int) -> int:
    return db.get_one(Candidate, candidate_id).person_id


@dataclass
class Street:
    """The application with two furnished organisations."""

    installation: Installation
    app: FastAPI
    own: House
    foreign: House
    _tokens: dict[int, tuple[str, str]] = field(default_factory=dict)

    def client(self, person_id: int | None = None, *, token: str = "") -> TestClient:
        """A client signed in as a person by link, or as a system by token, or as nobody."""
        client = TestClient(self.app, raise_server_exceptions=True)
        if token:
            client.headers["Authorization"] = f"Bearer {token}"
        if person_id is not None:
            if person_id not in self._tokens:
                self._tokens[person_id] = self._sign_in(TestClient(self.app), person_id)
            cookie, csrf = self._tokens[person_id]
            client.cookies.set("jc_login", cookie)
            client.headers["X-CSRF-Token"] = csrf
        return client

    def _sign_in(self, client: TestClient, person_id: int) -> tuple[str, str]:
        with self.installation.database.transaction() as db:
            link = make_link(db, person_id)
        response = client.post("/api/v1/logins", json={"link": link})
        assert response.status_code == 201, response.text
        return client.cookies["jc_login"], response.json()["csrfToken"]

    def user_task(self, house: House, element_id: str = "first") -> UserTask:
        """The ready user task of an element."""
        with self.installation.database.reading() as db:
            return db.exec(
                select(UserTask).where(
                    UserTask.instance_id == house.instance_id,
                    UserTask.element_id == element_id,
                    UserTask.status == "ready",
                )
            ).one()
