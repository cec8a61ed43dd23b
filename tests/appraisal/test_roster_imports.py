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
from tests.appraisal.drawn import png
from tests.appraisal.registration_bodies import AT, TODAY, attach, build, id_number
from tests.appraisal.test_roster import ROW

PNG = png()


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


def test_files_of_the_zip_are_told_by_place_and_masked_number(
    database: Database, tmp_path: Path
) -> None:
    attach(database, tmp_path)
    mine, stranger = id_number(1), id_number(9)
    roster = files(
        mine,
        attached={
            f"{stranger}.png": PNG,
            f"{mine}-遗嘱.pdf": b"%PDF-1",
            f"{mine}.exe": b"MZ",
            f"{mine}.pdf": b"%PDF-1",
            f"{mine}.jpg": PNG[:-3],
            f"{mine}.jpeg": png(10_001, 1),
            "张三.png": PNG,
        },
    )
    with database.transaction() as db:
        record = check_import(db, build(db).session, roster, at=AT, today=TODAY)

    assert [(p["row"], p["code"], p["severity"]) for p in record.problems] == [
        (0, "no_such_row", "error"),
        (0, "unknown_material", "error"),
        (0, "media_type", "error"),
        (0, "not_picture", "error"),
        (0, "picture_damaged", "error"),
        (0, "picture_too_large", "error"),
        (0, "no_such_row", "error"),
        (2, "missing_photo", "notice"),
    ]
    assert f"{stranger[:6]}********{stranger[14:]}" in record.problems[0]["message"]
    for hidden in (mine, stranger, "张三"):
        assert hidden not in str(record.problems)


def test_names_of_files_are_read_as_the_numbers_of_the_sheet(
    database: Database, tmp_path: Path
) -> None:
    attach(database, tmp_path)
    short = id_number(1)[:6] + id_number(1)[8:17]
    wide = id_number(2).translate(str.maketrans("0123456789", "０１２３４５６７８９"))
    roster = files(
        id_number(1),
        id_number(2),
        attached={f"{short}.png": PNG, f"{wide} .PNG": PNG, f"{short}_diploma.pdf": b"%PDF-1"},
    )
    with database.transaction() as db:
        record = check_import(db, build(db).session, roster, at=AT, today=TODAY)

    assert record.problems == []


def test_notices_keep_nobody_out(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    roster = files(id_number(1), attached={})
    with database.transaction() as db:
        session = build(db).session
        record = check_import(db, session, roster, at=AT, today=TODAY)
        done = confirm_import(
            db, session, roster, leave_out_problems=False, by="7", at=AT, today=TODAY
        )

    assert [(p["row"], p["code"], p["severity"]) for p in record.problems] == [
        (2, "missing_photo", "notice")
    ]
    assert [new for _, _, new in done] == [True]
