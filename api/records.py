"""What a batch leaves behind, over HTTP: script codes, certificates, the archive."""

from datetime import date, datetime

from fastapi import Response
from sqlmodel import col, select

from api.certificates import CertificateNumber
from api.enrolments import EnrolmentNumber, seen_enrolment_of_body
from api.logins import LINK_LIFETIME, make_link
from api.problems import Problem
from api.resources import Resource
from api.sessions import SessionNumber, seen_session
from api.work import Posting, Reading, WorkRouter
from appraisal.archive import Archive
from appraisal.candidates import candidate_by_id
from appraisal.certificates import Certificate, certificates_of
from appraisal.enrolments import Enrolment
from appraisal.marks import Work
from appraisal.papers import paper_by_id, paper_content
from appraisal.releases import releases_of

router = WorkRouter(tags=["records"])


class ScriptCode(Resource):
    """The code that stands on a candidate's script instead of a name."""

    admission_number: str
    subject: str
    blind_code: str


class ScriptCodes(Resource):
    """The codes of a batch's scripts."""

    items: list[ScriptCode]


class CertificateView(Resource):
    """A certificate in the list of a batch."""

    number: str
    enrolment_number: str
    state: str
    issued_on: date | None
    handed_out_at: datetime | None


class Certificates(Resource):
    """The certificates of a batch."""

    items: list[CertificateView]


class ReleaseView(Resource):
    """Whether a passer gets the certificate: issue, hold or refuse, and the row that decided."""

    enrolment_number: str
    release: str
    row: str
    accepted: bool | None


class Releases(Resource):
    """What was decided on the passers of a batch."""

    items: list[ReleaseView]


class ArchiveView(Resource):
    """The sealed archive of a batch and where it lies."""

    number: str
    folder: str
    seal: str
    files: int
    sealed_at: datetime
    retain_until: date


class NewLink(Resource):
    """A token that signs a person in once; told only now."""

    link: str
    lifetime_hours: int


@router.get("/sessions/{number}/script-codes")
def list_script_codes(work: Reading, number: SessionNumber) -> ScriptCodes:
    """List the codes to be put on the theory scripts, for who seals them and nobody else."""
    session = seen_session(work, number, "script_codes.read")
    query = (
        select(Work, Enrolment)
        .join(Enrolment, col(Enrolment.id) == Work.enrolment_id)
        .where(Work.session_id == session.id, Work.subject == "theory")
        .order_by(col(Work.id))
    )
    items = [
        ScriptCode(
            admission_number=enrolment.admission_number or enrolment.number,
            subject=one.subject,
            blind_code=one.blind_code,
        )
        for one, enrolment in work.db.exec(query)
    ]
    return ScriptCodes(items=items)


@router.get("/sessions/{number}/certificates", tags=["certificates"])
def list_certificates(work: Reading, number: SessionNumber) -> Certificates:
    """List the certificates of a batch by number."""
    session = seen_session(work, number, "result.list")
    assert session.id is not None
    items = [
        CertificateView(
            number=one.number,
            enrolment_number=work.db.get_one(Enrolment, one.enrolment_id).number,
            state=one.state,
            issued_on=one.issued_on,
            handed_out_at=one.handed_out_at,
        )
        for one in certificates_of(work.db, session.id)
    ]
    return Certificates(items=sorted(items, key=lambda one: one.number))


@router.get("/sessions/{number}/releases", tags=["certificates"])
def list_releases(work: Reading, number: SessionNumber) -> Releases:
    """List whether the passers of a batch get their certificates."""
    session = seen_session(work, number, "result.list")
    assert session.id is not None
    items = [
        ReleaseView(
            enrolment_number=work.db.get_one(Enrolment, one.enrolment_id).number,
            release=one.release,
            row=one.row,
            accepted=one.accepted,
        )
        for one in releases_of(work.db, session.id)
    ]
    return Releases(items=items)


@router.get("/certificates/{number}/file", tags=["certificates"], response_class=Response)
def read_certificate_file(work: Reading, number: CertificateNumber) -> Response:
    """Read the certificate as it was issued."""
    query = select(Certificate).where(Certificate.number == number)
    certificate = work.db.exec(query.order_by(col(Certificate.edition).desc())).first()
    work.require_seen("certificate.read", certificate)
    if certificate is None or certificate.paper_id is None:
        raise Problem("not-found")
    paper = paper_by_id(work.db, certificate.paper_id)
    return Response(
        paper_content(work.db, paper),
        media_type=paper.media_type,
        headers={"Content-Disposition": f'attachment; filename="{certificate.number}.pdf"'},
    )


@router.get("/sessions/{number}/archive")
def read_archive(work: Reading, number: SessionNumber) -> ArchiveView:
    """Read where the archive of a batch lies and its seal."""
    session = seen_session(work, number, "archive.read")
    archive = work.db.exec(select(Archive).where(Archive.session_id == session.id)).first()
    if archive is None:
        raise Problem("not-found")
    return ArchiveView.model_validate(archive, from_attributes=True)


@router.post("/enrolments/{number}/sign-in-links", status_code=201, response_model=NewLink)
def make_candidate_link(work: Posting, number: EnrolmentNumber) -> Response:
    """Make a link with which the candidate of an enrolment signs in once."""
    enrolment = seen_enrolment_of_body(work, number)
    candidate = candidate_by_id(work.db, enrolment.candidate_id)
    link = make_link(work.db, candidate.person_id)
    hours = int(LINK_LIFETIME.total_seconds() // 3600)
    return work.reply(NewLink(link=link, lifetime_hours=hours), 201, secret=True)
