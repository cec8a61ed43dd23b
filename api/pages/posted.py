"""What a page was sent as a form, within the usual bounds; pages with others say theirs."""

from typing import Annotated

from fastapi import Depends, Request
from starlette.datastructures import FormData


async def _posted(request: Request) -> FormData:
    return await request.form()


Posted = Annotated[FormData, Depends(_posted)]
_LONGEST = 200


def text_of(posted: FormData, name: str) -> str:
    """A line of text that was typed, without what is around it and beyond 200 characters."""
    return str(posted.get(name) or "").strip()[:_LONGEST]
