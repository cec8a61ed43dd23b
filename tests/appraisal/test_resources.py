"""Resources: calibration on the day, supplies with a tenth more, papers in custody."""

from datetime import UTC, date, datetime
from decimal import Decimal

import pytest

from appraisal.crypto import Keyring, attach_keyring
from appraisal.equipment import CalibrationState, calibration_state, is_usable
from appraisal.exam_papers import (
    CustodyAct,
    CustodyBroken,
    CustodyConflict,
    PaperSet,
    custody_gaps,
    custody_problem,
    may_follow,
    record_act,
)
from appraisal.supplies import Shortage, required_quantity
from engine.database import Database
from tasks.worlds_planning import planning_world

EXAM = date(2026, 5, 8)
AT = datetime(2026, 5, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("needed", "until", "state", "usable"),
    [
        (False, None, CalibrationState.NOT_NEEDED, True),
        (True, None, CalibrationState.MISSING, False),
        (True, date(2026, 5, 7), CalibrationState.EXPIRED, False),
        (True, date(2026, 5, 8), CalibrationState.VALID, True),
        (True, date(2026, 5, 9), CalibrationState.VALID, True),
    ],
)
def test_calibration(
    needed: bool, until: date | None, state: CalibrationState, usable: bool
) -> None:
    assert calibration_state(needed, until, EXAM) is state
    assert is_usable("ok", state) is usable
    assert is_usable("faulty", state) is False


@pytest.mark.parametrize(
    ("count", "quota", "needed"),
    [(0, "1", 0), (1, "1", 2), (10, "1", 11), (60, "1", 66), (3, "0.5", 2), (20, "2.5", 55)],
)
def test_required_quantity(count: int, quota: str, needed: int) -> None:
    assert required_quantity(count, Decimal(quota)) == needed


def test_shortage_counts_what_is_missing() -> None:
    assert Shortage("answer_card", "答题卡", "张", 66, 60).missing == 6


@pytest.mark.parametrize(
    ("act", "person", "problem"),
    [
        (CustodyAct.DRAW, 9, "site_staff"),
        (CustodyAct.PROOF, 1, "did_draw"),
        (CustodyAct.PROOF, 2, None),
        (CustodyAct.PROOF, 9, "site_staff"),
        (CustodyAct.SEAL, 1, "did_draw"),
        (CustodyAct.SEAL, 2, "did_proof"),
        (CustodyAct.SEAL, 3, None),
        (CustodyAct.HAND_OVER, 3, None),
        (CustodyAct.HAND_OVER, 9, "site_staff"),
        (CustodyAct.RECEIVE, 4, "did_hand_over"),
        (CustodyAct.RECEIVE, 9, None),
        (CustodyAct.RETURN, 9, None),
    ],
)
def test_hands_that_must_differ(act: CustodyAct, person: int, problem: str | None) -> None:
    earlier = {CustodyAct.DRAW: 1, CustodyAct.PROOF: 2, CustodyAct.HAND_OVER: 4}

    assert custody_problem(act, person, earlier, {9}) == problem


def test_the_chain_has_one_way() -> None:
    chain = [None, *(act for act in CustodyAct if act is not CustodyAct.REJECT)]

    follows = [(one, other) for one in chain for other in CustodyAct if may_follow(one, other)]

    assert follows == [
        (None, "draw"),
        ("draw", "reject"),
        ("draw", "proof"),
        ("proof", "reject"),
        ("proof", "seal"),
        ("seal", "hand_over"),
        ("hand_over", "receive"),
        ("receive", "reject"),
        ("receive", "open"),
        ("receive", "return"),
        ("open", "return"),
        ("return", "destroy"),
    ]


def test_custody_is_recorded_act_by_act(sqlite_database: Database) -> None:
    attach_keyring(sqlite_database.writer, Keyring.generate())
    with sqlite_database.transaction() as db:
        world = planning_world(db)
        session_id, organisation_id = world.session.id or 0, world.session.organisation_id
        papers = PaperSet(
            organisation_id=organisation_id,
            session_id=session_id,
            offer_id=world.enrolments[0].offer_id,
            subject="theory",
            copies=3,
        )
        db.add(papers)
        db.flush()

        record_act(db, papers, CustodyAct.DRAW, person_id=1, at=AT)
        with pytest.raises(CustodyBroken):
            record_act(db, papers, CustodyAct.SEAL, person_id=3, at=AT)
        with pytest.raises(CustodyConflict):
            record_act(db, papers, CustodyAct.PROOF, person_id=1, at=AT)
        record_act(db, papers, CustodyAct.REJECT, person_id=2, at=AT)
        record_act(db, papers, CustodyAct.DRAW, person_id=2, at=AT)
        # Hands count from the last draw on.
        record_act(db, papers, CustodyAct.PROOF, person_id=1, at=AT)

        assert custody_gaps(db, session_id, CustodyAct.PROOF) == []
        assert custody_gaps(db, session_id, CustodyAct.SEAL) == [papers]
