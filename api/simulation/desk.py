"""One user task on somebody's desk, and the policies that answer it."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from api.simulation.answers import default_answer
from api.simulation.scene import Scene
from api.simulation.visitor import Visitor

Answer = dict[str, Any]


class Leave(Exception):
    """The person leaves the user task for now; `until` says when to look again, if known."""

    def __init__(self, until: datetime | None = None) -> None:
        super().__init__()
        self.until = until


@dataclass(frozen=True)
class Desk:
    """A user task read by the person who is to do it."""

    who: str
    visitor: Visitor
    scene: Scene
    user_task: Mapping[str, Any]

    @property
    def element(self) -> str:
        """The element's id."""
        return str(self.user_task["elementId"])

    @property
    def context(self) -> Mapping[str, Any]:
        """What the form shows."""
        return dict(self.user_task.get("context") or {})

    @property
    def key(self) -> str:
        """The business key."""
        return str(self.user_task["businessKey"])

    @property
    def room(self) -> str:
        """The room's key, without what follows the subject."""
        return self.key

    @property
    def subject(self) -> str:
        """The subject that the business key ends with."""
        return self.key.rpartition("-")[2]

    def default(self) -> Answer:
        """The answer when nothing special is the matter."""
        return default_answer(self.user_task.get("answerSchema") or {}, self.context)


Policy = Callable[[Desk], Answer]


class Policies:
    """Policies by element id."""

    def __init__(self) -> None:
        self._by_element: dict[str, Policy] = {}

    def answers(self, *elements: str) -> Callable[[Policy], Policy]:
        """Register a policy for some elements."""

        def register(policy: Policy) -> Policy:
            for element in elements:
                self._by_element[element] = policy
            return policy

        return register

    def include(self, other: "Policies") -> None:
        """Add another's policies."""
        self._by_element.update(other._by_element)

    def answer(self, desk: Desk) -> Answer:
        """Answer a user task.

        Raises:
            Leave: The person leaves it for now.
        """
        policy = self._by_element.get(desk.element)
        return desk.default() if policy is None else policy(desk)
