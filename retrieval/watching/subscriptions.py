"""Subscriptions: the feeds that each library follows, and when each is polled."""

import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any

from retrieval.articles.article import canonical_url
from retrieval.errors import Hint, SettingsError
from retrieval.library.database import Database
from retrieval.sources.feeds import Entry
from retrieval.watching.pages import Pages, host
from retrieval.watching.schedule import (
    LEASE,
    NEVER,
    next_attempt,
    next_poll,
    poll_interval,
)

PER_HOST = 4  # feeds of one host that are polled at a time
_PAUSED, _SUSPENDED = 1, 2  # bits of the column `paused`: by a user, and with its whole library


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed that a library follows; `url` is what it was added as, `address` where it lives now.

    `due` and `success` are in seconds since 1970: the next poll, and the last one that succeeded,
    None before the first. `every` is the interval in seconds. `failures` counts those since the
    last success, `error` is the last one's reason. `articles` counts what came from the feed.
    """

    library: str
    url: str
    address: str
    title: str
    paused: bool
    due: float
    every: float
    success: float | None
    failures: int
    error: str
    etag: str | None
    modified: str | None
    articles: int = 0


class Subscriptions:
    """The subscriptions of all libraries; safe to use from several threads and processes."""

    def __init__(self, database: Database, pages: Pages) -> None:
        self._database = database
        self._pages = pages

    # Following

    def add(self, library: str, url: str) -> str:
        """Follow a feed from now on; its address in the form that is stored.

        Raises SettingsError for what is no address, and for a feed that is followed already.
        """
        stored = canonical_url(url)
        if stored is None:
            raise SettingsError(f"{url[:200]!r} is not the address of a feed.")
        where = [library, stored]
        if self._database.rows("SELECT 1 FROM feeds WHERE library = ? AND url = ?", where):
            raise SettingsError(f"{stored} is followed already.")
        self._database.rows(
            "INSERT INTO feeds VALUES (?, ?, ?, '', 0, 0, ?, NULL, 0, '', NULL, NULL)",
            [library, stored, url.strip(), poll_interval(None)],
        )
        return stored

    def find(self, library: str, url: str) -> Subscription:
        """The subscription with this address. Raises SettingsError where there is none."""
        wanted = {url.strip(), canonical_url(url)}
        for one in self.all(library):
            if wanted & {one.url, one.address}:
                return one
        raise SettingsError(f"No feed is followed at {url[:200]}.", hint=Hint.LIST_FEEDS)

    def all(self, library: str | None = None) -> list[Subscription]:
        """The subscriptions of a library, of all libraries where it is None, by address."""
        rows = self._database.rows(
            "SELECT f.*, (SELECT count(*) FROM offers o JOIN pages p USING (library, url) "
            "WHERE o.library = f.library AND o.feed = f.url AND p.article NOTNULL) FROM feeds f "
            "WHERE ? IS NULL OR library = ? ORDER BY library, url",
            [library, library],
        )
        return [_subscription(row) for row in rows]

    def remove(self, subscription: Subscription) -> None:
        """Follow a feed no longer; its articles stay, and so do pages that other feeds offer."""
        where = [subscription.library, subscription.url]
        others = "FROM offers o WHERE o.library = pages.library AND o.url = pages.url"
        its_alone = f"library = ? AND NOT EXISTS (SELECT 1 {others})"
        with self._database.transaction():
            self._database.rows("DELETE FROM feeds WHERE library = ? AND url = ?", where)
            self._database.rows("DELETE FROM offers WHERE library = ? AND feed = ?", where)
            self._database.rows(
                f"DELETE FROM pages WHERE {its_alone} AND coalesce(article, fetched) IS NULL",
                [subscription.library],
            )
            self._database.rows(
                f"UPDATE pages SET state = 'done', due = ? WHERE {its_alone}",
                [NEVER, subscription.library],
            )
            self._database.rows(
                f"UPDATE pages SET feed = (SELECT min(o.feed) {others}) "
                f"WHERE library = ? AND feed = ? AND EXISTS (SELECT 1 {others})",
                where,
            )

    def pause(self, subscription: Subscription, *, paused: bool) -> None:
        """Stop polling a feed for the time being, or poll it again."""
        self._database.rows(
            "UPDATE feeds SET paused = paused & ~? | ? WHERE library = ? AND url = ?",
            [_PAUSED, _PAUSED * paused, subscription.library, subscription.url],
        )

    def suspend(self, library: str, *, suspended: bool) -> None:
        """Stop polling all feeds of a library while nobody reads it, or poll them again.

        Feeds that were paused one by one stay so.
        """
        self._database.rows(
            "UPDATE feeds SET paused = paused & ~? | ? WHERE library = ?",
            [_SUSPENDED, _SUSPENDED * suspended, library],
        )

    # Polling

    def take(
        self, count: int, in_flight: Mapping[str, int] = MappingProxyType({})
    ) -> list[Subscription]:
        """Up to `count` feeds that are due, leased to the caller; the most overdue first.

        `in_flight` says how many feeds of each host are being polled; of none there may be more
        than `PER_HOST`.
        """
        now = time.time()
        with self._database.transaction():
            due = self._database.rows(
                "SELECT library, url, address FROM feeds WHERE NOT paused AND due <= ? "
                "ORDER BY due",
                [now],
            )
            chosen, taken = list[Sequence[Any]](), Counter(in_flight)
            for library, url, address in due:
                if len(chosen) < count and taken[host(address)] < PER_HOST:
                    taken[host(address)] += 1
                    chosen.append((library, url))
            return [
                _subscription(row)
                for where in chosen
                for row in self._database.rows(
                    "UPDATE feeds SET due = ? WHERE library = ? AND url = ? RETURNING *, 0",
                    [now + LEASE, *where],
                )
            ]

    def polled(
        self,
        subscription: Subscription,
        entries: Sequence[Entry],
        *,
        title: str = "",
        every: float | None = None,
        moved: str | None = None,
        etag: str | None = None,
        modified: str | None = None,
    ) -> int:
        """Record what a poll found, no entries for a 304; how many are new or changed.

        `every` is the interval in seconds that the feed asks for, `moved` its new address if it
        has moved for good.
        """
        interval = poll_interval(every)
        library, url = where = [subscription.library, subscription.url]
        with self._database.transaction():
            if not self._database.rows("SELECT 1 FROM feeds WHERE library = ? AND url = ?", where):
                return 0  # it was removed meanwhile
            new = sum(
                self._pages.offer(library, url, one, publisher=subscription.title)
                for one in entries
            )
            self._database.rows(
                "UPDATE feeds SET title = ?, every = ?, due = ?, success = ?, failures = 0, "
                "error = '', address = ?, etag = ?, modified = ? WHERE library = ? AND url = ?",
                [
                    title or subscription.title, interval, next_poll(interval), time.time(),
                    moved or subscription.address, etag, modified, library, url,
                ],
            )  # fmt: skip
        return new

    def poll_failed(
        self, subscription: Subscription, error: str, *, wait: float | None = None
    ) -> None:
        """Record that a feed could not be read; it is retried at growing intervals.

        `wait` is how many seconds its server asks to be left alone.
        """
        self._database.rows(
            "UPDATE feeds SET due = ?, failures = failures + 1, error = ? "
            "WHERE library = ? AND url = ?",
            [
                next_attempt(subscription.every, subscription.failures + 1, wait), error,
                subscription.library, subscription.url,
            ],
        )  # fmt: skip


def _subscription(row: Sequence[Any]) -> Subscription:
    library, url, address, title, paused, *rest = row
    return Subscription(library, url, address, title, bool(paused), *rest)
