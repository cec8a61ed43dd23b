"""Prepared demo installations, copied for each run, and what a finished batch left behind."""

import re
import shutil
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import Any

from pypdf import PdfReader
from sqlalchemy.engine import URL
from sqlmodel import select

from api.application import build_installation
from api.simulation.demo import Access, demo_environment, demo_settings, set_up
from appraisal.candidates import Candidate
from appraisal.certificates import Certificate
from appraisal.enrolments import Enrolment, EnrolmentSubject
from appraisal.numbers import NumberRange
from appraisal.papers import Paper, paper_content
from appraisal.schemes import Scheme
from tasks.sample_batches import set_minimum

# Minutes and seconds depend on how long a run took, which a kill prolongs; and with them the
# digests and sizes of the files that hold them.
_VARIES = re.compile(r"\d{1,2}\s*:\s*\d{2}(\s*:\s*\d{2})?|\b[0-9a-f]{16,64}\b|\b\d+(,\d{3})+\b")

PaperName = tuple[str, str, int]
"""A paper's key, what it is about, and its version."""


@dataclass(frozen=True)
class Ground:
    """One demo installation, ready to be served."""

    access: Access
    folder: Path
    environment: Mapping[str, str]

    @classmethod
    def make(cls, folder: Path, url: URL | None = None, *, keys: Path | None = None) -> "Ground":
        """Prepare schema, definitions, people and links, on SQLite if no database is named.

        With the `keys` of another installation its codes are the same, too.
        """
        if keys is not None:
            shutil.copytree(keys, folder / "keys")
        environment = _environment(folder, url)
        settings = demo_settings(environment)
        access = set_up(settings)
        installation = build_installation(settings)
        with installation.database.transaction() as db:
            for scheme in db.exec(select(Scheme)):
                set_minimum(db, scheme, 1)
        installation.dispose()
        return cls(access, folder, environment)

    def copy(self, folder: Path) -> "Ground":
        """Make another of one on SQLite, whose database lies in its folder."""
        shutil.copytree(self.folder, folder)
        return Ground(self.access, folder, _environment(folder, None))


def _environment(folder: Path, url: URL | None) -> dict[str, str]:
    address = "" if url is None else url.render_as_string(hide_password=False)
    return {
        **demo_environment(folder),
        "JIANCHENG_MODE": "test",
        "JIANCHENG_DATABASE_URL": address,
        "JIANCHENG_LEASE_SECONDS": "1",
        # The same in every run, whatever port it has: it stands in the codes of certificates.
        "JIANCHENG_PUBLIC_URL": "http://127.0.0.1:8000",
    }


@dataclass(frozen=True)
class Legacy:
    """What a finished batch left: everything that must not depend on when processes died.

    `texts` are those of PDF papers, `digests` those of all papers.
    """

    outcomes: dict[str, Any]
    certificates: dict[str, str]
    ranges: list[tuple[str, int]]
    texts: dict[PaperName, str]
    digests: dict[PaperName, str]

    @property
    def timeless(self) -> dict[PaperName, str]:
        """The texts without what depends on how long the batch took."""
        return {name: _VARIES.sub("…", text) for name, text in self.texts.items()}

    @property
    def serials(self) -> dict[str, list[int]]:
        """The serials given out, in order, by what stands before them."""
        found: dict[str, list[int]] = defaultdict(list)
        for number in self.certificates.values():
            found[number[:16]].append(int(number[16:]))
        return {prefix: sorted(serials) for prefix, serials in found.items()}


def read_legacy(ground: Ground, people: Mapping[str, str]) -> Legacy:
    """Read what is left; `people` gives the roster's id by enrolment number."""
    installation = build_installation(demo_settings(ground.environment))
    try:
        with installation.database.reading() as db:
            enrolments = {one.id or 0: one for one in db.exec(select(Enrolment))}
            subjects = defaultdict(list)
            for one in db.exec(select(EnrolmentSubject)):
                facts = (one.subject, one.state, str(one.points), one.passed)
                subjects[one.enrolment_id].append(facts)
            outcomes = {
                people[one.number]: (one.state, one.outcome, one.fee_status, sorted(subjects[key]))
                for key, one in enrolments.items()
            }
            certificates = {
                people[enrolments[one.enrolment_id].number]: one.number
                for one in db.exec(select(Certificate))
            }
            ranges = sorted((one.key, one.next_value) for one in db.exec(select(NumberRange)))
            filed = {(one.key, one.subject, one.version): one for one in db.exec(select(Paper))}
            digests = {name: one.object_key for name, one in filed.items()}
            texts = {
                name: _text(paper_content(db, one))
                for name, one in filed.items()
                if one.media_type == "application/pdf"
            }
            assert len(db.exec(select(Candidate)).all()) == len(people)
    finally:
        installation.dispose()
    return Legacy(outcomes, certificates, ranges, texts, digests)


def _text(content: bytes) -> str:
    return "\n".join(page.extract_text() for page in PdfReader(BytesIO(content)).pages)
