"""What a new version means for an instance, by where that stands."""

from collections.abc import Callable

import pytest

from engine.effects import EffectState, Target, assess
from engine.instances import ProcessInstance
from engine.sources import Source
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import AB, CHANGES, FEE, TABLE, Change, ids, line, users
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


def called(inner: str, text: str) -> dict[str, bytes]:
    """A process that waits in one that it calls."""
    outer = D.node("callActivity", "call", calledElement="inner") + users("b")
    return D.document(
        D.process(outer, "s>call call>b b>e"),
        D.process(D.node("startEvent", "s_in") + D.node("endEvent", "e_in") + inner, text, "inner"),
    )


RULED = line(users("a", "b"), TABLE, text="s>a a>rule rule>b b>e")
WAITS = line(D.event("intermediateCatchEvent", "w", "message paid"), text="s>w w>e")
CALLS = called(users("a"), "s_in>a a>e_in")
CALLS_MORE = called(users("a", "c"), "s_in>a a>c c>e_in")
OTHER_NAME = called(D.user("a", name="Prüfen"), "s_in>a a>e_in")
POSTS = '{"posts":[{"key":"reviewer","name":"%s","name_en":"R"}],"duties":[],"exclusions":[]}'


@pytest.mark.parametrize(
    ("drawn", "completed", "newer", "changed", "state"),
    [
        (RULED, [], RULED, {"decision": "fee"}, "can_move"),
        (RULED, ["a"], RULED, {"decision": "fee"}, "unaffected"),
        (AB, [], AB, {"posts": "posts"}, "can_move"),
        (WAITS, [], WAITS, {"posts": "posts"}, "unaffected"),
        (CALLS, [], CALLS_MORE, {}, "can_move"),
        (CALLS, ["a"], CALLS_MORE, {}, "unaffected"),
        (CALLS, [], OTHER_NAME, {}, "can_move"),
        (CALLS, [], called(users("z"), "s_in>z z>e_in"), {}, "needs_mapping"),
        (CALLS, [], line(users("a", "b"), text="s>a a>b b>e"), {}, "needs_mapping"),
    ],
)
def test_each_kind_of_definition_counts_where_it_is_used(
    sqlite_ground: Callable[..., Ground],
    drawn: dict[str, bytes],
    completed: list[str],
    newer: dict[str, bytes],
    changed: dict[str, str],
    state: str,
) -> None:
    played = sqlite_ground()
    played.publish(drawn, extra=_versions(changed, 1))
    played.begin()
    for element in completed:
        played.complete(element)

    effect, *_ = played.weigh(played.publish(newer, extra=_versions(changed, 2)))

    assert effect.state == state


def _versions(changed: dict[str, str], number: int) -> list[Source]:
    contents = {"decision": FEE % str(number).encode(), "posts": (POSTS % number).encode()}
    fee = [Source("decision", "fee", contents["decision"])]
    others = [Source(kind, key, contents[kind]) for kind, key in changed.items()]
    return others if "decision" in changed else [*fee, *others]
