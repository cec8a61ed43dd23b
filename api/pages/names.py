"""What pages of the designer call scopes, definitions and versions: by their names, not keys."""

from __future__ import annotations

import re
from functools import cached_property

from api.i18n import translate
from api.work import Work
from engine.drafts import drafts_of
from engine.scopes import BASE, chain_of, is_scope
from engine.version_lists import latest_versions, resolve_versions
from tasks.definition_lists import scope_name
from tasks.definition_names import DefinitionName, name_in, names_of

KINDS = {
    "process": "流程",
    "decision": "决策",
    "form": "表单",
    "paper": "文书",
    "sheet": "评分表",
    "vocabulary": "用语",
    "catalogue": "目录",
    "posts": "岗位",
    "scenarios": "场景",
}
_SCOPE = re.compile(r"(?:industry|organisation):[\w.~-]*[\w]")


class Names:
    """Names in the reader's language, for one scope whose page is drawn."""

    def __init__(self, work: Work, scope: str) -> None:
        self._work = work
        self._scope = scope

    def scope(self, scope: str) -> str:
        """Name a scope; other organisations are not named to those who may not look into them."""
        if scope != BASE and not (is_scope(scope) and self._work.may("definition.read", scope)):
            return scope
        return scope_name(self._work.db, scope).told(self._work.language)

    def text(self, text: str) -> str:
        """Put names in the place of the scopes that a sentence speaks of."""
        return _SCOPE.sub(lambda found: self.scope(found[0]), text)

    def chain(self, chain: str) -> str:
        """Name a chain of scopes by what is special to it: its innermost scope."""
        return self.scope(chain.rpartition(" ")[2])

    def edition(self, edition: str | None) -> str:
        """Name a version that is written as `base@3`."""
        scope, _, version = (edition or "").rpartition("@")
        if not scope:
            return ""
        if not version.isdigit():
            return f"{self.scope(scope)} {translate('草稿', self._work.language)}"
        number = translate("第 %(number)s 版", self._work.language) % {"number": version}
        return f"{self.scope(scope)} {number}"

    def definition(self, name: str) -> str:
        """Name what is written as `process/score`, or a scope; what is neither stays."""
        kind, _, key = name.partition("/")
        if not key:
            return self.scope(name) if name == BASE or is_scope(name) else name
        label = translate(KINDS.get(kind, kind), self._work.language)
        title = self.title(kind, key)
        return f"{label} “{title}”" if self._work.language == "en" else f"{label}“{title}”"

    def process(self, process_id: str) -> str:
        """Give the title of a process."""
        return self.title("process", process_id)

    def title(self, kind: str, key: str) -> str:
        """Give the title of a definition as the scope has it; the key if it has none."""
        found = self._titles.get((kind, key))
        return key if found is None else found.told(self._work.language)

    @cached_property
    def _titles(self) -> dict[tuple[str, str], DefinitionName]:
        db = self._work.db
        chain = chain_of([self._scope])
        found = names_of(db, resolve_versions(chain, latest_versions(db, chain)).values())
        drafts = [one for one in drafts_of(db, self._scope) if one.content is not None]
        for draft in drafts:
            name = (draft.kind, draft.key)
            found.setdefault(name, name_in(*name, draft.content or b""))
        # Scenarios are called as their process is.
        process = {key: one for (kind, key), one in found.items() if kind == "process"}
        return found | {("scenarios", key): one for key, one in process.items()}
