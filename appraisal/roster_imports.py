"""Roster imports: a checked file, confirmed by a person, becomes enrolments once."""

import hashlib
import re
import unicodedata
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, select

from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError
from appraisal.evidence import MATERIALS, RefusedFile, add_evidence, media_type_of
from appraisal.identity import normal_number
from appraisal.masks import mask_id_number
from appraisal.objects import objects_of
from appraisal.pictures import UnusablePicture, check_picture
from appraisal.registration import register
from appraisal.roster import CheckTable, RowProblem, check_roster
from appraisal.roster_cells import MESSAGES
from appraisal.sessions import AppraisalSession
from appraisal.sheets import read_table
from appraisal.zip_files import ZipLimits, read_zip


class NotChecked(AppraisalError):
    """These files were not checked before, or changed since."""


class HasProblems(AppraisalError):
    """The roster has rows with problems, and leaving them out was not confirmed."""


class RosterImport(SQLModel, table=True):
    """One checked roster. `problems` names rows and columns, never what stands in them."""

    __tablename__ = "roster_import"
    __table_args__ = (UniqueConstraint("session_id", "digest"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    digest: str = Field(max_length=64)
    state: str = Field(default="checked", max_length=20)  # checked | imported
    total: int = 0
    valid: int = 0
    problems: list[dict[str, Any]] = Field(default_factory=list, sa_type=JSON)
    checked_at: datetime = Field(sa_type=UtcDateTime)
    imported_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    imported_by: str = Field(default="", max_length=40)


@dataclass(frozen=True)
class RosterFiles:
    """A registration sheet and, if any, the zip of photos and evidence."""

    sheet: bytes
    attachments: bytes | None = None

    @property
    def digest(self) -> str:
        """SHA-256 over both files."""
        inner = hashlib.sha256(self.sheet).digest()
        return hashlib.sha256(inner + hashlib.sha256(self.attachments or b"").digest()).hexdigest()


_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_DIVIDER = re.compile(r"[-_－＿—]+")


@dataclass(frozen=True)
class Attachment:
    """A file of the zip: `<ID number>.jpg` is a photo, `<ID number>-工作年限证明.pdf` evidence."""

    kind: str
    content: bytes
    media_type: str


ATTACHMENT_MESSAGES = {
    "unknown_material": (
        "文件名中的材料名称无法识别",
        "The file name does not name a known material",
    ),
    "no_such_row": ("名册中没有该证件号码", "No row of the roster has this ID number"),
    "not_picture": ("照片不是 PNG 或 JPEG 图片", "The photo is no PNG or JPEG picture"),
    "picture_damaged": ("照片已损坏或不完整", "The photo is damaged or cut short"),
    "picture_too_large": (
        "照片的像素过多，请缩小到 4000 万像素以内",
        "The photo has too many pixels: at most 40 million",
    ),
    "media_type": ("文件不是 PDF、PNG 或 JPEG", "The file is not a PDF, PNG or JPEG"),
    "too_large": ("文件超过 10 MB", "The file is larger than 10 MB"),
}


def check_import(
    db: Session, session: AppraisalSession, files: RosterFiles, *, at: datetime, today: date
) -> RosterImport:
    """Check the files and keep the check table; nothing is imported.

    Raises:
        UnreadableTable, RefusedZip: A file cannot be read at all.
    """
    assert session.id is not None
    table = check_roster(db, session.id, read_table(files.sheet), today=today)
    problems = [*table.problems]
    numbers = {row.data.identity.number for row in table.rows}
    photos = set()
    for place, (owner, attachment) in enumerate(_attachments(files), 1):
        code = attachment if isinstance(attachment, str) else ""
        if not code and owner not in numbers and not table.errors:
            code = "no_such_row"
        if code:
            problems.append(_attachment_problem(place, owner, code))
        elif isinstance(attachment, Attachment) and attachment.kind == "photo":
            photos.add(owner)
    if files.attachments is not None:
        problems += [
            _no_photo(row.row) for row in table.rows if row.data.identity.number not in photos
        ]
    record = _record(db, session.id, files.digest, at)
    record.total, record.valid = table.total, len(table.rows)
    record.problems = [asdict(problem) for problem in problems]
    db.add(record)
    db.flush()
    return record


def confirm_import(
    db: Session,
    session: AppraisalSession,
    files: RosterFiles,
    *,
    leave_out_problems: bool,
    by: str,
    at: datetime,
    today: date,
) -> list[tuple[int, str, bool]]:
    """Import the rows without problems: (row, enrolment number, whether it is new).

    Importing the same roster again, or one that overlaps, makes no second enrolment.

    Raises:
        NotChecked: The same files were not checked before.
        HasProblems: Rows have problems and may not be left out.
    """
    assert session.id is not None
    record = db.exec(
        select(RosterImport)
        .where(RosterImport.session_id == session.id)
        .where(RosterImport.digest == files.digest)
    ).first()
    if record is None:
        raise NotChecked(session.number)
    table = check_roster(db, session.id, read_table(files.sheet), today=today)
    if table.errors and not leave_out_problems:
        raise HasProblems(session.number)
    done = _import_rows(db, session, table, files, at=at, today=today)
    record.state, record.imported_at, record.imported_by = "imported", at, by
    db.add(record)
    db.flush()
    return done


def _import_rows(
    db: Session,
    session: AppraisalSession,
    table: CheckTable,
    files: RosterFiles,
    *,
    at: datetime,
    today: date,
) -> list[tuple[int, str, bool]]:
    attached: dict[str, list[Attachment]] = defaultdict(list)
    for owner, attachment in _attachments(files):
        if isinstance(attachment, Attachment):
            attached[owner].append(attachment)
    done = []
    for row in table.rows:
        mine = attached.get(row.data.identity.number, [])
        photo_key = next(
            (objects_of(db).put(a.content).key for a in mine if a.kind == "photo"), None
        )
        data = replace(row.data, photo_key=photo_key)
        enrolment, new = register(db, session, data, at=at, on=today, channel="roster")
        assert enrolment.id is not None
        for attachment in mine:
            _keep(db, session, enrolment.id, attachment, at)
        done.append((row.row, enrolment.number, new))
    return done


def _keep(
    db: Session, session: AppraisalSession, enrolment_id: int, attachment: Attachment, at: datetime
) -> None:
    stored = objects_of(db).put(attachment.content)
    add_evidence(
        db,
        session.organisation_id,
        enrolment_id,
        attachment.kind,
        at=at,
        object_key=stored.key,
        media_type=attachment.media_type,
        size=stored.size,
    )


def _attachments(files: RosterFiles) -> Iterator[tuple[str, Attachment | str]]:
    # Gives the ID number with the file, or with the code of what is wrong.
    if files.attachments is None:
        return
    names = {chinese: key for key, (chinese, _) in MATERIALS.items()}
    for name, content in read_zip(files.attachments, ZipLimits()):
        stem = unicodedata.normalize("NFC", name.rsplit(".", 1)[0])
        owner, _, material = _DIVIDER.sub("-", stem, count=1).partition("-")
        kind = names.get(material, material) if material else "photo"
        owner = normal_number(owner)
        if kind not in MATERIALS:
            yield owner, "unknown_material"
            continue
        try:
            media_type = media_type_of(content)
            if kind == "photo":
                check_picture(content)
            yield owner, Attachment(kind, content, media_type)
        except (RefusedFile, UnusablePicture) as refused:
            yield owner, str(refused)


def _attachment_problem(place: int, owner: str, code: str) -> RowProblem:
    chinese, english = ATTACHMENT_MESSAGES[code]
    # The file's name is an ID number or a person's name, so it is never told whole.
    masked = f" {mask_id_number(owner)}" if _NUMBER.fullmatch(owner) else ""
    return RowProblem(
        0,
        "zip",
        code,
        f"压缩包第 {place} 个文件{masked}: {chinese}",
        f"File {place} of the zip{masked}: {english}",
    )


def _no_photo(row: int) -> RowProblem:
    chinese, english = MESSAGES["missing_photo"]
    return RowProblem(row, "zip", "missing_photo", chinese, english, severity="notice")


def _record(db: Session, session_id: int, digest: str, at: datetime) -> RosterImport:
    known = db.exec(
        select(RosterImport)
        .where(RosterImport.session_id == session_id)
        .where(RosterImport.digest == digest)
    ).first()
    return known or RosterImport(session_id=session_id, digest=digest, checked_at=at)
