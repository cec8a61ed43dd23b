"""Errors as clients see them: RFC 9457 problem documents with stable types.

The only place where errors meet HTTP.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

import structlog
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse
from pydantic.alias_generators import to_camel
from sqlalchemy.exc import DataError, DBAPIError
from starlette.exceptions import HTTPException

from api.languages import language_of
from api.logins import WeakPassword, WrongSignIn
from api.request_errors import request_error
from api.wrong_names import WRONG_NAMES
from appraisal.enrolments import UnknownEnrolment
from appraisal.roster_imports import HasProblems, NotChecked
from appraisal.sessions import UnknownSession
from appraisal.sheets import UNREADABLE, UnreadableTable
from appraisal.zip_files import REFUSED, RefusedZip
from engine.clock import ClockRefused
from engine.errors import (
    IncidentAlreadyResolved,
    InstanceNotRunning,
    InvalidVariables,
    NotSkippable,
    OperationNotAllowed,
    StaleInstance,
    UnknownDefinition,
    UnknownInstance,
    UnknownProcess,
    UnknownRow,
    UnknownUserTask,
    UserTaskNotReady,
    UserTaskTaken,
    describe_error,
)
from forms import InvalidAnswer
from tasks.bindings import BindingRefused
from tasks.completion import NotAllowed
from tasks.personnel import LastAdministrator, NotActive, UnknownPost, WrongName
from tasks.publications import (
    InstancesStranded,
    NothingToPublish,
    PublicationMoved,
    PublicationNotReady,
    SamePerson,
)

TYPE_PREFIX = "urn:jiancheng:problem:"
MEDIA_TYPE = "application/problem+json"

log = structlog.get_logger(__name__)


@dataclass(frozen=True)
class ProblemType:
    """One kind of problem; its name never changes."""

    status: int
    zh: str
    en: str


PROBLEMS = {
    "malformed": ProblemType(400, "请求格式不正确", "The request is malformed"),
    "not-signed-in": ProblemType(401, "请先登录", "Sign in first"),
    "wrong-sign-in": ProblemType(
        401, "登录名、密码或链接不正确", "The name, the password or the link is wrong"
    ),
    "forbidden": ProblemType(403, "您没有权限进行此操作", "You may not do this"),
    "forged-request": ProblemType(
        403, "请求来源无法确认,请刷新页面后重试", "The request's origin is unclear: reload the page"
    ),
    "not-found": ProblemType(404, "没有找到", "Not found"),
    "method-not-allowed": ProblemType(405, "不支持此方法", "The method is not allowed here"),
    "too-slow": ProblemType(
        408, "请求没有及时发完，请重试", "The request was not sent in time: try again"
    ),
    "user-task-not-ready": ProblemType(
        409, "该任务已办结或已失效", "The user task was completed or is gone"
    ),
    "migration-not-done": ProblemType(
        409, "迁移尚未完成,或只是试运行,不能撤销", "The migration is not done, or was a dry run"
    ),
    "migration-outdated": ProblemType(
        409,
        "试运行以后又发布了新版本,请重新试运行",
        "A newer version was published since the dry run: try it out again",
    ),
    "user-task-taken": ProblemType(
        409, "该任务已被他人认领", "Somebody else has claimed the user task"
    ),
    "conflicts-open": ProblemType(409, "还有冲突没有选择", "Some conflicts are not decided yet"),
    "changed-meanwhile": ProblemType(
        409, "数据刚被他人修改,请重试", "Somebody else changed this just now: try again"
    ),
    "operation-not-allowed": ProblemType(
        409, "流程图不允许对该任务这样操作", "The diagram does not allow this with the user task"
    ),
    "not-running": ProblemType(409, "流程已结束或已暂停", "The process has ended or is on hold"),
    "already-resolved": ProblemType(409, "该异常已处理", "The incident was settled before"),
    "not-skippable": ProblemType(409, "该环节不能跳过", "The element cannot be skipped"),
    "clock-refused": ProblemType(409, "不能这样调整时钟", "The clock cannot be moved like this"),
    "roster-not-checked": ProblemType(
        409, "请先上传并检查同一份名册", "Upload and check this very roster first"
    ),
    "roster-has-problems": ProblemType(
        409, "名册中仍有错误行", "The roster still has rows with problems"
    ),
    "nothing-to-publish": ProblemType(409, "没有可以发布的草稿", "There is no draft to publish"),
    "examine-again": ProblemType(
        409, "检查之后内容又变了,请重新检查", "Something changed since: examine it again"
    ),
    "not-to-record": ProblemType(
        409, "这个实例不能录成场景", "This instance cannot be recorded as a scenario"
    ),
    "not-to-publish": ProblemType(
        409, "这次发布没有通过检查或已结束", "The publication did not pass, or is over"
    ),
    "instances-stranded": ProblemType(
        409,
        "有在办实例正停在要删除的环节上：请先办完，或确认它们留在原来的版本",
        "Running instances wait at elements that would be gone: finish them first, or confirm that "
        "they stay with the version that they have",
    ),
    "last-administrator": ProblemType(
        409,
        "机构至少要有一名系统管理员：请先任命另一人",
        "Somebody has to manage the organisation: appoint another administrator first",
    ),
    "person-inactive": ProblemType(
        409, "此人已停用，请先恢复", "The person was deactivated: reactivate them first"
    ),
    "posts-exclude": ProblemType(
        409,
        "所任岗位的职责互斥，请确认后再任命",
        "The duties of the posts exclude one another: confirm it to appoint all the same",
    ),
    "same-person": ProblemType(409, "须由另一个人确认", "Another person has to confirm it"),
    "precondition-failed": ProblemType(
        412, "内容已变化,请刷新", "The content has changed: read it again"
    ),
    "precondition-required": ProblemType(
        428, "请说明修改所依据的版本(If-Match)", "Say which revision you changed (If-Match)"
    ),
    "draft-held": ProblemType(
        423, "他人正在编辑此定义", "Somebody else is editing this definition"
    ),
    "too-large": ProblemType(413, "上传内容过大", "The request is too large"),
    "invalid": ProblemType(422, "提交的内容有误", "What was sent does not fit"),
    "key-reused": ProblemType(
        422, "幂等键已用于另一请求", "The idempotency key was used for another request"
    ),
    "weak-password": ProblemType(
        422,
        "密码至少 12 位,且不能包含登录名",
        "A password has 12 characters or more and not the sign-in name in it",
    ),
    "unreadable-file": ProblemType(422, "文件无法读取", "The file cannot be read"),
    "too-many-requests": ProblemType(429, "请求过于频繁,请稍后再试", "Too many requests"),
    "internal": ProblemType(500, "系统内部错误", "Something went wrong inside"),
    "unavailable": ProblemType(503, "系统暂时繁忙,请稍后重试", "Busy: try again in a moment"),
}

_BY_STATUS = {
    401: "not-signed-in",
    403: "forbidden",
    404: "not-found",
    405: "method-not-allowed",
    408: "too-slow",
    413: "too-large",
}

ERRORS: dict[type[Exception], str] = {
    WrongSignIn: "wrong-sign-in",
    WeakPassword: "weak-password",
    UserTaskNotReady: "user-task-not-ready",
    UserTaskTaken: "user-task-taken",
    OperationNotAllowed: "operation-not-allowed",
    StaleInstance: "changed-meanwhile",
    InstanceNotRunning: "not-running",
    IncidentAlreadyResolved: "already-resolved",
    NotSkippable: "not-skippable",
    ClockRefused: "clock-refused",
    NothingToPublish: "nothing-to-publish",
    PublicationMoved: "examine-again",
    PublicationNotReady: "not-to-publish",
    InstancesStranded: "instances-stranded",
    SamePerson: "same-person",
    LastAdministrator: "last-administrator",
    NotActive: "person-inactive",
    WrongName: "invalid",
    UnknownPost: "not-found",
    NotAllowed: "forbidden",
    BindingRefused: "forbidden",
    InvalidAnswer: "invalid",
    InvalidVariables: "invalid",
    UnknownUserTask: "not-found",
    UnknownInstance: "not-found",
    UnknownProcess: "not-found",
    UnknownDefinition: "not-found",
    UnknownRow: "not-found",
    UnknownSession: "not-found",
    UnknownEnrolment: "not-found",
    NotChecked: "roster-not-checked",
    HasProblems: "roster-has-problems",
    UnreadableTable: "unreadable-file",
    RefusedZip: "unreadable-file",
}

REFUSALS = {
    "other_organisation": ("该任务属于其他机构", "The user task is another organisation's"),
    "not_your_post": ("该任务不属于您的岗位", "The user task is not for your post"),
    "not_your_task": ("该任务由他人办理", "The user task is somebody else's"),
    "out_of_scope": ("该流程不在授权范围内", "The process is outside what was granted"),
    "four_eyes": ("您已参与前一环节,须由他人办理", "You did the step before: another must do this"),
    "exclusive_duty": (
        "您在本批次承担了互斥的职责",
        "You have done work in this batch that excludes this",
    ),
    "conflict_of_interest": ("您与该考生存在回避情形", "You must stay away from this candidate"),
}


class Problem(Exception):
    """A problem raised on purpose by the edge."""

    def __init__(
        self,
        name: str,
        *,
        errors: Sequence[Mapping[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(name)
        self.name = name
        self.errors = list(errors)
        self.headers = dict(headers or {})
        self.more = more


def add_problem_handlers(app: FastAPI) -> None:
    """Answer every error with a problem document."""
    app.add_exception_handler(Problem, _on_problem)
    app.add_exception_handler(RequestValidationError, _on_invalid_request)
    app.add_exception_handler(HTTPException, _on_http_error)
    app.add_exception_handler(DBAPIError, _on_database_error)
    for error in ERRORS:
        app.add_exception_handler(error, _on_known_error)


def problem_response(request: Request, problem: Problem) -> Response:
    """The document of a problem in the reader's language; for a browser on a page, a page."""
    kind = PROBLEMS[problem.name]
    language = language_of(request)
    if page := _as_page(request, problem, en=language == "en"):
        return page
    content: dict[str, Any] = {
        "type": TYPE_PREFIX + problem.name,
        "title": kind.en if language == "en" else kind.zh,
        "status": kind.status,
        "instance": request.scope.get("root_path", "") + request.url.path,
        **problem.more,
    }
    if problem.errors:
        content["errors"] = [_in_language(one, language) for one in problem.errors]
    headers = {"Cache-Control": "no-store", "Content-Language": language, **problem.headers}
    if kind.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="jiancheng"'
    return JSONResponse(content, kind.status, headers, media_type=MEDIA_TYPE)


def _in_language(error: Mapping[str, str], language: str) -> dict[str, str]:
    told = dict(error)
    english = told.pop("message_en", told.get("message", ""))
    return {**told, "message": english} if language == "en" else told


def _as_page(request: Request, problem: Problem, *, en: bool) -> Response | None:
    kind = PROBLEMS[problem.name]
    draw_page = getattr(request.app.state, "error_page", None)
    if draw_page is None:
        return None
    detail = str(problem.more.get("detail", ""))
    page: Response | None = draw_page(request, kind.status, kind.en if en else kind.zh, detail)
    if page is not None:
        page.headers.update(problem.headers)
    return page


def problem_of(error: Exception, language: str) -> Problem:
    """The problem that a known error is to a client."""
    name = next(ERRORS[kind] for kind in type(error).__mro__ if kind in ERRORS)
    match error:
        case InvalidAnswer():
            errors = [
                {"pointer": one.pointer, "code": one.code, "message": one.message}
                for one in error.errors
            ]
            return Problem(name, errors=errors)
        case UserTaskNotReady():
            at = error.completed_at
            return Problem(
                name,
                completedBy=error.completed_by,
                completedAt=None if at is None else at.astimezone(UTC).isoformat(),
                userTaskStatus=error.status,
            )
        case UserTaskTaken():
            return Problem(name, assignee=error.assignee)
        case NotAllowed():
            zh, en = REFUSALS[error.refusal]
            return Problem(name, detail=en if language == "en" else zh, reason=error.refusal.value)
        case WrongName():
            zh, en = WRONG_NAMES[error.field, error.code]
            pointer = f"/{to_camel(error.field)}"
            told = {"pointer": pointer, "code": error.code, "message": zh, "message_en": en}
            return Problem(name, errors=[told])
        case UnreadableTable():
            return _about_file(name, "/sheet", error.code, UNREADABLE, language)
        case RefusedZip():
            return _about_file(name, "/attachments", error.code, REFUSED, language)
    return Problem(name)


def _about_file(
    name: str, pointer: str, code: str, texts: Mapping[str, tuple[str, str]], language: str
) -> Problem:
    message = texts[code][language == "en"]
    return Problem(name, errors=[{"pointer": pointer, "code": code, "message": message}])


def _on_problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)
    return problem_response(request, error)


def _on_known_error(request: Request, error: Exception) -> Response:
    return problem_response(request, problem_of(error, language_of(request)))


def _on_invalid_request(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)
    # What was sent is left out of the message: it may be data of a person.
    language = language_of(request)
    errors = [request_error(one, language) for one in error.errors()[:100]]
    malformed = any(one["code"] == "json_invalid" for one in errors)
    return problem_response(
        request, Problem("malformed" if malformed else "invalid", errors=errors)
    )


def _on_http_error(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)
    fallback = "malformed" if error.status_code < 500 else "internal"
    name = _BY_STATUS.get(error.status_code, fallback)
    return problem_response(request, Problem(name, headers=error.headers))


def _on_database_error(request: Request, error: Exception) -> Response:
    if isinstance(error, DataError):
        # The database cannot store what was sent, such as NUL in a form's text.
        return problem_response(request, Problem("malformed"))
    log.warning("database error", path=request.url.path, error=describe_error(error))
    retry = Problem("unavailable", headers={"Retry-After": "1"})
    return problem_response(request, retry)


def unexpected_response(request: Request, error: Exception) -> Response:
    """The answer to an error that is no client's; it tells nothing."""
    log.error("unexpected error", path=request.url.path, error=type(error).__name__)
    return problem_response(request, Problem("internal"))
