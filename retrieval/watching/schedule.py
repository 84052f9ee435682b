"""Schedule: when a feed is polled, and when a page is fetched, retried and checked again.

All moments are in seconds since 1970.
"""

import random
import time

# How long whoever takes a feed or a page has it to itself. Longer than robots.txt at each hop, a
# fetch of 30 seconds, and 60 seconds each to wait for a parser and to parse.
LEASE = 300.0
EVERY = 60.0  # seconds between two polls of a feed that asks for nothing else
MAX_ATTEMPTS = 8  # then a page is given up until somebody asks for a retry
NEVER = 1e18
_MAX_INTERVAL = 3600.0  # seconds between two polls, whatever a feed asks for
_JITTER = 0.1  # share of the interval by which polls come early, so that they spread
_MAX_BACK_OFF = 6 * 3600.0  # seconds between two attempts
_CHECKS = (3600.0, 6 * 3600.0, 24 * 3600.0)  # seconds until a page is checked for corrections


def poll_interval(asked: float | None) -> float:
    """The seconds between two polls of a feed that asks for this many, None for no wish."""
    return min(_MAX_INTERVAL, max(EVERY, asked or 0.0))


def next_poll(interval: float) -> float:
    """When a feed is polled again after a success."""
    return time.time() + interval * (1 - _JITTER * random.random())


def next_attempt(interval: float, failures: int, wait: float | None = None) -> float:
    """When to try again after so many failures in a row: the interval doubles with each.

    `wait` is how many seconds the server asks to be left alone.
    """
    back_off = min(_MAX_BACK_OFF, interval * 2.0 ** min(failures, 20))
    return time.time() + max(min(wait or 0.0, _MAX_BACK_OFF), back_off)


def next_check(checks: int) -> float:
    """When a page that was checked so many times is checked again, maybe never."""
    return time.time() + _CHECKS[checks] if checks < len(_CHECKS) else NEVER
