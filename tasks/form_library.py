"""Forms of bundles, compiled once: a bundle never changes."""

import json
from collections import OrderedDict
from threading import Lock
from typing import Any

from sqlmodel import Session

from engine.definitions import Definitions
from engine.feel import compile_expression
from engine.terms import Terms
from forms import FormDefinition, parse_form
from tasks.terms import TermsLibrary

CACHED_FORMS = 512


class FormLibrary:
    """Finds the form that a bundle holds under an id."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
        self._terms = TermsLibrary(definitions)
        self._forms: OrderedDict[tuple[str, str], FormDefinition] = OrderedDict()
        self._lock = Lock()

    def form(self, db: Session, bundle_id: str, form_id: str) -> FormDefinition:
        """The form of a bundle.

        Raises:
            UnknownDefinition: The bundle has none of that id.
        """
        name = (bundle_id, form_id)
        with self._lock:
            found = self._forms.get(name)
            if found is not None:
                self._forms.move_to_end(name)
                return found
        content = self._definitions.content(db, bundle_id, "form", form_id)
        said = form_in(self._terms.of(db, bundle_id), content)
        form = parse_form(said, compile_expression=compile_expression)
        with self._lock:
            self._forms[name] = form
            while len(self._forms) > CACHED_FORMS:
                self._forms.popitem(last=False)
        return form


_SAID = frozenset(
    {
        "label",
        "dateLabel",
        "timeLabel",
        "description",
        "text",
        "jc:title",
        "placeholder",
        "prefixAdorner",
        "suffixAdorner",
        "patternErrorMessage",
        "quick",
    }
)
_ENGLISH = ".en"


def form_in(terms: Terms, content: bytes) -> bytes:
    """Give a form whose texts are said in these terms; keys, values and expressions stay."""
    if terms.are_plain:
        return content
    return json.dumps(_put(terms, json.loads(content)), ensure_ascii=False).encode()


def _put(terms: Terms, value: Any, name: str = "") -> Any:
    if isinstance(value, dict):
        return {key: _put(terms, one, key) for key, one in value.items()}
    if isinstance(value, list):
        return [_put(terms, one, name) for one in value]
    # Texts that begin with `=` are expressions.
    if not isinstance(value, str) or value.startswith("="):
        return value
    if name.endswith(_ENGLISH):
        return terms.put(value, "en")
    return terms.put(value) if name in _SAID else value
