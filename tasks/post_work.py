"""What the posts of an organisation have to do: duties that meet in one person, work that waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from itertools import combinations

from sqlalchemy import func
from sqlalchemy.orm import aliased
from sqlmodel import Session, col, select

from engine.definitions import Definitions
from engine.errors import EngineError
from engine.posts import Exclusion, Posts
from engine.rows import candidate_groups
from engine.user_tasks import UserTask, UserTaskGroup, UserTaskStatus
from tasks.bundled import current_bundle_of

CANDIDATE = "candidate"
KINDS_SHOWN = 200


@dataclass(frozen=True)
class Clash:
    """Two posts whose work excludes one another within a batch, by these duties of each."""

    posts: tuple[str, str]
    duties: tuple[str, str]
    basis: str


@dataclass(frozen=True)
class WaitingWork:
    """User tasks of one name that wait for a post."""

    post: str
    name: str
    name_en: str
    count: int


def clashes_among(
    posts: Posts, duties: Mapping[str, frozenset[str]], held: Iterable[str]
) -> list[Clash]:
    """List which of some posts exclude one another, each pair once for each exclusion.

    `duties` are what the work of each post is marked with, as `duties_of_posts` gives them.
    """
    pairs = combinations(sorted(set(held)), 2)
    return [
        Clash((one, other), met, exclusion.basis)
        for one, other in pairs
        for exclusion in posts.exclusions
        if (met := _meeting(exclusion, duties.get(one), duties.get(other))) is not None
    ]


def _meeting(
    exclusion: Exclusion, one: frozenset[str] | None, other: frozenset[str] | None
) -> tuple[str, str] | None:
    """Give a duty of each side; not of one that could do both by itself alone."""
    mine = (one or frozenset()) & exclusion.duties
    theirs = (other or frozenset()) & exclusion.duties
    found = [(a, b) for a in sorted(mine) for b in sorted(theirs) if a != b]
    return found[0] if found else None


def duties_of_posts(
    db: Session, definitions: Definitions, tenant: str, posts: Posts
) -> Mapping[str, frozenset[str]]:
    """Give the duties of the work that each post gets now, less what the post is not held to."""
    bundle_id = current_bundle_of(db, tenant)
    drawn = {} if bundle_id is None else _drawn(definitions, bundle_id)
    limits = posts.duties_of_posts()
    return {key: found & limits.get(key, found) for key, found in drawn.items()}


@lru_cache(maxsize=64)
def _drawn(definitions: Definitions, bundle_id: str) -> dict[str, frozenset[str]]:
    # A bundle never changes.
    found: dict[str, set[str]] = {}
    for process_id in definitions.process_ids(bundle_id):
        try:
            process = definitions.process(bundle_id, process_id)
        except EngineError:
            continue
        for element in process.elements_by_process.get(process_id, {}).values():
            if duty := element.extensions.get("duty"):
                for post in candidate_groups(element.extensions):
                    found.setdefault(post, set()).add(duty)
    return {post: frozenset(duties) for post, duties in found.items()}


def waiting_work(db: Session, tenant: str, vacant: Iterable[str]) -> list[WaitingWork]:
    """List what only posts without anybody could take, most of it first."""
    keys = sorted(set(vacant) - {CANDIDATE})
    if not keys:
        return []
    other = aliased(UserTaskGroup)
    reached = select(other.group_key).where(
        other.user_task_id == UserTaskGroup.user_task_id, col(other.group_key).not_in(keys)
    )
    grouped = (col(UserTaskGroup.group_key), col(UserTask.name), col(UserTask.name_en))
    count = func.count()
    query = (
        select(*grouped, count)
        .join(UserTask, col(UserTask.id) == col(UserTaskGroup.user_task_id))
        .where(
            UserTaskGroup.tenant == tenant,
            col(UserTaskGroup.group_key).in_(keys),
            col(UserTask.assignee).is_(None),
            UserTask.status == UserTaskStatus.READY.value,
            ~reached.exists(),
        )
        .group_by(*grouped)
        .order_by(count.desc(), *grouped)
        .limit(KINDS_SHOWN)
    )
    return [
        WaitingWork(post, name, name_en or name, number)
        for post, name, name_en, number in db.exec(query)
    ]
