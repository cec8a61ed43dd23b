"""Releases (发证核查): for each passer, whether a certificate may be made, and why."""

from collections.abc import Sequence

from sqlmodel import Field, Session, SQLModel, UniqueConstraint, col, select

from appraisal.enrolments import Enrolment


class Release(SQLModel, table=True):
    """What D14 says of one enrolment: issue, hold or refuse, with the row that decided."""

    __tablename__ = "certificate_release"
    __table_args__ = (UniqueConstraint("enrolment_id"),)

    id: int | None = Field(default=None, primary_key=True)
    session_id: int = Field(foreign_key="appraisal_session.id", index=True)
    enrolment_id: int = Field(foreign_key="enrolment.id")
    release: str = Field(max_length=20)
    row: str = Field(max_length=60)
    doubted: bool = False  # set by the data check
    reported: bool = False  # sent to the superior body
    accepted: bool | None = None  # its reply
    refusal: str = Field(default="", max_length=400)


def release_of(db: Session, enrolment: Enrolment) -> Release:
    """What is known of an enrolment's release; a new, held one when nothing is."""
    assert enrolment.id is not None
    known = db.exec(select(Release).where(Release.enrolment_id == enrolment.id)).first()
    return known or Release(
        session_id=enrolment.session_id, enrolment_id=enrolment.id, release="hold", row=""
    )


def releases_of(db: Session, session_id: int) -> Sequence[Release]:
    """The releases of a batch in the order they were first checked."""
    return db.exec(
        select(Release).where(Release.session_id == session_id).order_by(col(Release.id))
    ).all()


def read_reply(text: str, known: set[str]) -> tuple[dict[str, tuple[bool, str]], list[str]]:
    """Read reply lines into verdicts by enrolment number, and the sentences on wrong lines."""
    verdicts: dict[str, tuple[bool, str]] = {}
    errors: list[str] = []
    for no, raw in enumerate(text.splitlines(), start=1):
        parts = raw.replace(",", " ").replace("\t", " ").split(maxsplit=2)
        if not parts:
            continue
        if len(parts) < 2 or parts[1] not in ("通过", "退回", "accepted", "returned"):
            errors.append(
                f"第 {no} 行:应写“报名号 通过”或“报名号 退回 原因” / number, verdict, reason"
            )
        elif parts[0] not in known:
            errors.append(f"第 {no} 行:没有上报过 {parts[0]} / {parts[0]} was not reported")
        else:
            accepted = parts[1] in ("通过", "accepted")
            verdicts[parts[0]] = (accepted, "" if accepted else " ".join(parts[2:])[:400])
    return verdicts, errors
