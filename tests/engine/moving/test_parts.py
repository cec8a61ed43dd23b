"""New forms and decision tables for instances that keep their diagrams."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from engine.bundles import Bundle
from engine.database import Database
from engine.effects import Effect
from engine.feel.checking import ANYTHING
from engine.history import HistoryKind, read_history
from engine.knowledge import HostKnowledge
from engine.moving.moves import Moved
from engine.sources import Source
from engine.user_tasks import UserTask
from tests.engine.conftest import Draw as D
from tests.engine.moving.changes import FEE, TABLE, line, users
from tests.engine.moving.grounds import FORM, Ground

NEW_FORM = FORM + b"\n"
OLD = line(users("a", "b"), TABLE, text="s>a a>rule rule>b b>e")
NEW = line(users("a2", "b", "c"), TABLE, text="s>a2 a2>rule rule>b b>c c>e")


def fee(text: str) -> list[Source]:
    return [Source("decision", "fee", FEE % text.encode())]


@pytest.fixture
def played(ground: Callable[..., Ground]) -> Ground:
    """An instance at `a`, of which the current diagram knows nothing any more."""
    made = ground()
    made.publish(OLD, extra=fee("1"))
    made.begin()
    return made


def contents(played: Ground, bundle_id: str) -> tuple[bytes, bytes, bytes]:
    with played.database.reading() as db:
        names = ("process", "main"), ("form", "f"), ("decision", "fee")
        return tuple(played.definitions.content(db, bundle_id, *one) for one in names)  # type: ignore[attr-defined, return-value]


@pytest.mark.parametrize(
    ("parts", "form", "table"),
    [
        (["form"], NEW_FORM, "1"),
        (["decision"], FORM, "2"),
        (["decision", "form"], NEW_FORM, "2"),
    ],
    ids=["forms", "decisions", "both"],
)
def test_parts_are_taken_while_the_diagram_stays(
    played: Ground, parts: list[str], form: bytes, table: str
) -> None:
    newer = played.publish(NEW, NEW_FORM, fee("2"))
    [effect] = played.weigh(newer, parts=parts)
    before = played.kept(effect.instance_id)

    moved = played.move(effect.instance_id, newer, parts=parts)

    after = played.kept(effect.instance_id)
    assert (effect.state, effect.to_bundle) == ("can_move", after["bundle"])
    assert contents(played, after["bundle"]) == (OLD["main.bpmn"], form, FEE % table.encode())
    assert after["state"] == before["state"]
    played.undo(effect.instance_id, moved)
    assert played.kept(effect.instance_id) == before
    played.move(effect.instance_id, newer, parts=parts)
    played.complete("a")
    assert played.data(effect.instance_id)["y"] == int(table)
    assert {row.element_id: row.form_bundle_id for row in played.rows(UserTask)} == {
        "a": effect.bundle_id,
        "b": after["bundle"],
    }
    assert played.do("rebuild_rows") == 0
    assert played.finish(effect.instance_id) == ["b"]


def test_one_bundle_is_made_for_all_and_told_in_history(
    sqlite_ground: Callable[..., Ground],
) -> None:
    played = sqlite_ground()
    first = played.publish(OLD, extra=fee("1"))
    instances = [played.begin(key=str(number)) for number in range(3)]
    newer = played.publish(NEW, NEW_FORM, fee("2"))

    for one in instances:
        played.move(one, newer, parts=["form"], basis="7号")

    blended = played.kept(instances[0])["bundle"]
    assert {row.id for row in played.rows(Bundle)} == {first, newer, blended}
    with played.database.reading() as db:
        rows = read_history(db, instances[2], kinds=[HistoryKind.MOVED])
        told = [(row.actor, row.details) for row in rows]
    assert told == [
        ("wang", {"from": first, "to": blended, "parts": ["form"], "of": newer, "basis": "7号"})
    ]


@pytest.mark.parametrize(
    ("old", "new", "forms", "tables", "parts"),
    [
        (OLD, NEW, (FORM, FORM), ("1", "2"), ["form"]),
        (OLD, NEW, (FORM, NEW_FORM), ("1", "1"), ["decision"]),
        (OLD, NEW, (FORM, FORM), ("1", "1"), ["decision", "form"]),
    ],
    ids=["no form differs", "no table differs", "neither differs"],
)
def test_nothing_happens_where_these_parts_are_the_same(
    sqlite_ground: Callable[..., Ground],
    old: Any,
    new: Any,
    forms: tuple[bytes, bytes],
    tables: tuple[str, str],
    parts: list[str],
) -> None:
    played = sqlite_ground()
    played.publish(old, forms[0], fee(tables[0]))
    instance = played.begin()
    before = played.kept(instance)

    effect = played.move(instance, played.publish(new, forms[1], fee(tables[1])), parts=parts)

    assert isinstance(effect, Effect)
    assert (effect.state, effect.to_bundle) == ("unaffected", effect.bundle_id)
    assert played.kept(instance) == before


def test_a_form_that_the_newer_version_has_no_more_stays(
    sqlite_ground: Callable[..., Ground],
) -> None:
    old = line(users("a"), D.user("b", camunda_formRef="g"), text="s>a a>b b>e")
    played = sqlite_ground()
    played.publish(old, extra=[Source("form", "g", FORM.replace(b'"f"', b'"g"'))])
    instance = played.begin()
    with played.database.transaction() as db:
        sources = [Source("process", "main", line(users("a"), text="s>a a>e")["main.bpmn"])]
        report = played.definitions.publish(  # type: ignore[attr-defined]
            db, [*sources, Source("form", "f", NEW_FORM)], complete=True
        )

    moved = played.move(instance, report.bundle_id, parts=["form"])

    assert isinstance(moved, Moved)
    assert played.finish(instance) == ["a", "b"]


RISKS = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="jc"><decision id="fee" name="fee"><decisionTable id="t">
<output id="o" name="%s" typeRef="number"/><rule id="r"><outputEntry id="e"><text>4</text>
</outputEntry></rule></decisionTable></decision></definitions>"""
KNOWN = HostKnowledge(
    facts={},
    form_variables=lambda form: {one["key"]: ANYTHING for one in json.loads(form)["components"]},
)


@pytest.mark.parametrize(
    ("part", "other", "lost"), [("form", "decision", "points"), ("decision", "form", "risk")]
)
def test_parts_that_do_not_fit_the_diagram_are_refused(
    sqlite_database: Database, part: str, other: str, lost: str
) -> None:
    def asked(risk: str, points: str) -> tuple[dict[str, bytes], bytes, list[Source]]:
        ask = D.node("exclusiveGateway", "x", default="no")
        flows = f"s>a a>rule rule>x x>b[y.{risk} > {points}] x>c:no b>e c>e"
        begun = D.node("startEvent", "s", D.extensions(variables="number?: text"))
        drawn = line(begun, users("a", "b", "c"), TABLE, ask, text=flows)
        field = f'[{{"key":"{points}"}}]'.encode()
        return drawn, FORM.replace(b"[]", field), [Source("decision", "fee", RISKS % risk.encode())]

    played = Ground(sqlite_database, knowledge=KNOWN)
    played.publish(*asked("risk", "points"))
    instance = played.begin()
    before = played.kept(instance)
    renamed = {"risk": "risk", "points": "points", lost: "other"}
    newer = played.publish(*asked(renamed["risk"], renamed["points"]))

    alone = played.move(instance, newer, parts=[part])

    assert isinstance(alone, Effect)
    assert (alone.state, alone.to_bundle) == ("cannot", "")
    [why] = alone.reasons
    assert (why.code, why.element_id) == ("does_not_fit", "x")
    assert lost in why.zh
    assert played.kept(instance) == before
    assert isinstance(played.move(instance, newer, parts=[other]), Effect)
    assert isinstance(played.move(instance, newer), Moved)
