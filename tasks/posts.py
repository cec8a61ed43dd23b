"""Posts and duties as the definitions say: of a bundle, and of an organisation today."""

from functools import lru_cache
from importlib.resources import files
from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.context import DefinitionSource
from engine.posts import NAME, Posts, parse_posts
from tasks.bundled import Bundled, current_bundle_of

_OPTION = "jiancheng_posts"


class PostsLibrary(Bundled[Posts]):
    """The posts of bundles; of one from before posts were definitions, the packaged ones."""

    def __init__(self, definitions: DefinitionSource) -> None:
        super().__init__(definitions, NAME, parse_posts, packaged_posts)


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
    bundle_id = current_bundle_of(db, tenant)
    return packaged_posts() if bundle_id is None else posts_of_bundle(db, bundle_id)
