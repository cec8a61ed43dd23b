"""Tables of weights (要素比重表): what each part of a subject counts for, as an industry keeps it.

A catalogue with `occupation`, `level`, `subject`, `source`, `total` and `groups`: [{name, weight,
items: [[name, weight], …]}, …]. An industry names its tables in its catalogue `industry`, under
`weights`. A scheme of that occupation and level has to state the same weights, those of the groups
or those of their items.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any

import orjson
from sqlmodel import Session

from engine.context import DefinitionSource
from engine.errors import UnknownDefinition
from engine.findings import Finding
from tasks.industries import CATALOGUE

Weights = dict[str, Decimal]


@dataclass(frozen=True)
class Difference:
    """A part that a scheme weighs otherwise; without `wanted` the table does not have it."""

    name: str
    stated: Decimal | None
    wanted: Decimal | None


@dataclass(frozen=True)
class WeightTable:
    """The weights of one subject of an occupation at a level, in groups and in their items."""

    occupation: str
    level: str
    subject: str
    groups: Weights
    items: Weights

    def difference(self, weights: Iterable[Mapping[str, Any]]) -> Difference | None:
        """Find the first part that a scheme's `weights` ([{name, weight}]) give otherwise."""
        stated = {str(one.get("name")): _number(one.get("weight")) for one in weights}
        if stated in (self.groups, self.items):
            return None
        wanted = self.items if stated.keys() & self.items.keys() else self.groups
        return next(
            Difference(name, stated.get(name), wanted.get(name))
            for name in (*wanted, *stated)
            if stated.get(name) != wanted.get(name)
        )


def weight_tables(db: Session, definitions: DefinitionSource, bundle_id: str) -> list[WeightTable]:
    """The tables that the industry of a bundle names; one without any has none."""
    try:
        catalogue = orjson.loads(definitions.content(db, bundle_id, "catalogue", CATALOGUE))
    except UnknownDefinition:
        return []
    listed = catalogue.get("weights") if isinstance(catalogue, dict) else None
    return [
        read_weight_table(orjson.loads(definitions.content(db, bundle_id, "catalogue", str(key))))
        for key in (listed if isinstance(listed, list) else [])
    ]


def read_weight_table(content: Mapping[str, Any]) -> WeightTable:
    """Read a table that `check_catalogue` has nothing against."""
    groups = content["groups"]
    return WeightTable(
        str(content.get("occupation")),
        str(content.get("level")),
        str(content.get("subject")),
        {str(one["name"]): _number(one["weight"]) for one in groups},
        {str(name): _number(weight) for one in groups for name, weight in one.get("items", [])},
    )


def check_catalogue(_: str, content: bytes) -> list[Finding]:
    """What stands against publishing a catalogue: weights that do not add up."""
    catalogue = orjson.loads(content)
    if not isinstance(catalogue, dict) or "groups" not in catalogue or "total" not in catalogue:
        return []
    try:
        return list(_sums(catalogue))
    except (TypeError, ValueError, KeyError, AttributeError):
        return [
            Finding(
                "bad_weights",
                "比重表的每组须有 name 和 weight,细目写成 [名称, 比重]。",
                "Each group of a table of weights has a name and a weight; items are written "
                "[name, weight].",
            )
        ]


def _sums(catalogue: Mapping[str, Any]) -> Iterator[Finding]:
    groups: Sequence[Mapping[str, Any]] = catalogue["groups"]
    names = [str(one["name"]) for one in groups]
    names += [str(name) for one in groups for name, _ in one.get("items", [])]
    for name in sorted({one for one in names if names.count(one) > 1}):
        yield Finding(
            "weight_named_twice",
            f"比重表里“{name}”出现了两次。",
            f"“{name}” stands twice in the table of weights.",
        )
    yield from _sum("", catalogue["total"], [one["weight"] for one in groups])
    for one in groups:
        if one.get("items"):
            yield from _sum(str(one["name"]), one["weight"], [w for _, w in one["items"]])


def _sum(name: str, whole: object, parts: Sequence[object]) -> Iterator[Finding]:
    total, numbers = _number(whole), [_number(part) for part in parts]
    if sum(numbers) == total and all(number > 0 for number in numbers):
        return
    zh, en = (f"“{name}”各细目", f"The items of “{name}”") if name else ("各组", "The groups")
    yield Finding(
        "weights_do_not_add_up",
        f"{zh}的比重须大于 0 且合计为 {total},现为 {sum(numbers)}。",
        f"{en} must each weigh more than 0 and add up to {total}; they add up to {sum(numbers)}.",
    )


def _number(value: object) -> Decimal:
    """Read a weight.

    Raises:
        ValueError: It is no finite number.
    """
    try:
        number = Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError(f"no number: {value!r}") from error
    if not number.is_finite():
        raise ValueError(f"no number: {value!r}")
    return number
