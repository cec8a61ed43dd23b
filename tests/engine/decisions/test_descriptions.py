"""Rows can be told in words, in every language their author wrote."""

import pytest

from engine.decisions import InvalidDecisions
from engine.decisions.descriptions import rule_descriptions

TABLE = """<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d"
 namespace="x"><decision id="a" name="a"><decisionTable id="t"><output id="o" name="o"/>
<annotation name="en"/><annotation name="source"/>{}</decisionTable></decision></definitions>"""


@pytest.mark.parametrize(
    ("rule", "texts"),
    [
        ("", {}),
        ("<description>满 16 周岁</description>", {"r": {"": "满 16 周岁"}}),
        (
            "<description>满 16 周岁</description><annotationEntry><text>16 or older</text>"
            "</annotationEntry><annotationEntry><text>GB</text></annotationEntry>",
            {"r": {"": "满 16 周岁", "en": "16 or older", "source": "GB"}},
        ),
        ("<annotationEntry><text/></annotationEntry>", {}),
    ],
)
def test_texts_of_a_row(rule: str, texts: dict[str, dict[str, str]]) -> None:
    written = TABLE.format(f'<rule id="r">{rule}</rule>')

    assert rule_descriptions(written.encode()) == texts


def test_what_is_no_table_is_refused() -> None:
    with pytest.raises(InvalidDecisions):
        rule_descriptions(b"<html/>")
