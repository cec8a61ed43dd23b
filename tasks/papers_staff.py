"""What the papers of steps 6 and 7 show: training, dispatch, recusal, appointment."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from appraisal.conflicts import ConflictKind, conflicts_with
from appraisal.rooms import exam_room_by_id
from appraisal.scheme_rules import SUBJECTS
from appraisal.sessions import AppraisalSession
from appraisal.staff import AssignmentState, StaffAssignment, assignments_of, card_of
from appraisal.training import TrainingClass, classes_of, teachers_of, trainees_of
from tasks.papers import paper_data
from tasks.papers_planning import clock, person_name
from tasks.papers_results import chinese_date, session_key
from tasks.posts import posts_of_bundle

RANKS = {"assessor": "考评员", "senior": "高级考评员"}
CONFLICTS = {
    ConflictKind.RELATIVE: "亲属",
    ConflictKind.TRAINED: "师生",
    ConflictKind.SAME_EMPLOYER: "同单位",
    ConflictKind.SELF: "本人",
    ConflictKind.OTHER: "其他",
}


def _teachers(db: Session, training_class: TrainingClass) -> str:
    return "、".join(person_name(db, one) for one in teachers_of(db, training_class.id or 0))


@paper_data(
    "training_plan",
    title="职业技能培训方案",
    title_en="Training plan",
    step=6,
    catalogue_item="职业技能培训方案",
)
def training_plan(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Every class of the session; training is voluntary, and the paper says so."""
    return {
        "sections": [
            {
                "heading": one.name,
                "facts": [
                    ["课时", str(one.hours)],
                    ["开班日期", chinese_date(one.starts_on)],
                    ["地点", one.place or "—"],
                    ["授课教师", _teachers(db, one)],
                    ["参加人数", str(len(trainees_of(db, one.id or 0)))],
                ],
                "paragraphs": [
                    one.plan or "按国家职业标准的基本要求和工作要求组织教学。",
                    "培训自愿参加,不作为报名和参加鉴定的条件;授课教师不得考评本班学员。",
                ],
                "signatures": [["制定人"], ["审核人"]],
            }
            for one in classes_of(db, session_key(session))
        ]
    }


@paper_data("training_sign_in", title="培训签到表", title_en="Training sign-in", step=6)
def training_sign_in(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Who came for how long, with the baseline mark."""
    sections = []
    for one in classes_of(db, session_key(session)):
        rows = [
            [
                str(no),
                enrolment.number,
                f"{trainee.hours_attended}/{one.hours}",
                "—" if trainee.baseline is None else str(trainee.baseline),
                "",
            ]
            for no, (trainee, enrolment) in enumerate(trainees_of(db, one.id or 0), start=1)
        ]
        head = ["序号", "报名号", "出勤课时", "摸底成绩", "签名"]
        sections.append(
            {
                "heading": one.name,
                "facts": [["授课教师", _teachers(db, one)]],
                "tables": [{"head": head, "rows": rows, "widths": [1, 4, 2, 2, 3]}],
                "notes": ["摸底成绩仅用于评估培训效果,不计入鉴定成绩。"],
            }
        )
    return {"sections": sections}


def _confirmed(db: Session, session: AppraisalSession) -> list[StaffAssignment]:
    return assignments_of(db, session_key(session), states=[AssignmentState.CONFIRMED])


def _place(db: Session, assignment: StaffAssignment) -> list[str]:
    if assignment.exam_room_id is None:
        return ["全部考场", "全部科目", "—"]
    room = exam_room_by_id(db, assignment.exam_room_id)
    return [room.code, SUBJECTS[room.subject][0], clock(room.starts_at)]


def _post(session: AppraisalSession, db: Session, assignment: StaffAssignment) -> str:
    name = posts_of_bundle(db, session.bundle_id).post_name(assignment.post)
    return f"{name}(组长)" if assignment.leader else name


def _card(db: Session, person_id: int) -> list[str]:
    card = card_of(db, person_id)
    if card is None:
        return ["—", "—"]
    return [card.number, RANKS[card.rank]]


@paper_data("staff_dispatch", title="考评人员派遣表", title_en="Dispatch of staff", step=7)
def staff_dispatch(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Who serves where; filed once the names are open."""
    rows = [
        [
            person_name(db, one.person_id),
            _post(session, db, one),
            *(_card(db, one.person_id) if one.post == "assessor" else ["—", "—"]),
            *_place(db, one),
        ]
        for one in _confirmed(db, session)
    ]
    head = ["姓名", "岗位", "证卡号", "级别", "考场", "科目", "时间"]
    return {
        "landscape": True,
        "sections": [
            {
                "facts": [["考试日期", chinese_date(session.exam_date)], ["批次", session.number]],
                "tables": [{"head": head, "rows": rows}],
                "notes": ["考评人员由系统随机抽取,抽取种子与名单池留存备查。"],
                "signatures": [["考务岗"], ["内部质量督导员"], ["主任"]],
            }
        ],
    }


@paper_data("recusal_declaration", title="回避声明", title_en="Declaration of recusal", step=7)
def recusal_declaration(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """What each person declared; counted by kind, without naming a candidate."""
    rows = []
    states = [AssignmentState.CONFIRMED, AssignmentState.REFUSED]
    for one in assignments_of(db, session_key(session), states=states):
        kinds: dict[ConflictKind, int] = {}
        for found in conflicts_with(db, one.person_id, session_key(session)).values():
            for kind in found:
                kinds[kind] = kinds.get(kind, 0) + 1
        declared = "、".join(f"{CONFLICTS[kind]} {kinds[kind]} 人" for kind in sorted(kinds))
        result = "派遣" if one.state == AssignmentState.CONFIRMED else "回避"
        rows.append(
            [person_name(db, one.person_id), _post(session, db, one), declared or "无", result, ""]
        )
    head = ["姓名", "岗位", "声明的关系", "处理", "签名"]
    return {
        "sections": [
            {
                "paragraphs": [
                    "本人已如实声明与本批次考生的亲属、师生、同单位等关系,隐瞒的愿承担责任。"
                ],
                "tables": [{"head": head, "rows": rows, "widths": [2, 3, 4, 2, 3]}],
            }
        ]
    }


@paper_data("appointment_letter", title="聘书", title_en="Letter of appointment", step=7)
def appointment_letter(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """A page for each person who serves, with all posts of the person."""
    posts: dict[int, list[StaffAssignment]] = {}
    for one in _confirmed(db, session):
        posts.setdefault(one.person_id, []).append(one)
    return {
        "sections": [
            {
                "facts": [["受聘人", person_name(db, person_id)]],
                "paragraphs": [
                    f"兹聘请您担任 {chinese_date(session.exam_date)}「{session.name}」的考务工作,"
                    "请遵守考评与保密纪律,独立、客观、公正履行职责。"
                ],
                "tables": [
                    {
                        "head": ["岗位", "考场", "科目", "时间"],
                        "rows": [[_post(session, db, one), *_place(db, one)] for one in held],
                    }
                ],
                "signatures": [["评价机构(盖章)"], ["日期"]],
            }
            for person_id, held in sorted(posts.items())
        ]
    }
