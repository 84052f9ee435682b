"""Pages are fetched from a real server on loopback, under names that end in `.example`.

Names that aren't in `NAMES` resolve to `PUBLIC`. Connections to it are redirected to the server, so
that no host has to be allowed by name.
"""

import gzip
import socket
import threading
import time
import tracemalloc
import zlib
from collections.abc import Callable, Iterator
from email.utils import formatdate
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from io import BytesIO
from typing import Any

import pytest
from pypdf import PdfWriter
from pypdf.generic import DecodedStreamObject, DictionaryObject, NameObject

from retrieval.articles.article import Article, article
from retrieval.errors import ReadError
from retrieval.sources import addresses, http, pages
from retrieval.sources.documents import page_article
from tests.loopback.names import OTHER, PUBLIC, Names

TEXT = "The bridge over the Sava opened on Friday, two years after work began, the mayor said."
PAGE = (
    "<html><head><meta charset='utf-8'><title>Bridge opens</title>{head}</head><body><article>"
    f"<h1>Bridge opens</h1><p>{TEXT}</p><p>Thousands came to walk across it in the rain.</p>"
    "</article><script>alert(1)</script></body></html>"
)

Reply = Callable[["Handler"], None]


class Handler(BaseHTTPRequestHandler):
    server: "Publisher"

    def do_GET(self) -> None:
        self.server.asked.append(self)
        self.server.pages[self.path.partition("?")[0]](self)

    def log_message(self, format: str, *args: Any) -> None:
        pass

    def answer(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


class Publisher(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.asked: list[Handler] = []
        self.pages: dict[str, Reply] = {}

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client broke off

    def says(
        self, path: str, body: bytes = b"", *, status: int = 200, **headers: str
    ) -> "Publisher":
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        self.pages[path] = lambda handler: handler.answer(status, named, body)
        return self

    def at(self, path: str, host: str = "news.example", scheme: str = "http") -> str:
        return f"{scheme}://{host}:{self.server_port}{path}"


@pytest.fixture
def publisher(names: Names) -> Iterator[Publisher]:
    server = Publisher()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def page(head: str = "") -> bytes:
    return PAGE.replace("{head}", head).encode()


def only(address: str, **options: Any) -> Article:
    (found,) = pages.read(address, **options)
    assert isinstance(found, Article), found
    return found


def reason(address: str, **options: Any) -> str:
    (found,) = pages.read(address, **options)
    assert isinstance(found, ReadError), found
    return found.reason


def pdf(text: str) -> bytes:
    writer = PdfWriter()
    sheet = writer.add_blank_page(600, 200)
    font = {"/Type": "/Font", "/Subtype": "/Type1", "/BaseFont": "/Helvetica"}
    names = {NameObject(key): NameObject(value) for key, value in font.items()}
    fonts = DictionaryObject({NameObject("/F1"): DictionaryObject(names)})
    sheet[NameObject("/Resources")] = DictionaryObject({NameObject("/Font"): fonts})
    content = DecodedStreamObject()
    content.set_data(f"BT /F1 9 Tf 10 100 Td ({text}) Tj ET".encode())
    sheet[NameObject("/Contents")] = writer._add_object(content)
    file = BytesIO()
    writer.write(file)
    return file.getvalue()


def test_a_page_becomes_its_article(publisher: Publisher) -> None:
    publisher.says("/a", page(), Content_Type="text/html; charset=utf-8")

    found = only(publisher.at("/a?utm_source=x#top"))

    assert TEXT in found.text
    assert "alert" not in found.text
    assert (found.title, found.url) == ("Bridge opens", publisher.at("/a"))
    assert found.source == "news.example"
    (asked,) = publisher.asked
    assert asked.headers["User-Agent"] == http.AGENT
    assert asked.headers["Host"] == f"news.example:{publisher.server_port}"


def test_a_pdf_becomes_its_article(publisher: Publisher) -> None:
    publisher.says("/a", pdf(TEXT), Content_Type="application/octet-stream")

    assert only(publisher.at("/a")).text == TEXT


def test_plain_text_is_read_in_the_charset_that_the_server_names(publisher: Publisher) -> None:
    words = "Мост через Саву открыли в пятницу."
    publisher.says("/a", words.encode("cp1251"), Content_Type='text/plain; Charset="windows-1251"')

    assert only(publisher.at("/a")).text == words


@pytest.mark.parametrize(
    ("encoded", "header"),
    [
        pytest.param("cp1251", "; charset=windows-1251", id="named by the server"),
        pytest.param("utf-8", "; charset=windows-1251", id="UTF-8, whatever the server says"),
        pytest.param("utf-8-sig", "", id="marked"),
        pytest.param("utf-16", "", id="UTF-16, marked"),
        pytest.param("utf-16-le", "; charset=utf-16le", id="UTF-16, named"),
        pytest.param("koi8-r", "; charset=punycode", id="named by the page alone"),
        pytest.param("koi8-r", "; charset=utf-8", id="named wrongly by the server"),
    ],
)
def test_a_page_is_read_in_its_charset(publisher: Publisher, encoded: str, header: str) -> None:
    words = "Мост через Саву открыли в пятницу, через два года после начала работ."
    html = PAGE.replace(TEXT, words).replace("{head}", "").replace("'utf-8'", f"'{encoded}'")
    publisher.says("/a", html.encode(encoded), Content_Type=f"text/html{header}")

    assert words in only(publisher.at("/a")).text


def test_a_few_broken_bytes_lose_nothing_else(publisher: Publisher) -> None:
    html = page().replace(b"rain", "Grüße und \xff Regen".encode()[:-5] + b"\xff\xfe rain")
    publisher.says("/a", html, Content_Type="text/html; charset=utf-8")

    assert "Grüße und" in only(publisher.at("/a")).text


@pytest.mark.parametrize(
    ("kind", "body", "said"),
    [
        pytest.param("image/png", b"\x89PNG\r\n", "it is 'image/png', not an article", id="image"),
        pytest.param("text/html", b" \n", "it is empty", id="empty"),
        pytest.param("text/html", b"\0\1\xff\xfe\0" * 50, "it is not text", id="no text"),
        pytest.param("text/html", gzip.compress(page()), "it is not text", id="hidden gzip"),
        pytest.param("text/html", b"<html></html>", "no article was found", id="no article"),
        pytest.param("application/pdf", b"%PDF-1.4 nothing", "it is damaged", id="bad PDF"),
    ],
)
def test_something_that_is_not_an_article_is_refused_with_the_reason(
    publisher: Publisher, kind: str, body: bytes, said: str
) -> None:
    publisher.says("/a", body, Content_Type=kind)

    assert reason(publisher.at("/a")).startswith(said)


@pytest.mark.parametrize(
    ("status", "retry_after", "said", "wait"),
    [
        (404, None, "there is no such page (status 404)", None),
        (410, None, "the page is gone for good (status 410)", None),
        (418, None, "the server refuses (status 418)", None),
        (500, "soon", "the server has a fault (status 500)", None),
        (304, None, "the server refuses (status 304)", None),
        (429, "120", "the server is asked too often (status 429); it asks to wait 120 sec", 120),
        (503, formatdate(time.time() - 60, usegmt=True), "the server is too busy just now", 0),
    ],
)
def test_a_refusal_keeps_its_status_and_how_long_to_wait(
    publisher: Publisher, status: int, retry_after: str | None, said: str, wait: int | None
) -> None:
    headers = {"Retry_After": retry_after} if retry_after else {}
    publisher.says("/a", b"<html>Sorry</html>", status=status, **headers)

    with pytest.raises(http.Refused) as raised:
        http.fetch(publisher.at("/a"))

    assert raised.value.reason.startswith(said)
    assert (raised.value.status, raised.value.wait) == (status, wait)


def test_a_date_in_retry_after_becomes_seconds(publisher: Publisher) -> None:
    publisher.says("/a", status=503, Retry_After=formatdate(time.time() + 90, usegmt=True))

    with pytest.raises(http.Refused) as raised:
        http.fetch(publisher.at("/a"))

    assert 85 <= (raised.value.wait or 0) <= 90


def test_an_unchanged_page_is_not_sent_again(publisher: Publisher) -> None:
    day = "Fri, 16 May 2025 10:00:00 GMT"
    publisher.says(
        "/a",
        b"<rss/>",
        ETag='W/"1"',
        Last_Modified=day,
        Cache_Control="public, max-age=600",
        Age="60",
    )
    first = http.fetch(publisher.at("/a"), agent="Desk/1 (+mailto:desk@news.example)")
    assert (first.status, first.body, first.etag, first.modified) == (200, b"<rss/>", 'W/"1"', day)
    assert first.max_age == 540

    publisher.says("/a", status=304, ETag='W/"1"', Cache_Control="no-cache")
    again = http.fetch(publisher.at("/a"), etag=first.etag, modified=first.modified)

    assert (again.status, again.body, again.etag, again.max_age) == (304, b"", 'W/"1"', 0)
    sent = [
        (one.headers["If-None-Match"], one.headers["If-Modified-Since"]) for one in publisher.asked
    ]
    assert sent == [(None, None), ('W/"1"', day)]
    assert publisher.asked[0].headers["User-Agent"] == "Desk/1 (+mailto:desk@news.example)"


def test_redirects_are_followed_and_permanent_ones_remembered(publisher: Publisher) -> None:
    publisher.says("/old", status=301, Location="/older?q=a b")
    publisher.says("/older", status=308, Location=f"//feeds.example:{publisher.server_port}/new")
    publisher.says("/new", status=302, Location="today#top")
    publisher.says("/today", b"news", status=301, Location="/last")
    publisher.says("/last", b"news", Content_Type="Text/Plain")

    found = http.fetch(publisher.at("/old"))

    assert found.address == publisher.at("/last", "feeds.example")
    assert found.moved == publisher.at("/new", "feeds.example")
    assert (found.kind, found.charset, found.body) == ("text/plain", None, b"news")
    assert publisher.asked[1].path == "/older?q=a%20b"
    assert http.fetch(publisher.at("/last")).moved is None


@pytest.mark.parametrize(
    ("location", "said"),
    [
        ("http://127.0.0.1:{port}/inner", "the host '127.0.0.1' is not on the public internet"),
        ("http://169.254.169.254/latest/meta-data/", "the host '169.254.169.254' is not on"),
        ("http://[::ffff:127.0.0.1]:{port}/inner", "the host '::ffff:7f00:1' is not on"),
        ("http://localhost.:{port}/inner", "the host 'localhost' is not on the public internet"),
        ("http://inner.example:{port}/inner", "the host 'inner.example' is not on the public"),
        ("http://half.example:{port}/inner", "the host 'half.example' is not on the public"),
        ("file:///etc/passwd", "it redirects to an address that is not fetched: only http and"),
        ("gopher://news.example/", "it redirects to an address that is not fetched: only http"),
        ("http://u:p@news.example/", "it redirects to an address that is not fetched: the addr"),
        ("http://[news.example/", "it redirects to an invalid address"),
        ("http://news.example:99999/", "it redirects to an address that is not fetched: it is"),
        ("/a", "it redirects in a circle"),
        ("/a#again", "it redirects in a circle"),
        ("/a?" + "x" * 9_000, "it redirects to an address that is not fetched: the address is"),
    ],
)
def test_a_redirect_to_a_private_address_is_refused(
    publisher: Publisher, names: Names, location: str, said: str
) -> None:
    names.known = {"inner.example": [["10.0.0.1"]], "half.example": [[PUBLIC, "10.0.0.1"]]}
    publisher.says("/a", status=302, Location=location.format(port=publisher.server_port))
    publisher.says("/inner", b"secret")

    assert reason(publisher.at("/a")).startswith(said)
    assert len(publisher.asked) == 1
    assert names.reached == [PUBLIC]


def test_the_number_of_redirects_is_limited(publisher: Publisher) -> None:
    for number in range(9):
        publisher.says(f"/{number}", status=302, Location=f"/{number + 1}")

    assert reason(publisher.at("/0")) == "it redirects more than 5 times"
    assert len(publisher.asked) == 6


def test_the_connection_goes_to_the_checked_address(publisher: Publisher, names: Names) -> None:
    names.known = {"news.example": [[PUBLIC], ["127.0.0.1"]]}
    publisher.says("/a", b"public words", Content_Type="text/plain")

    assert only(publisher.at("/a")).text == "public words"
    assert names.reached == [PUBLIC]


def test_each_redirect_resolves_and_checks_the_name_again(
    publisher: Publisher, names: Names
) -> None:
    names.known = {"news.example": [[PUBLIC], ["127.0.0.1"]]}
    publisher.says("/a", status=307, Location="/inner").says("/inner", b"secret")

    assert reason(publisher.at("/a")) == "the host 'news.example' is not on the public internet"
    assert names.reached == [PUBLIC]


def test_the_next_address_is_tried_if_one_fails(publisher: Publisher, names: Names) -> None:
    names.known = {"news.example": [[OTHER, PUBLIC]], "down.example": [[OTHER]]}
    publisher.says("/a", b"words", Content_Type="text/plain")

    assert only(publisher.at("/a")).text == "words"
    assert names.reached == [OTHER, PUBLIC]
    assert reason(publisher.at("/a", "down.example")) == "no connection to the server can be made"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("8.8.8.8", True),
        ("2606:4700::1111", True),
        ("::ffff:8.8.8.8", True),
        ("64:ff9b::808:808", True),
        ("2002:808:808::1", True),
        ("127.0.0.1", False),
        ("0.0.0.0", False),
        ("10.1.2.3", False),
        ("100.100.100.200", False),
        ("168.63.129.16", False),
        ("169.254.169.254", False),
        ("192.0.0.192", False),
        ("224.0.0.1", False),
        ("255.255.255.255", False),
        ("::", False),
        ("::1", False),
        ("::127.0.0.1", False),
        ("::ffff:127.0.0.1", False),
        ("::ffff:0:127.0.0.1", False),
        ("2002:7f00:1::1", False),
        ("2001:0:808:808::f7f7:f7f7", False),
        ("2001:db8::1", False),
        ("64:ff9b::7f00:1", False),
        ("64:ff9b:1::808:808", False),
        ("fc00::1", False),
        ("fd00:ec2::254", False),
        ("fe80::1%eth0", False),
        ("fec0::1", False),
        ("ff02::1", False),
    ],
)
def test_only_addresses_of_the_public_internet_are_public(address: str, expected: bool) -> None:
    assert addresses.is_public(address) is expected


@pytest.mark.parametrize(
    ("address", "said"),
    [
        ("http://0x7f.1/", "the host '0x7f.1' is not on the public internet"),
        ("http://2130706433/", "the host '2130706433' is not on the public internet"),
        ("http://127。0。0。1/", "the host '127.0.0.1' is not on the public internet"),
        ("http://127.0.0.1./", "the host '127.0.0.1' is not on the public internet"),
        ("http://[::1]/", "the host '::1' is not on the public internet"),
        ("http://[::]/", "the host '::' is not on the public internet"),
        ("http://[fe80::1%25eth0]/", "it is not an address of a web page"),
        ("http://[fe80::1%eth0]/", "it is not an address of a web page"),
        ("http://inner.example\\.news.example/", "it is not an address of a web page"),
        ("http://news..example/", "it is not an address of a web page"),
        ("http://" + "a." * 200 + "example/", "it is not an address of a web page"),
        ("http://" + "ü" * 300 + ".example/", "it is not an address of a web page"),
        ("http:///a", "only http and https addresses are fetched"),
        ("news.example/a", "only http and https addresses are fetched"),
        ("ftp://news.example/", "only http and https addresses are fetched"),
        ("file:///etc/passwd", "only http and https addresses are fetched"),
        ("http://@news.example/", "the address has a name or password in it"),
        ("http://news.example\\@inner.example/", "the address has a name or password in it"),
        ("http://news.example/\ud800", "it is not an address of a web page"),
        ("http://news.example/" + "a" * 8_000, "the address is over 8,000 characters"),
    ],
)
def test_a_private_or_invalid_address_is_refused(names: Names, address: str, said: str) -> None:
    assert reason(address) == said
    assert names.reached == []


def test_a_password_in_an_address_is_not_repeated() -> None:
    (found,) = pages.read("https://ann:secret@news.example/a\nb")

    assert isinstance(found, ReadError)
    assert str(found) == "https://news.example/ab: the address has a name or password in it"


def test_names_in_every_script_are_resolved(publisher: Publisher, names: Names) -> None:
    publisher.says("/gr%C3%BC%C3%9Fe", b"words")

    found = http.fetch(publisher.at("/grüße", "BÜCHER.Example."))

    assert found.address == publisher.at("/gr%C3%BC%C3%9Fe", "xn--bcher-kva.example")


def test_a_host_allowed_by_name_need_not_be_public(publisher: Publisher, names: Names) -> None:
    names.known = {"inner.example": [["127.0.0.1"]]}
    publisher.says("/a", b"words").says("/b", status=302, Location=publisher.at("/a", "127.0.0.1"))

    assert http.fetch(publisher.at("/a", "inner.example"), allowed=["Inner.example."]).body
    with pytest.raises(
        ReadError, match=r"not all of the allowed hosts are names of hosts: inner\.example:80"
    ):
        http.fetch(publisher.at("/a", "inner.example"), allowed=["inner.example:80"])
    with pytest.raises(ReadError, match=r"the host '127\.0\.0\.1' is not on the public internet"):
        http.fetch(publisher.at("/b", "inner.example"), allowed=["inner.example"])


@pytest.mark.parametrize(
    ("coding", "body"),
    [
        ("gzip", gzip.compress(b"words " * 50_000)),
        ("X-GZip", gzip.compress(b"words " * 20_000) + gzip.compress(b"words " * 30_000)),
        ("deflate", zlib.compress(b"words " * 50_000)),
        ("deflate", zlib.compress(b"words " * 50_000)[2:-4]),
        ("identity", b"words " * 50_000),
    ],
)
def test_compressed_bodies_are_expanded(publisher: Publisher, coding: str, body: bytes) -> None:
    publisher.says("/a", body, Content_Encoding=coding)

    assert http.fetch(publisher.at("/a")).body == b"words " * 50_000
    assert publisher.asked[0].headers["Accept-Encoding"] == "gzip, deflate"


@pytest.mark.parametrize(
    ("coding", "body", "said"),
    [
        ("gzip", gzip.compress(page())[:-20], "its compression is cut off"),
        ("gzip", gzip.compress(page())[:40] + b"??" * 99, "its compression is damaged"),
        ("gzip", page(), "its compression is damaged"),
        ("gzip", b"\x1f", "its compression is cut off"),
        ("gzip", b"", "it is empty"),
        ("deflate", b"\xff\xff\xff", "its compression is damaged"),
        ("br", b"words", "it is sent compressed as 'br', which is not read"),
        ("gzip, gzip", b"words", "it is sent compressed as 'gzip, gzip', which is not read"),
    ],
)
def test_damaged_and_unknown_compression_is_refused_with_the_reason(
    publisher: Publisher, coding: str, body: bytes, said: str
) -> None:
    publisher.says("/a", body, Content_Encoding=coding, Content_Type="text/html")

    assert reason(publisher.at("/a")) == said


def test_a_decompression_bomb_is_refused_early(publisher: Publisher) -> None:
    def bomb(handler: Handler) -> None:
        handler.answer(200, {"Content-Encoding": "gzip"})
        engine = zlib.compressobj(1, wbits=31)
        for _ in range(200):
            handler.wfile.write(engine.compress(bytes(1_000_000)))

    publisher.pages["/a"] = bomb
    tracemalloc.start()

    said = reason(publisher.at("/a"))

    assert said == "it expands to over the limit of 20 MB"
    assert tracemalloc.get_traced_memory()[1] < 50_000_000
    tracemalloc.stop()


def test_a_large_body_is_refused_by_its_header_and_by_its_size(publisher: Publisher) -> None:
    publisher.says("/a", b"x" * 100, Content_Length="3000000000")
    publisher.says("/b", b"x" * 2_000_000)

    assert reason(publisher.at("/a")) == "it is over the limit of 20 MB"
    with pytest.raises(ReadError, match=r"it is over the limit of 1\.5 MB"):
        http.fetch(publisher.at("/b"), limit=1_500_000)


def test_a_body_shorter_than_its_header_says_is_refused(publisher: Publisher) -> None:
    publisher.says("/a", page(), Content_Length="100000", Content_Type="text/html")

    assert reason(publisher.at("/a")) == "the server breaks off, or its answer isn't HTTP"


def test_an_answer_that_is_not_http_is_refused_with_the_reason(publisher: Publisher) -> None:
    publisher.pages["/a"] = lambda handler: drip(handler, b"220 mail.example ESMTP\r\n", times=1)

    assert reason(publisher.at("/a")) == "the server breaks off, or its answer isn't HTTP"
    said = "no secure connection to the server can be made"
    assert reason(publisher.at("/a", scheme="https")) == said


LONG = 20  # seconds after which a slow server gives up, if the client stays


def drip(handler: Handler, piece: bytes, times: int = 1000) -> None:
    try:
        for _ in range(times):
            handler.wfile.write(piece)
            time.sleep(0.02)
    except OSError:
        pass


def dripped_headers(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n")
    drip(handler, b"X-Drop: 1\r\n")


def dripped_hints(handler: Handler) -> None:
    drip(handler, b"HTTP/1.1 103 Early Hints\r\n\r\n")


def dripped_body(handler: Handler) -> None:
    handler.answer(200, {"Content-Type": "text/html"})
    drip(handler, b"<p>")


def silence(handler: Handler) -> None:
    handler.connection.settimeout(LONG)
    handler.connection.recv(1)


@pytest.mark.parametrize("reply", [dripped_headers, dripped_hints, dripped_body, silence])
def test_no_server_can_exceed_the_time_limit_of_a_fetch(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, reply: Reply
) -> None:
    monkeypatch.setattr(http, "_SECONDS", 0.2)
    publisher.pages["/a"] = reply
    started = time.monotonic()

    assert reason(publisher.at("/a")) == "it takes too long to answer"
    assert time.monotonic() - started < LONG / 4


def test_a_server_that_is_silent_in_the_tls_handshake_is_abandoned(
    names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    http._tls()  # reads the certificates the first time
    monkeypatch.setattr(http, "_SECONDS", 0.2)
    with socket.create_server(("127.0.0.1", 0)) as server:
        started = time.monotonic()
        address = f"https://news.example:{server.getsockname()[1]}/"

        assert reason(address) == "it takes too long to answer"
        assert time.monotonic() - started < LONG / 4


def test_a_name_server_that_never_answers_is_abandoned(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "_SECONDS", 0.1)
    monkeypatch.setattr(addresses, "_LOOKUPS", threading.BoundedSemaphore(1))
    over = threading.Event()
    monkeypatch.setattr(socket, "getaddrinfo", lambda *args, **kwargs: over.wait(LONG) and [])
    started = time.monotonic()

    said = [reason("http://slow.example/"), reason("http://second.example/")]

    over.set()
    for thread in threading.enumerate():
        if thread.name == "newsdesk lookup":
            thread.join()
    assert said == ["it takes too long to answer"] * 2
    assert time.monotonic() - started < LONG / 4


@pytest.mark.parametrize(
    ("number", "said"),
    [
        (socket.EAI_NONAME, "there is no host called 'no.example'"),
        (socket.EAI_AGAIN, "no name server answers for 'no.example' just now"),
    ],
)
def test_a_name_that_does_not_resolve_is_a_clear_error(
    monkeypatch: pytest.MonkeyPatch, number: int, said: str
) -> None:
    def fail(*args: Any, **kwargs: Any) -> None:
        raise socket.gaierror(number, "no")

    monkeypatch.setattr(socket, "getaddrinfo", fail)

    assert reason("http://no.example/") == said


CLAIMS = {
    "https://other.example/story": None,
    "https://news.example.other.example/story": None,
    "https://feeds.news.example/story": None,
    "https://ann@news.example/story": None,
    "https://news.example:8443/story": None,
    "https://m.news.example/story": "https://m.news.example/story",
    "https://www.news.example/story?utm_medium=x": "https://www.news.example/story",
    "http://news.example/story": "http://news.example/story",
    "/story": "https://amp.news.example/story",
    "https://news.example/": None,
    "javascript:alert(1)": None,
    "http://[": None,
    "": None,
}


@pytest.mark.parametrize(
    "markup", ['<link rel="canonical" href="{}">', '<meta property="og:url" content="{}">']
)
@pytest.mark.parametrize(("claim", "accepted"), CLAIMS.items())
def test_a_page_cannot_claim_an_address_of_another_site(
    markup: str, claim: str, accepted: str | None
) -> None:
    address = "https://amp.news.example/a"

    found = page_article(page(markup.format(claim)), address=address)

    assert found.url == (accepted or address)
    assert found.id == article(TEXT, url=accepted or address).id
    assert found.source.endswith("news.example")
    assert "other" not in found.source


def test_a_host_of_two_labels_has_no_part_to_ignore() -> None:
    claim = '<link rel="canonical" href="https://www.example/story">'

    assert page_article(page(claim), address="https://m.example/a").url == "https://m.example/a"


def test_a_base_for_links_is_not_the_pages_own_address() -> None:
    found = page_article(
        page('<base href="https://news.example/all/">'), address="https://news.example/a"
    )

    assert found.url == "https://news.example/a"
