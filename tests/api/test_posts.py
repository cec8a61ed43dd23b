"""An organisation's own post: drawn into a process, people appointed, and work done in it."""

import json
from pathlib import Path
from typing import Any

import pytest

from api.administration import UnknownAccount, appoint
from engine.sources import Source
from tasks.personnel import UnknownPost
from tests.api.small import DIAGRAM, House, Street

API = "/api/v1"
GOOD = {"answer": {"points": 60}}
PACKAGED = json.loads(Path("processes/base/posts.json").read_bytes())
SECRETARY = {"key": "secretary", "name": "秘书岗", "name_en": "Secretary"}


def publish(street: Street, *sources: Source) -> None:
    with street.installation.database.transaction() as db:
        report = street.installation.definitions.publish(db, sources, "organisation:OWN", "test")
    assert not report.refused, report.findings


def own_posts(**parts: Any) -> Source:
    content = {**PACKAGED, "posts": [*PACKAGED["posts"], SECRETARY], **parts}
    return Source("posts", "posts", json.dumps(content).encode(), "organisation:OWN")


def begin(street: Street, house: House) -> None:
    with street.installation.database.transaction() as db:
        house.instance_id = street.installation.engine.start(
            db, "small_review", business_key=house.enrolment_number, tenant=house.code,
            scopes=["base", f"organisation:{house.code}"],
        ).id  # fmt: skip


def complete(street: Street, person_id: int, element_id: str) -> int:
    task = street.user_task(street.own, element_id)
    client = street.client(person_id)
    return client.post(f"{API}/user-tasks/{task.id}/completion", json=GOOD).status_code


def test_own_post_works_in_the_own_diagram(street: Street) -> None:
    diagram = DIAGRAM.replace('"reviewer,second_reviewer"', '"secretary"')
    publish(
        street, own_posts(), Source("process", "small_review", diagram.encode(), "organisation:OWN")
    )
    begin(street, street.own)
    own, second = street.own.people, street.own.people["second_reviewer"]

    assert complete(street, own["reviewer"], "first") == 200
    # To whom a user task does not belong it is not there.
    assert complete(street, second, "second") == 404
    held = appoint(street.installation, "OWN", "OWN-second_reviewer", "secretary")
    assert held == ["second_reviewer", "secretary"]
    assert complete(street, second, "second") == 200


def test_exclusions_of_a_running_instance_stay_those_of_its_bundle(street: Street) -> None:
    # `first` is review, and here `second` handles money, by the same person.
    diagram = DIAGRAM.replace(
        '<camunda:property name="jc:excludes" value="first" />',
        '<camunda:property name="jc:duty" value="money" />',
    )
    process = Source("process", "small_review", diagram.encode(), "organisation:OWN")
    reviewer = street.own.people["reviewer"]
    publish(street, own_posts(), process)
    begin(street, street.own)
    running = street.own.instance_id
    mandatory = [one for one in PACKAGED["exclusions"] if one.get("mandatory")]
    publish(street, own_posts(exclusions=mandatory))
    begin(street, street.own)
    new = street.own.instance_id

    street.own.instance_id = running
    assert [complete(street, reviewer, one) for one in ("first", "second")] == [200, 403]
    street.own.instance_id = new
    assert [complete(street, reviewer, one) for one in ("first", "second")] == [200, 200]


def test_nobody_is_appointed_to_what_is_no_post(street: Street) -> None:
    installation = street.installation

    for post in ("secretary", "candidate"):
        with pytest.raises(UnknownPost) as refused:
            appoint(installation, "OWN", "OWN-planner", post)
        assert "planner" in refused.value.known
    for code, who in (("NONE", "OWN-planner"), ("OWN", "nobody")):
        with pytest.raises(UnknownAccount):
            appoint(installation, code, who, "planner")


def test_somebody_new_is_added_by_name_and_appointed_once(street: Street) -> None:
    installation = street.installation

    held = [appoint(installation, "OWN", "qian", "trainer", name="钱老师") for _ in range(2)]

    assert held == [["trainer"], ["trainer"]]
    assert appoint(installation, "OWN", "qian", "planner") == ["planner", "trainer"]
