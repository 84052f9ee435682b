"""Watcher: polls feeds, fetches their pages, follows folders, and indexes what is new.

Each fetch has a thread of its own, so that one that hangs delays no other. What it brings is kept
in the queue, and one thread indexes it. Everything may be cut off at any moment, and goes on from
there.
"""

import logging
import threading
import time
from collections import Counter
from collections.abc import Callable, Collection, Generator, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import replace
from functools import lru_cache, partial
from pathlib import Path
from typing import Protocol, TypeVar

from retrieval.articles.article import Article
from retrieval.errors import NewsdeskError, ReadError
from retrieval.library.index import Index, SyncReport
from retrieval.sources import feeds, http
from retrieval.sources.feed_parser import MAX_BYTES
from retrieval.sources.pages import article_of
from retrieval.sources.robots import Forbidden, Robots
from retrieval.watching.folders import follow
from retrieval.watching.page_checks import (
    is_announced,
    is_another_text,
    leads_elsewhere,
    leads_to_front_page,
)
from retrieval.watching.pages import FetchedArticle, Page, host
from retrieval.watching.queue import FetchQueue
from retrieval.watching.subscriptions import Subscription

K = TypeVar("K")
T = TypeVar("T")

log = logging.getLogger(__name__)

_FETCHES = 16  # at a time, of feeds and of pages each
_STEP = 0.25  # seconds between two looks at what is due
_MIN_GAP = 1.0  # seconds between two pages of a host
_MAX_GAP = 30.0  # seconds, whatever a host's robots.txt asks for
_MAX_REST = 3600.0  # seconds for which a host that asks for it is left alone
_BATCH = 50  # articles indexed at a time
_PAUSE = 10.0  # seconds until something that failed is tried again
_GONE = (404, 410, 451)  # statuses after which a page is not tried again
_FAULT = "this is a fault of Newsdesk"


class Desk(Protocol):
    """What the watcher needs of a desk: it writes to one library."""

    @property
    def index(self) -> Index:
        """The library's index, of which articles are looked up."""

    def keeps_out(self, id: str) -> bool:
        """Whether a user removed the article with this id."""

    def take_chosen(
        self, chosen: Callable[[], tuple[Iterable[Article], Collection[str]]]
    ) -> SyncReport:
        """Add articles and remove others, both chosen when it is this process's turn to write."""

    def sync(
        self, paths: list[Path], *, prune: bool, again: bool
    ) -> Generator[SyncReport, None, None]:
        """Make the library hold what is in the files and folders."""


class Watcher:
    """Follows the feeds of all libraries of a data folder, and folders for one library."""

    def __init__(
        self,
        queue: FetchQueue,
        opened: Callable[[str], AbstractContextManager[Desk]],
        hosts: Callable[[str], Collection[str]],
        *,
        agent: str = http.AGENT,
        folders: Sequence[Path] = (),
        library: str = "",
        say: Callable[[str], None] = lambda line: None,
    ) -> None:
        """`opened` gives the desk of a library by name, `hosts` its allowed hosts on an intranet.

        What is in `folders` goes into `library`. `say` is called, from any thread, with a line for
        each thing that happened.
        """
        self._queue = queue
        self._opened = opened
        self._hosts = hosts
        self._agent = agent
        self._folders = list(folders)
        self._library = library
        self._say = say
        self._robots = lru_cache(lambda allowed: Robots(agent=agent, allowed=allowed))
        self._lock = threading.Lock()
        self._polls: dict[tuple[str, str], str] = {}  # feeds being polled → their host
        self._fetches: dict[str, tuple[str, str]] = {}  # hosts being read → library and feed
        self._rest: dict[str, float] = {}  # hosts → when they may be read again
        self._stopped = False

    def run(self, stop: threading.Event) -> None:
        """Watch until `stop` is set."""
        threads = [threading.Thread(target=self._index_all, args=[stop], daemon=True)]
        if self._folders:
            following = (self._folders, stop, self._read_folders, self._say)
            threads.append(threading.Thread(target=follow, args=following, daemon=True))
        for thread in threads:
            thread.start()
        while not stop.is_set():
            try:
                self._start_what_is_due()
            except NewsdeskError as exc:
                log.error("%s", exc)
                stop.wait(_PAUSE)
            except Exception:  # an unforeseen failure must not end the watching
                log.exception(_FAULT)
                stop.wait(_PAUSE)
            stop.wait(_STEP)
        self._stopped = True
        for thread in threads:
            thread.join(timeout=5)
        with self._lock:
            self._queue.release(self._polls, self._fetches)

    # Feeds and pages

    def _start_what_is_due(self) -> None:
        now = time.monotonic()
        with self._lock:
            polls, fetches = Counter(self._polls.values()), Counter(self._fetches.values())
            self._rest = {name: until for name, until in self._rest.items() if until > now}
            busy = [*self._fetches, *self._rest]
        for subscription in self._queue.subscriptions.take(_FETCHES - polls.total(), polls):
            feed = (subscription.library, subscription.url)
            work = partial(self._poll, subscription)
            self._start(self._polls, feed, host(subscription.address), work)
        for page in self._queue.pages.take(_FETCHES - fetches.total(), busy, fetches):
            feed = (page.library, page.feed)
            self._start(self._fetches, host(page.url), feed, partial(self._fetch, page))

    def _start(self, in_flight: dict[K, T], name: K, value: T, work: Callable[[], None]) -> None:
        """Do the work in a thread of its own; until it is done, `in_flight` has it by this name."""

        def run() -> None:
            try:
                work()
            except NewsdeskError as exc:
                if not self._stopped:  # then the queue may be closed already
                    log.error("%s", exc)
            except Exception:
                log.exception(_FAULT)
            finally:
                with self._lock:
                    in_flight.pop(name, None)

        with self._lock:
            in_flight[name] = value
        threading.Thread(target=run, daemon=True).start()

    def _poll(self, subscription: Subscription) -> None:
        subscriptions = self._queue.subscriptions
        try:
            found = http.fetch(
                subscription.address, allowed=self._hosts(subscription.library),
                agent=self._agent, etag=subscription.etag, modified=subscription.modified,
                limit=MAX_BYTES,
            )  # fmt: skip
            if found.status == 304:
                subscriptions.polled(
                    subscription, [], every=subscription.every,
                    etag=subscription.etag, modified=subscription.modified,
                )  # fmt: skip
                return
            feed = feeds.parse(found.body, address=found.address, charset=found.charset)
        except ReadError as exc:
            wait = exc.wait if isinstance(exc, http.Refused) else None
            subscriptions.poll_failed(subscription, exc.reason, wait=wait)
            self._say(f"{subscription.url}: {exc.reason}")
            return
        new = subscriptions.polled(
            subscription,
            feed.entries,
            title=feed.title,
            every=max(feed.every or 0, found.max_age or 0),
            moved=found.moved,
            etag=found.etag,
            modified=found.modified,
        )
        if new:
            self._say(f"{subscription.url}: {new} new or changed")
        if feed.left_out:
            self._say(f"{subscription.url}: {feed.left_out} older entries left out")

    def _fetch(self, page: Page) -> None:
        address, allowed = page.entry.address or page.url, frozenset(self._hosts(page.library))
        gap = _MIN_GAP
        try:
            robots = self._robots(allowed)
            gap = min(_MAX_GAP, max(_MIN_GAP, robots.delay(address) or 0.0))
            found = http.fetch(
                address, allowed=allowed, agent=self._agent, etag=page.etag,
                modified=page.modified, permit=robots.check,
            )  # fmt: skip
            if found.status == 304:
                self._queue.pages.unchanged(page)
            else:
                article = _checked(page, found, address)
                self._queue.pages.fetched(page, article, etag=found.etag, modified=found.modified)
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
        if page.article and not page.teaser and lasting:
            # That a page is gone from its site doesn't withdraw its article.
            self._queue.pages.unchanged(page)
            return
        instead = None if page.article else _teaser(page)
        self._queue.pages.failed(page, exc.reason, lasting=lasting, wait=wait, instead=instead)
        self._say(f"{page.url}: {exc.reason}")

    # Indexing

    def _index_all(self, stop: threading.Event) -> None:
        resting: dict[str, float] = {}  # libraries that couldn't be written → until when
        while not stop.is_set():
            try:
                for library in self._queue.pages.libraries_to_index():
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
        except Exception:  # one library's failure must not stop the others
            log.exception("%s: %s", library, _FAULT)
        else:
            return 0.0
        return time.monotonic() + _PAUSE

    def _index(self, library: str) -> None:
        pages = self._queue.pages
        kept: list[FetchedArticle] = []
        with self._opened(library) as desk:

            def chosen() -> tuple[list[Article], list[str]]:
                fetched = pages.to_index(library, _BATCH)
                dropped = [one for one in fetched if self._stays_out(desk, one)]
                pages.drop(dropped)
                kept.extend(one for one in fetched if one not in dropped)
                articles = {one.article.id: one.article for one in kept}
                replaced = [
                    one.before
                    for one in kept
                    if one.before
                    and one.before not in articles
                    and not pages.is_on_another_page(one, one.before)
                ]
                return [*articles.values()], replaced

            report = desk.take_chosen(chosen)
        pages.indexed(kept)
        self._say_report(report)

    def _stays_out(self, desk: Desk, one: FetchedArticle) -> bool:
        """Whether a user removed the page's article, or the page has an unrelated text now."""
        if desk.keeps_out(one.article.id) or (one.before and desk.keeps_out(one.before)):
            return True
        before = desk.index.library.article(one.before) if one.before else None
        if before is None or before.teaser or one.article.teaser:
            return False
        if not is_another_text(before.text, one.article.text):
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

    def _read_folders(self) -> bool:
        """Index what is in the folders; whether that could be done."""
        try:
            with self._opened(self._library) as desk:
                self._say_report([*desk.sync(self._folders, prune=True, again=False)][-1])
            return True
        except NewsdeskError as exc:
            log.error("%s", exc)
            self._say(str(exc))
        except Exception:
            log.exception(_FAULT)
        return False


def _checked(page: Page, found: http.Fetched, asked: str) -> Article:
    """The article on the page, if it is the one that the feed announces. Raises ReadError.

    Its date and authors are the feed's where the page has none.
    """
    if leads_to_front_page(found.address, asked):
        raise ReadError("it leads to the site's front page")
    article, entry = article_of(found), page.entry
    article = replace(
        article,
        published=article.published or entry.published,
        authors=article.authors or entry.authors,
    )
    if not is_announced(article, entry):
        raise ReadError("the page says nothing of what the feed announces")
    if leads_elsewhere(page, found, article):
        raise ReadError("it leads to another article for the time being")
    return article


def _teaser(page: Page) -> Article | None:
    """What the feed itself says of the article, None where it says nothing."""
    try:
        return replace(feeds.teaser(page.entry, ""), teaser=True)
    except ReadError:
        return None
