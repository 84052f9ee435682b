"""Feeds from bytes: their entries, and that nothing in them does harm."""

import base64
import gzip
import json
import time
import tracemalloc
from contextlib import suppress
from io import BytesIO

import feedparser
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from retrieval.articles.article import MAX_CHARACTERS, MAX_FIELD
from retrieval.errors import ReadError
from retrieval.sources import feeds
from retrieval.sources.feed_parser import MAX_BYTES
from tests.conftest import SEEDS

HOSTILE = SEEDS.parent.parent / "shared" / "data" / "hostile" / "feeds.jsonl.gz"
AT = "https://news.example/feeds/all.xml"
PERIOD = "<sy:updatePeriod>{}</sy:updatePeriod>"
FREQUENCY = "<sy:updateFrequency>{}</sy:updateFrequency>"
ATOM = "<feed xmlns='http://www.w3.org/2005/Atom'>{}</feed>"


def rss(*items: str, head: str = "", version: str = "2.0") -> str:
    inner = "".join(f"<item>{item}</item>" for item in items)
    spaces = "".join(
        f" xmlns:{name}='{uri}'"
        for name, uri in {
            "content": "http://purl.org/rss/1.0/modules/content/",
            "dc": "http://purl.org/dc/elements/1.1/",
            "sy": "http://purl.org/rss/1.0/modules/syndication/",
            "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
        }.items()
    )
    return (
        f"<rss version='{version}'{spaces}><channel><title>News</title>{head}{inner}"
        "</channel></rss>"
    )


def parse(text: str, charset: str | None = None) -> feeds.Feed:
    return feeds.parse(text.encode(), address=AT, charset=charset)


def only(text: str) -> feeds.Entry:
    (entry,) = parse(text).entries
    return entry


def reason(content: bytes | str) -> str:
    with pytest.raises(ReadError) as raised:
        feeds.parse(content if isinstance(content, bytes) else content.encode(), address=AT)
    return raised.value.reason


def test_an_rss_feed_is_read() -> None:
    found = parse(
        rss(
            "<title>Bridge &amp;amp; road open</title><link>https://news.example/a?id=1</link>"
            "<pubDate>Fri, 16 May 2025 10:00:00 +0200</pubDate><dc:creator>Ana Kos</dc:creator>"
            "<description>&lt;p&gt;A bridge.&lt;/p&gt;</description>"
            "<content:encoded><![CDATA[<p>The <b>bridge</b> opened.</p><script>x()</script>"
            "<style>p {}</style><p>It rained<br>all day &mdash; long.</p>]]></content:encoded>"
        )
    )

    assert found == feeds.Feed(
        title="News",
        entries=(
            feeds.Entry(
                address="https://news.example/a?id=1",
                title="Bridge & road open",
                published="2025-05-16T10:00:00+02:00",
                authors=("Ana Kos",),
                text="The bridge opened.\nIt rained\nall day — long.",
            ),
        ),
        every=None,
        left_out=0,
    )


def test_an_atom_feed_is_read() -> None:
    found = parse(
        ATOM.format(
            "<title>News</title><author><name>The desk</name></author>"
            "<entry xml:base='https://other.example/x/'><title type='html'>&lt;i&gt;One&lt;/i&gt;"
            "</title><link rel='self' href='self'/><link rel='enclosure' href='a.mp3'/>"
            "<link type='application/json' href='a.json'/><link href='a'/>"
            "<updated>2025-05-17T00:00:00Z</updated><published>2025-05-16T10:00:00Z</published>"
            "<summary>Short.</summary><content type='xhtml'><div "
            "xmlns='http://www.w3.org/1999/xhtml'><p>Long &lt;one&gt;.</p></div></content></entry>"
            "<entry><title>Two</title><author><name>Bo</name></author><author><name>Cy</name>"
            "</author><content type='text'>1 &lt; 2\nand &lt;b&gt;</content></entry>"
        )
    )

    assert found.entries == (
        feeds.Entry(
            "https://other.example/x/a",
            "One",
            "2025-05-16T10:00:00+00:00",
            ("The desk",),
            "Long <one>.",
        ),
        feeds.Entry(None, "Two", None, ("Bo", "Cy"), "1 < 2\nand <b>"),
    )


@pytest.mark.parametrize(
    ("item", "address"),
    [
        ("<link>/a b</link>", "https://news.example/a%20b"),
        ("<link> \n a \n</link>", "https://news.example/feeds/a"),
        ("<link>//other.example/a</link>", "https://other.example/a"),
        ("<link>javascript:alert(1)</link>", None),
        ("<link>data:text/html,a</link>", None),
        ("<link>file:///etc/passwd</link>", None),
        ("<link>http://[news.example/a</link>", None),
        ("<link>https://news.example/" + "a" * 9_000 + "</link>", None),
        ("<guid>https://news.example/b</guid>", "https://news.example/b"),
        ("<guid isPermaLink='false'>https://news.example/b</guid>", None),
        ("<enclosure url='https://news.example/a.mp3'/>", None),
        (
            "<link>https://proxy.example/1</link>"
            "<feedburner:origLink>https://news.example/a</feedburner:origLink>",
            "https://news.example/a",
        ),
        (
            "<link>https://proxy.example/1</link>"
            "<feedburner:origLink>javascript:a</feedburner:origLink>",
            "https://proxy.example/1",
        ),
    ],
)
def test_an_entry_has_the_address_of_its_page(item: str, address: str | None) -> None:
    assert only(rss(f"<title>A</title>{item}")).address == address


@pytest.mark.parametrize(
    ("said", "published"),
    [
        ("Fri, 16 May 2025 10:00:00 GMT", "2025-05-16T10:00:00+00:00"),
        ("16 May 2025 10:00", "2025-05-16T10:00:00"),
        ("2025-05-16", "2025-05-16"),
        ("2025-05-16T10:00:00.5Z", "2025-05-16T10:00:00.500000+00:00"),
        ("2025-05-16T10:00:00", "2025-05-16T10:00:00"),
        ("vendredi 16 mai 2025", "2025-05-16"),
        ("Fri May 16 10:00:00 2025", "2025-05-16T10:00:00"),
        ("2025", None),
        ("2025-05", None),
        ("--05-16", None),
        ("10:00", None),
        ("yesterday", None),
        ("", None),
    ],
)
def test_dates_are_those_given_and_never_from_the_clock(said: str, published: str | None) -> None:
    assert only(rss(f"<title>A</title><pubDate>{said}</pubDate>")).published == published


@pytest.mark.parametrize(
    ("head", "every"),
    [
        ("", None),
        ("<ttl>15</ttl>", 900),
        ("<ttl>0</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>soon</ttl>", None),
        ("<ttl>999999999</ttl>", 31_536_000),
        (PERIOD.format(" hourly\n") + FREQUENCY.format(4), 900),
        (PERIOD.format("weekly"), 604_800),
        (FREQUENCY.format(2), 43_200),
        (PERIOD.format("hourly") + FREQUENCY.format(0), 3_600),
        (PERIOD.format("always"), None),
        ("<ttl>15</ttl>" + PERIOD.format("daily"), 900),
    ],
)
def test_a_feed_tells_how_often_it_may_be_polled(head: str, every: int | None) -> None:
    assert parse(rss(head=head)).every == every


def test_the_feeds_own_content_is_a_teaser() -> None:
    entry = only(
        rss(
            "<title>A</title><link>https://news.example/a?utm_source=rss</link>"
            "<pubDate>2025-05-16</pubDate><dc:creator>Ana</dc:creator>"
            "<description>A bridge.\nIt opened.</description>"
        )
    )

    found = feeds.teaser(entry, "News")

    assert (found.url, found.title, found.source) == ("https://news.example/a", "A", "News")
    assert (found.published, found.authors) == ("2025-05-16", ("Ana",))
    assert found.text == "A bridge.\nIt opened."
    with pytest.raises(ReadError, match="no text"):
        feeds.teaser(only(rss("<title>A</title>")), "News")


@pytest.mark.parametrize(
    ("declared", "encoded", "charset"),
    [
        pytest.param("utf-8", "utf-8", None, id="as declared"),
        pytest.param("utf-8", "utf-8", "iso-8859-1", id="the server is wrong"),
        pytest.param("windows-1251", "utf-8", None, id="the feed is wrong"),
        pytest.param("utf-8", "cp1251", "windows-1251", id="the feed is wrong, the server right"),
        pytest.param("windows-1251", "cp1251", "utf-8", id="the feed is right, the server wrong"),
        pytest.param("koi8-r", "koi8-r", "windows-1251", id="the feed's word before the server's"),
        pytest.param("utf-16", "utf-8", None, id="UTF-16 that is none"),
        pytest.param("utf-16", "utf-16", None, id="UTF-16, marked"),
        pytest.param("utf-8", "utf-16", "utf-8", id="UTF-16, marked, and both wrong"),
        pytest.param("utf-16", "utf-16-le", "utf-8", id="UTF-16, not marked"),
        pytest.param("utf-32", "utf-32", None, id="UTF-32"),
        pytest.param("no-such-charset", "utf-8-sig", "nonsense", id="charsets that are none"),
    ],
)
def test_a_feed_is_read_in_its_charset(declared: str, encoded: str, charset: str | None) -> None:
    words = "Мост через Саву открыли в пятницу, через два года после начала работ."
    text = f"<?xml version='1.0' encoding='{declared}'?>" + rss(f"<title>{words}</title>")

    (entry,) = feeds.parse(text.encode(encoded), address=AT, charset=charset).entries

    assert entry.title == words


def test_a_few_broken_bytes_lose_nothing_else() -> None:
    content = rss("<title>Grüße aus Köln\x00\x08 und Spaß</title>").encode()
    content = content.replace("ß</".encode(), b"\xc3</")

    (entry,) = feeds.parse(content, address=AT, charset="iso-8859-1").entries

    assert entry.title == "Grüße aus Köln und Spa\ufffd"


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("Warning: mysql in /a.php\n" + rss("<title>A</title>"), id="junk before"),
        pytest.param(rss("<title>A</title>")[:-20], id="cut off"),
        pytest.param(rss("<title>A</title><b>"), id="left open"),
        pytest.param(rss("<title>A</title><link>/?a=1&b=2</link>"), id="bare ampersand"),
        pytest.param(rss("<title>A</title><x:y>1</x:y>"), id="unknown prefix"),
        pytest.param(rss("<title>A</title>&nbsp;"), id="entity of HTML"),
        pytest.param(rss("<title>A</title>&#99999999999;&#xD800;<"), id="impossible characters"),
        pytest.param(rss("<title>A</title>") + "<!-- cached -->", id="comment after"),
        pytest.param("<!-- <html> -->" + rss("<title>A</title>"), id="comment before"),
        pytest.param("\n\n<?xml version='1.0'?>" + rss("<title>A</title>"), id="blank before"),
        pytest.param(rss("<title>A</title>").replace("rss ", "RSS "), id="capitals"),
    ],
)
def test_an_ill_formed_feed_is_read_as_far_as_possible(text: str) -> None:
    assert only(text).title == "A"


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b" \n", "it is empty", id="empty"),
        pytest.param(b"\0" * 1_000, "it is empty", id="zeros"),
        pytest.param(b"Not found", "it is not a feed", id="text"),
        pytest.param(bytes(range(256)) * 50, "it is not text", id="no text"),
        pytest.param(b'{"version": "https://jsonfeed.org/version/1.1"}', "it is JSON", id="JSON"),
        pytest.param(b"<urlset><url/></urlset>", "it is XML, but not a feed", id="sitemap"),
        pytest.param(b"<rss><channel><title>A", "it is cut off or damaged", id="cut off"),
        pytest.param(b"x" * (MAX_BYTES + 1), "it is over the limit of 10 MB", id="large"),
        pytest.param(b"<!doctype html><title>A</title>", "it is a page, not a feed", id="page"),
    ],
)
def test_something_that_is_not_a_feed_is_refused_with_the_reason(content: bytes, said: str) -> None:
    assert reason(content).startswith(said)


def test_a_page_instead_of_a_feed_gives_the_address_of_its_feed() -> None:
    page = (
        "<!DOCTYPE html><html><head><link rel='stylesheet' href='a.css'>"
        "<link rel=alternate type=application/rss+xml href='/rss?a=1&amp;b=2'></head></html>"
    )

    assert reason(page) == (
        "it is a page, not a feed; a feed that it names is at https://news.example/rss?a=1&b=2"
    )


LAUGHS = "".join(f"<!ENTITY l{n} '{f'&l{n - 1};' * 10}'>" for n in range(1, 12))


@pytest.mark.parametrize(
    "dtd",
    [
        pytest.param(f"<!DOCTYPE rss [<!ENTITY l0 'ha'>{LAUGHS}]>", id="billion laughs"),
        pytest.param(f"<!DOCTYPE rss [<!ENTITY l11 '{'ha' * 50_000}'>]>", id="quadratic blowup"),
        pytest.param("<!DOCTYPE rss [<!ENTITY l11 SYSTEM 'file:///etc/passwd'>]>", id="file"),
        pytest.param(
            "<!DOCTYPE rss SYSTEM 'http://127.0.0.1:1/a.dtd' [<!ENTITY % p SYSTEM "
            "'http://127.0.0.1:1/b'> %p; <!-- ]> ' --> <!ENTITY l11 \"]>\">]>",
            id="network",
        ),
        pytest.param("<!DOCTYPE rss [<!ENTITY l11 'ha'>", id="left open"),
        pytest.param("<!DOCTYPE a><!DOCTYPE rss [<!ENTITY l11 'ha'>]>", id="two"),
    ],
)
def test_entities_are_neither_expanded_nor_fetched(dtd: str) -> None:
    text = dtd + rss("<title>A</title>" + "<description>&l11;</description>" * 100)
    tracemalloc.start()
    began = time.monotonic()

    entry = only(text)

    assert (entry.title, entry.text) == ("A", "&l11;")
    assert time.monotonic() - began < 1
    assert tracemalloc.get_traced_memory()[1] < 10_000_000
    tracemalloc.stop()


def test_the_newest_thousand_entries_are_taken() -> None:
    days = "<title>{}</title><pubDate>2025-05-16T00:{:02}Z</pubDate>"
    found = parse(rss("<title>undated</title>", *(days.format(n, n // 60) for n in range(3_000))))

    assert found.left_out == 2_001
    taken = [int(entry.title) for entry in found.entries]
    assert taken == [*range(1_980, 2_020), *range(2_040, 3_000)]  # of one minute, the first ones


def test_fields_are_bounded() -> None:
    entry = only(
        rss(
            f"<title>{'t' * 9_000}</title><dc:creator>{'a' * 3_000}</dc:creator>"
            f"<description>{'d' * (MAX_CHARACTERS + 50)}</description>"
        )
    )

    assert (len(entry.title), len(entry.authors[0])) == (MAX_FIELD, MAX_FIELD)
    with pytest.raises(ReadError, match="its text is over"):
        feeds.teaser(entry, "News")


BLANKS = "\n<?a?>" * 30_000


@pytest.mark.parametrize(
    "content",
    [
        pytest.param("\n" * 500_000 + "<a>", id="blank lines"),
        pytest.param("<?xml " + 'encoding="' * 50_000, id="declaration"),
        pytest.param(rss("<!--" * 200_000), id="open comments"),
        pytest.param(rss("<a>" * 200_000), id="deep"),
        pytest.param(rss("<a>" * 900) + "<", id="deep and ill-formed"),
        pytest.param(rss("<item/>" * 30_000), id="many entries"),
        pytest.param(rss("<a " + " ".join(f"x{n}=''" for n in range(20_000)) + "/>"), id="wide"),
        pytest.param(rss("<a" + " " * 1_000_000), id="long tag"),
        pytest.param(rss(f"<author>{'a' * 1_000_000}</author>"), id="long author"),
        pytest.param(rss(f"<pubDate>{'1' * 1_000_000}</pubDate>"), id="long date"),
        pytest.param(rss("<x xml:base='" + "a" * 900 + "/'>" * 900), id="long base"),
        pytest.param(
            ATOM.format(f"<entry><content type='xhtml'>{BLANKS}</content></entry>"), id="blanks"
        ),
        pytest.param("<" * 2_000_000, id="brackets"),
    ],
)
def test_feeds_designed_to_be_slow_are_parsed_in_time(content: str) -> None:
    began = time.process_time()
    with suppress(ReadError):
        parse(content)
    assert time.process_time() - began < 5  # at most 1.5 s when this was written


def test_a_long_tag_takes_no_more_memory_than_a_short_one() -> None:
    content = rss("<a" + " " * 1_000_000)
    tracemalloc.start()
    parse(content)
    assert tracemalloc.get_traced_memory()[1] < 30_000_000  # feedparser takes 150 million
    tracemalloc.stop()


def test_parsing_a_feed_ends_in_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(feeds, "_SECONDS", 0.05)

    assert reason(rss("<a></a>" * 50_000)) == "it takes too long to read"
    assert reason(rss(f"<description><![CDATA[{'<p>a' * 90_000}]]></description>")) == (
        "it takes too long to read"
    )


def test_a_long_entry_becomes_plain_text_quickly() -> None:
    sentence = "Words go on and <b>on</b> in a paragraph, with <a href='/x'>a link</a> in them. "
    markup = f"<p>{sentence * 5}</p>\n" * 500
    content = rss(f"<description><![CDATA[{markup}]]></description>")
    assert len(content) > 200_000
    times = []
    for _ in range(3):
        began = time.process_time()
        entry = only(content)
        times.append(time.process_time() - began)

    assert entry.text.count("\n") == 499
    assert min(times) < 0.1  # 0.03 s when this was written


@given(st.binary(max_size=300) | st.text("<>/!?[]&;#\"'= arsitemlnkfdCDATA\n", max_size=300))
@settings(max_examples=300, deadline=None)
def test_any_bytes_give_a_feed_or_a_refusal(content: bytes | str) -> None:
    raw = content if isinstance(content, bytes) else content.encode()
    for one in (raw, b"<rss><channel><item><title>" + raw + b"</item></channel></rss>"):
        with suppress(ReadError):
            assert len(feeds.parse(one, address=AT).entries) <= 1000


@pytest.mark.skipif(not HOSTILE.exists(), reason=f"{HOSTILE} is not here")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:feedparser.*")
def test_hostile_feeds_lose_no_entries_and_pass_no_scripts() -> None:
    slow, lost, refused = [], [], []
    for line in gzip.decompress(HOSTILE.read_bytes()).splitlines():
        row = json.loads(line)
        content = base64.b64decode(row["base64"])
        began = time.monotonic()
        try:
            found = feeds.parse(content, address=AT).entries
        except ReadError:
            refused.append(row["name"])
            found = ()
        if time.monotonic() - began > 2:
            slow.append(row["name"])
        if len(found) != len(feedparser.parse(BytesIO(content)).entries):
            lost.append(row["name"])
        for entry in found:
            assert entry.address is None or entry.address.startswith(("http://", "https://"))
            if "/sanitize/" in row["name"]:
                assert "<script" not in entry.text.lower()

    assert (slow, lost) == ([], [])
    assert len(refused) < 10
