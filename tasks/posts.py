"""Posts and duties as the definitions say: of a bundle, and of an organisation today."""

from collections import OrderedDict
from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files
from threading import Lock
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.bundles import BundleHead
from engine.context import DefinitionSource
from engine.errors import UnknownDefinition
from engine.posts import NAME, Posts, parse_posts
from engine.publication import name_of
from engine.scopes import BASE, chain_of

CACHED_BUNDLES = 64
_OPTION = "jiancheng_posts"


class PostsLibrary:
    """Finds the posts that a bundle holds; a bundle never changes, so each is read once."""

    def __init__(self, definitions: DefinitionSource) -> None:
        self._definitions = definitions
        self._posts: OrderedDict[str, Posts] = OrderedDict()
        self._lock = Lock()

    def of(self, db: Session, bundle_id: str) -> Posts:
        """The posts of a bundle; of one from before posts were definitions, the packaged ones."""
        with self._lock:
            if (found := self._posts.get(bundle_id)) is not None:
                self._posts.move_to_end(bundle_id)
                return found
        try:
            found = parse_posts(self._definitions.content(db, bundle_id, *NAME))
        except UnknownDefinition:
            found = packaged_posts()
        with self._lock:
            self._posts[bundle_id] = found
            while len(self._posts) > CACHED_BUNDLES:
                self._posts.popitem(last=False)
        return found


def attach_posts(engine: Engine, library: PostsLibrary) -> None:
    """Let whoever acts in sessions of this engine be judged by the posts of the bundles."""
    engine.update_execution_options(**{_OPTION: library})


@lru_cache(maxsize=1)
def packaged_posts() -> Posts:
    """The posts that come with the product."""
    return parse_posts(files("processes").joinpath("base", "posts.json").read_bytes())


def posts_of_bundle(db: Session, bundle_id: str) -> Posts:
    """The posts and duties that hold where an instance is pinned to a bundle."""
    library: Any = db.get_bind().get_execution_options().get(_OPTION)
    return packaged_posts() if library is None else library.of(db, bundle_id)


def posts_of_organisation(db: Session, tenant: str) -> Posts:
    """The posts that an organisation appoints people to now."""
    bundle_id = current_bundle_of(db, [f"organisation:{tenant}"])
    return packaged_posts() if bundle_id is None else posts_of_bundle(db, bundle_id)


def current_bundle_of(db: Session, scopes: Sequence[str]) -> str | None:
    """The bundle that is current for these scopes, else for the base; None before any is.

    Unlike `Definitions.current_bundle` it only reads.
    """
    for chain in (chain_of(scopes), (BASE,)):
        if (head := db.get(BundleHead, name_of(chain))) is not None:
            return head.bundle_id
    return None
