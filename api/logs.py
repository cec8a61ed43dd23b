"""Logs: one JSON object a line on standard error, without data of persons."""

import logging
import sys
import traceback
from typing import Any

import structlog
from structlog.typing import EventDict, Processor

from api.settings import Settings

_LONGEST_CHAIN = 5
_MOST_FRAMES = 20


def configure_logs(settings: Settings) -> None:
    """Set logging up for a process of our own; a host application keeps its logging."""
    json_lines = structlog.processors.JSONRenderer()
    level = getattr(logging, settings.log_level.upper())
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    structlog.configure(
        processors=[
            *shared,
            without_values,
            structlog.processors.JSONRenderer(),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(file=sys.stderr),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=shared,
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                without_values,
                json_lines,
            ],
        )
    )
    logging.basicConfig(level=max(level, logging.WARNING), handlers=[handler], force=True)


def without_values(_: Any, __: str, event: EventDict) -> EventDict:
    """Tell an exception by its kind and where it went through the code.

    Its message and the variables, which the usual tracebacks show, may be data of a person.
    """
    told = event.pop("exc_info", None)
    error = sys.exc_info()[1] if told is True else told[1] if isinstance(told, tuple) else told
    if not isinstance(error, BaseException):
        return event
    chain: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(chain) < _LONGEST_CHAIN:
        frames = traceback.extract_tb(cause.__traceback__)[-_MOST_FRAMES:]
        where = [f"{one.filename}:{one.lineno} {one.name}" for one in frames]
        chain.append({"kind": type(cause).__name__, "where": where})
        cause = cause.__cause__ or cause.__context__
    return {**event, "exception": chain}
