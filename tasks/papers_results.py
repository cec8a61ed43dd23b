"""What the papers of steps 11 to 14 show."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from statistics import fmean
from typing import Any

from sqlmodel import Session, select

from appraisal.archive import FiledItem
from appraisal.calendar import local_date
from appraisal.candidates import candidate_by_id, id_number_of
from appraisal.certificates import STATE_NAMES, Certificate, certificates_of
from appraisal.enrolments import (
    Enrolment,
    enrolment_by_id,
    enrolment_by_number,
    enrolments_of,
    subjects_of,
)
from appraisal.identity import ID_TYPES
from appraisal.levels import level_name
from appraisal.masks import mask_id_number, mask_name
from appraisal.occupations import occupation_name
from appraisal.organisations import organisation_by_id
from appraisal.papers import papers_of
from appraisal.publicity import lines_of, publicities_of
from appraisal.releases import releases_of
from appraisal.results import Result, result_of, results_of, rounded
from appraisal.score_reviews import ScoreReview
from appraisal.sessions import AppraisalSession
from tasks.papers import FileData, paper_data
from tasks.sheets import MEDIA_TYPE, write_sheet

OUTCOMES = {
    "passed": "合格",
    "partly": "部分合格",
    "failed": "不合格",
    "absent": "缺考",
    "void": "违纪无效",
}
SUBJECTS = {"theory": "理论知识", "practical": "操作技能", "review": "综合评审"}
RELEASES = {"issue": "发证", "hold": "暂缓", "refuse": "拒绝"}


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
    counts = Counter(r.outcome for r in results_of(db, _id(session)))
    return {
        "landscape": False,
        "sections": [
            {
                "facts": [
                    ["批次", session.number],
                    ["考试日期", _date(session.exam_date)],
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
        notes.append(f"可参加补考,已合格科目的成绩保留至 {_date(result.resit_until)}。")
    return {
        "sections": [
            {
                "facts": [
                    ["姓名", candidate.name],
                    ["准考证号", enrolment.admission_number or "—"],
                    ["职业等级", _offer_name(db, enrolment)],
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
    publicity = publicities_of(db, _id(session))[-1]
    lines = [
        line
        for line in lines_of(db, _id(session))
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
                _offer_name(db, enrolment),
            ]
        )
    return {
        "subtitle": f"补充公示({publicity.supplement})" if publicity.supplement else "",
        "sections": [
            {
                "paragraphs": [
                    "以下人员经考核合格,拟颁发职业技能等级证书,现予公示。公示时间:"
                    f"{_date(local_date(publicity.opens_at))}起 {publicity.working_days} 个工作日。"
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
    states = {
        "refused": "不予受理",
        "unchanged": "维持原成绩",
        "corrected": "已更正",
        "open": "核查中",
    }
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
                                _date(local_date(r.requested_at)),
                                states[r.state],
                                r.reason or "—",
                            ]
                            for r in reviews
                        ],
                    }
                ],
            }
        ]
    }


@paper_data(
    "certificate_data_check",
    title="证书数据审核确认表",
    title_en="Check of the certificate data",
    step=13,
    catalogue_item="证书数据审核确认表",
)
def certificate_data_check(
    db: Session, session: AppraisalSession, subject: str
) -> Mapping[str, Any]:
    """Every passer with the decision of D14 and the row that took it."""
    rows = []
    for no, release in enumerate(releases_of(db, _id(session)), start=1):
        enrolment = enrolment_by_id(db, release.enrolment_id)
        candidate = candidate_by_id(db, enrolment.candidate_id)
        rows.append(
            [
                str(no),
                candidate.name,
                mask_id_number(id_number_of(db, candidate)),
                _offer_name(db, enrolment),
                RELEASES[release.release],
                release.row,
            ]
        )
    head = ["序号", "姓名", "证件号码", "职业等级", "处理", "依据"]
    return {
        "sections": [
            {
                "tables": [{"head": head, "rows": rows, "widths": [1, 3, 4, 4, 2, 3]}],
                "signatures": [["审核人"], ["发证审批"], ["确认单位(盖章)"]],
            }
        ]
    }


@paper_data(
    "certificate_report", title="证书数据上报表", title_en="Report to the superior", step=13
)
def certificate_report(db: Session, session: AppraisalSession, subject: str) -> FileData:
    """The data file sent up before numbering."""
    rows = []
    for release in releases_of(db, _id(session)):
        if release.reported:
            enrolment = enrolment_by_id(db, release.enrolment_id)
            rows.append([enrolment.number, *_identity(db, enrolment)])
    head = ["报名号", "姓名", "证件类型", "证件号码", "职业", "等级"]
    return FileData(write_sheet("证书数据上报", head, rows), MEDIA_TYPE)


@paper_data("certificate_upload", title="证书上传数据", title_en="Upload file", step=13)
def certificate_upload(db: Session, session: AppraisalSession, subject: str) -> FileData:
    """The data file for the national register, certificates with their numbers."""
    rows = [
        [
            certificate.number,
            *_identity(db, enrolment_by_id(db, certificate.enrolment_id)),
            f"{certificate.issued_on}",
            organisation_by_id(db, certificate.organisation_id).name,
        ]
        for certificate in certificates_of(db, _id(session))
    ]
    head = ["证书编号", "姓名", "证件类型", "证件号码", "职业", "等级", "发证日期", "评价机构"]
    return FileData(write_sheet("证书上传数据", head, rows), MEDIA_TYPE)


@paper_data(
    "hand_out_register",
    title="证书发放登记表",
    title_en="Register of certificates handed out",
    step=13,
    catalogue_item="证书发放登记表",
)
def hand_out_register(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Each certificate, its state and when it was handed out."""
    rows = [
        [str(no), *_hand_out_row(db, certificate)]
        for no, certificate in enumerate(certificates_of(db, _id(session)), start=1)
    ]
    head = ["序号", "证书编号", "姓名", "职业等级", "状态", "发放日期", "签收"]
    return {
        "landscape": True,
        "sections": [
            {
                "tables": [{"head": head, "rows": rows, "widths": [1, 5, 3, 4, 2, 3, 3]}],
                "signatures": [["发放人"], ["复核人"]],
            }
        ],
    }


@paper_data("volume_index", title="卷内目录", title_en="Index of the volumes", step=14)
def volume_index(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """Every paper of the batch by catalogue entry."""
    newest = {(p.key, p.subject): p for p in papers_of(db, _id(session))}
    rows = [
        [
            str(no),
            p.catalogue_item or "其他资料",
            f"{p.title}{' ' + p.subject if p.subject else ''}",
            f"v{p.version}",
            p.object_key[:16],
        ]
        for no, p in enumerate(newest.values(), start=1)
    ]
    head = ["序号", "卷内条目", "题名", "版本", "校验值(前16位)"]
    return {
        "sections": [
            {
                "facts": [["批次", session.number], ["件数", str(len(rows))]],
                "tables": [{"head": head, "rows": rows, "widths": [1, 4, 6, 1, 3]}],
            }
        ]
    }


@paper_data("remark_sheet", title="卷内备考表", title_en="Remarks on the volumes", step=14)
def remark_sheet(db: Session, session: AppraisalSession, subject: str) -> Mapping[str, Any]:
    """How much the volumes hold and in what state they were sealed."""
    newest = {(p.key, p.subject): p for p in papers_of(db, _id(session))}
    size = sum(p.size for p in newest.values())
    return {
        "sections": [
            {
                "facts": [
                    ["批次", session.number],
                    ["文件数", str(len(newest))],
                    ["总字节数", f"{size:,}"],
                    ["校验算法", "SHA-256"],
                ],
                "paragraphs": [
                    "本卷文件由系统按卷内目录汇集,封装为 BagIt 归档包,任何一个字节的改动均可查出。"
                ],
                "signatures": [["立卷人"], ["检查人"]],
            }
        ]
    }


def filed_summary(filed: Sequence[FiledItem]) -> list[dict[str, Any]]:
    """The catalogue with how many papers fill each entry, for pages and the demo's result."""
    return [
        {
            "volume": entry.item.volume,
            "title": entry.item.title,
            "papers": len(entry.papers),
            "stated": entry.stated,
        }
        for entry in filed
    ]


def _by_offer(db: Session, session: AppraisalSession) -> dict[tuple[str, str], list[Result]]:
    enrolments = {e.id: e for e in enrolments_of(db, _id(session))}
    grouped: dict[tuple[str, str], list[Result]] = defaultdict(list)
    for result in results_of(db, _id(session)):
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


def _hand_out_row(db: Session, certificate: Certificate) -> list[str]:
    handed = certificate.handed_out_at
    return [
        certificate.number,
        certificate.name,
        f"{occupation_name(db, certificate.occupation_code)} {level_name(certificate.level_code)}",
        STATE_NAMES[certificate.state][0],
        _date(local_date(handed)) if handed else "未领取",
        "",
    ]


def _identity(db: Session, enrolment: Enrolment) -> list[str]:
    candidate = candidate_by_id(db, enrolment.candidate_id)
    return [
        candidate.name,
        ID_TYPES[candidate.id_type][0],
        id_number_of(db, candidate),
        occupation_name(db, enrolment.occupation_code),
        level_name(enrolment.level_code),
    ]


def _offer_name(db: Session, enrolment: Enrolment) -> str:
    return f"{occupation_name(db, enrolment.occupation_code)} {level_name(enrolment.level_code)}"


def _points(points: Decimal | None) -> str:
    return "—" if points is None else str(rounded(points))


def _state(state: str) -> str:
    names = {"exempt": "免考", "passed_earlier": "保留", "absent": "缺考", "void": "无效"}
    return names.get(state, "—")


def _date(day: Any) -> str:
    return f"{day.year} 年 {day.month} 月 {day.day} 日" if day else "—"


def _id(session: AppraisalSession) -> int:
    assert session.id is not None
    return session.id
