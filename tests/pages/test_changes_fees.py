"""The fee step is drawn away in a browser: whoever is admitted pays nothing."""

from collections.abc import Mapping

import pytest
import yaml
from playwright.sync_api import expect
from sqlmodel import select

from engine.history import read_history
from engine.instances import ProcessInstance
from tests.pages.canvas import Canvas
from tests.pages.office import Desk, Office

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]

BASIS = "示例发〔2026〕9 号"
# What the base plays with fees no longer happens here.
WITH_FEES = {
    "enrolment": (
        "certified after both reviews and payment",
        "a missing paper is supplied",
        "an exemption that both reviewers granted",
        "a re-sit needs no second review of eligibility",
        "the fee is not paid",
        "a deferred fee holds the certificate back",
    ),
    "review_applications": (
        "everybody is decided before the deadline",
        "reminded, then ended by the deadline; the paid fee goes back",
        "finance is done, a complaint comes in, and the deadline ends the review",
    ),
}
WITHOUT_FEES = """
- name: nobody pays
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
"""
# Which flows lead elsewhere, and what goes.
CHANGES: Mapping[str, tuple[Mapping[str, str], tuple[str, ...]]] = {
    "enrolment": (
        {"next_step__charge": "fee_settled", "review_verdict__charge": "fee_settled"},
        (
            *("charge", "fee_wanted", "await_fee", "fee_confirmed", "payment_over"),
            *("settle_fee", "fee_overdue", "reject_unpaid"),
        ),
    ),
    "review_applications": (
        {"review_under_way__confirm_payments": "await_deadline"},
        ("confirm_payments", "book_payments", "payments_finished"),
    ),
}


def test_nobody_pays(office: Office, designer: Desk, director: Desk) -> None:
    running = office.begin("review_applications", "applied", applicants=1, minimum=1)
    assert "confirm_payments" in office.waits_at(running)

    for process_id, (flows, gone) in CHANGES.items():
        draw_away(designer, process_id, flows, gone)
        designer.tell(process_id, scenarios(process_id))
    designer.go("publish")
    told = designer.page.locator(".pub-changes").first.all_inner_texts()
    assert "删除了服务任务“核定费用”。" in "\n".join(told)
    designer.publish(BASIS, left_behind=1)
    # The electricians' pack has an enrolment of its own, with fees: as a whole it stays as it was.
    said = designer.page.locator(".pub-finding", has_text="暂留在原来的版本")
    expect(said).to_contain_text("鉴程示例技能评价中心：电工")
    new = office.begin("review_applications", "applied", applicants=1, minimum=1)

    assert "confirm_payments" not in office.waits_at(new)
    assert admitted(office, new) == ["admit"]
    bundles = office.bundles("review_applications")
    assert bundles[running] != bundles[new]
    [enrolment] = enrolments(office, running)
    before = office.bundles("enrolment")[enrolment]
    director.rehearse("enrolment", BASIS)
    assert office.bundles("enrolment")[enrolment] == before
    director.move(office, 1)
    assert admitted(office, running) == ["admit"]


def draw_away(
    designer: Desk, process_id: str, flows: Mapping[str, str], gone: tuple[str, ...]
) -> None:
    """Lead flows past what is not wanted with the mouse, and remove that in the step table."""
    canvas = Canvas(designer, process_id)
    for flow, target in flows.items():
        canvas.lead(flow, target)
    canvas.near(gone[0])
    designer.picture(f"{process_id}-led")
    canvas.remove(*gone)
    left = set(gone)
    for _ in range(100):
        content = designer.content("process", process_id)
        left = {one for one in gone if f'id="{one}"' in content}
        if not left:
            break
        canvas.page.wait_for_timeout(100)
    assert left == set()
    canvas.has_no_errors()
    canvas.near(next(iter(flows.values())))
    designer.picture(f"{process_id}-drawn")


def scenarios(process_id: str) -> str:
    """The organisation's scenarios: without those of the base that play with fees."""
    gone = [{"name": name, "removed": True} for name in WITH_FEES[process_id]]
    own = yaml.safe_load(WITHOUT_FEES) if process_id == "review_applications" else []
    return yaml.safe_dump([*gone, *own], allow_unicode=True)


def enrolments(office: Office, batch: str) -> list[str]:
    """The numbers of the enrolments of a batch."""
    return sorted(key for key in office.bundles("enrolment") if key.startswith(batch))


def admitted(office: Office, batch: str) -> list[str]:
    """Have the enrolments of a batch reviewed; gives how each came past the fee."""
    passed = []
    for number in enrolments(office, batch):
        office.answer(number, "first_review", "reviewer", first_decision="pass")
        office.answer(number, "second_review", "reviewer2", second_decision="agree")
        passed += [one for one in came_by(office, number) if one in ("charge", "admit")]
    return passed


def came_by(office: Office, number: str) -> list[str]:
    """The elements that an enrolment has come by."""
    query = select(ProcessInstance.id).where(
        ProcessInstance.business_key == number, ProcessInstance.process_id == "enrolment"
    )
    with office.installation.database.reading() as db:
        return [one.element_id or "" for one in read_history(db, db.exec(query).one())]
