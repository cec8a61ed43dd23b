"""What a process that plays scenarios is asked to do."""

from collections.abc import Mapping
from dataclasses import dataclass

from engine.bundles import Name
from tasks.scenario_packs import Lowered
from tasks.scenarios import Scenario

KEPT_PACKS = 24
"""So many sets of definitions a process remembers; the oldest is forgotten first."""


@dataclass(frozen=True)
class NewPack:
    """Keep these definitions, by kind and key, under a name; `lowered` as in `Pack.of`."""

    name: str
    contents: Mapping[Name, bytes]
    lowered: Lowered


@dataclass(frozen=True)
class Play:
    """Play a scenario with the definitions of that name, for so many seconds at most."""

    pack: str
    scenario: Scenario
    seconds: float
