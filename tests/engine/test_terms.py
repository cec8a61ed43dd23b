"""Words that a scope says instead of the product's."""

import json
from typing import Any

import pytest

from engine.diagrams.compile import compile_diagram
from engine.diagrams.lowering import lower
from engine.diagrams.read import read_diagram
from engine.diagrams.renaming import renamed
from engine.terms import PLAIN, InvalidTerms, Terms, lint_terms, parse_terms, read_terms
from tests.api.small import DIAGRAM

TERMS = Terms(
    zh=(("鉴定", "认定"), ("鉴定站", "评价点")),
    en=(("appraisal", "recognition"),),
    keep=("职业技能鉴定考评人员管理工作规程",),
)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", ""),
        ("实施鉴定", "实施认定"),
        ("鉴定站的鉴定", "评价点的认定"),
        ("见《职业技能鉴定规程》后鉴定", "见《职业技能鉴定规程》后认定"),
        ("《职业技能鉴定", "《职业技能鉴定"),
        ("「2026 鉴定一批」的鉴定", "「2026 鉴定一批」的认定"),
        (
            "职业技能鉴定考评人员管理工作规程规定的鉴定",
            "职业技能鉴定考评人员管理工作规程规定的认定",
        ),
        ("{{鉴定_number}} 鉴定", "{{鉴定_number}} 认定"),
    ],
)
def test_terms_are_put_in_chinese(text: str, expected: str) -> None:
    assert TERMS.put(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Appraisal plan", "Recognition plan"),
        ("the appraisal", "the recognition"),
        ("APPRAISAL", "RECOGNITION"),
        ("reappraisal, appraisals", "reappraisal, appraisals"),
    ],
)
def test_terms_are_put_in_english_as_whole_words(text: str, expected: str) -> None:
    assert TERMS.put(text, "en") == expected


@pytest.mark.parametrize(
    ("written", "places"),
    [
        ("{", [""]),
        ("[]", [""]),
        ({"terms": {}}, [""]),
        ({"terms": [1]}, ["/terms/0"]),
        ({"terms": [{}]}, ["/terms/0/zh"]),
        ({"terms": [{"zh": "鉴定"}]}, ["/terms/0/zh_as"]),
        ({"terms": [{"zh": "鉴定", "zh_as": "x" * 101}]}, ["/terms/0/zh_as"]),
        (
            {"terms": [{"zh": "鉴定", "zh_as": "认定"}, {"zh": "鉴定", "zh_as": "评价"}]},
            ["/terms/1/zh"],
        ),
        ({"terms": [], "keep": [""]}, ["/keep/0"]),
        ({"terms": [{"zh": "a", "zh_as": "b"}] * 201}, ["/terms"]),
    ],
)
def test_bad_vocabularies_are_refused_with_their_place(written: Any, places: list[str]) -> None:
    content = (written if isinstance(written, str) else json.dumps(written)).encode()

    findings = list(lint_terms(content))

    assert [one.element_id for one in findings] == places
    with pytest.raises(InvalidTerms):
        parse_terms(content)
    assert read_terms(content) == PLAIN


def test_vocabulary_is_read() -> None:
    content = json.dumps(
        {
            "terms": [{"zh": "鉴定", "zh_as": "认定", "en": "appraisal", "en_as": "recognition"}],
            "keep": ["规程"],
        }
    ).encode()

    assert parse_terms(content) == Terms(
        (("鉴定", "认定"),), (("appraisal", "recognition"),), ("规程",)
    )


def test_elements_are_called_in_the_terms_and_keep_their_ids() -> None:
    terms = Terms(zh=(("初审", "一审"),), en=(("review", "check"),))
    lowered = lower(read_diagram(DIAGRAM.encode()))

    said = compile_diagram(renamed(lowered, terms)).elements["small_review"]
    plain = compile_diagram(renamed(lowered, PLAIN)).elements["small_review"]

    assert (said["first"].name, said["first"].name_en) == ("一审", "First check")
    assert (plain["first"].name, plain["first"].name_en) == ("初审", "First review")
    assert said.keys() == plain.keys()
