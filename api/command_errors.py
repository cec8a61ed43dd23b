"""What a command says that cannot go on: a sentence in Chinese and one in English, and its code."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import NoReturn

import typer
from pydantic import ValidationError
from sqlalchemy.exc import ArgumentError, DBAPIError, IntegrityError

from api.administration import UnknownAccount
from api.clients import SCOPES, UnknownScope
from api.console import errors
from api.settings import Settings
from api.simulation.errors import CannotSimulate
from api.wrong_names import WRONG_NAMES
from appraisal.errors import AppraisalError
from appraisal.sessions import UnknownSession
from appraisal.sheets import UNREADABLE, UnreadableTable
from appraisal.zip_files import REFUSED, RefusedZip
from engine.errors import UnknownInstance
from tasks.personnel import NotActive, UnknownPost, WrongName

MIGRATE_FIRST = (
    "数据库还没有升级到本程序的版本,请先运行 jiancheng migrate。",
    "The database is not of this version; run jiancheng migrate first.",
)


def leave(zh: str, en: str, code: int = 2) -> NoReturn:
    """Say why in both languages and leave with an exit code."""
    errors.print(f"{zh}\n{en}", highlight=False, markup=False, soft_wrap=True)
    raise typer.Exit(code)


@contextmanager
def told() -> Iterator[None]:
    """Say what is wrong with what was given or with the database, and leave with 2."""
    try:
        yield
    except (AppraisalError, UnknownInstance, UnknownScope) as error:
        leave(*_reason(error))
    except DBAPIError as error:
        if isinstance(error, IntegrityError):
            raise
        leave(*_database_reason(error))
    except ArgumentError:
        leave(
            "JIANCHENG_DATABASE_URL 不是数据库地址。",
            "JIANCHENG_DATABASE_URL is no address of a database.",
        )
    except OSError as error:
        leave(*_file_reason(error))


@contextmanager
def demo_told() -> Iterator[None]:
    """Say why a demo cannot be made, and leave with 1; with 2 where nothing can be written."""
    try:
        yield
    except CannotSimulate as error:
        leave("演示没有完成:", f"The demo did not complete:\n{error}", 1)
    except OSError as error:
        leave(*_file_reason(error))


def settings() -> Settings:
    """The settings of the environment; what is wrong with them is told, leaving with 2."""
    try:
        return Settings()
    except ValidationError as error:
        names = ", ".join(f"JIANCHENG_{str(one['loc'][0]).upper()}" for one in error.errors())
        details = "; ".join(one["msg"] for one in error.errors())
        leave(f"环境变量 {names} 的值不能使用。", f"The value of {names} cannot be used: {details}")


def existing_file(path: Path | None) -> Path | None:
    """Refuse a path where there is no file; for the parameters of commands."""
    if path is not None and not path.is_file():
        leave(f"没有文件 {path}。", f"There is no file {path}.")
    return path


def existing_folder(path: Path) -> Path:
    """Refuse a path where there is no folder."""
    if not path.is_dir():
        leave(f"没有文件夹 {path}。", f"There is no folder {path}.")
    return path


def existing(path: Path) -> Path:
    """Refuse a path where there is nothing."""
    if not path.exists():
        leave(f"没有文件或文件夹 {path}。", f"There is no file or folder {path}.")
    return path


def existing_folders(paths: Sequence[Path] | None) -> list[Path]:
    """Refuse the first path where there is no folder."""
    return [existing_folder(path) for path in paths or ()]


def _file_reason(error: OSError) -> tuple[str, str]:
    what = f"{error.filename or ''} ({error.strerror or error})".strip()
    return f"文件或文件夹不能使用:{what}", f"A file or folder cannot be used: {what}"


def _reason(error: Exception) -> tuple[str, str]:
    match error:
        case UnknownInstance():
            return f"没有流程实例 {error}。", f"There is no process instance {error}."
        case UnreadableTable():
            return UNREADABLE[error.code]
        case RefusedZip():
            return REFUSED[error.code]
        case UnknownSession():
            return f"没有编号为 {error} 的批次。", f"There is no session with the number {error}."
        case UnknownAccount():
            return (
                f"没有这个机构代码或登录名:{error}",
                f"There is no organisation with this code, or nobody with this name: {error}",
            )
        case WrongName() | NotActive() | UnknownPost():
            return _person_reason(error)
        case UnknownScope():
            known = ", ".join(SCOPES)
            return (
                f"没有这个权限范围:{error};可用:{known}",
                f"No such scope: {error}; known: {known}",
            )
    return f"不能完成:{error}", f"It cannot be done: {type(error).__name__}: {error}"


def _person_reason(error: WrongName | NotActive | UnknownPost) -> tuple[str, str]:
    match error:
        case WrongName():
            return WRONG_NAMES[error.field, error.code]
        case NotActive():
            return "此人已停用。", "The person was deactivated."
    known = ", ".join(error.known)
    return f"没有岗位 {error};可用:{known}", f"No such post: {error}; known: {known}"


def _database_reason(error: DBAPIError) -> tuple[str, str]:
    cause = str(error.orig)
    # 42P01 is PostgreSQL's code for a table that is not there.
    if "no such table" in cause or getattr(error.orig, "sqlstate", "") == "42P01":
        return MIGRATE_FIRST
    first = (cause.splitlines() or [type(error).__name__])[0]
    return f"数据库不能使用:{first}", f"The database cannot be used: {first}"
