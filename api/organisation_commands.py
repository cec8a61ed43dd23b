"""What those who run the machine decide for an organisation."""

from __future__ import annotations

from typing import Annotated

import typer

from api.administration import appoint, require_organisation
from api.command_installation import installed, require_current
from api.console import AsJson, say, tell

commands = typer.Typer()


@commands.command("appoint")
def appoint_person(
    code: Annotated[str, typer.Argument(help="code of the organisation")],
    sign_in_name: Annotated[str, typer.Argument(help="who is appointed")],
    post: Annotated[str, typer.Argument(help="key of a post of the organisation's definitions")],
    name: Annotated[str, typer.Option(help="adds somebody of this name who is new")] = "",
    as_json: AsJson = False,
) -> None:
    """Appoint somebody to a post, also one that the organisation's own definition added."""
    require_current()
    with installed() as installation:
        posts = appoint(installation, code, sign_in_name, post, name=name)
    tell(
        as_json, {"signInName": sign_in_name, "posts": posts}, f"{sign_in_name}: {', '.join(posts)}"
    )


@commands.command("set-organisation")
def set_organisation(
    code: Annotated[str, typer.Argument(help="code of the organisation")],
    keeps_base: Annotated[
        bool | None,
        typer.Option(help="its designers change what holds for all, the base and the industries"),
    ] = None,
    confirms_publications: Annotated[
        bool | None, typer.Option(help="a second person confirms what is published")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Say what the designers of an organisation may do; without options, tell how it is."""
    require_current()
    with installed() as installation, installation.database.transaction() as db:
        organisation = require_organisation(db, code)
        if keeps_base is not None:
            organisation.keeps_base = keeps_base
        if confirms_publications is not None:
            organisation.confirms_publications = confirms_publications
        db.add(organisation)
        keeps, confirms = organisation.keeps_base, organisation.confirms_publications
    lines = [
        say("可修改基础和行业的定义", "changes the base and the industries")
        if keeps
        else say("只能修改本机构的定义", "changes its own definitions only"),
        say("发布须第二人确认", "a second person confirms publications")
        if confirms
        else say("发布不须第二人确认", "nobody else confirms publications"),
    ]
    facts = {"code": code, "keepsBase": keeps, "confirmsPublications": confirms}
    tell(as_json, facts, "\n".join(lines))
