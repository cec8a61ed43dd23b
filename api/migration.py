"""Bring a database to this version: schema, job engine's tables, packaged definitions."""

import pkgutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.resources import as_file, files
from typing import Any

from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection
from sqlmodel import SQLModel

from api.application import Installation, packaged_sources
from engine.database import Database, create_database
from engine.dbos_jobs import create_job_tables
from engine.publication import PublishReport

PACKAGES = ("appraisal", "engine", "tasks", "api")


@dataclass(frozen=True)
class Migrated:
    """What a migration did."""

    revision: str
    reports: tuple[PublishReport, ...]

    @property
    def refused(self) -> bool:
        """Whether definitions were refused; then none of their scope was published."""
        return any(report.refused for report in self.reports)


def migrate(installation: Installation, *, actor: str = "migrate") -> Migrated:
    """Bring the schema up to date, then publish the packaged definitions that changed."""
    revision = upgrade(installation.database)
    create_job_tables(installation.database)
    sources = packaged_sources(installation.plugins)
    with installation.database.transaction() as db:
        reports = installation.publish(db, sources, actor)
    return Migrated(revision, tuple(reports))


def upgrade(database: Database) -> str:
    """Run the migrations that are missing; returns the version reached."""
    database.create_namespace()
    with database.writer.begin() as connection, _config(connection) as config:
        command.upgrade(config, "head")
        return MigrationContext.configure(connection).get_current_revision() or ""


def is_current(database: Database) -> bool:
    """Whether the database has reached the version of this code; a newer one has not."""
    with database.writer.begin() as connection, _config(connection) as config:
        wanted = ScriptDirectory.from_config(config).get_current_head()
        return MigrationContext.configure(connection).get_current_revision() == wanted


def differences(database: Database) -> list[Any]:
    """How the database's tables differ from those the code declares."""
    load_tables()
    with database.writer.connect() as connection:
        options = {
            "include_name": include_name,
            "include_object": include_object,
            "compare_type": False,
        }
        context = MigrationContext.configure(connection, opts=options)
        return list(compare_metadata(context, SQLModel.metadata))


def write_migration(message: str) -> None:
    """Write the migration that brings an up-to-date database to what the code declares.

    For developers: `python -m api.migration "Add the waiting list"`, then read what it wrote.
    """
    with tempfile.TemporaryDirectory() as folder:
        database = create_database(f"sqlite:///{folder}/scratch.sqlite")
        upgrade(database)
        with database.writer.begin() as connection, _config(connection) as config:
            known = list(ScriptDirectory.from_config(config).walk_revisions())
            number = f"{len(known) + 1:04d}"
            command.revision(config, message, autogenerate=True, rev_id=number)
        database.dispose()


def load_tables() -> None:
    """Import every module that may declare tables."""
    for package in PACKAGES:
        for found in pkgutil.iter_modules(import_module(package).__path__, f"{package}."):
            if not found.ispkg:
                import_module(found.name)


def include_name(name: str | None, kind: str, parents: Any) -> bool:
    """Whether a table of the database is ours: the job engine looks after its own."""
    if kind != "table":
        return True
    return name in SQLModel.metadata.tables


def include_object(_: Any, name: str | None, kind: str, reflected: bool, __: Any) -> bool:
    """Whether a declared table belongs to the product: tests declare some of their own."""
    return reflected or kind != "table" or not str(name).startswith("engine_test_")


@contextmanager
def _config(connection: Connection) -> Iterator[Config]:
    with as_file(files("migrations")) as folder:
        config = Config()
        config.set_main_option("script_location", str(folder).replace("%", "%%"))
        config.set_main_option("file_template", "v%%(rev)s_%%(slug)s")
        config.attributes["connection"] = connection
        yield config


if __name__ == "__main__":
    write_migration(sys.argv[1])
