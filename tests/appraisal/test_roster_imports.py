import io
import zipfile
from pathlib import Path

import pytest

from appraisal.candidates import candidate_by_id
from appraisal.enrolments import enrolments_of
from appraisal.evidence import evidence_of
from appraisal.roster import COLUMNS
from appraisal.roster_imports import (
    HasProblems,
    NotChecked,
    RosterFiles,
    check_import,
    confirm_import,
)
from appraisal.sheets import write_csv
from engine.database import Database
from tests.appraisal.registration_bodies import AT, TODAY, attach, build, id_number
from tests.appraisal.test_roster import ROW

PNG = b"\x89PNG\r\n\x1a\n1"


def files(*numbers: str, attached: dict[str, bytes] | None = None) -> RosterFiles:
    rows = [{**ROW, "证件号码": number, "性别": "", "出生日期": ""} for number in numbers]
    sheet = write_csv([list(COLUMNS), *([row.get(c, "") for c in COLUMNS] for row in rows)])
    if attached is None:
        return RosterFiles(sheet)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, content in attached.items():
            archive.writestr(name, content)
    return RosterFiles(sheet, out.getvalue())


def test_nothing_is_imported_before_it_was_checked_and_confirmed(
    database: Database, tmp_path: Path
) -> None:
    attach(database, tmp_path)
    roster = files(id_number(1), id_number(2)[:-1] + "?", id_number(3))
    with database.transaction() as db:
        session = build(db).session
        assert session.id is not None
        with pytest.raises(NotChecked):
            confirm_import(db, session, roster, leave_out_problems=True, by="7", at=AT, today=TODAY)

        record = check_import(db, session, roster, at=AT, today=TODAY)
        assert (record.total, record.valid, record.state) == (3, 2, "checked")
        assert [(p["row"], p["code"]) for p in record.problems] == [(3, "characters")]
        assert enrolments_of(db, session.id) == []

        with pytest.raises(HasProblems):
            confirm_import(
                db, session, roster, leave_out_problems=False, by="7", at=AT, today=TODAY
            )
        done = confirm_import(
            db, session, roster, leave_out_problems=True, by="7", at=AT, today=TODAY
        )

        assert done == [(2, "JC-2026-001-00001", True), (4, "JC-2026-001-00002", True)]
        assert record.state == "imported"


def test_importing_again_makes_no_doubles(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        session = build(db).session
        assert session.id is not None
        for roster in (files(id_number(1)), files(id_number(1)), files(id_number(2), id_number(1))):
            check_import(db, session, roster, at=AT, today=TODAY)
            done = confirm_import(
                db, session, roster, leave_out_problems=False, by="7", at=AT, today=TODAY
            )

        assert [new for _, _, new in done] == [True, False]
        assert len(enrolments_of(db, session.id)) == 2


def test_photos_and_evidence_are_kept_by_id_number(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    roster = files(
        id_number(1),
        attached={
            f"photos/{id_number(1)}.png": PNG,
            f"{id_number(1)}-工作年限证明.pdf": b"%PDF-1",
            f"{id_number(1)}-diploma.pdf": b"%PDF-2",
        },
    )
    with database.transaction() as db:
        session = build(db).session
        assert session.id is not None
        record = check_import(db, session, roster, at=AT, today=TODAY)
        assert record.problems == []
        for _ in range(2):
            confirm_import(
                db, session, roster, leave_out_problems=False, by="7", at=AT, today=TODAY
            )

        enrolment = enrolments_of(db, session.id)[0]
        assert enrolment.id is not None
        kinds = [(e.kind, e.media_type) for e in evidence_of(db, enrolment.id)]
        assert kinds == [
            ("photo", "image/png"),
            ("work_years_proof", "application/pdf"),
            ("diploma", "application/pdf"),
        ]
        assert candidate_by_id(db, enrolment.candidate_id).photo_key is not None


def test_files_that_fit_nobody_are_named_without_the_number(
    database: Database, tmp_path: Path
) -> None:
    attach(database, tmp_path)
    stranger = id_number(9)
    roster = files(
        id_number(1),
        attached={
            f"{stranger}.png": PNG,
            f"{id_number(1)}-遗嘱.pdf": b"%PDF-1",
            f"{id_number(1)}.exe": b"MZ",
        },
    )
    with database.transaction() as db:
        record = check_import(db, build(db).session, roster, at=AT, today=TODAY)

    assert [p["code"] for p in record.problems] == ["no_such_row", "unknown_material", "media_type"]
    assert stranger not in str(record.problems)
