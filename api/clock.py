"""The business clock over HTTP: it can be moved forward where nothing real is at stake."""

from datetime import datetime, timedelta
from typing import Annotated

from fastapi import Response
from pydantic import Field

from api.resources import Resource, Wanted
from api.work import Posting, Reading, Work, WorkRouter
from engine.clock import ClockRefused
from engine.timers import next_due

router = WorkRouter(prefix="/clock", tags=["clock"])

LONGEST_LEAP = timedelta(days=366)


class ClockView(Resource):
    """Business time, and whether it may be moved here; if so, when the next timer is due."""

    now: datetime
    movable: bool
    next_timer_at: datetime | None = None


class Advance(Wanted):
    """How far to move: a duration such as P5D or PT90M."""

    by: Annotated[timedelta, Field(gt=timedelta(), le=LONGEST_LEAP)]


@router.get("")
def read_clock(work: Reading) -> ClockView:
    """Read business time."""
    work.require("clock.read")
    movable = work.installation.settings.clock_is_movable
    return ClockView(
        now=work.installation.clock.now(),
        movable=movable,
        next_timer_at=next_due(work.db) if movable else None,
    )


@router.post("/advance", response_model=ClockView)
def advance_clock(work: Posting, body: Advance) -> Response:
    """Move business time forward; due timers then fire one by one. Refused in production."""
    work.require("clock.move")
    return work.reply(ClockView(now=move_clock(work, body.by), movable=True))


def move_clock(work: Work, by: timedelta) -> datetime:
    """Move business time forward.

    Raises:
        ClockRefused: This is a production installation.
    """
    if not work.installation.settings.clock_is_movable:
        raise ClockRefused("production")
    return work.installation.clock.advance(work.db, by)
