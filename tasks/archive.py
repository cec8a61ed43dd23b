"""Service tasks of step 14 资料归档: completeness, the package, its seal, retention."""

import json
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from sqlalchemy import or_
from sqlmodel import Session, col, select

from appraisal.archive import (
    Archive,
    FiledItem,
    archive_of,
    archive_path,
    extension_of,
    file_items,
    missing_items,
    read_catalogue,
    retain_until,
)
from appraisal.bag import pack
from appraisal.enrolments import Enrolment
from appraisal.organisations import organisation_by_id
from appraisal.papers import Paper, paper_content, papers_of
from appraisal.publicity import open_objections
from appraisal.score_reviews import open_reviews
from appraisal.sessions import session_by_id
from engine import ServiceTasks, TaskContext
from engine.history import HistoryRow
from engine.instances import ProcessInstance

service_tasks = ServiceTasks("archive")

OPTION_ARCHIVE_FOLDER = "jiancheng_archives"
# Papers that lie in the package's own folder, outside the volumes.
INDEX_KEYS = ("volume_index", "remark_sheet")


@service_tasks.register(gives="missing: number, missing_items: list, disputes, complete")
def check_completeness(
    db: Session, context: TaskContext, *, session_id: int, element: str = ""
) -> Mapping[str, Any]:
    """Hold the papers of the batch against the volume catalogue; open disputes block, too.

    The answer of `element` names the entries for which a statement of absence was signed.
    """
    missing = missing_items(_filed(db, context, session_id, element))
    disputes = len(open_objections(db, session_id)) + len(open_reviews(db, session_id))
    return {
        "missing": len(missing),
        "missing_items": [item.title for item in missing],
        "disputes": disputes,
        "complete": not missing and not disputes,
    }


@service_tasks.register(run="job", name="pack", gives="archive_number, files")
def pack_archive(
    db: Session, context: TaskContext, *, session_id: int, years: int, rows: list[str], element: str
) -> Mapping[str, Any]:
    """Pack every paper and the process history into a sealed bag; repeatable after a crash."""
    session = session_by_id(db, session_id)
    organisation = organisation_by_id(db, session.organisation_id)
    filed = _filed(db, context, session_id, element)
    files = {
        archive_path(entry.item, paper): paper_content(db, paper)
        for entry in filed
        for paper in entry.papers
    }
    files |= _other_papers(db, session_id, {entry.item.title for entry in filed})
    files["过程记录/process-history.json"] = _history(db, session_id, session.number)
    folder = _folder(db) / session.number
    seal = pack(
        folder,
        files,
        {
            "Bagging-Date": context.today.isoformat(),
            "Source-Organization": organisation.name,
            "External-Identifier": session.number,
            "External-Description": session.name,
        },
    )
    archive = archive_of(db, session_id) or _new_archive(context, session_id, organisation.id or 0)
    archive.number = f"DA-{session.number}"
    archive.folder, archive.seal, archive.files = str(folder), seal, len(files)
    archive.retain_until = retain_until(context.today, years)
    archive.retention_rule = rows[0] if rows else ""
    db.add(archive)
    session.status = "archived"
    db.add(session)
    db.flush()
    return {"archive_number": archive.number, "files": archive.files}


def _new_archive(context: TaskContext, session_id: int, organisation_id: int) -> Archive:
    return Archive(
        session_id=session_id,
        organisation_id=organisation_id,
        number="",
        folder="",
        seal="",
        files=0,
        sealed_at=context.now,
        sealed_by=context.actor or "",
        retain_until=date.max,
    )


def filed_items(
    db: Session, catalogue: bytes, session_id: int, stated: list[str]
) -> list[FiledItem]:
    """The papers of a batch under the entries of a catalogue."""
    return file_items(read_catalogue(catalogue), papers_of(db, session_id), stated)


def _filed(db: Session, context: TaskContext, session_id: int, element: str) -> list[FiledItem]:
    catalogue = context.engine.definitions.content(
        db, context.bundle_id, "catalogue", "archive_catalogue"
    )
    answer = (context.answer(element) if element else None) or {}
    return filed_items(db, catalogue, session_id, list(answer.get("stated") or []))


def _other_papers(db: Session, session_id: int, items: set[str]) -> dict[str, bytes]:
    """Newest versions of the papers that no catalogue entry asks for.

    Also of those that name an entry which this catalogue has not: an industry's paper in a batch
    of several industries.
    """
    newest: dict[tuple[str, str], Paper] = {}
    for paper in papers_of(db, session_id):
        if paper.catalogue_item not in items:
            newest[(paper.key, paper.subject)] = paper
    return {
        f"{'目录' if p.key in INDEX_KEYS else '其他资料'}/{_file_name(p)}": paper_content(db, p)
        for p in newest.values()
    }


def _file_name(paper: Paper) -> str:
    subject = f"-{paper.subject}" if paper.subject else ""
    name = f"{paper.step:02d}-{paper.title}{subject}-v{paper.version}.{extension_of(paper)}"
    return name.replace("/", "、")


def _history(db: Session, session_id: int, session_number: str) -> bytes:
    """Who did what and when, in every process of the batch; ids and digests, no personal data."""
    numbers = select(Enrolment.number).where(Enrolment.session_id == session_id)
    key = col(ProcessInstance.business_key)
    rows = db.exec(
        select(HistoryRow, ProcessInstance.process_id, ProcessInstance.business_key)
        .join(ProcessInstance, col(ProcessInstance.id) == col(HistoryRow.instance_id))
        .where(
            or_(
                key == session_number,
                key.startswith(f"{session_number}-", autoescape=True),
                key.in_(numbers),
            )
        )
        .order_by(col(HistoryRow.seq))
    )
    lines = [
        {
            "seq": e.seq,
            "at": e.at.isoformat(),
            "process": process_id,
            "businessKey": business_key,
            "kind": e.kind,
            "element": e.element_id,
            "actor": e.actor,
            "details": e.details,
        }
        for e, process_id, business_key in rows
    ]
    return json.dumps(lines, ensure_ascii=False, indent=1, default=str).encode()


def _folder(db: Session) -> Path:
    options = db.get_bind().get_execution_options()
    return Path(str(options.get(OPTION_ARCHIVE_FOLDER, "var/archives")))
