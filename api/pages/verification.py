"""Anybody verifies a certificate; the QR code of a certificate leads here."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import quote

from fastapi import Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from api.certificates import limit_verifications, verification_of
from api.pages.staff import here
from api.pages.templating import draw
from api.work import Glancing, PageRouter, Work
from appraisal.certificates import Certificate, UnknownCertificate, certificate_by_number

router = PageRouter()


@router.get("/verify")
def read_verification(
    work: Glancing, number: Annotated[str, Query(max_length=40)] = ""
) -> Response:
    """Ask for a certificate's number."""
    if number.strip():
        root = work.request.scope.get("root_path", "")
        return RedirectResponse(f"{root}/verify/{quote(number.strip(), safe='')}", 303)
    return _drawn(work, None, "", 200)


@router.get("/verify/{number}")
def verify_certificate(
    work: Glancing, number: Annotated[str, Path(max_length=40)], request: Request
) -> Response:
    """Say whether a certificate is valid, with the holder's name masked."""
    limit_verifications(request)
    try:
        found = certificate_by_number(work.db, number)
    except UnknownCertificate:
        return _drawn(work, None, number, 404)
    return _drawn(work, found, number, 200)


def _drawn(work: Work, found: Certificate | None, asked: str, status: int) -> Response:
    return draw(
        work.request,
        "verify.html",
        status=status,
        found=None if found is None else verification_of(work, found),
        asked=asked,
        now=work.installation.clock.now(),
        here=here(work),
    )
