"""Watch: feeds are polled, their pages fetched, folders followed, and all of it indexed.

Each fetch has a thread of its own, so that one that hangs delays no other; what it brings is kept
in `Incoming` and indexed by one thread. All may be cut off at any moment, and goes on where it was.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import lru_cache, partial
from itertools import pairwise
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from watchfiles import watch as watch_files

from retrieval.articles.article import Article, canonical_url
from retrieval.english.words import STOPWORDS, stems
from retrieval.errors import NewsdeskError, ReadError
from retrieval.library.index import SyncReport
from retrieval.newsdesk import SHARED, Newsdesk
from retrieval.sources import feeds, http
from retrieval.sources.feeds import Entry
from retrieval.sources.robots import Forbidden, Robots
from retrieval.watching.queue import Brought, Incoming, Page, Subscription, host

K = TypeVar("K")
T = TypeVar("T")

log = logging.getLogger(__name__)

_FETCHES = 16  # at a time, of feeds and of pages each
_STEP = 0.25  # seconds between two looks at what is due
_GAP = 1.0  # seconds at least between two pages of a host
_MAX_REST = 3600.0  # seconds for which a host that asks for it is left alone
_MAX_GAP = 30.0  # seconds at most, whatever a host asks for
_BATCH = 50  # articles indexed at a time
_PAUSE = 10.0  # seconds before indexing is tried again after it failed
_GONE = (404, 410, 451)  # statuses that are not tried again
_OF_IT = 0.2  # of the words in which a feed announces a page are at least on it
_FEW = 4  # words are too few to tell
_LONG = 3_000  # characters; notices are shorter
_NO_BLANKS = 0x0E00  # from Thai on, scripts write words without blanks between them
_TEASER = 300  # characters of what a feed says that are looked for


class Watch:
    """Follows the feeds of the libraries of a data folder, and the folders of one of them."""

    def __init__(
        self,
        incoming: Incoming,
        opened: Callable[[str], AbstractContextManager[Newsdesk]],
        hosts: Callable[[str], Collection[str]],
        *,
        agent: str = http.AGENT,
        folders: Sequence[Path] = (),
        library: str = SHARED,
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        """`opened` gives the desk of a library, `hosts` those that it may reach on an intranet.

        `folders` go into `library`. `say` is called, from any thread, with a line for each thing
        that happened.
        """
        self._incoming = incoming
        self._opened = opened
        self._hosts = hosts
        self._agent = agent
        self._folders = list(folders)
        self._library = library
        self._say = say
        self._robots = lru_cache(lambda allowed: Robots(agent=agent, allowed=allowed))
        self._lock = threading.Lock()
        self._polled: dict[tuple[str, str], str] = {}  # feeds being polled → their host
        self._fetched: dict[str, tuple[str, str]] = {}  # hosts being read → library and feed
        self._rest: dict[str, float] = {}  # hosts → when they may be read again
        self._stopped = False

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set."""
        threads = [threading.Thread(target=self._index_all, args=[stop], daemon=True)]
        if self._folders:
            threads.append(threading.Thread(target=self._follow, args=[stop], daemon=True))
        for thread in threads:
            thread.start()
        while not stop.is_set():
            try:
                self._start_what_is_due()
            except NewsdeskError as exc:
                log.error("%s", exc)
                stop.wait(_PAUSE)
            except Exception:  # what is unforeseen once must not end it all
                log.exception("this is a fault of Newsdesk")
                stop.wait(_PAUSE)
            stop.wait(_STEP)
        self._stopped = True
        for thread in threads:
            thread.join(timeout=5)
        with self._lock:
            self._incoming.release(self._polled, self._fetched)

    # Feeds and pages

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        with self._lock:
            polled, fetched = Counter(self._polled.values()), Counter(self._fetched.values())
            self._rest = {name: until for name, until in self._rest.items() if until > now}
            busy = [*self._fetched, *self._rest]
        for source in self._incoming.take_feeds(_FETCHES - polled.total(), polled):
            name = (source.library, source.url)
            self._start(self._polled, name, host(source.address), partial(self._poll, source))
        for page in self._incoming.take_pages(_FETCHES - fetched.total(), busy, fetched):
            feed = (page.library, page.feed)
            self._start(self._fetched, host(page.url), feed, partial(self._fetch, page))

    def _start(self, flying: dict[K, T], name: K, of: T, work: Callable[[], None]) -> None:
        """Do the work in a thread of its own; it flies under this name until it is done."""

        def run() -> None:
            try:
                work()
            except NewsdeskError as exc:
                if not self._stopped:  # what is closed meanwhile is no trouble
                    log.error("%s", exc)
            except Exception:
                log.exception("this is a fault of Newsdesk")
            finally:
                with self._lock:
                    flying.pop(name, None)

        with self._lock:
            flying[name] = of
        threading.Thread(target=run, daemon=True).start()

    def _poll(self, source: Subscription) -> None:
        try:
            found = http.fetch(
                source.address, allowed=self._hosts(source.library), agent=self._agent,
                etag=source.etag, modified=source.modified, limit=feeds.MAX_BYTES,
            )  # fmt: skip
            if found.status == 304:
                self._incoming.polled(
                    source, [], every=source.every, etag=source.etag, modified=source.modified
                )
                return
            feed = feeds.parse(found.body, address=found.address, charset=found.charset)
        except ReadError as exc:
            wait = exc.wait if isinstance(exc, http.Refused) else None
            self._incoming.poll_failed(source, exc.reason, wait=wait)
            self._say(f"{source.url}: {exc.reason}")
            return
        new = self._incoming.polled(
            source,
            feed.entries,
            title=feed.title,
            every=max(feed.every or 0, found.max_age or 0),
            moved=found.moved,
            etag=found.etag,
            modified=found.modified,
        )
        if new:
            self._say(f"{source.url}: {new} new or changed")
        if feed.left_out:
            self._say(f"{source.url}: {feed.left_out} older entries left out")

    def _fetch(self, page: Page) -> None:
        address, allowed = page.entry.address or page.url, frozenset(self._hosts(page.library))
        gap = _GAP
        try:
            robots = self._robots(allowed)
            gap = min(_MAX_GAP, max(_GAP, robots.delay(address) or 0.0))
            found = http.fetch(
                address,
                allowed=allowed,
                agent=self._agent,
                etag=page.etag,
                modified=page.modified,
                permit=robots.check,
            )
            if found.status == 304:
                self._incoming.unchanged(page)
                return
            if _is_front_page(found.address) and not _is_front_page(address):
                raise ReadError("it leads to the site's front page")
            article = _with_what_the_feed_says(http.article_of(found), page)
            if not _is_of(page.entry, article):
                raise ReadError("the page says nothing of what the feed announces")
            if _is_led_astray(page, found, article):
                raise ReadError("it leads to another article for the time being")
            self._incoming.fetched(page, article, etag=found.etag, modified=found.modified)
        except ReadError as exc:
            self._failed(page, exc)
            wait = exc.wait if isinstance(exc, http.Refused) else None
            gap = max(gap, min(_MAX_REST, wait or 0.0))
        finally:
            with self._lock:
                self._rest[host(page.url)] = time.monotonic() + gap

    def _failed(self, page: Page, exc: ReadError) -> None:
        gone = isinstance(exc, http.Refused) and exc.status in _GONE
        wait = exc.wait if isinstance(exc, http.Refused | Forbidden) else None
        lasting = gone or (isinstance(exc, Forbidden) and wait is None)
        if page.article and not page.teaser and lasting:  # gone from its site isn't withdrawn
            self._incoming.unchanged(page)
            return
        instead = None if page.article else _teaser(page)
        self._incoming.failed(page, exc.reason, lasting=lasting, wait=wait, instead=instead)
        self._say(f"{page.url}: {exc.reason}")

    # Indexing

    def _index_all(self, stop: threading.Event) -> None:
        resting: dict[str, float] = {}  # libraries that can't be written, until when
        while not stop.is_set():
            try:
                for library in self._incoming.libraries():
                    if resting.get(library, 0.0) < time.monotonic() and not stop.is_set():
                        resting[library] = self._try_to_index(library)
            except NewsdeskError as exc:
                log.error("%s", exc)
                stop.wait(_PAUSE)
            stop.wait(_STEP)

    def _try_to_index(self, library: str) -> float:
        """Index some of what was fetched; when the library may be tried again."""
        try:
            self._index(library)
        except NewsdeskError as exc:
            log.error("%s: %s", library, exc)
            self._say(f"{library}: {exc}")
        except Exception:  # one library's trouble is not the others'
            log.exception("%s: this is a fault of Newsdesk", library)
        else:
            return 0.0
        return time.monotonic() + _PAUSE

    def _index(self, library: str) -> None:
        left: list[Brought] = []
        with self._opened(library) as desk:

            def chosen() -> tuple[list[Article], list[str]]:
                brought = self._incoming.to_index(library, _BATCH)
                gone = [one for one in brought if self._stays_out(desk, one)]
                self._incoming.dropped(gone)
                left.extend(one for one in brought if one not in gone)
                articles = {one.article.id: one.article for one in left}
                replaced = [
                    one.before
                    for one in left
                    if one.before
                    and one.before not in articles
                    and not self._incoming.is_of_another(one, one.before)
                ]
                return [*articles.values()], replaced

            report = desk.take_chosen(chosen)
        self._incoming.indexed(left)
        self._say_report(report)

    def _stays_out(self, desk: Newsdesk, one: Brought) -> bool:
        """Whether somebody took out what the page held, or it holds quite another text now."""
        if desk.keeps_out(one.article.id) or (one.before and desk.keeps_out(one.before)):
            return True
        before = desk.index.library.article(one.before) if one.before else None
        if before is None or before.teaser or one.article.teaser:
            return False
        words, now = {*stems(before.text)} - STOPWORDS, {*stems(one.article.text)} - STOPWORDS
        if len(words & now) >= _OF_IT * min(len(words), len(now)):
            return False
        self._say(f"{one.url}: it has quite another text now, which is not taken for a correction")
        return True

    def _say_report(self, report: SyncReport) -> None:
        for error in report.failed:
            self._say(f"not read: {error}")
        if report.added or report.changed or report.withdrawn:
            self._say(
                f"added {report.added}, changed {report.changed}, withdrawn {report.withdrawn}"
            )

    # Folders

    def _follow(self, stop: threading.Event) -> None:
        while not stop.is_set():
            try:
                self._follow_these(stop)
            except Exception as exc:  # noqa: BLE001 - a folder may go at any moment
                self._say(f"the folders can't be followed just now: {exc}")
                stop.wait(_PAUSE)

    def _follow_these(self, stop: threading.Event) -> None:
        """Until one of the folders is another one than it was."""
        unread, before = True, _identities(self._folders)
        for changes in watch_files(
            *self._folders,
            stop_event=stop,
            raise_interrupt=False,
            yield_on_timeout=True,
            rust_timeout=500,
        ):
            # What it yields first shows that it watches: from then on, no change is missed.
            if unread or changes:
                unread = not self._read_folders()
            if _identities(self._folders) != before:
                return

    def _read_folders(self) -> bool:
        """Whether what is there was read."""
        try:
            with self._opened(self._library) as desk:
                self._say_report([*desk.sync(self._folders, prune=True, again=False)][-1])
            return True
        except NewsdeskError as exc:
            log.error("%s", exc)
            self._say(str(exc))
        except Exception:
            log.exception("this is a fault of Newsdesk")
        return False


def _identities(paths: Sequence[Path]) -> list[tuple[int, int]]:
    """By which a folder is told from another one that has taken its place."""
    return [(found.st_dev, found.st_ino) for found in (path.stat() for path in paths)]


def _is_led_astray(page: Page, found: http.Fetched, article: Article) -> bool:
    """Whether a page known in full leads elsewhere, and not for good, as to a consent page."""
    if page.teaser or page.article in (None, article.id) or found.moved == found.address:
        return False
    return canonical_url(found.address) != canonical_url(page.entry.address or page.url)


def _is_of(entry: Entry, article: Article) -> bool:
    """Whether the page is about what the feed says of it, or too long to be anything else.

    One that asks for consent, or for JavaScript, or says that there is no such page, is neither.
    """
    said = _pieces(f"{entry.title} {entry.text[:_TEASER]}")
    shared = said & _pieces(article.text)
    is_long = len(article.text) > _LONG
    return is_long or len(said) < _FEW or len(shared) >= _OF_IT * len(said)


def _pieces(text: str) -> set[str]:
    """The words that mean something, and pairs of letters where a script has no blanks."""
    words = {*stems(text)} - STOPWORDS
    return {a + b for word in words for a, b in pairwise(word) if ord(a) > _NO_BLANKS} or words


def _is_front_page(address: str) -> bool:
    parts = urlsplit(address)
    return not parts.path.strip("/") and not parts.query


def _teaser(page: Page) -> Article | None:
    """What the feed itself says of the article, None where that is nothing."""
    try:
        return replace(feeds.teaser(page.entry, ""), teaser=True)
    except ReadError:
        return None


def _with_what_the_feed_says(article: Article, page: Page) -> Article:
    """The article, its date and authors from the feed where its page has none."""
    entry = page.entry
    return replace(
        article,
        published=article.published or entry.published,
        authors=article.authors or entry.authors,
    )
