"""What a browser posts becomes the same answer as JSON would."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
from starlette.datastructures import FormData, UploadFile

from engine.feel import compile_expression
from forms import FormDefinition, GivenFile, InvalidAnswer, parse_form

SCHEMA = {
    "id": "registration",
    "jc:title": "报名",
    "components": [
        {"type": "textfield", "key": "name", "label": "姓名", "id": "c1"},
        {"type": "number", "key": "years", "label": "年限", "id": "c2"},
        {"type": "checkbox", "key": "agreed", "label": "同意", "id": "c3"},
        {
            "type": "checklist",
            "key": "subjects",
            "label": "科目",
            "id": "c4",
            "values": [
                {"value": "theory", "label": "理论"},
                {"value": "practical", "label": "实操"},
            ],
        },
        {"type": "filepicker", "key": "papers", "label": "材料", "id": "c5", "multiple": True},
        {"type": "textfield", "key": "fixed", "label": "固定", "id": "c6", "readonly": True},
        {
            "type": "dynamiclist",
            "path": "jobs",
            "label": "经历",
            "id": "c7",
            "components": [
                {"type": "textfield", "key": "unit", "label": "单位", "id": "c8"},
                {"type": "checkbox", "key": "now", "label": "在职", "id": "c9"},
            ],
        },
    ],
}


@pytest.fixture(scope="module")
def registration() -> FormDefinition:
    return parse_form(SCHEMA, compile_expression=compile_expression)


def posted(*pairs: tuple[str, Any]) -> FormData:
    return FormData(list(pairs))


def test_posted_form_is_read_with_types(registration: FormDefinition) -> None:
    upload = UploadFile(BytesIO(b"%PDF"), filename="C:\\证明.pdf")

    answer = registration.read(
        posted(
            ("name", " 李晓梅 "),
            ("years", "８.5"),
            ("agreed", "true"),
            ("subjects", "theory"),
            ("subjects", "practical"),
            ("papers", upload),
            ("papers", UploadFile(BytesIO(b""), filename="")),
            ("fixed", "forged"),
            ("jobs.0.", ""),
            ("jobs.0.unit", "一厂"),
            ("jobs.4.", ""),
            ("jobs.4.unit", "二厂"),
            ("jobs.4.now", "true"),
            ("other", "x"),
        )
    )

    assert answer == {
        "name": "李晓梅",
        "years": Decimal("8.5"),
        "agreed": True,
        "subjects": ["theory", "practical"],
        "papers": [GivenFile("证明.pdf", "application/octet-stream", b"%PDF")],
        "jobs": [{"unit": "一厂", "now": False}, {"unit": "二厂", "now": True}],
    }
    assert registration.check(answer).values["years"] == 8.5


def test_empty_post_gives_an_empty_answer(registration: FormDefinition) -> None:
    answer = registration.read(posted())

    assert answer == {
        "name": None,
        "years": None,
        "agreed": False,
        "subjects": [],
        "papers": [],
        "jobs": [],
    }


@pytest.mark.parametrize("text", ["六十", "1e9", "0x10", "NaN", "1,000", "٣" * 61])
def test_number_that_is_none_stays_as_typed(registration: FormDefinition, text: str) -> None:
    answer = registration.read(posted(("years", text)))

    with pytest.raises(InvalidAnswer) as caught:
        registration.check(answer)

    assert [(e.pointer, e.code) for e in caught.value.errors] == [("/years", "number")]
    assert text in registration.render(answer)


def test_file_in_place_of_text_is_not_taken(registration: FormDefinition) -> None:
    upload = UploadFile(BytesIO(b"x"), filename="a.txt")

    assert registration.read(posted(("name", upload), ("papers", "a.txt")))["name"] is None


ROWS = (("jobs.0.", ""), ("jobs.0.unit", "一厂"), ("jobs.1.", ""), ("jobs.1.unit", "二厂"))


@pytest.mark.parametrize(
    ("button", "units"),
    [
        (("_add", "jobs"), ["一厂", "二厂", None]),
        (("_remove", "jobs.0"), ["二厂"]),
        (("_remove", "jobs.9"), ["一厂", "二厂"]),
        (("_refresh", "1"), ["一厂", "二厂"]),
    ],
)
def test_row_buttons_only_draw_again(
    registration: FormDefinition, button: tuple[str, str], units: list[str | None]
) -> None:
    values = registration.redrawn(posted(*ROWS, button))

    assert values is not None
    assert [row.get("unit") for row in values["jobs"]] == units


@pytest.mark.parametrize("button", [("_add", "nothing"), ("_remove", "jobs"), ("submit", "1")])
def test_other_buttons_submit(registration: FormDefinition, button: tuple[str, str]) -> None:
    assert registration.redrawn(posted(*ROWS, button)) is None
