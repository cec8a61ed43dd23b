"""Whose each part of a diagram is, through the scopes that changed it."""

import pytest

from engine.comparison.origins import origins_of
from tests.engine.comparison.drawings import STEPS, chain

BASE, PACK, OWN = "base", "industry:gas", "organisation:o"
PLAIN = chain()
CHECKED = ("apply", "check", *STEPS[1:])


@pytest.mark.parametrize(
    ("layers", "pack", "own"),
    [
        ([(BASE, PLAIN)], set(), set()),
        ([(BASE, PLAIN), (OWN, PLAIN)], set(), set()),
        # Only drawn elsewhere: still the outer one's.
        ([(BASE, PLAIN), (OWN, chain(places={"pay": 300}))], set(), set()),
        ([(BASE, PLAIN), (OWN, chain(names={"pay": "缴费"}))], set(), {"pay"}),
        ([(BASE, PLAIN), (OWN, chain(due={"sit": "P1D"}))], set(), {"sit"}),
        ([(BASE, PLAIN), (PACK, chain(CHECKED))], {"check", "f_check", "f_apply"}, set()),
        (
            [(BASE, PLAIN), (PACK, chain(CHECKED)), (OWN, chain(CHECKED, names={"pay": "缴费"}))],
            {"check", "f_check", "f_apply"},
            {"pay"},
        ),
        # Whoever changed it last.
        (
            [
                (BASE, PLAIN),
                (PACK, chain(names={"pay": "缴费"})),
                (OWN, chain(names={"pay": "交费"})),
            ],
            set(),
            {"pay"},
        ),
        # What an inner scope left out is nobody's.
        (
            [(BASE, PLAIN), (PACK, chain(CHECKED)), (OWN, chain(("apply", *STEPS[2:])))],
            set(),
            {"f_apply"},
        ),
    ],
)
def test_a_part_is_whose_changed_it_last(
    layers: list[tuple[str, bytes]], pack: set[str], own: set[str]
) -> None:
    found = origins_of(layers)

    assert {part for part, scope in found.items() if scope == PACK} == pack
    assert {part for part, scope in found.items() if scope == OWN} == own
    assert set(found) == set(origins_of(layers[-1:]))
