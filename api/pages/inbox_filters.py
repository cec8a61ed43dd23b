"""The inbox's address: view and filters stand in it, so that it can be kept and sent."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Literal
from urllib.parse import urlencode

from pydantic import BaseModel, ConfigDict, Field

from api.i18n import say, translate
from appraisal.sessions import AppraisalSession
from tasks.steps import STEPS, step_of
from tasks.worklists import View, WorklistFilter

_VIEWS = {
    View.MINE: "我的待办",
    View.CLAIMABLE: "待认领",
    View.OVERDUE: "已逾期",
    View.DONE: "已办",
}
_DUE = {"late": "已逾期", "day": "24 小时内到期", "week": "7 天内到期"}


class InboxAddress(BaseModel):
    """What the query of an inbox's address may hold."""

    model_config = ConfigDict(extra="ignore")

    view: View = View.MINE
    session: str = Field(default="", max_length=60)
    step: int | None = Field(default=None, ge=1, le=14)
    due: Literal["", "late", "day", "week"] = ""
    q: str = Field(default="", max_length=60)
    after: str = Field(default="", max_length=300)

    def narrowed(self) -> WorklistFilter:
        """Give the filter that the address names."""
        return WorklistFilter(self.session, self.step, self.due, self.q.strip())

    def query(self, **changed: Any) -> str:
        """Write the query with something changed; what is empty is left out."""
        values = {**self.model_dump(), **changed}
        kept = {key: str(value) for key, value in values.items() if value not in ("", None)}
        return f"?{urlencode(kept)}"


def tabs_of(
    address: InboxAddress, counts: dict[str, int], path: str, language: str
) -> list[dict[str, Any]]:
    """List the views, each with its count."""
    return [
        {
            "href": path + address.query(view=view.value, after=""),
            "label": translate(label, language),
            "current": view is address.view,
            "count": counts.get(view.value),
            "hot": view is View.OVERDUE,
        }
        for view, label in _VIEWS.items()
    ]


def chips_of(
    address: InboxAddress, sessions: dict[str, str], path: str, language: str
) -> list[dict[str, str]]:
    """List the filters in force, each with the address without it."""
    step = step_of(address.step)
    labels = {
        "session": sessions.get(address.session, address.session),
        "step": say(step.label(language), language) if step else "",
        "due": translate(_DUE.get(address.due, ""), language) if address.due else "",
        "q": f"“{address.q}”" if address.q else "",
    }
    return [
        {"href": path + address.query(**{name: "", "after": ""}), "label": label}
        for name, label in labels.items()
        if label
    ]


def menus_of(
    address: InboxAddress, sessions: list[AppraisalSession], path: str, language: str
) -> list[dict[str, Any]]:
    """List the filters that can be added, each with its choices."""
    menus = []
    if not address.session and sessions:
        menus.append(
            _menu("批次", [("session", s.number, s.name, None) for s in sessions], address, path)
        )
    if address.step is None:
        steps = [("step", s.number, say(s.label(language), language), s.number) for s in STEPS]
        menus.append(_menu("环节", steps, address, path))
    if not address.due:
        due = [("due", key, translate(label, language), None) for key, label in _DUE.items()]
        menus.append(_menu("时限", due, address, path))
    return [{**menu, "label": translate(menu["label"], language)} for menu in menus]


def _menu(
    label: str,
    items: Sequence[tuple[str, Any, str, int | None]],
    address: InboxAddress,
    path: str,
) -> dict[str, Any]:
    return {
        "label": label,
        "items": [
            {
                "href": path + address.query(**{name: value, "after": ""}),
                "label": text,
                "number": number,
            }
            for name, value, text, number in items
        ],
    }
