"""robots.txt, from text and from a server on loopback (the publisher of test_http)."""

import threading
import time

import pytest

from retrieval.errors import ReadError
from retrieval.sources import http, robots
from retrieval.sources.robots import Forbidden, Robots, rules
from tests.loopback.names import Names
from tests.sources.test_http import Publisher, publisher

__all__ = ["publisher"]  # fixtures

AGENT = "Newsdesk/0.1 (+https://pypi.org/project/newsdesk/)"
OURS = "User-agent: newsdesk\nDisallow: /inner/\nAllow: /inner/open\nCrawl-delay: 2.5\n"


@pytest.mark.parametrize(
    ("text", "path", "allowed"),
    [
        ("", "/a", True),
        ("<html>not found</html>", "/a", True),
        ("User-agent: *\nDisallow: /", "/a", False),
        ("User-agent: *\nDisallow: /", "/robots.txt", True),
        ("User-agent: *\nDisallow:", "/a", True),
        ("User-agent: *\nDisallow: /\n\n" + OURS, "/a", True),
        (OURS, "/inner/a", False),
        (OURS, "/inner/open/a", True),
        ("user-agent: NEWSDESK/2.0 # us\ndisallow: /", "/a", False),
        ("User-agent: other\nUser-agent: newsdesk\nDisallow: /", "/a", False),
        ("User-agent: newsdesk\nDisallow: /b\nUser-agent: newsdesk\nDisallow: /a", "/a", False),
        ("User-agent: other\nDisallow: /", "/a", True),
        ("User-agent: news\nDisallow: /", "/a", True),
        ("User-agent: pypi\nDisallow: /", "/a", True),
        ("User-agent: newsdesk-images\nDisallow: /", "/a", True),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf", False),
        ("User-agent: *\nDisallow: /*.pdf$", "/a.pdf?b", True),
        ("User-agent: *\nDisallow: /ü", "/%C3%BC/a", False),
        ("Disallow: /", "/a", True),
        ("User-agent: *\r\nDisallow: /\r\n", "/a", False),
    ],
)
def test_robots_rules_decide_what_may_be_fetched(text: str, path: str, allowed: bool) -> None:
    assert rules(text, AGENT).allows(f"https://news.example{path}") is allowed


@pytest.mark.parametrize(
    ("text", "delay"),
    [
        (OURS, 2.5),
        ("User-agent: *\nCrawl-delay: 10", 10.0),
        ("User-agent: *\nCrawl-delay: soon", None),
        ("User-agent: *\nCrawl-delay: inf", None),
        ("User-agent: other\nCrawl-delay: 10", None),
        ("", None),
    ],
)
def test_robots_rules_give_the_crawl_delay(text: str, delay: float | None) -> None:
    assert rules(text, AGENT).delay == delay


@pytest.mark.parametrize(
    "text",
    [
        pytest.param(
            "".join(f"User-agent: a{n}\n" for n in range(15_000))
            + "".join(f"Disallow: /{n}\n" for n in range(15_000)),
            id="many rules for many agents",
        ),
        pytest.param("User-agent: *\n" + "Disallow: /" + "*a" * 100_000, id="stars"),
        pytest.param("User-agent: *\n" + "Disallow: /*a*b$\n" * 25_000, id="patterns"),
        pytest.param("User-agent:" * 50_000, id="one line"),
        pytest.param("\0\x85\u2028" * 100_000, id="odd lines"),
    ],
)
def test_rules_designed_to_be_slow_are_parsed_in_time(text: str) -> None:
    began = time.process_time()
    rules(text, AGENT).allows("https://news.example/" + "a" * 4_000)
    assert time.process_time() - began < 3


class Time:
    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Time:
    return Time()


def forbidden(found: Robots, address: str) -> Forbidden:
    with pytest.raises(Forbidden) as raised:
        found.check(address)
    return raised.value


def test_the_rules_of_a_site_are_fetched_once_a_day(publisher: Publisher, clock: Time) -> None:
    publisher.says("/robots.txt", b"\xef\xbb\xbf" + OURS.encode())
    site = Robots(clock=clock)

    assert site.allows(publisher.at("/a"))
    assert not site.allows(publisher.at("/inner/a?b#c", "NEWS.example."))
    assert site.delay(publisher.at("/a")) == 2.5
    assert forbidden(site, publisher.at("/inner/")).wait is None
    (asked,) = publisher.asked
    assert asked.headers["User-Agent"] == http.AGENT

    clock.now = 86_401
    publisher.says("/robots.txt", b"User-agent: *\nDisallow: /a")
    assert not site.allows(publisher.at("/a"))
    assert len(publisher.asked) == 2


def test_each_host_and_port_has_rules_of_its_own(publisher: Publisher) -> None:
    publisher.says("/robots.txt", b"User-agent: *\nDisallow: /")
    site = Robots()

    assert not site.allows(publisher.at("/a"))
    assert not site.allows(publisher.at("/a", "other.example"))
    assert [one.headers["Host"].partition(":")[0] for one in publisher.asked] == [
        "news.example",
        "other.example",
    ]


@pytest.mark.parametrize("status", [204, 400, 401, 403, 404, 410, 451])
def test_without_rules_everything_may_be_fetched(publisher: Publisher, status: int) -> None:
    publisher.says("/robots.txt", b"", status=status)
    site = Robots()

    assert site.allows(publisher.at("/a"))
    assert site.delay(publisher.at("/a")) is None
    assert len(publisher.asked) == 1


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [(500, {}, 3_600), (503, {"Retry_After": "7200"}, 7_200), (429, {"Retry_After": "5"}, 3_600)],
)
def test_while_the_server_fails_nothing_may_be_fetched(
    publisher: Publisher, clock: Time, status: int, headers: dict[str, str], wait: int
) -> None:
    publisher.says("/robots.txt", status=status, **headers)
    site = Robots(clock=clock)

    found = forbidden(site, publisher.at("/a"))
    assert found.reason.startswith("the site's robots.txt can't be read: the server")
    assert found.wait == wait
    assert site.delay(publisher.at("/a")) is None

    publisher.says("/robots.txt", b"")
    clock.now = wait - 1
    assert forbidden(site, publisher.at("/a")).wait == 1
    assert len(publisher.asked) == 1
    clock.now = wait + 1
    assert site.allows(publisher.at("/a"))


def test_an_unreachable_server_forbids_fetching(names: Names, publisher: Publisher) -> None:
    names.known["inner.example"] = [["127.0.0.1"]]
    site = Robots()

    assert "not on the public internet" in forbidden(site, "http://inner.example/a").reason
    assert publisher.asked == []
    assert Robots(allowed=["inner.example"]).allows(
        publisher.says("/robots.txt").at("/a", "inner.example")
    )


def test_known_rules_stay_in_force_while_a_server_fails(publisher: Publisher, clock: Time) -> None:
    publisher.says("/robots.txt", OURS.encode())
    site = Robots(clock=clock)
    assert site.allows(publisher.at("/a"))
    publisher.says("/robots.txt", status=500)

    clock.now = 86_401
    assert site.allows(publisher.at("/a"))
    assert not site.allows(publisher.at("/inner/a"))
    assert len(publisher.asked) == 2
    clock.now += 3_601
    assert site.allows(publisher.at("/a"))
    assert len(publisher.asked) == 3


def test_redirects_are_followed(publisher: Publisher) -> None:
    publisher.says("/robots.txt", status=301, Location=publisher.at("/r", "other.example"))
    publisher.says("/r", b"User-agent: *\nDisallow: /a")

    assert not Robots().allows(publisher.at("/a"))
    assert publisher.asked[-1].headers["Host"].startswith("other.example")


def test_only_the_beginning_of_a_long_file_counts(publisher: Publisher) -> None:
    publisher.says("/robots.txt", OURS.encode() + b"#" * 600_000 + b"\nUser-agent: *\nDisallow: /")
    site = Robots()

    assert site.allows(publisher.at("/a"))
    assert not site.allows(publisher.at("/inner/a"))


def test_threads_share_one_fetch(publisher: Publisher) -> None:
    publisher.says("/robots.txt", OURS.encode())
    site, said = Robots(), []
    threads = [
        threading.Thread(target=lambda: said.append(site.allows(publisher.at("/inner/a"))))
        for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert said == [False] * 8
    assert len(publisher.asked) == 1


def test_the_number_of_remembered_sites_is_limited(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(robots, "_MAX_SITES", 2)
    publisher.says("/robots.txt", OURS.encode())
    site = Robots()

    for host in ("a.example", "b.example", "a.example", "c.example", "a.example", "b.example"):
        site.allows(publisher.at("/a", host))

    asked = [one.headers["Host"][0] for one in publisher.asked]
    assert asked == ["a", "b", "c", "b"]


@pytest.mark.parametrize(
    "address", ["", "ftp://news.example/", "http://[a/", "http:///a", "mailto:a@b.example"]
)
def test_an_invalid_address_is_a_clear_error(address: str) -> None:
    with pytest.raises(ReadError) as raised:
        Robots().check(address)
    assert not isinstance(raised.value, Forbidden)
