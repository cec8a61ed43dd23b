"""The forms of steps 1 to 3 and of enrolments, with answers that fit and answers that do not."""

from pathlib import Path
from typing import Any

import pytest

import forms
from engine.feel import compile_expression
from forms import GivenFile, InvalidAnswer, parse_form

BASE = Path(forms.__file__).parent / "definitions" / "base"
PDF = GivenFile("a.pdf", "application/pdf", b"%PDF-1.4\n")
NOTICE = {
    "title": "公告",
    "number": "1",
    "registration_opens_at": "2026-03-05T09:00",
    "registration_closes_at": "2026-03-20T17:00",
    "review_deadline_at": "2026-04-01T17:00",
    "payment_deadline_at": "2026-04-08T17:00",
}
CHOICES = {"choices": [{"value": "1:3", "label": "电工"}]}
KINDS = {
    "kinds_asked": [{"value": "extra_time", "label": "延长"}, {"value": "scribe", "label": "代笔"}]
}


def check(form_id: str, answer: dict[str, Any], context: dict[str, Any]) -> Any:
    form = parse_form(
        (BASE / f"{form_id}.json").read_bytes(), compile_expression=compile_expression
    )
    return form.check(answer, context=context)


@pytest.mark.parametrize(
    ("form_id", "answer", "context", "variables"),
    [
        ("open_session", {"name": "批次", "kind": "unified", "exam_date": "2026-05-23"}, {}, {}),
        ("choose_scheme", {"offers": ["1:3"], "exam_date": "2026-05-23"}, CHOICES, {}),
        ("approve_scheme", {"scheme_verdict": "approve"}, {}, {"scheme_verdict": "approve"}),
        (
            "approve_scheme",
            {"scheme_verdict": "return", "reason": "不全"},
            {},
            {"scheme_verdict": "return"},
        ),
        ("draft_notice", NOTICE, {}, {}),
        ("approve_notice", {"notice_verdict": "approve"}, {}, {"notice_verdict": "approve"}),
        ("review_application", {"first_decision": "pass"}, {}, {"first_decision": "pass"}),
        (
            "review_application",
            {"first_decision": "pass", "exemption": "granted", "exemption_basis": "竞赛"},
            {"exemption_wanted": "theory"},
            {"first_decision": "pass"},
        ),
        (
            "review_application",
            {"first_decision": "supplement", "supplement": ["diploma"], "reason": "缺"},
            {},
            {"first_decision": "supplement"},
        ),
        (
            "review_application_again",
            {"second_decision": "agree"},
            {},
            {"second_decision": "agree"},
        ),
        (
            "supplement_evidence",
            {"evidence": [{"kind": "diploma", "files": [PDF]}], "years": 9.5, "truthful": True},
            {},
            {},
        ),
        (
            "confirm_payments",
            {
                "payments": [{"enrolment_number": "1", "status": "paid", "amount": 320.5}],
                "payments_state": "finished",
            },
            {},
            {"payments_state": "finished"},
        ),
        ("confirm_refunds", {"reference": "R-1"}, {}, {}),
        ("answer_complaint", {"finding": "upheld", "reply": "已改"}, {}, {}),
        (
            "request_accommodation",
            {"kinds": ["extra_time"], "description": "视力", "files": [PDF], "consent": True},
            {},
            {},
        ),
        (
            "decide_accommodation",
            {"verdict": "approve", "kinds": ["extra_time"], "extra_percent": 50},
            KINDS,
            {},
        ),
        ("decide_accommodation", {"verdict": "refuse", "reason": "无证明"}, KINDS, {}),
    ],
)
def test_answer_fits(
    form_id: str, answer: dict[str, Any], context: dict[str, Any], variables: dict[str, Any]
) -> None:
    assert check(form_id, answer, context).variables == variables


@pytest.mark.parametrize(
    ("form_id", "answer", "context", "pointers"),
    [
        ("open_session", {}, {}, ["/name", "/kind", "/exam_date"]),
        ("open_session", {"name": "a", "kind": "x", "exam_date": "1"}, {}, ["/kind", "/exam_date"]),
        ("choose_scheme", {"offers": ["9:9"], "exam_date": "2026-05-23"}, CHOICES, ["/offers"]),
        ("choose_scheme", {"exam_date": "2026-05-23"}, CHOICES, ["/offers"]),
        ("approve_scheme", {"scheme_verdict": "return"}, {}, ["/reason"]),
        ("approve_scheme", {"scheme_verdict": "maybe"}, {}, ["/scheme_verdict"]),
        ("draft_notice", {**NOTICE, "title": ""}, {}, ["/title"]),
        ("draft_notice", {**NOTICE, "review_deadline_at": "soon"}, {}, ["/review_deadline_at"]),
        ("approve_notice", {}, {}, ["/notice_verdict"]),
        ("review_application", {}, {}, ["/first_decision"]),
        ("review_application", {"first_decision": "reject"}, {}, ["/reason"]),
        (
            "review_application",
            {"first_decision": "supplement", "reason": "缺"},
            {},
            ["/supplement"],
        ),
        (
            "review_application",
            {"first_decision": "pass"},
            {"exemption_wanted": "theory"},
            ["/exemption"],
        ),
        ("review_application_again", {"second_decision": "return"}, {}, ["/reason"]),
        ("supplement_evidence", {"evidence": [], "years": 61}, {}, ["/years", "/truthful"]),
        (
            "confirm_payments",
            {
                "payments": [{"enrolment_number": "", "status": "paid", "amount": -1}],
                "payments_state": "open",
            },
            {},
            ["/payments/0/enrolment_number", "/payments/0/amount"],
        ),
        ("confirm_refunds", {}, {}, ["/reference"]),
        ("answer_complaint", {"finding": "upheld"}, {}, ["/reply"]),
        ("request_accommodation", {"consent": True}, {}, ["/kinds", "/description"]),
        (
            "decide_accommodation",
            {"verdict": "approve", "kinds": ["large_print"], "extra_percent": 51},
            KINDS,
            ["/kinds", "/extra_percent"],
        ),
    ],
)
def test_answer_does_not_fit(
    form_id: str, answer: dict[str, Any], context: dict[str, Any], pointers: list[str]
) -> None:
    with pytest.raises(InvalidAnswer) as refused:
        check(form_id, answer, context)

    assert [error.pointer for error in refused.value.errors] == pointers
