"""What the papers of step 10 show: mark sheets, scripts, photos, the report of the leader."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import partial
from typing import Any

from sqlmodel import Session, select

from appraisal.attendance import Attendance
from appraisal.deliberations import deliberations_of, report_of
from appraisal.marking import NotSettled, SubjectPoints, subject_points
from appraisal.marks import Mark, MarkKind, Work, marks_of, works_of
from appraisal.objects import objects_of
from appraisal.reviews import drawn_order, thesis_of
from appraisal.rooms import ExamRoom, exam_rooms_of
from appraisal.sessions import AppraisalSession
from tasks.paper_terms import ENTERED
from tasks.papers import PaperData, paper_data
from tasks.papers_exam import (
    candidate_name,
    clock,
    person_name,
    room_codes,
    room_head,
    session_id_of,
)
from tasks.papers_results import SUBJECTS

_KINDS = {MarkKind.RAW: "原始分", MarkKind.RE_MARKED: "复评分", MarkKind.AGREED: "确认分"}


def _room(db: Session, session: AppraisalSession, code: str, subject: str) -> ExamRoom:
    rooms = exam_rooms_of(db, session_id_of(session), subject)
    return next(room for room in rooms if room.code == code)


def _works(db: Session, room: ExamRoom) -> list[Work]:
    found = works_of(db, room.session_id, subject=room.subject)
    return sorted(
        (work for work in found if work.room_id == room.id),
        key=lambda work: admission_number(db, work),
    )


def admission_number(db: Session, work: Work) -> str:
    """Under which number the candidate of a work sat."""
    query = select(Attendance.admission_number).where(
        Attendance.enrolment_id == work.enrolment_id, Attendance.subject == work.subject
    )
    return db.exec(query).one()


def _settled(db: Session, work: Work) -> SubjectPoints | None:
    try:
        return subject_points(db, work.enrolment_id, work.subject)
    except NotSettled:
        return None


def _mark_rows(db: Session, marks: Iterable[Mark]) -> list[list[str]]:
    return [
        [
            _KINDS[MarkKind(mark.kind)],
            _marker(db, mark),
            mark.card_number,
            _shown(mark.points),
            "、".join(_facts(mark.vetoes, [mark])),
            mark.reason or _deductions(mark),
            clock(mark.marked_at),
        ]
        for mark in marks
    ]


def _marker(db: Session, mark: Mark) -> str:
    if mark.kind == MarkKind.AGREED:
        return "按方案合成"
    return person_name(db, mark.marker_id) if mark.marker_id else "机器评卷"


def _veto_facts(marks: Sequence[Mark], settled: SubjectPoints | None) -> list[str]:
    return _facts(settled.vetoes if settled else (), marks)


def _facts(vetoes: Iterable[str], marks: Iterable[Mark]) -> list[str]:
    known = {k: fact for m in marks for k, fact in (m.details.get("veto_facts") or {}).items()}
    return [str(known.get(key, key)) for key in vetoes]


def _deductions(mark: Mark) -> str:
    facts = mark.details.get("facts") or {}
    return ";".join(str(fact) for fact in facts.values())


def _shown(points: Decimal | None) -> str:
    return "" if points is None else format(points, "f")


_MARK_HEAD = ["类别", "评分人", "证卡号", "得分", "否定项", "扣分事实或理由", "时间"]
_MARK_WIDTHS = [2, 3, 3, 2, 2, 5, 3]


@paper_data(
    "score_record",
    title="实际操作技能考核评分记录表",
    title_en="Mark sheets of the practical exam",
    step=10,
    catalogue_item="实际操作技能考核评分记录表",
    subjects=partial(room_codes, subject="practical"),
)
def score_record(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Each candidate's marks by criterion and assessor, raw marks beside re-marks."""
    room = _room(db, session, subject, "practical")
    sections = []
    for work in _works(db, room):
        marks = _marks(db, work)
        settled = _settled(db, work)
        sections.append(
            {
                "facts": [
                    *room_head(room),
                    ["准考证号", admission_number(db, work)],
                    ["姓名", candidate_name(db, work.enrolment_id)],
                    ["作品编号", work.blind_code],
                    ["最后得分", _shown(settled.points) if settled else ""],
                    ["否定项", "、".join(_veto_facts(marks, settled)) or "无"],
                ],
                "tables": [
                    {"head": _MARK_HEAD, "rows": _mark_rows(db, marks), "widths": _MARK_WIDTHS},
                    _criteria_table(db, marks),
                ],
                "signatures": [["评分人"], ["核分人"], ["考评组长"]],
            }
        )
    return {"sections": sections}


def _marks(db: Session, work: Work) -> list[Mark]:
    assert work.id is not None
    return marks_of(db, work.id)


def _criteria_table(db: Session, marks: Sequence[Mark]) -> dict[str, Any]:
    given = [mark for mark in marks if mark.kind != MarkKind.AGREED]
    names = {key: name for m in given for key, name in (m.details.get("names") or {}).items()}
    keys = dict.fromkeys(key for m in given for key in m.details.get("points") or {})
    rows = [
        [
            names.get(key, key),
            *(str((mark.details.get("points") or {}).get(key, "")) for mark in given),
        ]
        for key in keys
    ]
    return {
        "title": "逐项得分",
        "head": [
            "评分项",
            *(f"{_marker(db, mark)}{_KINDS[MarkKind(mark.kind)]}" for mark in given),
        ],
        "rows": rows,
    }


def sat_rooms(db: Session, session_id: int) -> Sequence[str]:
    """Room and subject of every room in which somebody sat, as `code:subject`."""
    return [
        f"{code}:{subject}" for subject in SUBJECTS for code in room_codes(db, session_id, subject)
    ]


@paper_data(
    "answer_script",
    title="考生答卷(作品)清单",
    title_en="Register of scripts and works",
    step=10,
    catalogue_item="考生完成的理论/技能/综合试卷和答题卡",
    subjects=sat_rooms,
)
def answer_scripts(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """The scripts or works of one room with blind codes and the three marks of each."""
    code, about = subject.split(":")
    room = _room(db, session, code, about)
    rows = []
    for work in _works(db, room):
        settled = _settled(db, work)
        rows.append(
            [
                admission_number(db, work),
                work.blind_code,
                _shown(settled.raw) if settled else "",
                _shown(settled.re_marked) if settled else "",
                _shown(settled.agreed) if settled else "",
                f"{len(work.photos)}",
            ]
        )
    head = ["准考证号", "保密号(作品编号)", "原始分", "复评分", "确认分", "附件数"]
    return {
        "sections": [
            {
                "facts": [*room_head(room), ["份数", str(len(rows))]],
                "tables": [{"head": head, "rows": rows}],
                "signatures": [["清点人"], ["复核人"]],
            }
        ]
    }


@paper_data(
    "work_piece_photos",
    title="考生工件(作品)照片",
    title_en="Photos of work pieces",
    step=10,
    catalogue_item="考生完成的工件和实物(照片或录像)",
    template="work_piece_photos",
    subjects=partial(room_codes, subject="practical"),
)
def work_piece_photos(db: Session, session: AppraisalSession, subject: str) -> PaperData:
    """The photos of each work piece of a room; a piece without photo is said to be kept."""
    room = _room(db, session, subject, "practical")
    files: dict[str, bytes] = {}
    pieces = []
    for work in _works(db, room):
        names = []
        for number, key in enumerate(work.photos, start=1):
            content = objects_of(db).get(key)
            name = f"{work.blind_code}-{number}.{_suffix(content)}"
            files[name] = content
            names.append(name)
        pieces.append({"code": work.blind_code, "photos": names})
    return PaperData({"facts": room_head(room), "pieces": pieces}, files)


def _suffix(content: bytes) -> str:
    return "png" if content.startswith(b"\x89PNG") else "jpg"


@paper_data(
    "thesis_review",
    title="论文评审表",
    title_en="Reviews of theses",
    step=10,
    catalogue_item="论文评审表和论文答辩评分表",
    subjects=partial(room_codes, subject="review"),
)
def thesis_review(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Each thesis with the marks of the reviewers, of 40."""
    return _review_part(db, session, subject, "thesis", "论文(满分 40)")


@paper_data(
    "defence_score",
    title="论文答辩评分表",
    title_en="Scores of defences",
    step=10,
    catalogue_item="论文评审表和论文答辩评分表",
    subjects=partial(room_codes, subject="review"),
)
def defence_score(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Each defence in the drawn order with the marks of the reviewers, of 60."""
    return _review_part(db, session, subject, "defence", "答辩(满分 60)")


def _review_part(
    db: Session, session: AppraisalSession, code: str, part: str, title: str
) -> dict[str, Any]:
    room = _room(db, session, code, "review")
    assert room.id is not None
    turns = {turn.enrolment_id: turn.position for turn in drawn_order(db, room.id)}
    sections = []
    for work in sorted(_works(db, room), key=lambda work: turns.get(work.enrolment_id, 0)):
        marks = [mark for mark in _marks(db, work) if mark.part == part]
        thesis = thesis_of(db, work.enrolment_id)
        sections.append(
            {
                "facts": [
                    ["准考证号", admission_number(db, work)],
                    ["姓名", candidate_name(db, work.enrolment_id)],
                    ["论文题目", thesis.title if thesis else ""],
                    ["答辩顺序", str(turns.get(work.enrolment_id, ""))],
                ],
                "tables": [
                    {
                        "title": title,
                        "head": _MARK_HEAD,
                        "rows": _mark_rows(db, marks),
                        "widths": _MARK_WIDTHS,
                    },
                    _criteria_table(db, marks),
                ],
                "signatures": [["评委"], ["评委"], ["评委"]],
            }
        )
    return {"sections": sections}


@paper_data("assessment_report", title="考评报告", title_en="Assessment report", step=10)
def assessment_report(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """The panel leader's report with the deliberations of the session."""
    report = report_of(db, session_id_of(session))
    assert report is not None
    codes = {work.id: work.blind_code for work in works_of(db, session_id_of(session))}
    rows = [
        [codes[one.work_id], str(one.round), one.evidence, one.question, clock(one.called_at)]
        for one in deliberations_of(db, session_id_of(session))
    ]
    return {
        "sections": [
            {
                "facts": [["批次", session.number], ["考试日期", str(session.exam_date or "")]],
                ENTERED: True,
                "paragraphs": [
                    f"考评组织情况:{report.conduct}",
                    f"考评质量与考生水平:{report.quality}",
                    f"评分差异与处理:{report.differences or '无'}",
                    f"建议:{report.suggestions or '无'}",
                ],
                "tables": [
                    {
                        "title": "合议记录",
                        "head": ["编号", "轮次", "证据", "提请复核", "时间"],
                        "rows": rows,
                        "widths": [2, 1, 4, 4, 2],
                    }
                ],
                "signatures": [["考评组长", person_name(db, report.written_by)]],
            }
        ]
    }
