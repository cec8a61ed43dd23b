"""The service task that typesets certificates, and what their pages show."""

from collections.abc import Mapping
from datetime import UTC, datetime, time
from io import BytesIO
from typing import Any

import segno
from sqlmodel import Session

from appraisal.candidates import Candidate, candidate_by_id, id_number_of
from appraisal.certificates import Certificate, certificates_of
from appraisal.enrolments import enrolment_by_id
from appraisal.identity import ID_TYPES
from appraisal.levels import level_name
from appraisal.objects import objects_of
from appraisal.occupations import occupation_name, trade_name
from appraisal.organisations import organisation_by_id
from appraisal.papers import Paper, file_paper
from appraisal.typesetting import render_pdf
from engine import Continue, ServiceTasks, TaskContext
from engine.killpoints import kill_point

service_tasks = ServiceTasks("certificates")

PAGES_A_CHUNK = 25
OPTION_PUBLIC_URL = "jiancheng_public_url"


@service_tasks.register(run="job", name="typeset", gives="")
def typeset_certificates(
    db: Session, context: TaskContext, *, session_id: int
) -> Mapping[str, Any] | Continue:
    """Typeset and file the certificates that have a number but no page yet."""
    todo = [c for c in certificates_of(db, session_id) if c.paper_id is None]
    for certificate in todo[:PAGES_A_CHUNK]:
        kill_point("while-rendering")
        certificate.issued_on = certificate.issued_on or context.today
        certificate.paper_id = _typeset(db, context, certificate).id
        db.add(certificate)
    db.flush()
    if len(todo) > PAGES_A_CHUNK:
        return Continue(len(todo) - PAGES_A_CHUNK)
    return {}


def _typeset(db: Session, context: TaskContext, certificate: Certificate) -> Paper:
    enrolment = enrolment_by_id(db, certificate.enrolment_id)
    candidate = candidate_by_id(db, certificate.candidate_id)
    data, files = certificate_data(db, certificate, candidate)
    definitions = context.engine.definitions
    pdf = render_pdf(
        definitions.content(db, context.bundle_id, "paper", "certificate"),
        data,
        at=_midnight(context),
        files={"lib.typ": definitions.content(db, context.bundle_id, "paper", "lib"), **files},
    )
    return file_paper(
        db,
        Paper(
            session_id=certificate.session_id,
            organisation_id=certificate.organisation_id,
            key="certificate",
            subject=enrolment.number,
            title="职业技能等级证书",
            title_en="Certificate of occupational skill level",
            step=13,
            object_key="",
            size=0,
            created_at=context.now,
            instance_id=context.instance_id,
        ),
        pdf,
    )


def certificate_data(
    db: Session, certificate: Certificate, candidate: Candidate
) -> tuple[dict[str, Any], dict[str, bytes]]:
    """What the certificate's page shows, and the pictures beside it."""
    organisation = organisation_by_id(db, certificate.organisation_id)
    code = BytesIO()
    segno.make(verification_url(db, certificate.number), error="m").save(
        code, kind="svg", xmldecl=False, border=2
    )
    files = {"qr.svg": code.getvalue()}
    data: dict[str, Any] = {
        "number": certificate.number,
        "organisation": organisation.name,
        "organisation_en": organisation.name_en,
        "name": certificate.name,
        "id_type": ID_TYPES[candidate.id_type][0],
        "id_number": id_number_of(db, candidate),
        "occupation": occupation_name(db, certificate.occupation_code),
        "trade": trade_name(db, certificate.trade_code) if certificate.trade_code else "—",
        "level": level_name(certificate.level_code),
        "issued_on": f"{certificate.issued_on:%Y年%m月%d日}" if certificate.issued_on else "",
        "remark": "换发" if certificate.edition > 1 else "本证书的纸质版与电子版具有同等效力。",
    }
    if candidate.photo_key:
        photo = objects_of(db).get(candidate.photo_key)
        name = "photo.png" if photo.startswith(b"\x89PNG") else "photo.jpg"
        files[name] = photo
        data["photo"] = name
    return data, files


def verification_url(db: Session, number: str) -> str:
    """The address that the QR code leads to."""
    options = db.get_bind().get_execution_options()
    base = str(options.get(OPTION_PUBLIC_URL, "http://127.0.0.1:8000"))
    return f"{base.rstrip('/')}/verify/{number}"


def _midnight(context: TaskContext) -> datetime:
    return datetime.combine(context.today, time(), UTC)
