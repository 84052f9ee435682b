from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from retrieval.articles.article import Article, article
from retrieval.sources.feeds import Entry
from retrieval.watching import queue
from retrieval.watching.queue import A_FEED, A_HOST, Incoming, Page, Subscription

NEWS = "https://news.example/feed"
TOP = "https://top.example/feed"
BRIDGE = "https://news.example/bridge"


@pytest.fixture
def incoming(tmp_path: Path) -> Iterator[Incoming]:
    with closing(Incoming(tmp_path)) as incoming:
        yield incoming


def entry(address: str | None, title: str = "The bridge", text: str = "", id: str = "") -> Entry:
    return Entry(address, title, "2026-11-25", (), text, id)


def follow(incoming: Incoming, url: str, *entries: Entry) -> Subscription:
    """The feed, which is followed from now on and was polled once."""
    incoming.add("shared", url)
    return offer(incoming, url, *entries)


def offer(incoming: Incoming, url: str, *entries: Entry) -> Subscription:
    source = incoming.source("shared", url)
    incoming.polled(source, entries)
    return source


def read(incoming: Incoming, pages: Sequence[Page]) -> None:
    """Fetch and index them."""
    for page in pages:
        found = article(f"{page.entry.title} {page.url}", url=page.url)
        incoming.fetched(page, found, etag=None, modified=None)
    incoming.indexed(incoming.to_index("shared", 100))


def brought(incoming: Incoming) -> list[Article]:
    """What waits to be indexed, noted as indexed."""
    found = incoming.to_index("shared", 100)
    incoming.indexed(found)
    return [one.article for one in found]


def test_a_page_that_two_feeds_offer_is_fetched_once(incoming: Incoming) -> None:
    follow(incoming, NEWS, entry(BRIDGE))
    read(incoming, incoming.take_pages(9))
    follow(incoming, TOP, entry(BRIDGE, "Elsewhere said so"))

    assert incoming.take_pages(9) == []
    assert [one.articles for one in incoming.sources("shared")] == [1, 1]


@pytest.mark.parametrize("feed", [NEWS, TOP])
def test_a_correction_in_either_of_two_feeds_refetches_the_page(
    incoming: Incoming, feed: str
) -> None:
    follow(incoming, NEWS, entry(BRIDGE))
    follow(incoming, TOP, entry(BRIDGE, "Elsewhere said so"))
    read(incoming, incoming.take_pages(9))
    offer(incoming, feed, entry(BRIDGE, "Corrected: the bridge"))

    (page,) = incoming.take_pages(9)
    assert page.entry.title == "Corrected: the bridge"


def test_removing_a_feed_keeps_the_pages_that_another_offers(incoming: Incoming) -> None:
    alone = "https://news.example/alone"
    first = follow(incoming, NEWS, entry(BRIDGE), entry(alone))
    follow(incoming, TOP, entry(BRIDGE, "Elsewhere said so"))
    incoming.remove(first)

    (page,) = incoming.take_pages(9)
    assert page.url == BRIDGE
    assert page.feed == TOP
    assert incoming.waiting("shared") == 1


def test_removing_a_feed_keeps_its_articles_but_stops_fetching(
    incoming: Incoming, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_LOOKS", (0.0,) * 9)
    source = follow(incoming, NEWS, entry(BRIDGE))
    (page,) = incoming.take_pages(9)
    incoming.fetched(page, article("The bridge is shut.", url=BRIDGE), etag=None, modified=None)
    incoming.remove(source)

    assert [one.text for one in brought(incoming)] == ["The bridge is shut."]
    assert incoming.take_pages(9) == []
    follow(incoming, NEWS, entry(BRIDGE))
    assert incoming.take_pages(9) == []
    offer(incoming, NEWS, entry(BRIDGE, "Corrected: the bridge"))
    assert [one.url for one in incoming.take_pages(9)] == [BRIDGE]


def test_a_poll_that_ends_after_its_feed_was_removed_adds_nothing(incoming: Incoming) -> None:
    source = follow(incoming, NEWS)
    incoming.remove(source)

    assert incoming.polled(source, [entry(BRIDGE)]) == 0
    assert incoming.take_pages(9) == []


def test_an_edited_entry_without_a_page_stays_one_article(incoming: Incoming) -> None:
    follow(incoming, NEWS, entry(None, "Shut", "The bridge is shut.", "tag:1"))
    (first,) = brought(incoming)
    offer(incoming, NEWS, entry(None, "Open", "The bridge is open again.", "tag:1"))
    (second,) = brought(incoming)
    offer(incoming, NEWS, entry(None, "Open", "The bridge is open again.", "tag:1"))

    assert brought(incoming) == []
    assert second.text == "The bridge is open again."
    assert second.id == first.id


def test_entries_without_page_and_id_are_distinguished_by_title(
    incoming: Incoming,
) -> None:
    shut, same = entry(None, "Shut", "It is so."), entry(None, "Ferry", "It is so.")
    follow(incoming, NEWS, shut, same)

    assert len({one.id for one in brought(incoming)}) == 2


def test_no_feed_takes_all_slots(incoming: Incoming) -> None:
    many = [entry(f"https://host{number}.example/") for number in range(30)]
    follow(incoming, NEWS, *many)
    follow(incoming, TOP, entry(BRIDGE))

    taken = incoming.take_pages(16)
    assert Counter(page.feed for page in taken) == {NEWS: A_FEED, TOP: 1}
    assert incoming.take_pages(16, flying={("shared", NEWS): A_FEED}) == []
    assert len(incoming.take_pages(16, flying={("shared", NEWS): A_FEED - 1})) == 1


def test_no_host_is_asked_for_many_feeds_at_once(incoming: Incoming) -> None:
    for number in range(10):
        incoming.add("shared", f"https://news.example/feeds/{number}")
    incoming.add("shared", TOP)

    taken = incoming.take_feeds(16)
    assert len(taken) == A_HOST + 1
    assert TOP in [one.url for one in taken]
    assert incoming.take_feeds(16, {"news.example": A_HOST}) == []


def test_feeds_on_one_host_take_turns(incoming: Incoming) -> None:
    old = [entry(f"https://news.example/{number}") for number in range(200)]
    follow(incoming, TOP, *old)
    follow(incoming, NEWS, entry(BRIDGE))
    turns = 0
    while BRIDGE not in [page.url for page in incoming.take_pages(16)]:
        turns += 1
        assert turns < 40, "one in two is expected"


def test_new_pages_are_fetched_before_rechecks(
    incoming: Incoming, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queue, "_LOOKS", (0.0,) * 9)
    follow(incoming, NEWS, *(entry(f"https://news.example/{number}") for number in range(5)))
    while pages := incoming.take_pages(9):
        read(incoming, pages)
        if incoming.source("shared", NEWS).articles == 5:
            break
    offer(incoming, NEWS, entry(BRIDGE))

    assert [page.url for page in incoming.take_pages(9)] == [BRIDGE]


def test_pages_of_a_paused_feed_are_not_fetched(incoming: Incoming) -> None:
    source = follow(incoming, NEWS, entry(BRIDGE))
    incoming.pause(source, paused=True)
    assert incoming.take_pages(9) == []
    incoming.pause(source, paused=False)
    incoming.rest("shared", resting=True)
    assert incoming.take_pages(9) == []
    assert incoming.take_feeds(9) == []
    incoming.pause(source, paused=True)
    incoming.rest("shared", resting=False)
    assert incoming.source("shared", NEWS).paused
    incoming.pause(source, paused=False)

    assert [page.url for page in incoming.take_pages(9)] == [BRIDGE]


def test_a_page_offered_by_a_second_feed_goes_when_that_is_removed(incoming: Incoming) -> None:
    first = follow(incoming, NEWS, entry(BRIDGE))
    read(incoming, incoming.take_pages(9))
    incoming.remove(first)
    second = follow(incoming, TOP, entry(BRIDGE, "Elsewhere said so"))
    incoming.remove(second)

    assert incoming.take_pages(9) == []


def test_the_page_of_a_teaser_is_retried_when_its_feed_is_followed_again(
    incoming: Incoming,
) -> None:
    source = follow(incoming, NEWS, entry(BRIDGE, text="The bridge is shut."))
    (page,) = incoming.take_pages(9)
    kept = replace(article("The bridge is shut.", url=BRIDGE), teaser=True)
    incoming.failed(page, "no", instead=kept)
    brought(incoming)
    incoming.remove(source)
    follow(incoming, NEWS, entry(BRIDGE, text="The bridge is shut."))

    assert [one.url for one in incoming.take_pages(9)] == [BRIDGE]


def test_no_word_of_a_withdrawn_page_is_left(incoming: Incoming, tmp_path: Path) -> None:
    follow(
        incoming, NEWS,
        entry(None, "Quilzeph", "The quilzeph is shut.", "tag:1"),
        entry(BRIDGE, "Bridge", "The quilzeph is open."),
    )  # fmt: skip
    (page,) = incoming.take_pages(9)
    incoming.failed(page, "no", lasting=True, instead=article("The quilzeph.", url=BRIDGE))
    incoming.forget("shared", [one.id for one in brought(incoming)])

    assert b"quilzeph" not in (tmp_path / queue.FILE).read_bytes().lower()


def test_a_page_that_was_taken_and_returned_is_due_at_once(incoming: Incoming) -> None:
    follow(incoming, NEWS, entry(BRIDGE))
    assert len(incoming.take_pages(9)) == 1
    incoming.add("shared", TOP)
    assert [one.url for one in incoming.take_feeds(9)] == [TOP]
    assert (incoming.take_pages(9), incoming.take_feeds(9)) == ([], [])
    incoming.release([("shared", TOP)], ["news.example"])

    assert [one.url for one in incoming.take_pages(9)] == [BRIDGE]
    assert [one.url for one in incoming.take_feeds(9)] == [TOP]


def test_a_file_of_an_older_version_is_read(tmp_path: Path) -> None:
    with closing(Incoming(tmp_path)) as now:
        follow(now, NEWS, entry(BRIDGE))
        now.rows("DROP TABLE offers")
        now.rows("PRAGMA user_version = 1")
    with closing(Incoming(tmp_path)) as later:
        offer(later, NEWS, entry(BRIDGE))
        read(later, later.take_pages(9))
        offer(later, NEWS, entry(BRIDGE))

        assert later.take_pages(9) == []
        assert later.source("shared", NEWS).articles == 1
