"""What happened in an instance, and why its tables decided so, over HTTP and on the pages."""

from typing import Any
from uuid import UUID

import pytest

from engine.history import HistoryKind, add_history, history_row
from engine.sources import Source
from tests.api.small import Street

API = "/api/v1"
DIAGRAM = """<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL"
    xmlns:camunda="http://camunda.org/schema/1.0/bpmn" id="d" targetNamespace="jc">
  <bpmn:process id="appraisal_session" name="批次" isExecutable="true">
    <bpmn:startEvent id="begun" name="开始"><bpmn:outgoing>a</bpmn:outgoing></bpmn:startEvent>
    <bpmn:sequenceFlow id="a" sourceRef="begun" targetRef="route" />
    <bpmn:businessRuleTask id="route" name="报备" camunda:decisionRef="d_route"
        camunda:resultVariable="route">
      <bpmn:incoming>a</bpmn:incoming><bpmn:outgoing>b</bpmn:outgoing>
    </bpmn:businessRuleTask>
    <bpmn:sequenceFlow id="b" sourceRef="route" targetRef="look" />
    <bpmn:userTask id="look" name="查看" camunda:candidateGroups="director">
      <bpmn:incoming>b</bpmn:incoming><bpmn:outgoing>c</bpmn:outgoing>
    </bpmn:userTask>
    <bpmn:sequenceFlow id="c" sourceRef="look" targetRef="done" />
    <bpmn:endEvent id="done" name="结束"><bpmn:incoming>c</bpmn:incoming></bpmn:endEvent>
  </bpmn:process>
</bpmn:definitions>"""
TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d_route_file"
 name="路径" namespace="x"><decision id="d_route" name="报备路径"><decisionTable id="t_route">
<input id="i"><inputExpression id="ie"><text>days</text></inputExpression></input>
<output id="o" name="way"/><annotation name="en"/>
<rule id="r_short"><description>不足十日</description>
<inputEntry id="a"><text>&lt; 10</text></inputEntry>
<outputEntry id="b"><text>"short"</text></outputEntry>
<annotationEntry><text>Less than ten days</text></annotationEntry></rule>
<rule id="r_long"><description>十日以上</description>
<inputEntry id="c"><text>&gt;= 10</text></inputEntry>
<outputEntry id="d1"><text>"long"</text></outputEntry>
<annotationEntry><text>Ten days or more</text></annotationEntry></rule>
</decisionTable></decision></definitions>"""


@pytest.fixture
def instance_id(sqlite_street: Street) -> UUID:
    """An instance in which a table decided, and a service task decided many cases."""
    installation, house = sqlite_street.installation, sqlite_street.own
    found = [
        Source("process", "appraisal_session", DIAGRAM.encode()),
        Source("decision", "d_route", TABLE.encode()),
    ]
    with installation.database.transaction() as db:
        report = installation.definitions.publish(db, found, actor="test")
        assert not report.refused, report.findings
        instance = installation.engine.start(
            db, "appraisal_session", business_key=house.session_number, tenant=house.code,
            variables={"days": 12},
        ).id  # fmt: skip
        many = {"decision": "d_route", "cases": 3, "tally": {"r_short": 1, "r_long": 2}}
        old = {"decision": "d_route", "rows": ["r_short"]}
        rows = [
            history_row(instance, installation.clock.now(), HistoryKind.DECIDED, details=details)
            for details in (many, old)
        ]
        add_history(db.connection(), rows)
    return instance


def row(rule_id: str, text: str, **more: Any) -> dict[str, Any]:
    plain = {"decisionId": "d_route", "tableId": "", "number": None, "count": None}
    return {"ruleId": rule_id, "text": text, **plain, **more}


def test_history_says_why_tables_decided(sqlite_street: Street, instance_id: UUID) -> None:
    client = sqlite_street.client(token=sqlite_street.own.client_token)
    url = f"{API}/process-instances/{instance_id}/history"

    found = client.get(url, params={"kind": "decided"}).json()
    english = client.get(url, params={"kind": "decided"}, headers={"Accept-Language": "en"}).json()

    one, many, old = [item["decision"] for item in found["items"]]
    assert found["items"][0]["elementId"] == "route"
    assert one == {
        "decisionId": "d_route",
        "name": "报备路径",
        "rows": [row("r_long", "十日以上", tableId="t_route", number=2)],
        "cases": None,
        "inputs": {"days": 12},
        "withheld": [],
    }
    assert (many["cases"], many["rows"]) == (
        3, [row("r_long", "十日以上", count=2), row("r_short", "不足十日", count=1)],
    )  # fmt: skip
    assert old["rows"] == [row("r_short", "不足十日")]
    assert english["items"][0]["decision"]["rows"][0]["text"] == "Ten days or more"


def test_history_comes_in_pages(sqlite_street: Street, instance_id: UUID) -> None:
    client = sqlite_street.client(token=sqlite_street.own.client_token)
    url = f"{API}/process-instances/{instance_id}/history"
    whole = client.get(url).json()
    seen: list[dict[str, Any]] = []
    cursor = ""

    while True:
        page = client.get(url, params={"limit": 1, "cursor": cursor}).json()
        seen += page["items"]
        if page["next"] is None:
            break
        cursor = page["next"]

    assert whole["next"] is None
    assert [item["kind"] for item in seen] == ["started", "decided", "decided", "decided"]
    assert seen == whole["items"]
    assert client.get(url, params={"kind": "nothing"}).status_code == 422


@pytest.mark.parametrize(
    ("role", "told"), [("director", True), ("score_officer", True), ("assessor", False)]
)
def test_page_of_the_session_tells_who_may_know(
    sqlite_street: Street, instance_id: UUID, role: str, told: bool
) -> None:
    house = sqlite_street.own
    client = sqlite_street.client(house.people[role])

    page = client.get(f"/sessions/{house.session_number}").text
    history = client.get(f"{API}/process-instances/{instance_id}/history")

    assert ("按决策表判定 报备路径: 十日以上</span>" in page) is told
    assert ("报备路径: 十日以上 × 2; 不足十日 × 1" in page) is told
    assert history.status_code == (200 if told else 403)
