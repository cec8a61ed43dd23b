"""API clients: other systems, each with a hashed token, scopes and an end."""

import secrets
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from sqlalchemy import JSON
from sqlmodel import Field, Session, SQLModel

from api.logins import digest_of
from appraisal import people
from appraisal.columns import UtcDateTime

TOKEN_PREFIX = "jct_"  # noqa: S105 -- makes tokens easy to find in leaked texts
SCOPES = {
    "user-tasks:read": "列出和查看用户任务",
    "user-tasks:work": "认领和完成用户任务",
    "process-instances:read": "查看流程实例",
    "process-instances:start": "启动流程实例",
    "process-instances:cancel": "终止流程实例",
    "messages:send": "发送消息",
    "rosters:import": "导入名册",
    "sessions:read": "查看批次",
    "enrolments:read": "查看报名",
    "results:read": "查看成绩结果",
    "incidents:read": "查看异常",
    "incidents:work": "重试和跳过异常",
    "design": "查看定义和修改草稿",
    "publish": "发布定义",
    "migrations:read": "查看迁移报告和试运行",
    "migrations:run": "迁移运行中的流程",
    "people:read": "查看人员和岗位",
    "people:manage": "管理人员和岗位任命",
}


class UnknownScope(Exception):
    """There is no such scope."""


class ApiClient(SQLModel, table=True):
    """Another system that calls us. It acts as a person of its own, who never signs in.

    `processes` limits what it may start and see to these process ids; empty means all.
    """

    __tablename__ = "api_client"

    id: int | None = Field(default=None, primary_key=True)
    person_id: int = Field(foreign_key="person.id", index=True)
    organisation_id: int = Field(foreign_key="organisation.id", index=True)
    name: str = Field(max_length=100)
    digest: str = Field(max_length=64, unique=True)
    scopes: list[str] = Field(default_factory=list, sa_type=JSON)
    processes: list[str] = Field(default_factory=list, sa_type=JSON)
    per_minute: int = 600
    created_at: datetime = Field(sa_type=UtcDateTime)
    expires_at: datetime = Field(sa_type=UtcDateTime)
    revoked_at: datetime | None = Field(default=None, sa_type=UtcDateTime)


def add_client(
    db: Session,
    organisation_id: int,
    name: str,
    scopes: Iterable[str],
    *,
    posts: Iterable[str] = (),
    processes: Iterable[str] = (),
    lifetime: timedelta = timedelta(days=365),
    per_minute: int = 600,
) -> tuple[ApiClient, str]:
    """Register a system; returns its row and its token, which is told once.

    Raises:
        UnknownScope: A scope does not exist.
    """
    wanted = sorted(set(scopes))
    if unknown := [scope for scope in wanted if scope not in SCOPES]:
        raise UnknownScope(", ".join(unknown))
    now = datetime.now(UTC)
    sign_in_name = people.SYSTEM_PREFIX + secrets.token_hex(6)
    person = people.add_person(db, organisation_id, name, sign_in_name, posts=posts)
    assert person.id is not None
    token = TOKEN_PREFIX + secrets.token_urlsafe(32)
    client = ApiClient(
        person_id=person.id,
        organisation_id=organisation_id,
        name=name,
        digest=digest_of(token),
        scopes=wanted,
        processes=sorted(set(processes)),
        per_minute=per_minute,
        created_at=now,
        expires_at=now + lifetime,
    )
    db.add(client)
    db.flush()
    return client, token


def revoke_client(db: Session, client: ApiClient) -> None:
    """Refuse a client from now on."""
    client.revoked_at = datetime.now(UTC)
    db.add(client)
