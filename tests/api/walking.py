"""The routes of the application, and requests for them with the ids of one organisation.

The routes come from the route table: a new one without an entry in its test fails.
"""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from fastapi.routing import APIRoute, iter_route_contexts
from fastapi.testclient import TestClient

from appraisal.archive import Archive
from appraisal.certificates import Certificate
from appraisal.enrolments import enrolment_by_number
from appraisal.evidence import Evidence
from appraisal.objects import objects_of
from appraisal.papers import Paper, file_paper
from appraisal.people import add_person
from appraisal.results import Result
from appraisal.roster_imports import RosterImport
from engine.drafts import save_draft
from engine.incidents import Incident
from engine.jobs import Job
from engine.migrations import Migration
from tasks.publications import PublicationRow
from tests.api.small import DIAGRAM, ROLES, House, Street

API = "/api/v1"
HEALTH = ("/livez", "/readyz", "/metrics")
BODIES: dict[tuple[str, str], dict[str, Any]] = {
    ("POST", "/user-tasks/{user_task_id}/completion"): {"json": {"answer": {"points": 60}}},
    ("POST", "/process-instances"): {"json": {"processId": "small_review", "businessKey": "x"}},
    ("POST", "/process-instances/{instance_id}/cancellation"): {"json": {"reason": "x"}},
    ("POST", "/process-instances/{instance_id}/recording"): {"json": {}},
    ("POST", "/messages"): {"json": {"name": "x", "correlationKey": "x"}},
    ("POST", "/sessions/{number}/roster-imports"): {"files": {"sheet": ("r.csv", b"x")}},
    ("POST", "/sessions/{number}/roster-imports/{import_id}/confirmation"): {
        "files": {"sheet": ("r.csv", b"x")}
    },
    ("POST", "/incidents/{incident_id}/retry"): {"json": {}},
    ("POST", "/incidents/{incident_id}/skip"): {"json": {"reason": "x"}},
    ("POST", "/migrations"): {"json": {"processId": "small_review", "dryRun": False}},
    ("POST", "/operations"): {"json": {"kind": "rebuild-rows"}},
    ("POST", "/clock/advance"): {"json": {"by": "PT1S"}},
    ("POST", "/expressions/evaluation"): {"json": {"expression": "1"}},
    ("POST", "/decisions/evaluation"): {"json": {"dmn": "<x/>", "decision": "d"}},
    ("POST", "/designer/decision-trials"): {
        "json": {"scope": "base", "key": "d", "content": "<x/>", "decision": "d", "samples": [{}]}
    },
    ("POST", "/designer/imports"): {"json": {"content": DIAGRAM}},
    ("POST", "/designer/scenarios/{process}/plays"): {"json": {"text": ""}},
    ("POST", "/designer/variables"): {
        "json": {"scope": "base", "content": "<x/>", "elementId": "x"}
    },
    ("POST", "/comparisons"): {
        "json": {"kind": "paper", "key": "x", "before": {"content": "a"}, "after": {"content": "b"}}
    },
    ("POST", "/designer/rebases/{kind}/{key}"): {"json": {"choices": {}}},
    ("PUT", "/drafts/{kind}/{key}"): {
        "json": {"content": DIAGRAM.replace("初审", "审")},
        "headers": {"If-Match": "*"},
    },
    ("POST", "/drafts/{kind}/{key}/lease"): {"json": {}},
    ("POST", "/scopes/{scope}/files"): {
        "files": {"file": ("small.bpmn", DIAGRAM.replace("初审", "审"))}
    },
    ("POST", "/drafts/{kind}/{key}/check"): {"json": {"content": DIAGRAM}},
    ("POST", "/publications"): {"json": {"drafts": [], "dryRun": True}},
    ("POST", "/publications/{publication_id}/confirmation"): {"json": {}},
    ("POST", "/publications/{publication_id}/refusal"): {"json": {}},
    ("POST", "/people"): {"json": {"name": "孙新人", "signInName": "new"}},
    ("PUT", "/me/password"): {"json": {"password": "x"}},
}
_SCOPED = ("/designer", "/definitions", "/drafts")
STAFF = {*ROLES, "other_reviewer"}
# The other candidate has nothing here.
PEOPLE = {*STAFF, "candidate", "other_candidate"}


def furnish(street: Street, house: House) -> None:
    """Put into an organisation whatever a route can ask for."""
    now = datetime.now(UTC)
    with street.installation.database.transaction() as db:
        incident = Incident(
            instance_id=house.instance_id, tenant=house.code, kind="job", message="x",
            created_at=now,
        )  # fmt: skip
        job = Job(topic="operations.rebuild_rows", tenant=house.code)
        migration = Migration(tenant=house.code, process_id="x", status="done", created_at=now)
        roster = RosterImport(session_id=house.session_id, digest="x", checked_at=now)
        enrolment = enrolment_by_number(db, house.enrolment_number)
        result = Result(
            session_id=house.session_id, organisation_id=house.organisation_id,
            enrolment_id=enrolment.id, outcome="passed", decided_at=now,
        )  # fmt: skip
        certificate = Certificate(
            number=f"S000099{house.organisation_id:06d}269000001"[:22], enrolment_id=enrolment.id,
            session_id=house.session_id, organisation_id=house.organisation_id,
            candidate_id=enrolment.candidate_id, name="赵考生", occupation_code="6-31-01-03",
            level_code="4", state="valid", created_at=now,
        )  # fmt: skip
        archive = Archive(
            session_id=house.session_id, organisation_id=house.organisation_id, number="x",
            folder="x", seal="x", files=1, sealed_at=now, sealed_by="1", retain_until=now.date(),
        )  # fmt: skip
        paper = Paper(
            session_id=house.session_id, organisation_id=house.organisation_id, key="certificate",
            subject=enrolment.number, title="证书", step=13, created_at=now,
        )  # fmt: skip
        evidence = Evidence(
            organisation_id=house.organisation_id, enrolment_id=enrolment.id, kind="photo",
            object_key=objects_of(db).put(b"\xff\xd8\xff").key, media_type="image/jpeg",
            added_at=now,
        )  # fmt: skip
        other = add_person(
            db, house.organisation_id, "钱考生", f"{house.code}-other", is_candidate=True
        )
        file_paper(db, paper, b"%PDF-")
        certificate.paper_id = paper.id
        save_draft(
            db, f"organisation:{house.code}", "process", "small_review", DIAGRAM.encode(),
            expected=None, actor=str(house.people["process_designer"]), now=now,
        )  # fmt: skip
        db.add_all([incident, job, migration, roster, result, certificate, archive, evidence])
        publication = PublicationRow(
            scope=f"organisation:{house.code}", tenant=house.code, status="published",
            actor=str(house.people["process_designer"]), created_at=now, told_at=now,
        )  # fmt: skip
        db.add(publication)
        db.flush()
        assert other.id is not None
        house.people["other_candidate"] = other.id
        house.ids = {
            "user_task_id": street.user_task(house).id,
            "instance_id": house.instance_id,
            "incident_id": incident.id,
            "operation_id": job.id,
            "migration_id": migration.id,
            "import_id": roster.id,
            "certificate_number": certificate.number,
            "paper_id": paper.id,
            "evidence_id": evidence.id,
            "scope": f"organisation:{house.code}",
            "kind": "process",
            "key": "small_review",
            "revision": 1,
            "publication_id": publication.id,
            "process": "small_review",
            "person_id": house.people["planner"],
            "post": "trainer",
            "process_id": "small_review",
        }


def routes(street: Street, *, pages: bool = False) -> Iterator[tuple[str, str]]:
    """Method and path of every route of the API and of health, or of the pages."""
    for route in iter_route_contexts(street.app.routes):
        path = route.path or ""
        if not isinstance(route.original_route, APIRoute):
            continue
        if path.startswith((API, *HEALTH)) is not pages:
            for method in sorted(route.original_route.methods - {"HEAD"}):
                yield method, path


def request(street: Street, house: House, method: str, path: str) -> dict[str, Any]:
    """A request for a route of the API with the ids of a house and a body that fits."""
    local = path.removeprefix(API)
    body = BODIES.get((method, local), {})
    if method in ("POST", "PUT") and "{" not in local:
        assert body, f"{method} {local} needs a body in BODIES"
    if local == "/messages":
        body = {"json": {"name": "small_reply", "correlationKey": house.enrolment_number}}
    params = {"processId": "small_review"} if local.endswith("start-form") else None
    return {"method": method, "url": url_of(house, path), "params": params, **body}


def url_of(house: House, path: str) -> str:
    """The address of a route with the ids of a house."""
    numbers = {
        "/sessions": house.session_number,
        "/enrolments": house.enrolment_number,
        "/me/enrolments": house.enrolment_number,
        "/certificates": house.ids["certificate_number"],
    }
    local = path.removeprefix(API)
    number = next((n for prefix, n in numbers.items() if local.startswith(prefix)), "")
    scope = f"?scope=organisation:{house.code}" if local.startswith(_SCOPED) else ""
    return path.format(number=number, **house.ids) + scope


def client_of(street: Street, role: str) -> TestClient:
    """A client of somebody of the own organisation, or of its system."""
    if role == "client":
        return street.client(token=street.own.client_token)
    return street.client(street.own.people[role])
