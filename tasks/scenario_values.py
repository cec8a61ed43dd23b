"""Values as a scenario writes them: answers with files, and moments."""

import base64
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from engine.scripted_runs import START_AT
from forms import GivenFile


def answer_of(answer: Mapping[str, Any]) -> dict[str, Any]:
    """Read an answer; `{file: name, base64: …}` or `{file: name}` stands for an uploaded file."""
    return {key: _files(value) for key, value in answer.items()}


def _files(value: Any) -> Any:
    if isinstance(value, Mapping) and "file" in value:
        content = base64.b64decode(value.get("base64", "JVBERi0xLjQK"))
        return GivenFile(str(value["file"]), "application/pdf", content)
    if isinstance(value, Mapping):
        return {key: _files(item) for key, item in value.items()}
    return [_files(item) for item in value] if isinstance(value, list) else value


def moment_of(value: str | datetime) -> datetime:
    """Read a moment, written as text or as YAML reads it."""
    moment = datetime.fromisoformat(value) if isinstance(value, str) else value
    # YAML gives a time with an offset as a naive one in UTC.
    return moment if moment.tzinfo else moment.replace(tzinfo=START_AT.tzinfo)
