"""What open user tasks keep when their instance is moved."""

from collections.abc import Callable

import pytest

from engine.effects import Effect, EffectState
from engine.user_tasks import UserTask
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import AB, line, users
from tests.engine.moving.grounds import FORM, Ground


def test_a_user_task_keeps_who_has_it_and_its_form(ground: Callable[..., Ground]) -> None:
    due = '=date and time("2026-04-01T00:00:00Z")'
    played = ground()
    first = played.publish(line(D.user("a", camunda_dueDate=due), users("b"), text="s>a a>b b>e"))
    instance = played.begin()
    played.do("claim", played.ready()["a"], actor="li")
    before = played.rows(UserTask)[0]
    later = due.replace("04-01", "05-01")
    new = D.user("a", camunda_dueDate=later, camunda_candidateGroups="boss", name="再审")

    played.move(instance, played.publish(line(new, users("b"), text="s>a a>b b>e"), FORM + b" "))

    after = played.rows(UserTask)[0]
    assert (after.form_ref, after.form_bundle_id) == ("f", first)
    assert (after.id, after.assignee, after.due_at) == (before.id, "li", before.due_at)
    assert (after.name, after.groups()) == ("再审", ["boss"])


def test_forms_alone_move_without_touching_the_state(ground: Callable[..., Ground]) -> None:
    played = ground()
    first = played.publish(AB)
    instance = played.begin()
    before = played.kept(instance)
    second = played.publish(AB, form=FORM + b"\n")

    moved = played.move(instance, second)

    after = played.kept(instance)
    assert moved.effect.state == EffectState.CAN_MOVE
    assert [one.code for one in moved.effect.notes] == ["form_kept"]
    assert (after["state"], after["UserTask"]) == (before["state"], before["UserTask"])
    assert (before["bundle"], after["bundle"]) == (first, second)
    played.complete("a")
    assert [row.form_bundle_id for row in played.rows(UserTask)] == [first, second]


@pytest.mark.parametrize("at_once", [True, False], ids=["with the move", "afterwards"])
def test_open_tasks_get_new_forms_where_that_is_wanted(
    ground: Callable[..., Ground], at_once: bool
) -> None:
    played = ground()
    played.publish(line(D.user("a", camunda_formRef="f"), users("b"), text="s>a a>b b>e"))
    instance = played.begin()
    second = played.publish(AB, form=FORM + b"\n")
    if not at_once:
        played.move(instance, second)
    before = played.kept(instance)

    moved = played.move(instance, second, new_forms=True)

    assert [one.code for one in moved.effect.notes] == ["form_given"]
    assert [row.form_bundle_id for row in played.rows(UserTask)] == [second]
    assert isinstance(played.move(instance, second, new_forms=True), Effect)
    played.undo(instance, moved)
    assert played.kept(instance) == before
