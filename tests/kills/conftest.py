"""One prepared installation for each database; runs are made on copies of it."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from uuid import uuid4

import pytest
from sqlalchemy.engine import URL

from tests.kills.grounds import Ground, Template


@pytest.fixture(
    scope="module",
    params=[
        pytest.param("sqlite", marks=pytest.mark.xdist_group("kills-sqlite")),
        pytest.param(
            "postgresql",
            marks=[pytest.mark.postgresql, pytest.mark.xdist_group("kills-postgresql")],
        ),
    ],
)
def new_ground(request: pytest.FixtureRequest) -> Iterator[Callable[[], Ground]]:
    """A function that gives a fresh copy of the prepared installation."""
    folder = Path(tempfile.mkdtemp(prefix="jc-kills-"))
    try:
        if request.param == "sqlite":
            template = Template.make(folder / "template", None, None)
        else:
            template = _on_postgresql(request, folder / "template")
        yield lambda: template.copy(folder / uuid4().hex[:8])
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _on_postgresql(request: pytest.FixtureRequest, folder: Path) -> Template:
    server = request.getfixturevalue("postgresql_server")
    original = _new_database(server.url, server.run)
    return Template.make(
        folder, original, lambda: _new_database(server.url, server.run, f"{original.database}")
    )


def _new_database(server: URL, run: Callable[[str], None], template: str = "template0") -> URL:
    name = f"kills_{uuid4().hex[:12]}"
    run(f"CREATE DATABASE {name} TEMPLATE {template}")
    return server.set(database=name)
