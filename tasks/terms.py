"""The words of bundles and organisations: what is said instead of the product's own terms."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Engine
from sqlalchemy.orm import Session

from engine.context import DefinitionSource
from engine.terms import NAME, PLAIN, Terms, read_terms
from tasks.bundled import Bundled, current_bundle_of

_OPTION = "jiancheng_terms"


class TermsLibrary(Bundled[Terms]):
    """The vocabularies of bundles; one that has none says everything as the product does."""

    def __init__(self, definitions: DefinitionSource) -> None:
        super().__init__(definitions, NAME, read_terms, lambda: PLAIN)


def attach_terms(engine: Engine, library: TermsLibrary) -> None:
    """Let the sessions of this engine find the vocabularies of bundles."""
    engine.update_execution_options(**{_OPTION: library})


def terms_of_bundle(db: Session, bundle_id: str) -> Terms:
    """The words of a bundle."""
    library: Any = db.get_bind().get_execution_options().get(_OPTION)
    return PLAIN if library is None else library.of(db, bundle_id)


def terms_of_organisation(db: Session, tenant: str) -> Terms:
    """The words that an organisation uses now."""
    bundle_id = current_bundle_of(db, tenant)
    return PLAIN if bundle_id is None else terms_of_bundle(db, bundle_id)
