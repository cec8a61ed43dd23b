"""The roster as files, and how staff answer steps 1 to 3."""

import struct
import zipfile
import zlib
from collections.abc import Sequence
from datetime import date, datetime, timedelta
from functools import cache
from io import BytesIO
from typing import Any

from api.simulation.answers import PDF, document
from api.simulation.desk import Answer, Desk, Leave, Policies
from api.simulation.scene import Examinee
from appraisal.calendar import LOCAL
from appraisal.evidence import MATERIALS
from appraisal.roster import COLUMNS, EXTRA_COLUMNS
from tasks.sheets import write_sheet

policies = Policies()

# Days from the opening of registration to what follows, and from now to the exam.
CLOSES_AFTER, REVIEWED_AFTER, PAID_AFTER = 14, 24, 28
EXAM_AFTER = 84


def exam_day(today: date) -> date:
    """A Wednesday far enough ahead for every limit of the plan."""
    day = today + timedelta(days=EXAM_AFTER)
    return day + timedelta(days=(2 - day.weekday()) % 7)


def first_sheet(examinees: Sequence[Examinee]) -> tuple[bytes, list[Examinee]]:
    """The sheet as it first came in, with a wrong number and a repeated row; and whose rows."""
    rows = [e for e in examinees for _ in range(2 if e.repeated else 1)]
    return _sheet(rows, first=True), rows


def corrected_sheet(examinees: Sequence[Examinee]) -> tuple[bytes, list[Examinee]]:
    """The sheet put right."""
    return _sheet(examinees, first=False), list(examinees)


def attachments(examinees: Sequence[Examinee]) -> bytes:
    """A zip of photos and evidence by ID number."""
    out = BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        for examinee in examinees:
            for kind in examinee.attached:
                name, content = _attachment(examinee.id_number, kind)
                # A fixed time: the same roster gives the same bytes.
                packed.writestr(zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0)), content)
    return out.getvalue()


@cache
def photo() -> bytes:
    """A drawn head and shoulders in the proportions of a passport photo: nobody's likeness."""
    width, height = 240, 320
    lines = b"".join(
        b"\x00" + bytes(_shade(x / width, y / height) for x in range(width)) for y in range(height)
    )
    palette = bytes.fromhex("dbe7f2 17598f 7fa3c2")
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        (
            _chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 3, 0, 0, 0)),
            _chunk(b"PLTE", palette),
            _chunk(b"IDAT", zlib.compress(lines)),
            _chunk(b"IEND", b""),
        )
    )


def _shade(x: float, y: float) -> int:
    """The colour of a point: head, shoulders or ground."""
    if (x - 0.5) ** 2 / 0.19**2 + (y - 0.38) ** 2 / 0.18**2 <= 1:
        return 2
    return 1 if (x - 0.5) ** 2 / 0.42**2 + (y - 1.02) ** 2 / 0.40**2 <= 1 else 0


def _chunk(kind: bytes, content: bytes) -> bytes:
    check = zlib.crc32(kind + content)
    return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", check)


def _attachment(id_number: str, kind: str) -> tuple[str, bytes]:
    if kind == "photo":
        return f"{id_number}.png", photo()
    return f"{id_number}-{MATERIALS[kind][0]}.pdf", PDF


def _sheet(examinees: Sequence[Examinee], *, first: bool) -> bytes:
    head = (*COLUMNS, *EXTRA_COLUMNS)
    rows = []
    for examinee in examinees:
        row = dict(examinee.row)
        if first and examinee.first_id_number:
            row["证件号码"] = examinee.first_id_number
        rows.append([row.get(column, "") for column in head])
    return write_sheet("报名信息", head, rows)


@policies.answers("choose_scheme")
def choose_scheme(desk: Desk) -> Answer:
    """Choose everything the body offers, for the day that the batch was opened with."""
    return {
        "offers": [choice["value"] for choice in desk.context["choices"]],
        "exam_date": str(desk.context["current_exam_date"])[:10],
        "training_wanted": True,
    }


@policies.answers("draft_notice")
def draft_notice(desk: Desk) -> Answer:
    """Announce the batch; registration opens the next morning."""
    now = datetime.fromisoformat(desk.visitor.get("/clock")["now"]).astimezone(LOCAL)
    opens = (now + timedelta(days=1)).replace(hour=9, minute=0)

    def after(days: int) -> str:
        moment = (opens + timedelta(days=days)).replace(hour=17)
        return moment.strftime("%Y-%m-%dT%H:%M")

    name = str(desk.context["session_name"])
    return {
        "title": f"{name}鉴定公告",
        "number": f"示例鉴〔{now.year}〕{desk.scene.number.rpartition('-')[2]} 号",
        "registration_opens_at": opens.strftime("%Y-%m-%dT%H:%M"),
        "registration_closes_at": after(CLOSES_AFTER),
        "review_deadline_at": after(REVIEWED_AFTER),
        "payment_deadline_at": after(PAID_AFTER),
        "place": "示例市示例路 1 号",
        "materials": "身份证件、证件照、诚信承诺书,以及申报条件要求的证明材料",
        "contact": "0000-0000000",
    }


@policies.answers("first_review")
def review(desk: Desk) -> Answer:
    """Decide by what the task shows: no condition met, something missing, or in order."""
    context = desk.context
    number = str(context["enrolment_number"])
    if not context.get("eligible"):
        return {"first_decision": "reject", "reason": "所报条件的年限不符合要求"}
    if missing := list(context.get("missing") or []):
        if number in desk.scene.supplements_asked:
            return {"first_decision": "reject", "reason": "补正后仍缺少必要材料"}
        desk.scene.supplements_asked.add(number)
        return {
            "first_decision": "supplement",
            "supplement": missing,
            "reason": "请补交所列材料",
        }
    answer: Answer = {"first_decision": "pass"}
    if context.get("exemption_wanted"):
        # The reviewer has the proof of the basis before them, or has not.
        proven = bool(desk.scene.facts(number).exemption)
        answer["exemption"] = "granted" if proven else "refused"
        if proven:
            answer["exemption_basis"] = "省级一类职业技能竞赛获奖证书,已核验原件"
    return answer


@policies.answers("confirm_payments")
def confirm_payments(desk: Desk) -> Answer:
    """Book what has come in; who has not paid is left until the deadline."""
    due = desk.visitor.items(f"/sessions/{desk.scene.number}/enrolments", state="fee")
    rows: list[dict[str, Any]] = []
    for enrolment in due:
        how = desk.scene.facts(str(enrolment["number"])).fee
        if how in ("paid", "deferred"):
            rows.append(
                {
                    "enrolment_number": enrolment["number"],
                    "status": how,
                    "reference": f"BK{len(rows) + 1:04d}" if how == "paid" else "",
                }
            )
    if not rows:
        raise Leave
    return {"payments": rows, "payments_state": "open"}


@policies.answers("supplement_evidence")
def supplement(desk: Desk) -> Answer:
    """Hand in what was asked for, if the candidate has it at all."""
    facts = desk.scene.facts(desk.key)
    wanted = [str(kind) for kind in desk.context["wanted"]]
    if set(wanted) & set(facts.never_supplied):
        raise Leave
    rows = [{"kind": kind, "files": [document(f"{kind}.pdf")]} for kind in wanted]
    return {"evidence": rows, "truthful": True}


@policies.answers("request_accommodation")
def request_accommodation(desk: Desk) -> Answer:
    """Ask for what is needed, with evidence and separate consent."""
    return {
        "kinds": list(desk.scene.facts(desk.key).accommodation),
        "description": "右手功能受限,书写较慢",
        "files": [document("医院证明.pdf")],
        "consent": True,
    }


@policies.answers("decide_accommodation")
def decide_accommodation(desk: Desk) -> Answer:
    """Grant what the evidence supports; extra time within the usual bound."""
    kinds = [choice["value"] for choice in desk.context["kinds_asked"]]
    answer: Answer = {"verdict": "approve", "kinds": kinds}
    return {**answer, "extra_percent": 30} if "extra_time" in kinds else answer
