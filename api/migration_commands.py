"""Commands that say what new definitions mean for running instances, and move them."""

from collections import Counter
from dataclasses import asdict
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

import typer

from api.application import Installation
from api.command_errors import leave
from api.command_installation import installed, require_current
from api.console import AsJson, say, tell
from engine.effects import Effect
from engine.migrations import Migration, MigrationStatus, get_migration, items_of
from engine.moving.runs import make_migration, move_next, weigh
from tasks.migrations import wish_of

commands = typer.Typer()

_STATES = {
    "unaffected": ("不受影响", "unaffected"),
    "can_move": ("可以迁移", "can move"),
    "needs_mapping": ("需要指明对应", "needs a mapping"),
    "cannot": ("不能迁移", "cannot move"),
}
_OUTCOMES = {
    "waiting": ("等待", "waiting"),
    "would_move": ("可以迁移", "would move"),
    "moved": ("已迁移", "moved"),
    "already": ("已在现行版本", "already there"),
    "refused": ("没有迁移", "not moved"),
    "failed": ("出错,未改动", "failed, unchanged"),
    "undone": ("已撤销", "undone"),
}
Process = Annotated[str, typer.Argument(help="id of the process, as appraisal_session")]
Organisation = Annotated[str, typer.Option(help="code of the organisation")]


class Part(StrEnum):
    """What instances can take of a newer version while their diagrams stay."""

    FORMS = "forms"
    DECISIONS = "decisions"

    @property
    def kind(self) -> str:
        """Give the kind of definition."""
        return self.value.removesuffix("s")


Only = Annotated[
    list[Part] | None, typer.Option("--only", help="take only these; the diagrams stay")
]
Mapping = Annotated[
    list[str] | None,
    typer.Option("--map", help="old=new: what takes whose place; old=- ends it"),
]


@commands.command("effect")
def effect(
    process: Process, organisation: Organisation, only: Only = None, as_json: AsJson = False
) -> None:
    """Say what the current definitions mean for instances that run on older ones."""
    require_current()
    with installed() as installation, installation.database.transaction() as db:
        wish = wish_of(
            db,
            installation.definitions,
            organisation,
            "",
            process_id=process,
            parts=[one.kind for one in only or ()],
        )
        _, effects = weigh(db, installation.definitions, wish)
        facts = [_facts(one) for one in effects]
    lines = [_line(one) for one in effects]
    counts = Counter(one.state.value for one in effects)
    summary = "; ".join(f"{say(*_STATES[state])} {count}" for state, count in counts.items())
    nothing = say("没有停在旧版本的实例", "No instance runs on an older version")
    tell(as_json, {"instances": facts, "counts": counts}, "\n".join([*lines, summary or nothing]))


@commands.command("migrate-instances")
def migrate_instances(
    process: Process,
    organisation: Organisation,
    dry_run: Annotated[bool, typer.Option(help="only say what would happen")] = False,
    instance: Annotated[list[UUID] | None, typer.Option(help="only these instances")] = None,
    mapping: Mapping = None,
    recompute: Annotated[bool, typer.Option(help="timers and due dates anew")] = False,
    new_forms: Annotated[bool, typer.Option(help="open tasks get the new forms")] = False,
    only: Only = None,
    basis: Annotated[str, typer.Option(help="number of the document it rests on")] = "",
    as_json: AsJson = False,
) -> None:
    """Move running instances to the current definitions; leaves with 1 if any was not moved."""
    require_current()
    pairs = _pairs(mapping or [])
    if pairs and only:
        leave("只换表单或决策表时流程图不变,不需要 --map。", "With --only nothing is mapped.")
    with installed() as installation:
        with installation.database.transaction() as db:
            wish = wish_of(
                db,
                installation.definitions,
                organisation,
                "",
                process_id=process,
                instances=instance or (),
                mapping=pairs,
                recompute=["*"] if recompute else [],
                new_forms=new_forms,
                parts=[one.kind for one in only or ()],
                basis=basis,
            )
            engine, definitions = installation.engine, installation.definitions
            identity = make_migration(engine, db, definitions, wish, dry_run=dry_run).id
        _work_off(installation, identity)
        refused = _report(installation, identity, as_json)
    if refused:
        raise typer.Exit(1)


def _pairs(given: list[str]) -> dict[str, str]:
    pairs = {}
    for text in given:
        old, equals, new = text.partition("=")
        if not equals or not old or not new:
            leave(f"“{text}”应写成 原编号=新编号。", f"Write “{text}” as old=new.")
        pairs[old] = new
    return pairs


def _work_off(installation: Installation, migration_id: UUID) -> None:
    """Move one instance after the other, each in a transaction of its own."""
    engine, definitions = installation.engine, installation.definitions
    while True:
        with installation.database.transaction() as db:
            if get_migration(db, migration_id).status == MigrationStatus.DONE:
                return
            move_next(engine, db, definitions, migration_id)


def _report(installation: Installation, migration_id: UUID, as_json: bool) -> bool:
    with installation.database.reading() as db:
        migration: Migration = get_migration(db, migration_id)
        items: list[dict[str, Any]] = [
            {
                "instanceId": str(one.instance_id),
                "businessKey": one.business_key,
                "outcome": one.outcome,
                "state": one.state,
                "findings": one.findings,
            }
            for one in items_of(db, migration.id)
        ]
    lines = [
        "  ".join(
            (one["businessKey"], say(*_OUTCOMES[one["outcome"]]), _said(one["findings"]))
        ).rstrip()
        for one in items
    ]
    nothing = say("没有需要迁移的实例", "Nothing to move")
    tell(as_json, {"id": str(migration_id), "items": items}, "\n".join(lines or [nothing]))
    return any(one["outcome"] in ("refused", "failed") for one in items)


def _said(findings: list[dict[str, Any]]) -> str:
    return " ".join(
        say(one["zh"], one["en"])
        if "zh" in one
        else say(
            f"新版本没有“{one['name']}”",
            f"The new version has no “{one.get('name_en') or one['name']}”",
        )
        for one in findings
    )


def _facts(one: Effect) -> dict[str, Any]:
    return {
        "instanceId": str(one.instance_id),
        "businessKey": one.business_key,
        "state": one.state.value,
        "reasons": [asdict(reason) for reason in one.reasons],
        "questions": [asdict(question) for question in one.questions],
    }


def _line(one: Effect) -> str:
    found = [*map(asdict, one.reasons), *map(asdict, one.questions)]
    return f"{one.business_key}  {say(*_STATES[one.state.value])}  {_said(found)}".rstrip()
