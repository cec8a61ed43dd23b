"""One batch worked from its opening to the archive, by people who only use the API."""

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from api.simulation import exam, preparation, registration, results
from api.simulation.acts import candidates_act, import_roster
from api.simulation.crew import ADMINISTRATOR, Crew, NobodyCan
from api.simulation.desk import Desk, Leave, Policies
from api.simulation.errors import CannotSimulate
from api.simulation.scene import Scene
from api.simulation.visitor import Refused, Visitor
from appraisal.demo_roster import ELECTRICIAN

POLICIES = Policies()
for group in (registration, preparation, exam, results):
    POLICIES.include(group.policies)

_OVER = ("archived", "cancelled")
_BLIND = ("mark_alone", "mark_third")
_CODER = "confidential1"
_JOBS_WITHIN_SECONDS = 120.0
_PAUSE_SECONDS = 0.05
# Rounds in a row in which the clock moved and still nobody had anything to do.
_EMPTY_ROUNDS = 200
# How often one element of one business key may be done before it is taken for a loop.
_OFTEN = 200


class Stuck(CannotSimulate):
    """Nothing moves any more; the message says what everything waits for."""


Told = Callable[[dict[str, Any]], None]


@dataclass
class Batch:
    """A batch being worked. It goes on where it was when the application starts again.

    `stop_at` are elements that nobody does: when only they are left, the batch is left so.
    """

    crew: Crew
    scene: Scene
    name: str
    stop_at: Collection[str] = ()
    told: Told = lambda _: None
    done: int = 0
    _left: dict[str, datetime | None] = field(default_factory=dict)
    _busy: list[str] = field(default_factory=list)
    _times: Counter[str] = field(default_factory=Counter)

    def open(self) -> None:
        """Open the batch with its start form."""
        who = self.crew.staff("standards")
        now = datetime.fromisoformat(who.get("/clock")["now"])
        answer = {
            "name": self.name,
            "kind": "unified",
            "exam_date": registration.exam_day(now.date()).isoformat(),
            "site": "实训中心",
            "training_wanted": True,
        }
        started = who.post(
            "/process-instances", {"processId": "appraisal_session", "answer": answer}
        )
        self.scene.number = str(started["businessKey"])

    def run(self) -> None:
        """Work until the batch is archived, or left where it is to stay.

        Raises:
            Stuck: Nothing moves any more.
        """
        if not self.scene.number:
            self.open()
        empty = 0
        while empty <= _EMPTY_ROUNDS:
            # Only when nothing runs by itself is an empty round a sign that time must pass.
            self._settle()
            if self._is_over():
                return
            if self._round():
                empty = 0
                continue
            if self._is_left():
                return
            empty += 1
            self._advance()
        raise Stuck(self._what_waits())

    def _is_over(self) -> bool:
        session = self.crew.staff("planner").get(f"/sessions/{self.scene.number}")
        if session["status"] == "registration":
            import_roster(self.crew, self.scene)
        return session["status"] in _OVER

    def _is_left(self) -> bool:
        if not self.stop_at:
            return False
        return any(task["elementId"] in self.stop_at for task in self._board())

    def _round(self) -> int:
        """Everybody does what is on their desk; returns how much was done."""
        self._left.clear()
        done = candidates_act(self.crew, self.scene)
        for task in list(self._board()):
            if task["elementId"] not in self.stop_at:
                done += self._do(task, self.crew.holders(task["candidateGroups"]))
        # Single desks are looked at when nothing else can be done: there are many of them.
        if not done and not self.stop_at:
            done = self._round_of_own()
        return done

    def _round_of_own(self) -> int:
        """Do what was given to single people, who are asked until all of it is found."""
        hidden = self.crew.measures()["user_tasks_ready"] - len(self._left)
        done = 0
        # Who had something to do last time is asked first.
        for name in [*self._busy, *(n for n in self.crew.names if n not in self._busy)]:
            if hidden <= 0:
                return done
            found = self._do_own(self.crew.staff(name), name)
            if found:
                self._busy = [name, *(one for one in self._busy if one != name)]
            done, hidden = done + found, hidden - found
        if hidden > 0:
            for enrolment in self._waiting_candidates():
                done += self._do_own(self.crew.candidate(enrolment), enrolment)
        return done

    def _waiting_candidates(self) -> list[str]:
        """The enrolments whose candidates may have something to do."""
        scene = self.scene
        listed = self.crew.portal.items(f"/sessions/{scene.number}/enrolments")
        states = {str(one["number"]): str(one["state"]) for one in listed}
        return [
            number
            for number in scene.enrolments
            if states.get(number) == "supplement"
            or scene.facts(number).accommodation
            or (states.get(number) in ("admitted", "ticketed") and self._has_own_work(number))
        ]

    def _has_own_work(self, enrolment: str) -> bool:
        # A thesis to hand in, or the electricians' safety briefing to sign.
        examinee = self.scene.enrolments[enrolment]
        return "二级" in examinee.row["认定等级"] or examinee.occupation == ELECTRICIAN

    def _do_own(self, visitor: Visitor, who: str) -> int:
        tasks = list(visitor.items("/user-tasks", view="mine", sessionNumber=self.scene.number))
        return sum(self._do(task, [who], visitor) for task in tasks)

    def _board(self) -> Iterable[dict[str, Any]]:
        return self.crew.portal.items(
            "/user-tasks", view="claimable", sessionNumber=self.scene.number
        )

    def _do(
        self, task: dict[str, Any], people: Iterable[str], visitor: Visitor | None = None
    ) -> int:
        if task["elementId"] in _BLIND:
            self._learn_codes()
        path = f"/user-tasks/{task['id']}"
        for who in people:
            sitting = visitor or self.crew.staff(who)
            detail = sitting.get(path)
            if detail["refusal"] is not None:
                continue
            try:
                answer = POLICIES.answer(Desk(who, sitting, self.scene, detail))
            except Leave as leave:
                self._left[str(task["id"])] = leave.until
                return 0
            if not self._complete(sitting, path, answer):
                return 0
            self._count(task)
            return 1
        raise NobodyCan(f"{task['elementId']} of {task['businessKey']}")

    def _complete(self, visitor: Visitor, path: str, answer: dict[str, Any]) -> bool:
        try:
            visitor.post(f"{path}/completion", {"answer": answer})
        except Refused as refused:
            # A timer or a message may have taken it away meanwhile.
            if refused.code == "user-task-not-ready":
                return False
            raise
        return True

    def _count(self, task: dict[str, Any]) -> None:
        self.done += 1
        self._times[f"{task['elementId']} {task['businessKey']}"] += 1
        ((place, times),) = self._times.most_common(1)
        if times > _OFTEN:
            raise Stuck(f"{place} came back {times} times; {self._what_waits()}")
        self.told(task)

    def _learn_codes(self) -> None:
        who = self.crew.staff(_CODER)
        codes = who.get(f"/sessions/{self.scene.number}/script-codes")["items"]
        if len(codes) > len(self.scene.codes):
            admissions = self.scene.admissions
            self.scene.codes = {
                one["blindCode"]: admissions[one["admissionNumber"]] for one in codes
            }

    def _settle(self) -> None:
        """Wait until no job runs and no timer is due, in two readings one after the other."""
        until = time.monotonic() + _JOBS_WITHIN_SECONDS
        idle = 0
        while idle < 2:
            found = self.crew.measures()
            if found.get("incidents_open") or time.monotonic() > until:
                raise Stuck(self._what_waits())
            idle = 0 if found["jobs_open"] or found["timers_due"] else idle + 1
            if not idle:
                time.sleep(_PAUSE_SECONDS)

    def _advance(self) -> None:
        """Move business time to what is due next."""
        admin = self.crew.staff(ADMINISTRATOR)
        clock = admin.get("/clock")
        now = datetime.fromisoformat(clock["now"])
        moments = [moment for moment in self._left.values() if moment is not None]
        if clock["nextTimerAt"]:
            moments.append(datetime.fromisoformat(clock["nextTimerAt"]))
        if not moments:
            raise Stuck(self._what_waits())
        by = max(min(moments) - now, timedelta(0)) + timedelta(seconds=1)
        admin.post("/clock/advance", {"by": f"PT{int(by.total_seconds()) + 1}S"})
        # The application may take a moment to see the new time; before, nothing is due.
        while datetime.fromisoformat(admin.get("/clock")["now"]) < now + by:
            time.sleep(_PAUSE_SECONDS)

    def _what_waits(self) -> str:
        admin = self.crew.staff(ADMINISTRATOR)
        session = self.crew.staff("planner").get(f"/sessions/{self.scene.number}")
        board = [f"{one['elementId']} {one['businessKey']}" for one in self._board()]
        try:
            incidents: list[Any] = list(admin.items("/incidents"))
        except Refused as refused:
            incidents = [refused.problem]
        return (
            f"batch {self.scene.number} is {session['status']}; measures {self.crew.measures()}; "
            f"waiting for people: {board}; incidents: {incidents}; clock {admin.get('/clock')}"
        )
