"""What the editors ask: what a definition may refer to, and which variables there are."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import Query
from pydantic import Field

from api.definitions import require_read
from api.drafts import FindingView, finding_view
from api.problems import Problem
from api.resources import Resource, Wanted
from api.work import Reading, Work, WorkRouter
from engine.bundles import Member, Name, hash_of
from engine.design_context import (
    Named,
    Variable,
    members_in,
    named_decisions,
    named_forms,
    named_processes,
)
from engine.diagrams import STAGES
from engine.diagrams.importing import import_diagram
from engine.drafts import drafts_of
from engine.errors import DiagramError
from engine.feel.offered import Offered, offered_functions
from engine.findings import Finding
from engine.posts import NAME as POSTS_NAME
from engine.posts import InvalidPosts, Posts, parse_posts
from engine.service_tasks import ServiceTask
from tasks.fact_members import fact_members
from tasks.posts import packaged_posts
from tasks.service_titles import group_titles, input_titles, titles_of

router = WorkRouter(prefix="/designer", tags=["definitions"])

_MOST_DIAGRAM = 5_000_000
Scope = Annotated[str, Query(max_length=100)]


class Texts(Resource):
    """A text in both languages."""

    zh: str
    en: str


class NamedView(Resource):
    """A definition to choose, with the names it takes and gives."""

    key: str
    name: Texts
    inputs: list[str] = Field(default_factory=list)
    outputs: list[str] = Field(default_factory=list)


class InputView(Resource):
    """An input of a service task; `type` as its author wrote it."""

    name: str
    title: Texts
    required: bool
    type: str


class ServiceView(Resource):
    """A service task with its inputs; `gives` declares its result, null when it does not say."""

    name: str
    title: Texts
    group: Texts
    run: Literal["inline", "job"]
    inputs: list[InputView]
    open_ended: bool
    gives: str | None


class FunctionView(Resource):
    """One way to call a function; the optional parameters come after the needed ones."""

    name: str
    needed: list[str]
    optional: list[str]


class DesignContextView(Resource):
    """All that a diagram of a scope may refer to, its drafts included."""

    scope: str
    forms: list[NamedView]
    posts: list[NamedView]
    duties: list[NamedView]
    stages: list[str]
    services: list[ServiceView]
    decisions: list[NamedView]
    processes: list[NamedView]
    functions: list[FunctionView]


class VariablesAsked(Wanted):
    """A diagram as it is being drawn, and one of its elements."""

    scope: Annotated[str, Field(max_length=100)]
    content: Annotated[str, Field(max_length=_MOST_DIAGRAM)]
    element_id: Annotated[str, Field(min_length=1, max_length=200)]


class VariableView(Resource):
    """A variable; `from` tells facts, which are looked up, from variables of the process.

    `title` says what it is, with the unit of a number; null where nothing tells.
    """

    name: str
    title: Texts | None
    type: str
    origin: str = Field(alias="from")
    entries: list[VariableView]


class VariablesView(Resource):
    """What an expression of the element may name."""

    variables: list[VariableView]


class ImportAsked(Wanted):
    """A diagram that was drawn elsewhere."""

    content: Annotated[str, Field(min_length=1, max_length=_MOST_DIAGRAM)]


class ImportView(Resource):
    """The mended copy, and what was mended, carried over or has no meaning here."""

    content: str
    notes: list[FindingView]


@router.get("/context")
def read_context(work: Reading, scope: Scope = "base") -> DesignContextView:
    """List what a diagram of a scope may refer to."""
    members = members_for(work, scope)
    host = work.installation.definitions.host
    posts = _posts(members)
    return DesignContextView(
        scope=scope,
        forms=_named(named_forms(members.values())),
        posts=[_view(one.key, one.name, one.name_en) for one in posts.posts.values()],
        duties=[_view(one.key, one.name, one.name_en) for one in posts.duties.values()],
        stages=list(STAGES),
        services=[_service(one) for one in work.installation.engine.service_tasks],
        decisions=_named(named_decisions(members.values(), host)),
        processes=_named(named_processes(members.values())),
        functions=[_function(one) for one in offered_functions(host.functions or {})],
    )


@router.post("/variables")
def list_variables(work: Reading, body: VariablesAsked) -> VariablesView:
    """List what an expression of an element of a diagram may name; nothing is stored."""
    members = members_for(work, body.scope)
    context = work.installation.design_context
    try:
        found = context.variables(members, body.content.encode(), body.element_id)
    except DiagramError:
        found = []  # The check says what is wrong with it.
    return VariablesView(variables=[_variable(one) for one in found])


@router.post("/imports")
def import_diagram_file(work: Reading, body: ImportAsked) -> ImportView:
    """Make a draft of a diagram drawn elsewhere; nothing is stored."""
    work.require("definition.design")
    try:
        draft = import_diagram(body.content.encode())
    except DiagramError as error:
        raise Problem("invalid", errors=[_refused(one) for one in error.findings]) from error
    return ImportView(
        content=draft.content.decode(), notes=[finding_view(one) for one in draft.notes]
    )


def _refused(one: Finding) -> dict[str, str]:
    return {
        "pointer": "/content",
        "code": one.code,
        "message": one.message_zh,
        "message_en": one.message_en,
    }


def members_for(work: Work, scope: str) -> dict[Name, Member]:
    """Give the definitions that hold in a scope, its drafts first, for somebody who designs.

    Raises:
        Problem: forbidden, or not-found where there is no such scope for the actor.
    """
    require_read(work, scope)
    work.require("definition.design")
    drafts = drafts_of(work.db, scope)
    members = [
        Member(one.kind, one.key, scope, 0, one.content, hash_of(one.content), one.derived_from)
        for one in drafts
        if one.content is not None
    ]
    removed = [(one.kind, one.key) for one in drafts if one.removes]
    return members_in(work.db, scope, members, removed)


def posts_of(work: Work, scope: str) -> list[NamedView]:
    """List the posts that a scope has, its draft of them first."""
    posts = _posts(members_for(work, scope))
    return [_view(one.key, one.name, one.name_en) for one in posts.posts.values()]


def _posts(members: dict[Name, Member]) -> Posts:
    member = members.get(POSTS_NAME)
    try:
        return packaged_posts() if member is None else parse_posts(member.content)
    except InvalidPosts:
        return packaged_posts()  # Its own editor says why.


def _named(found: list[Named]) -> list[NamedView]:
    return [
        NamedView(key=one.key, name=Texts(**one.name), inputs=[*one.inputs], outputs=[*one.outputs])
        for one in found
    ]


def _view(key: str, zh: str, en: str) -> NamedView:
    return NamedView(key=key, name=Texts(zh=zh, en=en or zh))


def _service(task: ServiceTask) -> ServiceView:
    inputs = [
        InputView(
            name=name,
            title=Texts(**input_titles(name)),
            required=name in task.required,
            type=task.types.get(name, ""),
        )
        for name in sorted(task.parameters, key=lambda one: (one not in task.required, one))
    ]
    return ServiceView(
        name=task.name,
        title=Texts(**titles_of(task)),
        group=Texts(**group_titles(task)),
        run=task.run,
        inputs=inputs,
        open_ended=task.open_ended,
        gives=task.gives,
    )


def _function(one: Offered) -> FunctionView:
    return FunctionView(name=one.name, needed=list(one.needed), optional=list(one.optional))


def _variable(one: Variable, path: str = "") -> VariableView:
    """Tell a variable; `path` is that of the fact of which it is a member, if it is one."""
    here = f"{path}.{one.name}".removeprefix(".") if one.origin == "fact" else ""
    member = fact_members().get(path, {}).get(one.name)
    title = None if member is None else Texts(zh=member.zh, en=member.en)
    entries = [_variable(entry, here) for entry in one.entries]
    given: dict[str, Any] = {"name": one.name, "type": one.type, "from": one.origin}
    return VariableView(**given, title=title, entries=entries)
