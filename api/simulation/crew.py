"""The simulated people: each with an HTTP client of their own, signed in when first needed."""

import re
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from api.simulation.demo import Access
from api.simulation.errors import CannotSimulate
from api.simulation.visitor import Refused, Visitor

ADMINISTRATOR = "admin"
# What waits in the database; the measures of requests have labels and are passed over.
_MEASURE = re.compile(r"jiancheng_(\w+_(?:open|due|ready)) (\S+)")


class NobodyCan(CannotSimulate):
    """No member of staff may do a user task."""


class Crew:
    """Staff and candidates at their browsers, and the portal's own token."""

    def __init__(self, access: Access, address: Callable[[], str]) -> None:
        self._access = access
        self._address = address
        self._staff: dict[str, Visitor] = {}
        self._candidates: dict[str, Visitor] = {}
        self._turns: dict[str, int] = {}
        self.portal = Visitor(address, token=access.portal_token)

    @property
    def names(self) -> list[str]:
        """The sign-in names of all staff."""
        return list(self._access.staff)

    def staff(self, name: str) -> Visitor:
        """A member of staff, signed in."""
        if name not in self._staff:
            self._staff[name] = self._signed_in(iter(self._access.staff[name].links))
        return self._staff[name]

    def candidate(self, enrolment: str) -> Visitor:
        """The candidate of an enrolment, signed in with a link that the administrator made."""
        if enrolment not in self._candidates:
            self._candidates[enrolment] = self._signed_in(self._new_links(enrolment))
        return self._candidates[enrolment]

    def holders(self, posts: Sequence[str]) -> list[str]:
        """Who holds one of the posts, beginning with the one after who was first last time."""
        found = [name for name, one in self._access.staff.items() if set(one.posts) & set(posts)]
        if not found:
            raise NobodyCan(", ".join(posts))
        key = ",".join(posts)
        turn = self._turns.get(key, 0) % len(found)
        self._turns[key] = turn + 1
        return found[turn:] + found[:turn]

    def measures(self) -> dict[str, float]:
        """What waits, as the application measures it."""
        text = self.portal.ping("/metrics").text
        found = (_MEASURE.fullmatch(line) for line in text.splitlines())
        return {one[1]: float(one[2]) for one in found if one}

    def clock(self) -> dict[str, Any]:
        """Business time, and when the next timer is due."""
        found: dict[str, Any] = self.staff(ADMINISTRATOR).get("/clock")
        return found

    def close(self) -> None:
        """Close every connection."""
        for visitor in (*self._staff.values(), *self._candidates.values(), self.portal):
            visitor.close()

    def _new_links(self, enrolment: str) -> Iterator[str]:
        while True:
            path = f"/enrolments/{enrolment}/sign-in-links"
            try:
                made: dict[str, Any] = self.staff(ADMINISTRATOR).post(path)
            except Refused as refused:
                # A link is told once: where its answer was lost, the next one is asked for.
                if refused.code != "key-reused":
                    raise
            else:
                yield str(made["link"])

    def _signed_in(self, links: Iterator[str]) -> Visitor:
        visitor = Visitor(self._address)
        while True:
            link = next(links)
            try:
                visitor.sign_in(link)
            except Refused as refused:
                # The link worked, but its answer was lost with the application's process.
                if refused.code != "wrong-sign-in":
                    raise
            else:
                return visitor
