"""How a work is marked: the scheme's rules, and what the bundle's tables make of them.

Table `d11_aggregation` chooses how the marks of a panel become one, table `d12_veto` what each veto
item does. Bundles of before these tables have the scheme's rules alone.
"""

from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from sqlmodel import Session

from appraisal.aggregation import AggregationMethod, VetoEffect
from appraisal.enrolments import Enrolment
from appraisal.marking import MarkingRules, marking_rules
from appraisal.marks import Work, marks_of, standing_marks
from appraisal.schemes import scheme_by_id
from appraisal.score_sheets import VetoItem
from appraisal.sessions import SessionOffer
from engine import TaskContext
from engine.errors import UnknownDefinition
from tasks.exam_rooms import scheme_subject

AGGREGATION_TABLE = "d11_aggregation"
VETO_TABLE = "d12_veto"
# The table itself says from how many marks on extremes are dropped; three are needed in any case.
_DECIDED_MINIMUM = 3


def scheme_rules(db: Session, work: Work) -> MarkingRules:
    """What the scheme says about marking a work."""
    enrolment = db.get_one(Enrolment, work.enrolment_id)
    offer = db.get_one(SessionOffer, enrolment.offer_id)
    scheme = scheme_by_id(db, offer.scheme_id)
    return marking_rules(scheme_subject(db, enrolment, work.subject), scheme.content)


def decided_rules(
    db: Session, context: TaskContext, work: Work, vetoes: Iterable[VetoItem] = ()
) -> MarkingRules:
    """The rules by which a work is marked and settled, with the effect of these veto items."""
    rules = scheme_rules(db, work)
    facts = _facts(db, work)
    rules = _with_method(db, context, work, rules, facts)
    return _with_effects(context, rules, facts, vetoes)


def _facts(db: Session, work: Work) -> dict[str, Any]:
    enrolment = db.get_one(Enrolment, work.enrolment_id)
    return {
        "occupation": enrolment.occupation_code,
        "level": enrolment.level_code,
        "subject": work.subject,
    }


def _with_method(
    db: Session,
    context: TaskContext,
    work: Work,
    rules: MarkingRules,
    facts: Mapping[str, Any],
) -> MarkingRules:
    given = {**facts, "markers": _markers(db, work), "scheme": rules.method.value}
    try:
        decided = context.decide(AGGREGATION_TABLE, given)
    except UnknownDefinition:
        return rules
    if decided.value is None:  # no row holds
        return rules
    return replace(
        rules,
        method=AggregationMethod(str(decided.value["method"])),
        minimum=_DECIDED_MINIMUM,
        rows=(*rules.rows, *decided.rows),
    )


def _markers(db: Session, work: Work) -> int:
    by_part: dict[str, int] = {}
    for mark in standing_marks(marks_of(db, work.id or 0)):
        by_part[mark.part] = by_part.get(mark.part, 0) + 1
    return max(by_part.values(), default=0)


def _with_effects(
    context: TaskContext,
    rules: MarkingRules,
    facts: Mapping[str, Any],
    vetoes: Iterable[VetoItem],
) -> MarkingRules:
    effects: dict[str, VetoEffect] = {}
    rows: list[str] = []
    for veto in vetoes:
        given = {**facts, "kind": veto.kind, "scheme": rules.veto_effect.value}
        try:
            decided = context.decide(VETO_TABLE, given)
        except UnknownDefinition:
            return rules
        if decided.value is None:  # no row holds
            continue
        effects[veto.key] = VetoEffect(str(decided.value["effect"]))
        rows += decided.rows
    return replace(rules, effects=effects, rows=(*rules.rows, *dict.fromkeys(rows)))
