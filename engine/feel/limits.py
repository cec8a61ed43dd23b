"""The limits one evaluation is held to, so that no drawing can stop the server."""

from __future__ import annotations

import time
from collections.abc import Sized
from dataclasses import dataclass

from engine.feel.errors import FeelLimit

# One step is charged for this many characters or items that a function reads or makes.
_CHARACTERS_PER_STEP = 64
_ITEMS_PER_STEP = 16
_ENTRIES_PER_STEP = 4
# The clock is looked at once in so many steps.
_STEPS_PER_LOOK = 2048


@dataclass(frozen=True, slots=True)
class Limits:
    """Upper bounds; times are seconds of real time."""

    source_length: int = 10_000
    nesting: int = 60
    steps: int = 400_000
    seconds: float = 2.0
    text_length: int = 1_000_000
    list_length: int = 100_000
    result_size: int = 200_000
    result_depth: int = 100
    recursion: int = 100
    pattern_length: int = 1_000
    pattern_size: int = 10_000
    pattern_seconds: float = 0.25


DEFAULT_LIMITS = Limits()


class Budget:
    """What is left of the limits in one evaluation."""

    __slots__ = ("_next_look", "deadline", "depth", "limits", "pattern_seconds", "steps")

    def __init__(self, limits: Limits = DEFAULT_LIMITS) -> None:
        self.limits = limits
        self.steps = limits.steps
        self.depth = 0
        self.deadline = 0.0
        self.pattern_seconds = limits.pattern_seconds
        self._next_look = limits.steps - _STEPS_PER_LOOK

    def spend(self, steps: int = 1) -> None:
        """Charge steps; raises FeelLimit when none are left or the time is up."""
        self.steps -= steps
        if self.steps < self._next_look:
            self._look()

    def _look(self) -> None:
        if self.steps < 0:
            raise FeelLimit("计算步数超过上限", "the evaluation takes too many steps")
        now = time.monotonic()
        # The time is counted from the first look: evaluations that stay below one look,
        # nearly all of them, never read the clock.
        if not self.deadline:
            self.deadline = now + self.limits.seconds
        elif now > self.deadline:
            raise FeelLimit("计算时间超过上限", "the evaluation takes too long")
        self._next_look = self.steps - _STEPS_PER_LOOK

    def spend_on(self, value: object) -> None:
        """Charge for a value that a function reads or makes, and check its size."""
        if isinstance(value, str):
            self.check_text(len(value))
        elif isinstance(value, list):
            self.check_list(value)
        elif isinstance(value, dict):
            self.check_context(value)

    def check_text(self, length: int) -> None:
        """Charge for a text of this length, before it is made."""
        if length > self.limits.text_length:
            raise FeelLimit("文本超过长度上限", "a text grows too long")
        self.spend(length // _CHARACTERS_PER_STEP)

    def check_list(self, items: Sized) -> None:
        """Charge for a list of this length."""
        self.check_length(len(items))

    def check_length(self, length: int) -> None:
        """Charge for a list of this length, before it is made."""
        if length > self.limits.list_length:
            raise FeelLimit("列表超过长度上限", "a list grows too long")
        self.spend(length // _ITEMS_PER_STEP)

    def check_context(self, entries: Sized) -> None:
        """Charge for a context that is read or copied; they are larger than lists."""
        self.check_length(len(entries))
        self.spend(len(entries) // _ENTRIES_PER_STEP)

    def enter(self) -> None:
        """Count one more call of a designer's function inside another."""
        self.spend()
        self.depth += 1
        if self.depth > self.limits.recursion:
            raise FeelLimit("函数递归层数超过上限", "functions call each other too deeply")

    def leave(self) -> None:
        """End the call that `enter` began."""
        self.depth -= 1
