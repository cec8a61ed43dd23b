"""A scope's definitions go out as a zip and come in as drafts; hostile files change nothing."""

import io
import warnings
import zipfile
from pathlib import Path
from typing import Any

import pytest
from fastapi.testclient import TestClient

from engine.drafts import drafts_of
from engine.sources import Source
from tests.api.small import DIAGRAM, Street

CHANGED = DIAGRAM.replace('name="初审"', 'name="第一次审核"').encode()
CAMUNDA = (
    '<?xml version="1.0" encoding="UTF-8"?><bpmn:definitions '
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" '
    'xmlns:camunda="http://camunda.org/schema/1.0/bpmn" '
    'xmlns:modeler="http://camunda.org/schema/modeler/1.0" '
    'modeler:executionPlatform="Camunda Platform" id="Definitions_1" targetNamespace="x">'
    '<bpmn:process id="Process_1" name="外来" isExecutable="true" '
    'camunda:historyTimeToLive="180">'
    '<bpmn:startEvent id="s"/><bpmn:sequenceFlow id="f" sourceRef="s" targetRef="u"/>'
    '<bpmn:userTask id="u" name="办理" camunda:candidateGroups="reviewer" camunda:formRef="f" '
    'camunda:asyncBefore="true"/><bpmn:sequenceFlow id="g" sourceRef="u" targetRef="e"/>'
    '<bpmn:endEvent id="e"/></bpmn:process></bpmn:definitions>'
)


@pytest.fixture
def street(sqlite_street: Street) -> Street:
    return sqlite_street


@pytest.fixture
def designer(street: Street) -> TestClient:
    return street.client(street.own.people["process_designer"])


def files_of(street: Street) -> str:
    return f"/api/v1/scopes/organisation:{street.own.code}/files"


def zipped(files: dict[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return made.getvalue()


def entries(*named: tuple[str, bytes, int]) -> bytes:
    """A zip with entries as they are given: name, content, mode; names may come twice."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content, mode in named:
            entry = zipfile.ZipInfo(name)
            entry.external_attr = mode << 16
            with warnings.catch_warnings(action="ignore"):
                archive.writestr(entry, content)
    return made.getvalue()


def lying() -> bytes:
    """A zip whose directory says that a file of many megabytes has ten bytes."""
    made = zipped({"processes/a.bpmn": b"<" * 6_000_000})
    return made.replace((6_000_000).to_bytes(4, "little"), (10).to_bytes(4, "little"))


PLACE = "processes/small_review.bpmn"
SYMLINK = 0o120777


def sent(client: TestClient, street: Street, name: str, content: bytes) -> Any:
    return client.post(files_of(street), files={"file": (name, content)})


def drafts(street: Street) -> list[tuple[str, bytes | None]]:
    with street.installation.database.reading() as db:
        found = drafts_of(db, f"organisation:{street.own.code}")
        return [(one.key, one.content) for one in found]


def test_what_went_out_comes_in_the_same(street: Street, designer: TestClient) -> None:
    with street.installation.database.transaction() as db:
        mine = Source("process", "small_review", CHANGED, derived_from="base@1")
        street.installation.definitions.publish(db, [mine], f"organisation:{street.own.code}")

    out = designer.get(files_of(street))
    again = sent(designer, street, "scope.zip", out.content)

    assert out.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(out.content)) as archive:
        assert archive.read("processes/small_review.bpmn") == CHANGED
    assert designer.get(files_of(street)).content == out.content
    assert [one["action"] for one in again.json()["items"]] == ["same"]
    assert drafts(street) == []


def test_changed_files_in_a_folder_become_drafts(street: Street, designer: TestClient) -> None:
    manifest = b'{"format": 1, "scope": "base", "definitions": {}}'
    files = {
        "work-main/scope.json": manifest,
        "work-main/processes/small_review.bpmn": CHANGED,
        "work-main/.gitignore": b"x",
    }

    done = sent(designer, street, "work-main.zip", zipped(files))

    assert done.json()["items"] == [{"kind": "process", "key": "small_review", "action": "new"}]
    assert drafts(street) == [("small_review", CHANGED)]


def test_diagram_from_elsewhere_keeps_its_attributes(street: Street, designer: TestClient) -> None:
    done = sent(designer, street, "foreign.bpmn", CAMUNDA.encode())

    assert done.json()["items"] == [{"kind": "process", "key": "Process_1", "action": "new"}]
    [(_, content)] = drafts(street)
    assert content is not None
    for kept in (b'camunda:historyTimeToLive="180"', b'camunda:asyncBefore="true"'):
        assert kept in content


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("x.zip", zipped({"processes/small_review.bpmn": b"<!DOCTYPE a []>" + CHANGED}), "doctype"),
        ("x.zip", zipped({"../../processes/a.bpmn": CHANGED}), "unknown_place"),
        ("x.zip", zipped({"processes/../a.bpmn": CHANGED}), "bad_key"),
        ("x.zip", zipped({"processes/a.bpmn": b"<" * 6_000_000}), "too_large"),
        ("x.zip", b"PK\x03\x04broken", "damaged"),
        ("x.zip", zipped({f"processes/p{n}.bpmn": b"" for n in range(2_001)}), "too_many_files"),
        ("x.zip", entries((PLACE, CHANGED, 0o644), (PLACE, DIAGRAM.encode(), 0o644)), "twice"),
        ("x.zip", entries((PLACE, b"/etc/passwd", SYMLINK)), "link"),
        ("x.zip", lying(), "damaged"),
        (
            "x.zip",
            zipped({"processes/\u00e9\u00df.bpmn": CHANGED}).replace(
                "\u00e9\u00df".encode(), b"\xff\xfe\xff\xfe"
            ),
            "damaged",
        ),
        ("x.zip", zipped({"C:\\processes\\a.bpmn": CHANGED}), "unknown_place"),
        ("x.zip", zipped({"/etc/cron.d/a": CHANGED}), "unknown_place"),
        ("x.bpmn", b"<!DOCTYPE a []><a/>", "doctype"),
        ("x.dmn", b"<a/>", None),
        ("x.json", b'{"a": 1}', "no_form"),
        ("x.exe", b"MZ", "unknown_file"),
        ("x.bpmn", Path(__file__).read_bytes(), None),
    ],
)
def test_what_cannot_be_taken_changes_nothing(
    street: Street, designer: TestClient, name: str, content: bytes, code: str | None
) -> None:
    refused = sent(designer, street, name, content)

    assert refused.status_code == 422
    assert refused.json()["errors"]
    assert code in (None, *(one["code"] for one in refused.json()["errors"]))
    assert drafts(street) == []
