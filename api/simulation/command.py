"""`jiancheng simulate`: a whole demo batch, then perhaps a second one to work in."""

import time
from collections.abc import Callable, Collection, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from rich.console import Console

from api.simulation.batch import Batch
from api.simulation.crew import Crew
from api.simulation.demo import (
    FOLDER,
    Access,
    bring_up_to_date,
    clear,
    demo_environment,
    demo_settings,
    open_access,
    set_up,
    staff_links,
)
from api.simulation.progress import STEPS, show_links, show_problems, show_report, step_bar
from api.simulation.report import (
    Report,
    archive_folder,
    conclusions,
    count_instances,
    save_certificates,
)
from api.simulation.scene import Examinee, Scene
from api.simulation.server import Server
from appraisal.calendar import LOCAL
from appraisal.demo_roster import SEED, DemoCandidate, demo_roster

RESULT, SECOND = "result.json", "second-batch.txt"
FIRST_NAME, SECOND_NAME = "第一批职业技能等级认定", "第二批职业技能等级认定"
# In the second batch nobody has reviewed an application yet.
_LEFT_AT = ("first_review",)

Told = Callable[[Mapping[str, Any]], None]


@dataclass(frozen=True)
class Worked:
    """A batch after people worked in it."""

    crew: Crew
    batch: Batch


def work_batch(
    access: Access,
    address: Callable[[], str],
    roster: Sequence[DemoCandidate],
    *,
    name: str = FIRST_NAME,
    stop_at: Collection[str] = (),
    told: Told = lambda _: None,
) -> Worked:
    """Let the simulated people work a batch for a roster, at whatever address answers.

    The application may be ended and started again meanwhile.

    Raises:
        Stuck: Nothing moves any more.
    """
    crew = Crew(access, address)
    scene = Scene([Examinee.of(candidate) for candidate in roster])
    batch = Batch(crew, scene, name, stop_at=stop_at, told=told)
    try:
        batch.run()
    except BaseException:
        crew.close()
        raise
    return Worked(crew, batch)


def report_on(
    worked: Worked, roster: Sequence[DemoCandidate], folder: Path, seconds: float
) -> Report:
    """Ask what came of a batch and save its certificates."""
    crew, scene = worked.crew, worked.batch.scene
    return Report(
        conclusions(crew, scene, {one.id: one.intended for one in roster}),
        save_certificates(crew, scene, folder / "certificates"),
        archive_folder(crew, scene),
        count_instances(crew, scene),
        worked.batch.done,
        seconds,
    )


def simulate_first(console: Console, folder: Path, environment: Mapping[str, str]) -> Report:
    """Make a fresh demo installation, work its batch and write `result.json`."""
    began = time.monotonic()
    settings = demo_settings(environment)
    clear(folder, settings)
    console.print("· 建立演示环境")
    access = set_up(settings)
    roster = demo_roster(today=datetime.now(LOCAL).date())
    with ExitStack() as running:
        server = running.enter_context(Server(environment, folder / "server.log"))
        bar = running.enter_context(step_bar(console, "第一批次"))
        worked = work_batch(access, lambda: server.address, roster, told=bar.told)
        running.callback(worked.crew.close)
        bar.finished()
        report = report_on(worked, roster, folder, time.monotonic() - began)
    (folder / RESULT).write_bytes(report.as_json(Path.cwd()))
    show_problems(console, worked.batch.scene.roster_problems)
    show_report(console, report)
    return report


def simulate_second(console: Console, folder: Path, environment: Mapping[str, str]) -> None:
    """Work a second batch until the reviewers' inboxes are full."""
    access = open_access(demo_settings(environment))
    with ExitStack() as running:
        server = running.enter_context(Server(environment, folder / "server.log"))
        bar = running.enter_context(step_bar(console, "第二批次"))
        roster = demo_roster(today=_today(access, server), seed=SEED + 1)
        worked = work_batch(
            access,
            lambda: server.address,
            roster,
            name=SECOND_NAME,
            stop_at=_LEFT_AT,
            told=bar.told,
        )
        worked.crew.close()
        bar.finished(2, STEPS[2] + "(待办已满)")
    (folder / SECOND).write_text(f"{worked.batch.scene.number}\n", encoding="utf-8")


def _today(access: Access, server: Server) -> date:
    crew = Crew(access, lambda: server.address)
    try:
        return datetime.fromisoformat(crew.clock()["now"]).astimezone(LOCAL).date()
    finally:
        crew.close()


def run(
    console: Console, *, serve: bool, port: int, fresh: bool, folder: Path = FOLDER
) -> tuple[bool, dict[str, str]]:
    """Run the demo; gives whether all ended as intended, and the settings to serve it with.

    Without serving, the demo is always a fresh one; for serving, what is there is kept.

    Raises:
        CannotSimulate: It says why.
    """
    public_url = f"http://127.0.0.1:{port}"
    environment = demo_environment(folder, port=port, public_url=public_url)
    well = True
    if fresh or not serve or not (folder / RESULT).exists():
        well = simulate_first(console, folder, environment).as_intended
    else:
        bring_up_to_date(demo_settings(environment))
    if serve and not (folder / SECOND).exists():
        simulate_second(console, folder, environment)
    if serve:
        show_links(console, staff_links(demo_settings(environment)), public_url)
    # The short pause between looks at the timers is for the hurry of a simulation.
    environment.pop("JIANCHENG_POLL_SECONDS", None)
    return well, environment
