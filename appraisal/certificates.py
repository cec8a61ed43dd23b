"""Certificates (证书): the register, its states, and what anyone may check."""

from datetime import date, datetime

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal import enrolments  # noqa: F401 -- its table is referred to below
from appraisal.certificate_numbers import MAX_SERIAL, NumberPrefix, is_certificate_number
from appraisal.columns import UtcDateTime
from appraisal.enrolments import Enrolment
from appraisal.errors import AppraisalError
from appraisal.numbers import open_range, take_number
from appraisal.organisations import Organisation

# Which state may follow which. A re-issued certificate lives on in its successor.
NEXT_STATES = {
    "numbered": frozenset({"valid"}),
    "valid": frozenset({"suspended", "revoked", "re-issued"}),
    "suspended": frozenset({"valid", "revoked"}),
    "revoked": frozenset[str](),
    "re-issued": frozenset[str](),
}

STATE_NAMES = {
    "numbered": ("已编号", "Numbered"),
    "valid": ("有效", "Valid"),
    "suspended": ("暂停", "Suspended"),
    "revoked": ("已撤销", "Revoked"),
    "re-issued": ("已换发", "Re-issued"),
}


class UnknownCertificate(AppraisalError):
    """The register holds no certificate with this number."""


class StateNotAllowed(AppraisalError):
    """A certificate cannot go from its state to the wanted one."""


class Certificate(SQLModel, table=True):
    """One certificate of one enrolment. Its number is given once and never again."""

    __tablename__ = "certificate"
    __table_args__ = (UniqueConstraint("enrolment_id", "edition"),)

    id: int | None = Field(default=None, primary_key=True)
    number: str = Field(max_length=22, index=True)
    edition: int = 1
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    candidate_id: int = Field(foreign_key="candidate.id", index=True)
    name: str = Field(max_length=100)
    occupation_code: str = Field(max_length=40)
    trade_code: str = Field(default="", max_length=40)
    level_code: str = Field(max_length=20)
    issued_on: date | None = None
    state: str = Field(default="numbered", max_length=20)
    paper_id: int | None = Field(default=None, foreign_key="paper.id")
    handed_out_at: datetime | None = Field(default=None, sa_type=UtcDateTime)
    created_at: datetime = Field(sa_type=UtcDateTime)


class CertificateChange(SQLModel, table=True):
    """Why and by whom a certificate changed its state; rows are only added."""

    __tablename__ = "certificate_change"

    id: int | None = Field(default=None, primary_key=True)
    certificate_id: int = Field(foreign_key="certificate.id", index=True)
    state: str = Field(max_length=20)
    reason: str = Field(default="", max_length=400)
    actor: str = Field(default="", max_length=40)
    at: datetime = Field(sa_type=UtcDateTime)


def number_certificate(
    db: Session,
    enrolment: Enrolment,
    organisation: Organisation,
    name: str,
    *,
    on: date,
    at: datetime,
) -> Certificate:
    """Give an enrolment its certificate number; again gives the certificate that is there."""
    known = certificate_of(db, enrolment)
    if known is not None:
        return known
    assert enrolment.id is not None
    prefix = NumberPrefix(
        organisation.kind,
        organisation.body_code,
        organisation.province_code,
        organisation.site_serial,
        on.year,
        enrolment.level_code,
    )
    key = f"certificate:{prefix.text}"
    open_range(db, key, first=1, last=MAX_SERIAL)
    certificate = Certificate(
        number=prefix.number(take_number(db, key)),
        enrolment_id=enrolment.id,
        session_id=enrolment.session_id,
        organisation_id=enrolment.organisation_id,
        candidate_id=enrolment.candidate_id,
        name=name,
        occupation_code=enrolment.occupation_code,
        trade_code=enrolment.trade_code,
        level_code=enrolment.level_code,
        created_at=at,
    )
    db.add(certificate)
    db.flush()
    return certificate


def change_state(
    db: Session, certificate: Certificate, state: str, *, reason: str, actor: str, at: datetime
) -> None:
    """Move a certificate to another state and keep the reason.

    Raises:
        StateNotAllowed: The state does not follow the present one.
    """
    if state == certificate.state:
        return
    if state not in NEXT_STATES[certificate.state]:
        raise StateNotAllowed(f"{certificate.number}: {certificate.state} → {state}")
    assert certificate.id is not None
    certificate.state = state
    db.add(certificate)
    db.add(
        CertificateChange(
            certificate_id=certificate.id, state=state, reason=reason, actor=actor, at=at
        )
    )
    db.flush()


def reissue(
    db: Session, certificate: Certificate, *, reason: str, actor: str, at: datetime
) -> Certificate:
    """Replace a lost or wrong certificate by a new edition under the same number.

    Source: the practice for the older qualification certificates, kept for level certificates:
    same number, noted in the register (ask.fsou.com, …125748_1).
    """
    change_state(db, certificate, "re-issued", reason=reason, actor=actor, at=at)
    values = certificate.model_dump(exclude={"id", "paper_id", "handed_out_at"})
    edition = Certificate(
        **{
            **values,
            "edition": certificate.edition + 1,
            "state": "numbered",
            "issued_on": None,
            "created_at": at,
        }
    )
    db.add(edition)
    db.flush()
    return edition


def certificate_of(db: Session, enrolment: Enrolment) -> Certificate | None:
    """The newest edition of an enrolment's certificate, or nothing."""
    return db.exec(
        select(Certificate)
        .where(Certificate.enrolment_id == enrolment.id)
        .order_by(col(Certificate.edition).desc())
        .limit(1)
    ).first()


def certificate_by_number(db: Session, number: str) -> Certificate:
    """The newest edition under a number.

    Raises:
        UnknownCertificate: No certificate has it.
    """
    found = None
    if is_certificate_number(number):
        found = db.exec(
            select(Certificate)
            .where(Certificate.number == number)
            .order_by(col(Certificate.edition).desc())
            .limit(1)
        ).first()
    # A number that was given but not yet issued proves nothing to the outside.
    if found is None or found.state == "numbered":
        raise UnknownCertificate(number)
    return found


def certificates_of(db: Session, session_id: int) -> list[Certificate]:
    """The certificates of a batch by number and edition."""
    return list(
        db.exec(
            select(Certificate)
            .where(Certificate.session_id == session_id)
            .order_by(col(Certificate.number), col(Certificate.edition))
        ).all()
    )
