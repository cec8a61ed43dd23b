"""Rosters: upload, see what is wrong row by row, confirm."""

from datetime import datetime
from typing import Annotated, Any, Literal

from fastapi import File, Form, Path, Response, UploadFile
from sqlmodel import select

from api.problems import Problem
from api.resources import Resource
from api.sessions import SessionNumber, seen_session
from api.work import Posting, Reading, WorkRouter
from appraisal.roster_imports import RosterFiles, RosterImport, check_import, confirm_import

router = WorkRouter(prefix="/sessions/{number}/roster-imports", tags=["rosters"])


class RowProblemView(Resource):
    """Why a cell keeps its row out, or what is to be known of it; row 0 is the whole file."""

    severity: Literal["error", "notice"]
    row: int
    column: str
    cell: str
    code: str
    message: str


class ImportView(Resource):
    """The check table of a roster."""

    id: int
    state: Literal["checked", "imported"]
    total: int
    valid: int
    problems: list[RowProblemView]
    checked_at: datetime
    imported_at: datetime | None


class ImportedRow(Resource):
    """What became of one row."""

    row: int
    enrolment_number: str
    new: bool


class Imported(Resource):
    """What a confirmed roster became."""

    rows: list[ImportedRow]


Sheet = Annotated[UploadFile, File(description="the registration sheet, .xlsx or .csv")]
Attachments = Annotated[
    UploadFile | None, File(description="a zip of photos and evidence named by ID number")
]


@router.post("", status_code=201, response_model=ImportView)
def check_roster(
    work: Posting, number: SessionNumber, sheet: Sheet, attachments: Attachments = None
) -> Response:
    """Check a roster; nothing is imported yet."""
    session = seen_session(work, number, "roster.import")
    clock = work.installation.clock
    record = check_import(
        work.db, session, _files(sheet, attachments), at=clock.now(), today=clock.today()
    )
    return work.reply(_view(record, work.language), 201)


@router.get("/{import_id}")
def read_roster_import(
    work: Reading, number: SessionNumber, import_id: Annotated[int, Path(ge=1)]
) -> ImportView:
    """Read the check table again."""
    session = seen_session(work, number, "roster.import")
    query = select(RosterImport).where(
        RosterImport.id == import_id, RosterImport.session_id == session.id
    )
    record = work.db.exec(query).first()
    if record is None:
        raise Problem("not-found")
    return _view(record, work.language)


@router.post("/{import_id}/confirmation", response_model=Imported)
def confirm_roster(
    work: Posting,
    number: SessionNumber,
    import_id: Annotated[int, Path(ge=1)],
    sheet: Sheet,
    attachments: Attachments = None,
    leave_out_problems: Annotated[bool, Form(alias="leaveOutProblems")] = False,
) -> Response:
    """Import a checked roster. The same files are sent again: they are not kept meanwhile."""
    session = seen_session(work, number, "roster.import")
    files = _files(sheet, attachments)
    query = select(RosterImport).where(
        RosterImport.id == import_id,
        RosterImport.session_id == session.id,
        RosterImport.digest == files.digest,
    )
    if work.db.exec(query).first() is None:
        raise Problem("roster-not-checked")
    clock = work.installation.clock
    done = confirm_import(
        work.db,
        session,
        files,
        leave_out_problems=leave_out_problems,
        by=work.actor.key,
        at=clock.now(),
        today=clock.today(),
    )
    rows = [ImportedRow(row=row, enrolment_number=key, new=new) for row, key, new in done]
    return work.reply(Imported(rows=rows))


def _files(sheet: UploadFile, attachments: UploadFile | None) -> RosterFiles:
    return RosterFiles(sheet.file.read(), None if attachments is None else attachments.file.read())


def _view(record: RosterImport, language: str) -> ImportView:
    columns: dict[str, Any] = {
        name: getattr(record, name) for name in ImportView.model_fields if name != "problems"
    }
    problems = [
        RowProblemView(
            # Check tables of earlier versions hold errors only.
            severity=one.get("severity", "error"),
            row=one["row"],
            column=one["column"],
            cell=one.get("cell", ""),
            code=one["code"],
            message=one["message_en"] if language == "en" else one["message"],
        )
        for one in record.problems
    ]
    return ImportView(**columns, problems=problems)
