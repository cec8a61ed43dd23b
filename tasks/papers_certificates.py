"""What the papers of steps 13 and 14 show."""

from collections.abc import Mapping
from typing import Any

from sqlmodel import Session

from appraisal.calendar import local_date
from appraisal.candidates import candidate_by_id, id_number_of
from appraisal.certificates import STATE_NAMES, Certificate, certificates_of
from appraisal.enrolments import Enrolment, enrolment_by_id
from appraisal.identity import ID_TYPES
from appraisal.levels import level_name
from appraisal.masks import mask_id_number
from appraisal.occupations import occupation_name
from appraisal.organisations import organisation_by_id
from appraisal.papers import papers_of
from appraisal.releases import releases_of
from appraisal.sessions import AppraisalSession
from tasks.papers import FileData, paper_data
from tasks.papers_results import chinese_date, offer_name, session_key
from tasks.sheets import MEDIA_TYPE, write_sheet

RELEASES = {"issue": "发证", "hold": "暂缓", "refuse": "拒绝"}


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
    for no, release in enumerate(releases_of(db, session_key(session)), start=1):
        enrolment = enrolment_by_id(db, release.enrolment_id)
        candidate = candidate_by_id(db, enrolment.candidate_id)
        rows.append(
            [
                str(no),
                candidate.name,
                mask_id_number(id_number_of(db, candidate)),
                offer_name(db, enrolment),
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
    for release in releases_of(db, session_key(session)):
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
        for certificate in certificates_of(db, session_key(session))
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
        for no, certificate in enumerate(certificates_of(db, session_key(session)), start=1)
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
    newest = {(p.key, p.subject): p for p in papers_of(db, session_key(session))}
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
    newest = {(p.key, p.subject): p for p in papers_of(db, session_key(session))}
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


def _hand_out_row(db: Session, certificate: Certificate) -> list[str]:
    handed = certificate.handed_out_at
    return [
        certificate.number,
        certificate.name,
        f"{occupation_name(db, certificate.occupation_code)} {level_name(certificate.level_code)}",
        STATE_NAMES[certificate.state][0],
        chinese_date(local_date(handed)) if handed else "未领取",
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
