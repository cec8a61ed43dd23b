"""What decisions need and give, as those see it who try them out."""

from pathlib import Path

from engine.decisions.outline import Needed, outline_decisions
from engine.decisions.trial import try_samples

BASE = Path("processes/base")


def read(name: str) -> bytes:
    return next(BASE.rglob(f"{name}.dmn")).read_bytes()


def test_columns_are_named_with_their_types_and_values() -> None:
    [found] = outline_decisions(read("d5_opening"))

    assert (found.id, found.name, found.table_id) == (
        "d5_opening", "D5 开考决定", "d5_opening_table",
    )  # fmt: skip
    assert [(one.name, one.label, one.type) for one in found.inputs] == [
        ("session_kind", "鉴定类型", "string"),
        ("admitted", "通过人数", "number"),
        ("shortage", "距最低开考人数", "number"),
        ("merge_target", "有可并入的项目", "boolean"),
    ]
    assert found.inputs[0].values == ("enterprise", "contest", "assessor_exam", "dedicated")
    assert found.outputs == (("action", "动作"),)


def test_parts_of_a_variable_stand_for_the_whole() -> None:
    [found] = outline_decisions(read("d2_eligibility"))

    names = [one.name for one in found.inputs]
    assert "application" not in names
    assert all(name.startswith("application.") for name in names)
    assert len(names) > 3


def test_what_is_no_dmn_has_no_decisions() -> None:
    assert outline_decisions(b"<x/>") == []
    assert outline_decisions(b"<!DOCTYPE x [<!ENTITY a 'b'>]><x>&a;</x>") == []


def test_literal_expression_needs_what_it_names() -> None:
    xml = b"""<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="f" name="f"
      namespace="x"><inputData id="i" name="points"><variable name="points" typeRef="number"/>
      </inputData><decision id="d" name="double">
      <informationRequirement><requiredInput href="#i"/></informationRequirement>
      <literalExpression><text>points * factor</text></literalExpression></decision>
      </definitions>"""
    [found] = outline_decisions(xml)

    assert found.table_id == ""
    assert found.inputs == (Needed("factor", "factor"), Needed("points", "points", "number"))


def test_samples_are_decided_one_by_one() -> None:
    samples = [
        {"session_kind": "public", "admitted": 0, "shortage": 5, "merge_target": True},
        {"session_kind": "contest", "admitted": 3, "shortage": 5, "merge_target": False},
        {"session_kind": "public", "admitted": "many"},
    ]
    found = try_samples(read("d5_opening"), "d5_opening", samples)

    assert [[row.number for row in one.fired] for one in found] == [[1], [2], []]
    assert [one.trial.value for one in found][:2] == ["postpone", "open"]
    assert not found[2].trial.evaluated
    assert "应为 number" in found[2].trial.remarks[0].message_zh
