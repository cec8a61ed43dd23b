"""Names of the elements that a scenario goes through, for people to read."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from appraisal.calendar import LOCAL
from engine.diagrams import ElementInfo
from engine.scripted_runs import Wait

SHOWN = 40
_WAITS = {
    "user task": ("待办“{name}”", "user task “{name}”"),
    "message": ("“{name}”的消息", "message at “{name}”"),
    "signal": ("“{name}”的信号", "signal at “{name}”"),
    "timer": ("“{name}”({detail})", "“{name}” ({detail})"),
    "incident": ("“{name}”的异常:{detail}", "incident at “{name}”: {detail}"),
}
_STATUSES = {
    "completed": "已结束",
    "running": "仍在运行",
    "cancelled": "已取消",
    "suspended": "已暂停",
    "failed": "出了异常",
}


def status_zh(status: str) -> str:
    """How an instance stands, in Chinese."""
    return _STATUSES.get(status, status)


class ElementNames:
    """Finds the names of elements, Chinese and English; an unknown one is called by its id."""

    def __init__(self, elements: Mapping[str, ElementInfo]) -> None:
        self._elements = elements

    def of(self, element_id: str) -> tuple[str, str]:
        """The name of an element in both languages."""
        found = self._elements.get(element_id)
        return (element_id, element_id) if found is None else (found.name, found.name_en)

    def path_zh(self, elements: Sequence[str]) -> str:
        """A path in Chinese."""
        return " → ".join(self._path(elements, 0))

    def path_en(self, elements: Sequence[str]) -> str:
        """A path in English."""
        return " → ".join(self._path(elements, 1))

    def _path(self, elements: Sequence[str], language: int) -> list[str]:
        names = [self.of(one)[language] for one in elements]
        if len(names) > SHOWN:
            names = [*names[: SHOWN // 2], "…", *names[-SHOWN // 2 :]]
        return names or ["—"]

    def waits(self, waiting: Sequence[Wait]) -> tuple[str, str]:
        """What an instance waits for, in both languages."""
        said = [self._wait(one) for one in waiting]
        return "、".join(zh for zh, _ in said) or "无", ", ".join(en for _, en in said) or "nothing"

    def _wait(self, one: Wait) -> tuple[str, str]:
        detail = one.detail
        if one.kind == "timer":
            detail = f"{datetime.fromisoformat(detail).astimezone(LOCAL):%Y-%m-%d %H:%M}"
        templates = _WAITS.get(one.kind, ("“{name}”", "“{name}”"))
        known = one.element_id in self._elements or one.kind != "user task"
        zh, en = self.of(one.element_id) if known else (detail, detail)
        return templates[0].format(name=zh, detail=detail), templates[1].format(
            name=en, detail=detail
        )
