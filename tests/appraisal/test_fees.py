from decimal import Decimal
from pathlib import Path

import pytest

from appraisal.fees import (
    Payment,
    WrongPayment,
    blocks_certificate,
    fee_due,
    fee_of,
    is_refundable,
    mark_refund_due,
    paid_amount,
    record_payment,
    refund,
)
from appraisal.registration import register, set_exempt
from appraisal.schemes import Scheme
from engine.database import Database
from tests.appraisal.registration_bodies import AT, CONTENT, TODAY, application, attach, build


@pytest.mark.parametrize(
    ("subjects", "amount"),
    [
        ([], "0"),
        (["theory"], "100.00"),
        (["theory", "practical"], "320.50"),
        (["theory", "practical", "review"], "320.50"),
    ],
)
def test_fee_is_the_sum_over_subjects(subjects: list[str], amount: str) -> None:
    scheme = Scheme(organisation_id=1, key="x", occupation_code="x", content=CONTENT)

    assert fee_of(scheme, "3", subjects) == Decimal(amount)


def test_a_level_may_set_its_own_fee_or_none() -> None:
    levels = {
        "3": {"fee": {"mode": "before", "amounts": {"theory": "1"}}},
        "4": {"fee": {"mode": "none"}},
    }
    scheme = Scheme(
        organisation_id=1, key="x", occupation_code="x", content={**CONTENT, "levels": levels}
    )

    assert fee_of(scheme, "3", ["theory"]) == 1
    assert fee_of(scheme, "4", ["theory"]) == 0


def test_payment_must_be_exactly_what_is_due(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)
        enrolment, _ = register(db, body.session, application(), at=AT, on=TODAY)
        assert enrolment.id is not None
        set_exempt(db, enrolment, "theory", "竞赛获奖")
        due = fee_due(db, enrolment, body.scheme)
        assert due == Decimal("220.50")

        def pay(amount: str) -> Payment:
            return record_payment(
                db, enrolment, Decimal(amount), due=due, reference="1", confirmed_by="7", at=AT
            )

        for wrong in ("220.49", "220.51", "0", "-220.50"):
            with pytest.raises(WrongPayment):
                pay(wrong)
        pay("220.50")
        assert (enrolment.fee_status, paid_amount(db, enrolment.id)) == ("paid", due)
        with pytest.raises(WrongPayment):
            pay("220.50")


def test_refund_goes_back_once_unless_invoiced_or_held(database: Database, tmp_path: Path) -> None:
    attach(database, tmp_path)
    with database.transaction() as db:
        body = build(db)
        enrolment, _ = register(db, body.session, application(), at=AT, on=TODAY)
        assert enrolment.id is not None
        with pytest.raises(WrongPayment):
            refund(db, enrolment, reference="r", confirmed_by="7", at=AT)
        payment = record_payment(
            db, enrolment, Decimal("320.50"), due=Decimal("320.50"), reference="1",
            confirmed_by="7", at=AT,
        )  # fmt: skip
        assert not is_refundable(db, enrolment, exam_held=True)
        payment.invoiced = True
        db.add(payment)
        db.flush()
        assert mark_refund_due(db, enrolment) is False
        payment.invoiced = False
        db.add(payment)
        db.flush()
        assert mark_refund_due(db, enrolment) is True
        assert enrolment.fee_status == "refund_due"

        refund(db, enrolment, reference="r", confirmed_by="7", at=AT)

        assert (enrolment.fee_status, paid_amount(db, enrolment.id)) == ("refunded", 0)


@pytest.mark.parametrize(
    ("status", "blocks"),
    [("paid", False), ("none", False), ("deferred", True), ("due", True), ("overdue", True)],
)
def test_unsettled_fee_blocks_the_certificate(status: str, blocks: bool) -> None:
    assert blocks_certificate(status) is blocks
