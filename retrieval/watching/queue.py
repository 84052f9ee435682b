"""Queue: the feeds to be polled and the pages to be fetched, in SQLite, so that nothing is lost.

One file for all libraries of a data folder. Several processes may work on it: a feed or page that
one of them takes is leased to it, and no other gets it until the lease ends.
"""

import time
from collections.abc import Iterable
from pathlib import Path

from retrieval.library.database import Database
from retrieval.watching.pages import Pages
from retrieval.watching.schedule import LEASE
from retrieval.watching.subscriptions import Subscriptions

FILE = "incoming.sqlite"

# What makes each format from the one before it. `offers` records which feed said what of a page: a
# page that two feeds offer is fetched once, and stays when one of them is removed.
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


class FetchQueue(Database):
    """The file; safe to use from several threads and processes."""

    def __init__(self, data: Path) -> None:
        """Open the file in a data folder, making it where it is missing. Raises LibraryError."""
        super().__init__(data / FILE, _FORMATS)
        self.pages = Pages(self)
        self.subscriptions = Subscriptions(self, self.pages)

    def release(self, feeds: Iterable[tuple[str, str]], hosts: Iterable[str]) -> None:
        """End the leases on these feeds, as (library, url), and on all pages of these hosts."""
        now = time.time()
        leased = [now, now, now + LEASE]
        with self.transaction():
            self.each(
                "UPDATE feeds SET due = ? WHERE due > ? AND due <= ? AND library = ? AND url = ?",
                [[*leased, *feed] for feed in feeds],
            )
            self.each(
                "UPDATE pages SET due = ? WHERE due > ? AND due <= ? AND host = ?",
                [[*leased, host] for host in hosts],
            )
