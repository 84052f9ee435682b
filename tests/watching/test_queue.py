from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.articles.article import Article, article
from retrieval.sources.feeds import Entry
from retrieval.watching import schedule
from retrieval.watching.pages import PER_FEED, Page
from retrieval.watching.queue import FILE, FetchQueue
from retrieval.watching.subscriptions import PER_HOST, Subscription

NEWS = "https://news.example/feed"
TOP = "https://top.example/feed"
BRIDGE = "https://news.example/bridge"


@pytest.fixture
def queue(tmp_path: Path) -> Iterator[FetchQueue]:
    with closing(FetchQueue(tmp_path)) as queue:
        yield queue


def entry(address: str | None, title: str = "The bridge", text: str = "", id: str = "") -> Entry:
    return Entry(address, title, "2026-11-25", (), text, id)


def follow(queue: FetchQueue, url: str, *entries: Entry) -> Subscription:
    """Follow a feed and record its first poll; the subscription."""
    queue.subscriptions.add("shared", url)
    return offer(queue, url, *entries)


def offer(queue: FetchQueue, url: str, *entries: Entry) -> Subscription:
    subscription = queue.subscriptions.find("shared", url)
    queue.subscriptions.polled(subscription, entries)
    return subscription


def read(queue: FetchQueue, pages: Sequence[Page]) -> None:
    """Take pages as fetched and indexed."""
    for page in pages:
        found = article(f"{page.entry.title} {page.url}", url=page.url)
        queue.pages.fetched(page, found, etag=None, modified=None)
    queue.pages.indexed(queue.pages.to_index("shared", 100))


def brought(queue: FetchQueue) -> list[Article]:
    """Note all that waits to be indexed as indexed."""
    found = queue.pages.to_index("shared", 100)
    queue.pages.indexed(found)
    return [one.article for one in found]


def test_a_page_that_two_feeds_offer_is_fetched_once(queue: FetchQueue) -> None:
    follow(queue, NEWS, entry(BRIDGE))
    read(queue, queue.pages.take(9))
    follow(queue, TOP, entry(BRIDGE, "Elsewhere said so"))

    assert queue.pages.take(9) == []
    assert [one.articles for one in queue.subscriptions.all("shared")] == [1, 1]


@pytest.mark.parametrize("feed", [NEWS, TOP])
def test_a_correction_in_either_of_two_feeds_refetches_the_page(
    queue: FetchQueue, feed: str
) -> None:
    follow(queue, NEWS, entry(BRIDGE))
    follow(queue, TOP, entry(BRIDGE, "Elsewhere said so"))
    read(queue, queue.pages.take(9))
    offer(queue, feed, entry(BRIDGE, "Corrected: the bridge"))

    (page,) = queue.pages.take(9)
    assert page.entry.title == "Corrected: the bridge"


def test_removing_a_feed_keeps_the_pages_that_another_offers(queue: FetchQueue) -> None:
    alone = "https://news.example/alone"
    first = follow(queue, NEWS, entry(BRIDGE), entry(alone))
    follow(queue, TOP, entry(BRIDGE, "Elsewhere said so"))
    queue.subscriptions.remove(first)

    (page,) = queue.pages.take(9)
    assert page.url == BRIDGE
    assert page.feed == TOP
    assert queue.pages.count_waiting("shared") == 1


def test_removing_a_feed_keeps_its_articles_but_stops_fetching(
    queue: FetchQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_CHECKS", (0.0,) * 9)
    subscription = follow(queue, NEWS, entry(BRIDGE))
    (page,) = queue.pages.take(9)
    queue.pages.fetched(page, article("The bridge is shut.", url=BRIDGE), etag=None, modified=None)
    queue.subscriptions.remove(subscription)

    assert [one.text for one in brought(queue)] == ["The bridge is shut."]
    assert queue.pages.take(9) == []
    follow(queue, NEWS, entry(BRIDGE))
    assert queue.pages.take(9) == []
    offer(queue, NEWS, entry(BRIDGE, "Corrected: the bridge"))
    assert [one.url for one in queue.pages.take(9)] == [BRIDGE]


def test_a_poll_that_ends_after_its_feed_was_removed_adds_nothing(queue: FetchQueue) -> None:
    subscription = follow(queue, NEWS)
    queue.subscriptions.remove(subscription)

    assert queue.subscriptions.polled(subscription, [entry(BRIDGE)]) == 0
    assert queue.pages.take(9) == []


def test_an_edited_entry_without_a_page_stays_one_article(queue: FetchQueue) -> None:
    follow(queue, NEWS, entry(None, "Shut", "The bridge is shut.", "tag:1"))
    (first,) = brought(queue)
    offer(queue, NEWS, entry(None, "Open", "The bridge is open again.", "tag:1"))
    (second,) = brought(queue)
    offer(queue, NEWS, entry(None, "Open", "The bridge is open again.", "tag:1"))

    assert brought(queue) == []
    assert second.text == "The bridge is open again."
    assert second.id == first.id


def test_entries_without_page_and_id_are_distinguished_by_title(
    queue: FetchQueue,
) -> None:
    shut, same = entry(None, "Shut", "It is so."), entry(None, "Ferry", "It is so.")
    follow(queue, NEWS, shut, same)

    assert len({one.id for one in brought(queue)}) == 2


def test_no_feed_takes_all_slots(queue: FetchQueue) -> None:
    many = [entry(f"https://host{number}.example/") for number in range(30)]
    follow(queue, NEWS, *many)
    follow(queue, TOP, entry(BRIDGE))

    taken = queue.pages.take(16)
    assert Counter(page.feed for page in taken) == {NEWS: PER_FEED, TOP: 1}
    assert queue.pages.take(16, in_flight={("shared", NEWS): PER_FEED}) == []
    assert len(queue.pages.take(16, in_flight={("shared", NEWS): PER_FEED - 1})) == 1


def test_no_host_is_asked_for_many_feeds_at_once(queue: FetchQueue) -> None:
    for number in range(10):
        queue.subscriptions.add("shared", f"https://news.example/feeds/{number}")
    queue.subscriptions.add("shared", TOP)

    taken = queue.subscriptions.take(16)
    assert len(taken) == PER_HOST + 1
    assert TOP in [one.url for one in taken]
    assert queue.subscriptions.take(16, {"news.example": PER_HOST}) == []


def test_feeds_on_one_host_take_turns(queue: FetchQueue) -> None:
    old = [entry(f"https://news.example/{number}") for number in range(200)]
    follow(queue, TOP, *old)
    follow(queue, NEWS, entry(BRIDGE))
    turns = 0
    while BRIDGE not in [page.url for page in queue.pages.take(16)]:
        turns += 1
        assert turns < 40, "one in two is expected"


def test_new_pages_are_fetched_before_rechecks(
    queue: FetchQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schedule, "_CHECKS", (0.0,) * 9)
    follow(queue, NEWS, *(entry(f"https://news.example/{number}") for number in range(5)))
    while pages := queue.pages.take(9):
        read(queue, pages)
        if queue.subscriptions.find("shared", NEWS).articles == 5:
            break
    offer(queue, NEWS, entry(BRIDGE))

    assert [page.url for page in queue.pages.take(9)] == [BRIDGE]


def test_pages_of_a_paused_feed_are_not_fetched(queue: FetchQueue) -> None:
    subscription = follow(queue, NEWS, entry(BRIDGE))
    queue.subscriptions.pause(subscription, paused=True)
    assert queue.pages.take(9) == []
    queue.subscriptions.pause(subscription, paused=False)
    queue.subscriptions.suspend("shared", suspended=True)
    assert queue.pages.take(9) == []
    assert queue.subscriptions.take(9) == []
    queue.subscriptions.pause(subscription, paused=True)
    queue.subscriptions.suspend("shared", suspended=False)
    assert queue.subscriptions.find("shared", NEWS).paused
    queue.subscriptions.pause(subscription, paused=False)

    assert [page.url for page in queue.pages.take(9)] == [BRIDGE]


def test_a_page_offered_by_a_second_feed_goes_when_that_is_removed(queue: FetchQueue) -> None:
    first = follow(queue, NEWS, entry(BRIDGE))
    read(queue, queue.pages.take(9))
    queue.subscriptions.remove(first)
    second = follow(queue, TOP, entry(BRIDGE, "Elsewhere said so"))
    queue.subscriptions.remove(second)

    assert queue.pages.take(9) == []


def test_the_page_of_a_teaser_is_retried_when_its_feed_is_followed_again(queue: FetchQueue) -> None:
    subscription = follow(queue, NEWS, entry(BRIDGE, text="The bridge is shut."))
    (page,) = queue.pages.take(9)
    kept = replace(article("The bridge is shut.", url=BRIDGE), teaser=True)
    queue.pages.failed(page, "no", instead=kept)
    brought(queue)
    queue.subscriptions.remove(subscription)
    follow(queue, NEWS, entry(BRIDGE, text="The bridge is shut."))

    assert [one.url for one in queue.pages.take(9)] == [BRIDGE]


def test_no_word_of_a_withdrawn_page_is_left(queue: FetchQueue, tmp_path: Path) -> None:
    follow(
        queue, NEWS,
        entry(None, "Quilzeph", "The quilzeph is shut.", "tag:1"),
        entry(BRIDGE, "Bridge", "The quilzeph is open."),
    )  # fmt: skip
    (page,) = queue.pages.take(9)
    queue.pages.failed(page, "no", lasting=True, instead=article("The quilzeph.", url=BRIDGE))
    queue.pages.forget("shared", [one.id for one in brought(queue)])

    assert b"quilzeph" not in (tmp_path / FILE).read_bytes().lower()


def test_a_page_that_was_taken_and_returned_is_due_at_once(queue: FetchQueue) -> None:
    follow(queue, NEWS, entry(BRIDGE))
    assert len(queue.pages.take(9)) == 1
    queue.subscriptions.add("shared", TOP)
    assert [one.url for one in queue.subscriptions.take(9)] == [TOP]
    assert (queue.pages.take(9), queue.subscriptions.take(9)) == ([], [])
    queue.release([("shared", TOP)], ["news.example"])

    assert [one.url for one in queue.pages.take(9)] == [BRIDGE]
    assert [one.url for one in queue.subscriptions.take(9)] == [TOP]


def test_a_file_of_an_older_version_is_read(tmp_path: Path) -> None:
    with closing(FetchQueue(tmp_path)) as now:
        follow(now, NEWS, entry(BRIDGE))
        now.rows("DROP TABLE offers")
        now.rows("PRAGMA user_version = 1")
    with closing(FetchQueue(tmp_path)) as later:
        offer(later, NEWS, entry(BRIDGE))
        read(later, later.pages.take(9))
        offer(later, NEWS, entry(BRIDGE))

        assert later.pages.take(9) == []
        assert later.subscriptions.find("shared", NEWS).articles == 1


def test_what_the_release_before_had_in_the_queue_is_fetched_and_indexed(old_data: Path) -> None:
    news, other = "https://alder-courier.example", "https://northshore-gazette.example"
    with closing(FetchQueue(old_data)) as queue:
        (shared,) = queue.subscriptions.all("shared")
        assert (shared.url, shared.title, shared.etag) == (
            f"{news}/feed", "The Alder Courier", '"v1"'
        )  # fmt: skip
        assert (shared.every, shared.failures, shared.articles) == (600.0, 0, 1)
        (paused,) = queue.subscriptions.all("guild-11")
        assert (paused.url, paused.paused, paused.failures) == (f"{other}/feed", True, 1)
        assert [one.url for one in queue.subscriptions.take(9)] in ([], [shared.url])

        assert queue.pages.count_waiting("shared") == 3
        (dead,) = queue.pages.given_up("shared")
        assert (dead.url, dead.error) == (f"{news}/failed", "there is no such page (status 404)")
        fetched = {one.url.rpartition("/")[2]: one for one in queue.pages.to_index("shared", 9)}
        assert fetched["fetched"].article.text == "The fetched page tells of Port Alder at length."
        assert {one.article.text for one in fetched.values()} > {"Ferries run late."}
        queue.pages.indexed(fetched.values())
        (waiting,) = queue.pages.take(9)
        assert (waiting.url, waiting.entry.authors) == (f"{news}/waiting", ("Sami Oduya",))
        assert queue.pages.retry("shared") == 1
