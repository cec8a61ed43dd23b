"""What a new version means for an instance, by where that stands."""

from collections.abc import Callable

import pytest

from engine.effects import EffectState, Target, assess
from engine.instances import ProcessInstance
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import AB, CHANGES, Change, ids, line, users
from tests.engine.moving.grounds import FORM, Ground

CASES = [pytest.param(change, id=ids(change)) for change in CHANGES]


@pytest.mark.parametrize("change", CASES)
def test_effect(sqlite_ground: Callable[..., Ground], change: Change) -> None:
    _, old, completed, new, mapping, state, why = change
    played = sqlite_ground()
    played.publish(old)
    played.begin()
    for element in completed:
        played.complete(element)

    effect, *_ = played.weigh(played.publish(new), mapping)

    found = [one.code for one in effect.reasons] or [one.element_id for one in effect.questions]
    assert (effect.state, found[:1]) == (state, [why] if why else [])
    assert all(one.zh and one.en for one in effect.reasons)


def test_proposals_go_by_name_and_place(sqlite_ground: Callable[..., Ground]) -> None:
    played = sqlite_ground()
    played.publish(line(D.user("a", name="初审"), users("b"), text="s>a a>b b>e"))
    played.begin()
    new = line(
        D.user("n1", name="录入"), D.user("n2", name="资料初审"), D.node("task", "n3", name="初审"),
        users("b"), text="s>n1 n1>n3 n3>n2 n2>b b>e",
    )  # fmt: skip

    effect, *_ = played.weigh(played.publish(new))

    assert [(one.element_id, one.name) for one in effect.questions[0].proposals] == [
        ("n2", "资料初审"),
        ("n1", "录入"),
    ]


@pytest.mark.parametrize(
    ("changed", "expected"),
    [({"form": FORM + b" "}, EffectState.CAN_MOVE), ({"other": b"{}"}, EffectState.UNAFFECTED)],
    ids=["the form it shows", "a sheet that nothing asks"],
)
def test_definitions_that_it_uses_count(
    sqlite_ground: Callable[..., Ground], changed: dict[str, bytes], expected: str
) -> None:
    played = sqlite_ground()
    played.publish(AB)
    played.begin()

    effect, *_ = played.weigh(played.publish(AB, **changed))

    assert effect.state == expected


def test_what_is_on_hold_can_be_moved(ground: Callable[..., Ground]) -> None:
    played = ground()
    played.publish(AB)
    held = played.begin(key="1")
    played.begin(key="2")
    played.do("suspend", held, actor="li")

    effects = played.weigh(played.publish(line(users("a"), text="s>a a>e")))

    assert [(one.business_key, one.state, [r.code for r in one.notes]) for one in effects] == [
        ("1", "can_move", ["suspended"]),
        ("2", "can_move", []),
    ]


def test_only_instances_of_the_chains_and_filters_are_weighed(
    ground: Callable[..., Ground],
) -> None:
    played = ground()
    bundle = played.publish(AB)
    for key, scopes, tenant in (("1", ("base",), "x"), ("2", ("organisation:x",), "x")):
        played.do("start", "main", business_key=key, scopes=scopes, tenant=tenant, bundle_id=bundle)
    newer = played.publish(line(users("a"), text="s>a a>e"))
    with played.database.reading() as db:
        target = Target.stored(db, played.definitions, newer)  # type: ignore[arg-type]
        both = {"base": target, "base organisation:x": target}

        def keys(**which: object) -> list[str]:
            found = assess(db, played.definitions, both, **which)  # type: ignore[arg-type]
            return [one.business_key for one in found]

        one = played.rows(ProcessInstance, business_key="2")[0].id
        assert keys() == ["1", "2"]
        assert keys(instances=[one]) == ["2"]
        assert keys(bundles=["none"]) == keys(processes=["other"]) == keys(tenant="y") == []
