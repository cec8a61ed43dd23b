"""What the papers of steps 11 and 12 show."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from statistics import fmean
from typing import Any

from sqlmodel import Session, select

from appraisal.calendar import local_date
from appraisal.candidates import candidate_by_id, id_number_of
from appraisal.enrolments import (
    Enrolment,
    enrolment_by_id,
    enrolment_by_number,
    enrolments_of,
    subjects_of,
)
from appraisal.levels import level_name
from appraisal.masks import mask_id_number, mask_name
from appraisal.occupations import occupation_name
from appraisal.publicity import lines_of, publicities_of
from appraisal.results import Result, result_of, results_of, rounded
from appraisal.score_reviews import ScoreReview
from appraisal.sessions import AppraisalSession
from tasks.papers import paper_data

OUTCOMES = {
    "passed": "合格",
    "partly": "部分合格",
    "failed": "不合格",
    "absent": "缺考",
    "void": "违纪无效",
}
REVIEW_STATES = {
    "refused": "不予受理",
    "unchanged": "维持原成绩",
    "corrected": "已更正",
    "open": "核查中",
}
SUBJECTS = {"theory": "理论知识", "practical": "操作技能", "review": "综合评审"}


def enrolled_numbers(db: Session, session_id: int) -> Sequence[str]:
    """The enrolments of a batch that got a conclusion, by number."""
    return [enrolment_by_id(db, r.enrolment_id).number for r in results_of(db, session_id)]


@paper_data(
    "result_summary",
    title="职业技能等级认定评价结果汇总表",
    title_en="Summary of results",
    step=11,
    catalogue_item="评价结果汇总表",
)
def result_summary(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Every enrolment with the points of its subjects and the conclusion, by occupation-level."""
    tables = []
    for (occupation, level), results in sorted(_by_offer(db, session).items()):
        tables.append(
            {
                "title": f"{occupation} {level}",
                "head": ["序号", "准考证号", "姓名", "理论", "实操", "综合", "结论"],
                "widths": [1, 4, 3, 2, 2, 2, 2],
                "rows": [
                    [str(no), *_result_row(db, result)] for no, result in enumerate(results, 1)
                ],
            }
        )
    counts = Counter(r.outcome for r in results_of(db, session_key(session)))
    return {
        "landscape": False,
        "sections": [
            {
                "facts": [
                    ["批次", session.number],
                    ["考试日期", chinese_date(session.exam_date)],
                    *([OUTCOMES[k], f"{counts[k]} 人"] for k in OUTCOMES if counts[k]),
                ],
                "tables": tables,
                "signatures": [["登分"], ["核对"], ["审核"]],
            }
        ],
    }


@paper_data("score_analysis", title="成绩分析报告", title_en="Analysis of results", step=11)
def score_analysis(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Pass rate, mean and spread by occupation-level and subject."""
    rows = []
    for (occupation, level), results in sorted(_by_offer(db, session).items()):
        points: dict[str, list[Decimal]] = defaultdict(list)
        for result in results:
            for one in subjects_of(db, result.enrolment_id):
                if one.points is not None and one.state == "present":
                    points[one.subject].append(one.points)
        passed = sum(r.outcome == "passed" for r in results)
        for name, values in sorted(points.items(), key=lambda item: list(SUBJECTS).index(item[0])):
            rows.append(
                [
                    f"{occupation} {level}",
                    SUBJECTS[name],
                    str(len(values)),
                    f"{fmean(values):.1f}",
                    str(rounded(max(values))),
                    str(rounded(min(values))),
                    f"{passed}/{len(results)}({passed * 100 / len(results):.0f}%)",
                ]
            )
    head = ["职业等级", "科目", "实考", "平均分", "最高", "最低", "全科合格"]
    return {
        "sections": [
            {
                "paragraphs": [
                    "本报告按职业等级和科目统计实考人数、平均分、最高最低分与全科合格率,"
                    "供质量督导与培训改进使用,不含个人信息。"
                ],
                "tables": [{"head": head, "rows": rows, "widths": [4, 3, 2, 2, 2, 2, 3]}],
                "signatures": [["编制"], ["审核"]],
            }
        ]
    }


@paper_data(
    "result_notice",
    title="成绩通知单",
    title_en="Notice of results",
    step=12,
    subjects=enrolled_numbers,
)
def result_notice(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """One candidate's own marks, the conclusion and what may follow."""
    enrolment = enrolment_by_number(db, subject)
    candidate = candidate_by_id(db, enrolment.candidate_id)
    result = result_of(db, enrolment.id or 0)
    assert result is not None
    rows = [
        [
            SUBJECTS[one.subject],
            _points(one.points) if one.state == "present" else _state(one.state),
            "合格" if one.passed else "不合格",
        ]
        for one in subjects_of(db, enrolment.id or 0)
    ]
    notes = ["对成绩有异议的,可在公布后 15 个工作日内申请复核;复核只查漏评、计分、合分、登分。"]
    if result.resit:
        notes.append(f"可参加补考,已合格科目的成绩保留至 {chinese_date(result.resit_until)}。")
    return {
        "sections": [
            {
                "facts": [
                    ["姓名", candidate.name],
                    ["准考证号", enrolment.admission_number or "—"],
                    ["职业等级", offer_name(db, enrolment)],
                    ["结论", OUTCOMES[result.outcome]],
                ],
                "tables": [{"head": ["科目", "得分", "结论"], "rows": rows}],
                "notes": notes,
            }
        ]
    }


@paper_data("public_list", title="拟获证人员公示", title_en="Public list of passers", step=12)
def public_list(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Names by the display policy, masked ID numbers, levels; never marks or failures."""
    publicity = publicities_of(db, session_key(session))[-1]
    lines = [
        line
        for line in lines_of(db, session_key(session))
        if line.publicity_id == publicity.id and not line.removed
    ]
    rows = []
    for no, line in enumerate(lines, start=1):
        enrolment = enrolment_by_id(db, line.enrolment_id)
        candidate = candidate_by_id(db, enrolment.candidate_id)
        full = publicity.name_display == "full"
        rows.append(
            [
                str(no),
                candidate.name if full else mask_name(candidate.name),
                mask_id_number(id_number_of(db, candidate)),
                offer_name(db, enrolment),
            ]
        )
    return {
        "subtitle": f"补充公示({publicity.supplement})" if publicity.supplement else "",
        "sections": [
            {
                "paragraphs": [
                    "以下人员经考核合格,拟颁发职业技能等级证书,现予公示。公示时间:"
                    f"{chinese_date(local_date(publicity.opens_at))}起 "
                    f"{publicity.working_days} 个工作日。"
                    "如有异议,请在公示期内向本机构异议复核岗反映。"
                ],
                "tables": [{"head": ["序号", "姓名", "证件号码", "职业等级"], "rows": rows}],
            }
        ],
    }


@paper_data("review_receipt", title="成绩复核回执", title_en="Receipt of a score review", step=12)
def review_receipt(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """What came of one enrolment's requests."""
    enrolment = enrolment_by_number(db, subject)
    reviews = db.exec(select(ScoreReview).where(ScoreReview.enrolment_id == enrolment.id)).all()
    return {
        "sections": [
            {
                "facts": [
                    ["姓名", candidate_by_id(db, enrolment.candidate_id).name],
                    ["准考证号", enrolment.admission_number or "—"],
                ],
                "tables": [
                    {
                        "head": ["科目", "申请日期", "结果", "说明"],
                        "rows": [
                            [
                                SUBJECTS[r.subject],
                                chinese_date(local_date(r.requested_at)),
                                REVIEW_STATES[r.state],
                                r.reason or "—",
                            ]
                            for r in reviews
                        ],
                    }
                ],
            }
        ]
    }


def _by_offer(db: Session, session: AppraisalSession) -> dict[tuple[str, str], list[Result]]:
    enrolments = {e.id: e for e in enrolments_of(db, session_key(session))}
    grouped: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results_of(db, session_key(session)):
        enrolment = enrolments[result.enrolment_id]
        name = occupation_name(db, enrolment.occupation_code)
        grouped[(name, level_name(enrolment.level_code))].append(result)
    return grouped


def _result_row(db: Session, result: Result) -> list[str]:
    enrolment = enrolment_by_id(db, result.enrolment_id)
    shown = {
        one.subject: _points(one.points) if one.state == "present" else _state(one.state)
        for one in subjects_of(db, result.enrolment_id)
    }
    return [
        enrolment.admission_number or enrolment.number,
        candidate_by_id(db, enrolment.candidate_id).name,
        *(shown.get(name, "—") for name in SUBJECTS),
        OUTCOMES[result.outcome],
    ]


def offer_name(db: Session, enrolment: Enrolment) -> str:
    """Occupation and level of an enrolment as papers write them."""
    return f"{occupation_name(db, enrolment.occupation_code)} {level_name(enrolment.level_code)}"


def _points(points: Decimal | None) -> str:
    return "—" if points is None else str(rounded(points))


def _state(state: str) -> str:
    names = {"exempt": "免考", "passed_earlier": "保留", "absent": "缺考", "void": "无效"}
    return names.get(state, "—")


def chinese_date(day: date | None) -> str:
    """A date as papers write it."""
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else "—"


def session_key(session: AppraisalSession) -> int:
    """The id of a batch that is in the database."""
    assert session.id is not None
    return session.id
