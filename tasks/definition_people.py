"""Who drew and published definitions, by the keys that are stored of them."""

from __future__ import annotations

from collections.abc import Iterable

from sqlmodel import Session, col, select

from appraisal.people import Person
from tasks.actors import Actor


def people_named(db: Session, reader: Actor, keys: Iterable[str]) -> dict[str, str]:
    """Name those who are meant: people of the reader's organisation, and what is no person.

    Of people of other organisations nothing is told: empty text.
    """
    wanted = set(keys)
    ids = {int(key): key for key in wanted if key.isascii() and key.isdigit() and len(key) < 19}
    query = select(Person.id, Person.name).where(
        col(Person.id).in_(list(ids)), Person.organisation_id == reader.organisation_id
    )
    names = {str(person_id): name for person_id, name in db.exec(query).all()}
    named = {key: names.get(str(number), "") for number, key in ids.items()}
    return {key: named.get(key, key) for key in wanted}
