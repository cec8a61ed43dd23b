"""Tables of weights: they add up, and a scheme of the industry's occupation states the same."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import orjson
import pytest

from tasks.weight_tables import Difference, check_catalogue, read_weight_table

PACK = Path("processes/industries/electrician")
TABLE = orjson.loads((PACK / "theory_weights.json").read_bytes())
GROUPS = [{"name": one["name"], "weight": one["weight"]} for one in TABLE["groups"]]
ITEMS = [{"name": n, "weight": w} for one in TABLE["groups"] for n, w in one["items"]]


def groups(*rows: Any, total: Any = 100) -> bytes:
    return orjson.dumps({"total": total, "groups": [{"name": n, "weight": w} for n, w in rows]})


def test_the_packs_table_adds_up_and_the_pack_names_it() -> None:
    assert check_catalogue("theory_weights", orjson.dumps(TABLE)) == []
    assert orjson.loads((PACK / "industry.json").read_bytes())["weights"] == ["theory_weights"]


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (groups(("甲", 40), ("乙", 60)), []),
        (groups(("甲", 0.1), ("乙", 0.2), total=0.3), []),
        (groups(("甲", 40), ("乙", 59)), ["weights_do_not_add_up"]),
        (groups(("甲", 100), ("乙", 0)), ["weights_do_not_add_up"]),
        (groups(("甲", 110), ("乙", -10)), ["weights_do_not_add_up"]),
        (groups(("甲", 40), ("甲", 60)), ["weight_named_twice"]),
        (groups(), ["weights_do_not_add_up"]),
        (groups(("甲", "多")), ["bad_weights"]),
        (groups(("甲", "NaN")), ["bad_weights"]),
        (groups(("甲", None)), ["bad_weights"]),
        (b'{"total": 100, "groups": [{"name": "x"}]}', ["bad_weights"]),
        (b'{"total": 100, "groups": 7}', ["bad_weights"]),
        (
            b'{"total": 2, "groups": [{"name": "x", "weight": 2, "items": [["y", 1]]}]}',
            ["weights_do_not_add_up"],
        ),
        (
            b'{"total": 2, "groups": [{"name": "x", "weight": 2, "items": ["y"]}]}',
            ["bad_weights"],
        ),
        (b"[]", []),
        (b'{"volumes": []}', []),
    ],
)
def test_weights_add_up_to_their_whole(content: bytes, codes: list[str]) -> None:
    assert [one.code for one in check_catalogue("weights", content)] == codes


@pytest.mark.parametrize(
    ("weights", "difference"),
    [
        (GROUPS, None),
        (ITEMS, None),
        (list(reversed(ITEMS)), None),
        (
            [{"name": "基本知识", "weight": 22}, *GROUPS[1:]],
            Difference("基本知识", Decimal(22), Decimal(20)),
        ),
        (GROUPS[:2], Difference("相关知识", None, Decimal(2))),
        ([*GROUPS, {"name": "别的", "weight": 1}], Difference("别的", Decimal(1), None)),
        (
            [*ITEMS[:-1], {"name": "提高劳动生产率知识", "weight": 3}],
            Difference("提高劳动生产率知识", Decimal(3), Decimal(2)),
        ),
        ([], Difference("基本知识", None, Decimal(20))),
    ],
)
def test_a_scheme_states_the_groups_or_their_items(
    weights: list[dict[str, Any]], difference: Difference | None
) -> None:
    assert read_weight_table(TABLE).difference(weights) == difference
