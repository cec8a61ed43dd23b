"""Start a process by hand: who may, what it asks, and its answer checked like any other.

All of it is read from the bundle that the organisation starts with now.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from sqlmodel import Session

from engine.bundles import newest
from engine.definitions import Definitions
from engine.errors import UnknownProcess
from forms import CheckedAnswer, FormDefinition
from tasks.bundled import current_bundle_of
from tasks.definition_names import DefinitionName, name_in
from tasks.form_library import FormLibrary
from tasks.industries import CATALOGUE, industries


@dataclass(frozen=True)
class Startable:
    """A process that can be started by hand; `posts` are those that its diagram names."""

    process_id: str
    bundle_id: str
    form_id: str | None
    posts: frozenset[str]

    @property
    def is_offered(self) -> bool:
        """Whether people are offered it: it asks for something, or says who starts it."""
        return self.form_id is not None or bool(self.posts)


def startables(db: Session, definitions: Definitions, tenant: str) -> dict[str, Startable]:
    """The processes that an organisation can start without an event, by id."""
    bundle_id = current_bundle_of(db, tenant)
    if bundle_id is None:
        return {}
    definitions.load(db, bundle_id)
    return {
        one.process_id: Startable(one.process_id, bundle_id, one.form_ref, frozenset(one.groups))
        for one in definitions.start_events(bundle_id)
        if one.kind == "none"
    }


def startable(db: Session, definitions: Definitions, tenant: str, process_id: str) -> Startable:
    """One of them.

    Raises:
        UnknownProcess: Nobody can start such a process by hand.
    """
    found = startables(db, definitions, tenant).get(process_id)
    if found is None:
        raise UnknownProcess(process_id)
    return found


def start_names(
    db: Session, definitions: Definitions, found: Iterable[Startable]
) -> dict[str, DefinitionName]:
    """What people call processes, by id."""
    return {
        one.process_id: name_in(
            "process",
            one.process_id,
            definitions.content(db, one.bundle_id, "process", one.process_id),
        )
        for one in found
    }


def start_form(db: Session, forms: FormLibrary, found: Startable) -> FormDefinition | None:
    """The form that a process asks for when somebody starts it; None if it asks for nothing."""
    return None if found.form_id is None else forms.form(db, found.bundle_id, found.form_id)


def start_context(db: Session) -> dict[str, Any]:
    """What a start form can offer: `industries` as choices {value, label, label_en}."""
    return {"industries": [_choice(db, key) for key in industries(db)]}


def _choice(db: Session, key: str) -> dict[str, str]:
    rows = newest(db, [f"industry:{key}"])
    content = next(row.content for row in rows if (row.kind, row.key) == ("catalogue", CATALOGUE))
    name = name_in("catalogue", key, content)
    return {"value": key, "label": name.zh, "label_en": name.en}


def check_start(
    form: FormDefinition | None,
    answer: Mapping[str, Any],
    *,
    context: Mapping[str, Any] | None = None,
    language: str = "zh-CN",
) -> CheckedAnswer:
    """Check the answer to a start form.

    Raises:
        InvalidAnswer: It does not fit.
    """
    if form is None:
        return CheckedAnswer({}, {}, {}, {})
    return form.check(answer, context=context, language=language)
