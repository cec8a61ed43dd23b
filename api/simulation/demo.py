"""A demo installation: where it lies, its invented world, and who may sign in."""

import os
import shutil
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from sqlalchemy import inspect
from sqlmodel import Session, col, select

from api.application import Installation, build_installation
from api.clients import ApiClient, add_client
from api.logins import make_link
from api.migration import migrate
from api.settings import Settings
from api.simulation.errors import CannotSimulate
from appraisal.organisations import Organisation
from appraisal.people import Person, posts_of
from tasks.demo_world import BODY_CODE, build_demo_world
from tasks.posts import packaged_posts

FOLDER = Path("var/demo")
# Of each person's links, so that one whose answer was lost can be made good.
LINKS_EACH = 3
_CALLS_A_MINUTE = 100_000
_PORTAL_SCOPES = ("messages:send", "user-tasks:read", "enrolments:read", "sessions:read")


class DemoRefused(CannotSimulate):
    """A demo cannot be made here."""


@dataclass(frozen=True)
class Staff:
    """Somebody of the body's staff."""

    sign_in_name: str
    name: str
    posts: tuple[str, ...]
    links: list[str] = field(default_factory=list, repr=False)


@dataclass(frozen=True)
class Access:
    """How the simulated people get in: links by sign-in name, and the portal's token."""

    staff: dict[str, Staff]
    portal_token: str = field(repr=False)


def demo_environment(
    folder: Path, *, port: int | None = None, public_url: str = ""
) -> dict[str, str]:
    """The settings of a demo installation; what the caller's environment says goes first."""
    given = {
        "JIANCHENG_MODE": "demo",
        "JIANCHENG_FOLDER": str(folder),
        # All simulated people come from one address.
        "JIANCHENG_SIGN_INS_PER_MINUTE": "10000",
        "JIANCHENG_VERIFICATIONS_PER_MINUTE": "10000",
        "JIANCHENG_POLL_SECONDS": "0.05",
        "JIANCHENG_LOG_LEVEL": "warning",
    }
    if port is not None:
        given["JIANCHENG_PORT"] = str(port)
    if public_url:
        given["JIANCHENG_PUBLIC_URL"] = public_url
    kept = ("JIANCHENG_DATABASE_URL", "JIANCHENG_DATABASE_SCHEMA", "JIANCHENG_POLL_SECONDS")
    return {**given, **{name: os.environ[name] for name in kept if name in os.environ}}


def demo_settings(environment: Mapping[str, str]) -> Settings:
    """The settings that a server with this environment has."""
    names = {name: f"JIANCHENG_{name.upper()}" for name in Settings.model_fields}
    return Settings(**{k: environment[v] for k, v in names.items() if v in environment})  # type: ignore[arg-type]


def clear(folder: Path, settings: Settings) -> None:
    """Remove an earlier demo.

    Raises:
        DemoRefused: Its database lies elsewhere and is not empty: its keys stay, too.
    """
    if "JIANCHENG_DATABASE_URL" in os.environ:
        with _installed(settings) as installation:
            _refuse_used(installation)
    if folder.exists():
        shutil.rmtree(folder)


def set_up(settings: Settings) -> Access:
    """Make a new installation ready: schema, definitions, world, links, portal.

    Raises:
        DemoRefused: The database holds something, or the packaged definitions were refused.
    """
    settings.folder.mkdir(parents=True, exist_ok=True)
    with _installed(settings) as installation:
        _refuse_used(installation)
        _migrated(installation)
        with installation.database.transaction() as db:
            build_demo_world(db, today=installation.clock.today())
        return _access(installation)


def bring_up_to_date(settings: Settings) -> None:
    """Give a demo that is there the schema and the packaged definitions of this version.

    Raises:
        DemoRefused: The packaged definitions were refused.
    """
    with _installed(settings) as installation:
        _migrated(installation)


def open_access(settings: Settings) -> Access:
    """Make new links for all staff and a token for the portal."""
    with _installed(settings) as installation:
        return _access(installation)


def staff_links(settings: Settings) -> list[Staff]:
    """Make new links for all staff."""
    with _installed(settings) as installation, installation.database.transaction() as db:
        return _staff(db)


@contextmanager
def _installed(settings: Settings) -> Iterator[Installation]:
    installation = build_installation(settings)
    try:
        yield installation
    finally:
        installation.dispose()


def _migrated(installation: Installation) -> None:
    done = migrate(installation, actor="demo")
    if done.refused:
        found = [one for report in done.reports for one in report.findings]
        raise DemoRefused(
            "; ".join(one.message_zh for one in found),
            "; ".join(one.message_en for one in found),
        )


def _refuse_used(installation: Installation) -> None:
    # A database elsewhere is not ours to empty.
    if inspect(installation.database.writer).has_table("organisation"):
        url = installation.database.writer.url.render_as_string()
        raise DemoRefused(
            f"数据库 {url} 不是空的,演示不会改动它。请换一个空数据库,"
            "或取消 JIANCHENG_DATABASE_URL 后再试。",
            f"The database {url} is not empty, and a demo leaves it alone. Name an empty one, "
            "or unset JIANCHENG_DATABASE_URL.",
        )


def _access(installation: Installation) -> Access:
    with installation.database.transaction() as db:
        body = db.exec(select(Organisation).where(Organisation.code == BODY_CODE)).one()
        assert body.id is not None
        staff = {one.sign_in_name: one for one in _staff(db)}
        posts = sorted({*packaged_posts().posts} - {"candidate"})
        _, token = add_client(
            db, body.id, "报名门户", _PORTAL_SCOPES, posts=posts, per_minute=_CALLS_A_MINUTE
        )
    return Access(staff, token)


def _staff(db: Session) -> list[Staff]:
    clients = select(ApiClient.person_id)
    people = (
        select(Person)
        .where(col(Person.is_candidate).is_(False))
        .where(col(Person.id).not_in(clients))
        .order_by(col(Person.id))
    )
    found = []
    for person in db.exec(people):
        assert person.id is not None
        posts = tuple(sorted(posts_of(db, person.id, person.organisation_id)))
        links = [make_link(db, person.id) for _ in range(LINKS_EACH)]
        found.append(Staff(person.sign_in_name, person.name, posts, links))
    return found
