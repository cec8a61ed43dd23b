"""Anybody may verify a certificate by its number."""

from datetime import date
from typing import Annotated

from fastapi import Path, Request

from api.problems import Problem
from api.resources import Resource
from api.work import Glancing, WorkRouter, installation_of
from appraisal.certificates import Certificate, UnknownCertificate, certificate_by_number
from appraisal.levels import level_name
from appraisal.masks import mask_name
from appraisal.occupations import occupation_name, trade_name
from appraisal.organisations import organisation_by_id

router = WorkRouter(prefix="/certificates", tags=["certificates"])

CertificateNumber = Annotated[str, Path(max_length=40, description="number on the certificate")]


class Verification(Resource):
    """What anybody may know of a certificate; the name is masked."""

    number: str
    valid: bool
    state: str
    name: str
    occupation: str
    trade: str
    level: str
    issued_on: date | None
    organisation: str


@router.get("/{number}")
def verify_certificate(work: Glancing, number: CertificateNumber, request: Request) -> Verification:
    """Say whether a certificate is valid, with the holder's name masked."""
    limit_verifications(request)
    try:
        certificate = certificate_by_number(work.db, number)
    except UnknownCertificate:
        raise Problem("not-found") from None
    return verification_of(work, certificate)


def limit_verifications(request: Request) -> None:
    """Slow down whoever tries numbers.

    Raises:
        Problem: too-many-requests.
    """
    address = request.client.host if request.client else ""
    wait = installation_of(request).verifications.wait_seconds(address)
    if wait:
        raise Problem("too-many-requests", headers={"Retry-After": str(int(wait) + 1)})


def verification_of(work: Glancing, certificate: Certificate) -> Verification:
    """What a certificate shows to anybody."""
    organisation = organisation_by_id(work.db, certificate.organisation_id)
    english = work.language == "en" and organisation.name_en
    return Verification(
        number=certificate.number,
        valid=certificate.state == "valid",
        state=certificate.state,
        name=mask_name(certificate.name),
        occupation=occupation_name(work.db, certificate.occupation_code),
        trade=trade_name(work.db, certificate.trade_code),
        level=level_name(certificate.level_code, work.language),
        issued_on=certificate.issued_on,
        organisation=english or organisation.name,
    )
