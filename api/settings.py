"""Settings, from the environment: `JIANCHENG_<NAME>`."""

from datetime import timedelta
from functools import cached_property
from pathlib import Path
from typing import Literal

from pydantic import Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

Mode = Literal["production", "demo", "training", "test"]


class Settings(BaseSettings):
    """All settings of an installation.

    Keys and uploads lie below `folder` unless said otherwise; the keyring never lies in
    the database.
    """

    model_config = SettingsConfigDict(env_prefix="JIANCHENG_", extra="ignore")

    mode: Mode = Field(
        default="production", description="demo, training and test may move the clock"
    )
    folder: Path = Field(
        default=Path("var"), description="where everything that is not code is kept"
    )
    database_url: str = Field(default="", description="default: SQLite in the folder")
    database_schema: str | None = Field(
        default=None, description="PostgreSQL schema for all tables"
    )
    keyring_file: Path | None = Field(default=None, description="keys that protect personal data")
    secret_key: SecretStr | None = Field(
        default=None, description="signs cookies; default: a kept file"
    )
    public_url: str = Field(default="", description="address people use, for links and QR codes")
    language: Literal["zh-CN", "en"] = "zh-CN"
    log_level: Literal["debug", "info", "warning", "error"] = "info"
    host: str = "127.0.0.1"
    port: int = Field(default=8000, ge=0, le=65535)
    worker: bool = Field(default=True, description="`serve` also runs jobs and timers")
    worker_threads: int | None = Field(default=None, ge=1, le=64)
    poll_seconds: float = Field(default=0.2, ge=0.01, le=5)
    lease_seconds: float = Field(default=4, ge=0.5, le=120)
    login_hours: float = Field(default=12, gt=0, le=72)
    upload_bytes: int = Field(default=32_000_000, ge=1_000, description="largest request body")
    body_seconds: float = Field(
        default=30, ge=0.1, description="a request body may take; longer for what has come of it"
    )
    verifications_per_minute: int = Field(
        default=30, ge=1, description="of certificates, per address"
    )
    sign_ins_per_minute: int = Field(default=10, ge=1, description="per address and per name")
    trusted_proxies: str = Field(default="127.0.0.1", description="whose forwarded addresses count")

    @property
    def clock_is_movable(self) -> bool:
        """Whether business time may be moved forward here."""
        return self.mode != "production"

    @property
    def secure_cookies(self) -> bool:
        """Whether cookies are for HTTPS only."""
        return self.public_url.startswith("https:")

    @property
    def public_address(self) -> str:
        """The address people use; without one, that of this machine."""
        return self.public_url.rstrip("/") or f"http://{self.host}:{self.port}"

    @property
    def login_lifetime(self) -> timedelta:
        """How long somebody stays signed in."""
        return timedelta(hours=self.login_hours)

    @cached_property
    def database_address(self) -> str:
        """The database's address."""
        return self.database_url or f"sqlite:///{(self.folder / 'jiancheng.sqlite').absolute()}"

    @property
    def objects_folder(self) -> Path:
        """Where documents and uploads are kept."""
        return self.folder / "objects"

    @property
    def archives_folder(self) -> Path:
        """Where the sealed archives of batches are kept."""
        return self.folder / "archives"
