"""Pages: what feeds offer, from the first fetch until it is indexed, and its later checks.

What was fetched is kept until it is indexed, so that a crash loses nothing and nothing is fetched
twice.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from retrieval.articles.article import Article, canonical_url
from retrieval.errors import ReadError
from retrieval.library.database import Database
from retrieval.sources.feeds import Entry, teaser
from retrieval.watching.schedule import (
    LEASE,
    MAX_ATTEMPTS,
    NEVER,
    next_attempt,
    next_check,
    poll_interval,
)

PER_FEED = 2  # pages of one feed that are fetched at a time, so that none takes all places


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be fetched, and the feed's entry for it.

    `article` is the id of the article that was indexed from it, None before the first, and `teaser`
    whether that article is only what the feed says. `digest` changes with the entry.
    """

    library: str
    url: str
    feed: str
    attempts: int
    error: str
    entry: Entry
    digest: str
    article: str | None
    teaser: bool
    etag: str | None
    modified: str | None


@dataclass(frozen=True, slots=True)
class FetchedArticle:
    """An article to be indexed; `before` is the id of the one its page held before, or None."""

    library: str
    url: str
    before: str | None
    article: Article


class Pages:
    """The pages of all libraries; safe to use from several threads and processes."""

    def __init__(self, database: Database) -> None:
        self._database = database

    # What feeds offer

    def offer(self, library: str, feed: str, entry: Entry, *, publisher: str) -> bool:
        """Record an entry of a feed; whether its page is to be fetched (again) for that.

        An entry without a page becomes an article at once. Inside a transaction.
        """
        page = canonical_url(entry.address) if entry.address else None
        name = sha256(f"{feed} {entry.id or entry.title or entry.text}".encode()).hexdigest()[:16]
        url = page or f"{feed}#{name}"
        content = json.dumps([entry.title, entry.published, entry.authors, entry.text])
        digest = sha256(content.encode()).hexdigest()[:16]
        if not self._is_news(library, feed, url, digest):
            return False
        fetched = None if page else _article_of_entry(entry, publisher, name)
        if page is None and fetched is None:
            return False
        self._database.rows(
            "INSERT INTO pages (library, url, host, feed, state, due, attempts, looks, error, "
            "entry, digest, fetched) VALUES (?, ?, ?, ?, ?, ?, 0, 0, '', ?, ?, ?) "
            "ON CONFLICT (library, url) DO UPDATE SET state = excluded.state, due = excluded.due, "
            "attempts = 0, looks = 0, entry = excluded.entry, digest = excluded.digest, "
            "feed = excluded.feed, fetched = coalesce(excluded.fetched, fetched)",
            [
                library, url, host(url) if page else "", feed,
                "waiting" if page else "done", time.time() if page else NEVER,
                json.dumps(asdict(entry), sort_keys=True), digest, fetched,
            ],
        )  # fmt: skip
        return True

    def _is_news(self, library: str, feed: str, url: str, digest: str) -> bool:
        """Whether no feed offered the page before, or this one has changed its entry."""
        where = [library, url]
        offers = self._database.rows(
            "SELECT feed, digest FROM offers WHERE library = ? AND url = ?", where
        )
        before = dict(offers).get(feed)
        if before == digest:
            return False
        self._database.rows(
            "INSERT OR REPLACE INTO offers VALUES (?, ?, ?, ?)", [library, feed, url, digest]
        )
        if before is None and offers:  # two feeds never say quite the same of a page
            return False
        known = self._database.rows(
            "SELECT digest, teaser FROM pages WHERE library = ? AND url = ?", where
        )
        return known != [(digest, 0)]

    # Fetching

    def take(
        self,
        count: int,
        busy: Collection[str] = (),
        in_flight: Mapping[tuple[str, str], int] = MappingProxyType({}),
    ) -> list[Page]:
        """Up to `count` pages that are due, leased to the caller; new ones first.

        At most one of each host, none of a host in `busy`. `in_flight` says how many pages of each
        (library, feed) are being fetched; of none there may be more than `PER_FEED`.
        """
        now = time.time()
        with self._database.transaction():
            marks = ",".join("?" * len(busy))
            due = self._database.rows(
                "SELECT library, url, host, feed, article IS NULL AND attempts = 0 AS is_new, "
                "min(due) FROM pages WHERE state IN ('waiting', 'done') AND due <= ? "
                f"AND fetched IS NULL AND host NOT IN ({marks}) AND NOT EXISTS (SELECT 1 FROM "
                "feeds f WHERE f.library = pages.library AND f.url = pages.feed AND f.paused) "
                "GROUP BY host, library, feed, is_new",
                [now, *busy],
            )
            # In random order, so that of several feeds on one host none waits for all of another's.
            random.shuffle(due)
            due.sort(key=lambda row: not row[4])
            chosen, hosts, taken = list[Sequence[Any]](), set(busy), Counter(in_flight)
            for library, url, name, feed, *_ in due:
                if len(chosen) < count and name not in hosts and taken[library, feed] < PER_FEED:
                    hosts.add(name)
                    taken[library, feed] += 1
                    chosen.append((library, url))
            for where in chosen:
                self._database.rows(
                    "UPDATE pages SET due = ? WHERE library = ? AND url = ?", [now + LEASE, *where]
                )
            return [
                page for where in chosen for page in self._pages("library = ? AND url = ?", where)
            ]

    def _pages(self, where: str, values: Iterable[object]) -> list[Page]:
        rows = self._database.rows(
            "SELECT library, url, feed, attempts, error, entry, digest, article, teaser, etag, "
            f"modified FROM pages WHERE {where} ORDER BY library, url",
            values,
        )
        return [_page(row) for row in rows]

    def fetched(
        self, page: Page, article: Article, *, etag: str | None, modified: str | None
    ) -> None:
        """Keep a page's article until it is indexed, and plan the next check of the page."""
        with self._database.transaction():
            self._database.rows(
                "UPDATE pages SET fetched = ?, etag = ?, modified = ? "
                "WHERE library = ? AND url = ?",
                [_packed(article), etag, modified, page.library, page.url],
            )
            self._plan_check(page)

    def unchanged(self, page: Page) -> None:
        """Record that a page is as it was, and plan its next check."""
        with self._database.transaction():
            self._plan_check(page)

    def _plan_check(self, page: Page) -> None:
        """Set when the page is checked next, unless its feed has offered it anew: then it is due.

        Each statement therefore names the page's digest too.
        """
        where = [page.library, page.url, page.digest]
        rows = self._database.rows(
            "SELECT looks FROM pages WHERE library = ? AND url = ? AND digest = ?", where
        )
        due = next_check(rows[0][0] if rows else 0)
        # Each check needs the date and the authors; the text is in the library now.
        entry = json.dumps(asdict(replace(page.entry, text="")), sort_keys=True)
        self._database.rows(
            "UPDATE pages SET state = 'done', attempts = 0, error = '', entry = ?, "
            "looks = looks + 1, due = ? WHERE library = ? AND url = ? AND digest = ?",
            [entry, due, *where],
        )

    def failed(
        self,
        page: Page,
        error: str,
        *,
        lasting: bool = False,
        wait: float | None = None,
        instead: Article | None = None,
    ) -> None:
        """Record that a page could not be fetched; `instead` is indexed in its place.

        It is retried at growing intervals and at last given up, at once where that is `lasting`.
        `wait` is how many seconds its server asks to be left alone.
        """
        attempts = page.attempts + 1
        is_dead = lasting or attempts >= MAX_ATTEMPTS
        self._database.rows(
            "UPDATE pages SET state = ?, attempts = ?, error = ?, due = ?, fetched = ? "
            "WHERE library = ? AND url = ? AND digest = ?",
            [
                "dead" if is_dead else "waiting", attempts, error,
                next_attempt(poll_interval(None), attempts, wait),
                _packed(instead) if instead else None, page.library, page.url, page.digest,
            ],
        )  # fmt: skip

    # Indexing

    def libraries_to_index(self) -> list[str]:
        """The libraries for which something was fetched that isn't indexed yet."""
        sql = "SELECT DISTINCT library FROM pages WHERE fetched NOTNULL ORDER BY library"
        return [library for (library,) in self._database.rows(sql)]

    def to_index(self, library: str, count: int) -> list[FetchedArticle]:
        """Up to `count` articles that were fetched for a library, chosen at random."""
        rows = self._database.rows(
            "SELECT library, url, article, fetched FROM pages WHERE fetched NOTNULL "
            "AND library = ? ORDER BY random() LIMIT ?",  # so that no feed keeps others waiting
            [library, count],
        )
        return [
            FetchedArticle(name, url, before, _unpacked(packed))
            for name, url, before, packed in rows
        ]

    def is_on_another_page(self, one: FetchedArticle, article: str) -> bool:
        """Whether another page than this one holds the article with this id."""
        sql = "SELECT 1 FROM pages WHERE library = ? AND article = ? AND url != ?"
        return bool(self._database.rows(sql, [one.library, article, one.url]))

    def indexed(self, articles: Iterable[FetchedArticle]) -> None:
        """Record that these are in the library now, and keep their text no longer."""
        with self._database.transaction():
            for one in articles:
                self._database.rows(
                    "UPDATE pages SET fetched = NULL, article = ?, teaser = ?, "
                    "entry = CASE host WHEN '' THEN '' ELSE entry END "
                    "WHERE library = ? AND url = ? AND fetched = ?",
                    [
                        one.article.id, one.article.teaser, one.library, one.url,
                        _packed(one.article),
                    ],
                )  # fmt: skip

    def drop(self, articles: Iterable[FetchedArticle]) -> None:
        """Delete these: they don't go into the library."""
        with self._database.transaction():
            for one in articles:
                self._database.rows(
                    "UPDATE pages SET fetched = NULL WHERE library = ? AND url = ?",
                    [one.library, one.url],
                )

    def forget(self, library: str, articles: Iterable[str]) -> None:
        """Delete every word of the articles with these ids, and fetch their pages no more."""
        with self._database.transaction():
            for id in articles:
                self._database.rows(
                    "UPDATE pages SET state = 'done', due = ?, fetched = NULL, entry = '' "
                    "WHERE library = ? AND article = ?",
                    [NEVER, library, id],
                )

    # Looking

    def given_up(self, library: str) -> list[Page]:
        """The pages that could not be fetched and are not retried, by address."""
        return self._pages("library = ? AND state = 'dead'", [library])

    def retry(self, library: str) -> int:
        """Fetch again what was given up; how many pages these are."""
        return len(
            self._database.rows(
                "UPDATE pages SET state = 'waiting', attempts = 0, due = 0 "
                "WHERE library = ? AND state = 'dead' RETURNING url",
                [library],
            )
        )

    def count_waiting(self, library: str) -> int:
        """How many pages are still to be fetched for the first time, or to be indexed."""
        sql = "SELECT count(*) FROM pages WHERE (state = 'waiting' OR fetched NOTNULL) "
        ((count,),) = self._database.rows(sql + "AND library = ?", [library])
        return int(count)


def host(url: str) -> str:
    """The host of an address with its port; one page of it is fetched at a time."""
    return urlsplit(url).netloc


def _article_of_entry(entry: Entry, publisher: str, id: str) -> str | None:
    """An entry without a page as an article, packed; None where it has no text."""
    try:
        return _packed(replace(teaser(entry, publisher), id=id))
    except ReadError:
        return None


def _page(row: Sequence[Any]) -> Page:
    library, url, feed, attempts, error, packed, digest, article, teaser, etag, modified = row
    entry = Entry(url, "", None, (), "")
    if packed:
        fields = json.loads(packed)
        entry = Entry(**(fields | {"authors": tuple(fields["authors"])}))
    return Page(
        library, url, feed, attempts, error, entry, digest, article, bool(teaser), etag, modified
    )


def _packed(article: Article) -> str:
    return json.dumps(asdict(article))


def _unpacked(packed: str) -> Article:
    fields = json.loads(packed)
    return Article(**(fields | {"authors": tuple(fields["authors"])}))
