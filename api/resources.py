"""What resources have in common: camelCase names, pages, entity tags."""

import hashlib
from typing import Annotated, Generic, TypeVar

from fastapi import Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from api.problems import Problem

MOST_ITEMS = 100

T = TypeVar("T")


class Resource(BaseModel):
    """A JSON object with camelCase names."""

    model_config = ConfigDict(alias_generator=to_camel, populate_by_name=True)


class Wanted(Resource):
    """What a client sends: unknown names are refused."""

    model_config = ConfigDict(extra="forbid")


class Page(Resource, Generic[T]):
    """Some items; `next` is the cursor of the following page, absent on the last."""

    items: list[T]
    next: str | None = None


Cursor = Annotated[str, Query(max_length=300, description="`next` of the page before")]
Limit = Annotated[int, Query(ge=1, le=MOST_ITEMS)]
Text = Annotated[str, Field(max_length=200)]


def etag_of(*parts: object) -> str:
    """A strong entity tag of what makes up a representation."""
    return f'"{hashlib.sha256(repr(parts).encode()).hexdigest()[:32]}"'


def require_match(request: Request, etag: str) -> None:
    """Refuse a change of something that is no longer what the client read.

    Raises:
        Problem: precondition-failed.
    """
    wanted = request.headers.get("if-match")
    if wanted is not None and wanted != "*" and etag not in _tags(wanted):
        raise Problem("precondition-failed", headers={"ETag": etag})


def not_modified(request: Request, etag: str) -> Response | None:
    """The short answer to a client that has this already."""
    if etag in _tags(request.headers.get("if-none-match", "")):
        return Response(status_code=304, headers={"ETag": etag})
    return None


def _tags(header: str) -> list[str]:
    return [tag.strip() for tag in header.split(",")]
