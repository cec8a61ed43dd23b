"""How staff answer steps 4 to 7: plan, seats, papers, venue, training, people."""

from datetime import date, timedelta
from typing import Any

from api.simulation.answers import document
from api.simulation.desk import Answer, Desk, Leave, Policies

policies = Policies()

CLASS_HOURS = 16
TRAINEES = 5
_ESCORTS = {"confidential1": "confidential2"}


@policies.answers("draft_plan")
def draft_plan(desk: Desk) -> Answer:
    """Plan for the provisional date and take every usable room."""
    return {
        "exam_date": str(desk.context["exam_date"])[:10],
        "strategy": "mixed",
        "contingency": "停电、断网启用备用机房;试卷延误启用备用卷;伤病由现场医护处置。",
    }


@policies.answers("reply_to_plan")
def reply_to_plan(desk: Desk) -> Answer:
    """Give a receipt for the plan."""
    return {"reply_decision": "accept", "reply_receipt": f"备案-{desk.scene.number}"}


@policies.answers("draw_papers")
def draw_papers(desk: Desk) -> Answer:
    """Draw from the item bank."""
    return {**desk.default(), "paper_code": f"SJ-{desk.scene.number}"}


@policies.answers("seal_papers")
def seal_papers(desk: Desk) -> Answer:
    """Seal set by set."""
    return {**desk.default(), "seal_prefix": "FT-A", "safe": "一号保密柜"}


@policies.answers("hand_over_papers")
def hand_over_papers(desk: Desk) -> Answer:
    """Take a second custodian along."""
    return {"seals_checked": True, "escort": _ESCORTS.get(desk.who, "confidential1")}


@policies.answers("repair_equipment")
def repair_equipment(desk: Desk) -> Answer:
    """Have what is blocked calibrated anew."""
    until = date.fromisoformat(desk.visitor.get("/clock")["now"][:10]) + timedelta(days=365)
    row = {"measure": "calibrate", "calibrated_until": until.isoformat()}
    return {"pieces": [row for _ in desk.context["pieces"]]}


@policies.answers("replenish_supplies")
def replenish_supplies(desk: Desk) -> Answer:
    """Buy what is missing."""
    return {"shortages": [{"added": row["missing"]} for row in desk.context["shortages"]]}


@policies.answers("propose_staff")
def propose_staff(desk: Desk) -> Answer:
    """Let everybody be drawn, with one stand-by for each group."""
    return {"stand_by": 1, "briefing_time": "09:00", "briefing_place": "101 会议室"}


@policies.answers("answer_offer")
def answer_offer(desk: Desk) -> Answer:
    """Accept, and declare that there is nobody to stay away from."""
    return {"offer_answer": "accept", "pledge": True}


@policies.answers("settle_shortage", "fill_vacancies")
def settle_shortage(desk: Desk) -> Answer:
    """Do with as few as the rules allow."""
    return {"shortage_measure": "reduce"}


@policies.answers("hold_briefing")
def hold_briefing(desk: Desk) -> Answer:
    """Sign everybody in."""
    present = [{"present": True} for _ in desk.context["attendees"]]
    return {"attendees": present, "summary": "逐项说明职责、评分标准、保密与回避要求。"}


@policies.answers("open_class")
def open_class(desk: Desk) -> Answer:
    """Open a class for a few who want to come."""
    now = date.fromisoformat(desk.visitor.get("/clock")["now"][:10])
    options = [choice["value"] for choice in desk.context["candidate_options"]]
    return {
        "name": "考前辅导班",
        "hours": CLASS_HOURS,
        "starts_on": (now + timedelta(days=3)).isoformat(),
        "place": "201",
        "participants": options[:TRAINEES],
        "plan": "职业标准要点、操作安全、模拟练习",
    }


@policies.answers("record_attendance")
def record_attendance(desk: Desk) -> Answer:
    """Everybody attended all hours."""
    return {"trainees": [{"hours": CLASS_HOURS} for _ in desk.context["trainees"]]}


@policies.answers("record_baseline")
def record_baseline(desk: Desk) -> Answer:
    """Note the baseline marks."""
    return {"trainees": [{"points": 60} for _ in desk.context["trainees"]]}


@policies.answers("submit_thesis")
def submit_thesis(desk: Desk) -> Answer:
    """Hand in the thesis, or let the time pass."""
    number = next((n for n in desk.scene.enrolments if desk.key.startswith(n)), desk.key)
    if not desk.scene.facts(number).hands_in_thesis:
        raise Leave
    answer: dict[str, Any] = {"decision": "hand_in", "thesis_title": "失能老年人照护方案的改进"}
    return {**answer, "thesis_file": [document("论文.pdf")], "original": True}
