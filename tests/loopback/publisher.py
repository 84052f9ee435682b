"""Publishers on loopback: sites with feeds, pages, conditional requests, and faults."""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime
from hashlib import sha256
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Any
from urllib.parse import urlsplit

Fault = Callable[["Handler"], None]


@dataclass
class Story:
    """An article as a site publishes it."""

    title: str
    text: str
    published: datetime = field(default_factory=lambda: datetime(2026, 11, 25, 8, tzinfo=UTC))
    author: str = "Ada Reporter"
    head: str = ""
    dated: bool = True  # whether its page has the date


class Site:
    """One site: `stories` by the path of their page, newest first in its feed `/feed`.

    `faults` are answered instead, by path, until they are removed. `asked` are the requested paths,
    with the status of each answer.
    """

    def __init__(self, address: str, path: str = "") -> None:
        self.address = address
        self.path = path  # before all its paths, if it is a part of a host
        self.polls = 0
        self.stories: dict[str, Story] = {}
        self.window = 50
        self.faults: dict[str, Fault] = {}
        self.asked: list[tuple[str, int]] = []
        self.robots: str | None = None
        self.ttl: int | None = None

    @property
    def feed(self) -> str:
        """The address of the feed."""
        return f"{self.address}/feed"

    def publish(self, path: str, story: Story) -> None:
        """Publish a story, or correct the one at this path."""
        self.stories[path] = story

    def pages_asked(self) -> list[str]:
        """The pages that were requested and sent, in order."""
        return [path for path, status in self.asked if path in self.stories and status == 200]

    def answer(self, path: str) -> tuple[str, bytes] | None:
        """Content type and body of the page or feed at this path."""
        if path == f"{self.path}/feed":
            self.polls += 1
            return "application/rss+xml; charset=utf-8", self._feed().encode()
        if path == "/robots.txt" and self.robots is not None:
            return "text/plain", self.robots.encode()
        if path in self.stories:
            return "text/html; charset=utf-8", self._page(self.stories[path]).encode()
        return None

    def _feed(self) -> str:
        newest = [*self.stories.items()][::-1][: self.window]
        items = "".join(
            f"<item><title>{escape(one.title)}</title><link>{self.address}{path.removeprefix(self.path)}</link>"
            f"<pubDate>{format_datetime(one.published)}</pubDate>"
            f"<description>{escape(one.text[:120])}</description></item>"
            for path, one in newest
        )
        ttl = f"<ttl>{self.ttl}</ttl>" if self.ttl else ""
        return (
            '<?xml version="1.0"?><rss version="2.0"><channel><title>News</title>'
            f"<link>{self.address}/</link>{ttl}{items}</channel></rss>"
        )

    def _page(self, story: Story) -> str:
        dated = (
            f'<meta property="article:published_time" content="{story.published.isoformat()}">'
            if story.dated
            else ""
        )
        paragraphs = "".join(f"<p>{escape(one)}</p>" for one in story.text.split("\n"))
        return (
            f"<html><head><title>{escape(story.title)}</title>{dated}{story.head}</head><body>"
            f"<article><h1>{escape(story.title)}</h1>{paragraphs}</article></body></html>"
        )


class Handler(BaseHTTPRequestHandler):
    """Handles a request to one of the sites."""

    server: "Publishers"

    def do_GET(self) -> None:
        name = self.headers.get("Host", "").partition(":")[0]
        path = urlsplit(self.path).path
        part = path[: path.find("/", 1)] if path.count("/") > 1 else ""
        known = self.server.sites
        self.site = known.get(part) or known[name if name in known else "localhost"]
        fault = self.site.faults.get(path)
        if fault:
            fault(self)
            return
        found = self.site.answer(path)
        if found is None:
            self.say(404, {})
            return
        kind, body = found
        tag = f'"{sha256(body).hexdigest()[:16]}"'
        if self.headers.get("If-None-Match") == tag:
            self.say(304, {"ETag": tag})
            return
        self.say(200, {"Content-Type": kind, "ETag": tag}, body)

    def say(self, status: int, headers: dict[str, str], body: bytes = b"") -> None:
        """Send an answer."""
        self.site.asked.append((urlsplit(self.path).path, status))
        self.send_response(status)
        for name, value in (headers | {"Content-Length": str(len(body))}).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


class Publishers(ThreadingHTTPServer):
    """The server of all sites, which are distinguished by host."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = 256

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.sites: dict[str, Site] = {}
        self.site("localhost")
        Thread(target=self.serve_forever, args=[0.05], daemon=True).start()

    def site(self, name: str) -> Site:
        """The site with this name, made if there is none."""
        return self.sites.setdefault(name, Site(f"http://{name}:{self.server_port}"))

    def part(self, path: str) -> Site:
        """A site that is a part of localhost, below a path."""
        return self.sites.setdefault(path, Site(f"http://localhost:{self.server_port}{path}", path))

    def stop(self) -> None:
        """Stop serving."""
        self.shutdown()
        self.server_close()

    def handle_error(self, request: Any, client_address: Any) -> None:
        pass  # the client broke off


def refuses(status: int, **headers: str) -> Fault:
    """Answers with an error."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda handler: handler.say(status, named)


def hangs(handler: Handler) -> None:
    """Says nothing for longer than any client waits."""
    time.sleep(120)


def drips(handler: Handler) -> None:
    """Sends headers byte by byte, without end."""
    for _ in range(1200):
        handler.wfile.write(b"X")
        time.sleep(0.1)


def circles(handler: Handler) -> None:
    """Redirects to itself."""
    handler.say(302, {"Location": handler.path})


def says(body: bytes, kind: str = "text/html") -> Fault:
    """Answers with something else."""
    return lambda handler: handler.say(200, {"Content-Type": kind}, body)


def redirects(place: str, status: int = 302) -> Fault:
    """Redirects to another address."""
    return lambda handler: handler.say(status, {"Location": place})
