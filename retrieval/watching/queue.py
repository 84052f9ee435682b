"""Incoming: feeds to be polled and pages to be fetched, in SQLite, so that nothing is lost.

One file for all libraries of a data folder. What was fetched is kept until it is indexed, so that
nothing is fetched twice either. Several processes may work on it: what one has taken, no other gets
for `LEASE` seconds.
"""

import json
import random
import time
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from retrieval.articles.article import Article, canonical_url
from retrieval.errors import ReadError, SettingsError
from retrieval.library.database import Database
from retrieval.sources.feeds import Entry, teaser

FILE = "incoming.sqlite"
# Seconds for which what was taken is the taker's: robots.txt at each hop, a fetch of 30 seconds,
# and a wait and a document of 60 each are less.
LEASE = 300.0
A_HOST = 4  # feeds of one host that are polled at a time
A_FEED = 2  # pages of one feed that are fetched at a time, so that none takes all places
EVERY = 60.0  # seconds between two polls of a feed that asks for nothing else
_LONGEST = 3600.0  # seconds between two polls, whatever a feed asks for
_JITTER = 0.1  # of the time between two polls, by which each is earlier, so that they spread
_BACK_OFF = 6 * 3600.0  # seconds at most between two attempts
_ATTEMPTS = 8  # then what can't be fetched waits for somebody to say that it be tried again
_LOOKS = (3600.0, 6 * 3600.0, 24 * 3600.0)  # seconds after which a page is looked at again
_NEVER = 1e18  # seconds since 1970
# What makes each format from the one before it. `offers` are what feeds say of pages: a page that
# two of them offer is fetched once, and outlives either.
_FORMATS = (
    """
CREATE TABLE feeds (
    library TEXT NOT NULL, url TEXT NOT NULL, address TEXT NOT NULL, title TEXT NOT NULL,
    paused INTEGER NOT NULL, due REAL NOT NULL, every REAL NOT NULL, success REAL,
    failures INTEGER NOT NULL,
    error TEXT NOT NULL, etag TEXT, modified TEXT, PRIMARY KEY (library, url)
) WITHOUT ROWID;
CREATE TABLE pages (
    library TEXT NOT NULL, url TEXT NOT NULL, host TEXT NOT NULL, feed TEXT NOT NULL,
    state TEXT NOT NULL, due REAL NOT NULL,
    attempts INTEGER NOT NULL, looks INTEGER NOT NULL, error TEXT NOT NULL, entry TEXT NOT NULL,
    digest TEXT NOT NULL, fetched TEXT, article TEXT, teaser INTEGER NOT NULL DEFAULT 0,
    etag TEXT, modified TEXT,
    PRIMARY KEY (library, url)
) WITHOUT ROWID;
CREATE INDEX pages_due ON pages (state, due);
CREATE INDEX pages_fetched ON pages (library, url) WHERE fetched NOTNULL;
CREATE INDEX pages_by_feed ON pages (library, feed)
""",
    """
CREATE TABLE offers (
    library TEXT NOT NULL, feed TEXT NOT NULL, url TEXT NOT NULL, digest TEXT NOT NULL,
    PRIMARY KEY (library, feed, url)
) WITHOUT ROWID;
CREATE INDEX offers_by_page ON offers (library, url);
INSERT INTO offers SELECT library, feed, url, digest FROM pages
WHERE (library, feed) IN (SELECT library, url FROM feeds)
""",
)


@dataclass(frozen=True, slots=True)
class Subscription:
    """A feed that a library follows; `url` is what it was added as, `address` where it lives now.

    Times are seconds since 1970. `success` is the last one, None before the first; `failures` are
    those since then, and `error` the last one's reason. `articles` counts what came from it.
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


@dataclass(frozen=True, slots=True)
class Page:
    """A page to be fetched, with what its feed said of it.

    `article` is the id of what was indexed from it before, None where nothing was, and `teaser`
    says whether that was what the feed says. `digest` tells one state of the entry from another.
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
class Brought:
    """An article that was fetched; `before` is the id of what its page held before, or None."""

    library: str
    url: str
    before: str | None
    article: Article


class Incoming(Database):
    """The file; safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        """Open the file in a data folder, making it where it is missing. Raises LibraryError."""
        super().__init__(data / FILE, _FORMATS)

    # Feeds

    def add(self, library: str, url: str) -> str:
        """Follow a feed from now on; its address as it is kept. Raises SettingsError."""
        kept = canonical_url(url)
        if kept is None:
            raise SettingsError(f"{url[:200]!r} is no address of a feed.")
        if self.rows("SELECT 1 FROM feeds WHERE library = ? AND url = ?", [library, kept]):
            raise SettingsError(f"{kept} is followed already.")
        self.rows(
            "INSERT INTO feeds VALUES (?, ?, ?, '', 0, 0, ?, NULL, 0, '', NULL, NULL)",
            [library, kept, url.strip(), EVERY],
        )
        return kept

    def source(self, library: str, url: str) -> Subscription:
        """The feed with this address. Raises SettingsError where none is followed."""
        wanted = {url.strip(), canonical_url(url)}
        for one in self.sources(library):
            if wanted & {one.url, one.address}:
                return one
        raise SettingsError(f"No feed is followed at {url[:200]}. See: newsdesk feeds list")

    def sources(self, library: str | None = None) -> list[Subscription]:
        """The feeds that a library follows, or that all do, by address."""
        rows = self.rows(
            "SELECT f.*, (SELECT count(*) FROM offers o JOIN pages p USING (library, url) "
            "WHERE o.library = f.library AND o.feed = f.url AND p.article NOTNULL) FROM feeds f "
            "WHERE ? IS NULL OR library = ? ORDER BY library, url",
            [library, library],
        )
        return [_source(row) for row in rows]

    def remove(self, source: Subscription) -> None:
        """Follow a feed no longer; what came from it stays, and so does what others offer too."""
        where = [source.library, source.url]
        others = "FROM offers o WHERE o.library = pages.library AND o.url = pages.url"
        its_alone = f"library = ? AND NOT EXISTS (SELECT 1 {others})"
        with self.transaction():
            self.rows("DELETE FROM feeds WHERE library = ? AND url = ?", where)
            self.rows("DELETE FROM offers WHERE library = ? AND feed = ?", where)
            self.rows(
                f"DELETE FROM pages WHERE {its_alone} AND coalesce(article, fetched) IS NULL",
                [source.library],
            )
            self.rows(
                f"UPDATE pages SET state = 'done', due = ? WHERE {its_alone}",
                [_NEVER, source.library],
            )
            self.rows(
                f"UPDATE pages SET feed = (SELECT min(o.feed) {others}) "
                f"WHERE library = ? AND feed = ? AND EXISTS (SELECT 1 {others})",
                where,
            )

    def pause(self, source: Subscription, *, paused: bool) -> None:
        """Poll a feed no more for the time being, or again."""
        self.rows(
            "UPDATE feeds SET paused = paused & ~1 | ? WHERE library = ? AND url = ?",
            [paused, source.library, source.url],
        )

    def rest(self, library: str, *, resting: bool) -> None:
        """Poll none of a library's feeds while nobody reads it; again all that aren't paused."""
        self.rows(
            "UPDATE feeds SET paused = paused & ~2 | ? WHERE library = ?", [2 * resting, library]
        )

    def take_feeds(
        self, count: int, flying: Mapping[str, int] = MappingProxyType({})
    ) -> list[Subscription]:
        """Feeds that are due, the one that waits longest first; nobody else gets them meanwhile.

        `flying` says how many of each host are being polled; of none there may be more than
        `A_HOST`.
        """
        now = time.time()
        with self.transaction():
            due = self.rows(
                "SELECT library, url, address FROM feeds WHERE NOT paused AND due <= ? "
                "ORDER BY due",
                [now],
            )
            chosen, taken = list[Sequence[Any]](), Counter(flying)
            for library, url, address in due:
                if len(chosen) < count and taken[host(address)] < A_HOST:
                    taken[host(address)] += 1
                    chosen.append((library, url))
            return [
                _source(row)
                for where in chosen
                for row in self.rows(
                    "UPDATE feeds SET due = ? WHERE library = ? AND url = ? RETURNING *, 0",
                    [now + LEASE, *where],
                )
            ]

    def polled(
        self,
        source: Subscription,
        entries: Sequence[Entry],
        *,
        title: str = "",
        every: float | None = None,
        moved: str | None = None,
        etag: str | None = None,
        modified: str | None = None,
    ) -> int:
        """Note what a poll found; how many entries are new or changed. A 304 brings none.

        `every` are the seconds between two polls that the feed asks for.
        """
        every = min(_LONGEST, max(EVERY, every or 0.0))
        where = [source.library, source.url]
        with self.transaction():
            if not self.rows("SELECT 1 FROM feeds WHERE library = ? AND url = ?", where):
                return 0  # it was removed meanwhile
            new = sum(self._offer(source, one) for one in entries)
            self.rows(
                "UPDATE feeds SET title = ?, every = ?, due = ?, success = ?, failures = 0, "
                "error = '', address = ?, etag = ?, modified = ? WHERE library = ? AND url = ?",
                [
                    title or source.title, every, time.time() + _early(every), time.time(),
                    moved or source.address, etag, modified, source.library, source.url,
                ],
            )  # fmt: skip
        return new

    def _offer(self, source: Subscription, one: Entry) -> bool:
        """Note what a feed says of a page; whether the page is to be fetched (again) for that."""
        page = canonical_url(one.address) if one.address else None
        name = sha256(f"{source.url} {one.id or one.title or one.text}".encode()).hexdigest()[:16]
        url = page or f"{source.url}#{name}"
        said = json.dumps([one.title, one.published, one.authors, one.text])
        digest = sha256(said.encode()).hexdigest()[:16]
        if not self._is_news(source, url, digest):
            return False
        kept = None if page else self._kept(source, one, name)
        if page is None and kept is None:
            return False
        self.rows(
            "INSERT INTO pages (library, url, host, feed, state, due, attempts, looks, error, "
            "entry, digest, fetched) VALUES (?, ?, ?, ?, ?, ?, 0, 0, '', ?, ?, ?) "
            "ON CONFLICT (library, url) DO UPDATE SET state = excluded.state, due = excluded.due, "
            "attempts = 0, looks = 0, entry = excluded.entry, digest = excluded.digest, "
            "feed = excluded.feed, fetched = coalesce(excluded.fetched, fetched)",
            [
                source.library, url, host(url) if page else "", source.url,
                "waiting" if page else "done", time.time() if page else _NEVER,
                json.dumps(asdict(one), sort_keys=True), digest, kept,
            ],
        )  # fmt: skip
        return True

    def _is_news(self, source: Subscription, url: str, digest: str) -> bool:
        """Whether nobody offered the page before, or this feed said something else of it."""
        where = [source.library, url]
        offers = self.rows("SELECT feed, digest FROM offers WHERE library = ? AND url = ?", where)
        before = dict(offers).get(source.url)
        if before == digest:
            return False
        self.rows(
            "INSERT OR REPLACE INTO offers VALUES (?, ?, ?, ?)",
            [source.library, source.url, url, digest],
        )
        if before is None and offers:  # two feeds never say quite the same of a page
            return False
        known = self.rows("SELECT digest, teaser FROM pages WHERE library = ? AND url = ?", where)
        return known != [(digest, 0)]

    def _kept(self, source: Subscription, one: Entry, name: str) -> str | None:
        """What a feed says of what has no page, as the article, packed; None where it is none."""
        try:
            return _packed(replace(teaser(one, source.title), id=name))
        except ReadError:
            return None

    def poll_failed(self, source: Subscription, error: str, *, wait: float | None = None) -> None:
        """Note that a feed could not be read; it is tried again later and later.

        `wait` are the seconds that its server asks to be left alone.
        """
        back_off = min(_BACK_OFF, source.every * 2 ** min(source.failures + 1, 20))
        self.rows(
            "UPDATE feeds SET due = ?, failures = failures + 1, error = ? "
            "WHERE library = ? AND url = ?",
            [
                time.time() + max(min(wait or 0.0, _BACK_OFF), back_off), error,
                source.library, source.url,
            ],
        )  # fmt: skip

    def release(self, feeds: Iterable[tuple[str, str]], hosts: Iterable[str]) -> None:
        """Let others have what was taken of these, (library, feed) and pages' hosts, at once."""
        now = time.time()
        soon = [now, now, now + LEASE]
        with self.transaction():
            self.each(
                "UPDATE feeds SET due = ? WHERE due > ? AND due <= ? AND library = ? AND url = ?",
                [[*soon, *feed] for feed in feeds],
            )
            self.each(
                "UPDATE pages SET due = ? WHERE due > ? AND due <= ? AND host = ?",
                [[*soon, host] for host in hosts],
            )

    # Pages

    def take_pages(
        self,
        count: int,
        busy: Collection[str] = (),
        flying: Mapping[tuple[str, str], int] = MappingProxyType({}),
    ) -> list[Page]:
        """Pages that are due, new ones first, at most one of each host, none that is `busy`.

        `flying` says how many of each (library, feed) are being fetched; of none there may be more
        than `A_FEED`. Nobody else gets them meanwhile.
        """
        now = time.time()
        with self.transaction():
            marks = ",".join("?" * len(busy))
            due = self.rows(
                "SELECT library, url, host, feed, article IS NULL AND attempts = 0 AS is_new, "
                "min(due) FROM pages WHERE state IN ('waiting', 'done') AND due <= ? "
                f"AND fetched IS NULL AND host NOT IN ({marks}) AND NOT EXISTS (SELECT 1 FROM "
                "feeds f WHERE f.library = pages.library AND f.url = pages.feed AND f.paused) "
                "GROUP BY host, library, feed, is_new",
                [now, *busy],
            )
            # By chance, so that of several feeds on one host none waits for all of another's.
            random.shuffle(due)
            due.sort(key=lambda row: not row[4])
            chosen, hosts, taken = list[Sequence[Any]](), set(busy), Counter(flying)
            for library, url, name, feed, *_ in due:
                if len(chosen) < count and name not in hosts and taken[library, feed] < A_FEED:
                    hosts.add(name)
                    taken[library, feed] += 1
                    chosen.append((library, url))
            for where in chosen:
                self.rows(
                    "UPDATE pages SET due = ? WHERE library = ? AND url = ?", [now + LEASE, *where]
                )
            return [
                page for where in chosen for page in self._pages("library = ? AND url = ?", where)
            ]

    def _pages(self, where: str, values: Iterable[object]) -> list[Page]:
        rows = self.rows(
            "SELECT library, url, feed, attempts, error, entry, digest, article, teaser, etag, "
            f"modified FROM pages WHERE {where} ORDER BY library, url",
            values,
        )
        return [_page(row) for row in rows]

    def fetched(
        self, page: Page, article: Article, *, etag: str | None, modified: str | None
    ) -> None:
        """Keep what a page held until it is indexed; it is looked at again, for corrections."""
        with self.transaction():
            self.rows(
                "UPDATE pages SET fetched = ?, etag = ?, modified = ? "
                "WHERE library = ? AND url = ?",
                [_packed(article), etag, modified, page.library, page.url],
            )
            self._look_again(page)

    def unchanged(self, page: Page) -> None:
        """Note that a page is as it was."""
        with self.transaction():
            self._look_again(page)

    def _look_again(self, page: Page) -> None:
        """Leave a page that its feed has offered anew meanwhile as it is: it is due."""
        where = [page.library, page.url, page.digest]
        rows = self.rows(
            "SELECT looks FROM pages WHERE library = ? AND url = ? AND digest = ?", where
        )
        looks = rows[0][0] if rows else 0
        due = time.time() + _LOOKS[looks] if looks < len(_LOOKS) else _NEVER
        # The date and the authors are needed at each look; the text is in the library now.
        entry = json.dumps(asdict(replace(page.entry, text="")), sort_keys=True)
        self.rows(
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
        """Note that a page could not be fetched, and keep what is known of it `instead`.

        It is tried again later and later, and at last given up; at once where that is `lasting`.
        """
        attempts = page.attempts + 1
        dead = lasting or attempts >= _ATTEMPTS
        due = time.time() + max(min(wait or 0.0, _BACK_OFF), min(_BACK_OFF, EVERY * 2**attempts))
        self.rows(
            "UPDATE pages SET state = ?, attempts = ?, error = ?, due = ?, fetched = ? "
            "WHERE library = ? AND url = ? AND digest = ?",
            ["dead" if dead else "waiting", attempts, error, due,
             _packed(instead) if instead else None, page.library, page.url, page.digest],
        )  # fmt: skip

    def libraries(self) -> list[str]:
        """Those for which something was fetched that isn't indexed yet."""
        sql = "SELECT DISTINCT library FROM pages WHERE fetched NOTNULL ORDER BY library"
        return [library for (library,) in self.rows(sql)]

    def to_index(self, library: str, count: int) -> list[Brought]:
        """What was fetched for a library, at most so many, by chance."""
        rows = self.rows(
            "SELECT library, url, article, fetched FROM pages WHERE fetched NOTNULL "
            "AND library = ? ORDER BY random() LIMIT ?",  # no feed keeps others waiting
            [library, count],
        )
        return [Brought(name, url, before, _unpacked(packed)) for name, url, before, packed in rows]

    def is_of_another(self, one: Brought, article: str) -> bool:
        """Whether another page than the one brought holds the article with this id."""
        sql = "SELECT 1 FROM pages WHERE library = ? AND article = ? AND url != ?"
        return bool(self.rows(sql, [one.library, article, one.url]))

    def indexed(self, brought: Iterable[Brought]) -> None:
        """Note that what was fetched is in the library now."""
        with self.transaction():
            for one in brought:
                self.rows(
                    "UPDATE pages SET fetched = NULL, article = ?, teaser = ?, "
                    "entry = CASE host WHEN '' THEN '' ELSE entry END "  # the library has it now
                    "WHERE library = ? AND url = ? AND fetched = ?",
                    [
                        one.article.id,
                        one.article.teaser,
                        one.library,
                        one.url,
                        _packed(one.article),
                    ],
                )

    def dropped(self, brought: Iterable[Brought]) -> None:
        """Forget what these pages hold: it doesn't go into the library."""
        with self.transaction():
            for one in brought:
                self.rows(
                    "UPDATE pages SET fetched = NULL WHERE library = ? AND url = ?",
                    [one.library, one.url],
                )

    def forget(self, library: str, articles: Iterable[str]) -> None:
        """Keep no word of the articles with these ids, and fetch their pages no more."""
        with self.transaction():
            for id in articles:
                self.rows(
                    "UPDATE pages SET state = 'done', due = ?, fetched = NULL, entry = '' "
                    "WHERE library = ? AND article = ?",
                    [_NEVER, library, id],
                )

    def given_up(self, library: str) -> list[Page]:
        """Pages that could not be fetched, by address."""
        return self._pages("library = ? AND state = 'dead'", [library])

    def retry(self, library: str) -> int:
        """Try again what was given up; how many these are."""
        return len(
            self.rows(
                "UPDATE pages SET state = 'waiting', attempts = 0, due = 0 "
                "WHERE library = ? AND state = 'dead' RETURNING url",
                [library],
            )
        )

    def waiting(self, library: str) -> int:
        """How many pages are still to be fetched for the first time or indexed."""
        sql = "SELECT count(*) FROM pages WHERE (state = 'waiting' OR fetched NOTNULL) "
        ((count,),) = self.rows(sql + "AND library = ?", [library])
        return int(count)


def host(url: str) -> str:
    """The host of an address, with its port: what is asked for one page at a time."""
    return urlsplit(url).netloc


def _early(every: float) -> float:
    return every * (1 - _JITTER * random.random())


def _source(row: Sequence[Any]) -> Subscription:
    library, url, address, title, paused, *rest = row
    return Subscription(library, url, address, title, bool(paused), *rest)


def _page(row: Sequence[Any]) -> Page:
    library, url, feed, attempts, error, entry, digest, article, teaser, etag, modified = row
    said = Entry(url, "", None, (), "")
    if entry:
        fields = json.loads(entry)
        said = Entry(**(fields | {"authors": tuple(fields["authors"])}))
    return Page(
        library, url, feed, attempts, error, said, digest, article, bool(teaser), etag, modified
    )


def _packed(article: Article) -> str:
    return json.dumps(asdict(article))


def _unpacked(packed: str) -> Article:
    fields = json.loads(packed)
    return Article(**(fields | {"authors": tuple(fields["authors"])}))
