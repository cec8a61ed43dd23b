"""Functions that diagrams call, in named groups."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeVar, overload

from engine.diagrams import read_declaration
from engine.errors import EngineError, UnknownServiceTask

Json = Any
RunMode = Literal["inline", "job"]
ServiceFunction = Callable[..., Any]
F = TypeVar("F", bound=ServiceFunction)


class ServiceTaskNameClash(EngineError):
    """Two service tasks claim the same name."""


@dataclass(frozen=True)
class Continue:
    """What a job returns to be committed and called again with `context.cursor`.

    `progress` is (done, total), for people.
    """

    cursor: Json
    progress: tuple[int, int] | None = None


class BpmnError(Exception):
    """Raised by a service task to leave through the error boundary event of that code.

    Everything the service task wrote before is undone.
    """

    def __init__(self, code: str, message: str = "") -> None:
        super().__init__(message or code)
        self.code = code
        self.message = message or code


@dataclass(frozen=True)
class ServiceTask:
    """One function a diagram can call by `name` (`group.function`).

    `gives` declares what its result has, as `jc:variables` does; None when it does not say.
    `title` and `title_en` name it for designers; the English one is the first sentence of the
    docstring unless it was told. `types` are the Python types of the inputs, as written.
    """

    name: str
    function: ServiceFunction
    run: RunMode
    attempts: int
    wants_context: bool
    parameters: frozenset[str]
    required: frozenset[str]
    open_ended: bool
    gives: str | None = None
    title: str = ""
    title_en: str = ""
    types: Mapping[str, str] = field(default_factory=dict)

    def undeclared(self, result: Mapping[str, Any]) -> list[str]:
        """List what a result has that the service task does not say it gives."""
        if self.gives is None:
            return []
        said = read_declaration(self.gives)
        return [name for name in result if name not in said]

    def accepts(self, names: frozenset[str]) -> bool:
        """Whether exactly these inputs may be given."""
        return self.required <= names and (self.open_ended or names <= self.parameters)


class ServiceTasks:
    """A group of service tasks; groups are joined with `include`."""

    def __init__(self, group: str = "") -> None:
        self.group = group
        self._tasks: dict[str, ServiceTask] = {}

    @overload
    def register(self, function: F) -> F: ...

    @overload
    def register(
        self,
        *,
        run: RunMode = "inline",
        attempts: int = 5,
        name: str | None = None,
        gives: str | None = None,
        title: str = "",
        title_en: str = "",
    ) -> Callable[[F], F]: ...

    def register(
        self,
        function: F | None = None,
        *,
        run: RunMode = "inline",
        attempts: int = 5,
        name: str | None = None,
        gives: str | None = None,
        title: str = "",
        title_en: str = "",
    ) -> F | Callable[[F], F]:
        """Make a function callable from diagrams as `group.function`.

        `inline` runs in the caller's transaction and touches nothing but the database; `job` runs
        after the commit, up to `attempts` times, then becomes an incident. `gives` declares the
        result, so that diagrams are checked against it: `"passed: boolean, grade: a | b"`.
        `title` and `title_en` are what designers read.
        """

        def add(target: F) -> F:
            local = name or target.__name__
            full = f"{self.group}.{local}" if self.group else local
            described = _describe(full, target, run, attempts, gives)
            english = title_en or described.title_en
            self._add(replace(described, title=title, title_en=english))
            return target

        return add(function) if function is not None else add

    def include(self, other: ServiceTasks) -> None:
        """Take over all service tasks of another group."""
        for task in other:
            self._add(task)

    def changed(self, change: Callable[[ServiceTask], ServiceTask]) -> ServiceTasks:
        """Give another group of the same names, with each service task changed."""
        other = ServiceTasks(self.group)
        other._tasks = {name: change(task) for name, task in self._tasks.items()}
        return other

    def get(self, name: str) -> ServiceTask:
        """Give the service task of that name.

        Raises:
            UnknownServiceTask: Nothing is registered under it.
        """
        try:
            return self._tasks[name]
        except KeyError:
            raise UnknownServiceTask(name) from None

    def __contains__(self, name: object) -> bool:
        return name in self._tasks

    def __iter__(self) -> Iterator[ServiceTask]:
        return iter(self._tasks.values())

    def __len__(self) -> int:
        return len(self._tasks)

    def _add(self, task: ServiceTask) -> None:
        known = self._tasks.setdefault(task.name, task)
        if known.function is not task.function:
            raise ServiceTaskNameClash(task.name)


def _describe(
    name: str, function: ServiceFunction, run: RunMode, attempts: int, gives: str | None
) -> ServiceTask:
    described = inspect.signature(function)
    signature: Mapping[str, inspect.Parameter] = described.parameters
    nothing = described.return_annotation in (None, "None")
    kinds = inspect.Parameter
    positional = [
        p
        for p in signature.values()
        if p.kind in (kinds.POSITIONAL_ONLY, kinds.POSITIONAL_OR_KEYWORD)
    ]
    keywords = [p for p in signature.values() if p.kind is kinds.KEYWORD_ONLY]
    return ServiceTask(
        name=name,
        function=function,
        run=run,
        attempts=attempts,
        wants_context=len(positional) > 1,
        parameters=frozenset(p.name for p in keywords),
        required=frozenset(p.name for p in keywords if p.default is kinds.empty),
        open_ended=any(p.kind is kinds.VAR_KEYWORD for p in signature.values()),
        gives="" if nothing and gives is None else gives,
        title_en=_first_sentence(function),
        types={p.name: _written(p) for p in keywords if p.annotation is not kinds.empty},
    )


def _written(parameter: inspect.Parameter) -> str:
    return inspect.formatannotation(parameter.annotation).strip("'")


def _first_sentence(function: ServiceFunction) -> str:
    lines = (inspect.getdoc(function) or "").splitlines()
    return lines[0].strip().removesuffix(".") if lines else ""
