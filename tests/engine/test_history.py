"""History is read in order, and says who did what."""

from collections.abc import Callable
from typing import Any

import pytest

from engine import HistoryKind, UnknownInstance, read_history, who_completed
from engine.instances import find_instances, get_instance
from engine.user_tasks import get_user_task


def test_reading_what_happened(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(
        draw.document(
            draw.process(
                draw.user("a") + draw.node("exclusiveGateway", "g", default="on") + draw.user("b"),
                "s>a a>g g>a[again = true] g>b:on b>e",
            )
        )
    )
    instance = played.start()
    played.complete("a", actor="li", again=True)
    played.complete("a", actor="wang", again=False)

    with played.database.reading() as db:
        kinds = [row.kind for row in read_history(db, instance)]
        answers = read_history(db, instance, kinds=[HistoryKind.COMPLETED])
        who = who_completed(db, instance, "a")
        nobody = who_completed(db, instance, "b")

    assert kinds == ["started", "completed", "completed"]
    assert [row.actor for row in answers] == ["li", "wang"]
    assert (who, nobody) == (["li", "wang"], [])


def test_finding_instances(sqlite_stage: Callable[..., Any], draw: Any) -> None:
    played = sqlite_stage(
        draw.document(
            draw.process(
                draw.user("a", camunda_candidateGroups="x,y,x"), "s>a a>e",
            )
        )
    )  # fmt: skip
    done, waiting = played.start(key="A"), played.start(key="A")
    played.do("complete", played.ready(done)["a"], actor="li")

    with played.database.reading() as db:
        every = [one.id for one in find_instances(db, "A")]
        still = [one.id for one in find_instances(db, "A", process_id="main", only_open=True)]
        assert get_instance(db, waiting).status == "running"
        task = get_user_task(db, played.ready()["a"])
        assert (task.groups(), task.excluded_elements()) == (["x", "y", "x"], [])
        with pytest.raises(UnknownInstance):
            get_instance(db, task.id)

    assert (set(every), still) == ({done, waiting}, [waiting])
