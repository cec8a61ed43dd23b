"""States survive being written and read, whatever stands in them."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID, uuid4

import orjson
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.codec import FORMAT, HEADER_BYTES, dump_state, fingerprint, load_state
from engine.errors import BadState
from engine.instances import ProcessInstance
from engine.testing import BUNDLE
from engine.workflow import task_id_of, task_number_of

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | st.floats(allow_nan=False,
    allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner,
    max_size=3),
    max_leaves=8,
)  # fmt: skip
NAMES = st.sampled_from(["a", "b", "c", "typename", "data", "t", "类型"])


def everything(draw: Any) -> dict[str, bytes]:
    """Call activity, sub-process, multi-instance, boundary events, gateway, loop, all open."""
    sources: dict[str, bytes] = draw.document(
        draw.process(
            draw.node("parallelGateway", "fork")
            + draw.node("callActivity", "call", calledElement="child")
            + draw.event("boundaryEvent", "call_late", "timer duration P1D", attachedToRef="call")
            + draw.node(
                "subProcess", "inner",
                draw.user("in_a") + draw.node("startEvent", "in_s") + draw.node("endEvent", "in_e")
                + draw.flows("in_s>in_a in_a>in_e"),
            )
            + draw.event(
                "boundaryEvent", "inner_told", "message paid",
                attachedToRef="inner", cancelActivity="false",
            )
            + draw.user(
                "each",
                '<bpmn:multiInstanceLoopCharacteristics camunda:collection="= items" '
                'camunda:elementVariable="item"/>',
            )
            + draw.node("eventBasedGateway", "first")
            + draw.event("intermediateCatchEvent", "got", "message moved")
            + draw.event("intermediateCatchEvent", "over", "timer duration P9D")
            + draw.node("exclusiveGateway", "again", default="enough")
            + draw.user("round"),
            "s>fork fork>call fork>inner fork>each fork>first fork>round first>got first>over "
            "got>e over>e call>e call_late>e inner>e inner_told>e each>e "
            "round>again again>round[more = true] again>e:enough",
        )
    )  # fmt: skip
    sources["child.bpmn"] = draw.document(
        draw.process(
            draw.user("child_a").replace('id="s"', 'id="cs"') + draw.node("startEvent", "cs")
            + draw.node("endEvent", "ce"),
            "cs>child_a child_a>ce", "child",
        )
    )["main.bpmn"]  # fmt: skip
    return sources


def tree(workflow: Any) -> list[Any]:
    return [
        [
            [t.id, t._parent, t._children, t._state, t.task_spec.name, t.data, t.internal_data,
             t.triggered, t.last_state_change]
            for t in scope.tasks.values()
        ]
        + [scope.completed, scope.success, scope.data, scope.parent_task_id]
        for scope in workflow.scopes()
    ]  # fmt: skip


def stored(played: Any, instance_id: UUID) -> tuple[bytes, Any]:
    return played.rows(ProcessInstance, id=instance_id)[0].state, played.definitions.process(
        BUNDLE, "main"
    )


@pytest.fixture
def rehearsal(memory_stage: Callable[..., Any], draw: Any) -> Iterator[Any]:
    """One database for all examples."""
    played = memory_stage(everything(draw))
    yield played
    played.database.dispose()


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.dictionaries(NAMES, JSON, max_size=4),
    st.lists(st.tuples(st.integers(0, 20), st.dictionaries(NAMES, JSON, max_size=3)), max_size=8),
)
def test_round_trip(
    rehearsal: Any,
    variables: dict[str, Any],
    steps: list[tuple[int, dict[str, Any]]],
) -> None:
    played = rehearsal
    instance = played.start({**variables, "items": [1, 2, 3]})
    for number, answer in steps:
        ready = sorted(played.ready(instance).items())
        if ready:
            played.do("complete", ready[number % len(ready)][1], actor="li", variables=answer)
        state, process = stored(played, instance)

        again = load_state(state, process)

        written = dump_state(again)
        assert orjson.loads(written[HEADER_BYTES:]) == orjson.loads(state[HEADER_BYTES:])
        twice = load_state(written, process)
        assert tree(twice) == tree(again)
        assert sorted(twice.ready_manual) == sorted(again.ready_manual)


def test_state_holds_no_specs_and_no_ids(memory_stage: Callable[..., Any], draw: Any) -> None:
    played = memory_stage(everything(draw))
    first, second = played.start({"items": [1]}), played.start({"items": [1]})

    assert stored(played, first)[0] == stored(played, second)[0]
    assert len(stored(played, first)[0]) < 4000
    played.database.dispose()


@pytest.mark.parametrize(
    "values", [(1, True), (True, 1), (1, 1.0), (0, False), ([1], [True]), ({"a": 1}, {"a": 1.0})]
)
def test_equal_values_of_other_types_are_kept(
    memory_stage: Callable[..., Any], draw: Any, values: tuple[Any, Any]
) -> None:
    played = memory_stage(
        draw.document(draw.process(draw.user("a") + draw.user("b"), "s>a a>b b>e"))
    )
    instance = played.start({"x": values[0]})

    played.complete("a", x=values[1])

    assert orjson.dumps(played.data(instance)["x"]) == orjson.dumps(values[1])
    played.database.dispose()


def test_order_of_keys_does_not_matter(memory_stage: Callable[..., Any], draw: Any) -> None:
    """What a database's JSON type would do to a state leaves it whole."""
    played = memory_stage(everything(draw))
    instance = played.start({"items": [1, 2], "z": 1, "a": {"typename": "Task", "b": [1]}})
    state, process = stored(played, instance)
    body = orjson.dumps(orjson.loads(state[HEADER_BYTES:]), option=orjson.OPT_SORT_KEYS)
    from engine.codec import _checksum

    again = load_state(bytes([FORMAT]) + _checksum(body) + body, process)

    assert tree(again) == tree(load_state(state, process))
    played.database.dispose()


@pytest.mark.parametrize(
    "damage",
    [
        lambda state: b"",
        lambda state: b"\x63" + state[1:],
        lambda state: state[:-1],
        lambda state: state[:60] + b"X" + state[61:],
    ],
)
def test_damage_is_noticed(
    memory_stage: Callable[..., Any], draw: Any, damage: Callable[[bytes], bytes]
) -> None:
    played = memory_stage(everything(draw))
    state, process = stored(played, played.start({"items": []}))

    with pytest.raises(BadState):
        load_state(damage(state), process)
    played.database.dispose()


def test_state_of_another_process_is_refused(memory_stage: Callable[..., Any], draw: Any) -> None:
    played = memory_stage(everything(draw))
    state, _ = stored(played, played.start({"items": []}))

    with pytest.raises(BadState):
        load_state(state, played.definitions.process(BUNDLE, "child"))
    played.database.dispose()


def test_fingerprint_tells_states_apart(memory_stage: Callable[..., Any], draw: Any) -> None:
    played = memory_stage(everything(draw))
    instance = played.start({"items": []})
    before, _ = stored(played, instance)
    played.complete("child_a", x=1)
    after, _ = stored(played, instance)

    assert fingerprint(before) != fingerprint(after)
    assert len(fingerprint(before)) == HEADER_BYTES
    played.database.dispose()


def test_finished_scopes_are_pruned(memory_stage: Callable[..., Any], draw: Any) -> None:
    played = memory_stage(everything(draw))
    instance = played.start({"items": []})
    state, process = stored(played, instance)
    assert len(load_state(state, process).subprocesses) == 2

    played.complete("child_a")
    played.complete("in_a")

    state, _ = stored(played, instance)
    assert load_state(state, process).subprocesses == {}
    played.database.dispose()


@pytest.mark.parametrize("number", [1, 2, 2**32 - 1])
def test_task_ids(number: int) -> None:
    instance_id = uuid4()

    task_id = task_id_of(instance_id, number)

    assert task_number_of(task_id) == number
    assert task_id.version == 4
    assert task_id.int >> 32 == instance_id.int >> 32
