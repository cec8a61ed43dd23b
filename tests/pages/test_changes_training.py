"""Training moved to between the review and the plan, drawn in a browser and published."""

import pytest

from tests.pages.canvas import Canvas
from tests.pages.office import Desk, Office

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.usefixtures("editors")]

BASIS = "示例发〔2026〕12 号"
LEFT_OUT = """
  leave_out:
    define_scheme: {}
    publish_notice: {}
    review_applications: {review_result: {open_offers: 1}}
    plan_session: {}
    prepare_resources: {}
    assign_staff: {}
    check_in: {}
    conduct_exam: {}
    score: {}
    consolidate_results: {}
    publish_results: {}
    issue_certificates: {}
    archive: {}"""
SCENARIOS = """
- name: a whole batch without training
  world: enrolled_session%(left_out)s
    train_candidates: {}
  steps:
    - message: milestone.seated
  passes: [step_3, anything_held, %(fork)s, step_4, prepare, step_7, step_5, prepared,
    all_seated, step_8, step_14, session_over]
  facts: {session.status: archived}
- name: training, and enrolments to close
  removed: true
- name: the training ends the day before the exam, reminders go out
  world: enrolled_session
  given: {training: true}%(left_out)s
    train_candidates: wait
  steps:
    - message: milestone.seated
    - advance: P90D
  passes: [%(fork)s, step_4, step_14, session_over, %(remind)s, %(remind)s, training_expired,
    note_training_over, %(over)s]
  status: completed
"""


def test_training_moves_before_the_plan(office: Office, designer: Desk, director: Desk) -> None:
    running = office.begin("appraisal_session", "enrolled_session", training=True)
    before = office.bundles("appraisal_session")[running]

    drawn = draw_training(designer)
    draw_due(designer)
    designer.tell("appraisal_session", SCENARIOS % {"left_out": LEFT_OUT, **drawn})
    designer.play_all()
    designer.publish(BASIS)

    new = office.begin("appraisal_session", "enrolled_session", training=True)
    bundles = office.bundles("appraisal_session")
    assert bundles[running] == before != bundles[new]
    director.rehearse("appraisal_session", BASIS)
    assert office.bundles("appraisal_session")[running] == before
    director.move(office, 1)
    assert office.bundles("appraisal_session")[running] == bundles[new]
    assert office.waits_at(running) == office.waits_at(new)


def draw_training(designer: Desk) -> dict[str, str]:
    """Let training begin with the plan and gate nobody; gives the ids of what is new."""
    canvas = Canvas(designer, "appraisal_session")
    canvas.steps()
    for gone in ("training_wanted", "training_over"):
        canvas.row(gone).get_by_role("button", name="移除").click()
    canvas.drop_gateway("anything_held__step_4", near="step_4")
    fork = canvas.source_of("step_4")
    canvas.choose(fork)
    canvas.turn_into("parallel-gateway")
    fork = canvas.source_of("step_4")
    canvas.rename(fork, "同时安排培训", "Train beside")
    canvas.connect(fork, "step_6", whole=True)
    over = canvas.append_end("step_6")
    canvas.rename(over, "培训完毕", "Trained")
    canvas.connect("note_training_over", over, whole=True)
    remind = draw_reminders(canvas)
    canvas.near("step_6")
    designer.picture("reminders")
    canvas.near("step_4")
    designer.picture("drawing")
    canvas.steps()
    designer.picture("steps")
    return {"fork": fork, "over": over, "remind": remind}


def draw_reminders(canvas: Canvas) -> str:
    """Remind the trainers six, three and one working days before; gives what reminds."""
    canvas.choose("step_6")
    canvas.open_group("jc-remind")
    canvas.fill("jc-reminders", "6, 3, 1")
    canvas.desk.holds("process", "appraisal_session", "T-6", "T-3", "T-1", "Trained")
    remind = canvas.reminder_of("step_6")
    canvas.choose(remind)
    canvas.fill("jc-input-posts", "trainer")
    canvas.has_no_errors()
    return remind


def draw_due(designer: Desk) -> None:
    """The class is opened six working days before the exam."""
    canvas = Canvas(designer, "train_candidates")
    canvas.steps()
    canvas.row("open_class").get_by_label("数量").fill("6")
    canvas.row("open_class").get_by_label("数量").blur()
    designer.holds(
        "process", "train_candidates", "workday(session.exam_date, -6, session.calendar)"
    )
    designer.picture("due")
    canvas.has_no_errors()
