"""A pool: blocking work in a bounded number of threads, away from the event loop."""

import asyncio
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

T = TypeVar("T")

_WORKERS = 2  # one question keeps all cores busy; a second one fills the gaps
_QUEUE = 100  # most pieces of work that wait; with more, `run` raises Busy
_FIRST_GUESS = 1.0  # seconds that a piece of work takes, until one is measured
_LEARNING = 0.1  # weight of each measurement in that estimate


class Busy(Exception):
    """The queue is full; `seconds` estimates how long until it has room."""

    def __init__(self, seconds: int) -> None:
        super().__init__(f"busy for about {seconds} s")
        self.seconds = seconds


class Pool:
    """Runs work in threads; belongs to one event loop."""

    def __init__(self, workers: int = _WORKERS, queue: int = _QUEUE) -> None:
        """At most `workers` threads, and `queue` pieces of work that wait."""
        self._workers, self._most = workers, workers + queue
        self._threads = ThreadPoolExecutor(workers, "work")
        self._inside = 0
        self._counting = threading.Lock()
        self._seconds = _FIRST_GUESS

    async def run(self, work: Callable[[], T]) -> T:
        """What `work` returns or raises. Raises Busy if too many are waiting."""
        if self._inside >= self._most:
            raise Busy(max(1, round(self._seconds * self._inside / self._workers)))
        running = self._threads.submit(self._timed, work)
        with self._counting:
            self._inside += 1
        # Work keeps its thread until it ends, even if nobody waits for it any longer.
        running.add_done_callback(self._ended)
        return await asyncio.wrap_future(running)

    def _ended(self, _: Future[Any]) -> None:
        with self._counting:
            self._inside -= 1

    def _timed(self, work: Callable[[], T]) -> T:
        started = time.perf_counter()
        try:
            return work()
        finally:
            took = time.perf_counter() - started
            self._seconds += _LEARNING * (took - self._seconds)

    def close(self) -> None:
        """Start nothing more; work that runs is left to end by itself."""
        self._threads.shutdown(wait=False, cancel_futures=True)
