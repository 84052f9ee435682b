import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from retrieval.articles.article import article
from retrieval.newsdesk import Newsdesk
from retrieval.sources.feeds import Entry
from retrieval.watching import schedule, watcher
from retrieval.watching.page_checks import is_announced
from retrieval.watching.pages import Pages
from retrieval.watching.queue import FetchQueue
from retrieval.watching.watcher import Watcher
from tests.loopback.names import Names
from tests.loopback.publisher import (
    Publishers,
    Story,
    circles,
    drips,
    hangs,
    redirects,
    refuses,
    says,
)

BRIDGE = Story(
    "The bridge of Halvik is closed",
    "The bridge of Halvik was closed on Monday because its cables had rusted, the mayor said.\n"
    "Thousands of commuters have to take the ferry until the spring, which costs them an hour.",
)


def about(number: int) -> Story:
    """A story with words of its own."""
    words = f"zeph{number}or quil{number}a brast{number}en"
    return Story(
        f"Report {number}",
        f"Report {number} tells of {words} on Friday.\nThe {words} was seen by item {number}.",
    )


@pytest.fixture(autouse=True)
def quick(monkeypatch: pytest.MonkeyPatch) -> None:
    """Use intervals of tenths of a second instead of minutes."""
    monkeypatch.setattr(schedule, "EVERY", 0.3)
    monkeypatch.setattr(schedule, "_MAX_BACK_OFF", 0.5)
    monkeypatch.setattr(watcher, "_MIN_GAP", 0.0)
    monkeypatch.setattr(watcher, "_STEP", 0.02)


@pytest.fixture
def publishers() -> Iterator[Publishers]:
    publishers = Publishers()
    yield publishers
    publishers.stop()


@pytest.fixture
def desk(data: Path) -> Iterator[Newsdesk]:
    with closing(Newsdesk(data, create=True)) as desk:
        yield desk


@contextmanager
def watching(
    desk: Newsdesk, data: Path, *feeds: str, folders: list[Path] | None = None
) -> Iterator[tuple[FetchQueue, list[str]]]:
    """Watch the feeds and folders inside the context; gives the log messages."""

    @contextmanager
    def opened(library: str) -> Iterator[Newsdesk]:
        assert library == "shared"
        yield desk

    said: list[str] = []
    stop = threading.Event()
    with closing(FetchQueue(data)) as queue:
        for feed in feeds:
            queue.subscriptions.add("shared", feed)
        watch = Watcher(
            queue,
            opened,
            lambda library: [],
            folders=folders or [],
            library="shared",
            say=said.append,
        )
        running = threading.Thread(target=watch.run, args=[stop])
        running.start()
        try:
            yield queue, said
        finally:
            stop.set()
            running.join()


def until(done: Callable[[], object], seconds: float = 15) -> None:
    end = time.monotonic() + seconds
    while not done():
        assert time.monotonic() < end, "it never became so"
        time.sleep(0.02)


def titles(desk: Newsdesk) -> list[str]:
    return sorted(one.title for one in desk.articles())


def test_new_entries_are_fetched_once_and_can_answer(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    with watching(desk, data, site.feed) as (queue, _):
        until(lambda: titles(desk) == [BRIDGE.title])
        site.publish("/other", about(1))
        until(lambda: len(titles(desk)) == 2)
        until(lambda: [status for path, status in site.asked if path == "/feed"].count(304) > 2)
        until(lambda: queue.subscriptions.all("shared")[0].articles == 2)
        (subscription,) = queue.subscriptions.all("shared")

    (citation,) = desk.ask("why was the bridge of Halvik closed?").citations
    assert "because its cables had rusted" in citation.quote
    assert "ferry until the spring" in citation.hit.article.text
    assert citation.hit.article.published == "2026-11-25"
    assert sorted(site.pages_asked()) == ["/bridge", "/other"]
    assert (subscription.title, subscription.articles, subscription.failures) == ("News", 2, 0)
    assert subscription.success is not None


@pytest.mark.slow
def test_fetched_pages_are_not_fetched_again_after_a_restart(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    with watching(desk, data, site.feed):
        until(lambda: titles(desk) == [BRIDGE.title])
    site.publish("/other", about(1))
    with watching(desk, data):
        until(lambda: len(titles(desk)) == 2)

    assert sorted(site.pages_asked()) == ["/bridge", "/other"]


@pytest.mark.slow
def test_fetched_pages_are_indexed_after_a_crash_without_the_publisher(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    with monkeypatch.context() as crashed:
        crashed.setattr(Watcher, "_index", lambda self, library: None)
        with watching(desk, data, site.feed) as (queue, _):
            until(queue.pages.libraries_to_index)
    site.faults = {"/feed": refuses(500), "/bridge": refuses(500)}
    with watching(desk, data):
        until(lambda: titles(desk) == [BRIDGE.title])

    assert site.pages_asked() == ["/bridge"]


def test_a_correction_is_a_new_version(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    with watching(desk, data, site.feed):
        until(lambda: titles(desk) == [BRIDGE.title])
        site.publish("/bridge", Story(BRIDGE.title, BRIDGE.text.replace("Monday", "Friday")))
        until(lambda: "Friday" in next(desk.articles()).text)

    (article,) = desk.articles()
    (version,) = desk.versions(article.id)
    assert "Monday" in version.article.text


@pytest.mark.slow
def test_a_recheck_finds_a_correction_that_the_feed_does_not_announce(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(schedule, "_CHECKS", (0.3,) * 50)
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    with watching(desk, data, site.feed):
        until(lambda: ("/bridge", 304) in site.asked)
        site.publish("/bridge", Story(BRIDGE.title, BRIDGE.text.replace("spring", "summer")))
        until(lambda: "summer" in next(desk.articles()).text)

    assert "Monday" in next(desk.articles()).text


def test_an_unreachable_page_keeps_its_teaser_until_it_can_be_read(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    site.faults["/bridge"] = refuses(500)
    with watching(desk, data, site.feed):
        until(lambda: titles(desk) == [BRIDGE.title])
        (teaser,) = desk.articles()
        site.faults.clear()
        until(lambda: not next(desk.articles()).teaser)

    (article,) = desk.articles()
    assert teaser.teaser
    assert teaser.text == BRIDGE.text[:120].strip()
    assert article.id == teaser.id
    assert "ferry until the spring" in article.text


@pytest.mark.slow
def test_pages_given_up_are_listed_and_retried_on_request(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    site.faults["/bridge"] = refuses(404)
    with watching(desk, data, site.feed) as (queue, said):
        until(lambda: queue.pages.given_up("shared"))
        (page,) = queue.pages.given_up("shared")
        site.faults.clear()
        assert queue.pages.retry("shared") == 1
        until(lambda: any(not one.teaser for one in desk.articles()))

    assert page.url == f"{site.address}/bridge"
    assert "there is no such page" in page.error
    assert any("there is no such page" in line for line in said)
    assert len(titles(desk)) == 1


@pytest.mark.slow
def test_an_entry_that_leaves_the_feed_is_not_withdrawn(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    for number in range(3):
        site.publish(f"/{number}", about(number))
    with watching(desk, data, site.feed):
        until(lambda: len(titles(desk)) == 3)
        site.window = 1
        polls = len(site.asked)
        until(lambda: len(site.asked) > polls + 2)

    assert len(titles(desk)) == 3


def test_a_withdrawn_article_does_not_come_back(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(schedule, "_CHECKS", (0.3,) * 50)
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    site.publish("/other", about(1))
    with watching(desk, data, site.feed):
        until(lambda: len(titles(desk)) == 2)
        desk.remove([one for one in desk.articles() if one.title == BRIDGE.title])
        site.publish("/bridge", Story("The bridge again", BRIDGE.text + "\nIt opens in May."))
        site.publish("/third", about(2))
        until(lambda: len(titles(desk)) == 2)
        time.sleep(1)

    assert titles(desk) == ["Report 1", "Report 2"]


@pytest.mark.slow
def test_an_article_withdrawn_before_a_crash_does_not_come_back(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    with monkeypatch.context() as crashed:
        crashed.setattr(Pages, "indexed", lambda self, brought: None)
        with watching(desk, data, site.feed):
            until(lambda: titles(desk) == [BRIDGE.title])
    desk.remove([*desk.articles()])
    site.publish("/other", about(1))
    with watching(desk, data) as (queue, _):
        until(lambda: titles(desk) == ["Report 1"])
        until(lambda: not queue.pages.libraries_to_index())

    assert titles(desk) == ["Report 1"]


@pytest.mark.slow
def test_an_article_that_somebody_adds_again_is_followed_again(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    with watching(desk, data, site.feed):
        until(lambda: titles(desk) == [BRIDGE.title])
        (bridge,) = desk.articles()
        desk.remove([bridge])
        desk.take([bridge])
        site.publish("/bridge", Story(BRIDGE.title, BRIDGE.text.replace("Monday", "Friday")))
        until(lambda: "Friday" in next(desk.articles()).text)

    assert titles(desk) == [BRIDGE.title]


def test_a_page_that_asks_for_consent_is_not_taken_for_the_article(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    consent = b"<html><body><article><h1>Before you continue</h1><p>We use cookies and data to "
    consent += b"measure audience engagement. Choose what you accept.</p></article></body></html>"
    for path, story in {"/bridge": BRIDGE, "/other": about(1)}.items():
        site.publish(path, story)
        site.faults[path] = says(consent)
    with watching(desk, data, site.feed) as (_, said):
        until(lambda: len(titles(desk)) == 2)
        assert all(one.teaser for one in desk.articles())
        site.faults.clear()
        until(lambda: not any(one.teaser for one in desk.articles()))

    assert titles(desk) == ["Report 1", BRIDGE.title]
    assert any("says nothing of what the feed announces" in line for line in said)


@pytest.mark.slow
def test_robots_rules_are_checked_at_redirect_targets(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site, other = publishers.site("news.example"), publishers.site("other.example")
    other.robots = "User-agent: *\nDisallow: /private\n"
    site.publish("/bridge", BRIDGE)
    other.stories["/private"] = BRIDGE
    site.faults["/bridge"] = redirects(f"{other.address}/private")
    with watching(desk, data, site.feed) as (queue, _):
        until(lambda: titles(desk) == [BRIDGE.title])
        (page,) = queue.pages.given_up("shared")

    assert "robots.txt" in page.error
    assert other.pages_asked() == []
    assert next(desk.articles()).teaser


@pytest.mark.slow
def test_robots_rules_are_obeyed(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.robots = "User-agent: newsdesk\nDisallow: /bridge\n"
    site.publish("/bridge", BRIDGE)
    site.publish("/other", about(1))
    with watching(desk, data, site.feed) as (queue, _):
        until(lambda: len(titles(desk)) == 2)
        (page,) = queue.pages.given_up("shared")

    assert "robots.txt" in page.error
    assert site.pages_asked() == ["/other"]
    assert {one.title: one.teaser for one in desk.articles()} == {
        BRIDGE.title: True, "Report 1": False,
    }  # fmt: skip


def test_failing_feeds_are_reported_and_delay_no_others(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    faults = {
        "hangs": hangs, "drips": drips, "circles": circles, "page": says(b"<html><body>x</body>"),
        "gone": refuses(410), "inside": redirects("http://127.0.0.1:1/feed"),
        "meta": redirects("http://169.254.169.254/latest"), "empty": says(b"", "text/xml"),
    }  # fmt: skip
    for name, fault in faults.items():
        publishers.site(f"{name}.example").faults["/feed"] = fault
    good = publishers.site("good.example")
    good.publish("/bridge", BRIDGE)
    feeds = [publishers.site(f"{name}.example").feed for name in faults]
    with watching(desk, data, *feeds, good.feed) as (queue, _):
        until(lambda: titles(desk) == [BRIDGE.title], 10)
        until(lambda: sum(one.failures > 0 for one in queue.subscriptions.all("shared")) >= 6)
        errors = {
            one.url.split("/")[2].split(".")[0]: one.error for one in queue.subscriptions.all()
        }

    assert "redirects in a circle" in errors["circles"]
    assert "page" in errors["page"]
    assert "the page is gone for good" in errors["gone"]
    assert "not on the public internet" in errors["inside"]
    assert "not on the public internet" in errors["meta"]
    assert errors["good"] == ""


@pytest.mark.slow
def test_a_busy_server_is_left_alone_for_as_long_as_it_asks(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(schedule, "_MAX_BACK_OFF", 100.0)
    site = publishers.site("news.example")
    site.faults["/feed"] = refuses(429, Retry_After="60")
    with watching(desk, data, site.feed) as (queue, _):
        until(lambda: queue.subscriptions.all("shared")[0].failures)
        time.sleep(1.5)
        (subscription,) = queue.subscriptions.all("shared")

    assert len(site.asked) == 1
    assert 50 < subscription.due - time.time() < 61


@pytest.mark.slow
def test_a_paused_feed_is_not_polled(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    with watching(desk, data, site.feed) as (queue, _):
        until(lambda: site.asked)
        queue.subscriptions.pause(queue.subscriptions.find("shared", site.feed), paused=True)
        time.sleep(0.5)
        before = len(site.asked)
        time.sleep(1)
        assert len(site.asked) == before
        queue.subscriptions.pause(queue.subscriptions.find("shared", site.feed), paused=False)
        until(lambda: len(site.asked) > before)


@pytest.mark.slow
def test_a_permanently_moved_feed_is_polled_at_its_new_address(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    old, new = publishers.site("old.example"), publishers.site("new.example")
    old.faults["/feed"] = redirects(new.feed, 301)
    new.publish("/bridge", BRIDGE)
    with watching(desk, data, old.feed):
        until(lambda: titles(desk) == [BRIDGE.title])
        until(lambda: len(new.asked) > 3)

    assert len(old.asked) == 1


@pytest.mark.slow
def test_the_interval_that_a_feed_asks_for_is_kept(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.ttl = 30
    with watching(desk, data, site.feed) as (queue, _):
        until(lambda: queue.subscriptions.all("shared")[0].success)
        (subscription,) = queue.subscriptions.all("shared")

    assert subscription.every == 1800
    assert 1600 < subscription.due - time.time() <= 1800


@pytest.mark.slow
def test_dates_come_from_the_page_then_the_feed_never_from_the_clock(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.publish("/bridge", Story(BRIDGE.title, BRIDGE.text, dated=False))
    with watching(desk, data, site.feed):
        until(lambda: titles(desk) == [BRIDGE.title])

    (article,) = desk.articles()
    assert article.published is not None
    assert article.published.startswith("2026-11-25")


def test_a_damaged_document_keeps_its_teaser_and_is_counted(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    site.publish("/consent", about(1))
    site.faults["/bridge"] = says(b"%PDF-1.4 rubbish", "application/pdf")
    site.faults["/consent"] = redirects(f"{site.address}/")
    with watching(desk, data, site.feed) as (_, said):
        until(lambda: len(titles(desk)) == 2)
        until(lambda: len(said) > 3)

    assert all(one.teaser for one in desk.articles())
    assert any("damaged" in line for line in said)
    assert any("front page" in line or "no such page" in line for line in said)


@pytest.mark.slow
def test_a_correction_at_a_new_address_replaces_the_old_article(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(schedule, "_CHECKS", (0.3,) * 50)
    site = publishers.site("news.example")
    site.publish("/bridge", Story(BRIDGE.title, BRIDGE.text, dated=False))
    with watching(desk, data, site.feed):
        until(lambda: titles(desk) == [BRIDGE.title])
        moved = f"{site.address}/bridge-corrected"
        site.stories["/bridge-corrected"] = Story("Corrected", BRIDGE.text.replace("Mon", "Fri"))
        site.window = 0
        site.faults["/bridge"] = redirects(moved, 301)
        until(lambda: titles(desk) == ["Corrected"])

    (article,) = desk.articles()
    assert article.url == moved
    assert "Friday" in article.text


@pytest.mark.slow
def test_a_temporarily_redirected_page_keeps_its_article(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(schedule, "_CHECKS", (0.3,) * 50)
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    with watching(desk, data, site.feed) as (_, said):
        until(lambda: titles(desk) == [BRIDGE.title])
        site.stories["/consent"] = about(1)
        site.window = 0
        site.faults["/bridge"] = redirects(f"{site.address}/consent")
        until(lambda: any("for the time being" in line for line in said))

    assert titles(desk) == [BRIDGE.title]


@pytest.mark.slow
def test_a_page_with_a_different_text_is_not_a_correction(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(schedule, "_CHECKS", (0.3,) * 50)
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    consent = "\n".join(
        f"Our partner {number} stores cookie {number * 7} and measures audience {number * 3}."
        for number in range(80)
    )
    with watching(desk, data, site.feed) as (_, said):
        until(lambda: titles(desk) == [BRIDGE.title])
        site.window = 0
        site.publish("/bridge", Story(BRIDGE.title, consent))
        until(lambda: any("quite another text" in line for line in said))
        site.publish("/bridge", Story(BRIDGE.title, BRIDGE.text.replace("Monday", "Friday")))
        until(lambda: "Friday" in next(desk.articles()).text)

    assert len(desk.versions(next(desk.articles()).id)) == 1


@pytest.mark.parametrize(
    ("said", "text", "is_of"),
    [
        ("哈尔维克大桥因缆索生锈关闭", "哈尔维克大桥周一关闭,因为缆索生锈,市长表示。", True),
        ("哈尔维克大桥因缆索生锈关闭", "我们和合作伙伴使用饼干和数据。请选择接受。", False),
        ("Brücke von Halvik gesperrt, Pendler müssen warten", "The bridge is shut. " * 200, True),
        ("The bridge of Halvik is closed on Monday", "We use cookies. Accept all now.", False),
        ("Shut", "We use cookies.", True),
    ],
)
def test_articles_are_distinguished_from_notices_in_any_script(
    said: str, text: str, is_of: bool
) -> None:
    page = article(text, url="https://news.example/a", title=said)

    assert is_announced(page, Entry("https://news.example/a", said, None, (), "")) == is_of


@pytest.mark.slow
def test_a_recreated_folder_is_followed_and_withdrawn_articles_stay_out(
    desk: Newsdesk, data: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text(BRIDGE.text)
    with watching(desk, data, folders=[folder]):
        until(lambda: len(titles(desk)) == 1)
        desk.remove([*desk.articles()])
        folder.rename(tmp_path / "old")
        folder.mkdir()
        (folder / "a.txt").write_text(BRIDGE.text)
        (folder / "b.txt").write_text(about(1).text)
        until(lambda: len(titles(desk)) == 1, 30)

    assert "zeph1or" in next(desk.articles()).text


@pytest.mark.slow
def test_a_recheck_keeps_what_the_feed_said(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    monkeypatch.setattr(schedule, "_CHECKS", (0.3,) * 50)
    site = publishers.site("news.example")
    site.publish("/bridge", Story(BRIDGE.title, BRIDGE.text, dated=False))
    with watching(desk, data, site.feed):
        until(lambda: titles(desk) == [BRIDGE.title])
        site.publish(
            "/bridge", Story(BRIDGE.title, BRIDGE.text.replace("spring", "summer"), dated=False)
        )
        until(lambda: "summer" in next(desk.articles()).text)

    assert str(next(desk.articles()).published).startswith("2026-11-25")


@pytest.mark.slow
def test_a_story_in_two_feeds_is_fetched_once(
    desk: Newsdesk, data: Path, publishers: Publishers, names: Names
) -> None:
    site = publishers.site("news.example")
    site.publish("/bridge", BRIDGE)
    other = site.answer("/feed")
    assert other is not None
    body = other[1].replace(b"/bridge", b"/bridge?utm_source=top").replace(b"News", b"Top")
    publishers.site("top.example").faults["/feed"] = says(body, "application/rss+xml")
    top = publishers.site("top.example")
    with watching(desk, data, site.feed, top.feed):
        until(lambda: titles(desk) == [BRIDGE.title])
        until(lambda: len(top.asked) > 3)

    assert site.pages_asked() == ["/bridge"]


@pytest.mark.slow
def test_folders_are_followed(desk: Newsdesk, data: Path, tmp_path: Path) -> None:
    folder = tmp_path / "news"
    folder.mkdir()
    (folder / "a.txt").write_text(BRIDGE.text)
    with watching(desk, data, folders=[folder]):
        until(lambda: len(titles(desk)) == 1)
        (folder / "b.txt").write_text(about(1).text)
        until(lambda: len(titles(desk)) == 2)
        (folder / "a.txt").unlink()
        until(lambda: len(titles(desk)) == 1)

    assert "zeph1or" in next(desk.articles()).text
