"""Play a random diagram and move the instance to an edited one on the way."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import Any

from engine.diagrams import CompiledProcess
from engine.effects import Effect, Target, Weighing
from engine.moving.moves import Moved, Order, move, undo
from engine.testing import BUNDLE, SourceDefinitions
from tests.engine.properties.edits import ADDED, RENAMED, mapping_of
from tests.engine.properties.playing import MOST_STEPS, Choice, Played, Player

NEWER = "newer"


class TwoVersions(SourceDefinitions):
    """The bundle of the tests, and a newer one."""

    def __init__(self, sources: Mapping[str, bytes], newer: Mapping[str, bytes]) -> None:
        super().__init__(sources)
        self.newer = SourceDefinitions(newer)

    def process(self, bundle_id: str, process_id: str) -> CompiledProcess:
        if bundle_id == NEWER:
            return self.newer.process(BUNDLE, process_id)
        return super().process(bundle_id, process_id)

    def start_events(self, bundle_id: str) -> Any:
        return self.newer.start_events(BUNDLE) if bundle_id == NEWER else self._starts


class TwoSides(Weighing):
    """Weighs bundles that are not stored."""

    def __init__(self, db: Any, definitions: Any, mapping: Mapping[str, str]) -> None:
        super().__init__(db, definitions, mapping)

    def side(self, bundle_id: str) -> Target:
        if bundle_id not in self._sides:
            self._sides[bundle_id] = Target({}, bundle_id, self.definitions)
        return self._sides[bundle_id]


class MovingPlayer(Player):
    """A player whose instance can be moved to a newer diagram.

    What was renamed is told by its old name.
    """

    def __init__(self, sources: dict[str, bytes], newer: dict[str, bytes]) -> None:
        self.newer = newer
        self.mapping = mapping_of(newer["main.bpmn"])
        super().__init__(sources)
        self.definitions: Any = TwoVersions(sources, newer)
        self.engine = self._engine()

    def choices(self) -> list[Choice]:
        return sorted(
            (
                (kind, name.removesuffix(RENAMED), about)
                for kind, name, about in super().choices()
                if not name.startswith(ADDED)
            ),
            key=lambda one: one[:2],
        )

    def answer_added(self) -> None:
        """Answer what an edit has added."""
        while added := [one for one in super().choices() if _is_added(one)]:
            with self.database.transaction() as db:
                self.engine.complete(db, added[0][2], actor="li")

    def result(self) -> Played:
        played = super().result()
        return replace(
            played,
            visited=[one.removesuffix(RENAMED) for one in played.visited],
            effects=Counter(
                {one.removesuffix(RENAMED): times for one, times in played.effects.items()}
            ),
        )

    def move(self, *, break_off: bool = False) -> Moved | Effect:
        with self.database.transaction() as db:
            weighing = TwoSides(db, self.definitions, self.mapping)
            target = weighing.side(NEWER)
            order = Order(mapping=self.mapping)
            moved = move(self.engine, db, self.instance_id, target, order, weighing)
            if break_off:
                raise BrokenOff
            return moved

    def hold(self, wanted: bool) -> None:
        """Put the instance on hold, or take it up again."""
        with self.database.transaction() as db:
            act = self.engine.suspend if wanted else self.engine.resume
            act(db, self.instance_id, actor="li")

    def undo(self, moved: Moved) -> None:
        with self.database.transaction() as db:
            undo(self.engine, db, self.instance_id, moved, actor="li")

    def rows(self) -> list[Any]:
        with self.database.reading() as db:
            connection = db.connection()
            tables = ("engine_user_task", "engine_user_task_group", "engine_timer")
            found = [
                sorted(map(str, connection.exec_driver_sql(f"SELECT * FROM {table}")))
                for table in (*tables, "engine_subscription", "engine_incident", "engine_job")
            ]
            state = "SELECT id, bundle_id, state, status FROM engine_instance ORDER BY id"
            return [*found, connection.exec_driver_sql(state).all()]


class BrokenOff(Exception):
    """A move was broken off before its end."""


def _is_added(choice: Choice) -> bool:
    return choice[0] == "answer" and choice[1].startswith(ADDED)


def _move(player: MovingPlayer, *, back: bool, on_hold: bool) -> Moved | Effect:
    if on_hold:
        player.hold(True)
    before = player.rows()
    if back:
        with suppress(BrokenOff):
            player.move(break_off=True)
        assert player.rows() == before
    moved = player.move()
    if back and isinstance(moved, Moved) and not moved.goes_on:
        player.undo(moved)
        assert player.rows() == before
    if on_hold:
        player.hold(False)
    return moved


def play_moved(
    sources: dict[str, bytes],
    newer: dict[str, bytes],
    picks: Sequence[int],
    at: int,
    *,
    back: bool = False,
    on_hold: bool = False,
) -> tuple[Played, bool]:
    """Play to the end and move before the step of that number; tells whether it could be moved.

    `back`: break it off first, then do it and undo it at once; `on_hold`: while it is on hold.
    """
    player = MovingPlayer(sources, newer)
    moved: Any = None
    try:
        for number in range(MOST_STEPS):
            player.answer_added()
            player.check()
            if number == at and player.status() == "running":
                moved = _move(player, back=back, on_hold=on_hold)
                player.answer_added()
                player.check()
            found = player.choices()
            if not found:
                break
            if number < len(picks):
                chosen = found[picks[number] % len(found)]
            else:
                needed = [one for one in found if not one[1].startswith("opt")]
                chosen = (needed or found)[0]
            player.take(chosen, number)
        return player.result(), isinstance(moved, Moved)
    finally:
        player.database.dispose()
