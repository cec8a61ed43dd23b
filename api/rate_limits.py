"""Rate limits, kept in the memory of one process."""

import threading
import time
from collections import OrderedDict

_MOST_KEYS = 10_000


class RateLimit:
    """Lets each key pass so many times a minute, with as many at once.

    Several processes each count for themselves.
    """

    def __init__(self, per_minute: int) -> None:
        self._per_minute = per_minute
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def wait_seconds(self, key: str, *, per_minute: int | None = None) -> float:
        """Count one passing; returns 0, or how long to wait when it was one too many."""
        limit = per_minute or self._per_minute
        now = time.monotonic()
        with self._lock:
            left, at = self._buckets.pop(key, (float(limit), now))
            left = min(limit, left + (now - at) * limit / 60)
            passes = left >= 1
            self._buckets[key] = (left - 1 if passes else left, now)
            # The least recently seen goes first; by then its bucket is full again or rare.
            if len(self._buckets) > _MOST_KEYS:
                self._buckets.popitem(last=False)
        return 0.0 if passes else (1 - left) * 60 / limit
