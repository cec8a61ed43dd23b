"""Candidates (考生): who they are, with the ID number encrypted and found by a blind index."""

from datetime import date

from sqlalchemy import LargeBinary
from sqlmodel import Field, Session, SQLModel, UniqueConstraint, select

from appraisal import people
from appraisal.crypto import decrypt_for, encrypt_for, keyring_of
from appraisal.errors import AppraisalError


class UnknownCandidate(AppraisalError):
    """There is no candidate with this id."""


class Candidate(SQLModel, table=True):
    """A person who applies; one row per organisation and ID document."""

    __tablename__ = "candidate"
    __table_args__ = (UniqueConstraint("organisation_id", "id_number_index"),)

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    name: str = Field(max_length=100)
    id_type: str = Field(default="resident_id", max_length=40)
    id_number_cipher: bytes = Field(sa_type=LargeBinary)
    id_number_index: str = Field(max_length=64)
    birth_date: date | None = None
    sex: str = Field(default="", max_length=10)
    phone_cipher: bytes | None = Field(default=None, sa_type=LargeBinary)
    photo_key: str | None = Field(default=None, max_length=64)
    certificates_held: int = 0  # known certificates of level appraisal, for alarm D4
    blacklisted_until: date | None = None


def candidate_by_id(db: Session, candidate_id: int) -> Candidate:
    """Load a candidate.

    Raises:
        UnknownCandidate: There is none.
    """
    candidate = db.get(Candidate, candidate_id)
    if candidate is None:
        raise UnknownCandidate(candidate_id)
    return candidate


def id_number_of(db: Session, candidate: Candidate) -> str:
    """The ID number in clear. Whoever shows it logs why."""
    cipher = candidate.id_number_cipher
    return decrypt_for(db, candidate.person_id, cipher, "candidate.id_number").decode()


def phone_of(db: Session, candidate: Candidate) -> str:
    """The telephone number in clear, empty when none was given."""
    if candidate.phone_cipher is None:
        return ""
    return decrypt_for(db, candidate.person_id, candidate.phone_cipher, "candidate.phone").decode()


def find_candidate(
    db: Session, organisation_id: int, id_type: str, id_number: str
) -> Candidate | None:
    """Find the candidate of an organisation by a normalised ID number."""
    index = keyring_of(db).blind_index(id_type, id_number)
    return db.exec(
        select(Candidate)
        .where(Candidate.organisation_id == organisation_id)
        .where(Candidate.id_number_index == index)
    ).first()


def add_candidate(
    db: Session,
    person: people.Person,
    *,
    id_type: str,
    id_number: str,
    birth_date: date | None,
    sex: str,
    phone: str = "",
    photo_key: str | None = None,
) -> Candidate:
    """Register a person as a candidate under a checked, normalised ID number."""
    assert person.id is not None
    candidate = Candidate(
        organisation_id=person.organisation_id,
        person_id=person.id,
        name=person.name,
        id_type=id_type,
        id_number_cipher=encrypt_for(db, person.id, id_number.encode(), "candidate.id_number"),
        id_number_index=keyring_of(db).blind_index(id_type, id_number),
        birth_date=birth_date,
        sex=sex,
        photo_key=photo_key,
    )
    db.add(candidate)
    set_phone(db, candidate, phone)
    db.flush()
    return candidate


def set_phone(db: Session, candidate: Candidate, phone: str) -> None:
    """Keep or clear a candidate's telephone number."""
    candidate.phone_cipher = (
        encrypt_for(db, candidate.person_id, phone.encode(), "candidate.phone") if phone else None
    )
    db.add(candidate)
