"""How staff answer steps 8 to 10: check-in, the exam, the marks."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from api.simulation.answers import document, points_on
from api.simulation.desk import Answer, Desk, Leave, Policies
from api.simulation.registration import photo
from api.simulation.scene import LAST_ENTRY_MINUTES

policies = Policies()

# How long a room is busy before its invigilator reports the end.
_MINUTES = {"theory": 90, "practical": 120, "review": 30}


def _number(desk: Desk, admission: object) -> str:
    """The enrolment of an admission number."""
    known = desk.scene.admissions
    if str(admission) not in known:
        desk.scene.learn_admissions(desk.visitor.items(f"/sessions/{desk.scene.number}/enrolments"))
    return known[str(admission)]


def _marked(desk: Desk) -> str:
    """The enrolment whose practical work or review a user task is about."""
    return desk.scene.admissions[desk.key.rsplit("-", 2)[1]]


@policies.answers("sign_in_staff")
def sign_in_staff(desk: Desk) -> Answer:
    """Everybody is there."""
    return {"staff": [{"present": True} for _ in desk.context["staff"]]}


@policies.answers("check_in_candidates")
def check_in(desk: Desk) -> Answer:
    """Tick who is there in time."""
    inside = desk.scene.inside.setdefault(desk.key, set())
    rows: list[dict[str, Any]] = []
    for listed in desk.context["candidates"]:
        facts = desk.scene.facts(_number(desk, listed["admission_number"]))
        if desk.subject in facts.absent or desk.subject in facts.late_minutes:
            rows.append({"present": False})
            continue
        inside.add(str(listed["admission_number"]))
        rows.append({"present": True, "identity": "verified", "pledge_signed": True})
    return {"candidates": rows}


@policies.answers("register_late")
def register_late(desk: Desk) -> Answer:
    """When half an hour has passed, register who came late."""
    _wait_until(desk, datetime.fromisoformat(str(desk.user_task["dueAt"])))
    rows = []
    for admission in desk.context["missing"]:
        minutes = desk.scene.facts(_number(desk, admission)).late_minutes.get(desk.subject)
        if minutes is None:
            continue
        row = {"admission_number": admission, "minutes_late": minutes}
        rows.append({**row, "identity": "verified", "pledge_signed": True})
        if minutes <= LAST_ENTRY_MINUTES:
            desk.scene.inside[desk.key].add(str(admission))
    return {"late": rows}


@policies.answers("open_papers")
def open_papers(desk: Desk) -> Answer:
    """Show the seal; two who are present sign."""
    answer: Answer = {"seal_intact": "yes", "seal_number": "FT-A-0001"}
    witnesses = list(desk.context["witnesses"])[:2]
    names = ("first_witness", "second_witness")
    return {**answer, **dict(zip(names, witnesses, strict=False))}


@policies.answers("invigilate")
def invigilate(desk: Desk) -> Answer:
    """At the end of the time, report who broke the rules."""
    begun = datetime.fromisoformat(str(desk.user_task["createdAt"]))
    _wait_until(desk, begun + timedelta(minutes=_MINUTES.get(desk.subject, 60)))
    rows = []
    for admission in desk.context["present"]:
        violation = desk.scene.facts(_number(desk, admission)).violation
        if violation is not None and violation[0] == desk.subject:
            row = {"admission_number": admission, "behaviour": violation[1]}
            rows.append({**row, "facts": "两名监考员当场发现并记录"})
    return {"event": "finished", "equipment": "normal", "violations": rows}


@policies.answers("close_room")
def close_room(desk: Desk) -> Answer:
    """Count what was collected and seal it."""
    return {"papers_returned": len(desk.scene.inside[desk.key]), "seal_number": "FC-0001"}


def _wait_until(desk: Desk, moment: datetime) -> None:
    now = datetime.fromisoformat(desk.visitor.get("/clock")["now"])
    if now < moment:
        raise Leave(moment)


@policies.answers("hear_candidate")
def hear_candidate(desk: Desk) -> Answer:
    """Tell and hear the person."""
    return {"told": True, "contested": "no", "statement": "本人无异议"}


@policies.answers("decide_by_chief", "decide_by_director")
def decide_violation(desk: Desk) -> Answer:
    """Follow the table, and have the decision delivered to those who enter marks."""
    case, sanction = desk.context["case"], str(desk.context["proposal"]["sanction"])
    for admission, enrolment in desk.scene.admissions.items():
        if f"-{admission}-" in f"{case['number']}-":
            subject = desk.scene.facts(enrolment).violation
            if subject is not None:
                noted = desk.scene.sanctions.setdefault((enrolment, subject[0]), [])
                noted[:] = [sanction]
    return {"follows": "yes", "reason": "事实清楚,证据充分,依据违纪处理规定作出决定"}


@policies.answers("import_sheet")
def import_sheet(desk: Desk) -> Answer:
    """Hand over what the machine read."""
    lines = ["admission_number,points"]
    for admission in sorted(desk.scene.inside[desk.key]):
        enrolment = _number(desk, admission)
        points = Decimal(desk.scene.facts(enrolment).theory[0])
        desk.scene.note_mark(enrolment, "theory", "machine", points)
        lines.append(f"{admission},{points}")
    return {"sheet": "\n".join(lines)}


@policies.answers("mark_alone", "mark_third")
def mark_script(desk: Desk) -> Answer:
    """Mark a script; the code on it is all that the marker knows."""
    enrolment = desk.scene.codes[str(desk.context["blind_code"])]
    points = desk.scene.next_points(enrolment, "theory")
    desk.scene.note_mark(enrolment, "theory", desk.who, points)
    return {"items": points_on(desk.context["items"], float(points))}


@policies.answers("score_work")
def score_work(desk: Desk) -> Answer:
    """Mark a work piece, with a picture of it and the veto item if it is met."""
    enrolment = _marked(desk)
    given = len(desk.scene.marks.get((enrolment, "practical"), []))
    points = desk.scene.next_points(enrolment, "practical")
    desk.scene.note_mark(enrolment, "practical", desk.who, points)
    answer: Answer = {
        "items": points_on(desk.context["items"], float(points)),
        "minutes_used": 100,
        "photos": [document("工件.png", photo())],
    }
    if given < desk.scene.facts(enrolment).veto_by:
        answer["vetoes"] = [desk.context["veto_items"][0]["value"]]
        answer["veto_facts"] = "关键尺寸超差,作品不能使用"
    return answer


@policies.answers("review_thesis")
def review_thesis(desk: Desk) -> Answer:
    """Review a thesis."""
    return {**_part(desk, "thesis"), "remark": "选题有实用价值,论证基本完整"}


@policies.answers("score_defence")
def score_defence(desk: Desk) -> Answer:
    """Score a defence."""
    return _part(desk, "defence")


def _part(desk: Desk, part: str) -> Answer:
    enrolment = _marked(desk)
    points = desk.scene.next_points(enrolment, part)
    desk.scene.note_mark(enrolment, part, desk.who, points)
    return {"items": points_on(desk.context["items"], float(points))}


@policies.answers("reconsider")
def reconsider(desk: Desk) -> Answer:
    """Think again: who gave the lowest mark agrees with the others, who stand by theirs."""
    enrolment = _marked(desk)
    agreed = desk.scene.facts(enrolment).practical_agreed
    lowest = min(desk.scene.marks[(enrolment, "practical")], key=lambda mark: mark.points)
    if not agreed or lowest.marker != desk.who:
        rows: list[dict[str, Any]] = [{} for _ in desk.context["items"]]
        return {"decision": "keep", "reason": "经复看录像,维持原评分", "items": rows}
    desk.scene.note_mark(enrolment, "practical", desk.who, Decimal(agreed))
    rows = points_on(desk.context["items"], float(agreed))
    return {"decision": "change", "reason": "经复看录像,扣分有误,予以更正", "items": rows}
