"""The command line: `jiancheng <command>`.

Exit codes: 0 it is done and well, 1 it was refused or something is wrong with what was
looked at, 2 it was called wrongly or cannot run here.
"""

import os
import socket
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from uuid import UUID

import typer
import uvicorn

from api.administration import (
    add_administrator,
    add_api_client,
    check_roster_file,
    import_roster_file,
    link_for,
)
from api.app import create_app
from api.checking import lint_folders, scenario_results
from api.command_errors import (
    demo_told,
    existing_file,
    existing_folder,
    existing_folders,
    leave,
)
from api.command_errors import settings as settings_of_environment
from api.command_installation import installed, require_current
from api.comparison_commands import commands as comparison_commands
from api.console import AsJson, console, finding_facts, finding_line, say, tell
from api.diagram_commands import commands as diagram_commands
from api.logs import configure_logs
from api.migration import migrate as migrate_installation
from api.migration_commands import commands as migration_commands
from api.organisation_commands import commands as organisation_commands
from api.publish_commands import commands as publish_commands
from api.recording_commands import commands as recording_commands
from api.run_commands import commands as run_commands
from api.scope_commands import commands as scope_commands
from api.simulation.lock import sole_use
from api.standing import stand_by
from api.trial_commands import commands as trial_commands
from appraisal.bag import verify
from appraisal.roster_imports import RosterFiles
from engine.instances import get_instance
from engine.memory import settle

app = typer.Typer(no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.add_typer(diagram_commands)
app.add_typer(comparison_commands)
app.add_typer(run_commands)
app.add_typer(scope_commands)
app.add_typer(organisation_commands)
app.add_typer(migration_commands)
app.add_typer(publish_commands)
app.add_typer(trial_commands)
app.add_typer(recording_commands)


@app.command()
def serve(
    host: Annotated[str | None, typer.Option(help="address to listen on")] = None,
    port: Annotated[int | None, typer.Option(help="port to listen on")] = None,
    worker: Annotated[bool, typer.Option(help="run jobs and timers here too")] = True,
) -> None:
    """Serve pages and API; jobs and timers run in the same process unless told otherwise."""
    known = settings_of_environment()
    settings = known.model_copy(
        update={
            "host": host or known.host,
            "port": known.port if port is None else port,
            "worker": known.worker and worker,
        }
    )
    require_current()
    _require_free(settings.host, settings.port)
    configure_logs(settings)
    application = create_app(settings)
    settle()
    uvicorn.run(
        application,
        host=settings.host,
        port=settings.port,
        # Paths hold one-time tokens, so they are not written to a log.
        access_log=False,
        log_config=None,
        server_header=False,
        forwarded_allow_ips=settings.trusted_proxies,
    )


def _require_free(host: str, port: int) -> None:
    """Leave with 2 when somebody listens on the port already."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            leave(
                f"端口 {port} 不能使用({error.strerror}),请换一个:--port 或 make run PORT=…。",
                f"Port {port} cannot be used ({error.strerror}); choose another: --port, "
                "or make run PORT=….",
            )


@app.command()
def worker() -> None:
    """Run jobs and timers without serving."""
    require_current()
    with installed() as installation:
        settle()
        stand_by(installation)


@app.command()
def migrate(as_json: AsJson = False) -> None:
    """Bring the database to this version and publish the packaged definitions."""
    with installed() as installation:
        done = migrate_installation(installation)
    findings = [one for report in done.reports for one in report.findings]
    count = sum(len(report.new_versions) for report in done.reports)
    facts = {
        "revision": done.revision,
        "newVersions": count,
        "refused": done.refused,
        "findings": [finding_facts(one) for one in findings],
    }
    summary = say(
        f"数据库版本 {done.revision},新发布的定义 {count} 个",
        f"Database at version {done.revision}, definitions published: {count}",
    )
    text = [*map(finding_line, findings), summary]
    tell(as_json, facts, "\n".join(text))
    if done.refused:
        raise typer.Exit(1)


@app.command("create-admin")
def create_admin(
    organisation: Annotated[str, typer.Option(help="code of the organisation")],
    sign_in_name: Annotated[str, typer.Option(help="never derived from an ID number")],
    name: Annotated[str, typer.Option(help="name of the person")] = "",
    organisation_name: Annotated[str, typer.Option(help="for a new organisation")] = "",
    as_json: AsJson = False,
) -> None:
    """Make somebody an administrator and print a link that signs in once."""
    with installed() as installation:
        link = add_administrator(installation, organisation, organisation_name, name, sign_in_name)
    tell(
        as_json,
        {"link": link},
        say("一次性登录链接(三天内有效):", "Link for one sign-in, good for three days:")
        + f"\n{link}",
    )


@app.command("create-link")
def create_link(
    organisation: Annotated[str, typer.Option(help="code of the organisation")],
    sign_in_name: Annotated[str, typer.Option(help="who is to sign in")],
    as_json: AsJson = False,
) -> None:
    """Print a new link that signs a person in once."""
    with installed() as installation:
        link = link_for(installation, organisation, sign_in_name)
    tell(as_json, {"link": link}, link)


@app.command("create-client")
def create_client(
    organisation: Annotated[str, typer.Option(help="code of the organisation")],
    name: Annotated[str, typer.Option(help="what the system is called")],
    scope: Annotated[list[str], typer.Option(help="may be given several times")],
    post: Annotated[list[str] | None, typer.Option(help="a post it works for")] = None,
    days: Annotated[int, typer.Option(min=1, max=3650)] = 365,
    as_json: AsJson = False,
) -> None:
    """Register another system and print its token, which is told only now."""
    with installed() as installation:
        token = add_api_client(installation, organisation, name, scope, posts=post or (), days=days)
    tell(as_json, {"token": token}, token)


@app.command("import-roster")
def import_roster(
    session_number: Annotated[str, typer.Argument(help="number of the batch")],
    sheet: Annotated[Path, typer.Argument(callback=existing_file, help=".xlsx or .csv")],
    attachments: Annotated[
        Path | None, typer.Option(callback=existing_file, help="zip of photos and evidence")
    ] = None,
    confirm: Annotated[bool, typer.Option(help="import what was checked")] = False,
    leave_out_problems: Annotated[
        bool, typer.Option(help="import the rows without problems")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Check a roster; with --confirm import it."""
    files = RosterFiles(
        sheet.read_bytes(), None if attachments is None else attachments.read_bytes()
    )
    with installed() as installation:
        checked = check_roster_file(installation, session_number, files)
        imported = 0
        wrong = [one for one in checked.problems if one.get("severity", "error") == "error"]
        if confirm and (leave_out_problems or not wrong):
            imported = import_roster_file(installation, session_number, files, leave_out_problems)
    facts = {
        "total": checked.total,
        "valid": checked.valid,
        "problems": checked.problems,
        "imported": imported,
    }
    lines = [_roster_line(one) for one in checked.problems]
    lines.append(
        say(
            f"共 {checked.total} 行,可导入 {checked.valid} 行,已导入 {imported} 行",
            f"Rows: {checked.total}, without problems: {checked.valid}, imported: {imported}",
        )
    )
    tell(as_json, facts, "\n".join(lines))
    if wrong:
        raise typer.Exit(1)


def _roster_line(problem: Mapping[str, Any]) -> str:
    """A problem of a roster in one line: cell or row, column, reason."""
    message = say(str(problem["message"]), str(problem["message_en"]))
    place = problem.get("cell") or (
        say(f"第 {problem['row']} 行", f"row {problem['row']}") if problem["row"] else ""
    )
    return " ".join(part for part in (place, str(problem["column"]), message) if part)


@app.command()
def simulate(
    serve_after: Annotated[
        bool, typer.Option("--serve", help="then serve, with a second batch to work in")
    ] = False,
    port: Annotated[int, typer.Option(help="port to serve on", min=1, max=65535)] = 8000,
    fresh: Annotated[bool, typer.Option(help="begin anew even if there is a demo")] = False,
) -> None:
    """Do a whole demo batch through the API, with simulated staff and invented candidates.

    With --serve, a demo that is there is served as it is.
    """
    from api.simulation.command import run  # noqa: PLC0415 -- slow import
    from api.simulation.demo import FOLDER  # noqa: PLC0415 -- slow import

    with demo_told(), sole_use(FOLDER, f"http://127.0.0.1:{port}" if serve_after else "demo"):
        if serve_after:
            _require_free("127.0.0.1", port)
        well, environment = run(console, serve=serve_after, port=port, fresh=fresh)
        if serve_after:
            os.environ.update(environment)
            serve(port=port)
        elif not well:
            raise typer.Exit(1)


@app.command()
def lint(
    folders: Annotated[list[Path] | None, typer.Argument(callback=existing_folders)] = None,
    as_json: AsJson = False,
) -> None:
    """Check definitions as publishing would: the packaged ones, with those of the folders."""
    findings = lint_folders(folders or [])
    wrong = [one for one in findings if one.severity == "error"]
    facts = {"errors": len(wrong), "findings": [finding_facts(one) for one in findings]}
    text = [
        *map(finding_line, findings),
        say(
            f"{len(wrong)} 个错误,{len(findings) - len(wrong)} 个提醒",
            f"Errors: {len(wrong)}, warnings: {len(findings) - len(wrong)}",
        ),
    ]
    tell(as_json, facts, "\n".join(text))
    if wrong:
        raise typer.Exit(1)


@app.command("run-scenarios")
def run_scenarios(
    folders: Annotated[list[Path] | None, typer.Argument(callback=existing_folders)] = None,
    only: Annotated[str, typer.Option(help="a process id or a scenario's name")] = "",
    as_json: AsJson = False,
) -> None:
    """Run the scenarios below the folders, else all packaged ones."""
    results = scenario_results(folders or [], only)
    failed = [one for one in results if one.problem]
    facts = {"ran": len(results), "failed": [vars(one) for one in failed]}
    summary = say(
        f"{len(results)} 个场景,{len(failed)} 个不符",
        f"Scenarios: {len(results)}, failed: {len(failed)}",
    )
    if not results:
        summary = say("没有找到场景。", "There is no such scenario.")
    text = [*(one.problem for one in failed), summary]
    tell(as_json, facts, "\n".join(text))
    if failed or not results:
        raise typer.Exit(1)


@app.command("verify-archive")
def verify_archive(
    folder: Annotated[Path, typer.Argument(callback=existing_folder)],
    as_json: AsJson = False,
) -> None:
    """Check an archive package: every file is there and unchanged."""
    problems = verify(folder)
    facts = {"valid": not problems, "problems": [vars(one) for one in problems]}
    lines = [f"{one.path}: {say(one.message_zh, one.message_en)}" for one in problems]
    whole, broken = (
        say("档案完整", "The archive is whole"),
        say("档案有问题", "The archive is not whole"),
    )
    tell(as_json, facts, "\n".join([*lines, broken if problems else whole]))
    if problems:
        raise typer.Exit(1)


@app.command("rebuild-rows")
def rebuild_rows(
    instance: Annotated[UUID | None, typer.Option(help="only this process instance")] = None,
    as_json: AsJson = False,
) -> None:
    """Write the rows that follow from the instances' states anew."""
    with installed() as installation, installation.database.transaction() as db:
        if instance is not None:
            get_instance(db, instance)
        changed = installation.engine.rebuild_rows(db, instance)
    tell(as_json, {"changed": changed}, say(f"更正了 {changed} 行", f"Rows put right: {changed}"))


def main() -> None:
    """Run the command line."""
    app()
