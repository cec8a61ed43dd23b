"""Service tasks that file papers, and the registry of what each paper shows.

A collector gives the data of one paper; the template is the bundle's paper of the same key, or
the general one. Collectors live beside the step they serve and register here by decorator.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, time
from typing import Any

from sqlmodel import Session

from appraisal.organisations import organisation_by_id
from appraisal.papers import Paper, file_paper
from appraisal.sessions import AppraisalSession, session_by_id
from appraisal.typesetting import render_pdf
from engine import Continue, ServiceTasks, TaskContext
from engine.killpoints import kill_point
from engine.terms import Terms
from tasks.paper_terms import paper_in
from tasks.terms import terms_of_bundle

service_tasks = ServiceTasks("papers")

GENERAL_TEMPLATE = "paper"
LIBRARY = "lib"
# Papers typeset in one transaction; a crash repeats at most so many.
CHUNK = 25


@dataclass(frozen=True)
class PaperData:
    """What one paper shows: the template's data and the files beside it (photos, codes)."""

    data: Mapping[str, Any]
    files: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True)
class FileData:
    """A paper that is a data file rather than a page."""

    content: bytes
    media_type: str


Collector = Callable[..., Mapping[str, Any] | PaperData | FileData]
Subjects = Callable[[Session, int], Sequence[str]]


@dataclass(frozen=True)
class PaperKind:
    """One kind of paper: how it is called, where it belongs, and who collects its data."""

    key: str
    title: str
    title_en: str
    step: int
    catalogue_item: str
    template: str
    collect: Collector
    subjects: Subjects | None


_KINDS: dict[str, PaperKind] = {}


def paper_data(
    key: str,
    *,
    title: str,
    title_en: str,
    step: int,
    catalogue_item: str = "",
    template: str = GENERAL_TEMPLATE,
    subjects: Subjects | None = None,
) -> Callable[[Collector], Collector]:
    """Register the collector of a kind of paper.

    The collector is called as `collect(db, session, subject)` and returns the template's data
    (`sections` for the general template) or `PaperData`. With `subjects`, one paper is filed
    for each of the subjects that it lists (enrolment numbers, room codes).
    """

    def register(collect: Collector) -> Collector:
        kind = PaperKind(key, title, title_en, step, catalogue_item, template, collect, subjects)
        known = _KINDS.setdefault(key, kind)
        if known.collect is not collect:
            raise ValueError(f"two collectors for paper {key}")
        return collect

    return register


def paper_kinds() -> Mapping[str, PaperKind]:
    """Every registered kind of paper by key."""
    return _KINDS


@service_tasks.register(run="job", name="file", gives="")
def file_papers(
    db: Session,
    context: TaskContext,
    *,
    paper: str,
    session_id: int,
    subject: str = "",
    subjects: Sequence[str] | None = None,
) -> Mapping[str, Any] | Continue:
    """Typeset and file every paper of the kinds named (comma separated).

    A kind that is made for each enrolment or room is filed for the `subject`, for the
    `subjects` (none if the list is empty), or without either for all, 25 a transaction.
    """
    session = session_by_id(db, session_id)
    given = [subject] if subject else subjects
    wanted = [
        (_KINDS[key.strip()], one)
        for key in paper.split(",")
        for one in _subjects(db, _KINDS[key.strip()], session_id, given)
    ]
    done = int(context.cursor or 0)
    for kind, one in wanted[done : done + CHUNK]:
        file_paper_of(db, context, kind, session, one)
    done = min(done + CHUNK, len(wanted))
    if done < len(wanted):
        return Continue(done, (done, len(wanted)))
    return {}


def _subjects(
    db: Session, kind: PaperKind, session_id: int, given: Sequence[str] | None
) -> Sequence[str]:
    if given is not None:
        return given
    return [""] if kind.subjects is None else kind.subjects(db, session_id)


def file_paper_of(
    db: Session, context: TaskContext, kind: PaperKind, session: AppraisalSession, subject: str
) -> Paper:
    """Typeset and file one paper."""
    assert session.id is not None
    collected = kind.collect(db, session, subject)
    terms = terms_of_bundle(db, context.bundle_id)
    if isinstance(collected, FileData):
        content, media_type = collected.content, collected.media_type
    else:
        content = _typeset(db, context, kind, session, collected, terms)
        media_type = "application/pdf"
    kill_point("while-rendering")
    return file_paper(
        db,
        Paper(
            session_id=session.id,
            organisation_id=session.organisation_id,
            key=kind.key,
            subject=subject,
            title=terms.put(kind.title),
            title_en=terms.put(kind.title_en, "en"),
            catalogue_item=kind.catalogue_item,
            step=kind.step,
            object_key="",
            size=0,
            media_type=media_type,
            created_at=context.now,
            instance_id=context.instance_id,
        ),
        content,
    )


def _typeset(
    db: Session,
    context: TaskContext,
    kind: PaperKind,
    session: AppraisalSession,
    collected: Mapping[str, Any] | PaperData,
    terms: Terms,
) -> bytes:
    if not isinstance(collected, PaperData):
        collected = PaperData(collected)
    organisation = organisation_by_id(db, session.organisation_id)
    data = {
        "title": terms.put(kind.title),
        "organisation": organisation.name,
        "organisation_en": organisation.name_en,
        "session": f"{session.name}({session.number})",
        **paper_in(terms, collected.data),
    }
    return render_pdf(
        _template(db, context, kind.template, terms),
        data,
        # The day, not the moment: typesetting again after a crash gives the same bytes.
        at=datetime.combine(context.today, time(), UTC),
        files={"lib.typ": _template(db, context, LIBRARY, terms), **collected.files},
    )


def _template(db: Session, context: TaskContext, key: str, terms: Terms) -> bytes:
    content = context.engine.definitions.content(db, context.bundle_id, "paper", key)
    # What Typst reads as code is ASCII: only Chinese words are put.
    return content if terms.are_plain else terms.put(content.decode()).encode()
