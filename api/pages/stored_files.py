"""Papers and evidence as downloads."""

from __future__ import annotations

from urllib.parse import quote

from fastapi import Response

from api.work import PageRouter, Reading, Work
from appraisal.objects import objects_of
from appraisal.papers import Paper, paper_content

router = PageRouter()
# Shown in the browser; anything else is only saved.
_SHOWN = ("application/pdf", "image/png", "image/jpeg")


@router.get("/papers/{paper_id}")
def read_paper(work: Reading, paper_id: int) -> Response:
    """Give a paper to staff whose post works with it, and to candidates their own."""
    paper = work.db.get(Paper, paper_id)
    work.require_seen("paper.read", paper)
    assert paper is not None
    name = f"{paper.title}.pdf" if paper.media_type == "application/pdf" else paper.title
    return _response(paper_content(work.db, paper), paper.media_type, name)


def file_response(work: Work, object_key: str, media_type: str, name: str) -> Response:
    """Give a stored file that somebody may see."""
    return _response(objects_of(work.db).get(object_key), media_type, name)


def _response(content: bytes, media_type: str, name: str) -> Response:
    shown = media_type in _SHOWN
    headers = {
        "Content-Disposition": f"{'inline' if shown else 'attachment'}; "
        f"filename*=UTF-8''{quote(name, safe='')}",
        "Cache-Control": "private, no-store",
        "X-Frame-Options": "DENY",
    }
    return Response(content, 200, headers, media_type if shown else "application/octet-stream")
