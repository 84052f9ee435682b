"""The rate limit: how many questions a minute a person or a server may ask."""

import math
import time
from collections import OrderedDict
from collections.abc import Callable

_REMEMBERED = 10_000  # people and servers; those that asked longest ago are forgotten first


class Limits:
    """Token buckets by key, for a bounded number of keys."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        """`clock` returns seconds."""
        self._clock = clock
        self._left: OrderedDict[object, tuple[float, float]] = OrderedDict()

    def take(self, *wanted: tuple[object, int]) -> int:
        """Take one question from the bucket of each (key, questions per minute) and return 0.

        If a bucket is empty, take nothing and return the seconds until all have a question.
        """
        now = self._clock()
        levels = [(key, allowed, self._level(key, allowed, now)) for key, allowed in wanted]
        waits = [(1 - level) * 60 / allowed for _, allowed, level in levels if level < 1]
        if waits:
            return math.ceil(max(waits))
        for key, _, level in levels:
            self._left[key] = (level - 1, now)
            self._left.move_to_end(key)
        while len(self._left) > _REMEMBERED:
            self._left.popitem(last=False)
        return 0

    def _level(self, key: object, allowed: int, now: float) -> float:
        left, then = self._left.get(key, (float(allowed), now))
        return min(float(allowed), left + (now - then) * allowed / 60)
