"""What an organisation changes by drawing alone: each change passes the check and runs its way.

The same changes are made with the mouse in tests/pages; here is what they must come to.
"""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
import yaml

from api.application import Installation, build_installation, packaged_sources
from api.settings import Settings
from engine.jobs import LocalQueue
from engine.scopes import BASE
from engine.sources import Source, load_folder
from tasks.scenario_packs import Pack
from tasks.scenarios import Scenario, run_scenario
from tests.tasks.drawing import Drawing, english, inputs

pytestmark = pytest.mark.xdist_group("variations")

ORGANISATION = "organisation:o"
Contents = dict[tuple[str, str], bytes]


@pytest.fixture(scope="module")
def base() -> Contents:
    sources = load_folder(Path("processes"), Path("forms/definitions"))
    return {(one.kind, one.key): one.content for one in sources if one.scope == BASE}


@pytest.fixture(scope="module")
def installation(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """The packaged definitions, published."""
    settings = Settings(
        mode="production", folder=tmp_path_factory.mktemp("published"), database_url=""
    )
    made = build_installation(settings, queue=lambda _: LocalQueue())
    made.database.create_schema()
    with made.database.transaction() as db:
        made.publish(db, packaged_sources(made.plugins), "test")
    yield made
    made.dispose()


def errors(installation: Installation, changed: Contents) -> list[tuple[str, str, str]]:
    """What stands against publishing the changes in an organisation's scope."""
    sources = [
        Source(kind, key, content, ORGANISATION, "base@1")
        for (kind, key), content in changed.items()
    ]
    with installation.database.reading() as db:
        report = installation.definitions.check(db, sources, ORGANISATION)
    return [
        (one.code, one.definition, one.element_id)
        for one in report.findings
        if one.severity == "error"
    ]


def play(base: Contents, changed: Contents, process_id: str, text: str, folder: Path) -> Any:
    """Play a scenario on the base with the changes."""
    content: Mapping[str, Any] = yaml.safe_load(text)
    scenario = Scenario(process_id, "changed", content, folder / "scenarios.yaml")
    return run_scenario(Pack.of({**base, **changed}), scenario)


def training_before_the_plan(base: Contents) -> Contents:
    """Training beside all that follows the review, due six working days before the exam."""
    session = Drawing(base["process", "appraisal_session"])
    session.remove("training_wanted", "training_over")
    session.add(
        "step_4",
        '<bpmn:parallelGateway id="after_review" name="同时安排培训"><bpmn:extensionElements>'
        f"{english('Train beside')}</bpmn:extensionElements></bpmn:parallelGateway>"
        '<bpmn:endEvent id="trained" name="培训完毕"><bpmn:extensionElements>'
        f"{english('Trained')}</bpmn:extensionElements></bpmn:endEvent>",
    )
    session.move_end("anything_held__step_4", "after_review")
    for source, target in (
        ("after_review", "step_4"),
        ("after_review", "step_6"),
        ("step_6", "trained"),
        ("note_training_over", "trained"),
    ):
        session.connect(source, target)
    for days in (6, 3, 1):
        _remind(session, days)
    training = Drawing(base["process", "train_candidates"])
    training.set("open_class", camunda_dueDate="= workday(session.exam_date, -6, session.calendar)")
    return {
        ("process", "appraisal_session"): session.content(),
        ("process", "train_candidates"): training.content(),
    }


def _remind(session: Drawing, days: int) -> None:
    near, told, over = (f"training_{word}_{days}" for word in ("near", "told", "over"))
    given = {"session_id": "= session_id", "posts": "trainer", "text": "training_due"}
    session.add(
        "step_6",
        f'<bpmn:boundaryEvent id="{near}" name="前{days}日" attachedToRef="step_6" '
        f'cancelActivity="false"><bpmn:extensionElements>{english(f"{days} days before")}'
        f'</bpmn:extensionElements><bpmn:timerEventDefinition id="{near}_timer">'
        '<bpmn:timeDate xsi:type="bpmn:tFormalExpression">'
        f"= workday(session.exam_date, {-6 - days}, session.calendar)</bpmn:timeDate>"
        "</bpmn:timerEventDefinition></bpmn:boundaryEvent>"
        f'<bpmn:serviceTask id="{told}" name="提醒培训岗" camunda:type="external" '
        'camunda:topic="sessions.remind"><bpmn:extensionElements>'
        f"{english('Remind')}{inputs(given)}</bpmn:extensionElements></bpmn:serviceTask>"
        f'<bpmn:endEvent id="{over}" name="已提醒"><bpmn:extensionElements>{english("Reminded")}'
        "</bpmn:extensionElements></bpmn:endEvent>",
    )
    session.connect(near, told)
    session.connect(told, over)


def test_training_moves_before_the_plan_and_holds_nobody_up(
    base: Contents, installation: Installation, tmp_path: Path
) -> None:
    changed = training_before_the_plan(base)

    assert errors(installation, changed) == []
    play(
        base,
        changed,
        "appraisal_session",
        """
        world: enrolled_session
        given: {training: true}
        status: completed
        leave_out:
          define_scheme: {}
          publish_notice: {}
          review_applications: {review_result: {open_offers: 1}}
          plan_session: {}
          prepare_resources: {}
          train_candidates: wait
          assign_staff: {}
          check_in: {}
          conduct_exam: {}
          score: {}
          consolidate_results: {}
          publish_results: {}
          issue_certificates: {}
          archive: {}
        steps:
          - message: milestone.seated
          - advance: P90D
        passes: [step_3, after_review, step_4, step_7, step_8, step_14, session_over,
          training_near_6, training_told_6, training_near_3, training_near_1, training_over_1,
          training_expired, note_training_over, trained]
        """,
        tmp_path,
    )


def seven_days_and_a_second_approver(base: Contents) -> Contents:
    """Publicity of seven working days by a document, and the director confirms how to publish."""
    table = base["decision", "d15_publicity"]
    longer = table.replace(b"<text>5</text>", b"<text>7</text>").replace(
        "牡丹江技师学院认定流程第十二条".encode(), "示例发〔2026〕7 号".encode()
    )
    assert longer != table
    results = Drawing(base["process", "publish_results"])
    results.add(
        "confirm_publication",
        '<bpmn:userTask id="approve_publication" name="复核公布方式" '
        'camunda:formRef="approve_notice" camunda:candidateGroups="director" '
        f'camunda:dueDate="P2D"><bpmn:extensionElements>'
        f"{english('Approve how to publish', excludes='confirm_publication')}"
        '</bpmn:extensionElements></bpmn:userTask><bpmn:exclusiveGateway id="approved" '
        'name="同意?" default="approved__confirm_publication"><bpmn:extensionElements>'
        f"{english('Approved?')}</bpmn:extensionElements></bpmn:exclusiveGateway>",
    )
    results.remove("confirm_publication__publish_marks")
    results.connect("confirm_publication", "approve_publication")
    results.connect("approve_publication", "approved")
    results.connect("approved", "publish_marks", '= notice_verdict = "approve"')
    results.connect("approved", "confirm_publication")
    return {
        ("decision", "d15_publicity"): longer,
        ("process", "publish_results"): results.content(),
    }


@pytest.mark.parametrize(
    ("until", "status", "last"),
    [
        ("2026-03-10T00:00+08:00", "running", "file_list"),
        ("2026-03-12T00:00+08:00", "completed", "results_published"),
    ],
)
def test_publicity_of_seven_days_and_a_second_approver(
    base: Contents, installation: Installation, tmp_path: Path, until: str, status: str, last: str
) -> None:
    changed = seven_days_and_a_second_approver(base)

    assert errors(installation, changed) == []
    play(
        base,
        changed,
        "publish_results",
        f"""
        world: concluded_batch
        at: 2026-03-02T09:00+08:00
        steps:
          - {{do: confirm_publication, by: score, answer: {{name_display: full}}}}
          - {{do: approve_publication, by: director,
             answer: {{notice_verdict: return, reason: 请改为隐去姓名}}}}
          - {{do: confirm_publication, by: score, answer: {{name_display: masked}}}}
          - {{do: approve_publication, by: director, answer: {{notice_verdict: approve}}}}
          - {{until: "{until}"}}
        passes: [publicity_days, confirm_publication, approve_publication, approved,
          confirm_publication, approve_publication, approved, publish_marks, {last}]
        status: {status}
        """,
        tmp_path,
    )


def without_fees(base: Contents) -> Contents:
    """Nobody pays: enrolments are admitted at once, finance has nothing to confirm."""
    enrolment = Drawing(base["process", "enrolment"])
    for flow in ("next_step__charge", "review_verdict__charge"):
        enrolment.move_end(flow, "fee_settled")
    enrolment.remove(
        "charge", "fee_wanted", "await_fee", "fee_confirmed", "payment_over", "settle_fee",
        "fee_overdue", "reject_unpaid",
    )  # fmt: skip
    review = Drawing(base["process", "review_applications"])
    review.move_end("review_under_way__confirm_payments", "await_deadline")
    review.remove("confirm_payments", "book_payments", "payments_finished")
    return {
        ("process", "enrolment"): enrolment.content(),
        ("process", "review_applications"): review.content(),
    }


def test_fees_are_left_out(base: Contents, installation: Installation, tmp_path: Path) -> None:
    changed = without_fees(base)

    assert errors(installation, changed) == []
    play(
        base,
        changed,
        "review_applications",
        """
        world: applied
        given: {applicants: 2, minimum: 1}
        steps:
          - {do: first_review, of: $enrolment_1, answer: {first_decision: pass}}
          - {do: second_review, of: $enrolment_1, answer: {second_decision: agree}}
          - {do: first_review, of: $enrolment_2, answer: {first_decision: pass}}
          - {do: second_review, of: $enrolment_2, answer: {second_decision: agree}}
        passes: [take_up, all_decided, review_over, tally, conclude_review, refunds_wanted,
          review_closed, applications_reviewed]
        data: {review_result: {open_offers: 1, admitted: 2, refunds: 0}}
        visits: [enrolment.fee_settled, enrolment.admit, decide_opening.offer_open]
        """,
        tmp_path,
    )
