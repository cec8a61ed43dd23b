"""Answers: bound fields reach the domain, files the object store, and nothing lies open."""

import base64
import json
from hashlib import sha256
from typing import Any

import pytest
from sqlalchemy import text

from appraisal.answers import last_answer
from appraisal.candidates import candidate_by_id, phone_of
from appraisal.enrolments import enrolment_by_number
from appraisal.objects import objects_of
from appraisal.sessions import session_by_id
from engine.definitions import Definitions
from engine.sources import Source
from tests.api.small import DIAGRAM, Street

API = "/api/v1"


def form(**fields: dict[str, Any]) -> bytes:
    components = [
        {"id": f"f_{key}", "key": key, "label": key, **rest} for key, rest in fields.items()
    ]
    schema = {"id": "small_form", "type": "default", "jc:title": "表", "components": components}
    return json.dumps(schema).encode()


def bound(name: str) -> dict[str, Any]:
    return {"type": "textfield", "properties": {"jc:bind": name}}


def publish(street: Street, content: bytes, groups: str = "reviewer") -> str:
    """Publish the small process with another form and start it; gives the address of its task."""
    diagram = DIAGRAM.replace('candidateGroups="reviewer"', f'candidateGroups="{groups}"')
    installation = street.installation
    sources = [
        Source("process", "small_review", diagram.encode()),
        Source("form", "small_form", content),
    ]
    with installation.database.transaction() as db:
        report = installation.definitions.publish(db, sources, actor="test")
        assert not report.refused, report.findings
        instance = installation.engine.start(
            db, "small_review", business_key=street.own.enrolment_number, tenant="OWN"
        )
    street.own.instance_id = instance.id
    return f"{API}/user-tasks/{street.user_task(street.own).id}/completion"


def test_bound_field_reaches_the_session(sqlite_street: Street) -> None:
    street = sqlite_street
    url = publish(street, form(site=bound("session.site")))

    response = street.client(street.own.people["reviewer"]).post(
        url, json={"answer": {"site": "第一考点"}}
    )

    assert response.status_code == 200, response.text
    with street.installation.database.reading() as db:
        assert session_by_id(db, street.own.session_id).site == "第一考点"


def test_reviewer_never_edits_a_candidates_facts(sqlite_street: Street) -> None:
    street = sqlite_street
    content, answer = form(phone=bound("candidate.phone")), {"answer": {"phone": "13800001234"}}

    refused = street.client(street.own.people["reviewer"]).post(
        publish(street, content), json=answer
    )
    own = street.client(street.own.people["candidate"]).post(
        publish(street, content, "candidate"), json=answer
    )

    assert (refused.status_code, own.status_code) == (403, 200), own.text
    with street.installation.database.reading() as db:
        enrolment = enrolment_by_number(db, street.own.enrolment_number)
        assert phone_of(db, candidate_by_id(db, enrolment.candidate_id)) == "13800001234"


def test_unknown_binding_cannot_be_published(sqlite_street: Street) -> None:
    definitions: Definitions = sqlite_street.installation.definitions
    source = Source("form", "small_form", form(x=bound("candidate.id_number")))
    with sqlite_street.installation.database.transaction() as db:
        report = definitions.check(db, [source])

    assert [(one.code, one.element_id) for one in report.findings] == [("unknown_binding", "f_x")]


def test_files_go_to_the_store_under_their_digest(sqlite_street: Street) -> None:
    street, content = sqlite_street, b"%PDF-1.4 evidence"
    url = publish(street, form(proof={"type": "filepicker"}))
    sent = {
        "name": "../证明.pdf",
        "type": "application/pdf",
        "content": base64.b64encode(content).decode(),
    }

    response = street.client(street.own.people["reviewer"]).post(
        url, json={"answer": {"proof": [sent]}}
    )

    assert response.status_code == 200, response.text
    key = sha256(content).hexdigest()
    with street.installation.database.reading() as db:
        kept = last_answer(db, street.own.instance_id, "first")
        assert objects_of(db).get(key) == content
    assert kept == {"proof": [{"name": "证明.pdf", "size": len(content), "sha256": key}]}


@pytest.mark.parametrize("secret", ["王小明的备注", "13800005678"])
def test_no_table_and_no_log_holds_what_was_answered(
    street: Street, secret: str, capsys: pytest.CaptureFixture[str]
) -> None:
    url = f"{API}/user-tasks/{street.user_task(street.own).id}/completion"
    client = street.client(street.own.people["reviewer"])
    client.post(url, json={"answer": {"points": 1000, "remark": secret}})
    client.post(
        url,
        json={"answer": {"points": 60, "remark": secret}},
        headers={"Idempotency-Key": "once"},
    )

    with street.installation.database.reading() as db:
        names = db.execute(_tables(street)).scalars().all()
        for name in names:
            for row in db.execute(text(f'SELECT * FROM "{name}"')).all():
                assert secret not in repr(row), name
                assert secret.encode() not in b"".join(v for v in row if isinstance(v, bytes))
    printed = capsys.readouterr()
    assert secret not in printed.out + printed.err


def _tables(street: Street) -> Any:
    if street.installation.database.is_sqlite:
        return text("SELECT name FROM sqlite_master WHERE type = 'table'")
    return text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'")
