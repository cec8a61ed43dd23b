"""What new bundles mean for the running instances: whom they touch, and who can be moved."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from engine.codec import document_of
from engine.definitions import Definitions
from engine.incidents import stuck_instances
from engine.instances import INSTANCE, OPEN_STATUSES, InstanceStatus
from engine.moving import reasons
from engine.moving.blends import Blend
from engine.moving.open_forms import OpenForm, forms_by_element, open_forms
from engine.moving.places import Signature, places_of
from engine.moving.plan import EffectState, Plan, make_plan
from engine.moving.reasons import Proposal, Question, Reason
from engine.moving.sides import Side as Target
from engine.terms import NAME as TERMS

__all__ = [
    "Effect",
    "EffectState",
    "Proposal",
    "Question",
    "Reason",
    "Target",
    "Weighing",
    "assess",
]

_PIECE = 500


@dataclass(frozen=True, slots=True)
class Effect:
    """What a new bundle means for one instance.

    `bundle_id` is what it runs on, `to_bundle` what it would (empty for what is not published
    yet, or cannot be made). `reasons` say why it cannot be moved, `questions` what has to be
    mapped before it can, `notes` what to know besides.
    """

    instance_id: UUID
    process_id: str
    business_key: str
    tenant: str
    scopes: str
    bundle_id: str
    to_bundle: str
    state: EffectState
    reasons: tuple[Reason, ...] = ()
    questions: tuple[Question, ...] = ()
    notes: tuple[Reason, ...] = ()

    @property
    def ended(self) -> list[str]:
        """List the event sub-processes whose handling a move would cancel."""
        return [note.element_id for note in self.notes if note.code == "handling_ends"]

    @property
    def gives_forms(self) -> bool:
        """Whether a move would give an open user task another form."""
        return any(note.code == "form_given" for note in self.notes)

    @property
    def keeps_forms(self) -> bool:
        """Whether a move would leave an open user task with an older form."""
        return any(note.code == "form_kept" for note in self.notes)


class Weighing:
    """Weighs instances against one bundle each; what stand alike are weighed once.

    `new_forms`: open user tasks are to get the forms of the new bundle. `parts`: kinds of
    definitions of the new bundle that instances are to take alone, keeping all else of their own.
    """

    def __init__(
        self,
        db: Session,
        definitions: Definitions,
        mapping: Mapping[str, str],
        *,
        new_forms: bool = False,
        parts: Collection[str] = (),
    ) -> None:
        self.db = db
        self.definitions = definitions
        self.mapping = dict(mapping)
        self.new_forms = new_forms
        self.parts = tuple(sorted(parts))
        self._blends: dict[tuple[str, str], Blend] = {}
        self._sides: dict[str, Target] = {}
        self._stuck: set[UUID] | None = None
        self._plans: dict[tuple[str, int, str, Signature], Plan | None] = {}
        self._forms: dict[UUID, tuple[OpenForm, ...]] = {}
        self._wanted_forms: dict[tuple[int, str], dict[str, str | None]] = {}

    def side(self, bundle_id: str) -> Target:
        """Give a stored bundle."""
        if bundle_id not in self._sides:
            self._sides[bundle_id] = Target.stored(self.db, self.definitions, bundle_id)
        return self._sides[bundle_id]

    def aim(self, bundle_id: str, newer: Target) -> Target:
        """Give where instances of a bundle are to go on the way to a newer one."""
        if not self.parts or newer.bundle_id is None:
            return newer
        return self.blend(bundle_id, newer.bundle_id).side

    def blend(self, bundle_id: str, newer: str) -> Blend:
        """Give what a bundle becomes with the parts of a newer one."""
        key = bundle_id, newer
        if key not in self._blends:
            self._blends[key] = Blend(self.db, self.definitions, bundle_id, newer, self.parts)
        return self._blends[key]

    def store(self, target: Target, now: datetime) -> None:
        """See to it that a target is stored: a bundle with parts of another may be new."""
        for one in self._blends.values():
            if one.side is target:
                one.store(self.db, now)

    def stuck(self) -> set[UUID]:
        """List the instances with an open incident that belongs to none of their elements."""
        if self._stuck is None:
            self._stuck = stuck_instances(self.db)
        return self._stuck

    def plan(self, bundle_id: str, target: Target, process_id: str, state: bytes) -> Plan | None:
        """Plan the move of an instance; None if the new bundle lacks its process."""
        signature = places_of(process_id, document_of(state))
        key = (bundle_id, id(target), process_id, signature)
        if key not in self._plans:
            self._plans[key] = make_plan(
                self.side(bundle_id), target, process_id, signature, self.mapping
            )
        return self._plans[key]

    def effect(self, row: Mapping[str, Any], target: Target) -> Effect:
        """Weigh one instance, by its row."""
        instance_id: UUID = row["id"]
        process_id = str(row["process_id"])
        state, found, asked, notes = self._weigh(row, target)
        about_forms = self._about_forms(row, target)
        notes = (*notes, *about_forms)
        if about_forms and self.new_forms and state == EffectState.UNAFFECTED:
            state = EffectState.CAN_MOVE
        if state != EffectState.UNAFFECTED:
            if row["status"] == InstanceStatus.SUSPENDED:
                notes = (*notes, reasons.suspended())
            if instance_id in self.stuck():
                notes = (*notes, reasons.stuck())
        return Effect(
            instance_id,
            process_id,
            str(row["business_key"]),
            str(row["tenant"]),
            str(row["scopes"]),
            str(row["bundle_id"]),
            "" if target.against else target.bundle_id or "",
            state,
            found,
            asked,
            notes,
        )

    def read_forms(self, instances: Sequence[UUID]) -> None:
        """Read what these instances have open, in few statements."""
        self._forms.update(open_forms(self.db, instances))

    def _about_forms(self, row: Mapping[str, Any], target: Target) -> tuple[Reason, ...]:
        if self.parts and "form" not in self.parts:
            return ()
        instance_id: UUID = row["id"]
        if instance_id not in self._forms:
            self.read_forms([instance_id])
        tell = reasons.form_given if self.new_forms else reasons.form_kept
        wanted = self._forms_of(target, str(row["process_id"]))
        return tuple(
            tell(form.element_id, form.name, form.name_en)
            for form in self._forms[instance_id]
            if self._differs(form, wanted, target)
        )

    def _forms_of(self, target: Target, process_id: str) -> Mapping[str, str | None]:
        key = id(target), process_id
        if key not in self._wanted_forms:
            process = target.process(process_id)
            self._wanted_forms[key] = {} if process is None else forms_by_element(process)
        return self._wanted_forms[key]

    def _differs(self, form: OpenForm, wanted: Mapping[str, str | None], target: Target) -> bool:
        element_id = self.mapping.get(form.element_id, form.element_id)
        if form.bundle_id == target.bundle_id or element_id not in wanted:
            return False
        there = self.side(form.bundle_id).members
        key = wanted[element_id]
        if form.form_ref is None or key is None:
            return key != form.form_ref
        # What a form says is said in the terms of its bundle.
        old, new = {("form", form.form_ref), TERMS}, {("form", key), TERMS}
        return {there.get(one) for one in old} != {target.members.get(one) for one in new}

    def _weigh(
        self, row: Mapping[str, Any], target: Target
    ) -> tuple[EffectState, tuple[Reason, ...], tuple[Question, ...], tuple[Reason, ...]]:
        bundle_id, process_id = str(row["bundle_id"]), str(row["process_id"])
        if target.bundle_id == bundle_id:
            return EffectState.UNAFFECTED, (), (), ()
        if target.against:
            return EffectState.CANNOT, target.against, (), ()
        plan = self.plan(bundle_id, target, process_id, row["state"])
        if plan is None:
            return EffectState.CANNOT, (reasons.no_process(process_id),), (), ()
        return plan.state, tuple(plan.reasons), tuple(plan.questions), tuple(plan.notes)


def assess(
    db: Session,
    definitions: Definitions,
    targets: Mapping[str, Target],
    *,
    mapping: Mapping[str, str] | None = None,
    processes: Collection[str] = (),
    instances: Collection[UUID] = (),
    bundles: Collection[str] = (),
    tenant: str | None = None,
    new_forms: bool = False,
    parts: Collection[str] = (),
) -> tuple[Effect, ...]:
    """Say what the new bundles of these chains mean for every instance that is open.

    `targets` has the new bundle of each chain (`base organisation:x`); instances of other chains
    are left out, and so are those not of the given processes, ids, bundles or tenant. `parts` as
    of `Weighing`. Ordered by process and business key.
    """
    weighing = Weighing(db, definitions, mapping or {}, new_forms=new_forms, parts=parts)
    query = (
        select(*(INSTANCE.c[name] for name in _COLUMNS))
        .where(INSTANCE.c.status.in_(OPEN_STATUSES), INSTANCE.c.scopes.in_(list(targets)))
        .order_by(INSTANCE.c.process_id, INSTANCE.c.business_key, INSTANCE.c.id)
    )
    if processes:
        query = query.where(INSTANCE.c.process_id.in_(list(processes)))
    if bundles:
        query = query.where(INSTANCE.c.bundle_id.in_(list(bundles)))
    if tenant is not None:
        query = query.where(INSTANCE.c.tenant == tenant)
    rows = list(_rows(db, query, list(instances)))
    weighing.read_forms([row["id"] for row in rows])
    aims = [weighing.aim(str(row["bundle_id"]), targets[str(row["scopes"])]) for row in rows]
    return tuple(weighing.effect(row, aim) for row, aim in zip(rows, aims, strict=True))


_COLUMNS = (
    "id",
    "process_id",
    "business_key",
    "tenant",
    "scopes",
    "bundle_id",
    "status",
    "state",
)


def _rows(db: Session, query: Select[Any], ids: Sequence[UUID]) -> Iterator[Any]:
    connection = db.connection()
    if not ids:
        yield from connection.execute(query).mappings().all()
        return
    for start in range(0, len(ids), _PIECE):
        some = query.where(INSTANCE.c.id.in_(ids[start : start + _PIECE]))
        yield from connection.execute(some).mappings().all()
