"""What the editor of scenarios asks: what a scenario can name, and how scenarios go as written."""

from __future__ import annotations

from typing import Annotated, Any

import yaml
from fastapi import Path, Query
from pydantic import Field

from api.definitions import require_read
from api.designer import NamedView, Texts, posts_of
from api.drafts import FindingView, finding_view
from api.resources import Resource, Wanted
from api.trials import require_turn
from api.work import Reading, Work, WorkRouter
from engine.bundles import Member
from engine.diagrams.importing import with_drawing
from forms import FormDefinition
from forms.components import Component, DynamicList, walk
from forms.components import Field as FormField
from tasks.definition_lists import scope_name
from tasks.definition_names import name_in
from tasks.facts import fact_providers
from tasks.scenario_coverage import drawn_coverage, walk_of
from tasks.scenario_drafts import (
    contents_for,
    members_with_drafts,
    own_scenarios,
    scenarios_for,
    with_own,
)
from tasks.scenario_materials import Drawn, Element, elements_of, forms_of
from tasks.scenario_sets import check_scenarios
from tasks.scenarios import Scenario
from tasks.world_titles import title_of
from tasks.worlds import import_worlds, world_names

router = WorkRouter(prefix="/designer/scenarios/{process}", tags=["definitions"])

_MOST_TEXT = 1_000_000
Process = Annotated[str, Path(max_length=100, description="key of the process's definition")]
Scope = Annotated[str, Query(max_length=100, description="whose scenarios: `base`, …")]


class ElementView(Resource):
    """A drawn element; `form`, `calls`, `message` and `signal` are empty where it has none."""

    process: str
    id: str
    name: Texts
    kind: str
    form: str
    calls: str
    message: str
    signal: str


class OptionView(Resource):
    """A value of a choice."""

    value: str | int | bool
    label: Texts


class FieldView(Resource):
    """A field of a form; a list of rows has `fields` of its own."""

    key: str
    label: Texts
    type: str
    required: bool = False
    options: list[OptionView] = Field(default_factory=list)
    fields: list[FieldView] = Field(default_factory=list)


class InheritedView(Resource):
    """A scenario of an outer scope that holds here, as YAML; `scope` is what that is called."""

    name: str
    said: Texts
    scope: Texts
    text: str


class ScenarioContextView(Resource):
    """The scope's own scenarios and all that they can name; `content` is the diagram, if any."""

    own: str
    revision: int
    name: Texts
    content: str
    elements: list[ElementView]
    forms: dict[str, list[FieldView]]
    worlds: list[NamedView]
    posts: list[NamedView]
    facts: list[str]
    inherited: list[InheritedView]


class PlayWanted(Wanted):
    """The scope's own scenarios as they are being written; `name`: play this one only."""

    text: Annotated[str, Field(max_length=_MOST_TEXT)]
    name: Annotated[str, Field(max_length=500)] | None = None


class WalkView(Resource):
    """How a scenario went: its path, the one that it says, the flows it took.

    `waiting` are the user tasks that are open at the end, as `process.element`.
    """

    process_id: str
    name: str
    said: Texts
    passed: bool
    problem: Texts
    path: list[str]
    expected: list[str]
    flows: list[str]
    waiting: list[str]


class PlayView(Resource):
    """What is wrong with the text, else how the scenarios went.

    `elements` and `flows` have name and number of scenarios (`reached`) by id, of the ones played.
    """

    findings: list[FindingView]
    walks: list[WalkView]
    elements: dict[str, dict[str, Any]]
    flows: dict[str, dict[str, Any]]


@router.get("/context")
def read_scenario_context(
    work: Reading, process: Process, scope: Scope = "base"
) -> ScenarioContextView:
    """Read the scope's own scenarios of a process, and all that they can name."""
    require_read(work, scope)
    work.require("definition.design")
    members = members_with_drafts(work.db, scope)
    contents = contents_for(members, scope)
    own = own_scenarios(work.db, scope, process)
    diagram = contents.get(("process", process), b"")
    name = name_in("process", process, diagram)
    elements = list(elements_of(contents))
    forms = forms_of(contents, {one.form for one in elements if one.form})
    import_worlds()
    return ScenarioContextView(
        own=own.text,
        revision=own.revision,
        name=Texts(zh=name.zh, en=name.en),
        content="" if Drawn.of(contents, process) is None else with_drawing(diagram).decode(),
        elements=[_element(one) for one in elements],
        forms={key: _fields(one) for key, one in forms.items()},
        worlds=[NamedView(key=one, name=_texts(title_of(one))) for one in world_names()],
        posts=posts_of(work, scope),
        facts=sorted(fact_providers()),
        inherited=_inherited(work, scenarios_for(members, scope, process), scope),
    )


@router.post("/plays")
def play_scenarios(
    work: Reading, process: Process, body: PlayWanted, scope: Scope = "base"
) -> PlayView:
    """Play scenarios as they are written, with the drafts of the scope; nothing is stored."""
    require_read(work, scope)
    work.require("definition.design")
    require_turn(work)
    written = body.text.encode()
    findings = check_scenarios(process, written) if body.text.strip() else []
    if findings:
        return PlayView(
            findings=[finding_view(one) for one in findings], walks=[], elements={}, flows={}
        )
    return _played(work, scope, process, body)


def _played(work: Work, scope: str, process: str, body: PlayWanted) -> PlayView:
    members: list[Member] = with_own(members_with_drafts(work.db, scope), scope, process, body.text)
    wanted = [
        one
        for one in scenarios_for(members, scope, process)
        if body.name is None or one.name == body.name
    ]
    contents = contents_for(members, scope)
    outcomes = work.installation.examiner.play(contents, wanted)
    drawn = {one.process_id: Drawn.of(contents, one.process_id) for one in outcomes}
    own = Drawn.of(contents, process)
    elements, flows = ({}, {}) if own is None else drawn_coverage(own.root, process, outcomes)
    walks = [(one, drawn[one.process_id]) for one in outcomes]
    return PlayView(
        findings=[],
        walks=[WalkView(**walk_of(one, {} if on is None else on.ends)) for one, on in walks],
        elements=elements,
        flows=flows,
    )


def _inherited(work: Work, scenarios: list[Scenario], scope: str) -> list[InheritedView]:
    own = scope.replace(":", "/")
    return [
        InheritedView(
            name=one.name,
            said=Texts(zh=one.name_zh, en=one.name),
            scope=_scope_said(work, str(one.path.parent.parent).replace("/", ":")),
            text=yaml.safe_dump(
                [_plain(one.content)], allow_unicode=True, sort_keys=False, width=100
            ),
        )
        for one in scenarios
        if str(one.path.parent.parent) != own
    ]


def _scope_said(work: Work, scope: str) -> Texts:
    name = scope_name(work.db, scope)
    return Texts(zh=name.zh, en=name.en)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list) else value


def _element(one: Element) -> ElementView:
    return ElementView(
        process=one.process_id,
        id=one.id,
        name=_texts(one.name),
        kind=one.kind,
        form=one.form,
        calls=one.calls,
        message=one.message,
        signal=one.signal,
    )


def _fields(form: FormDefinition) -> list[FieldView]:
    return [view for one in walk(form.components) if (view := _field(one)) is not None]


def _field(part: Component) -> FieldView | None:
    if isinstance(part, DynamicList):
        return FieldView(
            key=part.key,
            label=_said(part.label, part.key),
            type="rows",
            fields=[view for one in part.fields if (view := _field(one)) is not None],
        )
    if not isinstance(part, FormField) or part.from_context:
        return None
    return FieldView(
        key=part.key,
        label=_said(part.label, part.key),
        type=part.type,
        required=part.rules.required,
        options=[
            OptionView(value=one.value, label=_said(one.label, str(one.value)))
            for one in part.choices.fixed
        ],
    )


def _said(phrase: Any, otherwise: str) -> Texts:
    return Texts(zh=phrase.text("zh-CN") or otherwise, en=phrase.text("en") or otherwise)


def _texts(words: tuple[str, str]) -> Texts:
    return Texts(zh=words[0], en=words[1])
