"""Incoming: feeds to be polled and pages to be fetched, in SQLite, so that nothing is lost.

One file for all libraries of a data folder. What was fetched is kept until it is indexed, so that
nothing is fetched twice either. Several processes may work on it: what one has taken, no other gets
for `LEASE` seconds.
"""

import json
import random
import sqlite3
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from retrieval.articles import Article, canonical_url
from retrieval.errors import LibraryError, ReadError, SettingsError
from retrieval.sources.feeds import Entry, teaser

FILE = "incoming.sqlite"
LEASE = 120.0  # seconds for which what was taken is the taker's; a fetch ends in 30
EVERY = 60.0  # seconds between two polls of a feed that asks for nothing else
_LONGEST = 3600.0  # seconds between two polls, whatever a feed asks for
_JITTER = 0.1  # of the time between two polls, by which each is earlier, so that they spread
_BACK_OFF = 6 * 3600.0  # seconds at most between two attempts
_ATTEMPTS = 8  # then what can't be fetched waits for somebody to say that it be tried again
_LOOKS = (3600.0, 6 * 3600.0, 24 * 3600.0)  # seconds after which a page is looked at again
_NEVER = 1e18  # seconds since 1970
_FORMAT = 1
_SCHEMA = """
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
"""


@dataclass(frozen=True, slots=True)
class Source:
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


class Incoming:
    """The file; safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        """Open the file in a data folder, making it where it is missing."""
        data.mkdir(parents=True, exist_ok=True)
        self._file = data / FILE
        self._lock = threading.RLock()
        with self._errors_as_sentences():
            self._db = sqlite3.connect(
                self._file, timeout=60, isolation_level=None, check_same_thread=False
            )
            self._db.execute("PRAGMA secure_delete = ON")
            with self._transaction():
                version = self._db.execute("PRAGMA user_version").fetchone()[0]
                if version == 0:
                    for statement in _SCHEMA.split(";"):
                        self._db.execute(statement)
                    self._db.execute(f"PRAGMA user_version = {_FORMAT}")
        if version > _FORMAT:
            raise LibraryError(f"{self._file} was written by a newer version of Newsdesk.")

    def close(self) -> None:
        """Release the file."""
        with self._lock:
            self._db.close()

    @contextmanager
    def _transaction(self) -> Iterator[None]:
        with self._lock, self._errors_as_sentences():
            self._db.execute("BEGIN IMMEDIATE")
            try:
                yield
                self._db.execute("COMMIT")
            except BaseException:
                if self._db.in_transaction:
                    self._db.execute("ROLLBACK")
                raise

    @contextmanager
    def _errors_as_sentences(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as exc:
            raise LibraryError(f"{self._file} can't be used: {exc}.") from exc

    def _rows(self, sql: str, values: Iterable[object] = ()) -> list[Any]:
        with self._lock, self._errors_as_sentences():
            return self._db.execute(sql, tuple(values)).fetchall()

    # Feeds

    def add(self, library: str, url: str) -> str:
        """Follow a feed from now on; its address as it is kept. Raises SettingsError."""
        kept = canonical_url(url)
        if kept is None:
            raise SettingsError(f"{url[:200]!r} is no address of a feed.")
        if self._rows("SELECT 1 FROM feeds WHERE library = ? AND url = ?", [library, kept]):
            raise SettingsError(f"{kept} is followed already.")
        self._rows(
            "INSERT INTO feeds VALUES (?, ?, ?, '', 0, 0, ?, NULL, 0, '', NULL, NULL)",
            [library, kept, url.strip(), EVERY],
        )
        return kept

    def source(self, library: str, url: str) -> Source:
        """The feed with this address. Raises SettingsError where none is followed."""
        wanted = {url.strip(), canonical_url(url)}
        for one in self.sources(library):
            if wanted & {one.url, one.address}:
                return one
        raise SettingsError(f"No feed is followed at {url[:200]}. See: newsdesk feeds list")

    def sources(self, library: str | None = None) -> list[Source]:
        """The feeds that a library follows, or that all do, by address."""
        rows = self._rows(
            "SELECT f.*, (SELECT count(*) FROM pages p WHERE p.library = f.library "
            "AND p.feed = f.url AND p.article NOTNULL) FROM feeds f "
            "WHERE ? IS NULL OR library = ? ORDER BY library, url",
            [library, library],
        )
        return [_source(row) for row in rows]

    def remove(self, source: Source) -> None:
        """Follow a feed no longer; what came from it stays."""
        where = [source.library, source.url]
        with self._transaction():
            self._rows("DELETE FROM feeds WHERE library = ? AND url = ?", where)
            self._rows(
                "DELETE FROM pages WHERE library = ? AND feed = ? AND article IS NULL", where
            )

    def pause(self, source: Source, *, paused: bool) -> None:
        """Poll a feed no more for the time being, or again."""
        self._rows(
            "UPDATE feeds SET paused = ?, due = 0 WHERE library = ? AND url = ?",
            [paused, source.library, source.url],
        )

    def take_feeds(self, count: int) -> list[Source]:
        """Feeds that are due, the one that waits longest first; nobody else gets them meanwhile."""
        now = time.time()
        rows = self._rows(
            "UPDATE feeds SET due = ? WHERE (library, url) IN (SELECT library, url FROM feeds "
            "WHERE NOT paused AND due <= ? ORDER BY due LIMIT ?) RETURNING *, 0",
            [now + LEASE, now, count],
        )
        return [_source(row) for row in rows]

    def polled(
        self,
        source: Source,
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
        with self._transaction():
            new = sum(self._offer(source, one) for one in entries)
            self._rows(
                "UPDATE feeds SET title = ?, every = ?, due = ?, success = ?, failures = 0, "
                "error = '', address = ?, etag = ?, modified = ? WHERE library = ? AND url = ?",
                [
                    title or source.title, every, time.time() + _early(every), time.time(),
                    moved or source.address, etag, modified, source.library, source.url,
                ],
            )  # fmt: skip
        return new

    def _offer(self, source: Source, one: Entry) -> bool:
        url = canonical_url(one.address) if one.address else None
        if url is None:
            return self._keep_itself(source, one)
        entry = json.dumps(asdict(one), sort_keys=True)
        said = json.dumps([one.title, one.published, one.authors, one.text])
        digest = sha256(said.encode()).hexdigest()[:16]
        known = self._rows(
            "SELECT feed, digest FROM pages WHERE library = ? AND url = ?", [source.library, url]
        )
        # What two feeds say of one page differs, and would have it fetched at each poll of either.
        if known and (known[0][0] != source.url or known[0][1] == digest):
            return False
        self._rows(
            "INSERT INTO pages (library, url, host, feed, state, due, attempts, looks, error, "
            "entry, digest) VALUES (?, ?, ?, ?, 'waiting', ?, 0, 0, '', ?, ?) "
            "ON CONFLICT (library, url) DO UPDATE SET state = 'waiting', due = excluded.due, "
            "attempts = 0, looks = 0, entry = excluded.entry, digest = excluded.digest "
            "WHERE state != 'withdrawn'",
            [source.library, url, host(url), source.url, time.time(), entry, digest],
        )
        return True

    def _keep_itself(self, source: Source, one: Entry) -> bool:
        """Take what a feed says for the article where there is no page; whether it is new."""
        try:
            article = teaser(one, source.title)
        except ReadError:
            return False
        rows = self._rows(
            "INSERT INTO pages (library, url, host, feed, state, due, attempts, looks, error, "
            "entry, digest, fetched) VALUES (?, ?, '', ?, 'done', ?, 0, 0, '', '', '', ?) "
            "ON CONFLICT DO NOTHING RETURNING url",
            [
                source.library, f"{source.url}#{article.id}", source.url, _NEVER,
                _packed(article),
            ],
        )  # fmt: skip
        return bool(rows)

    def poll_failed(self, source: Source, error: str, *, wait: float | None = None) -> None:
        """Note that a feed could not be read; it is tried again later and later.

        `wait` are the seconds that its server asks to be left alone.
        """
        back_off = min(_BACK_OFF, source.every * 2 ** min(source.failures + 1, 20))
        self._rows(
            "UPDATE feeds SET due = ?, failures = failures + 1, error = ? "
            "WHERE library = ? AND url = ?",
            [
                time.time() + max(min(wait or 0.0, _BACK_OFF), back_off), error,
                source.library, source.url,
            ],
        )  # fmt: skip

    # Pages

    def take_pages(self, count: int, busy: Collection[str] = ()) -> list[Page]:
        """Pages that are due, at most one of each host and none of those that are `busy`.

        Nobody else gets them meanwhile.
        """
        now = time.time()
        with self._transaction():
            marks = ",".join("?" * len(busy))
            chosen = self._rows(
                "SELECT library, url FROM (SELECT library, url, min(due) AS first FROM pages "
                "WHERE state IN ('waiting', 'done') AND due <= ? AND fetched IS NULL "
                f"AND host NOT IN ({marks}) GROUP BY host) ORDER BY first LIMIT ?",
                [now, *busy, count],
            )
            for where in chosen:
                self._rows(
                    "UPDATE pages SET due = ? WHERE library = ? AND url = ?", [now + LEASE, *where]
                )
            return [
                page for where in chosen for page in self._pages("library = ? AND url = ?", where)
            ]

    def _pages(self, where: str, values: Iterable[object]) -> list[Page]:
        rows = self._rows(
            "SELECT library, url, feed, attempts, error, entry, digest, article, teaser, etag, "
            f"modified FROM pages WHERE {where} ORDER BY library, url",
            values,
        )
        return [_page(row) for row in rows]

    def fetched(
        self, page: Page, article: Article, *, etag: str | None, modified: str | None
    ) -> None:
        """Keep what a page held until it is indexed; it is looked at again, for corrections."""
        with self._transaction():
            self._rows(
                "UPDATE pages SET fetched = ?, etag = ?, modified = ? "
                "WHERE library = ? AND url = ?",
                [_packed(article), etag, modified, page.library, page.url],
            )
            self._look_again(page)

    def unchanged(self, page: Page) -> None:
        """Note that a page is as it was."""
        with self._transaction():
            self._look_again(page)

    def _look_again(self, page: Page) -> None:
        """Leave a page that its feed has offered anew meanwhile as it is: it is due."""
        where = [page.library, page.url, page.digest]
        rows = self._rows(
            "SELECT looks FROM pages WHERE library = ? AND url = ? AND digest = ?", where
        )
        looks = rows[0][0] if rows else 0
        due = time.time() + _LOOKS[looks] if looks < len(_LOOKS) else _NEVER
        # The date and the authors are needed at each look; the text is in the library now.
        entry = json.dumps(asdict(replace(page.entry, text="")), sort_keys=True)
        self._rows(
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
        self._rows(
            "UPDATE pages SET state = ?, attempts = ?, error = ?, due = ?, fetched = ? "
            "WHERE library = ? AND url = ? AND digest = ?",
            ["dead" if dead else "waiting", attempts, error, due,
             _packed(instead) if instead else None, page.library, page.url, page.digest],
        )  # fmt: skip

    def libraries(self) -> list[str]:
        """Those for which something was fetched that isn't indexed yet."""
        sql = "SELECT DISTINCT library FROM pages WHERE fetched NOTNULL ORDER BY library"
        return [library for (library,) in self._rows(sql)]

    def to_index(self, library: str, count: int) -> list[Brought]:
        """What was fetched for a library, at most so many."""
        rows = self._rows(
            "SELECT library, url, article, fetched FROM pages WHERE fetched NOTNULL "
            "AND library = ? ORDER BY url LIMIT ?",
            [library, count],
        )
        return [Brought(name, url, before, _unpacked(packed)) for name, url, before, packed in rows]

    def is_of_another(self, one: Brought, article: str) -> bool:
        """Whether another page than the one brought holds the article with this id."""
        sql = "SELECT 1 FROM pages WHERE library = ? AND article = ? AND url != ?"
        return bool(self._rows(sql, [one.library, article, one.url]))

    def indexed(self, brought: Iterable[Brought]) -> None:
        """Note that what was fetched is in the library now."""
        with self._transaction():
            for one in brought:
                self._rows(
                    "UPDATE pages SET fetched = NULL, article = ?, teaser = ? "
                    "WHERE library = ? AND url = ? AND fetched = ?",
                    [
                        one.article.id,
                        one.article.teaser,
                        one.library,
                        one.url,
                        _packed(one.article),
                    ],
                )

    def withdrawn(self, brought: Iterable[Brought]) -> None:
        """Forget what these pages hold: somebody took the articles out of the library."""
        with self._transaction():
            for one in brought:
                self._rows(
                    "UPDATE pages SET state = 'withdrawn', fetched = NULL, entry = '' "
                    "WHERE library = ? AND url = ?",
                    [one.library, one.url],
                )

    def given_up(self, library: str) -> list[Page]:
        """Pages that could not be fetched, by address."""
        return self._pages("library = ? AND state = 'dead'", [library])

    def retry(self, library: str) -> int:
        """Try again what was given up; how many these are."""
        return len(
            self._rows(
                "UPDATE pages SET state = 'waiting', attempts = 0, due = 0 "
                "WHERE library = ? AND state = 'dead' RETURNING url",
                [library],
            )
        )

    def waiting(self, library: str) -> int:
        """How many pages are still to be fetched for the first time or indexed."""
        sql = "SELECT count(*) FROM pages WHERE (state = 'waiting' OR fetched NOTNULL) "
        ((count,),) = self._rows(sql + "AND library = ?", [library])
        return int(count)


def host(url: str) -> str:
    """The host of an address, with its port: what is asked for one page at a time."""
    return urlsplit(url).netloc


def _early(every: float) -> float:
    return every * (1 - _JITTER * random.random())


def _source(row: Sequence[Any]) -> Source:
    library, url, address, title, paused, *rest = row
    return Source(library, url, address, title, bool(paused), *rest)


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
