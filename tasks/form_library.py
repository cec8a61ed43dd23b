"""Forms of bundles, compiled once: a bundle never changes."""

from collections import OrderedDict
from threading import Lock

from sqlmodel import Session

from engine.definitions import Definitions
from engine.feel import compile_expression
from forms import FormDefinition, parse_form

CACHED_FORMS = 512


class FormLibrary:
    """Finds the form that a bundle holds under an id."""

    def __init__(self, definitions: Definitions) -> None:
        self._definitions = definitions
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
        form = parse_form(content, compile_expression=compile_expression)
        with self._lock:
            self._forms[name] = form
            while len(self._forms) > CACHED_FORMS:
                self._forms.popitem(last=False)
        return form
