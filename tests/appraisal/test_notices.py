from pathlib import Path

import pytest

from appraisal.complaints import (
    UnknownComplaint,
    answer_complaint,
    complaint_by_id,
    complaint_text,
    file_complaint,
    open_complaints,
)
from appraisal.notices import (
    Subscriber,
    UnknownNotice,
    draft_notice,
    newest_notice,
    publish_notice,
    send_message,
    subscribers_of,
)
from appraisal.people import add_person
from appraisal.sessions import UnknownSession, create_session, session_by_number
from engine.database import Database
from tests.appraisal.registration_bodies import AT, attach, build


def test_a_published_notice_is_never_changed(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        session = build(db).session
        assert session.id is not None
        with pytest.raises(UnknownNotice):
            newest_notice(db, session.id)

        def draft(title: str) -> int | None:
            return draft_notice(
                db, session, kind="announcement", number="1", title=title, content={}
            ).id

        first = draft("甲")
        assert draft("乙") == first
        notice = newest_notice(db, session.id)
        assert (publish_notice(db, notice, at=AT), publish_notice(db, notice, at=AT)) == (
            True,
            False,
        )
        assert draft("丙") != first
        assert [notice.title, newest_notice(db, session.id).serial] == ["乙", 2]


def test_a_message_goes_out_once(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)
        organisation_id = body.session.organisation_id
        person = add_person(db, organisation_id, "读者", "reader")
        assert person.id is not None
        db.add(Subscriber(organisation_id=organisation_id, person_id=person.id, since=AT))
        db.flush()

        ids = {
            send_message(db, organisation_id, person.id, "x", about="1", at=AT).id for _ in range(2)
        }

        assert len(ids) == 1
        assert subscribers_of(db, organisation_id) == [person.id]


def test_session_numbers_count_by_year_and_organisation(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)
        second = create_session(db, body.organisation, "二", created_at=AT)
        next_year = create_session(db, body.organisation, "三", created_at=AT.replace(year=2027))

        assert [body.session.number, second.number, next_year.number] == [
            "JC-2026-001",
            "JC-2026-002",
            "JC-2027-001",
        ]
        assert session_by_number(db, "JC-2026-002").id == second.id
        with pytest.raises(UnknownSession):
            session_by_number(db, "JC-2026-009")


def test_a_complaint_is_answered_and_encrypted(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        session = build(db).session
        person = add_person(db, session.organisation_id, "投诉人", "c")
        assert person.id is not None and session.id is not None
        complaint = file_complaint(
            db,
            organisation_id=session.organisation_id,
            session_id=session.id,
            person_id=person.id,
            text="审核太慢",
            at=AT,
        )
        assert complaint_text(db, complaint) == "审核太慢"
        assert [c.id for c in open_complaints(db, session.id)] == [complaint.id]

        answer_complaint(db, complaint, upheld=True, reply="已催办", by="7", at=AT)

        assert (complaint.state, open_complaints(db, session.id)) == ("upheld", [])
        with pytest.raises(UnknownComplaint):
            complaint_by_id(db, 99)
