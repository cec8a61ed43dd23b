"""An answer is accepted whole, or refused with every reason at its field."""

from __future__ import annotations

from base64 import b64encode
from decimal import Decimal
from hashlib import sha256
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from engine.feel import compile_expression
from forms import FormDefinition, GivenFile, InvalidAnswer, parse_form


def form(*components: dict[str, Any]) -> FormDefinition:
    schema = {"id": "test_form", "jc:title": "测试", "components": list(components)}
    return parse_form(schema, compile_expression=compile_expression)


def field(kind: str, key: str = "x", **more: Any) -> dict[str, Any]:
    return {"type": kind, "key": key, "id": f"id_{key}", "label": f"标题{key}", **more}


def choice(kind: str, key: str, *values: str, **more: Any) -> dict[str, Any]:
    listed = [{"value": value, "label": value} for value in values]
    return field(kind, key, values=listed, **more)


def refusals(definition: FormDefinition, answer: Any, **more: Any) -> list[tuple[str, str]]:
    with pytest.raises(InvalidAnswer) as caught:
        definition.check(answer, **more)
    return [(error.pointer, error.code) for error in caught.value.errors]


TEXT = field("textfield", validate={"minLength": 2, "maxLength": 4})
POINTS = field("number", decimalDigits=1, validate={"min": 0, "max": 100})
VERDICT = choice("radio", "verdict", "pass", "reject")
REASON = field(
    "textarea",
    "reason",
    validate={"required": True},
    conditional={"hide": '=verdict != "reject"'},
    properties={"jc:variable": "reason"},
)


@pytest.mark.parametrize(
    ("component", "raw", "kept"),
    [
        (TEXT, "王建", "王建"),
        (TEXT, "  王建国庆 ", "王建国庆"),
        (TEXT, None, None),
        (TEXT, "=1+1", "=1+1"),
        (field("textfield"), "阿不都·热合曼𬱖", "阿不都·热合曼𬱖"),
        (field("textarea"), "a\r\nb", "a\nb"),
        (POINTS, 0, 0),
        (POINTS, 59.5, 59.5),
        (POINTS, 60.0, 60),
        (POINTS, Decimal("100.0"), 100),
        (POINTS, "", None),
        (field("checkbox"), None, False),
        (field("checkbox"), True, True),
        (choice("checklist", "x", "a", "b"), ["b", "a"], ["b", "a"]),
        (choice("checklist", "x", "a", "b"), [], None),
        (choice("select", "x", "a", "b"), "b", "b"),
        (field("select", values=[{"value": 12, "label": "十二"}]), "12", 12),
        (field("datetime", subtype="date"), "2028-02-29", "2028-02-29"),
        (field("datetime", subtype="time"), "09:05", "09:05"),
        (field("datetime", subtype="datetime"), "2026-11-29T09:00", "2026-11-29T09:00"),
        (
            field("textfield", properties={"jc:check": "cn-id"}),
            "11010519491231002x",
            "11010519491231002X",
        ),
        (field("textfield", properties={"jc:check": "phone"}), "138 0013 8000", "138 0013 8000"),
        (field("textfield", properties={"jc:check": "phone"}), "0371-65000000", "0371-65000000"),
    ],
)
def test_value_of_the_right_kind_is_kept(component: dict[str, Any], raw: Any, kept: Any) -> None:
    assert form(component).check({"x": raw}).values == {"x": kept}


@pytest.mark.parametrize(
    ("component", "raw", "code"),
    [
        (TEXT, "王", "min_length"),
        (TEXT, "一二三四五", "max_length"),
        (TEXT, "字" * 1_000_000, "max_length"),
        (TEXT, 5, "type"),
        (TEXT, ["王建"], "type"),
        (TEXT, {"a": {"b": {}}}, "type"),
        (field("textfield"), "a\x00b", "characters"),
        (field("textfield"), "a\ud800b", "characters"),
        (field("textfield"), "a\nb", "characters"),
        (field("textfield", validate={"required": True}), "   ", "required"),
        (field("textfield", validate={"pattern": "^[A-Z]+$"}), "abc", "pattern"),
        (field("textfield", validate={"pattern": "^(a+)+$"}), "a" * 40 + "!", "pattern"),
        (POINTS, -0.1, "min"),
        (POINTS, 100.1, "max"),
        (POINTS, 59.55, "decimal_digits"),
        (POINTS, "六十", "number"),
        (POINTS, "60", "number"),
        (POINTS, True, "type"),
        (POINTS, float("nan"), "number"),
        (POINTS, float("inf"), "number"),
        (POINTS, 10**15, "number_size"),
        (POINTS, [60], "type"),
        (field("number", decimalDigits=0), 1.5, "integer"),
        (field("checkbox", validate={"required": True}), False, "consent"),
        (field("checkbox"), "true", "type"),
        (choice("radio", "x", "a", "b"), "c", "choice"),
        (choice("radio", "x", "a", "b"), ["a"], "choice"),
        (choice("radio", "x", "a", "b"), 1.5, "choice"),
        (choice("checklist", "x", "a", "b"), ["a", "c"], "choice"),
        (choice("checklist", "x", "a", "b"), ["a", "a"], "duplicate"),
        (choice("checklist", "x", "a", "b"), "a", "type"),
        (choice("checklist", "x", "a", "b"), ["a"] * 501, "choice"),
        (field("datetime"), "2026-02-29", "date"),
        (field("datetime"), "29.11.2026", "date"),
        (field("datetime"), "0001-01-01", "date"),
        (field("datetime"), 20261129, "type"),
        (field("datetime", subtype="time"), "24:00", "time"),
        (field("datetime", subtype="datetime"), "2026-11-29", "datetime"),
        (field("textfield", properties={"jc:check": "cn-id"}), "1101051949123100", "cn_id_format"),
        (field("textfield", properties={"jc:check": "cn-id"}), "110105194913310021", "cn_id_date"),
        (field("textfield", properties={"jc:check": "cn-id"}), "110105194912310021", "cn_id_check"),
        (field("textfield", properties={"jc:check": "phone"}), "12345", "phone"),
        (field("textfield", properties={"jc:check": "email"}), "a@b", "email"),
        (field("filepicker"), "file.pdf", "type"),
        (field("filepicker"), [{"name": "a.pdf", "content": "***"}], "type"),
        (field("filepicker"), [{"name": "a.pdf", "content": ""}], "file_empty"),
        (field("filepicker", accept=".pdf"), [GivenFile("a.exe", "", b"MZ")], "file_type"),
        (field("filepicker"), [GivenFile("a", "", b"1")] * 2, "files_one"),
        (
            field("filepicker", properties={"jc:maxBytes": "3"}),
            [GivenFile("a", "", b"1234")],
            "file_size",
        ),
    ],
)
def test_wrong_value_is_refused_at_its_field(
    component: dict[str, Any], raw: Any, code: str
) -> None:
    assert refusals(form(component), {"x": raw}) == [("/x", code)]


@pytest.mark.parametrize("answer", [None, [], "text", 5, [{"x": 1}]])
def test_answer_that_is_no_object_is_refused(answer: Any) -> None:
    assert refusals(form(TEXT), answer) == [("", "type")]


def test_unknown_field_is_refused() -> None:
    assert refusals(form(TEXT), {"x": "王建", "role/admin": True}) == [("/role~1admin", "unknown")]


def test_errors_are_limited() -> None:
    found = refusals(form(TEXT), {f"u{number}": 1 for number in range(5000)})

    assert len(found) == 100
    assert found[-1] == ("", "too_many")


def test_message_is_in_the_language_asked_for() -> None:
    with pytest.raises(InvalidAnswer) as caught:
        form(POINTS).check({"x": 101}, language="en")

    assert [error.message for error in caught.value.errors] == ["Must be at most 100"]


def test_pattern_has_its_own_message() -> None:
    component = field(
        "textfield",
        validate={"pattern": r"^\d{4}$", "patternErrorMessage": "应为 4 位数字"},
        properties={"patternErrorMessage.en": "Four digits"},
    )

    messages = []
    for language in ("zh-CN", "en"):
        with pytest.raises(InvalidAnswer) as caught:
            form(component).check({"x": "1"}, language=language)
        messages.append(caught.value.errors[0].message)

    assert messages == ["应为 4 位数字", "Four digits"]


def test_hidden_field_is_dropped_and_its_variable_is_null() -> None:
    checked = form(VERDICT, REASON).check({"verdict": "pass", "reason": "伪造"})

    assert (checked.values, checked.variables) == ({"verdict": "pass"}, {"reason": None})


def test_hidden_field_is_not_checked() -> None:
    assert form(VERDICT, REASON).check({"verdict": "pass", "reason": ["x"]}).values == {
        "verdict": "pass"
    }


def test_visible_field_is_required() -> None:
    assert refusals(form(VERDICT, REASON), {"verdict": "reject"}) == [("/reason", "required")]


def test_what_a_hidden_field_holds_counts_as_null_for_others() -> None:
    first = choice("radio", "first", "a", "b")
    second = choice("radio", "second", "c", "d", conditional={"hide": '=first = "a"'})
    third = field("textfield", "third", conditional={"hide": '=second = "c"'})

    checked = form(third, second, first).check({"first": "a", "second": "c", "third": "bleibt"})

    assert checked.values == {"third": "bleibt", "first": "a"}


def test_hidden_group_hides_what_it_holds() -> None:
    group = {
        "type": "group",
        "id": "g",
        "label": "组",
        "conditional": {"hide": '=verdict = "pass"'},
        "components": [field("textfield", "inner", validate={"required": True})],
    }

    definition = form(VERDICT, group)

    assert definition.check({"verdict": "pass", "inner": "x"}).values == {"verdict": "pass"}
    assert refusals(definition, {"verdict": "reject"}) == [("/inner", "required")]


def test_condition_sees_the_context() -> None:
    definition = form(field("textfield", conditional={"hide": "=level > 3"}))

    assert definition.check({"x": "a"}, context={"level": 4}).values == {}
    assert definition.check({"x": "a"}, context={"level": 3}).values == {"x": "a"}


def test_choices_come_from_the_context() -> None:
    definition = form(
        field("select", "room", valuesKey="rooms"),
        field("select", "seat", valuesExpression="=for s in seats return s"),
    )
    context = {"rooms": [{"value": 7, "label": "B203"}], "seats": [1, 2]}

    checked = definition.check({"room": "7", "seat": 2}, context=context)

    assert checked.values == {"room": 7, "seat": 2}
    assert refusals(definition, {"room": 8, "seat": 3}, context=context) == [
        ("/room", "choice"),
        ("/seat", "choice"),
    ]


def test_readonly_value_comes_from_the_context_only() -> None:
    definition = form(field("number", "fee", readonly=True), field("textfield", "x", disabled=True))

    checked = definition.check({"fee": 1, "x": "forged"}, context={"fee": 330, "x": "shown"})

    assert checked.values == {"fee": 330}


def test_bindings_keep_decimals_and_variables_are_json() -> None:
    own = {"jc:variable": "true", "jc:bind": "result.points"}

    checked = form(field("number", "points", properties=own)).check({"points": 59.5})

    assert checked.variables == {"points": 59.5}
    assert checked.bindings == {"result.points": Decimal("59.5")}


JOBS = {
    "type": "dynamiclist",
    "id": "list_jobs",
    "path": "jobs",
    "label": "工作经历",
    "properties": {"jc:minRows": "1", "jc:maxRows": "3", "jc:variable": "true"},
    "components": [
        field("textfield", "unit", validate={"required": True}),
        field("number", "years"),
        field("textfield", "why", conditional={"hide": "=years != 0"}),
    ],
}


def test_rows_are_checked_one_by_one() -> None:
    definition = form(JOBS)
    rows = [{"unit": "一厂", "years": 3, "why": "x"}, {"unit": "二厂", "years": 0, "why": "新"}]

    kept = [{"unit": "一厂", "years": 3}, {"unit": "二厂", "years": 0, "why": "新"}]
    assert definition.check({"jobs": rows}).variables == {"jobs": kept}
    assert refusals(definition, {"jobs": [{"unit": "一厂"}, {"years": "x", "a": 1}]}) == [
        ("/jobs/1/a", "unknown"),
        ("/jobs/1/unit", "required"),
        ("/jobs/1/years", "number"),
    ]


@pytest.mark.parametrize(
    ("rows", "code"),
    [([], "rows_min"), ([{"unit": "厂"}] * 4, "rows_max"), ({"a": 1}, "type"), (["x"], "type")],
)
def test_wrong_rows_are_refused(rows: Any, code: str) -> None:
    assert refusals(form(JOBS), {"jobs": rows}) == [("/jobs", code)]


def test_fixed_rows_keep_what_the_context_says() -> None:
    definition = form(
        {
            "type": "dynamiclist",
            "id": "l",
            "path": "seats",
            "label": "签到",
            "allowAddRemove": False,
            "components": [
                field("number", "number", readonly=True),
                choice("radio", "state", "present", "absent", validate={"required": True}),
            ],
        }
    )
    context = {"seats": [{"number": 1}, {"number": 2}]}
    given = [{"state": "present", "number": 99}, {"state": "absent"}]

    checked = definition.check({"seats": given}, context=context)

    assert checked.values == {
        "seats": [{"number": 1, "state": "present"}, {"number": 2, "state": "absent"}]
    }
    assert refusals(definition, {"seats": given[:1]}, context=context) == [("/seats", "rows_fixed")]


def test_files_are_given_by_pointer_and_described_in_the_values() -> None:
    definition = form(field("filepicker", accept=".pdf,.jpg", multiple=True))
    content = b64encode(b"%PDF").decode()

    checked = definition.check({"x": [{"name": "../a.PDF", "content": content}]})

    assert checked.files == {"/x": [GivenFile("a.PDF", "application/octet-stream", b"%PDF")]}
    assert checked.values == {
        "x": [
            {
                "name": "a.PDF",
                "size": 4,
                "sha256": sha256(b"%PDF").hexdigest(),
            }
        ]
    }


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(
            st.sampled_from(["x", "unit", "years", "jobs", "name"]), inner, max_size=4
        )
    ),
    max_leaves=12,
)
EVERY = form(
    field("textfield", "text"),
    field("number", "number"),
    VERDICT,
    REASON,
    choice("checklist", "many", "a", "b"),
    field("checkbox", "ticked"),
    field("datetime", "day"),
    field("filepicker", "papers"),
    {**JOBS, "properties": {}},
)
KEYS = ["text", "number", "verdict", "reason", "many", "ticked", "day", "papers", "jobs", "other"]


@settings(max_examples=150, deadline=None)
@given(st.dictionaries(st.sampled_from(KEYS), JSON) | JSON)
def test_any_json_is_accepted_or_refused_but_never_breaks(answer: Any) -> None:
    try:
        checked = EVERY.check(answer)
    except InvalidAnswer as refused:
        assert refused.errors
    else:
        again = EVERY.check({k: v for k, v in checked.values.items() if k != "papers"})
        assert again.variables == checked.variables
