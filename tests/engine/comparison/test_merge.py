"""Three versions of a definition: what only one side changed is taken, else it is a conflict."""

from __future__ import annotations

import orjson
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.comparison import canonical, compare, merge
from engine.decisions import parse_decisions
from engine.diagrams.read import read_diagram
from tests.engine.comparison.drawings import STEPS, chain, table

FORM = {
    "type": "default",
    "id": "form",
    "components": [
        {"id": "f_1", "key": "name", "type": "textfield", "label": "姓名"},
        {"id": "f_2", "key": "age", "type": "number", "label": "年龄"},
        {
            "id": "f_3",
            "key": "route",
            "type": "select",
            "label": "路径",
            "values": [{"value": "a", "label": "甲"}, {"value": "b", "label": "乙"}],
        },
    ],
}


def form(**labels: str) -> bytes:
    """Write the form with other labels by the fields' keys."""
    fields = [{**one, "label": labels.get(str(one["key"]), one["label"])} for one in _fields()]
    return orjson.dumps({**FORM, "components": fields})


def _fields() -> list[dict[str, object]]:
    return list(FORM["components"])  # type: ignore[call-overload,no-any-return]


def sentences(found: object) -> list[str]:
    """Give the Chinese sentences of conflicts or changes."""
    return [one.message_zh for one in found]  # type: ignore[attr-defined]


def test_merge_takes_what_each_side_changed() -> None:
    base = chain(due={"review": "P2D"})
    ours = chain(due={"review": "P2D"}, names={"review": "初审"})
    theirs = chain(due={"review": "P5D", "pay": "P1D"})

    merged = merge("process", base, ours, theirs)

    wanted = chain(due={"review": "P5D", "pay": "P1D"}, names={"review": "初审"})
    assert merged.conflicts == ()
    assert merged.content == canonical("process", wanted)
    assert sentences(merged.taken) == [
        "“初审”的办理时限由 P2D 改为 P5D。",
        "“pay”的办理时限定为 P1D(原来没有)。",
    ]


@pytest.mark.parametrize(("side", "due"), [("ours", "P3D"), ("theirs", "P5D")])
def test_merge_of_the_same_attribute_is_a_conflict_until_a_side_is_chosen(
    side: str, due: str
) -> None:
    versions = [chain(due={"review": one}) for one in ("P2D", "P3D", "P5D")]

    merged = merge("process", *versions)
    conflict = merged.conflicts[0]
    chosen = merge("process", *versions, {conflict.id: side})  # type: ignore[dict-item]

    assert merged.content is None
    assert (conflict.element_id, conflict.part) == ("review", "due")
    assert (conflict.base, conflict.ours, conflict.theirs) == ("P2D", "P3D", "P5D")
    assert conflict.message_zh == "“review”的办理时限:本级改为 P3D,上级改为 P5D。"
    assert conflict.message_en == "The due date of “review”: P3D here, P5D outside."
    assert chosen.conflicts == ()
    assert chosen.content == canonical("process", chain(due={"review": due}))


def test_merge_keeps_a_step_that_ours_put_in_and_one_of_theirs_elsewhere() -> None:
    ours = chain(("apply", "train", "review", "pay", "sit", "issue"))
    theirs = chain(("apply", "review", "pay", "sit", "check", "issue"))

    merged = merge("process", chain(), ours, theirs)

    assert merged.conflicts == ()
    assert merged.content is not None
    wanted = chain(("apply", "train", "review", "pay", "sit", "check", "issue"))
    assert compare("process", wanted, merged.content) == ()


@pytest.mark.parametrize("side", ["ours", "theirs"])
def test_merge_of_removed_and_changed_is_one_conflict(side: str) -> None:
    """The step that comes back brings its flows and its drawing with it."""
    ours = chain(("apply", "pay", "sit", "issue"))
    theirs = chain(due={"review": "P5D"}, places={"review": 300})

    merged = merge("process", chain(), ours, theirs)
    chosen = merge("process", chain(), ours, theirs, {"removed:review:": side})  # type: ignore[dict-item]

    assert sentences(merged.conflicts) == ["用户任务“review”:本级删除了,上级有改动。"]
    assert chosen.content is not None
    assert compare("process", {"ours": ours, "theirs": theirs}[side], chosen.content) == ()


def test_merge_of_removed_and_used_is_a_conflict() -> None:
    """Ours removed the step that theirs leads a new flow to."""
    ours = chain(("apply", "review", "pay", "issue"))
    extra = b'<bpmn:sequenceFlow id="again" sourceRef="apply" targetRef="sit"/></bpmn:process>'
    theirs = chain().replace(b"</bpmn:process>", extra)

    merged = merge("process", chain(), ours, theirs)
    mine = merge("process", chain(), ours, theirs, {"removed:sit:": "ours"})

    assert sentences(merged.conflicts) == ["用户任务“sit”:本级删除了,上级有改动。"]
    assert mine.content is not None
    assert compare("process", ours, mine.content) == ()


def test_merge_moves_drawings_without_a_conflict() -> None:
    ours = chain(places={"review": 200, "pay": 100})
    theirs = chain(places={"review": 300, "pay": 300})

    merged = merge("process", chain(), ours, theirs)

    wanted = chain(places={"review": 200, "pay": 300})
    assert merged.content == canonical("process", wanted)


def test_merge_of_tables_by_cell_rule_and_column() -> None:
    base = table({"r1": [">= 18", '"5"', "true"], "r2": ["-", "-", "false"]})
    ours = table({"r1": [">= 16", '"5"', "true"], "r2": ["-", "-", "false"]})
    theirs = table(
        {
            "r1": [">= 18", '"5"', "-", "true"],
            "r3": ["-", '"4"', "2", "true"],
            "r2": ["-", "-", "-", "false"],
        },
        ("age", "level", "years"),
    )

    merged = merge("decision", base, ours, theirs)

    assert merged.content is not None
    wanted = theirs.replace(b"&gt;= 18", b"&gt;= 16").replace(b">= 18", b">= 16")
    assert compare("decision", wanted, merged.content) == ()
    assert list(parse_decisions(merged.content)) == ["t"]


def test_merge_of_a_new_rule_and_a_new_column_fills_the_cell() -> None:
    base = table({"r1": ["1", "2", "true"]})
    ours = table({"r1": ["1", "2", "true"], "r2": ["3", "4", "false"]})
    theirs = table({"r1": ["1", "2", "9", "true"]}, ("age", "level", "years"))

    merged = merge("decision", base, ours, theirs)

    assert merged.content is not None
    wanted = table(
        {"r1": ["1", "2", "9", "true"], "r2": ["3", "4", "-", "false"]}, ("age", "level", "years")
    )
    assert compare("decision", wanted, merged.content) == ()


def test_merge_of_one_cell_is_a_conflict_in_words() -> None:
    versions = [table({"r1": [age, "-", "true"]}) for age in ("1", "2", "3")]

    merged = merge("decision", *versions)

    assert sentences(merged.conflicts) == ["规则 1 的“age”:本级改为 2,上级改为 3。"]


def test_merge_of_rules_in_two_other_orders_is_a_conflict() -> None:
    rows = {name: [name, "-", "true"] for name in ("a", "b", "c")}
    versions = [table({name: rows[name] for name in order}) for order in ("abc", "bac", "acb")]

    merged = merge("decision", *versions)

    assert sentences(merged.conflicts) == ["决策“Table”的规则或列的次序两边都改了。"]


def test_merge_of_forms_by_field_and_attribute() -> None:
    ours = orjson.loads(form(name="考生姓名"))
    ours["components"].insert(
        1, {"id": "f_9", "key": "phone", "type": "textfield", "label": "电话"}
    )
    theirs = orjson.loads(form(age="周岁"))
    theirs["components"][2]["values"].append({"value": "c", "label": "丙"})

    merged = merge("form", form(), orjson.dumps(ours), orjson.dumps(theirs))

    ours["components"][2]["label"] = "周岁"
    ours["components"][3]["values"].append({"value": "c", "label": "丙"})
    assert merged.content is not None
    assert orjson.loads(merged.content) == ours


def test_merge_of_papers_by_line() -> None:
    merged = merge("paper", b"a\nb\nc\nd\n", b"A\nb\nc\nd\n", b"a\nb\nc\nD\ne\n")
    clash = merge("paper", b"a\nb\nc\n", b"a\nX\nc\n", b"a\nY\nc\n")

    assert merged.content == b"A\nb\nc\nD\ne\n"
    assert [(one.id, one.ours, one.theirs) for one in clash.conflicts] == [("value:2:", "X", "Y")]


def test_merge_of_scenarios_by_name() -> None:
    base = b"- name: one\n  at: 1\n- name: two\n  at: 1\n"

    merged = merge(
        "scenarios",
        base,
        base.replace(b"one\n  at: 1", b"one\n  at: 9"),
        base + b"- name: three\n",
    )

    assert merged.content == b"- name: one\n  at: 9\n- name: two\n  at: 1\n- name: three\n"


LIMITS = st.dictionaries(st.sampled_from(STEPS), st.sampled_from(["P1D", "P2D", "P3D"]))
NAMES = st.dictionaries(st.sampled_from(STEPS), st.sampled_from(["甲", "乙"]))
KEPT = st.lists(st.sampled_from([*STEPS, "train", "check"]), unique=True, min_size=1).map(tuple)


@st.composite
def chains(draw: st.DrawFn) -> bytes:
    """Draw a diagram of some steps with some limits and names."""
    return chain(draw(KEPT), due=draw(LIMITS), names=draw(NAMES))


CELLS = st.sampled_from(["1", "2", "-"])
TABLES = st.dictionaries(
    st.sampled_from(["r1", "r2", "r3"]), st.tuples(CELLS, CELLS, CELLS).map(list), min_size=1
).map(table)
FORMS = st.fixed_dictionaries(
    {}, optional={one: st.sampled_from(["甲", "乙"]) for one in ("name", "age", "route")}
).map(lambda labels: form(**labels))
TEXTS = st.lists(st.sampled_from("abc"), max_size=5).map(lambda lines: "\n".join(lines).encode())


def versions_of(number: int) -> st.SearchStrategy[tuple[str, list[bytes]]]:
    """Draw so many versions of one kind."""
    kinds = {"process": chains(), "decision": TABLES, "form": FORMS, "paper": TEXTS}
    return st.sampled_from(sorted(kinds)).flatmap(
        lambda kind: st.tuples(
            st.just(kind), st.lists(kinds[kind], min_size=number, max_size=number)
        )
    )


@settings(deadline=None)
@given(versions_of(2))
def test_merge_with_one_side_unchanged_gives_the_other(case: tuple[str, list[bytes]]) -> None:
    kind, (one, other) = case

    for merged in (merge(kind, one, one, other), merge(kind, one, other, one)):
        assert merged.conflicts == ()
        assert merged.content is not None
        assert compare(kind, other, merged.content) == ()
    assert merge(kind, one, other, other).conflicts == ()


@settings(deadline=None)
@given(versions_of(3))
def test_merge_finds_the_same_conflicts_from_both_sides(case: tuple[str, list[bytes]]) -> None:
    kind, (base, ours, theirs) = case

    here, there = merge(kind, base, ours, theirs), merge(kind, base, theirs, ours)

    assert {one.id for one in here.conflicts} == {one.id for one in there.conflicts}
    assert {(one.id, one.ours, one.theirs) for one in here.conflicts} == {
        (one.id, one.theirs, one.ours) for one in there.conflicts
    }


@settings(deadline=None)
@given(versions_of(3), st.sampled_from(["ours", "theirs"]))
def test_merge_with_every_conflict_decided_can_be_read(
    case: tuple[str, list[bytes]], side: str
) -> None:
    kind, (base, ours, theirs) = case
    choices = {one.id: side for one in merge(kind, base, ours, theirs).conflicts}

    merged = merge(kind, base, ours, theirs, choices)  # type: ignore[arg-type]

    assert merged.content is not None
    assert canonical(kind, merged.content) == canonical(kind, canonical(kind, merged.content))
    if kind == "process":
        root = read_diagram(merged.content)
        ids = {one.get("id") for one in root.iter() if one.get("id")}
        ends = [one.get(end) for one in root.iter() for end in ("sourceRef", "targetRef")]
        assert {one for one in ends if one} <= ids


@settings(deadline=None)
@given(
    st.dictionaries(st.sampled_from(STEPS[:2]), st.sampled_from(["P1D", "P2D"])),
    st.dictionaries(st.sampled_from(STEPS[2:]), st.sampled_from(["P1D", "P2D"])),
)
def test_merge_of_edits_in_different_places_has_both(
    mine: dict[str, str], other: dict[str, str]
) -> None:
    merged = merge("process", chain(), chain(due=mine), chain(due=other))

    assert merged.content is not None
    assert compare("process", chain(due={**mine, **other}), merged.content) == ()
