"""Evidence (证明材料): the files behind an application, and what is still missing."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime

from sqlmodel import Field, Session, SQLModel, col, select

from appraisal import enrolments  # noqa: F401 -- its table is referred to below
from appraisal.columns import UtcDateTime
from appraisal.errors import AppraisalError

MAX_BYTES = 10 * 1024 * 1024

# Kinds of evidence, as table D3 names them.
MATERIALS = {
    "id_card": ("身份证件", "Identity document"),
    "photo": ("证件照", "Photo"),
    "pledge": ("诚信承诺书", "Integrity pledge"),
    "work_years_proof": ("工作年限证明", "Proof of years worked"),
    "social_insurance": ("社保记录", "Social insurance record"),
    "prior_certificate": ("原等级证书", "Earlier certificate"),
    "diploma": ("毕业证书或学信网备案表", "Diploma or its registration"),
    "student_proof": ("在校证明", "Proof of enrolment at school"),
    "title_certificate": ("职称证书", "Certificate of title"),
    "permit": ("特种作业操作证", "Work permit"),
    "apprenticeship_proof": ("学徒期满证明", "Proof of apprenticeship"),
    "reserve_certificate": ("预备技师证书", "Reserve technician's certificate"),
    "accommodation_proof": ("合理便利证明", "Evidence for an accommodation"),
    "other": ("其他材料", "Other"),
}

_SIGNATURES = {
    b"\x89PNG\r\n\x1a\n": "image/png",
    b"\xff\xd8\xff": "image/jpeg",
    b"%PDF-": "application/pdf",
}


class RefusedFile(AppraisalError):
    """A file is too large or of a kind that is not accepted."""


class Evidence(SQLModel, table=True):
    """One file of an enrolment. State: pending, accepted, refused, replaced."""

    __tablename__ = "evidence"

    id: int | None = Field(default=None, primary_key=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id", index=True)
    kind: str = Field(max_length=40)
    object_key: str = Field(default="", max_length=64)  # empty: shown on paper at the desk
    media_type: str = Field(default="", max_length=60)
    size: int = 0
    state: str = Field(default="pending", max_length=20)
    added_at: datetime = Field(sa_type=UtcDateTime)


def media_type_of(content: bytes) -> str:
    """The media type by the file's first bytes, never by its name.

    Raises:
        RefusedFile: Too large, empty, or not a PDF, PNG or JPEG.
    """
    if len(content) > MAX_BYTES:
        raise RefusedFile("too_large")
    for signature, media_type in _SIGNATURES.items():
        if content.startswith(signature):
            return media_type
    raise RefusedFile("media_type")


def add_evidence(
    db: Session,
    organisation_id: int,
    enrolment_id: int,
    kind: str,
    *,
    at: datetime,
    object_key: str = "",
    media_type: str = "",
    size: int = 0,
) -> Evidence:
    """Add a file; the same file of the same kind is added once."""
    known = db.exec(
        select(Evidence)
        .where(Evidence.enrolment_id == enrolment_id)
        .where(Evidence.kind == kind)
        .where(Evidence.object_key == object_key)
        .where(Evidence.state != "replaced")
    ).first()
    if known is not None:
        return known
    evidence = Evidence(
        organisation_id=organisation_id,
        enrolment_id=enrolment_id,
        kind=kind if kind in MATERIALS else "other",
        object_key=object_key,
        media_type=media_type,
        size=size,
        added_at=at,
    )
    db.add(evidence)
    db.flush()
    return evidence


def evidence_of(db: Session, enrolment_id: int) -> list[Evidence]:
    """The files of an enrolment in the order they came."""
    return list(
        db.exec(
            select(Evidence).where(Evidence.enrolment_id == enrolment_id).order_by(col(Evidence.id))
        ).all()
    )


def kinds_present(rows: Iterable[Evidence]) -> set[str]:
    """The kinds of evidence that are there and were not refused."""
    return {row.kind for row in rows if row.state in ("pending", "accepted")}


def choose_condition(
    required: Mapping[str, Sequence[str]], present: Collection[str]
) -> tuple[str, list[str]]:
    """The satisfied condition with the fewest missing materials, and what it still lacks.

    `required` lists the materials by condition, in the order of table D2; of equals the first
    is taken. Without a condition nothing can be missing: ("", []).
    """
    lacking = {
        condition: [material for material in materials if material not in present]
        for condition, materials in required.items()
    }
    if not lacking:
        return "", []
    best = min(lacking, key=lambda condition: len(lacking[condition]))
    return best, lacking[best]
