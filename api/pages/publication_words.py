"""What the pages of publications say instead of keys: names of definitions, processes, scopes."""

from __future__ import annotations

from api.i18n import translate
from api.pages.editing import resolved, scope_name
from api.pages.names import KINDS
from api.work import Work
from engine.drafts import drafts_of
from engine.scopes import BASE
from tasks.definition_names import name_in


class PublicationWords:
    """Names what an examination speaks of; each is read when it is asked for, and once.

    >>> PublicationWords.kind_of("process/appraisal_session")
    ('process', 'appraisal_session')
    """

    def __init__(self, work: Work, scope: str) -> None:
        self._work = work
        self._scope = scope
        self._contents: dict[str, dict[str, bytes]] = {}
        self._names: dict[tuple[str, str], str] = {}

    @staticmethod
    def kind_of(definition: str) -> tuple[str, str]:
        """Take a definition's kind and key apart; the kind is empty for a bare scope."""
        kind, slash, key = definition.partition("/")
        return (kind, key) if slash else ("", definition)

    def definition(self, definition: str) -> str:
        """Name a definition with its kind, `流程“鉴定批次”`, or a scope."""
        kind, key = self.kind_of(definition)
        if kind not in KINDS:
            return scope_name(self._work, definition) if not kind else definition
        told = translate(KINDS[kind], self._work.language)
        return translate("%(kind)s“%(name)s”", self._work.language) % {
            "kind": told,
            "name": self._name("process" if kind == "scenarios" else kind, key),
        }

    def process(self, process_id: str) -> str:
        """Name a process."""
        return self._name("process", process_id)

    def chain(self, chain: str) -> str:
        """Name the scopes of a chain without the base that all have, from the outer one on."""
        inner = [one for one in chain.split(" ") if one != BASE] or [BASE]
        return " › ".join(scope_name(self._work, one) for one in inner)

    def _name(self, kind: str, key: str) -> str:
        if (kind, key) not in self._names:
            content = self._held(kind).get(key, b"")
            self._names[kind, key] = name_in(kind, key, content).told(self._work.language)
        return self._names[kind, key]

    def _held(self, kind: str) -> dict[str, bytes]:
        """Read what the scope has of a kind, drafts before what is published."""
        if kind not in self._contents:
            found = {
                key: one.content for key, one in resolved(self._work, self._scope, kind).items()
            }
            drafts = drafts_of(self._work.db, self._scope)
            found |= {one.key: one.content for one in drafts if one.kind == kind and one.content}
            self._contents[kind] = found
        return self._contents[kind]
