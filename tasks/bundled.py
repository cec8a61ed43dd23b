"""Definitions that a bundle has one of each, read once: a bundle never changes."""

from collections import OrderedDict
from collections.abc import Callable
from threading import Lock
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from engine.bundles import BundleHead, Name
from engine.chains import name_of
from engine.context import DefinitionSource
from engine.errors import UnknownDefinition
from engine.scopes import BASE, chain_of

CACHED_BUNDLES = 64

Read = TypeVar("Read")


class Bundled(Generic[Read]):
    """Finds one definition of each bundle; `otherwise` stands for what a bundle has not."""

    def __init__(
        self,
        definitions: DefinitionSource,
        name: Name,
        parse: Callable[[bytes], Read],
        otherwise: Callable[[], Read],
    ) -> None:
        self._definitions, self._name = definitions, name
        self._parse, self._otherwise = parse, otherwise
        self._found: OrderedDict[str, Read] = OrderedDict()
        self._lock = Lock()

    def of(self, db: Session, bundle_id: str) -> Read:
        """What the bundle holds."""
        with self._lock:
            if (found := self._found.get(bundle_id)) is not None:
                self._found.move_to_end(bundle_id)
                return found
        try:
            found = self._parse(self._definitions.content(db, bundle_id, *self._name))
        except UnknownDefinition:
            found = self._otherwise()
        with self._lock:
            self._found[bundle_id] = found
            while len(self._found) > CACHED_BUNDLES:
                self._found.popitem(last=False)
        return found


def current_bundle_of(db: Session, tenant: str) -> str | None:
    """The bundle that an organisation starts with now, else the base's; None before any is.

    Unlike `Definitions.current_bundle` it only reads.
    """
    for chain in (chain_of([f"organisation:{tenant}"]), (BASE,)):
        if (head := db.get(BundleHead, name_of(chain))) is not None:
            return head.bundle_id
    return None
