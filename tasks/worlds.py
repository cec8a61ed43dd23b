"""Given states for scenarios: each is a named function that fills an empty database."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from importlib import import_module
from pkgutil import iter_modules
from typing import Any
from uuid import UUID

from sqlmodel import Session

import tasks
from appraisal.errors import AppraisalError


class UnknownWorld(AppraisalError):
    """No given state has this name."""


@dataclass(frozen=True)
class Companion:
    """A process that runs already when a scenario's begins; `note` may write its instance down."""

    process_id: str
    business_key: str
    variables: Mapping[str, Any]
    note: Callable[[Session, UUID], None] = lambda _db, _instance_id: None


@dataclass(frozen=True)
class World:
    """What a scenario finds.

    `names` are what its steps may write as `$name`; `tenant` is the organisation's code.
    """

    tenant: str
    business_key: str = ""
    variables: Mapping[str, Any] = field(default_factory=dict)
    names: Mapping[str, Any] = field(default_factory=dict)
    companions: Sequence[Companion] = ()


@dataclass(frozen=True)
class Ground:
    """What several given states begin with: it may be there already when they are made.

    `key` is the same for all moments for which `make` makes the same.
    """

    key: Callable[[datetime], str]
    make: Callable[[Session, datetime], object]


WorldMaker = Callable[..., World]

_WORLDS: dict[str, WorldMaker] = {}
_GROUNDS: dict[str, Ground] = {}


def world(name: str, *, ground: Ground | None = None) -> Callable[[WorldMaker], WorldMaker]:
    """Register a given state: `def make(db, now, **given) -> World`."""

    def register(make: WorldMaker) -> WorldMaker:
        known = _WORLDS.setdefault(name, make)
        if known is not make:
            raise ValueError(f"two worlds are called {name}")
        if ground is not None:
            _GROUNDS[name] = ground
        return make

    return register


def make_world(db: Session, name: str, now: datetime, given: Mapping[str, Any]) -> World:
    """Fill the database with a given state.

    Raises:
        UnknownWorld: There is none of that name.
    """
    if name not in _WORLDS:
        raise UnknownWorld(name)
    return _WORLDS[name](db, now, **given)


def ground_of(name: str) -> Ground | None:
    """What a given state begins with, if others begin with the same."""
    return _GROUNDS.get(name)


def world_names() -> list[str]:
    """The names of all given states."""
    return sorted(_WORLDS)


def import_worlds() -> None:
    """Import every module of given states: they register themselves."""
    for module in iter_modules(tasks.__path__):
        if module.name.startswith("worlds_"):
            import_module(f"tasks.{module.name}")
