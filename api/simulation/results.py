"""How staff answer steps 11 to 14: entry of results, disputes, certificates, the archive."""

from api.simulation.desk import Answer, Desk, Policies
from api.simulation.errors import CannotSimulate

policies = Policies()


class CannotArchive(CannotSimulate):
    """Papers are missing for which no statement may stand in."""


@policies.answers("enter_first", "enter_second", "resolve_differences")
def enter_results(desk: Desk) -> Answer:
    """Enter what stands on the signed sheets, for every subject that was sat."""
    scene = desk.scene
    scene.learn_admissions(desk.visitor.items(f"/sessions/{scene.number}/enrolments"))
    lines = []
    for admission, enrolment in sorted(scene.admissions.items()):
        detail = desk.visitor.get(f"/enrolments/{enrolment}")
        lines += [
            f"{admission} {one['subject']} {scene.settled_points(enrolment, one['subject'])}"
            for one in detail["subjects"]
            if one["state"] == "present"
        ]
    answer: Answer = {"lines": "\n".join(lines), "signed_sheets": True}
    if desk.element == "resolve_differences":
        return {"lines": answer["lines"], "reason": "逐份核对签名评分表"}
    return answer


@policies.answers("examine_objection")
def examine_objection(desk: Desk) -> Answer:
    """Find what the evidence shows."""
    decision = desk.scene.facts(desk.key).objection
    return {"decision": decision, "finding": "已调阅报名材料并向单位核实"}


@policies.answers("supply_missing")
def supply_missing(desk: Desk) -> Answer:
    """State what this batch cannot have; anything else must not be missing.

    Raises:
        CannotArchive: Something else is missing.
    """
    missing = [str(title) for title in desk.context["missing_items"]]
    choices = desk.user_task["answerSchema"]["properties"]["stated"]["items"]["oneOf"]
    allowed = {choice["const"] for choice in choices}
    if set(missing) - allowed or desk.context.get("disputes"):
        raise CannotArchive(f"{missing}, {desk.context.get('disputes')} disputes")
    return {"stated": missing, "note": "本批次不涉及"}
