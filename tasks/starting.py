"""Start a process by hand: its start form is checked like any other."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlmodel import Session

from engine.definitions import Definitions
from engine.errors import UnknownProcess
from forms import CheckedAnswer, FormDefinition
from tasks.form_library import FormLibrary


def start_form(
    db: Session,
    definitions: Definitions,
    forms: FormLibrary,
    process_id: str,
    scopes: Sequence[str],
) -> FormDefinition | None:
    """The form that a process asks for when somebody starts it; None if it asks for nothing.

    Raises:
        UnknownProcess: Nobody can start such a process by hand.
    """
    bundle_id = definitions.current_bundle(db, scopes)
    definitions.load(db, bundle_id)
    starts = [
        one
        for one in definitions.start_events(bundle_id)
        if one.process_id == process_id and one.kind == "none"
    ]
    if not starts:
        raise UnknownProcess(process_id)
    form_id = starts[0].form_ref
    return None if form_id is None else forms.form(db, bundle_id, form_id)


def check_start(
    form: FormDefinition | None, answer: Mapping[str, Any], *, language: str = "zh-CN"
) -> CheckedAnswer:
    """Check the answer to a start form.

    Raises:
        InvalidAnswer: It does not fit.
    """
    if form is None:
        return CheckedAnswer({}, {}, {}, {})
    return form.check(answer, language=language)
