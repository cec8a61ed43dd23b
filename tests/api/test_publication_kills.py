"""A server that dies while it publishes has published nothing; asked again, it publishes all."""

import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

from sqlmodel import Session, select

from api.application import build_installation
from api.settings import Settings
from engine.bundles import BundleHead, Definition
from engine.drafts import drafts_of, save_draft
from engine.jobs import LocalQueue
from tasks.actors import Actor
from tasks.publications import PublicationRow, ask, items_of_drafts
from tests.api.small import sources

SCRIPT = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from api.application import build_installation
from api.settings import Settings
from engine.jobs import LocalQueue
from tasks.actors import Actor
from tasks.publications import PublicationRow, confirm
from sqlmodel import select

installation = build_installation(
    Settings(mode="test", folder=Path(sys.argv[1])), queue=lambda _: LocalQueue()
)
with installation.database.transaction() as db:
    row = db.exec(select(PublicationRow)).one()
    actor = Actor("person", 1, "x", 1, "OWN")
    confirm(db, installation.definitions, row.id, actor, installation.register_starts)
installation.dispose()
"""
SCOPE = "organisation:OWN"


def state(db: Session) -> tuple[str, int, int, int]:
    """Status, own versions, heads and drafts."""
    row = db.exec(select(PublicationRow)).one()
    own = db.exec(select(Definition).where(Definition.scope == SCOPE)).all()
    heads = db.exec(select(BundleHead).where(BundleHead.chain == f"base {SCOPE}")).all()
    return row.status, len(own), len(heads), len(drafts_of(db, SCOPE))


def test_killed_while_publishing_leaves_nothing_and_then_all(tmp_path: Path) -> None:
    installation = build_installation(
        Settings(mode="test", folder=tmp_path), queue=lambda _: LocalQueue()
    )
    installation.prepare()
    now = datetime.now(UTC)
    with installation.database.transaction() as db:
        installation.publish(db, sources(), "x")
        for source in sources():
            content = source.content + b"\n"
            save_draft(
                db, SCOPE, source.kind, source.key, content, expected=None, actor="1", now=now
            )
        actor = Actor("person", 1, "x", 1, "OWN")
        row = ask(db, SCOPE, items_of_drafts(db, SCOPE), actor, now)
    installation.examiner.examine(row.id)
    command = [sys.executable, "-c", SCRIPT, str(tmp_path)]
    deadly = {**os.environ, "JIANCHENG_MODE": "test", "JIANCHENG_KILL_AT": "while-publishing"}

    killed = subprocess.run(command, env=deadly, check=False)
    with installation.database.reading() as db:
        after_kill = state(db)
    done = subprocess.run(command, check=False)
    with installation.database.reading() as db:
        after_all = state(db)
    installation.dispose()

    assert killed.returncode == -signal.SIGKILL
    assert after_kill == ("examined", 0, 0, 2)
    assert done.returncode == 0
    assert after_all == ("published", 2, 1, 0)
