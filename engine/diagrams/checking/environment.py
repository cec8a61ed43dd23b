"""What a diagram may refer to."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.diagrams.checking.variables import Providers

STAGES = (
    "preparation",
    "application_review",
    "venue_preparation",
    "conduct",
    "marking",
    "consolidation",
    "certification",
    "archiving",
)
DUTIES = ("review", "money", "marks", "items", "train", "assess", "issue")


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a service task has to be given, and what it may be given; None: anything besides."""

    required: frozenset[str]
    allowed: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Environment:
    """The names that exist, by kind. None: nothing is known, so it is not checked.

    `elements` are the ids in all diagrams of the bundle. `functions` are the host's FEEL functions.
    `stages` and `duties` are what the host gives a meaning to; `duties_of_groups` the only duties
    that some groups may have. `needs_people` is false where a
    script answers user tasks, so that they need not say who may. `providers` tell which variables
    forms, decisions, service tasks and other processes give. `service_inputs` are those of the
    service tasks of which they are known.
    """

    processes: Collection[str] | None = None
    forms: Collection[str] | None = None
    pages: Collection[str] | None = None
    decisions: Collection[str] | None = None
    service_tasks: Collection[str] | None = None
    groups: Collection[str] | None = None
    elements: Collection[str] | None = None
    functions: Mapping[str, Callable[..., Any]] | None = None
    stages: Collection[str] = STAGES
    duties: Collection[str] = DUTIES
    duties_of_groups: Mapping[str, Collection[str]] = field(default_factory=dict)
    needs_people: bool = True
    providers: Providers = field(default_factory=Providers)
    service_inputs: Mapping[str, Inputs] = field(default_factory=dict)
